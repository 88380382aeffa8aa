/* The rows of compare.json: see rows.h. */
#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/compare/rows.h"
#include "reports/compare/timed.h"
#include "reports/file.h"
#include "reports/shell.h"

struct pairing {
	const struct pb_compare_inputs *in;
	json_t *rows;
	GArray *timed; /* struct pb_timed_row, judged when all are there */
	enum pb_replicate replicate;
	double drift;
};

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

/* What the delta must reach, in percent of the baseline; NAN where that is 0. */
static double counted_threshold(double min_effect, double min_absolute, double baseline)
{
	if (baseline == 0)
		return NAN;
	return MAX(min_effect, min_absolute / fabs(baseline)) * 100;
}

static void judge_counted(const struct pb_compare_rules *rules, json_t *row,
			  const struct pb_metric *before, const struct pb_metric *after)
{
	double min_effect = MAX(rules->min_effect, before->min_effect_percent / 100);
	enum pb_verdict verdict =
		pb_verdict_counted(before->median, after->median, !before->higher_is_better,
				   min_effect, rules->min_absolute);
	double delta = percent(after->median - before->median, before->median);

	json_object_set_new(row, "verdict", json_string(pb_verdict_name(verdict)));
	if (before->min_effect_percent > 0)
		json_object_set_new(row, "min_effect_percent",
				    json_real(before->min_effect_percent));
	json_object_set_new(row, "delta_percent", pb_number_or_null(delta));
	json_object_set_new(row, "threshold_percent",
			    pb_number_or_null(counted_threshold(min_effect, rules->min_absolute,
								before->median)));
	json_object_set_new(
		row, "negligible",
		json_boolean(pb_verdict_counted_negligible(before->median, after->median,
							   min_effect, rules->min_absolute)));
}

/* The difference is shown, and never judged: it may be there between two runs of one kernel. */
static void leave_open(json_t *row, const struct pb_metric *before, const struct pb_metric *after,
		       const char *why)
{
	g_autofree char *reason = g_strdup_printf("not deterministic: %s", why);
	double delta = percent(after->median - before->median, before->median);

	json_object_set_new(row, "verdict", json_string(pb_verdict_name(PB_VERDICT_INCONCLUSIVE)));
	json_object_set_new(row, "reason", json_string(reason));
	json_object_set_new(row, PB_CASE_NOT_DETERMINISTIC, json_string(why));
	json_object_set_new(row, "delta_percent", pb_number_or_null(delta));
}

static json_t *boots_of(const struct pb_metric *metric)
{
	json_t *boots = json_array();

	for (size_t i = 0; i < metric->boot_count; i++) {
		json_t *samples = json_array();

		for (size_t k = 0; k < metric->boots[i].count; k++)
			json_array_append_new(samples, json_real(metric->boots[i].values[k]));
		json_array_append_new(boots, samples);
	}
	return boots;
}

static void append_word(GString *command, const char *word)
{
	g_autofree char *quoted = pb_shell_word(word);

	g_string_append_printf(command, " %s", quoted);
}

/* What measures this case again, of both kernels. */
static char *command_of(const struct pb_compare_inputs *in, const char *id)
{
	const struct pb_environment *environment = &in->baseline->environment;
	GString *command = g_string_new("./run.sh compare");

	/* The other side needs what was changed in between: only the user knows that. */
	if (environment->native) {
		g_string_assign(command, "./run.sh run --env native");
		if (environment->rounds)
			g_string_append_printf(command, " --boots %zu", environment->boots);
		append_word(command, id);
		return g_string_free(command, FALSE);
	}
	append_word(command, environment->kernel.spec);
	append_word(command, in->patched->environment.kernel.spec);
	append_word(command, id);
	g_string_append(command, " --profile");
	append_word(command, in->baseline->run.profile);
	if (!environment->counted)
		g_string_append_printf(command, " --evidence %s --boots %zu", environment->evidence,
				       environment->boots);
	if (in->rules.min_effect != pb_compare_default_rules(environment->counted).min_effect)
		g_string_append_printf(command, " --min-effect %g", in->rules.min_effect * 100);
	return g_string_free(command, FALSE);
}

/* NULL: the figures of both sides are exact, or none is expected to be. */
static const char *why_not_exact(const struct pb_case *before, const struct pb_case *after)
{
	return before->not_deterministic ? before->not_deterministic : after->not_deterministic;
}

