/* Where a figure moved, in compare.json and in all that is rendered of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/error.h"
#include "reports/render/compare/html.h"
#include "reports/render/compare/junit.h"
#include "reports/render/compare/markdown.h"
#include "reports/render/compare/parts.h"
#include "reports/render/compare/text.h"
#include "reports/render/profile/flame.h"
#include "tests/unit/compare_sample.h"
#include "tests/unit/rendered.h"
#include "tests/unit/profile_sample.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

#define FLAME "profile/a b.svg"

#define MOVED(name, how, before, after, delta, events)                                         \
	"{'name':'" name "','file':'gup.c','where':'kernel','how':'" how                       \
	"','baseline_self':" before ",'patched_self':" after ",'self_delta':" delta            \
	",'baseline_inclusive':20,"                                                            \
	"'patched_inclusive':23.5,'inclusive_delta':3.5,'baseline_calls':1,'patched_calls':2," \
	"'events':{" events "}}"
#define PROFILE_OF(sentence, functions, count)                                    \
	"{'unit':'insn/page','functions':[" functions "],'function_count':" count \
	",'events':[{'name':'insns','baseline':12,'patched':13,'delta':1}],"      \
	"'accounted':1.0,'sentence':'" sentence "'}"

static const char pte_range[] = PROFILE_OF(
	"+1.00 insn/page in gup_fast_pte_range, of which 1.00 locked",
	MOVED("gup_fast_pte_range", "changed", "12", "13", "1", "'locked':1.0,'page_faults':-0.5"),
	"1");
static const char many[] = PROFILE_OF(
	"-7.00 insn/page in step (gone), +1.00 in a, +1.00 in b and 3 more functions",
	MOVED("step", "gone", "7", "0", "-7", "") "," MOVED(
		"a", "changed", "1", "2", "1",
		"") "," MOVED("b", "changed", "1", "2", "1",
			      "") "," MOVED("c", "changed", "1", "2", "1",
					    "") "," MOVED("a_function_with_a_name_as_long_as_this",
							  "new", "0", "1", "1",
							  "'ipis':1") "," MOVED("e", "changed", "1",
										"2", "1", ""),
	"6");

/* Of sample_counted: batch=1 and batch=5 are worse by the same, batch=2 is better. */
static json_t *explained(void)
{
	json_t *root = parse(sample_counted);

	sample_set(root, "cases.0.profile", parse(pte_range));
	sample_set(root, "cases.0.profile.flame", json_string(FLAME));
	sample_set(root, "cases.1.profile", parse(many));
	sample_set(root, "cases.4.profile", parse(pte_range));
	sample_set(root, "cases.2.profile_error", json_string("patched: it <died>"));
	return root;
}

/* Takes @root. */
static struct pb_comparison *load(void **state, json_t *root)
{
	struct pb_comparison *c = NULL;
	g_autoptr(GError) error = NULL;

	assert_int_equal(pb_comparison_save(root, *state, NULL), 0);
	json_decref(root);
	if (pb_comparison_load(*state, &c, &error))
		fail_msg("%s", error->message);
	return c;
}

static char *html_of(void **state, const struct pb_comparison *c)
{
	assert_int_equal(pb_render_comparison_html(c, *state, NULL), 0);
	return written(state, PB_HTML_FILE);
}

static char *markdown_of(void **state, const struct pb_comparison *c)
{
	assert_int_equal(pb_render_comparison_markdown(c, *state, NULL), 0);
	return written(state, PB_MARKDOWN_FILE);
}

static char *flame(void)
{
	g_autoptr(pb_profile) before = profile_of(parse(sample_profile));
	g_autoptr(pb_profile) after = profile_of(parse(sample_patched));

	return pb_render_flame_diff(before, region_of(before), after, region_of(after));
}

