/* Reading cases[] of result.json: the part of the reader that knows a case. */
#include <errno.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/result_cases.h"
#include "reports/topology.h"

static const struct pb_text_field case_fields[] = {
	PB_TEXT(struct pb_case, benchmark, "benchmark", false),
	PB_TEXT(struct pb_case, reason, "reason", true),
	PB_TEXT(struct pb_case, profile, "profile", true),
	PB_TEXT(struct pb_case, profile_error, "profile_error", true),
	PB_TEXT(struct pb_case, not_deterministic, PB_CASE_NOT_DETERMINISTIC, true),
};

static const struct pb_text_field metric_fields[] = {
	PB_TEXT(struct pb_metric, name, "name", false),
	PB_TEXT(struct pb_metric, unit, "unit", false),
};

int pb_read_params(struct pb_reader *reader, json_t *parent, const char *key,
		   struct pb_param **ret_params, size_t *ret_count)
{
	json_t *object, *value;
	const char *name;
	size_t mark;
	int ret = pb_read_object(reader, parent, key, &object);

	if (ret < 0)
		return ret;
	*ret_params = g_new0(struct pb_param, json_object_size(object));
	mark = pb_reader_enter(reader, "%s", key);
	json_object_foreach (object, name, value) {
		struct pb_param *param = &(*ret_params)[*ret_count];

		param->name = name;
		ret = pb_read_text(reader, object, name, false, &param->value);
		if (ret < 0)
			return ret;
		(*ret_count)++;
	}
	pb_reader_leave(reader, mark);
	return 0;
}

static int read_boot(struct pb_reader *reader, json_t *value, struct pb_samples *boot)
{
	json_t *sample;
	size_t i;

	if (!json_is_array(value))
		return pb_reader_fail(reader, NULL, "expected an array of samples");
	boot->values = g_new(double, json_array_size(value));
	json_array_foreach (value, i, sample) {
		if (!json_is_number(sample))
			return pb_reader_fail(reader, NULL, "sample %zu is not a number", i);
		boot->values[boot->count++] = json_number_value(sample);
	}
	return 0;
}

static int read_boots(struct pb_reader *reader, json_t *object, struct pb_metric *metric)
{
	json_t *boots, *value;
	size_t i;
	int ret = pb_read_array(reader, object, "boots", &boots);

	if (ret < 0)
		return ret;
	metric->boots = g_new0(struct pb_samples, json_array_size(boots));
	json_array_foreach (boots, i, value) {
		size_t mark = pb_reader_enter(reader, "boots[%zu]", i);

		ret = read_boot(reader, value, &metric->boots[metric->boot_count++]);
		if (ret < 0)
			return ret;
		pb_reader_leave(reader, mark);
	}
	return 0;
}

static int read_metric(struct pb_reader *reader, json_t *object, struct pb_metric *metric)
{
	const struct {
		const char *key;
		double *number;
	} numbers[] = {
		{"median", &metric->median},
		{"min", &metric->min},
		{"max", &metric->max},
	};
	const char *better;
	int ret = pb_read_is_object(reader, object);

	if (ret < 0)
		return ret;
	ret = PB_READ_TEXTS(reader, object, metric_fields, metric);
	if (ret < 0)
		return ret;
	ret = pb_read_text(reader, object, "better", false, &better);
	if (ret < 0)
		return ret;
	metric->higher_is_better = !strcmp(better, PB_BETTER_HIGHER);
	if (!metric->higher_is_better && strcmp(better, PB_BETTER_LOWER))
		return pb_reader_fail(reader, "better", "must be %s or %s, is \"%s\"",
				      PB_BETTER_LOWER, PB_BETTER_HIGHER, better);
	ret = pb_read_bool(reader, object, "primary", &metric->primary);
	for (size_t i = 0; ret == 0 && i < G_N_ELEMENTS(numbers); i++)
		ret = pb_read_number(reader, object, numbers[i].key, false, numbers[i].number);
	if (ret == 0)
		ret = pb_read_number(reader, object, "min_effect_percent", true,
				     &metric->min_effect_percent);
	return ret < 0 ? ret : read_boots(reader, object, metric);
}

static int read_metrics(struct pb_reader *reader, json_t *object, struct pb_case *item)
{
	json_t *metrics, *value;
	size_t i;
	int ret = pb_read_array(reader, object, "metrics", &metrics);

	if (ret < 0)
		return ret;
	item->metrics = g_new0(struct pb_metric, json_array_size(metrics));
	json_array_foreach (metrics, i, value) {
		size_t mark = pb_reader_enter(reader, "metrics[%zu]", i);

		ret = read_metric(reader, value, &item->metrics[item->metric_count++]);
		if (ret < 0)
			return ret;
		pb_reader_leave(reader, mark);
	}
	return 0;
}

static int read_counters(struct pb_reader *reader, json_t *object, struct pb_case *item)
{
	json_t *counters, *value;
	const char *name;
	int ret = pb_read_object(reader, object, "counters", &counters);

	if (ret < 0)
		return ret;
	item->counters = g_new0(struct pb_counter, json_object_size(counters));
	json_object_foreach (counters, name, value) {
		struct pb_counter *counter = &item->counters[item->counter_count++];
		size_t mark = pb_reader_enter(reader, "counters[\"%s\"]", name);

		counter->name = name;
		ret = pb_read_is_object(reader, value);
		if (ret < 0)
			return ret;
		ret = pb_read_number(reader, value, "value", false, &counter->value);
		if (ret < 0)
			return ret;
		ret = pb_read_text(reader, value, "per", false, &counter->per);
		if (ret < 0)
			return ret;
		pb_reader_leave(reader, mark);
	}
	return 0;
}

