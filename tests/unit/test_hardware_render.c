/* The machine in a result, and what moves figures there: what is refused, what each report shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reports/error.h"
#include "reports/render/hardware/hardware.h"
#include "reports/render/html.h"
#include "reports/render/markdown.h"
#include "reports/render/terminal.h"
#include "tests/unit/rendered.h"
#include "tests/unit/sample.h"

#define CORE(number, one, other)                                                       \
	"{'kind':'core','index':" #number ",'cpus':'" #one "," #other "','children':[" \
	"{'kind':'pu','index':" #one ",'cpus':'" #one "','children':[]},"              \
	"{'kind':'pu','index':" #other ",'cpus':'" #other "','children':[]}]}"

#define TOPOLOGY                                                                                   \
	"{'kind':'machine','index':0,'cpus':'0-7','bytes':17179869184,'children':["                \
	"{'kind':'package','index':0,'cpus':'0-1,4-5','name':'A Model','children':["               \
	"{'kind':'node','index':0,'cpus':'0-1,4-5','bytes':8589934592,'children':["                \
	"{'kind':'l3','index':0,'cpus':'0-1,4-5','bytes':31457280,'children':[" CORE(              \
		0, 0,                                                                              \
		4) "," CORE(1, 1,                                                                  \
			    5) "]},"                                                               \
			       "{'kind':'device','name':'0000:03:00.0','id':'144d:a80a','class':'" \
			       "NVMExp',"                                                          \
			       "'disks':['nvme0n1']}]}]},"                                         \
			       "{'kind':'package','index':1,'cpus':'2-3,6-7','children':["         \
			       "{'kind':'<new>','index':0,'cpus':'2-3,6-7','children':[]}]}],"     \
			       "'omitted_devices':3}"

#define NOISE                                                                         \
	"{'facts':{'cpus':'1','cpu_model':'A Model','governors':{'powersave':'0-1'}," \
	"'turbo':true,'isolated':'','microcode':null,'temperature_celsius':61.5,"     \
	"'vulnerabilities':{'not_affected':3,'mitigated':['mds'],'vulnerable':[]}},"  \
	"'concerns':[{'name':'governor','found':'powersave on CPUs 0-1; it follows'," \
	"'remedy':'cpupower frequency-set -g performance'},"                          \
	"{'name':'load','found':'3.5 tasks'}]}"

static struct pb_result *with(void **state, const char *topology, const char *place,
			      const char *noise)
{
	json_t *root = sample_root();

	if (topology)
		sample_set(root, "environment.topology", parse(topology));
	if (place)
		sample_set(root, "environment.place", parse(place));
	if (noise)
		sample_set(root, "environment.noise", parse(noise));
	return sample_load(state, "r", root);
}

static char *html_of(void **state, const struct pb_result *result)
{
	assert_int_equal(pb_render_html(result, *state, NULL), 0);
	return written(state, PB_HTML_FILE);
}

static char *markdown_of(void **state, const struct pb_result *result)
{
	assert_int_equal(pb_render_markdown(result, *state, NULL), 0);
	return written(state, PB_MARKDOWN_FILE);
}

static char *terminal_of(const struct pb_result *result, int columns)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(pb_render_terminal(result, out, columns, NULL), 0);
	fclose(out);
	return text;
}

static void nothing_said_nothing_shown(void **state)
{
	g_autoptr(pb_result) result = with(state, NULL, NULL, NULL);
	g_autofree char *html = html_of(state, result), *markdown = markdown_of(state, result);
	g_autofree char *text = terminal_of(result, 100);

	assert_null(result->environment.hardware);
	lacks(html, "id=\"machine\"");
	lacks(html, "href=\"#machine\"");
	lacks(html, "svg.machine");
	lacks(html, "What moves figures");
	lacks(markdown, "The machine");
	lacks(markdown, "What moves figures");
	lacks(text, "noise:");
}

/* Either without the other. */
static void one_alone(void **state)
{
	g_autoptr(pb_result) machine = with(state, TOPOLOGY, NULL, NULL);
	g_autoptr(pb_result) noise = NULL;
	g_autofree char *first = html_of(state, machine), *second = NULL;

	has(first, "<h2 id=\"machine\">The machine</h2>");
	has(first, "No CPU was chosen: cases ran wherever the kernel put them.");
	lacks(first, "class=\"used\"");
	lacks(first, "What moves figures");
	noise = with(state, NULL, "{'cpus':[1]}", NOISE);
	second = html_of(state, noise);
	lacks(second, "id=\"machine\"");
	has(second, "<h2 id=\"noise\">What moves figures here</h2>");
}

