/* A series of patches as Markdown: see series_markdown.h. */
#include <string.h>

#include "reports/file.h"
#include "reports/render/compare/markdown_parts.h"
#include "reports/render/compare/series_markdown.h"
#include "reports/render/compare/series_text.h"
#include "reports/render/compare/series_view.h"
#include "reports/render/compare/text.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"

#define say	pb_text_append_markdown
#define code	pb_text_append_markdown_code
#define text_at pb_compare_text_at

#define FIRST_ROWS	20
#define MOST_COLUMNS	30
#define SHOWN_UNREACHED 12
/* How long the comment may be after each of its parts. */
#define AFTER_WARNINGS 20000
#define AFTER_PATCHES  30000
#define AFTER_ERRORS   40000
#define AFTER_MOVED    50000
#define AFTER_REST     56000

static void add_left_out(GString *out, size_t count)
{
	g_string_append_printf(out, "\n%zu more do not fit here; report.html has them.\n", count);
}

static void add_unreached(GString *out, const json_t *patch)
{
	const json_t *list = json_object_get(patch, "unreached");
	size_t count = json_array_size(list);
	g_autoptr(GString) one = g_string_new(NULL);

	if (!count)
		return;
	g_string_append_printf(one,
			       "\n> [!WARNING]\n> No chosen benchmark executed these functions of "
			       "patch %u inside the clock: the figures say nothing about them.\n",
			       pb_series_number(patch));
	for (size_t i = 0; i < MIN(count, SHOWN_UNREACHED); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		g_string_append(one, "> - ");
		pb_markdown_clipped(one, code, name ? name : "?");
		g_string_append_c(one, '\n');
	}
	if (count > SHOWN_UNREACHED)
		g_string_append_printf(one, "> - and %zu more\n", count - SHOWN_UNREACHED);
	if (!pb_markdown_fits(out, one, AFTER_WARNINGS))
		g_string_append_printf(out,
				       "\n> [!WARNING]\n> Functions of patch %u: see "
				       "report.html.\n",
				       pb_series_number(patch));
}

static void add_warnings(GString *out, const json_t *series)
{
	g_autofree char *unbuilt = pb_series_unbuilt(series);
	json_t *patch;
	size_t i;

	if (json_is_false(json_object_get(json_object_get(series, "control"), "ok")))
		g_string_append(out, "\n> [!CAUTION]\n> The control failed: these figures are not "
				     "to be trusted.\n");
	if (unbuilt) {
		g_string_append(out, "\n> [!CAUTION]\n> ");
		pb_markdown_clipped(out, say, unbuilt);
		g_string_append_c(out, '\n');
	}
	json_array_foreach (json_object_get(series, "patches"), i, patch) {
		if (out->len < AFTER_WARNINGS)
			add_unreached(out, patch);
	}
}

static void add_side(GString *out, const json_t *side)
{
	bool any = false;

	g_string_append(out, " | ");
	for (int v = 0; side && v <= PB_VERDICT_MISSING; v++) {
		guint count = pb_series_count(side, v);

		/* Unchanged is what the others are not. */
		if (!count || v == PB_VERDICT_UNCHANGED)
			continue;
		g_string_append_printf(out, "%s%s %u %s", any ? ", " : "", pb_compare_sign(v),
				       count, pb_compare_counted_word(v));
		any = true;
	}
	if (!any)
		g_string_append(out, side ? "= unchanged" : "–");
}

static void add_patch(GString *out, const json_t *patch)
{
	g_string_append_printf(out, "| %u | ", pb_series_number(patch));
	pb_markdown_clipped(out, say, text_at(patch, "subject"));
	if (!pb_series_has_kernel(patch)) {
		g_string_append(out, " | ✗ NO KERNEL | ");
	} else if (json_is_true(json_object_get(patch, "same_code"))) {
		g_string_append(out, " | = changes no code | ");
	} else {
		add_side(out, json_object_get(patch, "previous"));
		add_side(out, json_object_get(patch, "base"));
	}
	g_string_append(out, " |\n");
}

static void add_patches(GString *out, const json_t *series)
{
	size_t count = json_array_size(json_object_get(series, "patches"));

	if (!count)
		return;
	g_string_append(out, "\n| # | patch | by itself | against the base |\n|--:|---|---|---|\n");
	for (size_t i = 0; i < count; i++) {
		g_autoptr(GString) one = g_string_new(NULL);

		add_patch(one, json_array_get(json_object_get(series, "patches"), i));
		if (!pb_markdown_fits(out, one, AFTER_PATCHES)) {
			add_left_out(out, count - i);
			return;
		}
	}
}

/* What git or a compiler said. */
static void add_errors(GString *out, const json_t *series)
{
	json_t *patch;
	size_t i;

	json_array_foreach (json_object_get(series, "patches"), i, patch) {
		g_autoptr(GString) one = g_string_new(NULL);

		if (pb_series_has_kernel(patch))
			continue;
		pb_markdown_open_details(one, "Why patch %u has no kernel",
					 pb_series_number(patch));
		g_string_append(one, "\n<pre>");
		pb_markdown_clipped(one, pb_text_append_html, text_at(patch, "error"));
		g_string_append(one, "</pre>\n");
		pb_markdown_close_details(one);
		pb_markdown_fits(out, one, AFTER_ERRORS);
	}
}

