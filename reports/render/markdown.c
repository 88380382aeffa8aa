/* A result as Markdown. */
#include "reports/file.h"
#include "reports/render/hardware/hardware.h"
#include "reports/render/markdown.h"
#include "reports/render/profile/section_markdown.h"
#include "reports/render/text.h"
#include "reports/render/topology/topology.h"
#include "reports/render/view.h"

#define say pb_text_append_markdown

static void add_cell(GString *out, const char *text)
{
	g_string_append(out, " ");
	say(out, text);
	g_string_append(out, " |");
}

static void add_keys(GString *out, const struct pb_view *view)
{
	if (!view->keys->len)
		return;
	g_string_append(out, "| benchmark | metric | median | unit | with | range | cases |\n"
			     "|---|---|--:|---|---|--:|--:|\n");
	for (guint i = 0; i < view->keys->len; i++) {
		const struct pb_view_key *key = view->keys->pdata[i];

		g_string_append_c(out, '|');
		add_cell(out, key->benchmark);
		add_cell(out, key->metric);
		add_cell(out, key->median);
		add_cell(out, key->unit);
		add_cell(out, key->params);
		add_cell(out, key->range);
		add_cell(out, key->cases);
		g_string_append_c(out, '\n');
	}
	g_string_append_c(out, '\n');
}

static void add_trust(GString *out, const struct pb_view *view)
{
	g_string_append(out, "## On what\n\n");
	for (guint i = 0; i < view->trust->len; i++) {
		const struct pb_view_pair *pair = view->trust->pdata[i];

		g_string_append(out, "- **");
		say(out, pair->name);
		g_string_append(out, "**: ");
		say(out, pair->value);
		g_string_append_c(out, '\n');
	}
	g_string_append_c(out, '\n');
}

static void add_table_head(GString *out, const struct pb_view_group *group)
{
	g_string_append(out, "| case |");
	for (guint i = 0; i < group->varying->len; i++)
		add_cell(out, group->varying->pdata[i]);
	for (guint i = 0; i < group->columns->len; i++) {
		const struct pb_view_column *column = group->columns->pdata[i];
		g_autofree char *head = g_strdup_printf("%s (%s)", column->name, column->unit);

		add_cell(out, head);
	}
	g_string_append(out, "\n|--:|");
	for (guint i = 0; i < group->varying->len; i++)
		g_string_append(out, "---|");
	for (guint i = 0; i < group->columns->len; i++)
		g_string_append(out, "--:|");
	g_string_append_c(out, '\n');
}

static void add_row(GString *out, const struct pb_view_group *group, guint index)
{
	const struct pb_view_row *row = group->rows->pdata[index];

	g_string_append_printf(out, "| %u |", index + 1);
	for (guint i = 0; i < group->varying->len; i++)
		add_cell(out, row->params[i]);
	for (guint i = 0; i < group->columns->len; i++) {
		const struct pb_view_cell *cell = &row->cells[i];
		g_autofree char *text = cell->spread ? g_strdup_printf("%s (%s – %s)", cell->median,
								       cell->low, cell->high)
						     : g_strdup(cell->median);

		add_cell(out, text);
	}
	g_string_append_c(out, '\n');
}

static void add_group(GString *out, const struct pb_view_group *group)
{
	g_string_append(out, "### ");
	say(out, group->benchmark);
	g_string_append(out, "\n\n");
	if (group->about) {
		say(out, group->about->summary);
		g_string_append(out, "\n\n");
	}
	if (group->fixed[0]) {
		g_string_append(out, "In all cases: ");
		say(out, group->fixed);
		g_string_append(out, "\n\n");
	}
	for (guint i = 0; i < group->notes->len; i++) {
		g_string_append(out, "> ");
		say(out, group->notes->pdata[i]);
		g_string_append(out, "\n\n");
	}
	add_table_head(out, group);
	for (guint i = 0; i < group->rows->len; i++)
		add_row(out, group, i);
	g_string_append_c(out, '\n');
}

