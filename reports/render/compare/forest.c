/*
 * The effects of a comparison on one axis, in percent: a line of text and a strip of plot for
 * each row, so that a phone can set them one below the other. Positions are percentages of the
 * strip's width, which is why the plot needs no viewBox and its text never shrinks.
 */
#include <math.h>
#include <stdlib.h>

#include "reports/render/compare/parts.h"
#include "reports/render/compare/words.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define element	   pb_html_element
#define ALL_ROWS   20 /* up to so many, those that did not move are shown, too */
#define MOST_ROWS  40
#define MOST_TICKS 6
/* A row that is this much wider than three quarters of the rows is cut off at the edge. */
#define CUT 6

struct axis {
	double low, high; /* percent */
	double step;	  /* between two ticks */
};

static const struct {
	const char *class;
	const char *mark; /* an SVG path around 0, 0 */
	const char *legend;
} looks[] = {
	[PB_VERDICT_REGRESSION] = {"worse", "M0-7L7 0L0 7L-7 0Z", "worse"},
	[PB_VERDICT_IMPROVEMENT] = {"better", "M-5.5 0A5.5 5.5 0 1 1 5.5 0A5.5 5.5 0 1 1-5.5 0Z",
				    "better"},
	[PB_VERDICT_UNCHANGED] = {"same", "M-1.5-7H1.5V7H-1.5Z", "unchanged"},
	[PB_VERDICT_INCONCLUSIVE] = {"open", "M-5-5H5V5H-5Z", "inconclusive"},
	[PB_VERDICT_MISSING] = {"same", "", ""},
};

const char *pb_compare_class(enum pb_verdict verdict)
{
	return looks[verdict].class;
}

const char *pb_compare_mark(enum pb_verdict verdict)
{
	return looks[verdict].mark;
}

static bool is_judged(const struct pb_comparison_row *row)
{
	return row->primary && row->verdict != PB_VERDICT_MISSING;
}

static bool is_quiet(const struct pb_comparison_row *row)
{
	return row->verdict == PB_VERDICT_UNCHANGED && !row->negligible;
}

static GPtrArray *rows_of(const struct pb_comparison *c, bool quiet)
{
	GPtrArray *rows = g_ptr_array_new();

	for (size_t i = 0; i < c->row_count; i++) {
		const struct pb_comparison_row *row = &c->rows[i];

		if (is_judged(row) && isfinite(row->delta_percent) && (quiet || !is_quiet(row)))
			g_ptr_array_add(rows, (gpointer)row);
	}
	return rows;
}

static double or_zero(double value)
{
	return isfinite(value) ? value : 0;
}