static void add_figures(const struct pairing *p, const struct pb_case *item,
			const struct pb_metric *before, const struct pb_metric *after)
{
	const char *why = why_not_exact(item, pb_result_case(p->in->patched, item->id));
	const struct pb_case *control =
		p->in->control ? pb_result_case(p->in->control, item->id) : NULL;
	json_t *row =
		row_new(item, before->name, before->unit, before->primary, PB_VERDICT_MISSING);
	struct pb_timed_row timed = {.row = row,
				     .before = before,
				     .after = after,
				     .control = pb_case_metric(control, before->name),
				     .replicate = p->replicate,
				     .drift = p->drift};
	g_autofree char *command = command_of(p->in, item->id);

	json_object_set_new(row, "baseline", json_real(before->median));
	json_object_set_new(row, "patched", json_real(after->median));
	json_object_set_new(row, "delta", json_real(after->median - before->median));
	if (why)
		leave_open(row, before, after, why);
	else if (p->in->baseline->environment.counted)
		judge_counted(&p->in->rules, row, before, after);
	else
		g_array_append_val(p->timed, timed);
	json_object_set_new(
		row, "boots",
		json_pack("{s:o, s:o}", "baseline", boots_of(before), "patched", boots_of(after)));
	json_object_set_new(row, "command", json_string(command));
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

		if (!pb_case_metric(other, metric->name))
			add_missing(p, item, metric->name, metric->unit, metric->primary, reason);
	}
}

static const char *condition_of(const struct pb_case *item, const char *name)
{
	return json_string_value(json_object_get(item->conditions, name));
}

/* Why figures of one are none of the other: the kernels do not do the same. NULL: they do. */
static char *different_condition(const struct pb_case *before, const struct pb_case *after)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)before->conditions, name, value) {
		const char *other = condition_of(after, name);

		if (g_strcmp0(json_string_value(value), other))
			return g_strdup_printf("not the same thing: \"%s\" is %s of the baseline, "
					       "%s of the patched kernel",
					       name, json_string_value(value),
					       other ? other : "not known");
	}
	return NULL;
}

static void add_incomparable(const struct pairing *p, const struct pb_case *item,
			     const char *reason)
{
	for (size_t i = 0; i < item->metric_count; i++)
		add_missing(p, item, item->metrics[i].name, item->metrics[i].unit,
			    item->metrics[i].primary, reason);
}

static bool is_measured(const struct pb_case *item)
{
	return item && item->outcome == PB_CASE_OK;
}

static void add_baseline_case(const struct pairing *p, const struct pb_case *before)
{
	const struct pb_case *after = pb_result_case(p->in->patched, before->id);
	g_autofree char *reason = missing_reason(before, after), *difference = NULL;

	if (is_measured(before) && is_measured(after))
		difference = different_condition(before, after);
	if (difference) {
		add_incomparable(p, before, difference);
		return;
	}
	for (size_t i = 0; is_measured(before) && i < before->metric_count; i++) {
		const struct pb_metric *metric = pb_case_metric(after, before->metrics[i].name);

		if (metric)
			add_figures(p, before, &before->metrics[i], metric);
	}
	if (is_measured(before) || !is_measured(after))
		add_one_sided(p, before, after, reason);
	if (is_measured(after))
		add_one_sided(p, after, before, reason);
}

json_t *pb_compare_rows(const struct pb_compare_inputs *in)
{
	g_autoptr(GArray) timed = g_array_new(FALSE, FALSE, sizeof(struct pb_timed_row));
	struct pairing p = {
		.in = in,
		.rows = json_array(),
		.timed = timed,
		.replicate = pb_replicate_of(in->baseline, in->patched),
		.drift = pb_native_drift(in->baseline, in->patched),
	};

	for (size_t i = 0; i < in->baseline->case_count; i++)
		add_baseline_case(&p, &in->baseline->cases[i]);
	for (size_t i = 0; i < in->patched->case_count; i++) {
		const struct pb_case *after = &in->patched->cases[i];
		g_autofree char *reason = missing_reason(NULL, after);

		if (!pb_result_case(in->baseline, after->id))
			add_one_sided(&p, after, NULL, reason);
	}
	if (timed->len)
		pb_timed_rows_judge(timed, in->rules.min_effect);
	return p.rows;
}
