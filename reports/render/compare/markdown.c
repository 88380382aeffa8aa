/* A comparison as Markdown: see markdown.h. */
#include <math.h>
#include <string.h>

#include "reports/file.h"
#include "reports/render/compare/markdown.h"
#include "reports/render/compare/markdown_parts.h"
#include "reports/render/compare/text.h"
#include "reports/render/compare/where.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"

#define say  pb_text_append_markdown
#define code pb_text_append_markdown_code

#define FIRST_ROWS	20
#define SHOWN_UNREACHED 12
/* How long the comment may be after each of its parts. */
#define AFTER_MOVED	30000
#define AFTER_UNCHANGED 40000
#define AFTER_MISSING	44000

struct page {
	const struct pb_comparison *c;
	GHashTable *varying;
	GString *out;
	bool timed;
};

typedef void (*adder)(const struct page *page, GString *out, const struct pb_comparison_row *row);

static void add_cell(GString *out, const char *text)
{
	g_string_append_c(out, ' ');
	say(out, text ? text : "–");
	g_string_append(out, " |");
}

static void add_head(const struct page *page)
{
	g_string_append(page->out, "\n| | case | metric | baseline | patched | delta | % |");
	g_string_append(page->out, page->timed ? " 95% interval | q |" : "");
	g_string_append(page->out, " of threshold |\n|---|---|---|--:|--:|--:|--:|");
	g_string_append(page->out, page->timed ? "--:|--:|" : "");
	g_string_append(page->out, "--:|\n");
}

static void add_figures(const struct page *page, GString *out, const struct pb_comparison_row *row)
{
	g_autofree char *before = pb_text_number(row->baseline);
	g_autofree char *after = pb_text_number(row->patched);
	g_autofree char *delta = pb_compare_signed(row->delta);
	g_autofree char *percent = pb_compare_percent(row->delta_percent);
	g_autofree char *factor = pb_compare_factor(row);

	add_cell(out, before);
	add_cell(out, after);
	add_cell(out, delta);
	add_cell(out, percent);
	if (page->timed) {
		g_autofree char *interval = pb_compare_interval(row);
		g_autofree char *q = isnan(row->q) ? NULL : g_strdup_printf("%.2g", row->q);

		add_cell(out, interval);
		add_cell(out, q);
	}
	add_cell(out, factor);
	g_string_append_c(out, '\n');
}

static void add_row(const struct page *page, GString *out, const struct pb_comparison_row *row)
{
	g_autofree char *params = pb_compare_params(page->varying, row);
	g_autofree char *name = g_strconcat(row->benchmark, *params ? " " : "", params, NULL);
	g_autofree char *metric = g_strdup_printf("%s, %s", row->metric, row->unit);

	g_string_append_printf(out, "| %s %s", pb_compare_sign(row->verdict),
			       row->negligible ? "negligible" : pb_verdict_name(row->verdict));
	if (row->verdict == PB_VERDICT_INCONCLUSIVE) {
		g_autofree char *outlook = pb_compare_outlook(row);

		g_string_append_printf(out, "%s%s", *outlook ? ": " : "", outlook);
	}
	g_string_append(out, " | ");
	pb_markdown_clipped(out, code, name);
	g_string_append(out, " | ");
	pb_markdown_clipped(out, say, metric);
	g_string_append(out, " |");
	add_figures(page, out, row);
}

static void add_missing_row(const struct page *page, GString *out,
			    const struct pb_comparison_row *row)
{
	g_string_append(out, "- ");
	pb_markdown_clipped(out, code, row->id);
	g_string_append_c(out, ' ');
	pb_markdown_clipped(out, say, row->metric);
	g_string_append(out, ": ");
	pb_markdown_clipped(out, say, row->reason ? row->reason : "no reason given");
	g_string_append_c(out, '\n');
}

/* Rows from @first to @last as far as the comment stays below @limit bytes. */
static void add_rows(const struct page *page, const GPtrArray *rows, guint first, guint last,
		     gsize limit, adder add)
{
	for (guint i = first; i < last; i++) {
		g_autoptr(GString) one = g_string_new(NULL);

		add(page, one, rows->pdata[i]);
		if (page->out->len + one->len > limit) {
			g_string_append_printf(page->out,
					       "\n%u more do not fit here; report.html has them.\n",
					       last - i);
			return;
		}
		g_string_append(page->out, one->str);
	}
}

/* Primary metrics with one of the verdicts @wanted (bits), in the order of rows. */
static GPtrArray *choose(const struct pb_comparison *c, guint wanted)
{
	GPtrArray *rows = g_ptr_array_new();

	for (size_t i = 0; i < c->row_count; i++) {
		if (c->rows[i].primary && wanted & 1u << c->rows[i].verdict)
			g_ptr_array_add(rows, &c->rows[i]);
	}
	return rows;
}

