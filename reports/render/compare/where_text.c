/* Where the figures of a comparison moved, as plain text: see where.h. */
#include <string.h>

#include "reports/render/compare/where.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"

#define SHOWN_GROUPS	10
#define SHOWN_NAMES	6
#define SHOWN_FUNCTIONS 5
#define NUMBER_WIDTH	10
#define DELTA_WIDTH	9
#define NAME_AT		(2 + 2 * NUMBER_WIDTH + DELTA_WIDTH + 4)

/* Beside the name if there is room, else below it. */
static void add_notes(GString *out, const struct pb_moved_function *function, guint columns)
{
	g_autofree char *notes = pb_compare_function_notes(function);
	size_t width = NAME_AT + (size_t)g_utf8_strlen(function->name, -1);

	if (!*notes) {
		g_string_append_c(out, '\n');
		return;
	}
	if (width + 2 + (size_t)g_utf8_strlen(notes, -1) <= columns) {
		g_string_append(out, ": ");
		pb_text_append_wrapped(out, notes, columns, 0);
		return;
	}
	g_string_append_c(out, '\n');
	pb_text_append_wrapped(out, notes, columns, NAME_AT + 2);
}

static void add_function(GString *out, const struct pb_moved_function *function, guint columns)
{
	g_autofree char *before = pb_text_number(function->baseline_self);
	g_autofree char *after = pb_text_number(function->patched_self);
	g_autofree char *delta = pb_compare_signed(function->self_delta);

	g_string_append_printf(out, "  %*s %*s %*s  ", NUMBER_WIDTH, before, NUMBER_WIDTH, after,
			       DELTA_WIDTH, delta);
	pb_text_append_plain(out, function->name);
	add_notes(out, function, columns);
}

static void add_functions(GString *out, const struct pb_where_group *group, guint columns)
{
	const struct pb_comparison_row *row = group->rows->pdata[0];
	const struct pb_moved_functions *profile = row->profile;
	size_t shown = MIN(profile->listed, SHOWN_FUNCTIONS);

	if (!shown)
		return;
	g_string_append_printf(out, "  %*s %*s %*s  self, ", NUMBER_WIDTH, "baseline", NUMBER_WIDTH,
			       "patched", DELTA_WIDTH, "delta");
	pb_text_append_plain(out, profile->unit);
	g_string_append(out, group->rows->len > 1 ? ", of the first\n" : "\n");
	for (size_t i = 0; i < shown; i++)
		add_function(out, &profile->functions[i], columns);
	if (profile->count > shown)
		g_string_append_printf(out, "%*sand %zu more\n", NAME_AT, "",
				       profile->count - shown);
}

static void add_group(GString *out, GHashTable *varying, const struct pb_where_group *group,
		      guint columns)
{
	g_autofree char *names = pb_compare_case_names(varying, group, SHOWN_NAMES);
	g_autofree char *sentence =
		g_strconcat(group->known ? "" : "no profile: ", group->sentence, NULL);

	g_string_append_c(out, '\n');
	pb_text_append_wrapped(out, names, columns, 0);
	pb_text_append_wrapped(out, sentence, columns, 2);
	if (group->known)
		add_functions(out, group, columns);
}

void pb_compare_text_where(GString *out, const struct pb_comparison *c, guint columns)
{
	g_autoptr(GPtrArray) groups = pb_compare_where(c);
	g_autoptr(GHashTable) varying = pb_compare_varying(c);
	guint more = 0;

	if (!groups->len)
		return;
	g_string_append_printf(out, "\n%s:\n", pb_compare_where_title(groups));
	for (guint i = 0; i < groups->len; i++) {
		const struct pb_where_group *group = groups->pdata[i];

		if (i < SHOWN_GROUPS)
			add_group(out, varying, group, columns);
		else
			more += group->rows->len;
	}
	if (more)
		g_string_append_printf(out, "\nand %u more cases, in report.html\n", more);
}
