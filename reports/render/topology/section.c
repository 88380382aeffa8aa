/* Topologies as a section of each kind of report: see topology.h. */
#include <string.h>

#include "reports/render/html_page.h"
#include "reports/render/text.h"
#include "reports/render/topology/topology.h"

#define TITLE	   "Who is where"
#define SHOWN_IDS  3
#define GAP	   2
#define LEAST_ROOM 24 /* columns of a line's text, however deep in the tree */

static const char intro[] =
	"The devices of these cases, and all that lies between them and the processor. The thick "
	"line is the way between those that take part; broken where they may not take it.";
static const char intro_of_text[] = "A * marks what lies on the way between those that take part.";

/* "switch, upstream 0000:01:00.0 (104c:8232)" */
static char *line_of(const struct pb_topology_node *node)
{
	g_autofree char *details = pb_topology_details(node);
	const char *kind = pb_topology_kind(node->kind);

	return g_strdup_printf("%s %s%s%s%s", node->role ? node->role : kind, node->name,
			       *details ? " (" : "", details, *details ? ")" : "");
}

/* A tree as text: each line below its parent's, further in as long as there is room. */
struct tree {
	GString *out;
	const struct pb_view_topology *item;
	size_t columns;
	size_t indent;
};

static void add_branch(const struct tree *tree, size_t index, size_t depth)
{
	const struct pb_topology *topology = tree->item->topology;
	g_autofree char *line = line_of(&topology->nodes[index]);
	size_t least = tree->indent + 2, start = tree->out->len;
	size_t most = MAX(least + LEAST_ROOM, tree->columns) - LEAST_ROOM;

	pb_text_append_wrapped(tree->out, line, tree->columns, MIN(least + 2 * depth, most));
	if (tree->item->on_way[index])
		tree->out->str[start + tree->indent] = '*';
	for (size_t i = index + 1; i < topology->count; i++) {
		if (topology->nodes[i].parent == (int)index)
			add_branch(tree, i, depth + 1);
	}
}

static void add_tree(GString *out, const struct pb_view_topology *item, size_t columns,
		     size_t indent)
{
	const struct tree tree = {out, item, columns, indent};

	add_branch(&tree, 0, 0);
}

void pb_topology_text(GString *out, const struct pb_view *view, size_t columns)
{
	if (!view->topologies->len)
		return;
	g_string_append(out, "\n" TITLE "\n");
	pb_text_append_wrapped(out, intro_of_text, columns, GAP);
	for (guint i = 0; i < view->topologies->len; i++) {
		const struct pb_view_topology *item = view->topologies->pdata[i];

		g_string_append(out, i ? "\n" : "");
		add_tree(out, item, columns, GAP);
		for (guint v = 0; v < item->verdicts->len; v++) {
			const struct pb_view_skip *verdict = item->verdicts->pdata[v];
			g_autofree char *line =
				g_strdup_printf("%u case%s: %s", verdict->ids->len,
						verdict->ids->len == 1 ? "" : "s", verdict->reason);

			pb_text_append_wrapped(out, line, columns, GAP);
			for (guint n = 0; n < MIN(verdict->ids->len, SHOWN_IDS); n++)
				pb_text_append_wrapped(out, verdict->ids->pdata[n], columns,
						       2 * GAP);
		}
	}
}

static void add_markdown_verdict(GString *out, const struct pb_view_skip *verdict)
{
	g_string_append(out, "- **");
	pb_text_append_markdown(out, verdict->reason);
	g_string_append(out, "**\n");
	for (guint n = 0; n < verdict->ids->len; n++) {
		g_string_append(out, "  - ");
		pb_text_append_markdown_code(out, verdict->ids->pdata[n]);
		g_string_append_c(out, '\n');
	}
}

void pb_topology_markdown(GString *out, const struct pb_view *view)
{
	if (!view->topologies->len)
		return;
	g_string_append(out, "## " TITLE "\n\n");
	pb_text_append_markdown(out, intro_of_text);
	g_string_append(out, "\n\n");
	for (guint i = 0; i < view->topologies->len; i++) {
		const struct pb_view_topology *item = view->topologies->pdata[i];

		g_string_append(out, "### ");
		pb_text_append_markdown(out, item->who);
		g_string_append(out, "\n\n");
		/* An indented block, which nothing in it can close. */
		add_tree(out, item, G_MAXINT16, 4);
		g_string_append_c(out, '\n');
		for (guint v = 0; v < item->verdicts->len; v++)
			add_markdown_verdict(out, item->verdicts->pdata[v]);
		g_string_append_c(out, '\n');
	}
}

static void add_html_verdict(GString *out, const struct pb_view_skip *verdict)
{
	g_string_append(out, "<li>");
	pb_text_append_html(out, verdict->reason);
	g_string_append_printf(out, "<details%s><summary class=\"muted\">%u case%s</summary>",
			       verdict->ids->len <= SHOWN_IDS ? " open" : "", verdict->ids->len,
			       verdict->ids->len == 1 ? "" : "s");
	g_string_append(out, "<ul class=\"ids\">");
	for (guint n = 0; n < verdict->ids->len; n++) {
		g_string_append(out, "<li>");
		pb_html_element(out, "code", verdict->ids->pdata[n]);
		g_string_append(out, "</li>");
	}
	g_string_append(out, "</ul></details></li>\n");
}

void pb_topology_html(GString *out, const struct pb_view *view)
{
	if (!view->topologies->len)
		return;
	pb_html_heading(out, "topology", TITLE);
	pb_html_element(out, "p class=\"muted\"", intro);
	g_string_append(out, "<div class=\"topologies\">\n");
	for (guint i = 0; i < view->topologies->len; i++) {
		const struct pb_view_topology *item = view->topologies->pdata[i];
		g_autofree char *picture = pb_topology_picture(item);

		g_string_append(out, "<section>");
		pb_html_element(out, "h3", item->who);
		g_string_append(out, "<div class=\"places\" tabindex=\"0\" role=\"region\"");
		pb_html_attribute(out, "aria-label", item->summary);
		g_string_append_printf(out, ">\n%s</div>\n<ul class=\"reasons\">\n", picture);
		for (guint v = 0; v < item->verdicts->len; v++)
			add_html_verdict(out, item->verdicts->pdata[v]);
		g_string_append(out, "</ul></section>\n");
	}
	g_string_append(out, "</div>\n");
}
