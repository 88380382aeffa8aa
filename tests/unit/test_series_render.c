/* The renderers of a patch series: they say what it says, and nothing in it can break out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/error.h"
#include "reports/render/compare/series_html.h"
#include "reports/render/compare/series_junit.h"
#include "reports/render/compare/series_markdown.h"
#include "reports/render/compare/series_text.h"
#include "reports/render/compare/series_view.h"
#include "tests/unit/rendered.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

/* clang-format off */
#define SIDE(verdict, worse, better, open) \
	"{'verdict':'" verdict "','counts':{'regression':" worse ",'improvement':" better \
	",'unchanged':1,'inconclusive':" open ",'missing':0},'sentence':'Of this patch.'}"
#define EQUAL "{'verdict':'unchanged','value':5,'delta':0,'delta_percent':0}"
#define NOTHING_MEASURED "{'verdict':'unchanged'}"
#define GONE "{'verdict':'missing','value':null,'delta':null,'delta_percent':null}"
#define EFFECT(verdict, delta, percent) \
	"{'verdict':'" verdict "','value':6,'delta':" delta ",'delta_percent':" percent "}"
#define WORSE	EFFECT("regression", "1", "20")
#define BETTER	EFFECT("improvement", "-1", "-16.67")
#define ROW(batch, metric, primary, previous, base, whole) \
	"{'id':'gup/pin[page=4k,batch=" batch "]','benchmark':'gup/pin','params':{'page':'4k'," \
	"'batch':'" batch "'},'metric':'" metric "','unit':'insn/page','primary':" primary \
	",'previous':[" previous "],'base':[" base "],'whole':" whole ",'baseline':5}"

/* No code; worse; better; does not apply. */
static const char sample_series[] =
	"{'schema':'pinbench-series/1','run':{'command':'./run.sh series 6.12 a.mbox'},"
	"'base':'6.12','evidence':'counted','patches':["
	"{'number':1,'subject':'a comment','spec':'6.12+1','same_code':true,'files':['mm/gup.c']},"
	"{'number':2,'subject':'count','spec':'6.12+1+2','same_code':false,'files':['mm/gup.c','x.c'],"
	"'directory':'02','previous':" SIDE("regression", "1", "0", "0") ",'unreached':['put_page'],"
	"'base':" SIDE("regression", "1", "0", "0") "},"
	"{'number':3,'subject':'uncount','spec':'6.12+1+2+3 4','same_code':false,'files':[],"
	"'directory':'03','previous':" SIDE("improvement", "0", "1", "2") ",'unreached':[],"
	"'base':" SIDE("unchanged", "0", "0", "0") "},"
	"{'number':4,'subject':'broken','spec':'6.12+4','same_code':false,'files':['mm/gup.c'],"
	"'error':'does not apply\\n  to <this>'}],"
	"'rows':["
	ROW("1", "pin", "true", NOTHING_MEASURED "," WORSE "," BETTER "," GONE,
	    NOTHING_MEASURED "," WORSE "," EQUAL "," GONE, EQUAL) ","
	ROW("2", "pin", "true", NOTHING_MEASURED "," EQUAL "," EQUAL "," GONE,
	    NOTHING_MEASURED "," EQUAL "," EQUAL "," GONE, EFFECT("unchanged", "0.02", "0.4")) ","
	ROW("2", "p99", "false", NOTHING_MEASURED "," EQUAL "," WORSE "," GONE,
	    NOTHING_MEASURED "," EQUAL "," WORSE "," GONE, WORSE)
	"],'verdict':'regression','sentence':'Patch 2 of 4 is the first.','first':2,"
	"'control':{'boots':2,'figures':24,'differing':0,'largest_percent':0,'known_insns':1000,"
	"'seen_insns':1000,'ok':true}}";
/* clang-format on */

struct rendered {
	char *html, *markdown, *junit;
};

/* Takes @root. */
static struct rendered render(void **state, json_t *root)
{
	struct rendered all;

	assert_int_equal(pb_render_series_html(root, *state, NULL), 0);
	assert_int_equal(pb_render_series_markdown(root, *state, NULL), 0);
	assert_int_equal(pb_render_series_junit(root, *state, NULL), 0);
	json_decref(root);
	all.html = written(state, PB_HTML_FILE);
	all.markdown = written(state, PB_MARKDOWN_FILE);
	all.junit = written_xml(state, PB_JUNIT_FILE);
	return all;
}

static void rendered_clear(struct rendered *all)
{
	g_free(all->html);
	g_free(all->markdown);
	g_free(all->junit);
}

#define AUTO_RENDERED __attribute__((cleanup(rendered_clear))) struct rendered