/* How far a row reaches from zero. */
static double reach(const struct pb_comparison_row *row)
{
	double interval =
		fmax(fabs(or_zero(row->ci_low_percent)), fabs(or_zero(row->ci_high_percent)));

	return fmax(fmax(fabs(row->delta_percent), interval), or_zero(row->threshold_percent));
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* Beyond this a row is cut off, lest one of them press all others against the zero. */
static double widest(const GPtrArray *rows)
{
	g_autofree double *reaches = g_new(double, rows->len);

	for (guint i = 0; i < rows->len; i++)
		reaches[i] = reach(rows->pdata[i]);
	qsort(reaches, rows->len, sizeof(*reaches), by_value);
	return fmin(reaches[rows->len - 1], CUT * reaches[(rows->len - 1) * 3 / 4]);
}

/* 1, 2 or 5 times a power of ten, for at most MOST_TICKS ticks. */
static double step_for(double span)
{
	double power = pow(10, floor(log10(span / MOST_TICKS)));

	for (int i = 0; i < 3; i++) {
		double step = power * (const double[]){1, 2, 5}[i];

		if (span / step <= MOST_TICKS)
			return step;
	}
	return power * 10;
}

static struct axis axis_for(const GPtrArray *rows)
{
	struct axis axis = {0};
	double most = widest(rows), pad;

	for (guint i = 0; i < rows->len; i++) {
		const struct pb_comparison_row *row = rows->pdata[i];
		double low = fmin(row->delta_percent, or_zero(row->ci_low_percent));
		double high = fmax(row->delta_percent, or_zero(row->ci_high_percent));

		axis.low = fmin(axis.low, fmin(low, -or_zero(row->threshold_percent)));
		axis.high = fmax(axis.high, fmax(high, or_zero(row->threshold_percent)));
	}
	if (axis.low == axis.high) /* nothing moved, and no thresholds in the file */
		axis = (struct axis){.low = -1, .high = 1};
	else
		axis = (struct axis){.low = fmax(axis.low, -most), .high = fmin(axis.high, most)};
	pad = (axis.high - axis.low) * 0.04;
	axis.low -= pad;
	axis.high += pad;
	axis.step = step_for(axis.high - axis.low);
	return axis;
}

/* In percent of the width; what lies beyond the axis, at its edge. */
static double place(const struct axis *axis, double percent)
{
	return (CLAMP(percent, axis->low, axis->high) - axis->low) / (axis->high - axis->low) * 100;
}

static void add_span(GString *out, const struct axis *axis, const char *class, double low,
		     double high)
{
	double from = place(axis, low);

	g_string_append_printf(
		out, "<rect class=\"%s\" x=\"%.3f%%\" y=\"0\" width=\"%.3f%%\" height=\"100%%\"/>",
		class, from, place(axis, high) - from);
}

static void add_upright(GString *out, const char *class, double at)
{
	g_string_append_printf(
		out, "<line class=\"%s\" x1=\"%.3f%%\" x2=\"%.3f%%\" y1=\"0\" y2=\"100%%\"/>",
		class, at, at);
}

static void add_ticks(GString *out, const struct axis *axis)
{
	for (double n = ceil(axis->low / axis->step); n * axis->step <= axis->high; n++)
		add_upright(out, n == 0 ? "zero" : "tick", place(axis, n * axis->step));
}

/* The bar of an interval; an end on the page has a cap, one beyond it has none. */
static void add_interval(GString *out, const struct axis *axis, const struct pb_comparison_row *row)
{
	const double ends[] = {row->ci_low_percent, row->ci_high_percent};

	if (isnan(ends[0]) || isnan(ends[1]))
		return;
	g_string_append_printf(
		out, "<line class=\"ci\" x1=\"%.3f%%\" x2=\"%.3f%%\" y1=\"50%%\" y2=\"50%%\"/>",
		place(axis, ends[0]), place(axis, ends[1]));
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		double at = place(axis, ends[i]);

		if (ends[i] >= axis->low && ends[i] <= axis->high)
			g_string_append_printf(out,
					       "<line class=\"ci\" x1=\"%.3f%%\" x2=\"%.3f%%\" "
					       "y1=\"32%%\" y2=\"68%%\"/>",
					       at, at);
	}
}

static void add_mark(GString *out, double at, const char *path)
{
	g_string_append_printf(out,
			       "<svg x=\"%.3f%%\" y=\"50%%\"><path class=\"mark\" d=\"%s\"/></svg>",
			       at, path);
}

static void add_strip(GString *out, const struct axis *axis, const struct pb_comparison_row *row)
{
	const char *mark = looks[row->verdict].mark;

	if (row->delta_percent > axis->high)
		mark = "M-10-6L0 0L-10 6Z";
	else if (row->delta_percent < axis->low)
		mark = "M10-6L0 0L10 6Z";
	g_string_append_printf(out, "<svg class=\"effect %s\" aria-hidden=\"true\">",
			       looks[row->verdict].class);
	if (isfinite(row->threshold_percent))
		add_span(out, axis, "band", -row->threshold_percent, row->threshold_percent);
	add_ticks(out, axis);
	add_interval(out, axis, row);
	add_mark(out, place(axis, row->delta_percent), mark);
	g_string_append(out, "</svg>");
}

static void add_row(GString *out, const struct pb_compare_page *page, const struct axis *axis,
		    const struct pb_comparison_row *row)
{
	g_autofree char *params = pb_compare_params(page->varying, row);
	g_autofree char *percent = pb_compare_percent(row->delta_percent);
	g_autofree char *interval = pb_compare_interval(row);

	g_string_append_printf(out, "<li class=\"%s\"><span class=\"what\">",
			       looks[row->verdict].class);
	pb_text_append_html(out, row->benchmark);
	g_string_append_c(out, ' ');
	element(out, "span class=\"muted\"", row->metric);
	if (*params)
		element(out, "small", params);
	g_string_append(out, "</span><span class=\"value\">");
	g_string_append_printf(out, "<b>%s %s</b>", pb_compare_sign(row->verdict), percent);
	if (interval)
		element(out, "small", interval);
	g_string_append(out, "</span>");
	add_strip(out, axis, row);
	g_string_append(out, "</li>\n");
}

