/* The figures of a series, chosen and grouped: see series_view.h. */
#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/render/compare/series_view.h"
#include "reports/shell.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"

#define text_at pb_compare_text_at

bool pb_series_is_counted(const json_t *series)
{
	return !strcmp(text_at(series, "evidence"), PB_EVIDENCE_COUNTED);
}

bool pb_series_has_kernel(const json_t *patch)
{
	return !*text_at(patch, "error");
}

guint pb_series_number(const json_t *patch)
{
	return (guint)json_integer_value(json_object_get(patch, "number"));
}

enum pb_verdict pb_series_verdict(const json_t *object)
{
	const char *name = text_at(object, "verdict");

	for (int v = 0; v < PB_VERDICT_MISSING; v++) {
		if (!strcmp(name, pb_verdict_name(v)))
			return v;
	}
	return PB_VERDICT_MISSING;
}

bool pb_series_is_moved(const json_t *effect)
{
	enum pb_verdict verdict = pb_series_verdict(effect);

	return verdict == PB_VERDICT_REGRESSION || verdict == PB_VERDICT_IMPROVEMENT;
}

guint pb_series_count(const json_t *side, enum pb_verdict verdict)
{
	const json_t *counts = json_object_get(side, "counts");

	return (guint)json_integer_value(json_object_get(counts, pb_verdict_name(verdict)));
}

const json_t *pb_series_effect(const json_t *row, guint number)
{
	return number ? json_array_get(json_object_get(row, "previous"), number - 1)
		      : json_object_get(row, "whole");
}

double pb_series_change(const json_t *effect, bool counted)
{
	const json_t *value = json_object_get(effect, counted ? "delta" : "delta_percent");

	return json_is_number(value) ? json_number_value(value) : NAN;
}

char *pb_series_effect_text(const json_t *effect, bool counted)
{
	enum pb_verdict verdict = pb_series_verdict(effect);
	double change = pb_series_change(effect, counted);
	g_autofree char *text = NULL;

	if (verdict == PB_VERDICT_MISSING)
		text = g_strdup(pb_verdict_name(verdict));
	else if (change == 0 || (isnan(change) && !pb_series_is_moved(effect)))
		return g_strdup(pb_compare_sign(verdict));
	else
		text = counted && !isnan(change) ? pb_compare_signed(change)
						 : pb_compare_percent(change);
	return g_strdup_printf("%s %s", pb_compare_sign(verdict), text);
}

static bool row_moved(const json_t *row)
{
	json_t *effect;
	size_t i;

	json_array_foreach (json_object_get(row, "previous"), i, effect) {
		if (pb_series_is_moved(effect))
			return true;
	}
	return false;
}

static bool is_chosen(const json_t *row, enum pb_series_choice choice)
{
	bool primary = json_is_true(json_object_get(row, "primary"));

	if (choice == PB_SERIES_EXPLORATORY)
		return !primary && row_moved(row);
	return primary && row_moved(row) == (choice == PB_SERIES_MOVED);
}

void pb_series_block_free(gpointer data)
{
	struct pb_series_block *block = data;

	g_ptr_array_unref(block->rows);
	g_free(block);
}

struct pb_series_block *pb_series_block_for(GPtrArray *blocks, const json_t *row)
{
	struct pb_series_block *block;

	for (guint i = 0; i < blocks->len; i++) {
		const json_t *first = pb_series_first(blocks->pdata[i]);

		if (!strcmp(text_at(first, "benchmark"), text_at(row, "benchmark")) &&
		    !strcmp(text_at(first, "metric"), text_at(row, "metric")) &&
		    !strcmp(text_at(first, "unit"), text_at(row, "unit")))
			return blocks->pdata[i];
	}
	block = g_new0(struct pb_series_block, 1);
	block->rows = g_ptr_array_new();
	g_ptr_array_add(blocks, block);
	return block;
}

/* Whether the patch's column would show something about what was chosen. */
static bool tells(const json_t *effect, enum pb_series_choice choice, bool counted)
{
	double change = pb_series_change(effect, counted);

	if (choice != PB_SERIES_REST)
		return pb_series_is_moved(effect);
	return pb_series_verdict(effect) != PB_VERDICT_UNCHANGED ||
	       (counted && !isnan(change) && change != 0);
}

