/*
 * Writes results that nobody measured, of seven kernels: what a dashboard has to show.
 *
 *	make_history DIR
 *
 * DIR/c00, c01 and so on are counted, two of each kernel; DIR/t000 and so on timed, eight of each.
 * In them: exact steps, a change point, a change of the compiler, a case that is newly skipped, one
 * that fails, one that disappears, and texts that want to be HTML.
 */
#include <stdio.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/result.h"
#include "tests/history/made.h"

#define SERIES	     12
#define TIMED_RUNS   8
#define COUNTED_RUNS 2
#define NEW_COMPILER 5 /* kernel */
#define HOSTILE	     "</script><img src=x onerror=\"document.title='broken'\">'`&\xe2\x80\xa8${1}"

static const char *const kernels[] = {"6.1.150", "6.6.101",   "6.12.50", "6.12.117",
				      "7.2.1",	 "7.3.0-rc1", "7.3.0"};

struct made {
	guint kernel;
	struct made_noise noise;
};

/* From kernel 3 on 46 % more, from 4 on 12 % less, at the last 3 % more; the others are flat. */
static double level(guint series, guint kernel)
{
	double base = 54 + series * 21;

	if (series == 0 && kernel >= 3)
		base *= 1.46;
	if (series == 1 && kernel >= 4)
		base *= 0.88;
	if (series % 4 == 2 && kernel >= 6)
		base *= 1.03;
	if (series == 5 && kernel >= 4)
		base *= 1.09;
	return base;
}

static double counted(const struct made_result *r, guint series, void *context)
{
	const struct made *made = context;

	return level(series, made->kernel);
}

static double timed(const struct made_result *r, guint series, void *context)
{
	struct made *made = context;

	return 10 * level(series, made->kernel) * (1 + 0.003 * made_normal(&made->noise));
}

/* A boot more than one: an interval. */
static void add_boots(json_t *result, struct made_noise *noise)
{
	json_t *item;
	size_t i;

	json_array_foreach (json_object_get(result, "cases"), i, item) {
		json_t *metric = json_array_get(json_object_get(item, "metrics"), 0);
		json_t *boots = json_object_get(metric, "boots");
		double first = json_number_value(json_array_get(json_array_get(boots, 0), 0));

		for (guint k = 0; metric && k < 5; k++)
			json_array_append_new(
				boots, json_pack("[f]", first * (1 + 0.004 * made_normal(noise))));
		if (metric)
			pb_metric_summarise(metric);
	}
	json_object_set_new(json_object_get(result, "environment"), "boots", json_integer(6));
}

static void drop_figures(json_t *result, guint at, const char *outcome, const char *reason)
{
	json_t *item = json_array_get(json_object_get(result, "cases"), at);

	json_object_set_new(item, "outcome", json_string(outcome));
	json_object_set_new(item, "reason", json_string(reason));
	json_object_set_new(item, "metrics", json_array());
}

static void rename_case(json_t *result, guint at, const char *end)
{
	json_t *item = json_array_get(json_object_get(result, "cases"), at);
	g_autofree char *id =
		g_strconcat(json_string_value(json_object_get(item, "id")), end, NULL);

	json_object_set_new(item, "id", json_string(id));
}

static void add_gaps(json_t *result, guint kernel)
{
	rename_case(result, 4, HOSTILE);
	if (kernel >= 5)
		drop_figures(result, 3, PB_OUTCOME_SKIP, "no follow_pfn: " HOSTILE);
	if (kernel == 6)
		drop_figures(result, 7, PB_OUTCOME_FAIL, "a splat in the kernel's log: WARNING");
	if (kernel == 6)
		json_array_remove(json_object_get(result, "cases"), 9);
}

static int make(const char *directory, guint kernel, guint run, gboolean is_timed)
{
	guint number = kernel * (is_timed ? TIMED_RUNS : COUNTED_RUNS) + run;
	g_autofree char *name = g_strdup_printf(is_timed ? "t%03u" : "c%02u", number);
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autofree char *text = g_strdup_printf("%064x", kernel + 1);
	g_autofree char *started = g_strdup_printf("2026-%02u-%02uT%02u:00:00Z", kernel + 4,
						   run * 3 + 1, 8 + is_timed);
	struct made made = {.kernel = kernel, .noise = {.state = 88172645463325252ull + number}};
	const struct made_result r = {
		.release = kernels[kernel],
		.spec = kernels[kernel],
		.text_sha256 = text,
		.started = started,
		.evidence = is_timed ? PB_EVIDENCE_TIMED : PB_EVIDENCE_COUNTED,
		.toolchain = kernel >= NEW_COMPILER ? "gcc 14.2.0" : NULL,
		.run = number,
		.series = is_timed ? 4 : SERIES,
		.skipped = is_timed ? 0 : 2,
		.value = is_timed ? timed : counted,
		.context = &made,
	};
	json_t *result = made_document(&r);
	g_autoptr(GError) error = NULL;
	int err;

	if (is_timed)
		add_boots(result, &made.noise);
	else
		add_gaps(result, kernel);
	err = g_mkdir_with_parents(path, 0755);
	if (!err)
		err = pb_result_save(result, path, &error);
	json_decref(result);
	if (err)
		fprintf(stderr, "%s: %s\n", path, error ? error->message : "cannot be made");
	return err;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: make_history DIR\n");
		return 2;
	}
	for (guint kernel = 0; kernel < G_N_ELEMENTS(kernels); kernel++) {
		for (guint run = 0; run < COUNTED_RUNS; run++) {
			if (make(argv[1], kernel, run, FALSE))
				return 1;
		}
		for (guint run = 0; run < TIMED_RUNS; run++) {
			if (make(argv[1], kernel, run, TRUE))
				return 1;
		}
	}
	return 0;
}
