/* The cross-release table as Markdown: see markdown.h. */
#include "reports/render/history/release/markdown.h"

#include <stdbool.h>

#include "reports/file.h"
#include "reports/render/compare/markdown_parts.h"
#include "reports/render/compare/series_view.h"
#include "reports/render/compare/words.h"
#include "reports/render/history/release/view.h"
#include "reports/render/markdown.h"
#include "reports/render/text.h"

#define say	pb_text_append_markdown
#define code	pb_text_append_markdown_code
#define text_at pb_compare_text_at

#define MOST_MOVES 20
/* How long the comment may be after each of its parts. */
#define AFTER_KERNELS 8000
#define AFTER_MOVES   20000
#define AFTER_NOTES   30000
#define AFTER_ROWS    60000

static void add_left_out(GString *out, guint count)
{
	g_string_append_printf(out, "\n%u more do not fit here; release.txt has them.\n", count);
}

static void add_kernels(GString *out, const json_t *root)
{
	json_t *kernel;
	size_t i;

	g_string_append(out, "\n| kernel | release | | |\n|---|---|---|---|\n");
	json_array_foreach (json_object_get(root, "kernels"), i, kernel) {
		g_autoptr(GString) one = g_string_new("| ");

		pb_markdown_clipped(one, code, text_at(kernel, "spec"));
		g_string_append(one, " | ");
		pb_markdown_clipped(one, say, text_at(kernel, "release"));
		g_string_append_printf(one, " | %s | ", pb_release_outcome(kernel));
		pb_markdown_clipped(one, say, text_at(kernel, "reason"));
		g_string_append(one, " |\n");
		pb_markdown_fits(out, one, AFTER_KERNELS);
	}
}

static void add_move(GString *out, const struct pb_release_view *view,
		     const struct pb_release_move *move)
{
	const json_t *cells = json_object_get(move->row, "cells");
	g_autofree char *change = pb_release_change_text(move->cell);
	g_autofree char *old = pb_release_value(view, json_array_get(cells, move->from));
	g_autofree char *new = pb_release_value(view, move->cell);
	g_autofree char *from = pb_release_head(view, move->from);
	g_autofree char *to = pb_release_head(view, move->to);
	g_autofree char *where = g_strdup_printf("%s → %s", from, to);

	g_string_append(out, "| ");
	say(out, change);
	g_string_append(out, " | ");
	pb_markdown_clipped(out, say, where);
	g_string_append(out, " | ");
	pb_markdown_clipped(out, code, text_at(move->row, "case"));
	g_string_append(out, " | ");
	pb_markdown_clipped(out, say, text_at(move->row, "metric"));
	g_string_append_printf(out, " | %s → %s ", old, new);
	pb_markdown_clipped(out, say, text_at(move->row, "unit"));
	g_string_append(out, " |\n");
}

static void add_moves(GString *out, const struct pb_release_view *view)
{
	guint shown = MIN(view->moves->len, MOST_MOVES), done = 0;

	if (!shown)
		return;
	g_string_append(out, "\n**Moved most**, what got worse first\n\n| change | where | case | "
			     "metric | figure |\n|--:|---|---|---|---|\n");
	for (bool room = true; room && done < shown; done += room) {
		g_autoptr(GString) one = g_string_new(NULL);

		add_move(one, view, &g_array_index(view->moves, struct pb_release_move, done));
		room = pb_markdown_fits(out, one, AFTER_MOVES);
	}
	if (done < view->moves->len)
		g_string_append_printf(out, "\nand %u more, marked below\n",
				       view->moves->len - done);
}

static void add_legend(GString *out, const struct pb_release_view *view)
{
	g_autofree char *legend = pb_release_legend(view);
	g_auto(GStrv) lines = g_strsplit(legend, "\n", -1);

	g_string_append(out, "\n");
	for (char **line = lines; *line; line++) {
		g_autoptr(GString) one = g_string_new("- ");

		if (!**line)
			continue;
		pb_markdown_clipped(one, say, *line);
		g_string_append_c(one, '\n');
		pb_markdown_fits(out, one, AFTER_NOTES);
	}
}

