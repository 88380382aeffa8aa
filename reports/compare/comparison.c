/* Making compare.json out of two results: see comparison.h. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/compare/comparison.h"
#include "reports/error.h"
#include "reports/file.h"

struct pairing {
	const struct pb_result *baseline;
	const struct pb_result *patched;
	const struct pb_compare_rules *rules;
	json_t *rows;
};

static const struct pb_case *find_case(const struct pb_result *result, const char *id)
{
	for (size_t i = 0; i < result->case_count; i++) {
		if (!strcmp(result->cases[i].id, id))
			return &result->cases[i];
	}
	return NULL;
}

/* NULL too for a case that has no figures. */
static const struct pb_metric *find_metric(const struct pb_case *item, const char *name)
{
	for (size_t i = 0; item && item->outcome == PB_CASE_OK && i < item->metric_count; i++) {
		if (!strcmp(item->metrics[i].name, name))
			return &item->metrics[i];
	}
	return NULL;
}

static const char *state_of(const struct pb_case *item)
{
	if (!item)
		return "not in the result";
	if (item->outcome == PB_CASE_OK)
		return "measured";
	return item->reason ? item->reason : "no reason given";
}

static char *missing_reason(const struct pb_case *baseline, const struct pb_case *patched)
{
	const char *before = state_of(baseline), *after = state_of(patched);

	if (!strcmp(before, after))
		return g_strdup_printf("on both sides: %s", before);
	return g_strdup_printf("baseline: %s; patched: %s", before, after);
}

static json_t *params_of(const struct pb_case *item)
{
	json_t *params = json_object();

	for (size_t i = 0; i < item->param_count; i++)
		json_object_set_new(params, item->params[i].name,
				    json_string(item->params[i].value));
	return params;
}

static json_t *number_or_null(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *row_new(const struct pb_case *item, const char *metric, const char *unit,
		       bool primary, enum pb_verdict verdict)
{
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:b, s:s}", "id", item->id, "benchmark",
			 item->benchmark, "params", params_of(item), "metric", metric, "unit", unit,
			 "primary", primary, "verdict", pb_verdict_name(verdict));
}

/* A delta of nothing is no percentage of anything. */
static double percent(double delta, double baseline)
{
	if (baseline != 0)
		return delta / baseline * 100;
	return delta == 0 ? 0 : NAN;
}

static void add_figures(const struct pairing *p, const struct pb_case *item,
			const struct pb_metric *before, const struct pb_metric *after)
{
	const struct pb_compare_rules *rules = p->rules;
	double delta = after->median - before->median;
	enum pb_verdict verdict =
		pb_verdict_counted(before->median, after->median, !before->higher_is_better,
				   rules->min_effect, rules->min_absolute);
	json_t *row = row_new(item, before->name, before->unit, before->primary, verdict);

	json_object_set_new(row, "baseline", json_real(before->median));
	json_object_set_new(row, "patched", json_real(after->median));
	json_object_set_new(row, "delta", json_real(delta));
	json_object_set_new(row, "delta_percent", number_or_null(percent(delta, before->median)));
	json_object_set_new(
		row, "negligible",
		json_boolean(pb_verdict_counted_negligible(
			before->median, after->median, rules->min_effect, rules->min_absolute)));
	json_array_append_new(p->rows, row);
}

static void add_missing(const struct pairing *p, const struct pb_case *item, const char *metric,
			const char *unit, bool primary, const char *reason)
{
	json_t *row = row_new(item, metric, unit, primary, PB_VERDICT_MISSING);

	json_object_set_new(row, "reason", json_string(reason));
	json_array_append_new(p->rows, row);
}

/* The figures of @item that @other has not; of a case without figures, one row for all. */
static void add_one_sided(const struct pairing *p, const struct pb_case *item,
			  const struct pb_case *other, const char *reason)
{
	if (item->outcome != PB_CASE_OK) {
		add_missing(p, item, "", "", true, reason);
		return;
	}
	for (size_t i = 0; i < item->metric_count; i++) {
		const struct pb_metric *metric = &item->metrics[i];

		if (!find_metric(other, metric->name))
			add_missing(p, item, metric->name, metric->unit, metric->primary, reason);
	}
}

