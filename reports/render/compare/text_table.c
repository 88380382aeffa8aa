/* Tables of a comparison as plain text: see text_table.h. */
#include <math.h>
#include <string.h>

#include "reports/render/compare/text_table.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"

#define NUMBER_WIDTH   10
#define DELTA_WIDTH    9
#define TIME_WIDTH     9
#define PERCENT_WIDTH  8
#define INTERVAL_WIDTH 16
#define Q_WIDTH	       5
#define MANY_BOOTS     1000

static void block_free(gpointer data)
{
	struct pb_compare_block *block = data;

	g_ptr_array_unref(block->rows);
	g_ptr_array_unref(block->varying);
	g_free(block);
}

static const char *param_of(const struct pb_comparison_row *row, const char *name)
{
	for (size_t i = 0; i < row->param_count; i++) {
		if (!strcmp(row->params[i].name, name))
			return row->params[i].value;
	}
	return "";
}

static bool varies(const struct pb_compare_block *block, const char *name)
{
	const char *value = param_of(block->first, name);

	for (guint i = 1; i < block->rows->len; i++) {
		if (strcmp(param_of(block->rows->pdata[i], name), value))
			return true;
	}
	return false;
}

static bool belongs(const struct pb_compare_block *block, const struct pb_comparison_row *row)
{
	return !strcmp(block->first->benchmark, row->benchmark) &&
	       !strcmp(block->first->metric, row->metric) &&
	       block->first->verdict == row->verdict &&
	       !g_strcmp0(block->first->not_deterministic, row->not_deterministic);
}

static struct pb_compare_block *block_for(GPtrArray *blocks, const struct pb_comparison_row *row)
{
	struct pb_compare_block *block;

	for (guint i = 0; i < blocks->len; i++) {
		if (belongs(blocks->pdata[i], row))
			return blocks->pdata[i];
	}
	block = g_new0(struct pb_compare_block, 1);
	block->first = row;
	block->rows = g_ptr_array_new();
	block->varying = g_ptr_array_new();
	g_ptr_array_add(blocks, block);
	return block;
}

/* In the order of rows, which is the worst first. */
GPtrArray *pb_compare_blocks(const struct pb_comparison *c, enum pb_verdict verdict,
			     bool negligible)
{
	GPtrArray *blocks = g_ptr_array_new_with_free_func(block_free);

	for (size_t i = 0; i < c->row_count; i++) {
		const struct pb_comparison_row *row = &c->rows[i];

		if (row->primary && row->verdict == verdict && row->negligible == negligible)
			g_ptr_array_add(block_for(blocks, row)->rows, (gpointer)row);
	}
	for (guint i = 0; i < blocks->len; i++) {
		struct pb_compare_block *block = blocks->pdata[i];

		for (size_t p = 0; p < block->first->param_count; p++) {
			if (varies(block, block->first->params[p].name))
				g_ptr_array_add(block->varying,
						(gpointer)block->first->params[p].name);
		}
	}
	return blocks;
}

static void add_heading(GString *out, const struct pb_compare_block *block)
{
	const struct pb_comparison_row *row = block->first;
	const char *before = "\n  ";

	g_string_append_printf(out, "\n%s: %s, %s", row->benchmark, row->metric, row->unit);
	for (size_t i = 0; i < row->param_count; i++) {
		if (g_ptr_array_find(block->varying, row->params[i].name, NULL))
			continue;
		g_string_append_printf(out, "%s%s=%s", before, row->params[i].name,
				       row->params[i].value);
		before = " ";
	}
	g_string_append_c(out, '\n');
}

static guint width_of(const struct pb_compare_block *block, const char *name)
{
	size_t width = strlen(name);

	for (guint i = 0; i < block->rows->len; i++)
		width = MAX(width, strlen(param_of(block->rows->pdata[i], name)));
	return (guint)width;
}

static guint cells_width(const struct pb_compare_block *block)
{
	guint width = 1;

	for (guint p = 0; p < block->varying->len; p++)
		width += 1 + width_of(block, block->varying->pdata[p]);
	return width;
}

static void add_cells(GString *out, const struct pb_compare_block *block,
		      const struct pb_comparison_row *row)
{
	g_string_append(out, " ");
	for (guint p = 0; p < block->varying->len; p++) {
		const char *name = block->varying->pdata[p];

		g_string_append_printf(out, " %-*s", (int)width_of(block, name),
				       row ? param_of(row, name) : name);
	}
}

/* For a table that would be too wide: a line of its own for what tells the row apart. */
static void add_label(GString *out, const struct pb_compare_block *block,
		      const struct pb_comparison_row *row)
{
	g_string_append(out, " ");
	for (guint p = 0; p < block->varying->len; p++) {
		const char *name = block->varying->pdata[p];

		g_string_append_printf(out, " %s=%s", name, param_of(row, name));
	}
	g_string_append(out, "\n ");
}

static char *signed_number(double value)
{
	g_autofree char *text = pb_text_number(fabs(value));

	return g_strconcat(value < 0 ? "-" : "+", text, NULL);
}

static char *percent_text(double percent)
{
	return isnan(percent) ? g_strdup("new") : g_strdup_printf("%+.2f%%", percent);
}