static void page(void **state)
{
	g_autofree char *beside = scratch_write(state, "02/previous/report.html", "");
	AUTO_RENDERED all = render(state, parse(sample_series));

	in_order(all.html, (const char *[]){"aria-label=\"regression\">✗",
					    "Patch 2 of 4 is the first.",
					    "Linux 6.12 and 4 patches",
					    "1 of 4 patches have no kernel",
					    "No chosen benchmark",
					    "<code>put_page</code>",
					    "24 of 24 figures equal",
					    "id=\"patches\"",
					    "= changes no code",
					    "✗ 1 worse",
					    "✓ 1 better",
					    "? 2 inconclusive",
					    "✗ NO KERNEL",
					    "<pre>does not apply\n  to &lt;this&gt;</pre>",
					    "id=\"figures\"",
					    "gup/pin: pin, insn/page<small>page=4k batch=1</small>",
					    "✗ +1",
					    "✓ -1",
					    "1 figures that no patch",
					    "= +0.02",
					    "1 exploratory",
					    "id=\"course\"",
					    "class=\"course\"",
					    "id=\"method\"",
					    "./run.sh series 6.12 a.mbox",
					    "./run.sh compare 6.12 6.12+1+2<",
					    "compare 6.12 &#39;6.12+1+2+3 4&#39;",
					    "id=\"mail\"",
					    NULL});
	has(all.html, "href=\"02/previous/report.html\"");
	lacks(all.html, "href=\"02/base/report.html\"");
	lacks(all.html, "href=\"03/");
	lacks(all.html, "nan");
	/* Patch 1 moved nothing and patch 4 has no kernel: neither is a column. */
	lacks(all.html, "href=\"#patch-1\"");
	lacks(all.html, "href=\"#patch-4\"");
}

static void comment(void **state)
{
	AUTO_RENDERED all = render(state, parse(sample_series));

	in_order(all.markdown,
		 (const char *[]){"### ✗ Patch 2 of 4 is the first.", "<code>6.12</code> and 4",
				  "> [!CAUTION]\n> 1 of 4 patches have no kernel",
				  "> - <code>put\\_page</code>", "**known delay** (ok)",
				  "| 1 | a comment | = changes no code |  |",
				  "| 2 | count | ✗ 1 regressed | ✗ 1 regressed |",
				  "| 3 | uncount | ✓ 1 improved, ? 2 inconclusive | = unchanged |",
				  "| 4 | broken | ✗ NO KERNEL |  |", "Why patch 4 has no kernel",
				  "to &lt;this&gt;</pre>",
				  "| case | base | patch 2 | patch 3 | all |",
				  "| 5 | ✗ +1 | ✓ -1 | = |", "1 figures that no patch",
				  "| = +0.02 |", "```\n", NULL});
	lacks(all.markdown, "p99");
}

static void tests_for_ci(void **state)
{
	AUTO_RENDERED all = render(state, parse(sample_series));

	has(all.junit,
	    "<testsuites name=\"pinbench series\" tests=\"5\" failures=\"1\" errors=\"1\" "
	    "skipped=\"0\">");
	has(all.junit, "<testsuite name=\"1: a comment\" tests=\"0\"");
	has(all.junit, "<testsuite name=\"2: count\" tests=\"2\" failures=\"1\"");
	has(all.junit, "<failure type=\"regression\" message=\"6 insn/page, +1 (+20.00%)\">"
		       "./run.sh compare 6.12+1 6.12+1+2</failure>");
	has(all.junit, "<testsuite name=\"4: broken\" tests=\"1\" failures=\"0\" errors=\"1\"");
	has(all.junit, "<error type=\"kernel\" message=\"does not apply\">");
	has(all.junit, "<property name=\"unreached\" value=\"put_page\"/>");
	lacks(all.junit, "p99");
}

static void timed(void **state)
{
	json_t *root = parse(sample_series);
	AUTO_RENDERED all = {NULL};

	sample_set(root, "evidence", json_string("timed"));
	sample_set(root, "control", NULL);
	sample_set(root, "rows.0.previous.2.verdict", json_string("inconclusive"));
	sample_set(root, "rows.0.whole.delta_percent", json_real(0.3));
	sample_set(root, "rows.1.previous.1.verdict", json_string("inconclusive"));
	all = render(state, root);
	has(all.html, "✗ +20.00%");
	has(all.html, "= +0.30%");
	has(all.html, "timed: what this machine took");
	lacks(all.html, "none was measured");
	has(all.markdown, "| case | base | patch 2 | all |");
	/* What could not be shown to be equal has its column among the rest. */
	has(all.markdown, "| ? |");
	has(all.junit, "<skipped message=\"inconclusive: 6 insn/page, -1 (-16.67%)\"/>");
}

