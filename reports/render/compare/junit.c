/* A comparison as JUnit XML: see junit.h. */
#include <math.h>
#include <string.h>

#include "reports/file.h"
#include "reports/render/compare/junit.h"
#include "reports/render/compare/words.h"
#include "reports/render/junit_parts.h"
#include "reports/render/text.h"

static void count(struct pb_junit_tally *tally, const struct pb_comparison_row *row)
{
	tally->tests++;
	tally->failures += row->verdict == PB_VERDICT_REGRESSION;
	tally->skipped +=
		row->verdict == PB_VERDICT_MISSING || row->verdict == PB_VERDICT_INCONCLUSIVE;
}

static void add_properties(GString *out, const struct pb_comparison *c)
{
	const json_t *validity = pb_compare_at(c, "validity", NULL);
	const char *warning = pb_compare_unreached_warning(c);

	g_string_append(out, "<properties>\n");
	pb_junit_add_property(out, "baseline",
			      pb_compare_text_at(pb_compare_at(c, "baseline", "kernel"), "spec"));
	pb_junit_add_property(out, "patched",
			      pb_compare_text_at(pb_compare_at(c, "patched", "kernel"), "spec"));
	pb_junit_add_property(out, "evidence", pb_compare_text_at(validity, "evidence"));
	pb_junit_add_property(out, "verdict", pb_verdict_name(c->verdict));
	pb_junit_add_property(out, "sentence", c->sentence);
	pb_junit_add_property(out, "warning", warning ? warning : "");
	g_string_append(out, "</properties>\n");
}

/* "113.2 → 114.2 insn/page, +1 (+0.88%), 2.0× the threshold" */
static char *figures_of(const struct pb_comparison_row *row)
{
	g_autofree char *before = pb_text_number(row->baseline);
	g_autofree char *after = pb_text_number(row->patched);
	g_autofree char *delta = pb_compare_signed(row->delta);
	g_autofree char *percent = pb_compare_percent(row->delta_percent);
	g_autofree char *interval = pb_compare_interval(row);
	g_autofree char *factor = pb_compare_factor(row);
	GString *out = g_string_new(NULL);

	g_string_append_printf(out, "%s → %s %s, %s (%s)", before, after, row->unit, delta,
			       percent);
	if (interval)
		g_string_append_printf(out, ", 95%% interval %s", interval);
	if (!isnan(row->q))
		g_string_append_printf(out, ", q %.2g", row->q);
	if (factor)
		g_string_append_printf(out, ", %s the threshold", factor);
	return g_string_free(out, FALSE);
}

static void add_where(GString *out, const struct pb_comparison_row *row)
{
	const char *known = row->profile ? row->profile->sentence : row->profile_error;

	if (!known)
		return;
	if (!row->profile || !row->profile->sampled)
		pb_junit_say(out, row->profile ? "where: " : "where: no profile: ");
	pb_junit_say(out, known);
	g_string_append_c(out, '\n');
}

/* What the test came to; nothing for one that passes. */
static void add_outcome(GString *out, const struct pb_comparison_row *row, const char *figures)
{
	g_autofree char *outlook = pb_compare_outlook(row);
	const char *verdict = pb_verdict_name(row->verdict);

	switch (row->verdict) {
	case PB_VERDICT_REGRESSION:
		g_string_append(out, "<failure type=\"regression\"");
		pb_junit_attribute(out, "message", figures);
		g_string_append_c(out, '>');
		add_where(out, row);
		pb_junit_say(out, row->command ? row->command : "");
		g_string_append(out, "</failure>\n");
		break;
	case PB_VERDICT_MISSING:
		pb_junit_add_skipped(out, verdict, row->reason ? row->reason : "no reason given");
		break;
	case PB_VERDICT_INCONCLUSIVE:
		pb_junit_add_skipped(out, verdict, outlook);
		break;
	default:
		break;
	}
}

static void add_case(GString *out, const char *class, const struct pb_comparison_row *row)
{
	g_autofree char *name = g_strconcat(row->id, *row->metric ? " " : "", row->metric, NULL);
	g_autofree char *figures = figures_of(row);

	g_string_append(out, "<testcase");
	pb_junit_attribute(out, "name", name);
	pb_junit_attribute(out, "classname", class);
	g_string_append(out, ">\n");
	add_outcome(out, row, figures);
	if (row->verdict != PB_VERDICT_MISSING) {
		g_string_append(out, "<system-out>");
		pb_junit_say(out, pb_verdict_name(row->verdict));
		pb_junit_say(out, row->negligible ? " (negligible): " : ": ");
		pb_junit_say(out, figures);
		g_string_append(out, "</system-out>\n");
	}
	g_string_append(out, "</testcase>\n");
}

static void add_suite(GString *out, const struct pb_comparison *c, const char *benchmark,
		      const GPtrArray *rows)
{
	g_autofree char *class = g_strdelimit(g_strdup(benchmark), "/", '.');
	struct pb_junit_tally tally = {0};

	for (guint i = 0; i < rows->len; i++)
		count(&tally, rows->pdata[i]);
	g_string_append(out, "<testsuite");
	pb_junit_attribute(out, "name", benchmark);
	pb_junit_add_tally(out, &tally);
	add_properties(out, c);
	for (guint i = 0; i < rows->len; i++)
		add_case(out, class, rows->pdata[i]);
	g_string_append(out, "</testsuite>\n");
}

/* A comparison that measured nothing still says why. */
static void add_empty(GString *out, const struct pb_comparison *c)
{
	const struct pb_junit_tally tally = {0};

	g_string_append(out, "<testsuite name=\"compare\"");
	pb_junit_add_tally(out, &tally);
	add_properties(out, c);
	g_string_append(out, "<system-out>");
	pb_junit_say(out, c->sentence);
	g_string_append(out, "</system-out>\n</testsuite>\n");
}

/* Benchmarks in the order of their worst row; each has a GPtrArray of rows. */
static GPtrArray *suites_of(const struct pb_comparison *c, struct pb_junit_tally *ret_tally)
{
	GPtrArray *suites = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < c->row_count; i++) {
		const struct pb_comparison_row *row = &c->rows[i];
		GPtrArray *suite = g_hash_table_lookup(known, row->benchmark);

		if (!row->primary)
			continue;
		if (!suite) {
			suite = g_ptr_array_new();
			g_ptr_array_add(suites, suite);
			g_hash_table_insert(known, (gpointer)row->benchmark, suite);
		}
		g_ptr_array_add(suite, (gpointer)row);
		count(ret_tally, row);
	}
	return suites;
}

int pb_render_comparison_junit(const struct pb_comparison *c, const char *dir, GError **ret_error)
{
	g_autoptr(GString) out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	struct pb_junit_tally tally = {0};
	g_autoptr(GPtrArray) suites = suites_of(c, &tally);
	bool failed = json_is_false(json_object_get(pb_compare_at(c, "validity", "control"), "ok"));

	tally.tests += failed;
	tally.errors += failed;
	g_string_append(out, "<testsuites name=\"pinbench compare\"");
	pb_junit_add_tally(out, &tally);
	if (failed)
		pb_junit_add_control(out);
	for (guint i = 0; i < suites->len; i++) {
		const GPtrArray *rows = suites->pdata[i];
		const struct pb_comparison_row *first = rows->pdata[0];

		add_suite(out, c, first->benchmark, rows);
	}
	if (!suites->len)
		add_empty(out, c);
	g_string_append(out, "</testsuites>\n");
	return pb_write_file(dir, PB_JUNIT_FILE, out->str, out->len, ret_error);
}
