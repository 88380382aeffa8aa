/* Topologies in a result: what is refused, and what each report shows of the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reports/error.h"
#include "reports/render/html.h"
#include "reports/render/markdown.h"
#include "reports/render/terminal.h"
#include "reports/render/topology/topology.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

#define SWITCH                                                                        \
	"{'nodes':[{'kind':'processor','name':'AuthenticAMD','parent':null},"         \
	"{'kind':'host-bridge','name':'pci0000:00','id':'8086:29c0','parent':0},"     \
	"{'kind':'switch-upstream','name':'0000:01:00.0','parent':1},"                \
	"{'kind':'switch-downstream','name':'0000:02:00.0','parent':2},"              \
	"{'kind':'switch-downstream','name':'0000:02:01.0','parent':2},"              \
	"{'kind':'endpoint','name':'0000:03:00.0','id':'1af4:1110','class':'memory'," \
	"'iommu_group':7,'driver':'pinbench','role':'provider','parent':3},"          \
	"{'kind':'<new>','name':'0000:04:00.0','role':'client','parent':4}],'verdict':%s}"

/* Single quotes stand for double ones in @verdict, too. */
static json_t *topology(const char *verdict)
{
	g_autofree char *text = g_strdup_printf(SWITCH, verdict);

	return json_loads(g_strdelimit(text, "'", '"'), 0, NULL);
}

static void has(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		fail_msg("\"%s\" is not in:\n%s", wanted, text);
}

static guint count_of(const char *text, const char *wanted)
{
	guint count = 0;

	for (text = strstr(text, wanted); text; text = strstr(text + 1, wanted))
		count++;
	return count;
}

static char *terminal_text(const struct pb_result *result, int columns)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(pb_render_terminal(result, out, columns, NULL), 0);
	fclose(out);
	return text;
}

