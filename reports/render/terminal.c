/* A result as plain text: one table per benchmark, fitted to the width. */
#include <errno.h>
#include <string.h>

#include "reports/error.h"
#include "reports/render/hardware/hardware.h"
#include "reports/render/profile/section_text.h"
#include "reports/render/terminal.h"
#include "reports/render/text.h"
#include "reports/render/topology/topology.h"
#include "reports/render/view.h"

#define DEFAULT_COLUMNS 80
#define GAP		2
#define SHOWN_IDS	3
#define TAIL_LINES	8

/* A table being laid out: cells are the view's strings, widths in characters. */
struct table {
	const struct pb_view_group *group;
	guint params;
	guint metrics; /* how many columns of the group are shown */
	size_t *widths;
};

static size_t width_of(const char *text)
{
	return (size_t)g_utf8_strlen(text, -1);
}

static void add_padded(GString *out, const char *text, size_t width, bool right)
{
	g_autoptr(GString) clean = g_string_new(NULL);
	size_t pad = width - MIN(width, width_of(text));

	pb_text_append_plain(clean, text);
	g_string_append_printf(out, "%*s%s%*s", right ? (int)pad : 0, "", clean->str,
			       right ? 0 : (int)pad, "");
}

static void measure(struct table *table)
{
	const struct pb_view_group *group = table->group;

	for (guint p = 0; p < table->params; p++)
		table->widths[p] = width_of(group->varying->pdata[p]);
	for (guint m = 0; m < group->columns->len; m++) {
		const struct pb_view_column *column = group->columns->pdata[m];

		table->widths[table->params + m] =
			MAX(width_of(column->name), width_of(column->unit));
	}
	for (guint i = 0; i < group->rows->len; i++) {
		const struct pb_view_row *row = group->rows->pdata[i];

		for (guint p = 0; p < table->params; p++)
			table->widths[p] = MAX(table->widths[p], width_of(row->params[p]));
		for (guint m = 0; m < group->columns->len; m++)
			table->widths[table->params + m] = MAX(table->widths[table->params + m],
							       width_of(row->cells[m].median));
	}
}

static size_t table_width(const struct table *table, guint metrics)
{
	size_t width = 0;

	for (guint i = 0; i < table->params + metrics; i++)
		width += GAP + table->widths[i];
	return width;
}

static guint primary_count(const struct pb_view_group *group)
{
	guint count = 0;

	for (guint i = 0; i < group->columns->len; i++)
		count += ((struct pb_view_column *)group->columns->pdata[i])->primary;
	return count ? count : MIN(group->columns->len, 1);
}

/* As many metrics as fit; 0 if not even the primary ones do. */
static guint fitting_metrics(const struct table *table, size_t columns)
{
	guint least = primary_count(table->group);

	for (guint metrics = table->group->columns->len; metrics >= least && metrics; metrics--)
		if (table_width(table, metrics) <= columns)
			return metrics;
	return 0;
}