static void add_moved(const struct page *page)
{
	g_autoptr(GPtrArray) rows =
		choose(page->c, 1u << PB_VERDICT_REGRESSION | 1u << PB_VERDICT_IMPROVEMENT |
					1u << PB_VERDICT_INCONCLUSIVE);
	guint first = MIN(rows->len, FIRST_ROWS);

	if (!rows->len)
		return;
	add_head(page);
	add_rows(page, rows, 0, first, AFTER_MOVED, add_row);
	if (first == rows->len)
		return;
	pb_markdown_open_details(page->out, "%u more that moved or are inconclusive",
				 rows->len - first);
	add_head(page);
	add_rows(page, rows, first, rows->len, AFTER_MOVED, add_row);
	pb_markdown_close_details(page->out);
}

/* The negligible ones come first: their deltas are the largest. */
static void add_unchanged(const struct page *page)
{
	g_autoptr(GPtrArray) rows = choose(page->c, 1u << PB_VERDICT_UNCHANGED);

	if (!rows->len)
		return;
	pb_markdown_open_details(page->out, "%u unchanged", rows->len);
	add_head(page);
	add_rows(page, rows, 0, rows->len, AFTER_UNCHANGED, add_row);
	pb_markdown_close_details(page->out);
}

static void add_missing(const struct page *page)
{
	g_autoptr(GPtrArray) rows = choose(page->c, 1u << PB_VERDICT_MISSING);

	if (!rows->len)
		return;
	pb_markdown_open_details(page->out, "%u missing", rows->len);
	g_string_append_c(page->out, '\n');
	add_rows(page, rows, 0, rows->len, AFTER_MISSING, add_missing_row);
	pb_markdown_close_details(page->out);
}

static void add_warnings(const struct page *page)
{
	g_autoptr(GPtrArray) unreached = pb_compare_unreached(page->c);
	const char *warning = pb_compare_unreached_warning(page->c);

	if (json_is_false(json_object_get(pb_compare_at(page->c, "validity", "control"), "ok")))
		g_string_append(page->out, "\n> [!CAUTION]\n> The control failed: these figures "
					   "are not to be trusted.\n");
	if (!warning)
		return;
	g_string_append_printf(page->out, "\n> [!WARNING]\n> %s\n", warning);
	for (guint i = 0; i < MIN(unreached->len, SHOWN_UNREACHED); i++) {
		const json_t *one = unreached->pdata[i];
		bool outside = !strcmp(pb_compare_text_at(one, "reached"), "outside");

		g_string_append(page->out, "> - ");
		pb_markdown_clipped(page->out, code, pb_compare_text_at(one, "function"));
		g_string_append_printf(page->out, "%s\n",
				       outside ? ": only while a case prepared or cleaned up" : "");
	}
	if (unreached->len > SHOWN_UNREACHED)
		g_string_append_printf(page->out, "> - and %u more\n",
				       unreached->len - SHOWN_UNREACHED);
}

int pb_render_comparison_markdown(const struct pb_comparison *c, const char *dir,
				  GError **ret_error)
{
	g_autoptr(GHashTable) varying = pb_compare_varying(c);
	g_autoptr(GString) out = g_string_new("### ");
	g_autofree char *specs = pb_compare_specs(c);
	g_autoptr(GPtrArray) items = pb_compare_trust(c);
	g_autofree char *counts = pb_compare_counts(c);
	g_autofree char *text = pb_render_comparison_text(c, PB_MAIL_COLUMNS);
	const struct page page = {
		.c = c, .varying = varying, .out = out, .timed = pb_compare_is_timed(c)};

	g_string_append_printf(out, "%s ", pb_compare_sign(c->verdict));
	pb_markdown_clipped(out, say, c->sentence);
	g_string_append_c(out, '\n');
	if (*specs) {
		g_string_append(out, "\npinbench: ");
		pb_markdown_clipped(out, code, specs);
		g_string_append_c(out, '\n');
	}
	if (c->row_count)
		g_string_append_printf(out, "\n%s\n", counts);
	pb_compare_markdown_where_lines(out, c, varying);
	add_warnings(&page);
	pb_markdown_add_trust(out, items);
	add_moved(&page);
	pb_compare_markdown_where(out, c, varying);
	add_unchanged(&page);
	add_missing(&page);
	pb_markdown_add_text(out, text);
	return pb_write_file(dir, PB_MARKDOWN_FILE, out->str, out->len, ret_error);
}