static void add_baseline_case(const struct pairing *p, const struct pb_case *before)
{
	const struct pb_case *after = find_case(p->patched, before->id);
	g_autofree char *reason = missing_reason(before, after);

	for (size_t i = 0; before->outcome == PB_CASE_OK && i < before->metric_count; i++) {
		const struct pb_metric *metric = find_metric(after, before->metrics[i].name);

		if (metric)
			add_figures(p, before, &before->metrics[i], metric);
	}
	if (before->outcome == PB_CASE_OK || !after || after->outcome != PB_CASE_OK)
		add_one_sided(p, before, after, reason);
	if (after && after->outcome == PB_CASE_OK)
		add_one_sided(p, after, before, reason);
}

static json_t *pair_cases(const struct pairing *p)
{
	for (size_t i = 0; i < p->baseline->case_count; i++)
		add_baseline_case(p, &p->baseline->cases[i]);
	for (size_t i = 0; i < p->patched->case_count; i++) {
		const struct pb_case *after = &p->patched->cases[i];
		g_autofree char *reason = missing_reason(NULL, after);

		if (!find_case(p->baseline, after->id))
			add_one_sided(p, after, NULL, reason);
	}
	return p->rows;
}

static const char *option_value(const struct pb_result_kernel *kernel, const char *name)
{
	for (size_t i = 0; i < kernel->option_count; i++) {
		if (!strcmp(kernel->options[i].name, name))
			return kernel->options[i].value;
	}
	return "n";
}

static void add_option(json_t *list, const char *name, const char *before, const char *after)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "option", name, "baseline", before,
					      "patched", after));
}

static json_t *config_differences(const struct pb_result_kernel *before,
				  const struct pb_result_kernel *after)
{
	json_t *list = json_array();

	for (size_t i = 0; i < before->option_count; i++) {
		const struct pb_param *option = &before->options[i];
		const char *value = option_value(after, option->name);

		if (strcmp(option->value, value))
			add_option(list, option->name, option->value, value);
	}
	for (size_t i = 0; i < after->option_count; i++) {
		const struct pb_param *option = &after->options[i];

		if (!strcmp(option_value(before, option->name), "n"))
			add_option(list, option->name, "n", option->value);
	}
	return list;
}

static void add_difference(json_t *list, const char *what, const char *before, const char *after)
{
	if (g_strcmp0(before, after))
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "what", what, "baseline",
						      before ? before : "unknown", "patched",
						      after ? after : "unknown"));
}

/* What should be the same on both sides of one patch, and is not. */
static json_t *setup_differences(const struct pb_environment *before,
				 const struct pb_environment *after)
{
	json_t *list = json_array();

	add_difference(list, "machine", before->machine.name, after->machine.name);
	add_difference(list, "machine definition", before->machine.sha256, after->machine.sha256);
	add_difference(list, "emulator", before->emulator, after->emulator);
	add_difference(list, "cpu", before->cpu, after->cpu);
	add_difference(list, "memory", before->memory, after->memory);
	add_difference(list, "toolchain", before->toolchain, after->toolchain);
	return list;
}

static json_t *validity_of(const struct pb_environment *before, const struct pb_environment *after)
{
	return json_pack("{s:s, s:b, s:o, s:o}", "evidence", before->evidence, "text_differs",
			 strcmp(before->kernel.text_sha256, after->kernel.text_sha256) != 0,
			 "config_differences", config_differences(&before->kernel, &after->kernel),
			 "setup_differences", setup_differences(before, after));
}

static void count(json_t *rows, guint *ret_counts)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		const char *verdict = json_string_value(json_object_get(row, "verdict"));

		for (int v = 0; v <= PB_VERDICT_MISSING; v++) {
			if (json_is_true(json_object_get(row, "primary")) &&
			    !strcmp(verdict, pb_verdict_name(v)))
				ret_counts[v]++;
		}
	}
}

static json_t *counts_object(const guint *counts)
{
	json_t *object = json_object();

	for (int v = 0; v <= PB_VERDICT_MISSING; v++)
		json_object_set_new(object, pb_verdict_name(v), json_integer(counts[v]));
	return object;
}

/* The worst that was found; nothing compared is no "unchanged". */
static enum pb_verdict overall(const guint *counts)
{
	static const enum pb_verdict order[] = {PB_VERDICT_REGRESSION, PB_VERDICT_INCONCLUSIVE,
						PB_VERDICT_IMPROVEMENT, PB_VERDICT_UNCHANGED};

