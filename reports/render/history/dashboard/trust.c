/* data/coverage.js and data/health.js: see parts.h. */
#include "reports/render/history/dashboard/parts.h"

/* For a kernel of each kind the cases, and of skips and failures the reasons. */
static void append_kind(GString *out, const struct pb_dash *dash, guint release,
			enum pb_coverage_kind kind, struct pb_script_texts *reasons)
{
	bool has_reason = kind == PB_COVERAGE_FAILED || kind == PB_COVERAGE_NEWLY_SKIPPED ||
			  kind == PB_COVERAGE_SKIPPED;

	pb_script_next(out);
	g_string_append_c(out, '[');
	for (guint i = 0; i < pb_coverage_cases(dash->coverage); i++) {
		struct pb_coverage_entry entry = pb_coverage_of(dash->coverage, i, release);

		if (entry.kind != kind)
			continue;
		pb_script_next(out);
		pb_script_integer(out, i);
		if (has_reason)
			pb_script_put_text(out, reasons, entry.reason ? entry.reason : "");
	}
	g_string_append_c(out, ']');
}

/* The measured ones are a number. */
static void append_kernel(GString *out, const struct pb_dash *dash, guint release,
			  struct pb_script_texts *reasons)
{
	guint measured = 0;

	for (guint i = 0; i < pb_coverage_cases(dash->coverage); i++)
		measured += pb_coverage_of(dash->coverage, i, release).kind == PB_COVERAGE_MEASURED;
	pb_script_next(out);
	g_string_append_printf(out, "\n[%u,%u", release, measured);
	for (int kind = PB_COVERAGE_FAILED; kind < PB_COVERAGE_KIND_COUNT; kind++)
		append_kind(out, dash, release, (enum pb_coverage_kind)kind, reasons);
	g_string_append_c(out, ']');
}

int pb_dash_write_coverage(struct pb_dash *dash, GError **ret_error)
{
	guint first = MAX(dash->first_shown, dash->releases.count > PB_COVERED_RELEASES
						     ? dash->releases.count - PB_COVERED_RELEASES
						     : 0);
	GString *out = pb_dash_begin(dash, "coverage");
	struct pb_script_texts reasons;

	pb_script_texts_init(&reasons);
	g_string_append(out, "{kernels:[");
	for (guint i = dash->releases.count; i > first; i--)
		append_kernel(out, dash, i - 1, &reasons);
	g_string_append(out, "],\ncases:[");
	for (guint i = 0; i < pb_coverage_cases(dash->coverage); i++) {
		const char *evidence, *name = pb_coverage_case(dash->coverage, i, &evidence);

		pb_script_next(out);
		g_string_append(out, "\n[");
		pb_script_string(out, name);
		pb_script_next(out);
		pb_script_string(out, evidence);
		g_string_append_c(out, ']');
	}
	g_string_append(out, "],\nreasons:");
	pb_script_append_texts(out, &reasons);
	g_string_append_c(out, '}');
	pb_script_texts_clear(&reasons);
	return pb_dash_end(dash, "data/coverage.js", ret_error);
}

static void append_alike(GString *out, const GArray *alike)
{
	for (guint i = 0; i < alike->len; i++) {
		const struct pb_health_alike *item =
			&g_array_index(alike, struct pb_health_alike, i);
		const double figures[] = {item->percent, item->low_percent, item->high_percent,
					  item->detectable_percent};

		pb_script_next(out);
		g_string_append_c(out, '[');
		pb_script_string(out, item->evidence);
		g_string_append_printf(out, ",%u,%u,%u", item->series, item->pairs, item->alarms);
		for (gsize k = 0; k < G_N_ELEMENTS(figures); k++) {
			pb_script_next(out);
			pb_script_number(out, figures[k], PB_PERCENT_DIGITS);
		}
		g_string_append_c(out, ']');
	}
}

static void append_periods(GString *out, const GArray *periods)
{
	for (guint i = 0; i < periods->len; i++) {
		const struct pb_health_period *item =
			&g_array_index(periods, struct pb_health_period, i);
		const double figures[] = {item->detectable_percent, item->worst_percent,
					  item->spread_percent};

		if (!item->runs)
			continue;
		pb_script_next(out);
		g_string_append_c(out, '[');
		pb_script_string(out, item->name);
		g_string_append_printf(out, ",%u,%u", item->runs, item->series);
		for (gsize k = 0; k < G_N_ELEMENTS(figures); k++) {
			pb_script_next(out);
			pb_script_number(out, figures[k], PB_PERCENT_DIGITS);
		}
		g_string_append_c(out, ']');
	}
}

int pb_dash_write_health(struct pb_dash *dash, GError **ret_error)
{
	g_autoptr(GArray) alike = pb_health_alike(dash->health);
	g_autoptr(GArray) releases = pb_health_by_release(dash->health);
	g_autoptr(GArray) months = pb_health_by_month(dash->health);
	GString *out = pb_dash_begin(dash, "health");

	g_string_append(out, "{alike:[");
	append_alike(out, alike);
	g_string_append(out, "],\nreleases:[");
	append_periods(out, releases);
	g_string_append(out, "],\nmonths:[");
	append_periods(out, months);
	g_string_append(out, "]}");
	return pb_dash_end(dash, "data/health.js", ret_error);
}
