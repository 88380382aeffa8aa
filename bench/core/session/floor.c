/* What is measured before and after: see floor.h. */
#include <math.h>
#include <string.h>
#include "pinbench/result.h"
#include "bench/core/session/floor.h"
#include "bench/core/session/merge.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static json_t *figure_of(json_t *figures, const char *id, const json_t *metric)
{
	json_t *one;
	size_t i;

	json_array_foreach (figures, i, one) {
		if (!strcmp(text_of(one, "id"), id) &&
		    !strcmp(text_of(one, "metric"), text_of(metric, "name")))
			return one;
	}
	one = json_pack("{s:s, s:s, s:s, s:[], s:[]}", "id", id, "metric", text_of(metric, "name"),
			"unit", text_of(metric, "unit"), "before", "after");
	json_array_append_new(figures, one);
	return one;
}

static void add_case(struct floor *floor, const json_t *measured, const char *when)
{
	json_t *metric;
	size_t i;

	json_array_foreach (json_object_get(measured, "metrics"), i, metric) {
		json_t *samples = json_array_get(json_object_get(metric, "boots"), 0), *figure;

		if (!json_is_true(json_object_get(metric, "primary")) || !json_array_size(samples))
			continue;
		figure = figure_of(floor->figures, text_of(measured, "id"), metric);
		json_array_append_new(json_object_get(figure, when),
				      json_real(merge_median(samples)));
	}
}

void floor_measure(struct floor *floor, struct runner *runner)
{
	const char *when = floor->figures ? "after" : "before";

	if (!floor->figures)
		floor->figures = json_array();
	for (size_t i = 0; i < FLOOR_ROUNDS * floor->count && !runner_interrupted; i++) {
		json_t *measured = runner_case(runner, &floor->ids[i % floor->count]);

		/* What this machine cannot measure is no floor of it. */
		if (!strcmp(text_of(measured, "outcome"), PB_OUTCOME_OK))
			add_case(floor, measured, when);
		json_decref(measured);
	}
}

static json_t *number_or_null(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static double drift_of(const json_t *figure)
{
	double before = merge_median(json_object_get(figure, "before"));
	double after = merge_median(json_object_get(figure, "after"));

	return before > 0 && after > 0 ? (after / before - 1) * 100 : NAN;
}

json_t *floor_to_json(const struct floor *floor)
{
	json_t *cases, *one;
	double most = NAN;
	size_t i;

	if (!json_array_size(floor->figures))
		return NULL;
	cases = json_deep_copy(floor->figures);
	json_array_foreach (cases, i, one) {
		double drift = drift_of(one);

		json_object_set_new(one, "drift_percent", number_or_null(drift));
		if (isfinite(drift) && !(fabs(drift) <= fabs(most)))
			most = drift;
	}
	return json_pack("{s:o, s:o}", "cases", cases, "drift_percent", number_or_null(most));
}

void floor_clear(struct floor *floor)
{
	json_decref(floor->figures);
	floor->figures = NULL;
}
