/* Counters of the processor and profiles in the reports of a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reports/render/html.h"
#include "reports/render/markdown.h"
#include "reports/render/terminal.h"
#include "tests/unit/profile_sample.h"
#include "tests/unit/rendered.h"
#include "tests/unit/sample.h"

#define MANY 14

static void set_counter(json_t *root, int number, const char *name, double value)
{
	json_t *counters = json_object_get(
		json_array_get(json_object_get(root, "cases"), (size_t)number), "counters");

	json_object_set_new(counters, name, json_pack("{s:f, s:s}", "value", value, "per", "page"));
}

/* Two cases of the three with counters, of which one has a profile and one should have. */
static json_t *counted_root(void)
{
	static const struct {
		const char *name;
		double values[2];
	} counters[] = {
		{"pin.insns", {20, 21}},       {"pin.kernel_insns", {20, 21}},
		{"pin.user_insns", {0, 0}},    {"pin.rep_iterations", {0, 512}},
		{"pin.loads", {1234.5, 4}},    {"pin.stores", {2, 2}},
		{"pin.locked", {0, 0}},	       {"pin.branches", {1.5, 2}},
		{"pin.ipis", {0, 0.25}},       {"pin.llc_misses", {0.125, 0}},
		{"pin.something_new", {3, 0}}, {"unpin.insns", {7, 7}},
	};
	json_t *root = sample_root();

	for (size_t i = 0; i < G_N_ELEMENTS(counters); i++)
		for (int n = 0; n < 2; n++)
			set_counter(root, n, counters[i].name, counters[i].values[n]);
	sample_set(root, "environment.counters",
		   parse("{'kinds':['exact','profile','model'],'model':'LLC 2 MiB <16 ways>'}"));
	sample_set(root, "cases.0.profile", json_string("profile/a"));
	sample_set(root, "cases.1.profile", json_string("profile/b"));
	sample_set(root, "cases.2.profile_error", json_string("the plugin <died>"));
	return root;
}

static void put_profile(void **state, const char *folder, json_t *root)
{
	g_autofree char *name = g_strconcat(folder, "/" PB_PROFILE_FILE, NULL);
	g_autofree char *text = json_dumps(root, 0);

	g_free(scratch_write(state, name, text));
	json_decref(root);
}

static json_t *profile_root(void)
{
	return parse(sample_profile);
}

