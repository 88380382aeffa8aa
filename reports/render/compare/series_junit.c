/* A series of patches as JUnit XML: see series_junit.h. */
#include <math.h>
#include <string.h>

#include "reports/file.h"
#include "reports/render/compare/series_junit.h"
#include "reports/render/compare/series_view.h"
#include "reports/render/compare/words.h"
#include "reports/render/junit_parts.h"
#include "reports/render/text.h"

#define say	  pb_junit_say
#define attribute pb_junit_attribute
#define text_at	  pb_compare_text_at

static void add_up(struct pb_junit_tally *all, const struct pb_junit_tally *one)
{
	all->tests += one->tests;
	all->failures += one->failures;
	all->errors += one->errors;
	all->skipped += one->skipped;
}

/* "114.58 insn/page, +1 (+0.88%)"; "" if it was not measured. */
static char *figures_of(const json_t *row, const json_t *effect)
{
	const json_t *value = json_object_get(effect, "value");
	double change = pb_series_change(effect, true);
	g_autofree char *after = NULL, *delta = NULL, *percent = NULL;

	if (!json_is_number(value) || isnan(change))
		return g_strdup("");
	after = pb_text_number(json_number_value(value));
	delta = pb_compare_signed(change);
	percent = pb_compare_percent(pb_series_change(effect, false));
	return g_strdup_printf("%s %s, %s (%s)", after, text_at(row, "unit"), delta, percent);
}

static void add_outcome(GString *out, const json_t *effect, const char *figures,
			const char *command, struct pb_junit_tally *tally)
{
	enum pb_verdict verdict = pb_series_verdict(effect);

	switch (verdict) {
	case PB_VERDICT_REGRESSION:
		tally->failures++;
		g_string_append(out, "<failure type=\"regression\"");
		attribute(out, "message", figures);
		g_string_append_c(out, '>');
		say(out, command ? command : "");
		g_string_append(out, "</failure>\n");
		break;
	case PB_VERDICT_MISSING:
	case PB_VERDICT_INCONCLUSIVE:
		tally->skipped++;
		pb_junit_add_skipped(out, pb_verdict_name(verdict),
				     *figures ? figures : "one of the two kernels has no figure");
		break;
	default:
		break;
	}
}

static void add_case(GString *out, const json_t *row, const json_t *effect, const char *command,
		     struct pb_junit_tally *tally)
{
	g_autofree char *name =
		g_strdup_printf("%s %s", text_at(row, "id"), text_at(row, "metric"));
	g_autofree char *class = g_strdelimit(g_strdup(text_at(row, "benchmark")), "/", '.');
	g_autofree char *figures = figures_of(row, effect);

	tally->tests++;
	g_string_append(out, "<testcase");
	attribute(out, "name", name);
	attribute(out, "classname", class);
	g_string_append(out, ">\n");
	add_outcome(out, effect, figures, command, tally);
	if (*figures) {
		g_string_append(out, "<system-out>");
		say(out, pb_verdict_name(pb_series_verdict(effect)));
		say(out, ": ");
		say(out, figures);
		g_string_append(out, "</system-out>\n");
	}
	g_string_append(out, "</testcase>\n");
}

static void add_error(GString *out, const char *error, struct pb_junit_tally *tally)
{
	g_autofree char *line = g_strndup(error, strcspn(error, "\n"));

	tally->tests++;
	tally->errors++;
	g_string_append(out, "<testcase name=\"kernel\" classname=\"kernel\">\n"
			     "<error type=\"kernel\"");
	attribute(out, "message", line);
	g_string_append_c(out, '>');
	say(out, error);
	g_string_append(out, "</error>\n</testcase>\n");
}

static void add_cases(GString *out, const json_t *series, const json_t *patch, guint number,
		      struct pb_junit_tally *tally)
{
	const json_t *last = json_array_get(json_object_get(series, "patches"), (size_t)number - 2);
	const char *before = last ? text_at(last, "spec") : text_at(series, "base");
	g_autofree char *command = pb_series_command(before, patch);
	json_t *row;
	size_t i;

	if (!pb_series_has_kernel(patch)) {
		add_error(out, text_at(patch, "error"), tally);
		return;
	}
	if (json_is_true(json_object_get(patch, "same_code"))) {
		g_string_append(out, "<system-out>changes no code: nothing was measured"
				     "</system-out>\n");
		return;
	}
	json_array_foreach (json_object_get(series, "rows"), i, row) {
		if (json_is_true(json_object_get(row, "primary")))
			add_case(out, row, pb_series_effect(row, number), command, tally);
	}
}

static void add_properties(GString *out, const json_t *series, const json_t *patch)
{
	const json_t *side = json_object_get(patch, "previous"), *name;
	const json_t *list = json_object_get(patch, "unreached");
	g_autoptr(GString) unreached = g_string_new(NULL);

	for (size_t i = 0; i < json_array_size(list); i++) {
		name = json_array_get(list, i);
		g_string_append_printf(unreached, "%s%s", i ? " " : "",
				       json_is_string(name) ? json_string_value(name) : "?");
	}
	g_string_append(out, "<properties>\n");
	pb_junit_add_property(out, "base", text_at(series, "base"));
	pb_junit_add_property(out, "spec", text_at(patch, "spec"));
	pb_junit_add_property(out, "evidence", text_at(series, "evidence"));
	pb_junit_add_property(out, "verdict", text_at(side, "verdict"));
	pb_junit_add_property(out, "sentence", text_at(side, "sentence"));
	pb_junit_add_property(out, "unreached", unreached->str);
	g_string_append(out, "</properties>\n");
}

/* @number: of its column in the rows. */
static void add_suite(GString *out, const json_t *series, const json_t *patch, guint number,
		      struct pb_junit_tally *all)
{
	g_autofree char *name = g_strdup_printf("%u: %s", number, text_at(patch, "subject"));
	g_autoptr(GString) cases = g_string_new(NULL);
	struct pb_junit_tally tally = {0};

	add_cases(cases, series, patch, number, &tally);
	g_string_append(out, "<testsuite");
	attribute(out, "name", name);
	pb_junit_add_tally(out, &tally);
	add_properties(out, series, patch);
	g_string_append(out, cases->str);
	g_string_append(out, "</testsuite>\n");
	add_up(all, &tally);
}

int pb_render_series_junit(const json_t *series, const char *dir, GError **ret_error)
{
	g_autoptr(GString) out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	g_autoptr(GString) suites = g_string_new(NULL);
	struct pb_junit_tally tally = {0};
	json_t *patch;
	size_t i;

	if (json_is_false(json_object_get(json_object_get(series, "control"), "ok"))) {
		pb_junit_add_control(suites);
		add_up(&tally, &(struct pb_junit_tally){.tests = 1, .errors = 1});
	}
	json_array_foreach (json_object_get(series, "patches"), i, patch)
		add_suite(suites, series, patch, (guint)i + 1, &tally);
	g_string_append(out, "<testsuites name=\"pinbench series\"");
	pb_junit_add_tally(out, &tally);
	g_string_append(out, suites->str);
	g_string_append(out, "</testsuites>\n");
	return pb_write_file(dir, PB_JUNIT_FILE, out->str, out->len, ret_error);
}
