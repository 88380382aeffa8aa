/* A series of patches as plain text: see series_text.h. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "reports/render/compare/series_text.h"
#include "reports/render/compare/series_view.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"

#define text_at pb_compare_text_at

#define FIGURE_WIDTH 9
#define LABEL_WIDTH  27
#define LIST_WIDTH   15

/* "14 worse, 2 better"; "-" for nothing moved. */
static char *moved_text(const json_t *side)
{
	guint worse = pb_series_count(side, PB_VERDICT_REGRESSION);
	guint better = pb_series_count(side, PB_VERDICT_IMPROVEMENT);
	guint open = pb_series_count(side, PB_VERDICT_INCONCLUSIVE);
	guint lost = pb_series_count(side, PB_VERDICT_MISSING);

	if (worse && better)
		return g_strdup_printf("%u worse %u bett", worse, better);
	if (worse || better)
		return g_strdup_printf("%u %s", worse + better, worse ? "worse" : "better");
	if (open || lost)
		return g_strdup_printf("%u %s", open ? open : lost, open ? "inconcl." : "missing");
	return g_strdup("unchanged");
}

static void add_unreached(GString *out, const json_t *patch, guint columns)
{
	const json_t *list = json_object_get(patch, "unreached");
	g_autoptr(GString) text = g_string_new("not measured by any chosen benchmark:");
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		g_string_append_printf(text, " %s",
				       json_is_string(one) ? json_string_value(one) : "?");
	if (json_array_size(list))
		pb_text_append_wrapped(out, text->str, columns, 7);
}

/* What git or the compiler said has lines of its own. */
static void add_error(GString *out, const char *error, guint columns)
{
	g_auto(GStrv) lines = g_strsplit(error, "\n", -1);

	for (char **line = lines; *line; line++)
		pb_text_append_wrapped(out, g_strstrip(*line), columns, 7);
}

static void add_patch(GString *out, const json_t *patch, guint columns)
{
	const json_t *base = json_object_get(patch, "base");
	g_autofree char *previous = moved_text(json_object_get(patch, "previous"));
	g_autofree char *whole = moved_text(base);
	const char *error = text_at(patch, "error");

	g_string_append_printf(out, "%4u  ", pb_series_number(patch));
	if (*error)
		g_string_append_printf(out, "%-*s %-*s ", LIST_WIDTH, "NO KERNEL", LIST_WIDTH, "");
	else if (json_is_true(json_object_get(patch, "same_code")))
		g_string_append_printf(out, "%-*s %-*s ", LIST_WIDTH, "changes no code", LIST_WIDTH,
				       "");
	else
		g_string_append_printf(out, "%-*s %-*s ", LIST_WIDTH, previous, LIST_WIDTH, whole);
	g_string_append_printf(out, "%s\n", text_at(patch, "subject"));
	if (*error)
		add_error(out, error, columns);
	add_unreached(out, patch, columns);
}

static void add_patches(GString *out, const json_t *series, guint columns)
{
	json_t *patch;
	size_t i;

	g_string_append_printf(out, "\n   #  %-*s %-*s %s\n", LIST_WIDTH, "by itself", LIST_WIDTH,
			       "against base", "subject");
	json_array_foreach (json_object_get(series, "patches"), i, patch)
		add_patch(out, patch, columns);
}

/* Counted: what was added, in the unit; timed: the effect. */
static char *effect_text(const json_t *effect, bool counted)
{
	double change = pb_series_change(effect, counted);

	if (pb_series_verdict(effect) == PB_VERDICT_MISSING)
		return g_strdup("missing");
	if (isnan(change))
		return g_strdup(pb_series_is_moved(effect) ? "new" : "=");
	if (change == 0)
		return g_strdup("=");
	if (!counted)
		return g_strdup_printf("%+.2f%%%s", change, pb_series_is_moved(effect) ? "" : "?");
	return pb_compare_signed(change);
}

/* A part of the patches' columns that the lines have room for. */
struct part {
	const struct pb_series_matrix *matrix;
	guint first, last;
};

static guint number_at(const struct part *part, guint column)
{
	return g_array_index(part->matrix->numbers, guint, column);
}

static void add_effect(GString *out, const json_t *effect, bool counted)
{
	g_autofree char *text = effect_text(effect, counted);

	g_string_append_printf(out, " %*s", FIGURE_WIDTH - 1, text);
}

static void add_row(GString *out, const struct part *part, const struct pb_series_block *block,
		    const json_t *row)
{
	g_autofree char *before = pb_series_baseline(row);
	g_autofree char *label = pb_series_params(block, row, true);

	if (strlen(label) > LABEL_WIDTH - 2)
		g_string_append_printf(out, "  %s\n%*s", label, LABEL_WIDTH, "");
	else
		g_string_append_printf(out, "  %-*s", LABEL_WIDTH - 2, label);
	g_string_append_printf(out, " %*s", FIGURE_WIDTH - 1, before);
	for (guint i = part->first; i < part->last; i++)
		add_effect(out, pb_series_effect(row, number_at(part, i)), part->matrix->counted);
	add_effect(out, pb_series_effect(row, 0), part->matrix->counted);
	g_string_append_c(out, '\n');
}

static void add_heading(GString *out, const struct part *part, const struct pb_series_block *block)
{
	g_autofree char *common = pb_series_params(block, pb_series_first(block), false);
	g_autofree char *name = pb_series_block_name(block);

	g_string_append_printf(out, "\n%s\n", name);
	if (*common)
		g_string_append_printf(out, "  %s\n", common);
	g_string_append_printf(out, "%*s %*s", LABEL_WIDTH, "", FIGURE_WIDTH - 1, "base");
	for (guint i = part->first; i < part->last; i++) {
		g_autofree char *patch = g_strdup_printf("patch %u", number_at(part, i));

		g_string_append_printf(out, " %*s", FIGURE_WIDTH - 1, patch);
	}
	g_string_append_printf(out, " %*s\n", FIGURE_WIDTH - 1, "all");
}

static void add_figures(GString *out, const struct part *part)
{
	for (guint i = 0; i < part->matrix->blocks->len; i++) {
		const struct pb_series_block *block = part->matrix->blocks->pdata[i];

		add_heading(out, part, block);
		for (guint k = 0; k < block->rows->len; k++)
			add_row(out, part, block, block->rows->pdata[k]);
	}
}

char *pb_render_series_text(const json_t *series, guint columns)
{
	guint per_table = MAX(1, (columns - LABEL_WIDTH) / FIGURE_WIDTH - 2);
	g_autoptr(pb_series_matrix) matrix = pb_series_matrix_new(series, PB_SERIES_MOVED);
	g_autoptr(GString) out = g_string_new(NULL);

	pb_text_append_wrapped(out, text_at(series, "sentence"), columns, 0);
	add_patches(out, series, columns);
	if (matrix->row_count)
		g_string_append(out, "\nWhat each patch adds to the one before it:\n");
	for (guint first = 0; first < matrix->numbers->len; first += per_table) {
		guint last = MIN(first + per_table, matrix->numbers->len);

		add_figures(out, &(struct part){.matrix = matrix, .first = first, .last = last});
	}
	return pb_text_plain_lines(out->str);
}