static void as_text(void **state)
{
	g_autoptr(pb_comparison) c = load(state, explained());
	g_autofree char *text = pb_render_comparison_text(c, PB_MAIL_COLUMNS);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	has(text, "Regression: 2 of 5 figures got worse.\n"
		  "where: +1.00 insn/page in gup_fast_pte_range, of which 1.00 locked (2 of\n"
		  "2 cases)\n");
	has(text, "\nWhere:\n\n"
		  "2 cases: gup/pin batch=1 pin, gup/pin batch=5 pin\n"
		  "  +1.00 insn/page in gup_fast_pte_range, of which 1.00 locked\n"
		  "    baseline    patched     delta  self, insn/page, of the first\n"
		  "          12         13        +1  gup_fast_pte_range\n"
		  "                                     locked +1, page faults -0.5\n\n"
		  "gup/pin batch=2 pin\n"
		  "  -7.00 insn/page in step (gone), +1.00 in a, +1.00 in b and 3 more\n"
		  "  functions\n"
		  "    baseline    patched     delta  self, insn/page\n"
		  "           7          0        -7  step: gone\n"
		  "           1          2        +1  a\n"
		  "           1          2        +1  b\n"
		  "           1          2        +1  c\n"
		  "           0          1        +1  a_function_with_a_name_as_long_as_this\n"
		  "                                     new; ipis +1\n"
		  "                                   and 1 more\n\n"
		  "gup/pin batch=3 pin\n"
		  "  no profile: patched: it <died>\n");
	in_order(text, (const char *[]){"\nWorse:", "\nBetter:", "\nWhere:", "\nMoved,", NULL});
	/* A name is never cut. */
	for (size_t i = 0; lines[i]; i++)
		assert_true(g_utf8_strlen(lines[i], -1) <= PB_MAIL_COLUMNS + 1);
}

static void as_a_comment(void **state)
{
	g_autoptr(pb_comparison) c = load(state, explained());
	g_autofree char *text = markdown_of(state, c);

	in_order(
		text,
		(const char *[]){
			"### ✗ Regression",
			"\n**where:** +1.00 insn/page in gup\\_fast\\_pte\\_range, of which 1.00 "
			"locked (2 of 2 cases)\n\n"
			"- <code>2 cases: gup/pin batch=1 pin, gup/pin batch=5 pin</code>: +1.00 "
			"insn/page in gup\\_fast\\_pte\\_range, of which 1.00 locked\n"
			"- <code>gup/pin batch=2 pin</code>: -7.00 insn/page in step (gone), ",
			"- <code>gup/pin batch=3 pin</code>: no profile: patched: it "
			"&lt;died&gt;\n",
			"> [!WARNING]", "| ✗ regression |",
			"\n<details><summary>Where: gup/pin batch=1 pin</summary>\n\n"
			"+1.00 insn/page in gup\\_fast\\_pte\\_range, of which 1.00 locked\n\n"
			"| function | baseline | patched | delta | delta with what it calls | else "
			"|\n|---|--:|--:|--:|--:|---|\n"
			"| <code>gup\\_fast\\_pte\\_range</code> | 12 | 13 | +1 | +3.5 | locked "
			"+1, "
			"page faults -0.5 |\n\n</details>\n",
			"<summary>Where: gup/pin batch=5 pin</summary>",
			"<summary>Where: gup/pin batch=2 pin</summary>", "| gone |", "</details>",
			"2 unchanged</summary>", NULL});
	assert_int_equal(occurrences(text, "<details>"), occurrences(text, "</details>"));
}

static void as_tests_for_ci(void **state)
{
	g_autoptr(pb_comparison) c = load(state, explained());
	g_autofree char *text = NULL;

	assert_int_equal(pb_render_comparison_junit(c, *state, NULL), 0);
	text = written_xml(state, PB_JUNIT_FILE);
	has(text, "2.0× the threshold\">where: +1.00 insn/page in gup_fast_pte_range, of which "
		  "1.00 locked\n./run.sh compare 6.12 6.12+fix.patch gup/pin</failure>");
	lacks(text, "in step (gone)");
}

static void as_a_page(void **state)
{
	g_autofree char *svg = flame();
	g_autofree char *file = scratch_write(state, FLAME, svg);
	g_autoptr(pb_comparison) c = load(state, explained());
	g_autofree char *html = html_of(state, c);

	in_order(html,
		 (const char *[]){
			 "</h1>",
			 "<p class=\"where\"><b>where:</b> +1.00 insn/page in gup_fast_pte_range, "
			 "of which 1.00 locked (2 of 2 cases)</p>",
			 "</header>", "<div class=\"sheet broad\">",
			 "<p><b>where:</b> +1.00 insn/page in gup_fast_pte_range, of which 1.00 "
			 "locked</p>",
			 "function, insn/page</th>",
			 "<tr><th scope=\"row\"><code>gup_fast_pte_range</code><small>kernel, "
			 "gup.c</small></th><td class=\"num\">12</td><td class=\"num\">13</td>"
			 "<td class=\"num\">+1</td><td class=\"num\">+3.5</td><td class=\"num\">1"
			 "</td><td class=\"num\">2</td><td>locked +1, page faults -0.5</td></tr>",
			 "<svg class=\"flame\"", "id=\"f0-flame-gone\"",
			 "fill=\"url(#f0-flame-gone)\"", "he lp;&lt;&amp;", "</svg></div>",
			 "<a href=\"./profile/a%20b.svg\">profile/a b.svg</a>", "class=\"samples\"",
			 NULL});
	assert_int_equal(occurrences(html, ".flame text {"), 1);
	assert_int_equal(occurrences(html, "<style>"), 1);
	assert_int_equal(occurrences(html, "<svg class=\"flame\""), 1);
}