static void add_block_head(GString *out, const struct pb_release_view *view,
			   const struct pb_series_block *block)
{
	g_autofree char *name = pb_series_block_name(block);
	g_autofree char *common = pb_series_params(block, pb_series_first(block), false);

	g_string_append(out, "| <b>");
	pb_markdown_clipped(out, say, name);
	g_string_append(out, "</b> ");
	if (*common)
		pb_markdown_clipped(out, code, common);
	for (guint i = 0; i < view->column_count; i++)
		g_string_append(out, " |");
	g_string_append(out, " |\n");
}

static void add_row(GString *out, const struct pb_release_view *view,
		    const struct pb_series_block *block, const json_t *row)
{
	g_autofree char *label = pb_series_params(block, row, true);

	g_string_append(out, "| ");
	pb_markdown_clipped(out, code, *label ? label : "the one case");
	for (guint i = 0; i < view->column_count; i++) {
		const json_t *cell =
			json_array_get(json_object_get(row, "cells"), view->columns[i]);
		g_autofree char *value = pb_release_value(view, cell);
		g_autofree char *change = pb_release_change_text(cell);

		g_string_append(out, " | ");
		say(out, value);
		g_string_append(out, " ");
		say(out, change);
	}
	g_string_append(out, " |\n");
}

static void add_head(GString *out, const struct pb_release_view *view)
{
	g_string_append(out, "\n| case |");
	for (guint i = 0; i < view->column_count; i++) {
		g_autofree char *head = pb_release_head(view, view->columns[i]);

		g_string_append_c(out, ' ');
		pb_markdown_clipped(out, say, head);
		g_string_append(out, " |");
	}
	g_string_append(out, "\n|---|");
	for (guint i = 0; i < view->column_count; i++)
		g_string_append(out, "--:|");
	g_string_append_c(out, '\n');
}

static void add_rows(GString *out, const struct pb_release_view *view)
{
	guint left = view->row_count;

	pb_markdown_open_details(out, "All %u figures, what moved most first", view->row_count);
	add_head(out, view);
	for (guint i = 0; i < view->blocks->len; i++) {
		const struct pb_series_block *block = view->blocks->pdata[i];

		for (guint k = 0; k < block->rows->len; k++, left--) {
			g_autoptr(GString) one = g_string_new(NULL);

			if (!k)
				add_block_head(one, view, block);
			add_row(one, view, block, block->rows->pdata[k]);
			if (!pb_markdown_fits(out, one, AFTER_ROWS)) {
				add_left_out(out, left);
				pb_markdown_close_details(out);
				return;
			}
		}
	}
	pb_markdown_close_details(out);
}

static void add_absences(GString *out, const json_t *root)
{
	g_autoptr(GPtrArray) all = pb_release_absences(root);

	if (all->len)
		g_string_append(out, "\nWithout a figure on any kernel:\n\n");
	for (guint i = 0; i < all->len; i++) {
		const struct pb_release_absent *absent = all->pdata[i];
		g_autoptr(GString) one = g_string_new(NULL);

		g_string_append_printf(one, "- %u case%s: ", absent->cases->len,
				       absent->cases->len == 1 ? "" : "s");
		pb_markdown_clipped(one, say, absent->reason);
		g_string_append_c(one, '\n');
		pb_markdown_fits(out, one, AFTER_ROWS + 2000);
	}
}

int pb_render_release_markdown(const json_t *root, const char *dir, GError **ret_error)
{
	g_autoptr(pb_release_view) view = pb_release_view_new(root);
	g_autofree char *sentence = pb_release_sentence(view);
	g_autoptr(GString) out = g_string_new("### ");

	pb_markdown_clipped(out, say, sentence);
	g_string_append_c(out, '\n');
	add_kernels(out, root);
	add_moves(out, view);
	add_legend(out, view);
	if (view->row_count)
		add_rows(out, view);
	add_absences(out, root);
	return pb_write_file(dir, PB_MARKDOWN_FILE, out->str, out->len, ret_error);
}
