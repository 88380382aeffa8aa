/* What opens below a row of a comparison: see parts.h. */
#include <math.h>

#include "reports/render/compare/parts.h"
#include "reports/render/compare/words.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define element pb_html_element

#define SHOWN_SAMPLES 40 /* of a boot */
#define SHOWN_LANES   24 /* boots in the plot */
/* The plot, in units of its viewBox. */
#define WIDTH 440.0
#define LEFT  64.0
#define RIGHT 14.0
#define LANE  22.0
#define BELOW 24.0
#define DOT   3.5

struct range {
	double low, high;
};

static const char *const sides[] = {"baseline", "patched"};
static const char *const classes[] = {"before", "after"};

static size_t boot_count(const struct pb_comparison_row *row)
{
	size_t count = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(sides); i++)
		count = MAX(count, json_array_size(json_object_get(row->boots, sides[i])));
	return count;
}

static json_t *boot_of(const struct pb_comparison_row *row, size_t side, size_t boot)
{
	return json_array_get(json_object_get(row->boots, sides[side]), boot);
}

/* NAN for what is no number, which fmin() and fmax() leave out. */
static double sample_of(const json_t *value)
{
	return json_is_number(value) ? json_number_value(value) : NAN;
}

static struct range range_of(const struct pb_comparison_row *row, size_t boots)
{
	struct range range = {INFINITY, -INFINITY};

	for (size_t n = 0; n < boots * G_N_ELEMENTS(sides); n++) {
		json_t *value;
		size_t i;

		json_array_foreach (boot_of(row, n % 2, n / 2), i, value) {
			range.low = fmin(range.low, sample_of(value));
			range.high = fmax(range.high, sample_of(value));
		}
	}
	return range;
}

static double place(const struct range *range, double value)
{
	double span = range->high - range->low, inner = WIDTH - LEFT - RIGHT;

	return LEFT + (span > 0 ? (value - range->low) / span : 0.5) * inner;
}

static double middle_of(size_t boot)
{
	return LANE * ((double)boot + 0.5);
}

static void add_lane(GString *out, const char *word, size_t boot)
{
	g_string_append_printf(out,
			       "<text x=\"0\" y=\"%.1f\">%s %zu</text>"
			       "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
			       middle_of(boot) + 4, word, boot + 1, LEFT, WIDTH - RIGHT,
			       middle_of(boot), middle_of(boot));
}

/*
 * The baseline's samples are circles above the line of their boot, the patched side's squares
 * below it: no colour is needed. A line of no length is drawn as its cap, which takes a fifth of
 * the bytes of an element for each.
 */
static void add_dots(GString *out, const struct pb_comparison_row *row, size_t side, size_t lanes,
		     const struct range *range)
{
	g_string_append_printf(out, "<path class=\"%s\" d=\"", classes[side]);
	for (size_t boot = 0; boot < lanes; boot++) {
		double y = middle_of(boot) + (side ? DOT : -DOT);
		json_t *value;
		size_t i;

		json_array_foreach (boot_of(row, side, boot), i, value) {
			if (i < SHOWN_SAMPLES && json_is_number(value))
				g_string_append_printf(out, "M%.1f %.1fh0",
						       place(range, sample_of(value)), y);
		}
	}
	g_string_append(out, "\"/>");
}

static void add_key(GString *out, size_t side)
{
	g_string_append_printf(out,
			       "<svg class=\"key\" viewBox=\"-5 -5 10 10\" aria-hidden=\"true\">"
			       "<path class=\"%s\" d=\"M0 0h0\"/></svg> %s, ",
			       classes[side], sides[side]);
}

static void add_ends(GString *out, const struct range *range, double y)
{
	g_autofree char *low = pb_text_number(range->low);
	g_autofree char *high = pb_text_number(range->high);

	if (range->low == range->high) {
		g_string_append_printf(
			out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>",
			place(range, range->low), y, low);
		return;
	}
	g_string_append_printf(out,
			       "<text x=\"%.1f\" y=\"%.1f\">%s</text>"
			       "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
			       LEFT - DOT, y, low, WIDTH - RIGHT + DOT, y, high);
}