static char *written(void **state, const char *name)
{
	g_autofree char *path = g_build_filename(*state, name, NULL);
	char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static struct pb_result *with(void **state, const char *one, const char *other)
{
	json_t *root = sample_root();

	sample_set(root, "cases.0.topology", topology(one));
	if (other)
		sample_set(root, "cases.3.topology", topology(other));
	return sample_load(state, "r", root);
}

static void the_terminal_has_a_tree(void **state)
{
	g_autoptr(pb_result) result = with(state, "'distance 4'", NULL);
	g_autofree char *text = terminal_text(result, 100);

	has(text, "\n    processor AuthenticAMD\n"
		  "      host bridge pci0000:00 (8086:29c0)\n"
		  "  *     switch, upstream 0000:01:00.0\n"
		  "  *       switch, downstream 0000:02:00.0\n"
		  "  *         provider 0000:03:00.0 (1af4:1110 memory, IOMMU group 7, driver "
		  "pinbench)\n"
		  "  *       switch, downstream 0000:02:01.0\n"
		  "  *         client 0000:04:00.0\n"
		  "  1 case: distance 4\n    gup/pin[backing=anon,batch=1]\n");
}

static void the_tree_fits(void **state)
{
	g_autoptr(pb_result) result = with(state, "'distance 4'", NULL);

	for (int width = 36; width < 60; width += 4) {
		g_autofree char *text = terminal_text(result, width);
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

		for (char **line = lines; *line; line++)
			assert_true(g_utf8_strlen(*line, -1) <= width);
	}
}

/* Of a case that was skipped, too: why there is no way is worth a picture. */
static void one_picture_for_all_that_are_alike(void **state)
{
	g_autoptr(pb_result) result = with(state, "'distance 4'", "'refused <b>'");
	g_autofree char *html = NULL, *markdown = NULL;

	assert_int_equal(pb_render_html(result, *state, NULL), 0);
	assert_int_equal(pb_render_markdown(result, *state, NULL), 0);
	html = written(state, PB_HTML_FILE);
	markdown = written(state, PB_MARKDOWN_FILE);
	assert_int_equal(count_of(html, "<svg class=\"topology\""), 1);
	has(html, ">2 verdicts,");
	has(html, "<li>distance 4<details open>");
	has(html, "<li>refused &lt;b&gt;<details open>");
	has(html, "<g class=\"part role-0\"><title>provider, device 0000:03:00.0: 1af4:1110");
	has(html, "<g class=\"part role-1\"><title>client, &lt;new&gt; 0000:04:00.0: </title>");
	assert_int_equal(count_of(html, "<path class=\"way\""), 4);
	assert_int_equal(count_of(html, "<path class=\"edge\""), 2);
	has(markdown, "### provider 0000:03:00.0 and client 0000:04:00.0\n\n"
		      "      processor AuthenticAMD\n");
	has(markdown, "- **distance 4**\n");
	has(markdown, "- **refused &lt;b&gt;**\n");
}

static void the_way_has_the_verdict(void **state)
{
	g_autoptr(pb_result) result = with(state, "'distance 4'", "'distance 4'");
	g_autoptr(pb_view) view = pb_view_new(result);
	const struct pb_view_topology *item = view->topologies->pdata[0];
	g_autofree char *picture = pb_topology_picture(item);

	assert_int_equal(view->topologies->len, 1);
	assert_int_equal(item->top, 2);
	has(picture, "aria-label=\"provider 0000:03:00.0 and client 0000:04:00.0: distance 4\"");
	has(picture, ">distance 4</text>");
}

/* Drawn as one only where no case gets through. */
static void a_way_that_is_shut(void **state)
{
	for (int open = 0; open < 2; open++) {
		json_t *root = sample_root();
		g_autoptr(pb_result) result = NULL;
		g_autoptr(pb_view) view = NULL;
		g_autofree char *picture = NULL;

		sample_set(root, "cases.0.topology", topology("'refused'"));
		sample_set(root, "cases.0.topology.open", json_false());
		sample_set(root, "cases.1.topology", topology("'refused'"));
		sample_set(root, "cases.1.topology.open", json_boolean(open));
		result = sample_load(state, "r", root);
		view = pb_view_new(result);
		picture = pb_topology_picture(view->topologies->pdata[0]);
		assert_int_equal(count_of(picture, "class=\"topology shut\""), !open);
	}
}

/* Nobody to go to, or a device to itself: no way, and the verdict stands below. */
static void without_a_way(void **state)
{
	json_t *root = sample_root(), *one = topology("''");
	g_autoptr(pb_result) result = NULL;
	g_autoptr(pb_view) view = NULL;
	g_autofree char *picture = NULL;

	json_object_del(sample_at(one, "nodes.6"), "role");
	sample_set(root, "cases.1.topology", one);
	result = sample_load(state, "r", root);
	view = pb_view_new(result);
	picture = pb_topology_picture(view->topologies->pdata[0]);
	assert_int_equal(((struct pb_view_topology *)view->topologies->pdata[0])->top, -1);
	assert_int_equal(count_of(picture, "class=\"way\""), 0);
	has(picture, ">no verdict</text>");
}

static void what_is_no_tree_is_refused(void **state)
{
	static const struct {
		const char *path;
		const char *value; /* JSON; NULL removes it */
		const char *words;
	} wrong[] = {
		{"", "[]", "topology"},
		{"nodes", "{}", "topology.nodes"},
		{"nodes", "[]", "must be 1 to 64"},
		{"nodes.0", "7", "nodes[0]"},
		{"nodes.0.parent", "0", "null of the first"},
		{"nodes.1.parent", "null", "stands before"},
		{"nodes.1.parent", "1", "stands before"},
		{"nodes.1.parent", "-1", "stands before"},
		{"nodes.3.parent", "5", "nodes[3].parent"},
		{"nodes.2.name", NULL, "nodes[2].name"},
		{"nodes.2.kind", "1", "nodes[2].kind"},
		{"nodes.2.role", "true", "nodes[2].role"},
		{"nodes.5.iommu_group", "-1", "iommu_group"},
		{"nodes.5.iommu_group", "4294967296", "iommu_group"},
		{"verdict", "4", "topology.verdict"},
		{"open", "1", "topology.open"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autofree char *path = g_strdup_printf("cases.1.topology%s%s",
							*wrong[i].path ? "." : "", wrong[i].path);
		json_t *root = sample_root();
		struct pb_result *result = NULL;
		g_autoptr(GError) error = NULL;

		sample_set(root, "cases.1.topology", topology("'distance 4'"));
		sample_set(root, path,
			   wrong[i].value ? json_loads(wrong[i].value, JSON_DECODE_ANY, NULL)
					  : NULL);
		assert_int_equal(pb_result_save(root, *state, NULL), 0);
		json_decref(root);
		assert_true(pb_result_load(*state, &result, &error) < 0);
		scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){wrong[i].words, NULL});
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(the_terminal_has_a_tree),
		IN_SCRATCH(the_tree_fits),
		IN_SCRATCH(one_picture_for_all_that_are_alike),
		IN_SCRATCH(the_way_has_the_verdict),
		IN_SCRATCH(a_way_that_is_shut),
		IN_SCRATCH(without_a_way),
		IN_SCRATCH(what_is_no_tree_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
