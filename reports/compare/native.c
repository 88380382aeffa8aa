/* Two results of machines as they are: see native.h. */
#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/compare/native.h"
#include "reports/compare/timed.h"
#include "reports/stats/quantile.h"

enum pb_replicate pb_replicate_of(const struct pb_result *baseline, const struct pb_result *patched)
{
	const struct pb_environment *before = &baseline->environment;
	const struct pb_environment *after = &patched->environment;

	if (!before->rounds && !after->rounds)
		return before->native ? PB_REPLICATE_NATIVE_BOOTS : PB_REPLICATE_BOOTS;
	if (before->rounds && after->rounds && before->boot_id && after->boot_id &&
	    !strcmp(before->boot_id, after->boot_id))
		return PB_REPLICATE_ROUNDS;
	return PB_REPLICATE_ONE_BOOT;
}

const char *pb_replicate_name(enum pb_replicate replicate)
{
	static const char *const names[] = {
		[PB_REPLICATE_BOOTS] = PB_REPLICATE_BOOT,
		[PB_REPLICATE_NATIVE_BOOTS] = PB_REPLICATE_BOOT,
		[PB_REPLICATE_ROUNDS] = PB_REPLICATE_ROUND,
		[PB_REPLICATE_ONE_BOOT] = "one boot",
	};

	return names[replicate];
}

static const json_t *floor_of(const struct pb_result *result)
{
	return json_object_get(json_object_get(result->root, "environment"), "floor");
}

/*
 * Of several boots the median: what one of them drifted by more is in the spread between boots
 * already, and one busy hour must not be the floor of all. NAN if none says.
 */
static double usual_drift(const json_t *floors)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(double));
	json_t *one;
	size_t i;

	json_array_foreach ((json_t *)floors, i, one) {
		const json_t *drift = json_object_get(one, "drift_percent");
		double value = fabs(json_number_value(drift)) / 100;

		if (json_is_number(drift))
			g_array_append_val(all, value);
	}
	return all->len ? pb_median((const double *)(void *)all->data, all->len) : NAN;
}

/* NAN for a run that was not measured to its end. */
static double drift_inside(const struct pb_result *result)
{
	const json_t *drift = json_object_get(floor_of(result), "drift_percent");
	const json_t *floors = json_object_get(json_object_get(result->root, "environment"),
					       PB_ENVIRONMENT_FLOORS);

	if (floors)
		return usual_drift(floors);
	return json_is_number(drift) ? fabs(json_number_value(drift)) / 100 : NAN;
}

static const json_t *find(const json_t *cases, const json_t *wanted)
{
	json_t *one;
	size_t i;

	json_array_foreach ((json_t *)cases, i, one) {
		if (json_equal(json_object_get(one, "id"), json_object_get(wanted, "id")) &&
		    json_equal(json_object_get(one, "metric"), json_object_get(wanted, "metric")))
			return one;
	}
	return NULL;
}

static void add_values(const json_t *figure, GArray *all)
{
	static const char *const lists[] = {"before", "after"};
	json_t *one;
	size_t i;

	for (size_t list = 0; list < G_N_ELEMENTS(lists); list++) {
		json_array_foreach (json_object_get(figure, lists[list]), i, one) {
			double value = json_number_value(one);

			g_array_append_val(all, value);
		}
	}
}

/* Of its boots, the @boot-th from 0; NULL behind the last. */
static const json_t *floor_at(const struct pb_result *result, size_t boot)
{
	const json_t *floors = json_object_get(json_object_get(result->root, "environment"),
					       PB_ENVIRONMENT_FLOORS);

	if (json_is_array(floors))
		return json_array_get(floors, boot);
	return boot ? NULL : floor_of(result);
}

/* Of all boots, before and after. */
static double middle_of(const struct pb_result *result, const json_t *figure)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(double));
	const json_t *floor;

	for (size_t boot = 0; (floor = floor_at(result, boot)); boot++)
		add_values(find(json_object_get(floor, "cases"), figure), all);
	return all->len ? pb_median((const double *)(void *)all->data, all->len) : NAN;
}

/* The least, and 0 if they did not even move in one direction. */
static double drift_between(const struct pb_result *baseline, const struct pb_result *patched)
{
	double least = INFINITY, first = NAN;
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(floor_at(baseline, 0), "cases"), i, one) {
		double ratio = middle_of(patched, one) / middle_of(baseline, one);

		if (!(ratio > 0) || isinf(ratio))
			continue;
		if (isnan(first))
			first = ratio;
		if ((ratio > 1) != (first > 1))
			return 0;
		least = fmin(least, fabs(log(ratio)));
	}
	return isinf(least) ? 0 : expm1(least);
}

double pb_native_drift(const struct pb_result *baseline, const struct pb_result *patched)
{
	double before = drift_inside(baseline), after = drift_inside(patched);

	if (isnan(before) || isnan(after))
		return NAN;
	return fmax(fmax(before, after), drift_between(baseline, patched));
}

/* Every other round or boot against those between: 1 2 | 4 3 | 5 6 | 8 7. */
static double against_itself(const struct pb_metric *metric)
{
	size_t pairs = metric->boot_count / 2;
	g_autofree struct pb_samples *one = g_new(struct pb_samples, pairs + 1);
	g_autofree struct pb_samples *other = g_new(struct pb_samples, pairs + 1);
	struct pb_metric odd = *metric, even = *metric;
	struct pb_timed timed;

	if (metric->boot_count < PB_NATIVE_LEAST)
		return NAN;
	for (size_t i = 0; i < pairs; i++) {
		one[i] = metric->boots[2 * i + i % 2];
		other[i] = metric->boots[2 * i + 1 - i % 2];
	}
	odd.boots = one;
	even.boots = other;
	odd.boot_count = even.boot_count = pairs;
	pb_timed_metrics(&odd, &even, PB_TIMED_MIN_EFFECT, NAN, &timed);
	return pb_timed_floor(&timed);
}

double pb_native_floor(const struct pb_metric *before, const struct pb_metric *after, double drift)
{
	double one = against_itself(before), other = against_itself(after);

	/* fmax() would take the one that is known for both. */
	if (isnan(one) || isnan(other))
		return NAN;
	return fmax(one, other) + drift;
}

void pb_native_collapse(const struct pb_metric *metric, struct pb_metric *ret_metric)
{
	struct pb_samples *boot = g_new0(struct pb_samples, 1);
	double *values = g_new(double, metric->boot_count);

	for (size_t i = 0; i < metric->boot_count; i++)
		values[i] = pb_median(metric->boots[i].values, metric->boots[i].count);
	boot->values = values;
	boot->count = metric->boot_count;
	*ret_metric = *metric;
	ret_metric->boots = boot;
	ret_metric->boot_count = 1;
}

void pb_native_metric_clear(struct pb_metric *metric)
{
	if (metric->boots)
		g_free((gpointer)metric->boots->values);
	g_free(metric->boots);
	metric->boots = NULL;
}