static void a_failed_control_leads(void **state)
{
	json_t *root = parse(sample_series);
	AUTO_RENDERED all = {NULL};

	sample_set(root, "control.ok", json_false());
	sample_set(root, "control.seen_insns", json_integer(998));
	all = render(state, root);
	in_order(all.html,
		 (const char *[]){"The control failed", "✗ failed</b> known delay", NULL});
	in_order(all.markdown, (const char *[]){"> [!CAUTION]", "(failed)", NULL});
	has(all.junit, "<testsuite name=\"control\"");
	has(all.junit, "errors=\"2\"");
}

static void empty_series(void **state)
{
	static const char *const roots[] = {
		"{}",
		"{'patches':[],'rows':[],'verdict':'unchanged','sentence':'None of 0.'}",
		"{'patches':3,'rows':{},'base':7,'control':[],'run':0,'evidence':null}",
		"{'patches':[1,{}],'rows':[1,{},{'primary':true,'previous':[{'verdict':'regression'"
		"}]}],"
		"'evidence':'counted'}",
		"{'patches':[{'number':1,'unreached':[1],'files':[2],'previous':{}}],'rows':[]}",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(roots); i++) {
		AUTO_RENDERED all = render(state, parse(roots[i]));

		lacks(all.html, "nan");
		has(all.html, "id=\"mail\"");
		has(all.junit, "</testsuites>");
	}
}

static void only_patches_without_kernel(void **state)
{
	json_t *root = parse(sample_series);
	AUTO_RENDERED all = {NULL};

	for (int i = 0; i < 3; i++)
		json_array_remove(json_object_get(root, "patches"), 0);
	sample_set(root, "rows", json_array());
	sample_set(root, "control", NULL);
	sample_set(root, "verdict", json_string("unchanged"));
	all = render(state, root);
	has(all.html, "1 of 1 patches have no kernel, so nothing is known of them: 4.");
	lacks(all.html, "id=\"figures\"");
	lacks(all.html, "id=\"trust\"");
	lacks(all.html, "#course");
	has(all.markdown, "✗ NO KERNEL");
	has(all.junit, "tests=\"1\" failures=\"0\" errors=\"1\"");
}

static json_t *hostile_root(void)
{
	static const char *const places[] = {
		"sentence",
		"base",
		"run.command",
		"patches.0.files.0",
		"patches.1.subject",
		"patches.1.spec",
		"patches.1.directory",
		"patches.1.unreached.0",
		"patches.1.previous.sentence",
		"patches.3.subject",
		"patches.3.error",
		"rows.0.id",
		"rows.0.unit",
		"rows.0.params.batch",
		"rows.1.benchmark",
		"rows.1.metric",
		"rows.1.params.page",
	};
	json_t *root = parse(sample_series);

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		sample_set(root, places[i], json_string(EVIL));
	return root;
}

static void nothing_breaks_out(void **state)
{
	AUTO_RENDERED all = render(state, hostile_root());
	char *fence = strstr(all.markdown, "\n``````\n");

	lacks(all.html, "<script");
	lacks(all.html, "\x1b");
	lacks(all.html, "\x01");
	lacks(all.junit, "<script");
	lacks(all.junit, "\x1b");
	lacks(all.junit, "\xef\xbf\xbf");
	/* Markup may stand within the fence, which is longer than any run of backticks. */
	assert_non_null(fence);
	assert_non_null(strstr(fence + 1, "\n``````\n"));
	*fence = '\0';
	lacks(all.markdown, "<script");
	lacks(all.markdown, "\x1b");
	/* Of the error and of the rest. In the first it is text of a <pre>. */
	assert_int_equal(occurrences(all.markdown, "\n</details>\n\n"), 2);
	assert_int_equal(occurrences(all.markdown, "</pre>"), 1);
}

/* A directory leads nowhere but to what is below. */
static void links_stay_below(void **state)
{
	static const char *const names[] = {"..", ".", "a/b", "javascript:x", "/tmp"};
	g_autofree char *beside = scratch_write(state, "a/b/previous/report.html", "");
	g_autofree char *here = scratch_write(state, "previous/report.html", "");
	g_autofree char *odd = scratch_write(state, "javascript:x/previous/report.html", "");

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		json_t *root = parse(sample_series);
		AUTO_RENDERED all = {NULL};

		sample_set(root, "patches.1.directory", json_string(names[i]));
		all = render(state, root);
		lacks(all.html, "href=\"..");
		lacks(all.html, "href=\".");
		lacks(all.html, "href=\"/");
		lacks(all.html, "href=\"a/b");
		lacks(all.html, "href=\"javascript:");
	}
}

