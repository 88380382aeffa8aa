/* The renderers of a comparison: they say what it says, and nothing in it can break out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "reports/error.h"
#include "reports/render/compare/html.h"
#include "reports/render/compare/junit.h"
#include "reports/render/compare/markdown.h"
#include "reports/render/compare/text.h"
#include "reports/render/compare/words.h"
#include "tests/unit/compare_sample.h"
#include "tests/unit/rendered.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

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

static char *junit_of(void **state, const struct pb_comparison *c)
{
	assert_int_equal(pb_render_comparison_junit(c, *state, NULL), 0);
	return written_xml(state, PB_JUNIT_FILE);
}

static void percentages(void **state)
{
	static const struct {
		double value;
		const char *text;
	} all[] = {
		{0, "0%"},
		{0.976, "+0.98%"},
		{-12.345, "-12.35%"},
		{0.0022, "+0.0022%"},
		{0.00001, "+1.0e-05%"},
		{(double)NAN, "new"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		g_autofree char *text = pb_compare_percent(all[i].value);

		assert_string_equal(text, all[i].text);
	}
}

static void page_of_counted_figures(void **state)
{
	g_autoptr(pb_comparison) c = load(state, parse(sample_counted));
	g_autofree char *html = html_of(state, c);

	in_order(html,
		 (const char *[]){"Regression: 2 of 5 figures got worse.", "<b>2</b> regressed",
				  "No chosen benchmark executed", "id=\"trust\"", "id=\"effects\"",
				  "id=\"figures\"", "id=\"missing\"", "id=\"functions\"",
				  "id=\"kernels\"", "id=\"method\"", "id=\"again\"", "id=\"data\"",
				  "id=\"mail\"", NULL});
	has(html, "toolchain: gcc 12 → gcc 13");
	has(html, "1 of 3 executed inside the clock");
	has(html, "24 of 24 figures equal in 2 boots of the baseline");
	has(html, "1,000 instructions seen as 1,000");
	has(html, "2 unchanged, 1 of them by a negligible delta");
	has(html, "1 have a baseline of 0 and no percentage");
	has(html, "1 exploratory figures");
	has(html, "<td class=\"num\" data-label=\"of threshold\">2.0×</td>");
	has(html, "2,690\xe2\x80\x82"
		  "2,689.5");
	has(html, "<pre>./run.sh compare 6.12 6.12+fix.patch gup/pin</pre>");
	has(html, "patched: no | way &lt;here&gt;");
	/* Of the two parameters one is the same in all rows. */
	has(html, "<small>batch=1</small>");
	lacks(html, "<small>page=4k");
	lacks(html, "class=\"ci\"");
	lacks(html, "95% interval");
	lacks(html, "baseline/result.json");
}

static void page_of_timed_figures(void **state)
{
	g_autofree char *beside = scratch_write(state, "baseline/result.json", "{}");
	g_autoptr(pb_comparison) c = load(state, parse(sample_timed));
	g_autofree char *html = html_of(state, c);

	has(html, "class=\"ci\"");
	has(html, "+1.50% to +2.60%");
	has(html, "an effect of 3.25% would have been found; 12 more boots would settle it");
	has(html, "no effect could have been shown; more boots would not settle it");
	has(html, "1 of 3 figures seem to differ in 6 boots, by 0.40% at most");
	has(html, "1,000 instructions seen as +12.50% (+12.00% to +13.00%)");
	has(html, "CBPPBC");
	has(html, "<a href=\"baseline/result.json\">");
	has(html, "Benjamini");
	lacks(html, "No chosen benchmark");
	lacks(html, "module");
}