static bool column_tells(const struct pb_series_matrix *matrix, guint number,
			 enum pb_series_choice choice)
{
	for (guint i = 0; i < matrix->blocks->len; i++) {
		const struct pb_series_block *block = matrix->blocks->pdata[i];

		for (guint k = 0; k < block->rows->len; k++) {
			if (tells(pb_series_effect(block->rows->pdata[k], number), choice,
				  matrix->counted))
				return true;
		}
	}
	return false;
}

struct pb_series_matrix *pb_series_matrix_new(const json_t *series, enum pb_series_choice choice)
{
	struct pb_series_matrix *matrix = g_new0(struct pb_series_matrix, 1);
	json_t *row, *patch;
	size_t i;

	matrix->counted = pb_series_is_counted(series);
	matrix->numbers = g_array_new(FALSE, FALSE, sizeof(guint));
	matrix->blocks = g_ptr_array_new_with_free_func(pb_series_block_free);
	json_array_foreach (json_object_get(series, "rows"), i, row) {
		if (!is_chosen(row, choice))
			continue;
		g_ptr_array_add(pb_series_block_for(matrix->blocks, row)->rows, row);
		matrix->row_count++;
	}
	json_array_foreach (json_object_get(series, "patches"), i, patch) {
		guint number = (guint)i + 1;

		if (pb_series_has_kernel(patch) && column_tells(matrix, number, choice))
			g_array_append_val(matrix->numbers, number);
	}
	return matrix;
}

void pb_series_matrix_free(struct pb_series_matrix *matrix)
{
	if (!matrix)
		return;
	g_array_unref(matrix->numbers);
	g_ptr_array_unref(matrix->blocks);
	g_free(matrix);
}

const json_t *pb_series_first(const struct pb_series_block *block)
{
	return block->rows->pdata[0];
}

char *pb_series_block_name(const struct pb_series_block *block)
{
	const json_t *first = pb_series_first(block);

	return g_strdup_printf("%s: %s, %s", text_at(first, "benchmark"), text_at(first, "metric"),
			       text_at(first, "unit"));
}

static bool varies(const struct pb_series_block *block, const char *name)
{
	const char *value = text_at(json_object_get(pb_series_first(block), "params"), name);

	for (guint i = 1; i < block->rows->len; i++) {
		if (strcmp(text_at(json_object_get(block->rows->pdata[i], "params"), name), value))
			return true;
	}
	return false;
}

char *pb_series_params(const struct pb_series_block *block, const json_t *row, bool varying)
{
	const json_t *params = json_object_get(row, "params");
	GString *text = g_string_new(NULL);
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)params, name, value) {
		if (varies(block, name) == varying)
			g_string_append_printf(text, "%s%s=%s", text->len ? " " : "", name,
					       text_at(params, name));
	}
	return g_string_free(text, FALSE);
}

char *pb_series_baseline(const json_t *row)
{
	const json_t *value = json_object_get(row, "baseline");

	return json_is_number(value) ? pb_text_number(json_number_value(value)) : g_strdup("–");
}

char *pb_series_command(const char *before, const json_t *patch)
{
	g_autofree char *base = pb_shell_word(before);
	g_autofree char *spec = pb_shell_word(text_at(patch, "spec"));

	return *text_at(patch, "spec") ? g_strdup_printf("./run.sh compare %s %s", base, spec)
				       : NULL;
}

char *pb_series_unbuilt(const json_t *series)
{
	const json_t *patches = json_object_get(series, "patches"), *patch;
	g_autoptr(GString) list = g_string_new(NULL);
	guint count = 0;

	for (size_t i = 0; i < json_array_size(patches); i++) {
		patch = json_array_get(patches, i);
		if (pb_series_has_kernel(patch))
			continue;
		g_string_append_printf(list, "%s%u", count++ ? ", " : "", pb_series_number(patch));
	}
	return count ? g_strdup_printf("%u of %zu patches have no kernel, so nothing is known of "
				       "them: %s.",
				       count, json_array_size(patches), list->str)
		     : NULL;
}