static void add_counted_row(GString *out, const struct pb_comparison_row *row)
{
	g_autofree char *before = pb_text_number(row->baseline);
	g_autofree char *after = pb_text_number(row->patched);
	g_autofree char *delta = signed_number(row->delta);
	g_autofree char *percent = percent_text(row->delta_percent);

	g_string_append_printf(out, " %*s %*s %*s %*s\n", NUMBER_WIDTH, before, NUMBER_WIDTH, after,
			       DELTA_WIDTH, delta, PERCENT_WIDTH, percent);
}

static void add_timed_row(GString *out, const struct pb_comparison_row *row)
{
	g_autofree char *before = pb_text_number(row->baseline);
	g_autofree char *after = pb_text_number(row->patched);
	g_autofree char *percent = percent_text(row->delta_percent);
	g_autofree char *interval =
		g_strdup_printf("[%+.1f, %+.1f]", row->ci_low_percent, row->ci_high_percent);

	g_string_append_printf(out, " %*s %*s %*s %*s %*.3f\n", TIME_WIDTH, before, TIME_WIDTH,
			       after, PERCENT_WIDTH, percent, INTERVAL_WIDTH, interval, Q_WIDTH,
			       row->q);
}

static void add_columns(GString *out, bool timed)
{
	if (timed)
		g_string_append_printf(out, " %*s %*s %*s %*s %*s\n", TIME_WIDTH, "baseline",
				       TIME_WIDTH, "patched", PERCENT_WIDTH, "effect",
				       INTERVAL_WIDTH, "95% interval", Q_WIDTH, "q");
	else
		g_string_append_printf(out, " %*s %*s %*s\n", NUMBER_WIDTH, "baseline",
				       NUMBER_WIDTH, "patched", DELTA_WIDTH, "delta");
}

static bool is_timed(const struct pb_comparison_row *row)
{
	return !isnan(row->q);
}

/* @word: what there would be more of, "boot" or "round". */
static void describe_prospects(GString *text, double least, double most, double boots,
			       const char *word, bool hopeless)
{
	if (isinf(most))
		g_string_append_printf(text, "So few %ss, or no control: nothing could be shown",
				       word);
	else if (most - least < 0.05)
		g_string_append_printf(text, "Smallest effect to be found: %.1f%%", most);
	else
		g_string_append_printf(text, "Smallest effect to be found: %.1f to %.1f%%", least,
				       most);
	if (boots > MANY_BOOTS)
		g_string_append_printf(text, "; more than %d more %ss would settle it", MANY_BOOTS,
				       word);
	else if (boots > 0)
		g_string_append_printf(text, "; %.0f more %s%s would settle it", boots, word,
				       boots == 1 ? "" : "s");
	if (hopeless && boots > 0)
		g_string_append(text, ", but for some no number would");
	else if (hopeless)
		g_string_append_printf(text, "; no number of %ss would settle it", word);
}

/* What an inconclusive block could have shown, and what would settle it. */
static void add_prospects(GString *out, const struct pb_compare_block *block, guint columns)
{
	g_autoptr(GString) text = g_string_new(NULL);
	double least = INFINITY, most = 0, boots = 0;
	bool hopeless = false;

	if (block->first->not_deterministic) {
		g_autofree char *why = pb_compare_outlook(block->first);

		pb_text_append_wrapped(out, why, columns, 2);
		return;
	}
	for (guint i = 0; i < block->rows->len; i++) {
		const struct pb_comparison_row *row = block->rows->pdata[i];

		least = fmin(least, row->mde_percent);
		most = fmax(most, row->mde_percent);
		boots = fmax(boots, row->more_boots);
		hopeless |= row->more_boots == 0;
	}
	describe_prospects(text, least, most, boots, block->first->replicate, hopeless);
	pb_text_append_wrapped(out, text->str, columns, 2);
}

static guint figures_width(bool timed)
{
	return timed ? 2 * TIME_WIDTH + PERCENT_WIDTH + INTERVAL_WIDTH + Q_WIDTH + 5
		     : 2 * NUMBER_WIDTH + DELTA_WIDTH + PERCENT_WIDTH + 4;
}

static void add_table(GString *out, const struct pb_compare_block *block, guint columns)
{
	bool timed = is_timed(block->first);
	bool wide = cells_width(block) + figures_width(timed) > columns;

	add_heading(out, block);
	if (wide)
		g_string_append_c(out, ' ');
	else
		add_cells(out, block, NULL);
	add_columns(out, timed);
	for (guint i = 0; i < block->rows->len; i++) {
		const struct pb_comparison_row *row = block->rows->pdata[i];

		if (wide)
			add_label(out, block, row);
		else
			add_cells(out, block, row);
		if (timed)
			add_timed_row(out, row);
		else
			add_counted_row(out, row);
	}
	if (block->first->verdict == PB_VERDICT_INCONCLUSIVE)
		add_prospects(out, block, columns);
}

void pb_compare_text_tables(GString *out, const struct pb_comparison *c, const char *title,
			    enum pb_verdict verdict, bool negligible, guint columns)
{
	g_autoptr(GPtrArray) blocks = pb_compare_blocks(c, verdict, negligible);

	if (!blocks->len)
		return;
	g_string_append_printf(out, "\n%s\n", title);
	for (guint i = 0; i < blocks->len; i++)
		add_table(out, blocks->pdata[i], columns);
}
