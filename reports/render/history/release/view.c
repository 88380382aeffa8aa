/* What the renderers of a cross-release table share: see view.h. */
#include "reports/render/history/release/view.h"

#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/render/compare/series_view.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"

#define text_at	   pb_compare_text_at
#define HEAD_WIDTH 18

static bool is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static bool is_move(const json_t *cell)
{
	return is_true(cell, "matters") && !is_true(cell, "unclear");
}

/* A figure that was nothing before has no percent: nothing moved more. */
static double size_of(const json_t *cell)
{
	const json_t *percent = json_object_get(cell, "change_percent");

	return json_is_number(percent) ? fabs(json_number_value(percent)) : INFINITY;
}

static double largest_move(const json_t *row)
{
	double largest = 0;
	json_t *cell;
	size_t i;

	json_array_foreach (json_object_get(row, "cells"), i, cell)
		largest = is_move(cell) ? fmax(largest, size_of(cell)) : largest;
	return largest;
}

static int larger_first(double a, double b)
{
	return a > b ? -1 : a < b;
}

static gint compare_rows(gconstpointer left, gconstpointer right)
{
	const json_t *a = *(const json_t *const *)left, *b = *(const json_t *const *)right;
	int order = larger_first(largest_move(a), largest_move(b));

	return order ? order : strcmp(text_at(a, "case"), text_at(b, "case"));
}

/* Their rows are sorted. */
static gint compare_blocks(gconstpointer left, gconstpointer right)
{
	const struct pb_series_block *const *a = left, *const *b = right;

	return compare_rows(&(*a)->rows->pdata[0], &(*b)->rows->pdata[0]);
}

static gint compare_moves(gconstpointer left, gconstpointer right)
{
	const struct pb_release_move *a = left, *b = right;
	bool worse = is_true(a->cell, "worse");

	if (worse != is_true(b->cell, "worse"))
		return worse ? -1 : 1;
	if (a->size != b->size)
		return larger_first(a->size, b->size);
	return strcmp(text_at(a->row, "case"), text_at(b->row, "case"));
}

static void note_reason(struct pb_release_view *view, const json_t *cell)
{
	const char *reason = text_at(cell, "reason");

	for (guint i = 0; i < view->notes->len; i++) {
		if (!strcmp(view->notes->pdata[i], reason))
			return;
	}
	g_ptr_array_add(view->notes, (char *)reason);
}

static void look_at_cell(struct pb_release_view *view, const json_t *row, guint kernel,
			 const json_t *cell)
{
	struct pb_release_move move = {.row = row, .cell = cell, .to = kernel};

	if (*text_at(cell, "outcome"))
		note_reason(view, cell);
	view->has_unclear |= is_true(cell, "unclear");
	view->has_unlike |= is_true(cell, "unlike");
	if (!is_move(cell))
		return;
	move.from = (guint)json_integer_value(json_object_get(cell, "against"));
	move.size = size_of(cell);
	g_array_append_val(view->moves, move);
}

static void look_at_row(struct pb_release_view *view, const json_t *row)
{
	guint moves = view->moves->len;
	bool worse = false;
	json_t *cell;
	size_t i;

	json_array_foreach (json_object_get(row, "cells"), i, cell)
		look_at_cell(view, row, (guint)i, cell);
	for (guint k = moves; k < view->moves->len; k++)
		worse |= is_true(g_array_index(view->moves, struct pb_release_move, k).cell,
				 "worse");
	view->row_count++;
	view->moved_count += view->moves->len > moves;
	view->worse_count += worse;
	g_ptr_array_add(pb_series_block_for(view->blocks, row)->rows, (gpointer)row);
}

static void find_columns(struct pb_release_view *view)
{
	size_t count = json_array_size(view->kernels);

	view->columns = g_new0(guint, count + 1);
	for (size_t i = 0; i < count; i++) {
		if (is_true(json_array_get(view->kernels, i), "measured"))
			view->columns[view->column_count++] = (guint)i;
	}
}

struct pb_release_view *pb_release_view_new(const json_t *root)
{
	struct pb_release_view *view = g_new0(struct pb_release_view, 1);
	json_t *row;
	size_t i;

	view->kernels = json_object_get(root, "kernels");
	view->blocks = g_ptr_array_new_with_free_func(pb_series_block_free);
	view->moves = g_array_new(FALSE, FALSE, sizeof(struct pb_release_move));
	view->notes = g_ptr_array_new();
	find_columns(view);
	json_array_foreach (json_object_get(root, "rows"), i, row)
		look_at_row(view, row);
	g_array_sort(view->moves, compare_moves);
	for (guint k = 0; k < view->blocks->len; k++)
		g_ptr_array_sort(((struct pb_series_block *)view->blocks->pdata[k])->rows,
				 compare_rows);
	g_ptr_array_sort(view->blocks, compare_blocks);
	return view;
}

void pb_release_view_free(struct pb_release_view *view)
{
	if (!view)
		return;
	g_free(view->columns);
	g_ptr_array_unref(view->blocks);
	g_array_unref(view->moves);
	g_ptr_array_unref(view->notes);
	g_free(view);
}

