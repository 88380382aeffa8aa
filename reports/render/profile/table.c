/* The functions of a profile as a table: see table.h. */
#include "reports/render/profile/functions.h"
#include "reports/render/profile/table.h"
#include "reports/render/text.h"

/* The least width of a number's column: a blank before it is one of them. */
static const int widths[] = {
	[PB_FUNCTION_SELF] = 10,  [PB_FUNCTION_SHARE] = 8,  [PB_FUNCTION_INCLUSIVE] = 11,
	[PB_FUNCTION_CALLS] = 10, [PB_FUNCTION_LOCKED] = 8,
};

#define SAMPLED_SHARE_WIDTH 14 /* "12.5% ±1.5%" */

/* In characters, where printf() would count bytes. */
static void add_number(GString *out, const struct pb_function_table *table, guint column,
		       const char *text)
{
	gboolean wide = table->sampled && column == PB_FUNCTION_SHARE;
	glong width = (wide ? SAMPLED_SHARE_WIDTH : widths[column]) - 1;

	g_string_append_printf(out, " %*s%s", (int)MAX(width - g_utf8_strlen(text, -1), 0), "",
			       text);
}

static void add_row(GString *out, const struct pb_function_table *table,
		    const struct pb_function_row *row)
{
	for (guint i = 0; i < PB_FUNCTION_NAME; i++)
		if (pb_function_shown(table, i))
			add_number(out, table, i, row->cells[i] ? row->cells[i] : "");
	g_string_append(out, "  ");
	pb_text_append_plain(out, row->cells[PB_FUNCTION_NAME]);
	g_string_append_c(out, '\n');
}

char *pb_render_profile_text(const struct pb_profile *profile,
			     const struct pb_profile_region *region, guint most)
{
	g_autoptr(pb_function_table) table = pb_function_table_new(profile, region, most);
	GString *out = g_string_new(NULL);

	add_row(out, table, &table->head);
	for (guint i = 0; i < table->functions->len; i++)
		add_row(out, table, table->functions->pdata[i]);
	for (guint i = 0; i < table->sums->len; i++)
		add_row(out, table, table->sums->pdata[i]);
	return g_string_free(out, FALSE);
}