static void whose_time_a_comparison_is_of(void **state)
{
	static const struct {
		const char *accelerator, *line, *trust;
	} all[] = {
		{"kvm", "ns of a guest under KVM;", "on a processor of the host"},
		{"tcg", "ns of an emulator (TCG);", "No KVM: it hung"},
		{NULL, "ns of this machine;", NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
		json_t *root = parse(sample_timed);
		g_autoptr(pb_comparison) c = NULL;
		g_autofree char *text = NULL, *html = NULL;

		if (all[i].accelerator) {
			sample_set(root, "baseline.accelerator", json_string(all[i].accelerator));
			sample_set(root, "baseline.accelerator_reason", json_string("it hung"));
		}
		c = load(state, root);
		text = pb_render_comparison_text(c, 0);
		html = html_of(state, c);
		has(text, all[i].line);
		if (all[i].trust)
			has(html, all[i].trust);
		else
			lacks(html, "accelerator");
	}
}

/* What the file does not have is not made up. */
static void nothing_is_invented(void **state)
{
	json_t *root = parse(sample_counted);
	g_autoptr(pb_comparison) c = NULL;
	g_autofree char *html = NULL, *markdown = NULL, *junit = NULL;

	sample_set(root, "validity", json_pack("{s:s}", "evidence", "counted"));
	sample_set(root, "rules", NULL);
	sample_set(root, "baseline", NULL);
	sample_set(root, "patched", NULL);
	for (int i = 0; i < 7; i++) {
		g_autofree char *path = g_strdup_printf("cases.%d.threshold_percent", i);

		sample_set(root, path, NULL);
	}
	c = load(state, root);
	html = html_of(state, c);
	markdown = markdown_of(state, c);
	junit = junit_of(state, c);
	has(html, "? unknown</b> configuration");
	has(html, "? unknown</b> control");
	lacks(html, "code differs");
	lacks(html, "known delay");
	lacks(html, "class=\"band\"");
	has(markdown, "**control** (unknown)");
	lacks(junit, "threshold");
}

static void boots_that_took_no_turns(void **state)
{
	json_t *root = parse(sample_timed);
	g_autoptr(pb_comparison) c = NULL, other = NULL;
	g_autofree char *text = NULL;

	json_object_set_new(sample_at(root, "validity"), "paired", json_false());
	c = load(state, root);
	text = markdown_of(state, c);
	has(text, "**order of boots** (warning): CBPPBC");
	root = parse(sample_timed);
	sample_set(root, "validity.boot_order", NULL);
	other = load(state, root);
	g_free(text);
	text = markdown_of(state, other);
	has(text, "**order of boots** (unknown)");
}

static void none_of_the_functions_was_executed(void **state)
{
	json_t *root = parse(sample_counted);
	g_autoptr(pb_comparison) c = NULL;

	sample_set(root, "validity.changed_functions.0.reached", json_string("no"));
	c = load(state, root);
	has(pb_compare_unreached_warning(c), "nothing about what the patch changes");
	/* There are more, and nobody knows of those. */
	json_object_set_new(pb_compare_at(c, "validity", NULL), "changed_count", json_integer(120));
	has(pb_compare_unreached_warning(c), "nothing about them");
}

static void a_failed_control_leads(void **state)
{
	json_t *root = parse(sample_counted);
	g_autoptr(pb_comparison) c = NULL;
	g_autofree char *html = NULL, *markdown = NULL, *junit = NULL;

	sample_set(root, "validity.control.ok", json_false());
	sample_set(root, "validity.control.seen_insns", json_integer(998));
	c = load(state, root);
	html = html_of(state, c);
	markdown = markdown_of(state, c);
	junit = junit_of(state, c);
	in_order(html, (const char *[]){"The control failed", "✗ failed</b> known delay", NULL});
	in_order(markdown, (const char *[]){"> [!CAUTION]", "**known delay** (failed)", NULL});
	has(junit, "tests=\"7\" failures=\"2\" errors=\"1\" skipped=\"1\"");
}

static void comment_on_a_pull_request(void **state)
{
	g_autoptr(pb_comparison) c = load(state, parse(sample_counted));
	g_autofree char *text = markdown_of(state, c);

	in_order(text,
		 (const char *[]){"### ✗ Regression: 2 of 5 figures got worse.",
				  "<code>6.12 → 6.12+fix.patch</code>",
				  "2 regressed, 1 improved, 2 unchanged", "> [!WARNING]",
				  "> - <code>migrate\\_pages</code>\n", "**evidence** (ok)",
				  "| ✗ regression | <code>gup/pin batch=1</code> |",
				  "| ✓ improvement |", "2 unchanged</summary>", "| = negligible |",
				  "1 missing</summary>", "no \\| way &lt;", "```\nRegression",
				  "```\n\n</details>", NULL});
	lacks(text, "q |");
}

static void tests_for_ci(void **state)
{
	g_autoptr(pb_comparison) c = load(state, parse(sample_counted));
	g_autofree char *text = junit_of(state, c), *again = NULL;
	g_autoptr(pb_comparison) other = NULL;

	has(text, "<testsuite name=\"gup/pin\" tests=\"6\" failures=\"2\" errors=\"0\" "
		  "skipped=\"1\">");
	has(text, "<testcase name=\"gup/pin[page=4k,batch=1] pin\" classname=\"gup.pin\">\n"
		  "<failure type=\"regression\" message=\"2,664 → 2,690 insn/page, +26 (+0.98%), "
		  "2.0× the threshold\">");
	has(text, "<skipped message=\"missing: patched: no | way &lt;here&gt;\"/>");
	has(text, "<property name=\"evidence\" value=\"counted\"/>");
	has(text, "<property name=\"warning\" value=\"No chosen benchmark");
	assert_int_equal(occurrences(text, "<testcase "), 6);
	again = junit_of(state, c);
	assert_string_equal(text, again);
	other = load(state, parse(sample_timed));
	g_free(again);
	again = junit_of(state, other);
	has(again, "<skipped message=\"inconclusive: an effect of 3.25%");
	has(again, "95% interval +1.50% to +2.60%, q 0.013");
}

static void only_a_sentence(void **state)
{
	g_autoptr(pb_comparison) c = load(state, parse(sample_nothing));
	g_autofree char *html = html_of(state, c), *markdown = markdown_of(state, c);
	g_autofree char *junit = junit_of(state, c);

	has(html, "The patch changes no code.</span></h1>");
	has(html, "Why there are no figures");
	lacks(html, "regressed");
	lacks(html, "id=\"figures\"");
	lacks(html, "id=\"trust\"");
	has(markdown, "### = The patch changes no code.");
	lacks(markdown, "regressed");
	has(junit, "tests=\"0\"");
	has(junit, "The patch changes no code.</system-out>");
}

static json_t *hostile_root(void)
{
	static const char *const places[] = {
		"sentence",
		"run.command",
		"baseline.kernel.spec",
		"patched.kernel.release",
		"patched.toolchain",
		"validity.setup_differences.0.what",
		"validity.setup_differences.0.patched",
		"validity.changed_functions.1.function",
		"validity.changed_functions.1.object",
		"validity.changed_functions.1.how",
		"validity.changed_functions.1.reached",
		"validity.boot_order",
		"cases.0.id",
		"cases.0.benchmark",
		"cases.0.metric",
		"cases.0.unit",
		"cases.0.command",
		"cases.1.params.batch",
		"cases.5.id",
		"cases.5.metric",
		"cases.5.reason",
	};
	json_t *root = parse(sample_counted);

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		sample_set(root, places[i], json_string(EVIL));
	return root;
}

static void nothing_breaks_out(void **state)
{
	g_autoptr(pb_comparison) c = load(state, hostile_root());
	g_autofree char *html = html_of(state, c), *markdown = markdown_of(state, c);
	g_autofree char *junit = junit_of(state, c);
	const char *fence = strstr(markdown, "\n``````\n");

	lacks(html, "<script");
	lacks(html, "\x1b");
	lacks(html, "\x01");
	lacks(junit, "<script");
	lacks(junit, "\x1b");
	lacks(junit, "\xef\xbf\xbf");
	/* Markup may stand within the fence, which is longer than any run of backticks. */
	assert_non_null(fence);
	assert_non_null(strstr(fence + 1, "\n``````\n"));
	*(char *)fence = '\0';
	lacks(markdown, "<script");
	lacks(markdown, "[x](");
	lacks(markdown, "\x1b");
	assert_int_equal(occurrences(markdown, "\n</details>"), 2);
}

/* Samples that are no numbers, or not there. */
static void damaged_samples(void **state)
{
	static const char *const boots[] = {
		"{}",
		"[]",
		"3",
		"{'baseline':7,'patched':[]}",
		"{'baseline':[[]],'patched':[[],[]]}",
		"{'baseline':[['x',null]],'patched':[5]}",
		"{'baseline':[[1]],'patched':[[1]]}",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(boots); i++) {
		json_t *root = parse(sample_counted);
		g_autoptr(pb_comparison) c = NULL;
		g_autofree char *html = NULL;

		sample_set(root, "cases.0.boots", parse(boots[i]));
		c = load(state, root);
		html = html_of(state, c);
		lacks(html, "nan");
		lacks(html, "inf\"");
		lacks(html, "<td>0");
	}
}

/* @count rows of one verdict, each with a reason or parameter of @bytes. */
static json_t *many(const char *verdict, int count, gsize bytes)
{
	json_t *root = parse(sample_counted), *cases = json_object_get(root, "cases");
	g_autofree char *filler = g_strnfill(bytes, '`');
	json_t *pattern = json_deep_copy(json_array_get(cases, 0));

	json_object_set_new(pattern, "verdict", json_string(verdict));
	json_object_set_new(pattern, "reason", json_string(filler));
	for (int i = 0; i < count; i++) {
		json_t *one = json_deep_copy(pattern);
		g_autofree char *batch = g_strdup_printf("%d%s", i, filler);

		sample_set(one, "params.batch", json_string(batch));
		json_array_append_new(cases, one);
	}
	json_decref(pattern);
	return root;
}

static void a_comment_has_a_limit(void **state)
{
	static const char *const verdicts[] = {"regression", "unchanged", "inconclusive",
					       "missing"};
	static const gsize bytes[] = {0, 300, 70000};

	for (size_t i = 0; i < G_N_ELEMENTS(verdicts) * G_N_ELEMENTS(bytes); i++) {
		gsize size = bytes[i % G_N_ELEMENTS(bytes)];
		g_autoptr(pb_comparison) c = load(state, many(verdicts[i / G_N_ELEMENTS(bytes)],
							      size > 300 ? 20 : 1000, size));
		g_autofree char *text = markdown_of(state, c);

		assert_true(strlen(text) < PB_COMMENT_MAX_BYTES);
		has(text, "do not fit here");
		assert_int_equal(occurrences(text, "<details>"), occurrences(text, "</details>"));
	}
}

static void a_plot_has_a_limit(void **state)
{
	g_autoptr(pb_comparison) c = load(state, many("regression", 50, 0));
	g_autofree char *html = html_of(state, c);

	assert_int_equal(occurrences(html, "<svg class=\"effect worse\""), 40);
	has(html, "13 more are in the table alone. 1 unchanged are not drawn.");
}

static void nowhere_to_write(void **state)
{
	static int (*const renderers[])(const struct pb_comparison *, const char *, GError **) = {
		pb_render_comparison_html,
		pb_render_comparison_markdown,
		pb_render_comparison_junit,
	};
	g_autoptr(pb_comparison) c = load(state, parse(sample_counted));
	g_autofree char *dir = scratch_path(state, "not-there");

	for (size_t i = 0; i < G_N_ELEMENTS(renderers); i++) {
		g_autoptr(GError) error = NULL;

		assert_true(renderers[i](c, dir, &error) < 0);
		scratch_check_error(error, PB_EXIT_ENVIRONMENT, (const char *[]){dir, NULL});
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentages),
		IN_SCRATCH(page_of_counted_figures),
		IN_SCRATCH(page_of_timed_figures),
		IN_SCRATCH(whose_time_a_comparison_is_of),
		IN_SCRATCH(nothing_is_invented),
		IN_SCRATCH(boots_that_took_no_turns),
		IN_SCRATCH(none_of_the_functions_was_executed),
		IN_SCRATCH(a_failed_control_leads),
		IN_SCRATCH(comment_on_a_pull_request),
		IN_SCRATCH(tests_for_ci),
		IN_SCRATCH(only_a_sentence),
		IN_SCRATCH(nothing_breaks_out),
		IN_SCRATCH(damaged_samples),
		IN_SCRATCH(a_comment_has_a_limit),
		IN_SCRATCH(a_plot_has_a_limit),
		IN_SCRATCH(nowhere_to_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