/* Nothing for NULL. */
static void add_paragraph(GString *out, const char *text)
{
	if (!text)
		return;
	say(out, text);
	g_string_append(out, "\n\n");
}

static void add_counters(GString *out, const struct pb_view *view)
{
	if (!view->counters->len)
		return;
	g_string_append_printf(out, "## %s\n\n", view->counted);
	add_paragraph(out, view->processor);
	add_paragraph(out, view->model);
	add_paragraph(out, view->model_words);
	for (guint i = 0; i < view->counters->len; i++)
		add_group(out, view->counters->pdata[i]);
}

static void add_reasons(GString *out, const char *title, const GPtrArray *reasons)
{
	if (!reasons->len)
		return;
	g_string_append_printf(out, "## %s\n\n", title);
	for (guint i = 0; i < reasons->len; i++) {
		const struct pb_view_skip *skip = reasons->pdata[i];

		g_string_append(out, "- ");
		say(out, skip->reason);
		g_string_append_c(out, '\n');
		for (guint n = 0; n < skip->ids->len; n++) {
			g_string_append(out, "  - ");
			pb_text_append_markdown_code(out, skip->ids->pdata[n]);
			g_string_append_c(out, '\n');
		}
	}
	g_string_append_c(out, '\n');
}

static void add_failures(GString *out, const struct pb_view *view)
{
	if (!view->failures->len)
		return;
	g_string_append(out, "## Failed\n\n");
	for (guint i = 0; i < view->failures->len; i++) {
		const struct pb_view_failure *failure = view->failures->pdata[i];

		g_string_append(out, "### ");
		say(out, failure->title);
		g_string_append(out, "\n\n");
		say(out, failure->detail);
		g_string_append(out, "\n\n");
		if (failure->command) {
			pb_text_append_markdown_code(out, failure->command);
			g_string_append(out, "\n\n");
		}
		/* An indented block has no closing mark that a console line could forge. */
		for (size_t n = 0; n < failure->tail_count; n++) {
			g_string_append(out, "    ");
			pb_text_append_plain(out, failure->tail[n]);
			g_string_append_c(out, '\n');
		}
		g_string_append_c(out, '\n');
	}
}

static void add_closing(GString *out, const struct pb_view *view)
{
	g_string_append(out, "## Again\n\nThe whole run: ");
	pb_text_append_markdown_code(out, view->rerun);
	if (view->groups->len) {
		const struct pb_view_group *group = view->groups->pdata[0];
		const struct pb_view_row *row = group->rows->pdata[0];

		g_string_append(out, "\n\nOne case, for example: ");
		pb_text_append_markdown_code(out, row->command);
	}
	g_string_append(out, "\n\n## Method\n\n");
	for (guint i = 0; i < view->method->len; i++) {
		say(out, view->method->pdata[i]);
		g_string_append(out, "\n\n");
	}
}

int pb_render_markdown(const struct pb_result *result, const char *dir, GError **ret_error)
{
	g_autoptr(pb_view) view = pb_view_new(result);
	g_autoptr(GString) out = g_string_new("# ");

	say(out, view->title);
	g_string_append(out, "\n\n**");
	say(out, view->headline);
	g_string_append(out, ".**\n\n");
	add_keys(out, view);
	add_trust(out, view);
	pb_hardware_markdown(out, view);
	pb_noise_markdown(out, view);
	pb_topology_markdown(out, view);
	if (view->groups->len)
		g_string_append(out, "## Figures\n\n");
	for (guint i = 0; i < view->groups->len; i++)
		add_group(out, view->groups->pdata[i]);
	add_counters(out, view);
	pb_markdown_profiles(out, view);
	add_reasons(out, "Without counters or profile", view->uncounted);
	add_reasons(out, "Skipped", view->skips);
	add_failures(out, view);
	add_closing(out, view);
	g_string_truncate(out, out->len - 1);
	return pb_write_file(dir, PB_MARKDOWN_FILE, out->str, out->len, ret_error);
}