/* Takes @root, whose profile/a is there and whose profile/b is not. */
static struct pb_result *counted(void **state, json_t *root)
{
	put_profile(state, "profile/a", profile_root());
	return sample_load(state, "", root);
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

static char *html_text(void **state, const struct pb_result *result)
{
	assert_int_equal(pb_render_html(result, *state, NULL), 0);
	return written(state, PB_HTML_FILE);
}

static char *markdown_text(void **state, const struct pb_result *result)
{
	assert_int_equal(pb_render_markdown(result, *state, NULL), 0);
	return written(state, PB_MARKDOWN_FILE);
}

static void terminal_has_a_table_for_each_metric(void **state)
{
	g_autoptr(pb_result) result = counted(state, counted_root());
	g_autofree char *text = terminal_text(result, 110);
	g_autofree char *narrow = terminal_text(result, 70);

	has(text, "\n\ngup/pin pin, per page\n"
		  "  backing  batch  insns    loads  stores  locked  branches   ipis"
		  "  rep_iterations  llc_misses  something_new\n"
		  "                  exact    exact   exact   exact     exact  exact"
		  "           exact       model          exact\n"
		  "  anon     1         20  1,234.5       2       0       1.5      0"
		  "               0       0.125              3\n"
		  "  anon     512       21        4       2       0         2   0.25"
		  "             512           0              0\n"
		  "\ngup/pin unpin, per page\n"
		  "  backing  batch  insns\n"
		  "                  exact\n"
		  "  anon     1          7\n"
		  "  anon     512        7\n\n");
	has(text, "  Columns marked model are what ");
	lacks(text, "16 ways");
	has(narrow, "  anon     512       21        4       2       0         2   0.25\n"
		    "  (in the report: 3 more per case)\n");
}

static void terminal_has_a_line_for_each_profile(void **state)
{
	g_autoptr(pb_result) result = counted(state, counted_root());
	g_autofree char *wide = terminal_text(result, 200);
	g_autofree char *narrow = terminal_text(result, 50);
	g_autofree char *place =
		g_strdup_printf("in the report and in %s/profile\n", (char *)*state);

	has(wide, "\nWhere the instructions are\n"
		  "  gup/pin pin\n"
		  "    backing  batch\n"
		  "    anon     1      walk 70.5%, he lp;<&\"é 12.7%, tick 12.3%\n"
		  "    anon     512    no profile: profile/b/profile.json: no such file; give the "
		  "directory of a case that was profiled\n"
		  "  All functions, flame graphs ");
	has(wide, place);
	has(wide, "\nWithout counters or profile\n"
		  "  1 case: the plugin <died>\n"
		  "    gup/pin[backing=shmem,batch=512]\n");
	has(narrow, "    anon     1      walk 70.5%, he lp;<&\"é 12.7%\n"
		    "    backing=anon batch=512\n"
		    "      no profile: profile/b/profile.json: no such\n"
		    "      file; give the directory of a case that was\n"
		    "      profiled\n");
}

static void terminal_fits_the_width(void **state)
{
	static const int widths[] = {36, 40, 60, 80, 200};
	json_t *root = counted_root();
	g_autoptr(pb_result) result = NULL;

	sample_set(root, "cases.1.profile", NULL);
	result = counted(state, root);
	g_free(result->file);
	result->file = g_strdup(PB_RESULT_FILE);
	for (size_t i = 0; i < G_N_ELEMENTS(widths); i++) {
		g_autofree char *text = terminal_text(result, widths[i]);
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

		has(text, "1,234.5");
		for (size_t n = 0; lines[n]; n++)
			if (g_utf8_strlen(lines[n], -1) > widths[i])
				fail_msg("wider than %d: %s", widths[i], lines[n]);
	}
}

static void markdown_has_the_same(void **state)
{
	g_autoptr(pb_result) result = counted(state, counted_root());
	g_autofree char *text = markdown_text(state, result);

	has(text, "| 2 | anon | 512 | 21 | 4 | 2 | 0 | 2 | 0.25 | 512 | 0 | 0 |\n");
	has(text, "\n\nThe model: LLC 2 MiB &lt;16 ways&gt;.\n\n");
	has(text, "\n### gup/pin backing=anon batch=1: pin\n\n"
		  "| self | share | inclusive | calls | locked | function, for one page |\n"
		  "|--:|--:|--:|--:|--:|---|\n"
		  "| 15.5 | 70.5% | 18.3 | 0.7 | 0.4 | walk |\n"
		  "| 2.8 | 12.7% | 3.3 | 0.7 | 0.1 | he lp;&lt;&amp;\"é |\n");
	has(text, "\n\nAll of it: <code>profile/a</code>\n\n"
		  "### gup/pin backing=anon batch=512\n\n"
		  "No profile: profile/b/profile.json: no such file;");
	has(text, "- the plugin &lt;died&gt;\n"
		  "  - <code>gup/pin\\[backing=shmem,batch=512\\]</code>\n");
}

static void html_has_the_same(void **state)
{
	g_autoptr(pb_result) result = counted(state, counted_root());
	g_autofree char *text = html_text(state, result);

	in_order(text, (const char *[]){
			       "<a href=\"#counters\">Counters</a><a href=\"#profiles\">",
			       "<h2 id=\"counters\">Counters of the processor</h2>\n",
			       "The model: LLC 2 MiB &lt;16 ways&gt;.</p>",
			       "<h3>gup/pin pin, per page</h3>",
			       "<th scope=\"col\" class=\"num\">loads<small>exact</small></th>",
			       "llc_misses<small>model</small></th>",
			       "<tr><th scope=\"row\">anon</th><td>1</td>"
			       "<td class=\"num\">20</td><td class=\"num\">1,234.5</td>",
			       "<h2 id=\"profiles\">",
			       "<details class=\"profile\"><summary>gup/pin backing=anon batch=1 "
			       "<small>pin: 20 insn/page, most in walk 70.5%</small></summary>",
			       "<tr><th scope=\"row\">he lp;&lt;&amp;&quot;é</th>"
			       "<td class=\"num\">2.8</td><td class=\"num\">12.7%</td>"
			       "<td class=\"num\">3.3</td><td class=\"num\">0.7</td>"
			       "<td class=\"num\">0.1</td></tr>\n",
			       "<svg ",
			       "<a href=\"profile/a/pin.svg\">flame graph</a> "
			       "<a href=\"profile/a/pin.callgrind\">callgrind</a> "
			       "<a href=\"profile/a/pin.folded\">folded stacks</a> "
			       "<a href=\"profile/a/profile.json\">profile.json</a>",
			       "<p>gup/pin backing=anon batch=512: <span class=\"bad\">no profile"
			       "</span>, profile/b/profile.json: no such file;",
			       "<h2 id=\"uncounted\">", "the plugin &lt;died&gt;", NULL});
	/* They have a section; what the kernel keeps stays with the case. */
	lacks(text, "pin.insns");
	has(text, "<dt>nr_foll_pin_acquired</dt>");
	lacks(text, "kernel_insns");
	lacks(text, "flame-gone");
}

/* With timed evidence: events of perf, none of which is exact. */
static json_t *timed_root(void)
{
	static const struct {
		const char *name;
		double values[2];
	} counters[] = {
		{"pin.page-faults", {0, 0}},	  {"pin.context-switches", {0, 0}},
		{"pin.cpu-clock", {64.5, 70}},	  {"pin.instructions", {1234.5, 4}},
		{"pin.instructions:u", {0, 0}},	  {"pin.instructions:k", {1234.5, 4}},
		{"pin.L2.MISSES", {3, 2}},	  {"pin.migrate:mm_migrate_pages", {0, 0.5}},
		{"pin.dtlb_load_misses", {1, 1}}, {"pin.ipc", {1.5, 2}},
	};
	json_t *root = sample_root();

	for (size_t i = 0; i < G_N_ELEMENTS(counters); i++)
		for (int n = 0; n < 2; n++)
			set_counter(root, n, counters[i].name, counters[i].values[n]);
	sample_set(root, "environment.evidence", json_string("timed"));
	sample_set(root, "environment.perf",
		   parse("{'requested':['page-faults','instructions','cycles','L2.MISSES'],"
			 "'counted':[{'name':'page-faults','kind':'software'},"
			 "{'name':'cpu-clock','kind':'software'},"
			 "{'name':'instructions','kind':'hardware'},"
			 "{'name':'instructions:k','kind':'hardware'},"
			 "{'name':'L2.MISSES','kind':'hard<b>ware'},"
			 "{'name':'migrate:mm_migrate_pages','kind':'tracepoint'}],"
			 "'unavailable':[{'name':'cycles','reason':'no PMU <here>'}]}"));
	return root;
}

static void events_of_perf_have_their_kind(void **state)
{
	g_autoptr(pb_result) result = sample_load(state, "", timed_root());
	g_autofree char *text = terminal_text(result, 160);
	g_autofree char *html = html_text(state, result);
	g_autofree char *markdown = markdown_text(state, result);

	/* What was asked for comes first, and is shown where it is 0. */
	has(text, "  backing  batch  page-faults  instructions    L2.MISSES  cpu-clock"
		  "  instructions:k  migrate:mm_migrate_pages  dtlb_load_misses      ipc\n"
		  "                     software      hardware  hard<b>ware   software"
		  "        hardware                tracepoint              perf  derived\n");
	lacks(text, "context-switches  ");
	lacks(text, "exact");
	lacks(text, "model");
	lacks(text, "emulated processor");
	has(text, "\nCounters of perf\n");
	has(html, "<h2 id=\"counters\">Counters of perf</h2>");
	has(html, "L2.MISSES<small>hard&lt;b&gt;ware</small>");
	has(html, "; not cycles: no PMU &lt;here&gt;");
	has(markdown, "## Counters of perf\n");
	has(markdown, "| page-faults (software) | instructions (hardware) |");
	assert_int_equal(occurrences(markdown, "not cycles: no PMU"), 1);
}

static void a_damaged_list_of_events_is_refused(void **state)
{
	static const char *const keys[] = {"requested", "counted", "unavailable"};

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		json_t *root = timed_root();
		g_autofree char *key = g_strdup_printf("environment.perf.%s.0", keys[i]);
		g_autoptr(pb_result) result = NULL;
		g_autoptr(GError) error = NULL;

		sample_set(root, key, json_integer(7));
		assert_int_equal(pb_result_save(root, *state, NULL), 0);
		json_decref(root);
		assert_true(pb_result_load(*state, &result, &error) < 0);
		has(error->message, keys[i]);
	}
}