/* @count times the second patch and the first row, with texts of @bytes more. */
static json_t *many(int count, gsize bytes)
{
	static const char *const keys[] = {"subject", "error", "directory"};
	json_t *root = parse(sample_series);
	json_t *patches = json_object_get(root, "patches"), *rows = json_object_get(root, "rows");
	g_autofree char *filler = g_strnfill(bytes, '`');

	for (int i = 0; i < count; i++) {
		json_t *patch = json_deep_copy(json_array_get(patches, i % 2 ? 3 : 1));
		json_t *row = json_deep_copy(json_array_get(rows, i % 2));
		g_autofree char *batch = g_strdup_printf("%d%s", i, filler);

		for (size_t k = 0; k < G_N_ELEMENTS(keys); k++) {
			if (json_object_get(patch, keys[k]))
				sample_set(patch, keys[k], json_string(batch));
		}
		if (json_object_get(patch, "unreached"))
			sample_set(patch, "unreached.0", json_string(batch));
		sample_set(row, "params.batch", json_string(batch));
		for (int k = 0; k < count && !(i % 2); k++)
			json_array_append(json_object_get(row, "previous"),
					  json_array_get(json_object_get(row, "previous"), 1));
		json_array_append_new(patches, patch);
		json_array_append_new(rows, row);
	}
	return root;
}

static void a_comment_has_a_limit(void **state)
{
	static const struct {
		int count;
		gsize bytes;
	} all[] = {{200, 0}, {200, 300}, {20, 70000}};

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		json_t *root = many(all[i].count, all[i].bytes);
		g_autofree char *text = NULL;

		assert_int_equal(pb_render_series_markdown(root, *state, NULL), 0);
		json_decref(root);
		text = written(state, PB_MARKDOWN_FILE);
		assert_true(strlen(text) < PB_COMMENT_MAX_BYTES);
		has(text, "do not fit here");
		assert_int_equal(occurrences(text, "<details>"), occurrences(text, "</details>"));
	}
}

static void nowhere_to_write(void **state)
{
	static int (*const renderers[])(const json_t *, const char *, GError **) = {
		pb_render_series_html,
		pb_render_series_markdown,
		pb_render_series_junit,
	};
	json_t *root = parse(sample_series);
	g_autofree char *dir = scratch_path(state, "not-there");

	for (size_t i = 0; i < G_N_ELEMENTS(renderers); i++) {
		g_autoptr(GError) error = NULL;

		assert_true(renderers[i](root, dir, &error) < 0);
		scratch_check_error(error, PB_EXIT_ENVIRONMENT, (const char *[]){dir, NULL});
	}
	json_decref(root);
}

static void words_of_an_effect(void **state)
{
	static const struct {
		const char *effect;
		const char *counted, *timed;
	} all[] = {
		{WORSE, "✗ +1", "✗ +20.00%"},
		{BETTER, "✓ -1", "✓ -16.67%"},
		{EQUAL, "=", "="},
		{NOTHING_MEASURED, "=", "="},
		{EFFECT("regression", "3", "null"), "✗ +3", "✗ new"},
		{EFFECT("inconclusive", "2", "1.5"), "? +2", "? +1.50%"},
		{GONE, "– missing", "– missing"},
		{"{}", "– missing", "– missing"},
		{"{'verdict':'<b>'}", "– missing", "– missing"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		json_t *effect = parse(all[i].effect);
		g_autofree char *counted = pb_series_effect_text(effect, true);
		g_autofree char *timed_text = pb_series_effect_text(effect, false);

		assert_string_equal(counted, all[i].counted);
		assert_string_equal(timed_text, all[i].timed);
		json_decref(effect);
	}
}

static void as_text(void **state)
{
	json_t *root = parse(sample_series);
	g_autofree char *text = pb_render_series_text(root, 72);

	(void)state;
	in_order(text,
		 (const char *[]){"Patch 2 of 4 is the first.", "changes no code", "1 worse",
				  "not measured by any chosen benchmark: put_page", "1 better",
				  "NO KERNEL", "does not apply", "base  patch 2  patch 3",
				  "5       +1       -1        =", NULL});
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(page),
		IN_SCRATCH(comment),
		IN_SCRATCH(tests_for_ci),
		IN_SCRATCH(timed),
		IN_SCRATCH(a_failed_control_leads),
		IN_SCRATCH(empty_series),
		IN_SCRATCH(only_patches_without_kernel),
		IN_SCRATCH(nothing_breaks_out),
		IN_SCRATCH(links_stay_below),
		IN_SCRATCH(a_comment_has_a_limit),
		IN_SCRATCH(nowhere_to_write),
		cmocka_unit_test(words_of_an_effect),
		cmocka_unit_test(as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
