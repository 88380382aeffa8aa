/* A series of patches as plain text: see series_text.h. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/compare/comparison.h"
#include "reports/render/compare/series_text.h"
#include "reports/render/text.h"

#define FIGURE_WIDTH 9
#define LABEL_WIDTH  27
#define LIST_WIDTH   15

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static guint count_of(const json_t *side, enum pb_verdict verdict)
{
	const json_t *counts = json_object_get(side, "counts");

	return (guint)json_integer_value(json_object_get(counts, pb_verdict_name(verdict)));
}

/* "14 worse, 2 better"; "-" for nothing moved. */
static char *moved_text(const json_t *side)
{
	guint worse = count_of(side, PB_VERDICT_REGRESSION);
	guint better = count_of(side, PB_VERDICT_IMPROVEMENT);
	guint open = count_of(side, PB_VERDICT_INCONCLUSIVE);

	if (worse && better)
		return g_strdup_printf("%u worse %u bett", worse, better);
	if (worse || better)
		return g_strdup_printf("%u %s", worse + better, worse ? "worse" : "better");
	return open ? g_strdup_printf("%u inconcl.", open) : g_strdup("unchanged");
}

static void add_unreached(GString *out, const json_t *patch, guint columns)
{
	const json_t *list = json_object_get(patch, "unreached");
	g_autoptr(GString) text = g_string_new("not measured by any chosen benchmark:");
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		g_string_append_printf(text, " %s", json_string_value(one));
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
	const char *error = text_of(patch, "error");

	g_string_append_printf(out, "%4d  ",
			       (int)json_integer_value(json_object_get(patch, "number")));
	if (*error)
		g_string_append_printf(out, "%-*s %-*s ", LIST_WIDTH, "NO KERNEL", LIST_WIDTH, "");
	else if (json_is_true(json_object_get(patch, "same_code")))
		g_string_append_printf(out, "%-*s %-*s ", LIST_WIDTH, "changes no code", LIST_WIDTH,
				       "");
	else
		g_string_append_printf(out, "%-*s %-*s ", LIST_WIDTH, previous, LIST_WIDTH, whole);
	g_string_append_printf(out, "%s\n", text_of(patch, "subject"));
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

static bool is_moved(const json_t *effect)
{
	const char *verdict = text_of(effect, "verdict");

	return !strcmp(verdict, pb_verdict_name(PB_VERDICT_REGRESSION)) ||
	       !strcmp(verdict, pb_verdict_name(PB_VERDICT_IMPROVEMENT));
}

static bool row_moved(const json_t *row)
{
	json_t *effect;
	size_t i;

	json_array_foreach (json_object_get(row, "previous"), i, effect) {
		if (is_moved(effect))
			return json_is_true(json_object_get(row, "primary"));
	}
	return false;
}

/* Numbers (from 1) of the patches that moved a figure. */
static GArray *moving_patches(const json_t *series)
{
	size_t count = json_array_size(json_object_get(series, "patches"));
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(guint));

	for (guint number = 1; number <= count; number++) {
		const json_t *rows = json_object_get(series, "rows");
		json_t *row;
		size_t i;

		json_array_foreach (rows, i, row) {
			if (!json_is_true(json_object_get(row, "primary")) ||
			    !is_moved(json_array_get(json_object_get(row, "previous"), number - 1)))
				continue;
			g_array_append_val(numbers, number);
			break;
		}
	}
	return numbers;
}

/* Counted: what was added, in the unit; timed: the effect. */
static char *effect_text(const json_t *effect, bool counted)
{
	const json_t *value = json_object_get(effect, counted ? "delta" : "delta_percent");
	double number = json_is_number(value) ? json_number_value(value) : NAN;
	g_autofree char *text = NULL;

	if (!strcmp(text_of(effect, "verdict"), pb_verdict_name(PB_VERDICT_MISSING)))
		return g_strdup("missing");
	if (isnan(number) || number == 0)
		return g_strdup("=");
	if (!counted)
		return g_strdup_printf("%+.2f%%%s", number, is_moved(effect) ? "" : "?");
	text = pb_text_number(fabs(number));
	return g_strconcat(number < 0 ? "-" : "+", text, NULL);
}

static void add_effects(GString *out, const json_t *row, const GArray *numbers, guint first,
			guint last, bool counted)
{
	g_autofree char *whole = NULL;

	for (guint i = first; i < last; i++) {
		guint number = g_array_index(numbers, guint, i);
		g_autofree char *text = effect_text(
			json_array_get(json_object_get(row, "previous"), number - 1), counted);

		g_string_append_printf(out, " %*s", FIGURE_WIDTH - 1, text);
	}
	whole = effect_text(json_object_get(row, "whole"), counted);
	g_string_append_printf(out, " %*s\n", FIGURE_WIDTH - 1, whole);
}

/* Rows of one benchmark's metric that moved. */
struct block {
	const json_t *first;
	GPtrArray *rows; /* borrowed json_t */
};

