/* Writing result.json, and the lookups and sums over one. result_load.c reads it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/file.h"
#include "reports/hardware.h"
#include "reports/result.h"
#include "reports/stats/quantile.h"
#include "reports/topology.h"

static void case_clear(struct pb_case *item)
{
	for (size_t i = 0; i < item->metric_count; i++) {
		struct pb_metric *metric = &item->metrics[i];

		for (size_t boot = 0; boot < metric->boot_count; boot++)
			g_free(metric->boots[boot].values);
		g_free(metric->boots);
	}
	g_free(item->params);
	g_free(item->metrics);
	g_free(item->counters);
	g_free(item->facts);
	pb_topology_free(item->topology);
}

void pb_result_free(struct pb_result *result)
{
	if (!result)
		return;
	for (size_t i = 0; i < result->case_count; i++)
		case_clear(&result->cases[i]);
	for (size_t i = 0; i < result->failure_count; i++)
		g_free(result->failures[i].tail);
	g_free(result->cases);
	g_free(result->failures);
	g_free(result->benchmarks);
	g_free(result->environment.kernel.options);
	g_free(result->environment.counters.kinds);
	pb_hardware_free(result->environment.hardware);
	g_free(result->environment.perf.requested);
	g_free(result->environment.perf.counted);
	g_free(result->environment.perf.unavailable);
	g_free(result->file);
	json_decref(result->root);
	g_free(result);
}

int pb_result_save(json_t *root, const char *dir, GError **ret_error)
{
	return pb_write_json(dir, PB_RESULT_FILE, root, ret_error);
}

/* Appends the samples of one boot to @all; *ret_median is theirs alone. */
static int add_boot(const json_t *boot, GArray *all, double *ret_median)
{
	size_t first = all->len;
	json_t *sample;
	size_t i;

	if (!json_is_array(boot) || !json_array_size(boot))
		return -EINVAL;
	json_array_foreach (boot, i, sample) {
		double value = json_number_value(sample);

		if (!json_is_number(sample))
			return -EINVAL;
		g_array_append_val(all, value);
	}
	*ret_median = pb_median(&g_array_index(all, double, first), all->len - first);
	return 0;
}

int pb_metric_summarise(json_t *metric)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(double));
	g_autoptr(GArray) medians = g_array_new(FALSE, FALSE, sizeof(double));
	const double *values;
	json_t *boots = json_object_get(metric, "boots");
	json_t *boot;
	size_t i;

	if (!json_is_array(boots) || !json_array_size(boots))
		return -EINVAL;
	json_array_foreach (boots, i, boot) {
		double median;

		if (add_boot(boot, all, &median) < 0)
			return -EINVAL;
		g_array_append_val(medians, median);
	}
	values = (const double *)all->data;
	if (json_object_set_new(
		    metric, "median",
		    json_real(pb_median((const double *)medians->data, medians->len))) ||
	    json_object_set_new(metric, "min", json_real(pb_min(values, all->len))) ||
	    json_object_set_new(metric, "max", json_real(pb_max(values, all->len))))
		return -ENOMEM;
	return 0;
}

const struct pb_benchmark *pb_result_benchmark(const struct pb_result *result, const char *name)
{
	for (size_t i = 0; i < result->benchmark_count; i++)
		if (!strcmp(result->benchmarks[i].name, name))
			return &result->benchmarks[i];
	return NULL;
}

const struct pb_case *pb_result_case(const struct pb_result *result, const char *id)
{
	for (size_t i = 0; i < result->case_count; i++)
		if (!strcmp(result->cases[i].id, id))
			return &result->cases[i];
	return NULL;
}

const struct pb_metric *pb_case_metric(const struct pb_case *item, const char *name)
{
	for (size_t i = 0; item && item->outcome == PB_CASE_OK && i < item->metric_count; i++)
		if (!strcmp(item->metrics[i].name, name))
			return &item->metrics[i];
	return NULL;
}

const char *pb_case_param(const struct pb_case *item, const char *name)
{
	for (size_t i = 0; i < item->param_count; i++)
		if (!strcmp(item->params[i].name, name))
			return item->params[i].value;
	return NULL;
}