static void the_picture_marks_what_was_measured_on(void **state)
{
	g_autoptr(pb_result) result = with(state, TOPOLOGY, "{'cpus':[5,1],'numa_node':0}", NULL);
	g_autofree char *html = html_of(state, result);

	has(html, "<a href=\"#machine\">The machine</a>");
	has(html, "<p>Measured on CPUs 1,5: core 1 of package 0, at NUMA node 0. Memory of NUMA "
		  "node 0 alone.</p>");
	has(html, "aria-label=\"Measured on CPUs 1,5: core 1");
	has(html, "3 more devices are not shown.");
	assert_int_equal(occurrences(html, "<svg class=\"machine "), 2);
	assert_int_equal(occurrences(html, "<g class=\"used\">"), 2 * 2);
	/* The machine, the package, the cache and the core; the node has a class of its own. */
	assert_int_equal(occurrences(html, "<g class=\"holds\">"), 4 * 2);
	assert_int_equal(occurrences(html, "<g class=\"node holds\">"), 2);
	assert_int_equal(occurrences(html, "<g class=\"device\">"), 2);
	has(html, ">memory of the cases</text>");
	has(html, ">NUMA node 0, 8 GiB</text>");
	has(html, ">L3, 30 MiB</text>");
	has(html, "<title>0000:03:00.0, NVMExp nvme0n1, 144d:a80a</title>");
	has(html, ">&lt;new&gt;</text>");
}

/* Where a large machine is told without its CPUs, the part that has them is filled. */
static void without_cpus_of_their_own(void **state)
{
	g_autoptr(pb_result) result = with(state, TOPOLOGY, "{'cpus':[6],'numa_node':null}", NULL);
	g_autofree char *html = html_of(state, result);

	has(html, "<p>Measured on CPU 6: package 1.</p>");
	assert_int_equal(occurrences(html, "<g class=\"used\">"), 2);
}

static void many_are_counted(void **state)
{
	g_autoptr(pb_result) result = NULL;
	g_autoptr(GString) text = g_string_new("{'kind':'machine','children':[");
	g_autofree char *summary = NULL;

	for (int i = 0; i < 6; i++)
		g_string_append_printf(text, "%s{'kind':'core','index':%d,'cpus':'%d'}",
				       i ? "," : "", i, i);
	g_string_append(text, "]}");
	result = with(state, text->str, "{'cpus':[0,1,2,3,4,5]}", NULL);
	summary = pb_hardware_summary(result->environment.hardware);
	assert_string_equal(summary, "Measured on CPUs 0-5: 6 cores.");
}

/* Children lie within their parent, and none over another. */
static void boxes_lie_in_boxes(void **state)
{
	static const double widths[] = {80, 200, 340, 920};
	g_autoptr(pb_result) result = with(state, TOPOLOGY, NULL, NULL);
	const struct pb_hardware *hw = result->environment.hardware;

	for (size_t w = 0; w < G_N_ELEMENTS(widths); w++) {
		struct pb_hardware_place *at = pb_hardware_lay_out(hw, widths[w]);

		for (size_t i = 1; i < hw->count; i++) {
			const struct pb_hardware_place *above = &at[hw->boxes[i].parent];

			assert_true(at[i].x > above->x && at[i].y > above->y);
			assert_true(at[i].x + at[i].width < above->x + above->width);
			assert_true(at[i].y + at[i].height < above->y + above->height);
			for (size_t k = 1; k < i; k++) {
				if (hw->boxes[k].parent != hw->boxes[i].parent)
					continue;
				assert_true(at[k].x + at[k].width <= at[i].x ||
					    at[k].y + at[k].height <= at[i].y);
			}
		}
		if (widths[w] > 300)
			assert_true(at[0].width <= widths[w]);
		pb_hardware_free_places(at, hw->count);
	}
}

