/* One case out of its rounds: see merge.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "pinbench/result.h"
#include "bench/core/session/merge.h"

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median_of(double *values, size_t count)
{
	if (!count)
		return NAN;
	qsort(values, count, sizeof(*values), compare_doubles);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

double merge_median(const json_t *numbers)
{
	size_t count = json_array_size(numbers), i;
	double *values = calloc(count + 1, sizeof(*values)), ret;
	json_t *one;

	if (!values)
		return NAN;
	json_array_foreach ((json_t *)numbers, i, one)
		values[i] = json_number_value(one);
	ret = median_of(values, count);
	free(values);
	return ret;
}

/* The round is the replicate: the median is that of the rounds' medians. */
static void summarise(json_t *metric)
{
	json_t *boots = json_object_get(metric, "boots"), *medians = json_array(), *boot, *one;
	double least = INFINITY, most = -INFINITY;
	size_t i, k;

	json_array_foreach (boots, i, boot) {
		json_array_append_new(medians, json_real(merge_median(boot)));
		json_array_foreach (boot, k, one) {
			least = fmin(least, json_number_value(one));
			most = fmax(most, json_number_value(one));
		}
	}
	json_object_set_new(metric, "median", json_real(merge_median(medians)));
	json_object_set_new(metric, "min", json_real(least));
	json_object_set_new(metric, "max", json_real(most));
	json_decref(medians);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static json_t *metric_of(const json_t *round, const char *name)
{
	json_t *metrics = json_object_get(round, "metrics"), *one;
	size_t i;

	json_array_foreach (metrics, i, one) {
		if (!strcmp(text_of(one, "name"), name))
			return one;
	}
	return NULL;
}

json_t *merge_rounds(json_t *const *rounds, size_t count)
{
	json_t *ret, *metric, *other;
	size_t i;

	for (size_t round = 0; round < count; round++) {
		if (strcmp(text_of(rounds[round], "outcome"), PB_OUTCOME_OK))
			return json_incref(rounds[round]);
	}
	ret = json_deep_copy(rounds[0]);
	json_array_foreach (json_object_get(ret, "metrics"), i, metric) {
		for (size_t round = 1; round < count; round++) {
			other = metric_of(rounds[round], text_of(metric, "name"));
			json_array_extend(json_object_get(metric, "boots"),
					  json_object_get(other, "boots"));
		}
		summarise(metric);
	}
	return ret;
}
