/* Cases that are not deterministic, and figures of emulated devices: labelled, and never judged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pinbench/result.h"
#include "reports/render/compare/words.h"
#include "reports/compare/comparison.h"
#include "reports/compare/control.h"
#include "reports/error.h"
#include "reports/render/compare/html.h"
#include "reports/render/compare/junit.h"
#include "reports/render/compare/markdown.h"
#include "reports/render/compare/text.h"
#include "reports/render/html.h"
#include "reports/render/markdown.h"
#include "reports/render/terminal.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

#define WHY  "completes in a thread of the <emulator>"
#define CASE "gup/pin[backing=anon,batch=512]"

static void has(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		fail_msg("\"%s\" is not in:\n%s", wanted, text);
}

/* The sample whose second case has another median and is not deterministic. */
static json_t *inexact(double median)
{
	json_t *root = sample_root();

	sample_set(root, "cases.1.not_deterministic", json_string(WHY));
	sample_set(root, "cases.1.metrics.0.median", json_real(median));
	return root;
}

static json_t *emulated(json_t *root)
{
	sample_set(root, "benchmarks.gup/pin.emulated",
		   json_pack("{s:s, s:s}", "says", "instructions & topology", "cannot_say",
			     "bandwidth"));
	return root;
}

static char *written(void **state, const char *name)
{
	g_autofree char *path = g_build_filename(*state, name, NULL);
	char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static char *terminal_text(const struct pb_result *result)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(pb_render_terminal(result, out, 100, NULL), 0);
	fclose(out);
	return text;
}

static void the_terminal_says_so(void **state)
{
	g_autoptr(pb_result) result = sample_load(state, "r", emulated(inexact(64.125)));
	g_autofree char *text = terminal_text(result);

	assert_string_equal(result->cases[1].not_deterministic, WHY);
	assert_null(result->cases[0].not_deterministic);
	has(text, "  ~ not deterministic, 1 of 3 cases: " WHY ".\n");
	has(text, "  anon     512      ~64.125         ~8\n");
	has(text, "  anon     1          2,664          8\n");
	has(text, "  Emulated devices. Says: instructions & topology. Cannot say: bandwidth.\n");
	has(text, "exact but for 1 case that is not deterministic (~)");
}

static void pages_say_so(void **state)
{
	g_autoptr(pb_result) result = sample_load(state, "r", emulated(inexact(64.125)));
	g_autofree char *html = NULL, *markdown = NULL;

	assert_int_equal(pb_render_html(result, *state, NULL), 0);
	assert_int_equal(pb_render_markdown(result, *state, NULL), 0);
	html = written(state, PB_HTML_FILE);
	markdown = written(state, PB_MARKDOWN_FILE);
	has(html, "<p class=\"note\">~ not deterministic, 1 of 3 cases: "
		  "completes in a thread of the &lt;emulator&gt;.</p>");
	has(html, ">~64.125</td>");
	has(html, "<small>not deterministic</small>");
	has(html, "Not all are deterministic: the tables say which.</figcaption>");
	has(html, "<p class=\"note\">Emulated devices. Says: instructions &amp; topology. "
		  "Cannot say: bandwidth.</p>");
	has(markdown, "> \\~ not deterministic, 1 of 3 cases: ");
	has(markdown, "| \\~64.125 |");
	has(markdown, "> Emulated devices. Says: instructions &amp; topology. Cannot say");
}

/* Real devices have bandwidth, and time was never exact. */
static void nothing_of_it_where_it_does_not_hold(void **state)
{
	json_t *root = emulated(inexact(64.125));
	g_autoptr(pb_result) result = NULL;
	g_autofree char *text = NULL;

	sample_set(root, "environment.kind", json_string("native"));
	sample_set(root, "environment.evidence", json_string(PB_EVIDENCE_TIMED));
	result = sample_load(state, "r", root);
	text = terminal_text(result);
	assert_null(result->cases[1].not_deterministic);
	assert_null(strstr(text, "~"));
	assert_null(strstr(text, "Emulated"));
}