static void the_tree_in_markdown(void **state)
{
	g_autoptr(pb_result) result = with(state, TOPOLOGY, "{'cpus':[1,5],'numa_node':0}", NULL);
	g_autofree char *markdown = markdown_of(state, result);

	has(markdown, "## The machine\n\nMeasured on CPUs 1,5: core 1");
	has(markdown, "\n    * machine, 16 GiB\n"
		      "    *   package 0, A Model\n"
		      "    *     NUMA node 0, 8 GiB\n"
		      "    *       L3, 30 MiB\n"
		      "              core 0: CPU 0,4\n"
		      "    *         core 1: CPU 1,5\n"
		      "            0000:03:00.0, NVMExp nvme0n1\n"
		      "        package 1\n"
		      "          <new>\n");
}

static void what_moves_figures(void **state)
{
	g_autoptr(pb_result) result = with(state, NULL, NULL, NOISE);
	g_autofree char *html = html_of(state, result), *markdown = markdown_of(state, result);
	g_autofree char *text = terminal_of(result, 200);

	has(text, "\nnoise: 2 things move figures here: governor powersave on CPUs 0-1, load 3.5 "
		  "tasks\n");
	has(html, "<li><b>governor</b> powersave on CPUs 0-1; it follows"
		  "<code>cpupower frequency-set -g performance</code></li>");
	has(html, "<li><b>load</b> 3.5 tasks</li>");
	has(html, "<dt>governor</dt><dd>powersave on CPUs 0-1</dd>");
	has(html, "<dt>turbo</dt><dd>yes</dd>");
	has(html, "<dt>isolated CPUs</dt><dd>none</dd>");
	has(html, "<dt>temperature</dt><dd>61.5 °C</dd>");
	has(html, "<dd>3 not affected, 1 mitigated, 0 vulnerable</dd>");
	lacks(html, "<dt>microcode</dt>");
	has(markdown, "- **governor** powersave on CPUs 0-1; it follows\n  - <code>cpupower ");
	has(markdown, "- **turbo** yes\n");
}

static void a_quiet_machine(void **state)
{
	g_autoptr(pb_result) result = with(state, NULL, NULL, "{'concerns':[]}");
	g_autofree char *html = html_of(state, result), *markdown = markdown_of(state, result);
	g_autofree char *text = terminal_of(result, 100);

	has(text, "noise: nothing is known here that would move figures\n");
	has(html, "<p>Nothing is known here that would move figures.</p>");
	has(markdown, "Nothing is known here that would move figures.\n");
}

static void hostile_text_stays_text(void **state)
{
	static const char *const paths[] = {
		"environment.topology.children.0.name",
		"environment.topology.children.0.kind",
		"environment.topology.children.0.cpus",
		"environment.topology.children.0.children.0.children.1.name",
		"environment.topology.children.0.children.0.children.1.class",
		"environment.topology.children.0.children.0.children.1.id",
		"environment.topology.children.0.children.0.children.1.disks.0",
		"environment.noise.concerns.0.name",
		"environment.noise.concerns.0.found",
		"environment.noise.concerns.0.remedy",
		"environment.noise.facts.cpu_model",
	};
	json_t *root = sample_root();
	g_autoptr(pb_result) result = NULL;
	g_autofree char *html = NULL, *markdown = NULL, *text = NULL;

	sample_set(root, "environment.topology", parse(TOPOLOGY));
	sample_set(root, "environment.place", parse("{'cpus':[1]}"));
	sample_set(root, "environment.noise", parse(NOISE));
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++)
		sample_set(root, paths[i], json_string(EVIL));
	sample_set(root, "environment.noise.facts.governors", json_pack("{s:s}", EVIL, EVIL));
	result = sample_load(state, "r", root);
	html = html_of(state, result);
	markdown = markdown_of(state, result);
	text = terminal_of(result, 100);
	lacks(html, "<script>alert");
	lacks(html, "</pre></td>");
	lacks(html, "class=\"\x01");
	lacks(text, "\x1b");
	lacks(text, "\x01");
	lacks(markdown, "\x1b");
	lacks(markdown, "\n\n</details>");
	lacks(markdown, "**<script>");
}