static int read_facts(struct pb_reader *reader, json_t *object, struct pb_case *item)
{
	json_t *facts, *value;
	const char *name;
	int ret = pb_read_object(reader, object, "facts", &facts);

	if (ret < 0)
		return ret;
	item->facts = g_new0(struct pb_fact, json_object_size(facts));
	json_object_foreach (facts, name, value) {
		if (json_is_object(value) || json_is_array(value))
			return pb_reader_fail(
				reader, "facts",
				"\"%s\" must be a number, a string, true, false or null", name);
		item->facts[item->fact_count++] = (struct pb_fact){.name = name, .value = value};
	}
	return 0;
}

/* Optional. */
static int read_conditions(struct pb_reader *reader, json_t *object, struct pb_case *item)
{
	const char *name;
	json_t *value;
	int ret;

	if (!json_object_get(object, PB_CASE_CONDITIONS))
		return 0;
	ret = pb_read_object(reader, object, PB_CASE_CONDITIONS, (json_t **)&item->conditions);
	if (ret < 0)
		return ret;
	json_object_foreach ((json_t *)item->conditions, name, value) {
		if (!json_is_string(value))
			return pb_reader_fail(reader, PB_CASE_CONDITIONS, "\"%s\" must be a text",
					      name);
	}
	return 0;
}

/* Optional. */
static int read_topology(struct pb_reader *reader, json_t *object, struct pb_case *item)
{
	json_t *topology = json_object_get(object, PB_CASE_TOPOLOGY);
	size_t mark;
	int ret;

	if (!topology)
		return 0;
	mark = pb_reader_enter(reader, PB_CASE_TOPOLOGY);
	ret = pb_topology_read(reader, topology, &item->topology);
	if (ret == 0)
		pb_reader_leave(reader, mark);
	return ret;
}

static int read_outcome(struct pb_reader *reader, json_t *object, struct pb_case *item)
{
	static const char *const outcomes[] = {
		[PB_CASE_OK] = PB_OUTCOME_OK,
		[PB_CASE_SKIP] = PB_OUTCOME_SKIP,
		[PB_CASE_FAIL] = PB_OUTCOME_FAIL,
	};
	const char *text;
	int ret = pb_read_text(reader, object, "outcome", false, &text);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
		if (strcmp(outcomes[i], text))
			continue;
		item->outcome = (enum pb_outcome)i;
		if (item->outcome != PB_CASE_OK && !item->reason)
			return pb_reader_fail(reader, "reason",
					      "the key is missing: a case that is %s has a reason",
					      text);
		return 0;
	}
	return pb_reader_fail(reader, "outcome", "must be ok, skip or fail, is \"%s\"", text);
}

/* A report reads what lies there and links to it, so it stays in the result's own folder. */
static int check_profile(struct pb_reader *reader, const struct pb_case *item)
{
	g_auto(GStrv) steps = NULL;

	if (!item->profile)
		return 0;
	steps = g_strsplit(item->profile, "/", -1);
	if (!*item->profile || g_path_is_absolute(item->profile) ||
	    g_strv_contains((const char *const *)steps, ".."))
		return pb_reader_fail(reader, "profile",
				      "must be a folder inside the result, is \"%s\"",
				      item->profile);
	return 0;
}

/* A figure that is called inexact without a reason would be no better than one that is not. */
static int check_not_deterministic(struct pb_reader *reader, const struct pb_case *item)
{
	if (!item->not_deterministic || *item->not_deterministic)
		return 0;
	return pb_reader_fail(reader, PB_CASE_NOT_DETERMINISTIC, "must say why, is empty");
}

static int read_case(struct pb_reader *reader, json_t *object, struct pb_case *item)
{
	int ret = pb_read_is_object(reader, object);

	if (ret < 0)
		return ret;
	ret = pb_read_text(reader, object, "id", false, &item->id);
	if (ret < 0)
		return ret;
	reader->case_id = item->id;
	ret = PB_READ_TEXTS(reader, object, case_fields, item);
	if (ret < 0)
		return ret;
	ret = check_profile(reader, item);
	if (ret == 0)
		ret = check_not_deterministic(reader, item);
	if (ret < 0)
		return ret;
	ret = read_outcome(reader, object, item);
	if (ret < 0)
		return ret;
	ret = pb_read_params(reader, object, "params", &item->params, &item->param_count);
	if (ret < 0)
		return ret;
	ret = read_metrics(reader, object, item);
	if (ret < 0)
		return ret;
	ret = read_counters(reader, object, item);
	if (ret < 0)
		return ret;
	ret = read_facts(reader, object, item);
	if (ret == 0)
		ret = read_conditions(reader, object, item);
	return ret < 0 ? ret : read_topology(reader, object, item);
}

int pb_read_cases(struct pb_reader *reader, struct pb_result *result)
{
	json_t *cases, *value;
	size_t i;
	int ret = pb_read_array(reader, result->root, "cases", &cases);

	if (ret < 0)
		return ret;
	result->cases = g_new0(struct pb_case, json_array_size(cases));
	json_array_foreach (cases, i, value) {
		struct pb_case *item = &result->cases[result->case_count++];
		size_t mark = pb_reader_enter(reader, "cases[%zu]", i);

		ret = read_case(reader, value, item);
		if (ret < 0)
			return ret;
		/* Of time nothing else is expected. */
		if (!result->environment.counted)
			item->not_deterministic = NULL;
		reader->case_id = NULL;
		pb_reader_leave(reader, mark);
	}
	return 0;
}