static void wrong_input_is_refused(void **state)
{
	static const struct {
		const char *path;
		const char *value; /* JSON */
		const char *words;
	} wrong[] = {
		{"cases.1.not_deterministic", "true", "expected a string"},
		{"cases.1.not_deterministic", "\"\"", "must say why"},
		{"benchmarks.gup/pin.emulated", "\"x\"", "expected an object"},
		{"benchmarks.gup/pin.emulated", "{\"says\":\"x\"}", "cannot_say"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		json_t *root = sample_root();
		struct pb_result *result = NULL;
		g_autoptr(GError) error = NULL;

		sample_set(root, wrong[i].path, json_loads(wrong[i].value, JSON_DECODE_ANY, NULL));
		assert_int_equal(pb_result_save(root, *state, NULL), 0);
		json_decref(root);
		assert_true(pb_result_load(*state, &result, &error) < 0);
		scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){wrong[i].words, NULL});
	}
}

/* Takes both; free with json_decref. */
static json_t *compare(void **state, json_t *baseline, json_t *patched)
{
	g_autoptr(pb_result) before = sample_load(state, "before", baseline);
	g_autoptr(pb_result) after = sample_load(state, "after", patched);
	const struct pb_compare_inputs inputs = {
		.baseline = before, .patched = after, .rules = pb_compare_default_rules(true)};
	json_t *root = NULL;

	assert_int_equal(pb_compare_results(&inputs, &root, NULL), 0);
	json_object_set_new(root, "schema", json_string(PB_COMPARE_SCHEMA));
	return root;
}

static const json_t *row_of(const json_t *root, const char *metric)
{
	const json_t *row;
	size_t i;

	json_array_foreach (json_object_get(root, "cases"), i, row) {
		if (!strcmp(json_string_value(json_object_get(row, "id")), CASE) &&
		    !strcmp(json_string_value(json_object_get(row, "metric")), metric))
			return row;
	}
	fail_msg("no row");
	return NULL;
}

static void check_open(json_t *root, const char *verdict, const char *sentence)
{
	const json_t *row = row_of(root, "pin");

	assert_string_equal(json_string_value(json_object_get(row, "verdict")), "inconclusive");
	assert_string_equal(json_string_value(json_object_get(row, "reason")),
			    "not deterministic: " WHY);
	assert_non_null(json_object_get(row, "delta"));
	assert_null(json_object_get(row, "threshold_percent"));
	assert_string_equal(json_string_value(json_object_get(root, "verdict")), verdict);
	has(json_string_value(json_object_get(root, "sentence")), sentence);
	json_decref(root);
}

/* On whichever side, by however much, and by nothing. */
static void it_never_gets_a_verdict(void **state)
{
	check_open(compare(state, inexact(64.125), sample_root()), "unchanged",
		   "Unchanged: 2 of 2 figures. 1 not deterministic, without a verdict.");
	check_open(compare(state, sample_root(), inexact(640)), "unchanged",
		   "Unchanged: 2 of 2 figures. 1 not deterministic, without a verdict.");
	check_open(compare(state, inexact(640), inexact(6)), "unchanged", "2 of 2");
}

static void it_is_the_ground_of_nothing(void **state)
{
	json_t *patched = inexact(640), *before, *after;

	sample_set(patched, "cases.0.metrics.0.median", json_real(2000));
	check_open(compare(state, sample_root(), patched), "improvement",
		   "1 of 2 figures got better, none worse, 1 unchanged. 1 not deterministic");
	before = inexact(60);
	after = inexact(70);
	for (int i = 0; i < 2; i++) {
		sample_set(before, i ? "cases.0.not_deterministic" : "cases.2.not_deterministic",
			   json_string(WHY));
		sample_set(after, i ? "cases.0.not_deterministic" : "cases.2.not_deterministic",
			   json_string(WHY));
	}
	check_open(compare(state, before, after), "inconclusive",
		   "Nothing could be judged. 3 not deterministic, without a verdict.");
}

