/* The cross-release table as plain text: see text.h. */
#include "reports/render/history/release/text.h"

#include <stdbool.h>
#include <string.h>

#include "reports/render/compare/series_view.h"
#include "reports/render/compare/words.h"
#include "reports/render/history/release/view.h"
#include "reports/render/text.h"

#define text_at pb_compare_text_at

#define MOST_MOVES  20
#define LABEL_WIDTH 34 /* at most; longer ones have a line of their own */
#define INDENT	    2
#define SHOWN_CASES 3

/* A part of the columns that the lines have room for; of one block. */
struct part {
	const struct pb_release_view *view;
	const struct pb_series_block *block;
	guint first, last;
	size_t label, value, change;
};

static size_t width_of(const char *text)
{
	return (size_t)g_utf8_strlen(text, -1);
}

static void add_right(GString *out, const char *text, size_t width)
{
	size_t own = width_of(text);

	g_string_append_printf(out, "%*s%s", own < width ? (int)(width - own) : 0, "", text);
}

static void add_left(GString *out, const char *text, size_t width)
{
	size_t own = width_of(text);

	g_string_append_printf(out, "%s%*s", text, own < width ? (int)(width - own) : 0, "");
}

static void end_line(GString *out)
{
	while (out->len && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	g_string_append_c(out, '\n');
}

static void add_lines(GString *out, const char *text, guint columns, size_t indent)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++) {
		if (*g_strstrip(*line))
			pb_text_append_wrapped(out, *line, columns, indent);
	}
}

static void add_kernels(GString *out, const json_t *root, guint columns)
{
	const json_t *kernels = json_object_get(root, "kernels"), *kernel;
	size_t spec = 0;

	for (size_t i = 0; i < json_array_size(kernels); i++)
		spec = MAX(spec, width_of(text_at(json_array_get(kernels, i), "name")));
	g_string_append_c(out, '\n');
	for (size_t i = 0; i < json_array_size(kernels); i++) {
		const char *release;

		kernel = json_array_get(kernels, i);
		release = text_at(kernel, "release");
		g_string_append_printf(out, "%*s", INDENT, "");
		add_left(out, text_at(kernel, "name"), spec + INDENT);
		g_string_append_printf(out, "%s%s%s", release, *release ? ": " : "",
				       pb_release_outcome(kernel));
		end_line(out);
		add_lines(out, text_at(kernel, "reason"), columns, 2 * INDENT);
	}
}

static void add_move(GString *out, const struct pb_release_view *view,
		     const struct pb_release_move *move, guint columns)
{
	const json_t *before = json_array_get(json_object_get(move->row, "cells"), move->from);
	g_autofree char *change = pb_release_change_text(move->cell);
	g_autofree char *from = pb_release_head(view, move->from);
	g_autofree char *to = pb_release_head(view, move->to);
	g_autofree char *old = pb_release_value(view, before);
	g_autofree char *new = pb_release_value(view, move->cell);
	g_autofree char *where =
		g_strdup_printf("%s to %s: %s, %s -> %s %s", from, to, text_at(move->row, "metric"),
				old, new, text_at(move->row, "unit"));

	add_right(out, change, 10);
	g_string_append_printf(out, "  %s", where);
	end_line(out);
	pb_text_append_wrapped(out, text_at(move->row, "case"), columns, 12);
}

static void add_moves(GString *out, const struct pb_release_view *view, guint columns)
{
	guint shown = MIN(view->moves->len, MOST_MOVES);

	if (!shown)
		return;
	g_string_append(out, "\nMoved most, what got worse first\n");
	for (guint i = 0; i < shown; i++)
		add_move(out, view, &g_array_index(view->moves, struct pb_release_move, i),
			 columns);
	if (shown < view->moves->len)
		g_string_append_printf(out, "  and %u more, marked in the tables below\n",
				       view->moves->len - shown);
}

static const json_t *cell_at(const struct part *part, const json_t *row, guint column)
{
	return json_array_get(json_object_get(row, "cells"), part->view->columns[column]);
}

static void measure_row(struct part *part, const json_t *row)
{
	g_autofree char *label = pb_series_params(part->block, row, true);

	part->label = MAX(part->label, MIN(width_of(label), LABEL_WIDTH));
	for (guint i = 0; i < part->view->column_count; i++) {
		g_autofree char *value = pb_release_value(part->view, cell_at(part, row, i));
		g_autofree char *change = pb_release_change_text(cell_at(part, row, i));

		part->value = MAX(part->value, width_of(value));
		part->change = MAX(part->change, width_of(change));
	}
}