static void end_line(GString *out)
{
	while (out->len && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	g_string_append_c(out, '\n');
}

static void add_header(GString *out, const struct table *table, bool units)
{
	for (guint p = 0; p < table->params; p++) {
		g_string_append_printf(out, "%*s", GAP, "");
		add_padded(out, units ? "" : table->group->varying->pdata[p], table->widths[p],
			   false);
	}
	for (guint m = 0; m < table->metrics; m++) {
		const struct pb_view_column *column = table->group->columns->pdata[m];

		g_string_append_printf(out, "%*s", GAP, "");
		add_padded(out, units ? column->unit : column->name,
			   table->widths[table->params + m], true);
	}
	end_line(out);
}

static void add_table(GString *out, const struct table *table)
{
	add_header(out, table, false);
	add_header(out, table, true);
	for (guint i = 0; i < table->group->rows->len; i++) {
		const struct pb_view_row *row = table->group->rows->pdata[i];

		for (guint p = 0; p < table->params; p++) {
			g_string_append_printf(out, "%*s", GAP, "");
			add_padded(out, row->params[p], table->widths[p], false);
		}
		for (guint m = 0; m < table->metrics; m++) {
			const char *median = row->cells[m].median;

			g_string_append_printf(out, "%*s", GAP, "");
			add_padded(out, median[0] ? median : "-", table->widths[table->params + m],
				   true);
		}
		end_line(out);
	}
}

/* For a screen too narrow for the table. */
static void add_list(GString *out, const struct table *table, size_t columns)
{
	const struct pb_view_group *group = table->group;
	guint shown = primary_count(group);

	for (guint i = 0; i < group->rows->len; i++) {
		const struct pb_view_row *row = group->rows->pdata[i];

		pb_text_append_wrapped(out, row->name[0] ? row->name : group->benchmark, columns,
				       GAP);
		for (guint m = 0; m < shown; m++) {
			const struct pb_view_column *column = group->columns->pdata[m];
			g_autofree char *line = g_strdup_printf(
				"%s %s %s", column->name,
				row->cells[m].median[0] ? row->cells[m].median : "-", column->unit);

			pb_text_append_wrapped(out, line, columns, 2 * GAP);
		}
	}
}

static void add_group(GString *out, const struct pb_view_group *group, size_t columns)
{
	g_autofree size_t *widths = g_new0(size_t, group->varying->len + group->columns->len + 1);
	struct table table = {.group = group, .params = group->varying->len, .widths = widths};
	guint shown;

	g_string_append_c(out, '\n');
	pb_text_append_wrapped(out, group->benchmark, columns, 0);
	if (group->fixed[0])
		pb_text_append_wrapped(out, group->fixed, columns, GAP);
	for (guint i = 0; i < group->notes->len; i++)
		pb_text_append_wrapped(out, group->notes->pdata[i], columns, GAP);
	measure(&table);
	table.metrics = fitting_metrics(&table, columns);
	shown = table.metrics ? table.metrics : MIN(primary_count(group), group->columns->len);
	if (table.metrics)
		add_table(out, &table);
	else
		add_list(out, &table, columns);
	if (shown < group->columns->len) {
		g_autofree char *more = g_strdup_printf("(in the report: %u more per case)",
							group->columns->len - shown);

		pb_text_append_wrapped(out, more, columns, GAP);
	}
}

static void add_counters(GString *out, const struct pb_view *view, size_t columns)
{
	if (!view->counters->len)
		return;
	g_string_append_printf(out, "\n%s\n", view->counted);
	pb_text_append_wrapped(out, view->processor, columns, GAP);
	if (view->model)
		pb_text_append_wrapped(out, view->model, columns, GAP);
	for (guint i = 0; i < view->counters->len; i++)
		add_group(out, view->counters->pdata[i], columns);
}

static void add_reasons(GString *out, const char *title, const GPtrArray *reasons, size_t columns)
{
	if (!reasons->len)
		return;
	g_string_append_printf(out, "\n%s\n", title);
	for (guint i = 0; i < reasons->len; i++) {
		const struct pb_view_skip *skip = reasons->pdata[i];
		g_autofree char *line =
			g_strdup_printf("%u case%s: %s", skip->ids->len,
					skip->ids->len == 1 ? "" : "s", skip->reason);

		pb_text_append_wrapped(out, line, columns, GAP);
		for (guint n = 0; n < MIN(skip->ids->len, SHOWN_IDS); n++)
			pb_text_append_wrapped(out, skip->ids->pdata[n], columns, 2 * GAP);
		if (skip->ids->len > SHOWN_IDS) {
			g_autofree char *rest = g_strdup_printf("and %u more, all in the report",
								skip->ids->len - SHOWN_IDS);

			pb_text_append_wrapped(out, rest, columns, 2 * GAP);
		}
	}
}

static void add_failures(GString *out, const struct pb_view *view, size_t columns)
{
	if (!view->failures->len)
		return;
	g_string_append(out, "\nFailed\n");
	for (guint i = 0; i < view->failures->len; i++) {
		const struct pb_view_failure *failure = view->failures->pdata[i];
		size_t first = failure->tail_count - MIN(failure->tail_count, TAIL_LINES);
		g_autofree char *line = g_strdup_printf("%s: %s", failure->title, failure->detail);

		pb_text_append_wrapped(out, line, columns, GAP);
		if (failure->case_id)
			pb_text_append_wrapped(out, failure->case_id, columns, 2 * GAP);
		for (size_t n = first; n < failure->tail_count; n++) {
			g_string_append_printf(out, "%*s| ", 2 * GAP, "");
			pb_text_append_plain(out, failure->tail[n]);
			g_string_append_c(out, '\n');
		}
		if (failure->console) {
			g_autofree char *where =
				g_strdup_printf("whole console: %s", failure->console);

			pb_text_append_wrapped(out, where, columns, 2 * GAP);
		}
	}
}

int pb_render_terminal(const struct pb_result *result, FILE *out, int columns, GError **ret_error)
{
	size_t width = columns > 0 ? (size_t)columns : DEFAULT_COLUMNS;
	g_autoptr(pb_view) view = pb_view_new(result);
	g_autoptr(GString) text = g_string_new(NULL);

	pb_text_append_wrapped(text, view->headline, width, 0);
	for (guint i = 0; i < view->groups->len; i++)
		add_group(text, view->groups->pdata[i], width);
	pb_topology_text(text, view, width);
	add_counters(text, view, width);
	pb_text_profiles(text, view, width);
	add_reasons(text, "Without counters or profile", view->uncounted, width);
	add_reasons(text, "Skipped", view->skips, width);
	add_failures(text, view, width);
	g_string_append_c(text, '\n');
	pb_text_append_wrapped(text, view->counts, width, 0);
	pb_text_append_wrapped(text, view->evidence, width, 0);
	pb_noise_text(text, view, width);
	if (fwrite(text->str, 1, text->len, out) != text->len || fflush(out))
		return pb_fail(ret_error, errno ? errno : EIO, PB_EXIT_ENVIRONMENT,
			       "the report cannot be written to the output: %s; free some space "
			       "or send it elsewhere",
			       g_strerror(errno));
	return 0;
}