static void reports_of_a_comparison_say_so(void **state)
{
	json_t *root = compare(state, emulated(sample_root()), inexact(640));
	g_autoptr(pb_comparison) c = NULL;
	g_autofree char *text = NULL, *html = NULL, *markdown = NULL, *junit = NULL;

	assert_int_equal(pb_comparison_save(root, *state, NULL), 0);
	json_decref(root);
	assert_int_equal(pb_comparison_load(*state, &c, NULL), 0);
	assert_int_equal(c->counts[PB_VERDICT_INCONCLUSIVE], 1);
	assert_int_equal(pb_render_comparison_html(c, *state, NULL), 0);
	assert_int_equal(pb_render_comparison_markdown(c, *state, NULL), 0);
	assert_int_equal(pb_render_comparison_junit(c, *state, NULL), 0);
	text = pb_render_comparison_text(c, 100);
	html = written(state, PB_HTML_FILE);
	markdown = written(state, PB_MARKDOWN_FILE);
	junit = written(state, PB_JUNIT_FILE);
	has(text, "Inconclusive:");
	has(text, "+898.05%\n  not deterministic: " WHY "\n");
	has(text, "          but for 2 figures that are not deterministic\n");
	has(html, "<small>not deterministic: completes in a thread of the &lt;emulator&gt;");
	has(html, "in every run, but for 2 figures that are not deterministic and get no");
	has(html, "gup/pin: of emulated devices. Says: instructions &amp; topology. Cannot say: "
		  "bandwidth.</dd>");
	has(markdown, "gup/pin: of emulated devices. Says: instructions &amp; topology. Cannot "
		      "say: bandwidth.");
	has(text, "          gup/pin: of emulated devices. Says: instructions & topology. Cannot "
		  "say: bandwidth.\n");
	has(markdown, "? inconclusive: not deterministic: ");
	has(junit, "<skipped message=\"inconclusive: not deterministic: ");
}

/* What several say alike stands once. */
static void the_same_is_said_once(void **state)
{
	json_t *validity = json_pack("{s:{s:{s:s,s:s},s:{s:s,s:s},s:{s:s,s:s}}}", "emulated", "p/a",
				     "says", "x", "cannot_say", "y", "p/b", "says", "other",
				     "cannot_say", "y", "p/c", "says", "x", "cannot_say", "y");
	g_autoptr(GPtrArray) sentences = pb_compare_emulated(validity);
	g_autoptr(GPtrArray) none = pb_compare_emulated(NULL);

	(void)state;
	assert_int_equal(none->len, 0);
	assert_int_equal(sentences->len, 2);
	assert_string_equal(sentences->pdata[0],
			    "p/a, p/c: of emulated devices. Says: x. Cannot say: y.");
	assert_string_equal(sentences->pdata[1],
			    "p/b: of emulated devices. Says: other. Cannot say: y.");
	json_decref(validity);
}

/* A verdict on what is not deterministic can only be a mistake, or forged. */
static void a_judged_one_is_refused(void **state)
{
	json_t *root = compare(state, sample_root(), inexact(640)), *row;
	struct pb_comparison *c = NULL;
	g_autoptr(GError) error = NULL;

	row = (json_t *)row_of(root, "pin");
	json_object_set_new(row, "verdict", json_string("regression"));
	assert_int_equal(pb_comparison_save(root, *state, NULL), 0);
	json_decref(root);
	assert_true(pb_comparison_load(*state, &c, &error) < 0);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){"not deterministic", NULL});
}

/* Boots that differ, in a case that says it does: no reason to distrust the others. */
static void a_control_looks_away(void **state)
{
	json_t *root = inexact(64.125), *control;
	g_autoptr(pb_result) result = NULL;

	sample_set(root, "cases.1.metrics.0.boots", json_pack("[[i],[i]]", 60, 70));
	result = sample_load(state, "r", root);
	control = pb_control_judge(result);
	assert_int_equal(json_integer_value(json_object_get(control, "differing")), 0);
	assert_int_equal(json_integer_value(json_object_get(control, "figures")), 4);
	json_decref(control);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(the_terminal_says_so),
		IN_SCRATCH(pages_say_so),
		IN_SCRATCH(nothing_of_it_where_it_does_not_hold),
		IN_SCRATCH(wrong_input_is_refused),
		IN_SCRATCH(it_never_gets_a_verdict),
		IN_SCRATCH(it_is_the_ground_of_nothing),
		IN_SCRATCH(reports_of_a_comparison_say_so),
		cmocka_unit_test(the_same_is_said_once),
		IN_SCRATCH(a_judged_one_is_refused),
		IN_SCRATCH(a_control_looks_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