static void block_free(gpointer data)
{
	struct block *block = data;

	g_ptr_array_unref(block->rows);
	g_free(block);
}

static struct block *block_for(GPtrArray *blocks, const json_t *row)
{
	struct block *block;

	for (guint i = 0; i < blocks->len; i++) {
		block = blocks->pdata[i];
		if (!strcmp(text_of(block->first, "benchmark"), text_of(row, "benchmark")) &&
		    !strcmp(text_of(block->first, "metric"), text_of(row, "metric")))
			return block;
	}
	block = g_new0(struct block, 1);
	block->first = row;
	block->rows = g_ptr_array_new();
	g_ptr_array_add(blocks, block);
	return block;
}

static GPtrArray *blocks_of(const json_t *series)
{
	GPtrArray *blocks = g_ptr_array_new_with_free_func(block_free);
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(series, "rows"), i, row) {
		if (row_moved(row))
			g_ptr_array_add(block_for(blocks, row)->rows, row);
	}
	return blocks;
}

static bool varies(const struct block *block, const char *name)
{
	const char *value = text_of(json_object_get(block->first, "params"), name);

	for (guint i = 1; i < block->rows->len; i++) {
		if (strcmp(text_of(json_object_get(block->rows->pdata[i], "params"), name), value))
			return true;
	}
	return false;
}

/* "page=4k batch=1": the parameters that vary in the block, or those that do not. */
static char *params_of(const struct block *block, const json_t *row, bool varying)
{
	GString *text = g_string_new(NULL);
	const char *name;
	json_t *value;

	json_object_foreach (json_object_get(row, "params"), name, value) {
		if (varies(block, name) == varying)
			g_string_append_printf(text, "%s%s=%s", text->len ? " " : "", name,
					       json_string_value(value));
	}
	return g_string_free(text, FALSE);
}

static void add_row(GString *out, const struct block *block, const json_t *row,
		    const GArray *numbers, guint first, guint last, bool counted)
{
	const json_t *baseline = json_object_get(row, "baseline");
	g_autofree char *before = json_is_number(baseline)
					  ? pb_text_number(json_number_value(baseline))
					  : g_strdup("-");
	g_autofree char *label = params_of(block, row, true);

	if (strlen(label) > LABEL_WIDTH - 2)
		g_string_append_printf(out, "  %s\n%*s", label, LABEL_WIDTH, "");
	else
		g_string_append_printf(out, "  %-*s", LABEL_WIDTH - 2, label);
	g_string_append_printf(out, " %*s", FIGURE_WIDTH - 1, before);
	add_effects(out, row, numbers, first, last, counted);
}

static void add_heading(GString *out, const struct block *block, const GArray *numbers, guint first,
			guint last)
{
	const json_t *row = block->first;
	g_autofree char *common = params_of(block, row, false);

	g_string_append_printf(out, "\n%s: %s, %s\n", text_of(row, "benchmark"),
			       text_of(row, "metric"), text_of(row, "unit"));
	if (*common)
		g_string_append_printf(out, "  %s\n", common);
	g_string_append_printf(out, "%*s %*s", LABEL_WIDTH, "", FIGURE_WIDTH - 1, "base");
	for (guint i = first; i < last; i++) {
		g_autofree char *name =
			g_strdup_printf("patch %u", g_array_index(numbers, guint, i));

		g_string_append_printf(out, " %*s", FIGURE_WIDTH - 1, name);
	}
	g_string_append_printf(out, " %*s\n", FIGURE_WIDTH - 1, "all");
}

static void add_figures(GString *out, const json_t *series, const GArray *numbers, guint first,
			guint last)
{
	bool counted = !strcmp(text_of(series, "evidence"), PB_EVIDENCE_COUNTED);
	g_autoptr(GPtrArray) blocks = blocks_of(series);

	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = blocks->pdata[i];

		add_heading(out, block, numbers, first, last);
		for (guint k = 0; k < block->rows->len; k++)
			add_row(out, block, block->rows->pdata[k], numbers, first, last, counted);
	}
}

char *pb_render_series_text(const json_t *series, guint columns)
{
	guint per_table = MAX(1, (columns - LABEL_WIDTH) / FIGURE_WIDTH - 2);
	g_autoptr(GArray) numbers = moving_patches(series);
	g_autoptr(GString) out = g_string_new(NULL);
	GString *plain = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;

	pb_text_append_wrapped(out, text_of(series, "sentence"), columns, 0);
	add_patches(out, series, columns);
	if (numbers->len)
		g_string_append(out, "\nWhat each patch adds to the one before it:\n");
	for (guint first = 0; first < numbers->len; first += per_table)
		add_figures(out, series, numbers, first, MIN(first + per_table, numbers->len));
	lines = g_strsplit(out->str, "\n", -1);
	for (char **line = lines; *line; line++) {
		pb_text_append_plain(plain, *line);
		if (line[1])
			g_string_append_c(plain, '\n');
	}
	return g_string_free(plain, FALSE);
}