static guint columns_of(const struct pb_series_matrix *matrix)
{
	return MIN(matrix->numbers->len, MOST_COLUMNS);
}

static void add_head(GString *out, const struct pb_series_matrix *matrix)
{
	g_string_append(out, "\n| case | base |");
	for (guint i = 0; i < columns_of(matrix); i++)
		g_string_append_printf(out, " patch %u |",
				       g_array_index(matrix->numbers, guint, i));
	g_string_append(out, " all |\n|---|--:|");
	for (guint i = 0; i < columns_of(matrix); i++)
		g_string_append(out, "--:|");
	g_string_append(out, "--:|\n");
}

static void add_block_head(GString *out, const struct pb_series_matrix *matrix,
			   const struct pb_series_block *block)
{
	g_autofree char *name = pb_series_block_name(block);
	g_autofree char *common = pb_series_params(block, pb_series_first(block), false);

	g_string_append(out, "| <b>");
	pb_markdown_clipped(out, say, name);
	g_string_append(out, "</b> ");
	if (*common)
		pb_markdown_clipped(out, code, common);
	for (guint i = 0; i < columns_of(matrix) + 2; i++)
		g_string_append(out, " |");
	g_string_append(out, " |\n");
}

static void add_effect(GString *out, const json_t *effect, bool counted)
{
	g_autofree char *text = pb_series_effect_text(effect, counted);

	g_string_append_printf(out, " %s |", text);
}

static void add_row(GString *out, const struct pb_series_matrix *matrix,
		    const struct pb_series_block *block, const json_t *row)
{
	g_autofree char *label = pb_series_params(block, row, true);
	g_autofree char *base = pb_series_baseline(row);

	g_string_append(out, "| ");
	pb_markdown_clipped(out, code, *label ? label : "the one case");
	g_string_append_printf(out, " | %s |", base);
	for (guint i = 0; i < columns_of(matrix); i++)
		add_effect(out, pb_series_effect(row, g_array_index(matrix->numbers, guint, i)),
			   matrix->counted);
	add_effect(out, pb_series_effect(row, 0), matrix->counted);
	g_string_append_c(out, '\n');
}

/* Rows from @first to @last, of whichever blocks they are. */
static void add_rows(GString *out, const struct pb_series_matrix *matrix, guint first, guint last,
		     gsize limit)
{
	guint at = 0;

	add_head(out, matrix);
	for (guint i = 0; i < matrix->blocks->len; i++) {
		const struct pb_series_block *block = matrix->blocks->pdata[i];

		for (guint k = 0; k < block->rows->len && at < last; k++, at++) {
			g_autoptr(GString) one = g_string_new(NULL);

			if (at < first)
				continue;
			if (!k || at == first)
				add_block_head(one, matrix, block);
			add_row(one, matrix, block, block->rows->pdata[k]);
			if (!pb_markdown_fits(out, one, limit)) {
				add_left_out(out, last - at);
				return;
			}
		}
	}
}

static void add_moved(GString *out, const json_t *series)
{
	g_autoptr(pb_series_matrix) matrix = pb_series_matrix_new(series, PB_SERIES_MOVED);
	guint first = MIN(matrix->row_count, FIRST_ROWS);

	if (!matrix->row_count)
		return;
	g_string_append_printf(out,
			       "\nWhat each patch adds to the kernel before it, in %s; “all” is "
			       "the last kernel against the base.\n",
			       matrix->counted ? "the unit of the figure" : "percent");
	if (matrix->numbers->len > MOST_COLUMNS)
		g_string_append_printf(out,
				       "%u more patches that moved something are in report.html.\n",
				       matrix->numbers->len - MOST_COLUMNS);
	add_rows(out, matrix, 0, first, AFTER_MOVED);
	if (first == matrix->row_count)
		return;
	pb_markdown_open_details(out, "%u more figures that moved", matrix->row_count - first);
	add_rows(out, matrix, first, matrix->row_count, AFTER_MOVED);
	pb_markdown_close_details(out);
}

static void add_rest(GString *out, const json_t *series)
{
	g_autoptr(pb_series_matrix) matrix = pb_series_matrix_new(series, PB_SERIES_REST);

	if (!matrix->row_count)
		return;
	pb_markdown_open_details(out, "%u figures that no patch is shown to move",
				 matrix->row_count);
	add_rows(out, matrix, 0, matrix->row_count, AFTER_REST);
	pb_markdown_close_details(out);
}

int pb_render_series_markdown(const json_t *series, const char *dir, GError **ret_error)
{
	enum pb_verdict verdict = pb_series_verdict(series);
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GPtrArray) trust = pb_compare_series_trust(series);
	g_autofree char *text = pb_render_series_text(series, PB_MAIL_COLUMNS);

	g_string_append_printf(out, "### %s ", pb_compare_sign(verdict));
	pb_markdown_clipped(out, say, text_at(series, "sentence"));
	g_string_append(out, "\n\npinbench: ");
	pb_markdown_clipped(out, code, text_at(series, "base"));
	g_string_append_printf(out, " and %zu patches\n",
			       json_array_size(json_object_get(series, "patches")));
	add_warnings(out, series);
	pb_markdown_add_trust(out, trust);
	add_patches(out, series);
	add_errors(out, series);
	add_moved(out, series);
	add_rest(out, series);
	pb_markdown_add_text(out, text);
	return pb_write_file(dir, PB_MARKDOWN_FILE, out->str, out->len, ret_error);
}