static void add_axis(GString *out, const struct axis *axis)
{
	g_string_append(out, "<li class=\"axis\" aria-hidden=\"true\"><svg class=\"effect axis\">");
	for (double n = ceil(axis->low / axis->step); n * axis->step <= axis->high; n++) {
		double tick = n * axis->step;

		g_string_append_printf(out,
				       "<text x=\"%.3f%%\" y=\"1.1em\" text-anchor=\"middle\">"
				       "%s%g%%</text>",
				       place(axis, tick), tick > 0 ? "+" : "", n == 0 ? 0 : tick);
	}
	g_string_append(out, "</svg></li>\n");
}

static void add_legend(GString *out, const struct pb_compare_page *page)
{
	g_string_append(out, "<p class=\"legend\">");
	for (size_t v = 0; v < PB_VERDICT_MISSING; v++) {
		if (!page->comparison->counts[v])
			continue;
		g_string_append_printf(out,
				       "<span class=\"%s\"><svg viewBox=\"-9 -9 18 18\" "
				       "aria-hidden=\"true\"><path class=\"mark\" d=\"%s\"/></svg>"
				       "%s</span>",
				       looks[v].class, looks[v].mark, looks[v].legend);
	}
	g_string_append(out, "<span><i class=\"swatch\"></i>below the threshold of its row</span>");
	if (page->timed)
		g_string_append(out, "<span>bars: 95% intervals</span>");
	g_string_append(out, "</p>\n");
}

/* What is not on the chart, and why. */
static void add_rest(GString *out, const struct pb_comparison *c, guint hidden, bool quiet)
{
	guint unmoved = 0, nowhere = 0;

	for (size_t i = 0; i < c->row_count; i++) {
		const struct pb_comparison_row *row = &c->rows[i];

		nowhere += is_judged(row) && !isfinite(row->delta_percent);
		unmoved += is_judged(row) && isfinite(row->delta_percent) && is_quiet(row);
	}
	g_string_append(out, "<figcaption>Each line is one case: the patched figure against the "
			     "baseline.");
	if (hidden)
		g_string_append_printf(out, " %u more are in the table alone.", hidden);
	if (unmoved && !quiet)
		g_string_append_printf(out, " %u unchanged are not drawn.", unmoved);
	if (nowhere)
		g_string_append_printf(out, " %u have a baseline of 0 and no percentage.", nowhere);
	g_string_append(out, "</figcaption>");
}

static void add_figure(GString *out, const struct pb_compare_page *page, const GPtrArray *rows)
{
	struct axis axis = axis_for(rows);

	pb_html_heading(out, "effects", "Effects");
	add_legend(out, page);
	g_string_append(out, "<figure class=\"forest\"><ul>\n");
	if (rows->len > MOST_TICKS)
		add_axis(out, &axis);
	for (guint i = 0; i < rows->len; i++)
		add_row(out, page, &axis, rows->pdata[i]);
	add_axis(out, &axis);
	g_string_append(out, "</ul>");
}

void pb_compare_add_forest(GString *out, const struct pb_compare_page *page)
{
	g_autoptr(GPtrArray) rows = rows_of(page->comparison, true);
	bool quiet = rows->len <= ALL_ROWS;
	guint hidden = 0;

	if (!quiet) {
		g_ptr_array_unref(rows);
		rows = rows_of(page->comparison, false);
	}
	if (!rows->len)
		return;
	if (rows->len > MOST_ROWS) {
		hidden = rows->len - MOST_ROWS;
		g_ptr_array_set_size(rows, MOST_ROWS);
	}
	add_figure(out, page, rows);
	add_rest(out, page->comparison, hidden, quiet);
	g_string_append(out, "</figure>\n");
}