/* Two blanks, the value, one more, and the change. */
static size_t cell_width(const struct part *part)
{
	return 2 + part->value + 1 + part->change;
}

static void measure(struct part *part)
{
	for (guint i = 0; i < part->block->rows->len; i++)
		measure_row(part, part->block->rows->pdata[i]);
	for (guint i = 0; i < part->view->column_count; i++) {
		g_autofree char *head = pb_release_head(part->view, part->view->columns[i]);

		part->value =
			MAX(part->value + 1 + part->change, width_of(head)) - 1 - part->change;
	}
}

static void add_head(GString *out, const struct part *part)
{
	g_string_append_printf(out, "%*s", (int)(INDENT + part->label), "");
	for (guint i = part->first; i < part->last; i++) {
		g_autofree char *head = pb_release_head(part->view, part->view->columns[i]);
		bool alone = width_of(head) <= part->value;

		g_string_append(out, "  ");
		/* Above its values, if it is no wider than they are. */
		add_right(out, head, alone ? part->value : part->value + 1 + part->change);
		g_string_append_printf(out, "%*s", alone ? (int)(1 + part->change) : 0, "");
	}
	end_line(out);
}

static void add_row(GString *out, const struct part *part, const json_t *row)
{
	g_autofree char *label = pb_series_params(part->block, row, true);

	g_string_append_printf(out, "%*s", INDENT, "");
	if (width_of(label) > part->label) {
		g_string_append_printf(out, "%s\n%*s", label, INDENT, "");
		add_left(out, "", part->label);
	} else {
		add_left(out, label, part->label);
	}
	for (guint i = part->first; i < part->last; i++) {
		g_autofree char *value = pb_release_value(part->view, cell_at(part, row, i));
		g_autofree char *change = pb_release_change_text(cell_at(part, row, i));

		g_string_append(out, "  ");
		add_right(out, value, part->value);
		g_string_append_c(out, ' ');
		add_left(out, change, part->change);
	}
	end_line(out);
}

static void add_block(GString *out, const struct pb_release_view *view,
		      const struct pb_series_block *block, guint columns)
{
	g_autofree char *name = pb_series_block_name(block);
	g_autofree char *common = pb_series_params(block, pb_series_first(block), false);
	struct part part = {.view = view, .block = block};
	size_t room;
	guint beside;

	measure(&part);
	room = columns > INDENT + part.label ? columns - INDENT - part.label : 0;
	beside = MAX(1, (guint)(room / cell_width(&part)));
	g_string_append_printf(out, "\n%s\n", name);
	if (*common)
		pb_text_append_wrapped(out, common, columns, INDENT);
	for (part.first = 0; part.first < view->column_count; part.first = part.last) {
		part.last = MIN(part.first + beside, view->column_count);
		add_head(out, &part);
		for (guint i = 0; i < block->rows->len; i++)
			add_row(out, &part, block->rows->pdata[i]);
	}
}

static void add_absences(GString *out, const json_t *root, guint columns)
{
	g_autoptr(GPtrArray) all = pb_release_absences(root);

	if (all->len)
		g_string_append(out, "\nWithout a figure on any kernel\n");
	for (guint i = 0; i < all->len; i++) {
		const struct pb_release_absent *one = all->pdata[i];
		g_autofree char *line =
			g_strdup_printf("%u case%s: %s", one->cases->len,
					one->cases->len == 1 ? "" : "s", one->reason);
		guint shown = MIN(one->cases->len, SHOWN_CASES);

		pb_text_append_wrapped(out, line, columns, INDENT);
		for (guint k = 0; k < shown; k++)
			pb_text_append_wrapped(out, one->cases->pdata[k], columns, 2 * INDENT);
		if (shown < one->cases->len)
			g_string_append_printf(out, "%*sand %u more\n", 2 * INDENT, "",
					       one->cases->len - shown);
	}
}

char *pb_render_release_text(const json_t *root, guint columns)
{
	g_autoptr(pb_release_view) view = pb_release_view_new(root);
	g_autofree char *sentence = pb_release_sentence(view);
	g_autofree char *legend = pb_release_legend(view);
	g_autoptr(GString) out = g_string_new(NULL);

	pb_text_append_wrapped(out, sentence, columns, 0);
	add_kernels(out, root, columns);
	add_moves(out, view, columns);
	for (guint i = 0; i < view->blocks->len; i++)
		add_block(out, view, view->blocks->pdata[i], columns);
	if (*legend)
		g_string_append_c(out, '\n');
	add_lines(out, legend, columns, 0);
	add_absences(out, root, columns);
	return pb_text_plain_lines(out->str);
}