static void without_any_there_are_no_sections(void **state)
{
	g_autoptr(pb_result) result = sample_load(state, "", sample_root());
	g_autofree char *text = terminal_text(result, 80);
	g_autofree char *html = html_text(state, result);
	g_autofree char *markdown = markdown_text(state, result);

	lacks(text, "processor");
	lacks(text, "Where the instructions are");
	lacks(text, "Without counters");
	lacks(html, "processor");
	lacks(html, "id=\"profiles\"");
	lacks(html, ".flame");
	lacks(markdown, "processor");
	lacks(markdown, "Where the instructions are");
}

/* A case more for each of MANY profiles. */
static void only_the_first_are_drawn(void **state)
{
	json_t *root = counted_root(), *cases = json_object_get(root, "cases");
	g_autoptr(pb_result) result = NULL;
	g_autofree char *text = NULL;

	for (int i = 0; i < MANY - 1; i++) {
		json_t *more = json_deep_copy(json_array_get(cases, 0));
		g_autofree char *size = g_strdup_printf("%dm", i);

		sample_set(more, "params.size", json_string(size));
		json_array_append_new(cases, more);
	}
	sample_set(root, "cases.1.profile", NULL);
	result = counted(state, root);
	text = html_text(state, result);
	has(text, "Flame graphs are drawn here for the first 12 cases; those of the others are "
		  "linked.");
	assert_int_equal(occurrences(text, "class=\"flame\""), 12);
	assert_int_equal(occurrences(text, "<details class=\"profile\">"), MANY);
	assert_int_equal(occurrences(text, "href=\"profile/a/pin.svg\""), MANY);
}