char *pb_release_head(const struct pb_release_view *view, guint column)
{
	const char *name = text_at(json_array_get(view->kernels, column), "name");
	size_t length = (size_t)g_utf8_strlen(name, -1);

	if (length <= HEAD_WIDTH)
		return g_strdup(name);
	return g_strconcat("..", g_utf8_offset_to_pointer(name, (glong)(length - HEAD_WIDTH + 2)),
			   NULL);
}

const char *pb_release_outcome(const json_t *kernel)
{
	const char *outcome = text_at(kernel, "outcome");

	if (!strcmp(outcome, PB_OUTCOME_OK))
		return "measured";
	if (!strcmp(outcome, PB_OUTCOME_FAIL))
		return is_true(kernel, "measured") ? "measured, not whole" : "FAILED";
	return !strcmp(outcome, "interrupted") ? "interrupted" : "not measured";
}

char *pb_release_sentence(const struct pb_release_view *view)
{
	size_t kernels = json_array_size(view->kernels);
	GString *out = g_string_new(NULL);

	g_string_append_printf(out, "%u of %zu kernels measured", view->column_count, kernels);
	if (view->column_count < 2)
		g_string_append_printf(out, ", so nothing is compared. Figures: %u.",
				       view->row_count);
	else if (!view->moved_count)
		g_string_append_printf(out, ": of %u figures none moved.", view->row_count);
	else
		g_string_append_printf(out,
				       ": %u of %u figures moved from one kernel to the next, %u "
				       "for the worse somewhere.",
				       view->moved_count, view->row_count, view->worse_count);
	return g_string_free(out, FALSE);
}

char *pb_release_legend(const struct pb_release_view *view)
{
	GString *out = g_string_new(NULL);

	if (view->moves->len)
		g_string_append(out, "! worse than on the kernel before by what is worth a "
				     "verdict, * better, without a mark less than that\n");
	if (view->has_unclear)
		g_string_append(out, "? something else that was measured with changed as well: no "
				     "verdict\n");
	if (view->has_unlike)
		g_string_append(out, "n/c built with other options, or measured on another "
				     "machine, than the kernel before: not compared\n");
	for (guint i = 0; i < view->notes->len; i++)
		g_string_append_printf(out, "[%u] %s\n", i + 1, (char *)view->notes->pdata[i]);
	return g_string_free(out, FALSE);
}

char *pb_release_value(const struct pb_release_view *view, const json_t *cell)
{
	const char *outcome = text_at(cell, "outcome");
	guint note = 0;

	if (json_is_number(json_object_get(cell, "value")))
		return pb_text_number(json_number_value(json_object_get(cell, "value")));
	if (!*outcome)
		return g_strdup(".");
	while (note < view->notes->len && strcmp(view->notes->pdata[note], text_at(cell, "reason")))
		note++;
	return g_strdup_printf("%s[%u]", strcmp(outcome, PB_OUTCOME_FAIL) ? "-" : "FAIL", note + 1);
}

static char *percent_text(const json_t *cell)
{
	const json_t *value = json_object_get(cell, "change_percent");
	double percent = json_number_value(value), size = fabs(percent);

	if (!json_is_number(value))
		return g_strdup("new");
	if (percent == 0)
		return g_strdup("=");
	return g_strdup_printf("%+.*f%%", size >= 100 ? 0 : size >= 10 ? 1 : 2, percent);
}

char *pb_release_change_text(const json_t *cell)
{
	g_autofree char *percent = NULL;
	const char *mark = "";

	if (is_true(cell, "unlike"))
		return g_strdup("n/c");
	if (!json_object_get(cell, "against"))
		return g_strdup("");
	percent = percent_text(cell);
	if (is_true(cell, "matters"))
		mark = is_true(cell, "unclear") ? "?" : is_true(cell, "worse") ? "!" : "*";
	return g_strconcat(percent, mark, NULL);
}

static void absent_free(gpointer data)
{
	struct pb_release_absent *absent = data;

	g_ptr_array_unref(absent->cases);
	g_free(absent);
}

static struct pb_release_absent *absent_for(GPtrArray *all, const char *reason)
{
	struct pb_release_absent *absent;

	for (guint i = 0; i < all->len; i++) {
		absent = all->pdata[i];
		if (!strcmp(absent->reason, reason))
			return absent;
	}
	absent = g_new0(struct pb_release_absent, 1);
	absent->reason = reason;
	absent->cases = g_ptr_array_new();
	g_ptr_array_add(all, absent);
	return absent;
}

/* Of the newest kernel that says one: that is the one which may get the interface yet. */
GPtrArray *pb_release_absences(const json_t *root)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(absent_free);
	json_t *gap, *cell;
	size_t i, k;

	json_array_foreach (json_object_get(root, "gaps"), i, gap) {
		const char *reason = "";

		json_array_foreach (json_object_get(gap, "cells"), k, cell)
			reason = *text_at(cell, "reason") ? text_at(cell, "reason") : reason;
		g_ptr_array_add(absent_for(all, reason)->cases, (char *)text_at(gap, "case"));
	}
	return all;
}
