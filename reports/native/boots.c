/* Adding a boot to a native result: see boots.h. */
#include "reports/native/boots.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/file.h"
#include "reports/stats/quantile.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static json_t *median_of(const json_t *samples)
{
	g_autofree double *values = g_new(double, json_array_size(samples) + 1);
	json_t *one;
	size_t i;

	json_array_foreach ((json_t *)samples, i, one)
		values[i] = json_number_value(one);
	return json_real(pb_median(values, json_array_size(samples)));
}

/* Rounds become the samples of their boot. */
static void collapse(json_t *metric)
{
	json_t *medians = json_array(), *round;
	size_t i;

	json_array_foreach (json_object_get(metric, "boots"), i, round) {
		if (json_array_size(round))
			json_array_append_new(medians, median_of(round));
	}
	json_object_set_new(metric, "boots", json_pack("[o]", medians));
}

static void collapse_cases(json_t *cases)
{
	json_t *one, *metric;
	size_t i, k;

	json_array_foreach (cases, i, one) {
		json_array_foreach (json_object_get(one, "metrics"), k, metric)
			collapse(metric);
	}
}

static json_t *in_list(json_t *value)
{
	return json_pack("[O]", value ? value : json_null());
}

/* A result of rounds as one of boots, which has one. */
static void make_one_boot(json_t *root)
{
	json_t *environment = json_object_get(root, "environment");
	json_t *start = json_array_get(json_object_get(environment, "boot_starts"), 0);

	if (strcmp(text_of(environment, "replicate"), PB_REPLICATE_ROUND))
		return;
	collapse_cases(json_object_get(root, "cases"));
	if (!start)
		start = json_object_get(json_object_get(root, "run"), "started");
	json_object_set_new(environment, "boot_starts", in_list(start));
	json_object_set_new(environment, PB_ENVIRONMENT_BOOT_IDS,
			    in_list(json_object_get(environment, "boot_id")));
	json_object_set_new(environment, PB_ENVIRONMENT_FLOORS,
			    in_list(json_object_get(environment, "floor")));
	json_object_set_new(environment, "boots", json_integer(1));
	json_object_del(environment, "replicate");
	json_object_del(environment, "boot_id");
}

/* The largest of all boots; null if that of one is not known. */
static json_t *worst_drift(const json_t *floors)
{
	double worst = 0;
	json_t *floor;
	size_t i;

	json_array_foreach ((json_t *)floors, i, floor) {
		const json_t *drift = json_object_get(floor, "drift_percent");

		if (!json_is_number(drift))
			return json_null();
		if (fabs(json_number_value(drift)) >= fabs(worst))
			worst = json_number_value(drift);
	}
	return pb_number_or_null(worst);
}

static void add_environment(json_t *into, const json_t *other)
{
	static const char *const lists[] = {"boot_starts", PB_ENVIRONMENT_BOOT_IDS,
					    PB_ENVIRONMENT_FLOORS};

	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		json_array_extend(json_object_get(into, lists[i]),
				  json_object_get(other, lists[i]));
	json_object_set_new(into, "boots",
			    json_integer((json_int_t)json_array_size(
				    json_object_get(into, PB_ENVIRONMENT_BOOT_IDS))));
	json_object_set_new(into, "floor",
			    json_pack("{s:o}", "drift_percent",
				      worst_drift(json_object_get(into, PB_ENVIRONMENT_FLOORS))));
}

static void add_run(json_t *into, const json_t *other)
{
	static const char seconds[] = "wall_seconds";

	json_object_set(into, "command", json_object_get(other, "command"));
	json_object_set_new(into, seconds,
			    json_real(json_number_value(json_object_get(into, seconds)) +
				      json_number_value(json_object_get(other, seconds))));
}

static const json_t *find(const json_t *list, const char *key, const char *text)
{
	json_t *one;
	size_t i;

	json_array_foreach ((json_t *)list, i, one) {
		if (!strcmp(text_of(one, key), text))
			return one;
	}
	return NULL;
}

static bool is_ok(const json_t *one)
{
	return !strcmp(text_of(one, "outcome"), PB_OUTCOME_OK);
}

static int add_figures(json_t *metrics, const json_t *others)
{
	json_t *metric;
	int err = 0;
	size_t i;

	json_array_foreach (metrics, i, metric) {
		const json_t *other = find(others, "name", text_of(metric, "name"));

		json_array_extend(json_object_get(metric, "boots"),
				  json_object_get(other, "boots"));
		if (!err)
			err = pb_metric_summarise(metric);
	}
	return err;
}

/* The first boot in which a case is not ok speaks for it. */
static int add_cases(json_t *cases, const json_t *others)
{
	json_t *one;
	int err = 0;
	size_t i;

	json_array_foreach (cases, i, one) {
		const json_t *other = find(others, "id", text_of(one, "id"));

		if (!is_ok(one) || err)
			continue;
		if (is_ok(other))
			err = add_figures(json_object_get(one, "metrics"),
					  json_object_get(other, "metrics"));
		else
			json_array_set(cases, i, (json_t *)other);
	}
	return err;
}

static int check(const struct pb_result *boots, const struct pb_result *next, GError **ret_error)
{
	g_autofree char **ids = g_new0(char *, next->case_count + 1);
	int err = pb_boots_check(boots, next, ret_error);

	for (size_t i = 0; i < next->case_count; i++)
		ids[i] = (char *)next->cases[i].id;
	if (!err)
		err = pb_boots_check_cases(boots, next->run.profile, ids, ret_error);
	if (err || !next->run.interrupted)
		return err;
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "%s: it was interrupted, and a boot that was not measured to its end is "
		       "none; measure it again",
		       next->file);
}

int pb_boots_add(const struct pb_result *boots, const struct pb_result *next, json_t **ret_root,
		 GError **ret_error)
{
	json_t *into, *other;
	int err = check(boots, next, ret_error);

	if (err)
		return err;
	into = json_deep_copy(boots->root);
	other = json_deep_copy(next->root);
	make_one_boot(into);
	make_one_boot(other);
	add_environment(json_object_get(into, "environment"),
			json_object_get(other, "environment"));
	add_run(json_object_get(into, "run"), json_object_get(other, "run"));
	json_array_extend(json_object_get(into, "failures"), json_object_get(other, "failures"));
	err = add_cases(json_object_get(into, "cases"), json_object_get(other, "cases"));
	json_decref(other);
	if (!err) {
		*ret_root = into;
		return 0;
	}
	json_decref(into);
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "%s: a figure has no samples in one of its boots; measure it again",
		       boots->file);
}
