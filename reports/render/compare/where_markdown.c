/* Where the figures of a comparison moved, in GitHub's dialect: see where.h. */
#include <string.h>

#include "reports/render/compare/markdown_parts.h"
#include "reports/render/compare/where.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"

#define say  pb_text_append_markdown
#define code pb_text_append_markdown_code

#define SHOWN_LINES	5
#define SHOWN_NAMES	3
#define SHOWN_FUNCTIONS 20
/* How long the comment may be after each of these parts. */
#define AFTER_LINES 8000
#define AFTER_WHERE 36000

/* "- <code>gup/pin batch=1 pin</code>: +1.00 insn/page in foo" */
static void add_line(GString *out, GHashTable *varying, const struct pb_where_group *group)
{
	g_autofree char *names = pb_compare_case_names(varying, group, SHOWN_NAMES);

	g_string_append(out, "- ");
	pb_markdown_clipped(out, code, names);
	g_string_append(out, group->known ? ": " : ": no profile: ");
	pb_markdown_clipped(out, say, group->sentence);
	g_string_append_c(out, '\n');
}

static void add_lines(GString *out, GHashTable *varying, const GPtrArray *groups)
{
	guint shown = 0;

	g_string_append_c(out, '\n');
	for (; shown < MIN(groups->len, SHOWN_LINES); shown++) {
		g_autoptr(GString) line = g_string_new(NULL);

		add_line(line, varying, groups->pdata[shown]);
		if (out->len + line->len > AFTER_LINES)
			break;
		g_string_append(out, line->str);
	}
	if (shown < groups->len)
		g_string_append_printf(out, "- and %u more, below\n", groups->len - shown);
}

void pb_compare_markdown_where_lines(GString *out, const struct pb_comparison *c,
				     GHashTable *varying)
{
	g_autoptr(GPtrArray) groups = pb_compare_where(c);
	g_autofree char *line = pb_compare_where_line(c);

	if (line) {
		g_string_append(out, "\n**where:** ");
		pb_markdown_clipped(out, say, line);
		g_string_append_c(out, '\n');
	}
	/* One alone that is known was said. */
	if (groups->len > (line ? 1 : 0))
		add_lines(out, varying, groups);
}

static void add_number(GString *out, char *text)
{
	g_autofree char *owned = text;

	g_string_append_c(out, ' ');
	say(out, owned);
	g_string_append(out, " |");
}

static void add_function(GString *out, const struct pb_moved_function *function)
{
	g_autofree char *notes = pb_compare_function_notes(function);

	g_string_append(out, "| ");
	pb_markdown_clipped(out, code, function->name);
	g_string_append(out, " |");
	add_number(out, pb_text_number(function->baseline_self));
	add_number(out, pb_text_number(function->patched_self));
	add_number(out, pb_compare_signed(function->self_delta));
	add_number(out, pb_compare_signed(function->inclusive_delta));
	g_string_append_c(out, ' ');
	pb_markdown_clipped(out, say, notes);
	g_string_append(out, " |\n");
}

/* Between tags: no Markdown, but a blank line would end that. */
static void append_summary(GString *out, const char *text)
{
	g_autoptr(GString) words = g_string_new(NULL);
	g_autoptr(GString) escaped = g_string_new(NULL);

	pb_text_append_plain(words, text);
	pb_text_append_html(escaped, words->str);
	g_string_replace(escaped, "[", "&#91;", 0);
	g_string_append(out, escaped->str);
}

static void add_case(GString *out, GHashTable *varying, const struct pb_comparison_row *row)
{
	const struct pb_moved_functions *profile = row->profile;
	g_autofree char *name = pb_compare_case_name(varying, row);
	size_t shown = MIN(profile->listed, SHOWN_FUNCTIONS);

	g_string_append_printf(out,
			       "\n<details><summary>%s: ", profile->sampled ? "Samples" : "Where");
	pb_markdown_clipped(out, append_summary, name);
	g_string_append(out, "</summary>\n\n");
	pb_markdown_clipped(out, say, profile->sentence);
	g_string_append(out, "\n");
	if (shown)
		g_string_append(out, "\n| function | baseline | patched | delta | delta with what "
				     "it calls | else |\n|---|--:|--:|--:|--:|---|\n");
	for (size_t i = 0; i < shown; i++)
		add_function(out, &profile->functions[i]);
	if (profile->count > shown)
		g_string_append_printf(out, "\nand %zu more functions\n", profile->count - shown);
	pb_markdown_close_details(out);
}

void pb_compare_markdown_where(GString *out, const struct pb_comparison *c, GHashTable *varying)
{
	guint left = 0;

	for (size_t i = 0; i < c->row_count; i++) {
		g_autoptr(GString) one = g_string_new(NULL);

		if (!c->rows[i].primary || !c->rows[i].profile)
			continue;
		add_case(one, varying, &c->rows[i]);
		if (left || out->len + one->len > AFTER_WHERE)
			left++;
		else
			g_string_append(out, one->str);
	}
	if (left)
		g_string_append_printf(out,
				       "\nThe functions of %u more cases do not fit here; "
				       "report.html has them.\n",
				       left);
}