	for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
		if (counts[order[i]])
			return order[i];
	}
	return PB_VERDICT_MISSING;
}

static char *sentence_of(const guint *counts)
{
	guint judged = counts[PB_VERDICT_REGRESSION] + counts[PB_VERDICT_IMPROVEMENT] +
		       counts[PB_VERDICT_UNCHANGED] + counts[PB_VERDICT_INCONCLUSIVE];
	GString *text = g_string_new(NULL);

	if (!judged) {
		g_string_append(text, "Nothing could be compared.");
	} else if (counts[PB_VERDICT_REGRESSION]) {
		g_string_append_printf(text, "Regression: %u of %u figures got worse",
				       counts[PB_VERDICT_REGRESSION], judged);
		if (counts[PB_VERDICT_IMPROVEMENT])
			g_string_append_printf(text, ", %u better", counts[PB_VERDICT_IMPROVEMENT]);
		g_string_append_c(text, '.');
	} else if (counts[PB_VERDICT_IMPROVEMENT]) {
		g_string_append_printf(text,
				       "Improvement: %u of %u figures got better, none worse.",
				       counts[PB_VERDICT_IMPROVEMENT], judged);
	} else if (counts[PB_VERDICT_INCONCLUSIVE]) {
		g_string_append_printf(text, "Inconclusive: %u of %u figures.",
				       counts[PB_VERDICT_INCONCLUSIVE], judged);
	} else {
		g_string_append_printf(text, "Unchanged: %u of %u figures.", judged, judged);
	}
	if (counts[PB_VERDICT_MISSING])
		g_string_append_printf(text, " %u missing.", counts[PB_VERDICT_MISSING]);
	return g_string_free(text, FALSE);
}

static void conclude(json_t *root, const guint *counts, enum pb_verdict verdict,
		     const char *sentence)
{
	json_object_set_new(root, "counts", counts_object(counts));
	json_object_set_new(root, "verdict", json_string(pb_verdict_name(verdict)));
	json_object_set_new(root, "sentence", json_string(sentence));
}

static int check(const struct pb_environment *before, const struct pb_environment *after,
		 GError **ret_error)
{
	if (strcmp(before->evidence, after->evidence))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "the baseline's evidence is %s and the patched one's %s: the two "
			       "are never compared; measure both in the same way",
			       before->evidence, after->evidence);
	if (strcmp(before->evidence, PB_EVIDENCE_COUNTED))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "this version compares counted results; these are %s",
			       before->evidence);
	return 0;
}

int pb_compare_results(const struct pb_result *baseline, const struct pb_result *patched,
		       const struct pb_compare_rules *rules, json_t **ret_root, GError **ret_error)
{
	const struct pb_environment *before = &baseline->environment;
	const struct pb_environment *after = &patched->environment;
	struct pairing pairing = {baseline, patched, rules, NULL};
	guint counts[PB_VERDICT_MISSING + 1] = {0};
	g_autofree char *sentence = NULL;
	int err = check(before, after, ret_error);

	if (err)
		return err;
	pairing.rows = json_array();
	pair_cases(&pairing);
	count(pairing.rows, counts);
	sentence = sentence_of(counts);
	*ret_root = json_object();
	json_object_set(*ret_root, "baseline", json_object_get(baseline->root, "environment"));
	json_object_set(*ret_root, "patched", json_object_get(patched->root, "environment"));
	json_object_set_new(*ret_root, "validity", validity_of(before, after));
	json_object_set_new(*ret_root, "rules",
			    json_pack("{s:f, s:f}", "min_effect_percent", rules->min_effect * 100,
				      "min_absolute", rules->min_absolute));
	json_object_set_new(*ret_root, "cases", pairing.rows);
	conclude(*ret_root, counts, overall(counts), sentence);
	return 0;
}

json_t *pb_compare_nothing(const char *sentence)
{
	const guint counts[PB_VERDICT_MISSING + 1] = {0};
	json_t *root = json_pack("{s:[]}", "cases");

	conclude(root, counts, PB_VERDICT_UNCHANGED, sentence);
	return root;
}

int pb_comparison_save(json_t *root, const char *dir, GError **ret_error)
{
	return pb_write_json(dir, PB_COMPARE_FILE, root, ret_error);
}