static void a_single_profile_is_open_and_shortened(void **state)
{
	json_t *root = counted_root(), *profile = profile_root();
	json_t *functions = sample_at(profile, "regions.0.functions");
	g_autoptr(pb_result) result = NULL;
	g_autofree char *html = NULL, *markdown = NULL;

	for (int i = 0; i < MANY; i++) {
		g_autofree char *name = g_strdup_printf("f%d", i);

		json_array_append_new(functions, json_copy(json_array_get(functions, 4)));
		json_object_set_new(json_array_get(functions, 5 + (size_t)i), "name",
				    json_string(name));
	}
	sample_set(root, "cases.1.profile", NULL);
	result = counted(state, root);
	put_profile(state, "profile/a", profile);
	html = html_text(state, result);
	markdown = markdown_text(state, result);
	has(html, "<details class=\"profile\" open>");
	has(html, ">4 more functions: 0 insn/page</th>");
	has(markdown, "| 9 more functions: 0 insn/page |\n");
}

/* Each says what is wrong with it, and the rest of the report is as it was. */
static void a_damaged_profile_is_no_failure(void **state)
{
	static const struct {
		const char *text, *wanted;
	} damaged[] = {
		{"{'schema':", "profile/b/profile.json: line 1, column "},
		{"[]", "profile/b/profile.json: the file: expected an object, found an array"},
		{"{'schema':'x'}", "schema is &quot;x&quot;"},
		{"{'schema':'pinbench-profile/1','id':'a','kernel':'k','release':'r',"
		 "'repetitions':1,'model':null,'events':['insns'],'regions':[]}",
		 "it has no metric"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(damaged); i++) {
		g_autoptr(pb_result) result = counted(state, counted_root());
		g_autofree char *text = g_strdelimit(g_strdup(damaged[i].text), "'", '"');
		g_autofree char *path = scratch_write(state, "profile/b/profile.json", text);
		g_autofree char *html = html_text(state, result);
		g_autofree char *terminal = terminal_text(result, 80);

		has(html, damaged[i].wanted);
		has(html, "<details class=\"profile\">");
		has(terminal, "no profile: ");
		has(terminal, "he lp;<&\"é 12.7%");
	}
}

static void nothing_breaks_out(void **state)
{
	json_t *root = counted_root(), *profile = profile_root();
	g_autoptr(pb_result) result = NULL;
	g_autofree char *html = NULL, *markdown = NULL, *text = NULL;

	set_counter(root, 0, EVIL ".insns", 1);
	set_counter(root, 0, "pin." EVIL, 1);
	sample_set(root, "environment.counters.model", json_string(EVIL));
	sample_set(root, "environment.counters.kinds.0", json_string(EVIL));
	sample_set(root, "cases.0.params.batch", json_string(EVIL));
	sample_set(root, "cases.0.profile", json_string("javascript:\"><b>/a b"));
	sample_set(root, "cases.2.profile_error", json_string(EVIL));
	sample_set(root, "failures", json_array()); /* their consoles are shown as they are */
	sample_set(profile, "regions.0.metric", json_string("../../" EVIL));
	sample_set(profile, "regions.0.per", json_string(EVIL));
	sample_set(profile, "regions.0.functions.0.name", json_string(EVIL));
	result = counted(state, root);
	put_profile(state, "javascript:\"><b>/a b", profile);
	html = html_text(state, result);
	markdown = markdown_text(state, result);
	text = terminal_text(result, 80);
	has(html, "<a href=\"javascript%3A%22%3E%3Cb%3E/a%20b/..%2F..%2F%01%1B%5B31m");
	assert_int_equal(occurrences(html, "class=\"flame\""), 1);
	assert_int_equal(occurrences(html, "</details>"), occurrences(html, "<details"));
	lacks(html, "<script");
	lacks(html, "<b>/");
	lacks(html, "\x1b");
	lacks(markdown, "<script");
	lacks(markdown, "\n</details>");
	lacks(markdown, "[x](");
	lacks(text, "\x1b");
	lacks(text, "\n</details>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(terminal_has_a_table_for_each_metric),
		IN_SCRATCH(terminal_has_a_line_for_each_profile),
		IN_SCRATCH(terminal_fits_the_width),
		IN_SCRATCH(markdown_has_the_same),
		IN_SCRATCH(html_has_the_same),
		IN_SCRATCH(events_of_perf_have_their_kind),
		IN_SCRATCH(a_damaged_list_of_events_is_refused),
		IN_SCRATCH(without_any_there_are_no_sections),
		IN_SCRATCH(only_the_first_are_drawn),
		IN_SCRATCH(a_single_profile_is_open_and_shortened),
		IN_SCRATCH(a_damaged_profile_is_no_failure),
		IN_SCRATCH(nothing_breaks_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
