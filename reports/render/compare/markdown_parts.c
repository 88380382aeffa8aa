/* What a comment in GitHub's dialect is made of: see markdown_parts.h. */
#include <string.h>

#include "reports/render/compare/markdown.h"
#include "reports/render/compare/markdown_parts.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"

/* No single text may crowd out all others, whatever a file says. */
#define LONGEST	       1500
#define MOST_BACKTICKS 40
/* How long the comment may be after each of these parts. */
#define AFTER_TRUST 12000
#define AFTER_TEXT  (PB_COMMENT_MAX_BYTES - 1000)

/* As @append does, but of a long text only the beginning. */
void pb_markdown_clipped(GString *out, void (*append)(GString *, const char *), const char *text)
{
	g_autofree char *valid = NULL;
	g_autofree char *start = NULL;

	if (strlen(text) <= LONGEST) {
		append(out, text);
		return;
	}
	start = g_strndup(text, LONGEST);
	valid = g_utf8_make_valid(start, -1);
	append(out, valid);
	g_string_append(out, " …");
}

/* A fence is closed by as many backticks as opened it: one more than there are in a row. */
static char *fence_for(char *text)
{
	size_t longest = 0;

	for (const char *at = strchr(text, '`'); at; at = strchr(at, '`')) {
		size_t run = strspn(at, "`");

		longest = MAX(longest, run);
		at += run;
	}
	if (longest > MOST_BACKTICKS) {
		g_strdelimit(text, "`", '\'');
		longest = 0;
	}
	return g_strnfill(MAX(longest + 1, 3), '`');
}

/* Leaves the whole lines of @text that fit into @room; true if that is not all. */
static bool cut_lines(char *text, size_t room)
{
	char *end;

	if (strlen(text) <= room)
		return false;
	text[room] = '\0';
	end = strrchr(text, '\n');
	*(end ? end + 1 : text) = '\0';
	return true;
}

void pb_markdown_open_details(GString *out, const char *format, guint count)
{
	g_string_append(out, "\n<details><summary>");
	g_string_append_printf(out, format, count);
	g_string_append(out, "</summary>\n");
}

void pb_markdown_close_details(GString *out)
{
	g_string_append(out, "\n</details>\n");
}

void pb_markdown_add_trust(GString *out, const GPtrArray *items)
{
	g_string_append(out, items->len ? "\n" : "");
	for (guint i = 0; i < items->len && out->len < AFTER_TRUST; i++) {
		const struct pb_trust_item *item = items->pdata[i];

		g_string_append_printf(out, "- %s **%s** (%s): ", pb_trust_sign(item->state),
				       item->name, pb_trust_word(item->state));
		pb_markdown_clipped(out, pb_text_append_markdown, item->text);
		g_string_append_c(out, '\n');
	}
}

void pb_markdown_add_text(GString *out, char *text)
{
	g_autofree char *fence = fence_for(text);
	bool cut = cut_lines(text, AFTER_TEXT - MIN(out->len, AFTER_TEXT));

	g_string_append_printf(out,
			       "\n<details><summary>As text, for a mail or a commit message"
			       "</summary>\n\n%s\n%s%s\n",
			       fence, text, fence);
	g_string_append(out, cut ? "\nThe rest is in report.txt.\n" : "");
	pb_markdown_close_details(out);
}

bool pb_markdown_fits(GString *out, const GString *one, gsize limit)
{
	if (out->len + one->len > limit)
		return false;
	g_string_append_len(out, one->str, (gssize)one->len);
	return true;
}