static void what_is_wrong_is_refused(void **state)
{
	static const struct {
		const char *path;
		const char *value; /* JSON; NULL removes it */
		const char *words;
	} wrong[] = {
		{"topology", "[]", "environment.topology"},
		{"topology.kind", NULL, "topology.kind"},
		{"topology.children", "{}", "topology.children"},
		{"topology.children.0", "7", "topology.children[0]"},
		{"topology.children.0.cpus", "7", "children[0].cpus"},
		{"topology.children.0.index", "-1", "children[0].index"},
		{"topology.children.0.bytes", "'x'", "children[0].bytes"},
		{"topology.children.0.children.0.children.1.disks", "[1]", "disk 0"},
		{"topology.omitted_devices", "'x'", "omitted_devices"},
		{"place", "[]", "environment.place"},
		{"place.cpus", "'0'", "place.cpus"},
		{"place.cpus", "[-1]", "element 0"},
		{"place.cpus", "[1,99999999]", "element 1"},
		{"place.numa_node", "'0'", "place.numa_node"},
		{"place.numa_node", "-2", "no number of a node"},
		{"noise", "[]", "environment.noise"},
		{"noise.concerns", NULL, "noise.concerns"},
		{"noise.concerns.0", "1", "concerns[0]"},
		{"noise.concerns.0.name", NULL, "concerns[0].name"},
		{"noise.concerns.1.remedy", "1", "concerns[1].remedy"},
		{"noise.facts", "[]", "noise.facts"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autofree char *path = g_strconcat("environment.", wrong[i].path, NULL);
		json_t *root = sample_root();
		struct pb_result *result = NULL;
		g_autoptr(GError) error = NULL;

		sample_set(root, "environment.topology", parse(TOPOLOGY));
		sample_set(root, "environment.place", parse("{'cpus':[1]}"));
		sample_set(root, "environment.noise", parse(NOISE));
		sample_set(root, path, wrong[i].value ? parse(wrong[i].value) : NULL);
		assert_int_equal(pb_result_save(root, *state, NULL), 0);
		json_decref(root);
		assert_true(pb_result_load(*state, &result, &error) < 0);
		scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){wrong[i].words, NULL});
	}
}

/* As many as may be, one more, and deeper than any machine. */
static void bounds(void **state)
{
	static const struct {
		size_t count, depth;
		bool good;
	} cases[] = {{PB_HARDWARE_MAX_BOXES - 1, 1, true},
		     {PB_HARDWARE_MAX_BOXES, 1, false},
		     {1, 24, true},
		     {1, 25, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		json_t *root = sample_root();
		json_t *tree = json_pack("{s:s, s:[]}", "kind", "machine", "children"), *at = tree;
		struct pb_result *result = NULL;

		for (size_t d = 0; d < cases[i].depth; d++) {
			json_t *children = json_object_get(at, "children");

			for (size_t n = 0; n < cases[i].count; n++)
				json_array_append_new(children, json_pack("{s:s, s:[]}", "kind",
									  "core", "children"));
			at = json_array_get(children, 0);
		}
		sample_set(root, "environment.topology", tree);
		assert_int_equal(pb_result_save(root, *state, NULL), 0);
		json_decref(root);
		assert_int_equal(pb_result_load(*state, &result, NULL) == 0, cases[i].good);
		pb_result_free(result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(nothing_said_nothing_shown),
		IN_SCRATCH(one_alone),
		IN_SCRATCH(the_picture_marks_what_was_measured_on),
		IN_SCRATCH(without_cpus_of_their_own),
		IN_SCRATCH(many_are_counted),
		IN_SCRATCH(boxes_lie_in_boxes),
		IN_SCRATCH(the_tree_in_markdown),
		IN_SCRATCH(what_moves_figures),
		IN_SCRATCH(a_quiet_machine),
		IN_SCRATCH(hostile_text_stays_text),
		IN_SCRATCH(what_is_wrong_is_refused),
		IN_SCRATCH(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
