/* A history as JUnit XML: a suite for each benchmark, with the tests of judge.h. */
#include "reports/render/history/export/format.h"
#include "reports/render/history/export/judge.h"
#include "reports/render/history/export/words.h"
#include "reports/render/junit_parts.h"

static void begin(struct pb_export *e)
{
	e->state = pb_judge_new(e->runs);
}

static void take_series(struct pb_export *e, const struct pb_history_series *series,
			const struct pb_moves *moves)
{
	pb_judge_series(e->state, series, moves);
}

static void take_gap(struct pb_export *e, const struct pb_history_gap *gap)
{
	pb_judge_gap(e->state, gap);
}

static void count(const struct pb_judged_suite *suite, struct pb_junit_tally *tally)
{
	tally->tests += suite->tests->len;
	tally->failures += suite->counts[PB_JUDGED_FAILED];
	tally->errors += suite->counts[PB_JUDGED_BROKEN];
	tally->skipped += suite->counts[PB_JUDGED_SKIPPED];
}

static void add_number(GString *out, const char *name, double value)
{
	char digits[PB_EXPORT_NUMBER_BYTES];

	pb_junit_add_property(out, name, pb_export_number(value, digits));
}

static void add_properties(GString *out, const struct pb_judged_test *test)
{
	if (!test->key)
		return;
	g_string_append(out, "<properties>\n");
	pb_junit_add_property(out, "series", test->key);
	pb_junit_add_property(out, "kernel", test->kernel);
	pb_junit_add_property(out, "evidence", test->evidence);
	pb_junit_add_property(out, "machine", test->machine);
	pb_junit_add_property(out, "unit", test->unit);
	add_number(out, "value", test->value);
	add_number(out, "low", test->low);
	add_number(out, "high", test->high);
	g_string_append(out, "</properties>\n");
}

static void add_outcome(GString *out, const struct pb_judged_test *test)
{
	static const char *const elements[PB_JUDGED_COUNT] = {
		[PB_JUDGED_FAILED] = "failure type=\"regression\"",
		[PB_JUDGED_SKIPPED] = "skipped",
		[PB_JUDGED_BROKEN] = "error type=\"case\"",
	};

	if (!elements[test->outcome])
		return;
	g_string_append_printf(out, "<%s", elements[test->outcome]);
	pb_junit_attribute(out, "message", test->message);
	g_string_append(out, "/>\n");
}

static void add_test(GString *out, const char *class, const struct pb_judged_test *test)
{
	g_autofree char *figure =
		test->key ? pb_export_figure(test->value, test->low, test->high, test->unit) : NULL;

	g_string_append(out, "<testcase");
	pb_junit_attribute(out, "name", test->name);
	pb_junit_attribute(out, "classname", class);
	g_string_append(out, ">\n");
	add_properties(out, test);
	add_outcome(out, test);
	if (figure) {
		g_string_append(out, "<system-out>");
		pb_junit_say(out, figure);
		pb_junit_say(out, " on ");
		pb_junit_say(out, test->kernel);
		g_string_append(out, "</system-out>\n");
	}
	g_string_append(out, "</testcase>\n");
}

static void write_suite(struct pb_export *e, const struct pb_judged_suite *suite)
{
	g_autofree char *class = g_strdelimit(g_strdup(suite->benchmark), "/", '.');
	g_autoptr(GString) out = g_string_new("<testsuite");
	struct pb_junit_tally tally = {0};

	count(suite, &tally);
	pb_junit_attribute(out, "name", suite->benchmark);
	pb_junit_add_tally(out, &tally);
	for (guint i = 0; i < suite->tests->len; i++)
		add_test(out, class, suite->tests->pdata[i]);
	g_string_append(out, "</testsuite>\n");
	fwrite(out->str, 1, out->len, e->out);
}

static void end(struct pb_export *e)
{
	const GPtrArray *suites = pb_judge_suites(e->state);
	g_autoptr(GString) head = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
					       "<testsuites name=\"pinbench history\"");
	struct pb_junit_tally tally = {0};

	for (guint i = 0; i < suites->len; i++)
		count(suites->pdata[i], &tally);
	pb_junit_add_tally(head, &tally);
	fputs(head->str, e->out);
	for (guint i = 0; i < suites->len; i++)
		write_suite(e, suites->pdata[i]);
	fputs("</testsuites>\n", e->out);
}

static void free_state(void *state)
{
	pb_judge_free(state);
}

const struct pb_export_format pb_export_junit = {
	.name = "junit",
	.begin = begin,
	.series = take_series,
	.gap = take_gap,
	.end = end,
	.free_state = free_state,
};
