/*
 * Figures over the patches of a series, a plot for each block: see series_parts.h. A line is a
 * figure's change against the base after each patch; a mark is on the patch that moved it.
 */
#include <math.h>

#include "reports/render/compare/parts.h"
#include "reports/render/compare/series_parts.h"
#include "reports/render/compare/words.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

/* The plot, in units of its viewBox. */
#define WIDTH  440.0
#define HEIGHT 150.0
#define LEFT   68.0
#define RIGHT  16.0
#define TOP    16.0
#define BOTTOM 30.0

#define MOST_NAMES 12 /* of patches below the plot */
#define LEAST_GAP  18 /* between two labels at its side */

struct plot {
	double low, high;
	size_t count; /* of patches */
	bool counted;
};

/* Against the base after patch @number; NAN if it has no figure. Number 0 is the base. */
static double value_at(const struct plot *plot, const json_t *row, size_t number)
{
	const json_t *effect;
	double change;

	if (!number)
		return 0;
	effect = json_array_get(json_object_get(row, "base"), number - 1);
	change = pb_series_change(effect, plot->counted);
	/* No code changed so far, so nobody measured. */
	if (isnan(change) && pb_series_verdict(effect) == PB_VERDICT_UNCHANGED)
		return 0;
	return change;
}

static struct plot plot_of(const struct pb_series_block *block, size_t count, bool counted)
{
	struct plot plot = {.count = count, .counted = counted};

	for (guint i = 0; i < block->rows->len; i++) {
		for (size_t number = 1; number <= count; number++) {
			double value = value_at(&plot, block->rows->pdata[i], number);

			plot.low = fmin(plot.low, value);
			plot.high = fmax(plot.high, value);
		}
	}
	return plot;
}

static double x_of(const struct plot *plot, size_t number)
{
	return LEFT + (double)number / (double)plot->count * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct plot *plot, double value)
{
	double span = plot->high - plot->low;

	return TOP + (span > 0 ? (plot->high - value) / span : 0.5) * (HEIGHT - TOP - BOTTOM);
}

static void add_level(GString *out, const struct plot *plot, double value)
{
	g_autofree char *text =
		plot->counted ? pb_compare_signed(value) : pb_compare_percent(value);

	g_string_append_printf(out,
			       "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
			       "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
			       LEFT, WIDTH - RIGHT, y_of(plot, value), y_of(plot, value), LEFT - 10,
			       y_of(plot, value) + 5, text);
}

static void add_axes(GString *out, const struct plot *plot)
{
	double zero = y_of(plot, 0);
	size_t step = plot->count / MOST_NAMES + 1;

	add_level(out, plot, 0);
	if (fabs(y_of(plot, plot->high) - zero) > LEAST_GAP)
		add_level(out, plot, plot->high);
	if (fabs(y_of(plot, plot->low) - zero) > LEAST_GAP)
		add_level(out, plot, plot->low);
	for (size_t number = 0; number <= plot->count; number += step) {
		g_string_append_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
				       x_of(plot, number), HEIGHT - 8);
		if (number)
			g_string_append_printf(out, "%zu</text>", number);
		else
			g_string_append(out, "base</text>");
	}
}

/* Steps: between two patches there is nothing to go through. Without a figure, a gap. */
static char *path_of(const struct plot *plot, const json_t *row)
{
	GString *path = g_string_new(NULL);
	bool gap = true;

	for (size_t number = 0; number <= plot->count; number++) {
		double value = value_at(plot, row, number), x = x_of(plot, number);

		if (!isnan(value) && gap)
			g_string_append_printf(path, "M%.1f %.1f", x, y_of(plot, value));
		else if (!isnan(value))
			g_string_append_printf(path, "H%.1fV%.1f", x, y_of(plot, value));
		gap = isnan(value);
	}
	return g_string_free(path, FALSE);
}

static void add_marks(GString *out, const struct plot *plot, const json_t *row)
{
	for (size_t number = 1; number <= plot->count; number++) {
		const json_t *effect = pb_series_effect(row, (guint)number);
		double value = value_at(plot, row, number);
		enum pb_verdict verdict = pb_series_verdict(effect);

		if (isnan(value) || !pb_series_is_moved(effect))
			continue;
		g_string_append_printf(out,
				       "<g class=\"%s\" transform=\"translate(%.1f %.1f)\">"
				       "<path class=\"mark\" d=\"%s\"/></g>",
				       pb_compare_class(verdict), x_of(plot, number),
				       y_of(plot, value), pb_compare_mark(verdict));
	}
}

static void add_course(GString *out, const struct pb_series_block *block, const struct plot *plot)
{
	g_autoptr(GHashTable) drawn = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *name = pb_series_block_name(block);

	g_string_append(out, "<figure>");
	pb_html_element(out, "h3", name);
	g_string_append_printf(
		out,
		"<svg class=\"samples\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
		"aria-label=\"Against the base after each patch; as numbers above\">",
		WIDTH, HEIGHT);
	add_axes(out, plot);
	for (guint i = 0; i < block->rows->len; i++) {
		const json_t *row = block->rows->pdata[i];
		char *path = path_of(plot, row);

		/* Counted figures often move together. */
		if (g_hash_table_contains(drawn, path)) {
			g_free(path);
			continue;
		}
		g_string_append_printf(out, "<path class=\"course\" d=\"%s\"/>", path);
		add_marks(out, plot, row);
		g_hash_table_add(drawn, path);
	}
	g_string_append_printf(out,
			       "</svg><figcaption>%u figure%s, %u line%s</figcaption></figure>\n",
			       block->rows->len, block->rows->len == 1 ? "" : "s",
			       g_hash_table_size(drawn), g_hash_table_size(drawn) == 1 ? "" : "s");
}

static void add_key(GString *out, enum pb_verdict verdict, const char *word)
{
	g_string_append_printf(
		out,
		"<span class=\"%s\"><svg viewBox=\"-8 -8 16 16\" aria-hidden=\"true\">"
		"<path class=\"mark\" d=\"%s\"/></svg>%s</span>",
		pb_compare_class(verdict), pb_compare_mark(verdict), word);
}

void pb_series_add_courses(GString *out, const json_t *series,
			   const struct pb_series_matrix *matrix)
{
	size_t count = json_array_size(json_object_get(series, "patches"));

	if (count < 2 || !matrix->row_count)
		return;
	pb_html_heading(out, "course", "Over the series");
	g_string_append(out, "<p class=\"legend\">");
	add_key(out, PB_VERDICT_REGRESSION, "the patch made it worse");
	add_key(out, PB_VERDICT_IMPROVEMENT, "the patch made it better");
	g_string_append_printf(out, "<span>a line: change against the base%s</span></p>\n",
			       matrix->counted ? ", in the unit" : ", in percent");
	g_string_append(out, "<div class=\"plots\">\n");
	for (guint i = 0; i < matrix->blocks->len; i++) {
		const struct pb_series_block *block = matrix->blocks->pdata[i];
		struct plot plot = plot_of(block, count, matrix->counted);

		add_course(out, block, &plot);
	}
	g_string_append(out, "</div>\n");
}