static void a_picture_that_is_not_there(void **state)
{
	g_autoptr(pb_comparison) c = load(state, explained());
	g_autofree char *html = html_of(state, c);

	lacks(html, "<svg class=\"flame\"");
	has(html, "The flame graph of what changed is not in this page: "
		  "<a href=\"./profile/a%20b.svg\">");
}

/* A name with a colon is an address, if nothing stands before it. */
static void no_address_but_below(void **state)
{
	json_t *root = explained();
	g_autoptr(pb_comparison) c = NULL;
	g_autofree char *html = NULL;

	sample_set(root, "cases.0.profile.flame", json_string("javascript:x?\"<'#"));
	c = load(state, root);
	html = html_of(state, c);
	has(html, "<a href=\"./javascript%3Ax%3F%22%3C%27%23\">javascript:x?&quot;&lt;&#39;#</a>");
}

static void only_flame_graphs_are_taken_in(void **state)
{
	static const char *const others[] = {
		"",
		"<svg",
		"<svg></svg",
		"plain",
		"<html></html>",
		"<svg><svg></svg></svg>",
		"<svg></svg><svg></svg>",
		"<svg><script>alert(1)</script></svg>",
		"<svg><a href='javascript:x'>x</a></svg>",
		"<svg><image href='http://x/y'/></svg>",
		"<svg><foreignObject><b>x</b></foreignObject></svg>",
		"<svg xmlns:s='http://www.w3.org/2000/svg'><s:script/></svg>",
		"<svg><text>&unknown;</text></svg>",
	};
	g_autofree char *none = NULL, *clean = NULL;
	static const char doubtful[] =
		"<?xml version='1.0'?><!DOCTYPE svg><svg onload='x' class='f&quot;l' xmlns='y'>"
		"<style>*{display:none}</style><!-- --><rect id='a' style='x' fill='url(http://x)' "
		"y='1'/><rect fill='url(#a)' href='#'/><text>&lt;b&gt;<![CDATA[<i>]]></text></svg>";

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		g_free(none);
		none = pb_compare_flame_inline(others[i], strlen(others[i]), "p-");
		if (none && *none)
			fail_msg("%s was taken in as %s", others[i], none);
	}
	clean = pb_compare_flame_inline(doubtful, strlen(doubtful), "p-");
	assert_string_equal(clean, "<svg class=\"f&quot;l\"><rect id=\"p-a\" y=\"1\"></rect>"
				   "<rect fill=\"url(#p-a)\"></rect><text>&lt;b&gt;</text></svg>");
}

static void nothing_breaks_out(void **state)
{
	static const char *const places[] = {
		"cases.0.profile.unit",
		"cases.0.profile.sentence",
		"cases.0.profile.functions.0.name",
		"cases.0.profile.functions.0.file",
		"cases.0.profile.functions.0.where",
		"cases.0.benchmark",
		"cases.1.params.batch",
		"cases.2.profile_error",
	};
	json_t *root = explained();
	g_autoptr(pb_comparison) c = NULL;
	g_autofree char *html = NULL, *markdown = NULL, *junit = NULL, *text = NULL;
	g_auto(GStrv) parts = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		sample_set(root, places[i], json_string(EVIL));
	sample_set(root, "cases.0.profile.functions.0.events", json_pack("{s:f}", EVIL, 1.0));
	c = load(state, root);
	html = html_of(state, c);
	markdown = markdown_of(state, c);
	text = pb_render_comparison_text(c, PB_MAIL_COLUMNS);
	assert_int_equal(pb_render_comparison_junit(c, *state, NULL), 0);
	junit = written_xml(state, PB_JUNIT_FILE);
	lacks(html, "<script");
	lacks(html, "\x1b");
	lacks(junit, "<script");
	lacks(text, "\x1b");
	/* Markup may stand within the fence. */
	parts = g_strsplit(markdown, "\n``````\n", -1);
	assert_int_equal(g_strv_length(parts), 3);
	lacks(parts[0], "<script");
	lacks(parts[0], "[x](");
	lacks(parts[0], "\x1b");
	assert_int_equal(occurrences(parts[0], "\n</details>"), 5);
}