static void add_plot(GString *out, const struct pb_comparison_row *row, size_t boots)
{
	size_t lanes = MIN(boots, SHOWN_LANES);
	struct range range = range_of(row, lanes);
	double height = LANE * (double)lanes + BELOW;

	if (range.low > range.high)
		return;
	g_string_append_printf(out,
			       "<svg class=\"samples\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
			       "aria-label=\"The samples of each %s; as numbers below\">",
			       WIDTH, height, row->list);
	for (size_t boot = 0; boot < lanes; boot++)
		add_lane(out, row->list, boot);
	for (size_t side = 0; side < G_N_ELEMENTS(sides); side++)
		add_dots(out, row, side, lanes, &range);
	add_ends(out, &range, height - 8);
	g_string_append(out, "</svg><p class=\"muted\">");
	for (size_t side = 0; side < G_N_ELEMENTS(sides); side++)
		add_key(out, side);
	pb_text_append_html(out, row->unit);
	if (lanes < boots)
		g_string_append_printf(out, "; the first %zu %ss of %zu", lanes, row->list, boots);
	g_string_append(out, "</p>\n");
}

static void add_samples(GString *out, const json_t *boot)
{
	json_t *value;
	size_t i;

	g_string_append(out, "<td>");
	json_array_foreach (boot, i, value) {
		g_autofree char *text = pb_text_number(sample_of(value));

		if (i == SHOWN_SAMPLES) {
			g_string_append_printf(out, " <span class=\"muted\">and %zu more</span>",
					       json_array_size(boot) - i);
			break;
		}
		g_string_append_printf(out, "%s%s", i ? "\u2002" : "", text);
	}
	g_string_append(out, "</td>");
}

static void add_boots(GString *out, const struct pb_comparison_row *row)
{
	size_t boots = boot_count(row);

	if (!boots)
		return;
	add_plot(out, row, boots);
	g_string_append_printf(out,
			       "<table><thead><tr><th scope=\"col\">%s</th>"
			       "<th scope=\"col\">baseline, each sample</th>"
			       "<th scope=\"col\">patched, each sample</th></tr></thead><tbody>\n",
			       row->list);
	for (size_t boot = 0; boot < boots; boot++) {
		g_string_append_printf(out, "<tr><th scope=\"row\">%zu</th>", boot + 1);
		for (size_t side = 0; side < G_N_ELEMENTS(sides); side++)
			add_samples(out, boot_of(row, side, boot));
		g_string_append(out, "</tr>\n");
	}
	g_string_append(out, "</tbody></table>\n");
}

static void add_figure(GString *out, const char *name, double percent)
{
	if (isnan(percent))
		return;
	element(out, "dt", name);
	if (isinf(percent))
		element(out, "dd", "none");
	else
		g_string_append_printf(out, "<dd>%.3g%%</dd>", percent);
}

void pb_compare_add_sheet(GString *out, const struct pb_compare_page *page,
			  const struct pb_comparison_row *row)
{
	g_string_append_printf(out, "<div class=\"sheet%s\">", row->profile ? " broad" : "");
	element(out, "code", row->id);
	g_string_append(out, "<dl class=\"pairs\">");
	add_figure(out, "threshold", row->threshold_percent);
	add_figure(out, "floor, by the control", row->floor_percent);
	add_figure(out, "smallest effect it would have found", row->mde_percent);
	g_string_append(out, "</dl>\n");
	pb_compare_add_where(out, page, row);
	add_boots(out, row);
	if (row->command) {
		element(out, "div class=\"muted\"", "This case again, on both kernels");
		element(out, "pre", row->command);
	}
	g_string_append(out, "</div>");
}
