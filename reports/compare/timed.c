/* Rows of timed evidence: see timed.h. */
#include <math.h>

#include "reports/compare/timed.h"
#include "reports/file.h"

static struct pb_boot boot_of(const struct pb_metric *metric, size_t boot)
{
	return (struct pb_boot){metric->boots[boot].values, metric->boots[boot].count};
}

void pb_timed_metrics(const struct pb_metric *before, const struct pb_metric *after,
		      double min_effect, double floor, struct pb_timed *ret_timed)
{
	size_t count = MIN(before->boot_count, after->boot_count);
	g_autofree struct pb_boot_pair *pairs = g_new0(struct pb_boot_pair, count);

	for (size_t i = 0; i < count; i++)
		pairs[i] = (struct pb_boot_pair){boot_of(before, i), boot_of(after, i)};
	*ret_timed = (struct pb_timed){
		.lower_is_better = !before->higher_is_better,
		.min_effect = min_effect,
		.floor = floor,
	};
	/* Of a metric that has no logarithm the verdict will be "missing". */
	pb_timed_measure(pairs, count, ret_timed);
}

static double floor_of(const struct pb_timed_row *row, double min_effect)
{
	struct pb_timed timed;

	if (row->replicate != PB_REPLICATE_BOOTS)
		return pb_native_floor(row->before, row->after, row->drift);
	if (!row->control)
		return NAN;
	pb_timed_metrics(row->before, row->control, min_effect, NAN, &timed);
	return pb_timed_floor(&timed);
}

static json_t *interval(struct pb_interval fraction)
{
	return json_pack("[o, o]", pb_number_or_null(fraction.low * 100),
			 pb_number_or_null(fraction.high * 100));
}

static void write_row(json_t *row, const struct pb_timed *timed)
{
	json_object_set_new(row, "verdict", json_string(pb_verdict_name(timed->verdict)));
	if (timed->verdict == PB_VERDICT_MISSING) {
		json_object_set_new(row, "reason",
				    json_string("a figure is not above 0: it is below what "
						"the clock can tell from an empty call"));
		return;
	}
	json_object_set_new(row, "delta_percent", pb_number_or_null(timed->effect * 100));
	json_object_set_new(row, "ci_percent", interval(timed->ci95));
	json_object_set_new(row, "ci90_percent", interval(timed->ci90));
	json_object_set_new(row, "interval", json_string(timed->bootstrapped ? "BCa" : "t"));
	json_object_set_new(row, "pairs", json_integer((json_int_t)timed->pairs));
	json_object_set_new(row, "p", pb_number_or_null(timed->p));
	json_object_set_new(row, "q", pb_number_or_null(timed->q));
	json_object_set_new(row, "floor_percent", pb_number_or_null(timed->floor * 100));
	json_object_set_new(row, "threshold_percent",
			    pb_number_or_null(fmax(timed->floor, timed->min_effect) * 100));
	json_object_set_new(row, "mde_percent", pb_number_or_null(timed->detectable * 100));
	if (timed->verdict == PB_VERDICT_INCONCLUSIVE)
		json_object_set_new(row, "more_boots", json_integer((json_int_t)timed->more_pairs));
}

/* Exploratory metrics must not cost the primary ones their power. */
static void judge_family(GArray *rows, bool primary)
{
	g_autoptr(GArray) family = g_array_new(FALSE, FALSE, sizeof(struct pb_timed));
	guint next = 0;

	for (guint i = 0; i < rows->len; i++) {
		const struct pb_timed_row *row = &g_array_index(rows, struct pb_timed_row, i);

		if (row->before->primary == primary)
			g_array_append_val(family, row->timed);
	}
	pb_timed_judge((struct pb_timed *)(void *)family->data, family->len);
	for (guint i = 0; i < rows->len; i++) {
		const struct pb_timed_row *row = &g_array_index(rows, struct pb_timed_row, i);

		if (row->before->primary == primary)
			write_row(row->row, &g_array_index(family, struct pb_timed, next++));
	}
}

/* One boot of each side is one pair, however many rounds it had. */
static void measure_one_boot(struct pb_timed_row *row, double min_effect)
{
	struct pb_metric before, after;

	pb_native_collapse(row->before, &before);
	pb_native_collapse(row->after, &after);
	pb_timed_metrics(&before, &after, min_effect, NAN, &row->timed);
	pb_native_metric_clear(&before);
	pb_native_metric_clear(&after);
}

void pb_timed_rows_judge(GArray *rows, double min_effect)
{
	for (guint i = 0; i < rows->len; i++) {
		struct pb_timed_row *row = &g_array_index(rows, struct pb_timed_row, i);
		double least = MAX(min_effect, row->before->min_effect_percent / 100);

		if (row->replicate == PB_REPLICATE_ONE_BOOT)
			measure_one_boot(row, least);
		else
			pb_timed_metrics(row->before, row->after, least, floor_of(row, least),
					 &row->timed);
	}
	judge_family(rows, true);
	judge_family(rows, false);
}