static const struct {
	const char *path, *value, *place, *message;
} damages[] = {
	{"profile", "7", "profile", "expected an object"},
	{"profile_error", "7", "profile_error", "expected a string"},
	{"profile.sentence", NULL, "profile.sentence", "the key is missing"},
	{"profile.unit", "[]", "profile.unit", "expected a string"},
	{"profile.accounted", "'1'", "profile.accounted", "expected a"},
	{"profile.function_count", "-1", "profile.function_count", "must not be negative"},
	{"profile.function_count", "0", "profile.function_count", "is 0, and 1 are listed"},
	{"profile.functions", "{}", "profile.functions", "expected an array"},
	{"profile.functions.0", "3", "profile.functions[0]", "expected an object"},
	{"profile.functions.0.name", "3", "profile.functions[0].name", "expected a string"},
	{"profile.functions.0.how", "'moved'", "profile.functions[0].how", "\"moved\" is none"},
	{"profile.functions.0.self_delta", "'1'", "profile.functions[0].self_delta", "expected a"},
	{"profile.functions.0.patched_calls", NULL, "profile.functions[0].patched_calls",
	 "the key is missing"},
	{"profile.functions.0.events", "[]", "profile.functions[0].events", "expected an object"},
	{"profile.functions.0.events", "{'locked':'1'}", "profile.functions[0].events",
	 "\"locked\" is no number"},
	{"profile.events", "{}", "profile.events", "expected an array"},
	{"profile.events", "[[]]", "profile.events[0]", "expected an object"},
	{"profile.events.0.delta", "null", "profile.events[0].delta", "expected a"},
	{"profile.flame", "7", "profile.flame", "expected a string"},
	{"profile.flame", "''", "profile.flame", "is empty"},
	{"profile.flame", "'/etc/passwd'", "profile.flame", "is no path below this directory"},
	{"profile.flame", "'../a.svg'", "profile.flame", "is no path below this directory"},
	{"profile.flame", "'profile/../../a.svg'", "profile.flame",
	 "is no path below this directory"},
	{"profile.flame", "'profile//a.svg'", "profile.flame", "is no path below this directory"},
	{"profile.flame", "'a\\\\b'", "profile.flame", "has a character that no path has"},
};

static void damaged(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(damages); i++) {
		g_autofree char *path = g_strconcat("cases.0.", damages[i].path, NULL);
		g_autofree char *place = g_strconcat(": cases[0].", damages[i].place, NULL);
		g_autoptr(GError) error = NULL;
		struct pb_comparison *c = NULL;
		json_t *root = explained();

		sample_set(root, path, damages[i].value ? parse(damages[i].value) : NULL);
		assert_int_equal(pb_comparison_save(root, *state, NULL), 0);
		json_decref(root);
		assert_true(pb_comparison_load(*state, &c, &error) < 0);
		scratch_check_error(error, PB_EXIT_USAGE,
				    (const char *[]){place, damages[i].message, NULL});
	}
}

static void a_comment_has_a_limit(void **state)
{
	json_t *root = explained(), *cases = json_object_get(root, "cases");
	g_autofree char *filler = g_strnfill(70000, '<');
	g_autoptr(pb_comparison) c = NULL;
	g_autofree char *text = NULL, *mail = NULL;

	for (int i = 0; i < 200; i++) {
		json_t *one = json_deep_copy(json_array_get(cases, 0));
		g_autofree char *batch = g_strdup_printf("x%d", i);
		g_autofree char *sentence = g_strdup_printf("%d%s", i, i < 9 ? filler : "");

		sample_set(one, "params.batch", json_string(batch));
		sample_set(one, "profile.sentence", json_string(sentence));
		json_array_append_new(cases, one);
	}
	c = load(state, root);
	text = markdown_of(state, c);
	mail = pb_render_comparison_text(c, PB_MAIL_COLUMNS);
	assert_true(strlen(text) < PB_COMMENT_MAX_BYTES);
	has(text, " more cases do not fit here; report.html has them.");
	has(text, " more, below\n");
	has(mail, "\nand 193 more cases, in report.html\n");
	assert_int_equal(occurrences(text, "<details>"), occurrences(text, "</details>"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(as_text),
		IN_SCRATCH(as_a_comment),
		IN_SCRATCH(as_tests_for_ci),
		IN_SCRATCH(as_a_page),
		IN_SCRATCH(a_picture_that_is_not_there),
		IN_SCRATCH(no_address_but_below),
		cmocka_unit_test(only_flame_graphs_are_taken_in),
		IN_SCRATCH(nothing_breaks_out),
		IN_SCRATCH(damaged),
		IN_SCRATCH(a_comment_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
