/*
 * A history as KTAP, version 1 (the kernel's Documentation/dev-tools/ktap.rst): the benchmarks are
 * tests, and those of judge.h their subtests, each with its figure on a diagnostic line before it.
 */
#include "reports/render/history/export/format.h"
#include "reports/render/history/export/judge.h"
#include "reports/render/history/export/words.h"
#include "reports/render/text.h"

#define INDENT "  "

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

/* One line of it; a name can have no '#', for that begins a directive. */
static void add_name(GString *out, const char *name)
{
	gsize start = out->len;

	pb_text_append_plain(out, name);
	for (gsize i = start; i < out->len; i++) {
		if (out->str[i] == '#')
			out->str[i] = '_';
	}
}

static void add_figure(GString *out, const struct pb_judged_test *test)
{
	g_autofree char *figure = NULL;

	if (!test->key)
		return;
	figure = pb_export_figure(test->value, test->low, test->high, test->unit);
	g_string_append(out, INDENT "# ");
	pb_text_append_plain(out, test->name);
	g_string_append(out, ": ");
	pb_text_append_plain(out, figure);
	g_string_append(out, " on ");
	pb_text_append_plain(out, test->kernel);
	g_string_append_c(out, '\n');
}

static void add_test(GString *out, const struct pb_judged_test *test, guint number)
{
	static const char *const directives[PB_JUDGED_COUNT] = {
		[PB_JUDGED_FAILED] = " # ",
		[PB_JUDGED_SKIPPED] = " # SKIP ",
		[PB_JUDGED_BROKEN] = " # ERROR ",
	};
	bool is_ok = test->outcome == PB_JUDGED_PASSED || test->outcome == PB_JUDGED_SKIPPED;

	add_figure(out, test);
	g_string_append_printf(out, INDENT "%s %u ", is_ok ? "ok" : "not ok", number);
	add_name(out, test->name);
	if (directives[test->outcome]) {
		g_string_append(out, directives[test->outcome]);
		pb_text_append_plain(out, test->message);
	}
	g_string_append_c(out, '\n');
}

static void write_suite(struct pb_export *e, const struct pb_judged_suite *suite, guint number)
{
	bool is_ok = !suite->counts[PB_JUDGED_FAILED] && !suite->counts[PB_JUDGED_BROKEN];
	bool is_skipped = suite->counts[PB_JUDGED_SKIPPED] == suite->tests->len;
	g_autoptr(GString) out = g_string_new(INDENT "KTAP version 1\n");

	/* As KUnit does, so that the name is known before the result. */
	g_string_append(out, INDENT "# Subtest: ");
	pb_text_append_plain(out, suite->benchmark);
	g_string_append_printf(out, "\n" INDENT "1..%u\n", suite->tests->len);
	for (guint i = 0; i < suite->tests->len; i++)
		add_test(out, suite->tests->pdata[i], i + 1);
	g_string_append_printf(out, "%s %u ", is_ok ? "ok" : "not ok", number);
	add_name(out, suite->benchmark);
	g_string_append(out, is_skipped ? " # SKIP\n" : "\n");
	fwrite(out->str, 1, out->len, e->out);
}

static void end(struct pb_export *e)
{
	const GPtrArray *suites = pb_judge_suites(e->state);

	fprintf(e->out, "KTAP version 1\n1..%u\n", suites->len);
	for (guint i = 0; i < suites->len; i++)
		write_suite(e, suites->pdata[i], i + 1);
}

static void free_state(void *state)
{
	pb_judge_free(state);
}

const struct pb_export_format pb_export_ktap = {
	.name = "ktap",
	.begin = begin,
	.series = take_series,
	.gap = take_gap,
	.end = end,
	.free_state = free_state,
};
