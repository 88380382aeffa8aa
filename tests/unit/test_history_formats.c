/* The formats that other programs take tests and metrics in: as their specifications say, whatever
 * is in the texts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/history_exported.h"
#include "tests/unit/scratch.h"

static char *export_xml(void **state, const struct given *g)
{
	g_autofree char *text = export_of(g, "junit");
	g_autofree char *path = scratch_write(state, "junit.xml", text);

	return written_xml(state, "junit.xml");
}

static void junit(void **state)
{
	AUTO_GIVEN g = make();
	g_autofree char *xml = export_xml(state, &g);

	in_order(xml,
		 (const char *[]){
			 "<testsuites name=\"pinbench history\" tests=\"4\" "
			 "failures=\"1\" errors=\"1\" skipped=\"2\">",
			 "<testsuite name=\"gup/gone\" tests=\"1\"",
			 "skip on 7.3.0: no reason given",
			 "<testsuite name=\"gup/pin\" tests=\"1\" failures=\"1\"",
			 "classname=\"gup.pin\"", "<property name=\"kernel\" value=\"7.3.0\"/>",
			 "<property name=\"unit\" value=\"insn/page\"/>",
			 "<property name=\"value\" value=\"200.5\"/>",
			 "<failure type=\"regression\" message=\"+18.91% from 6.1.150 to "
			 "6.12.117 (168.19 to 200 insn/page), step 0123456789ab, new\"/>",
			 "200.5 insn/page on 7.3.0", "<testsuite name=\"gup/unpin\"",
			 "<property name=\"low\" value=\"12.375\"/>",
			 "<skipped message=\"inconclusive: 2 of the 10 results",
			 "<testsuite name=\"null/empty\"",
			 "<error type=\"case\" message=\"fail on 7.3.0: it broke\"/>", NULL});
}

/* What decides: an open regression, then the newest run, then doubt. */
static void junit_outcomes(void **state)
{
	AUTO_GIVEN g = make();
	struct pb_step *step = g.moves[0].steps;
	g_autofree char *justified = NULL, *unclear = NULL, *gone = NULL, *failed = NULL;

	step->state = PB_STEP_JUSTIFIED;
	justified = export_xml(state, &g);
	has(justified, "<testsuite name=\"gup/pin\" tests=\"1\" failures=\"0\" errors=\"0\" "
		       "skipped=\"0\">");
	step->state = PB_STEP_NEW;
	step->unclear = true;
	step->changed = PB_APPARATUS_EMULATOR;
	unclear = export_xml(state, &g);
	has(unclear, "<skipped message=\"unclear: +18.91% from");
	has(unclear, "QEMU changed with it");
	g.series[0]->count = 3;
	g.gaps[0] = (struct pb_history_gap){3, g.series[0]->case_id, PB_OUTCOME_SKIP, "gone"};
	gone = export_xml(state, &g);
	has(gone, "<skipped message=\"skip on 7.3.0: gone\"/>");
	step->unclear = false;
	failed = export_xml(state, &g);
	has(failed, "<failure type=\"regression\" message=\"+18.91%");
	lacks(failed, "on 7.3.0: gone");
}

static void junit_hostile(void **state)
{
	AUTO_GIVEN g = make_hostile();
	g_autofree char *xml = export_xml(state, &g);

	lacks(xml, "<script>");
	lacks(xml, "\xef\xbf\xbf");
	has(xml, "&lt;script&gt;");
}

struct ktap_level {
	guint planned, seen;
};

/* Counts what the plans promise, and holds every line to the form of one. */
static void check_ktap(const char *text)
{
	g_autoptr(GRegex) result = g_regex_new("^(not )?ok ([0-9]+) [^#]*( # .*)?$", 0, 0, NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	struct ktap_level levels[2] = {{0}};

	for (char **line = lines; **line; line++) {
		guint depth = g_str_has_prefix(*line, "  ");
		const char *rest = *line + 2 * depth;
		struct ktap_level *level = &levels[depth];
		g_autoptr(GMatchInfo) match = NULL;

		if (!strcmp(rest, "KTAP version 1")) {
			assert_int_equal(level->planned, level->seen);
			*level = (struct ktap_level){0};
			line += g_str_has_prefix(line[1], "  # Subtest: ");
			g_assert_cmpint(
				sscanf(line[1], depth ? "  1..%u" : "1..%u", &level->planned), ==,
				1);
			line++;
		} else if (g_regex_match(result, rest, 0, &match)) {
			g_autofree char *number = g_match_info_fetch(match, 2);

			assert_int_equal(atoi(number), ++level->seen);
		} else if (!g_str_has_prefix(rest, "# ")) {
			fail_msg("no line of KTAP: %s", *line);
		}
	}
	assert_int_equal(levels[0].planned, levels[0].seen);
	assert_int_equal(levels[1].planned, levels[1].seen);
}

static void ktap(void **state)
{
	AUTO_GIVEN g = make();
	g_autofree char *text = export_of(&g, "ktap");

	check_ktap(text);
	in_order(text,
		 (const char *[]){
			 "KTAP version 1\n1..4\n  KTAP version 1\n  # Subtest: gup/gone\n  1..1\n",
			 "  ok 1 gup/gone[page=2m] # SKIP skip on 7.3.0: no reason given\n",
			 "ok 1 gup/gone # SKIP\n", "  # gup/pin[page=4k,batch=1] pin (",
			 "): 200.5 insn/page on 7.3.0\n", "  not ok 1 gup/pin[page=4k,batch=1] pin",
			 " # +18.91% from 6.1.150 to 6.12.117", "\nnot ok 2 gup/pin\n",
			 ": 12.5 insn/page (12.375 to 12.625) on 6.12.117\n",
			 "  ok 1 gup/unpin[page=4k] pin", " # SKIP inconclusive: ",
			 "  not ok 1 null/empty # ERROR fail on 7.3.0: it broke\n",
			 "not ok 4 null/empty\n", NULL});
}

static void ktap_hostile(void **state)
{
	AUTO_GIVEN g = make_hostile();
	g_autofree char *text = export_of(&g, "ktap");
	g_autofree char *nothing = export_of_nothing("ktap");

	check_ktap(text);
	lacks(text, "\x1b");
	assert_string_equal(nothing, "KTAP version 1\n1..0\n");
}

static const char *const statuses[] = {"PASS", "FAIL", "DONE", "SKIP", "ERROR", NULL};

/* No others may be there. */
static const char *const test_keys[] = {"id",	  "origin",  "build_id",   "path",
					"status", "comment", "start_time", "environment",
					"number", "misc",    NULL};

static void collect_ids(json_t *list, GHashTable *ids)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *id = json_string_value(json_object_get(item, "id"));

		assert_true(g_regex_match_simple("^pinbench:[0-9a-f]{32}$", id, 0, 0));
		assert_string_equal(json_string_value(json_object_get(item, "origin")), "pinbench");
		assert_true(g_hash_table_add(ids, (gpointer)id));
	}
}

static void check_parents(json_t *list, const char *key, GHashTable *ids)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		assert_true(
			g_hash_table_contains(ids, json_string_value(json_object_get(item, key))));
}

/* What the schema asks for. */
static void check_kcidb(json_t *root)
{
	g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
	json_t *tests = sample_at(root, "tests"), *test, *value;
	const char *key;
	size_t i;

	assert_int_equal(json_integer_value(sample_at(root, "version.major")), 5);
	assert_int_equal(json_integer_value(sample_at(root, "version.minor")), 3);
	assert_int_equal(json_object_size(root), 4);
	collect_ids(sample_at(root, "checkouts"), ids);
	collect_ids(sample_at(root, "builds"), ids);
	collect_ids(tests, ids);
	check_parents(sample_at(root, "builds"), "checkout_id", ids);
	check_parents(tests, "build_id", ids);
	json_array_foreach (tests, i, test) {
		assert_true(g_regex_match_simple("^[a-zA-Z0-9_-]+(\\.[a-zA-Z0-9_-]+)*$",
						 text_at(test, "path"), 0, 0));
		assert_true(g_strv_contains(statuses, text_at(test, "status")));
		json_object_foreach (test, key, value)
			assert_true(g_strv_contains(test_keys, key) && !json_is_null(value));
		assert_true(g_regex_match_simple(
			"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
			text_at(test, "start_time"), 0, 0));
	}
}

static void kcidb(void **state)
{
	AUTO_GIVEN g = make();
	json_t *root = export_json(&g, "kcidb");

	check_kcidb(root);
	assert_int_equal(json_array_size(sample_at(root, "checkouts")), 3);
	assert_int_equal(json_array_size(sample_at(root, "builds")), 3);
	assert_string_equal(text_at(root, "builds.0.compiler"), "gcc 12.2.0");
	assert_int_equal(json_array_size(sample_at(root, "tests")), 4 + 2 + 2 + 3);
	assert_string_equal(text_at(root, "tests.0.status"), "PASS");
	assert_string_equal(text_at(root, "tests.0.path"), "pinbench.gup.pin.page_4k_batch_1.pin");
	assert_true(json_number_value(sample_at(root, "tests.0.number.value")) == 168.19);
	assert_string_equal(text_at(root, "tests.0.number.unit"), "insn/page");
	assert_string_equal(text_at(root, "tests.1.status"), "FAIL");
	assert_string_equal(text_at(root, "tests.1.misc.steps.0.id"), "0123456789ab");
	assert_string_equal(text_at(root, "tests.2.status"), "PASS");
	assert_true(json_number_value(sample_at(root, "tests.4.misc.low")) == 12.1275);
	assert_string_equal(text_at(root, "tests.6.status"), "DONE");
	assert_string_equal(text_at(root, "tests.8.status"), "SKIP");
	assert_string_equal(text_at(root, "tests.8.path"), "pinbench.gup.gone.page_2m");
	assert_null(sample_at(root, "tests.8.number"));
	assert_string_equal(text_at(root, "tests.9.status"), "ERROR");
	json_decref(root);
}

static void kcidb_hostile(void **state)
{
	AUTO_GIVEN g = make_hostile();
	json_t *root;

	g.series[0]->points[0].value = NAN;
	g.gaps[2].run = 2;
	root = export_json(&g, "kcidb");
	check_kcidb(root);
	assert_null(sample_at(root, "tests.0.number"));
	json_decref(root);
}

#define LABEL  "[a-z]+=\"([^\"\\\\]|\\\\[n\"\\\\])*\""
#define NUMBER "[-+]?[0-9]+(\\.[0-9]+)?(e[-+][0-9]+)?"

/* The text's grammar, whole families side by side, names that end in units, labels once. */
static void check_openmetrics(const char *text)
{
	g_autoptr(GRegex) head =
		g_regex_new("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) gauge$", 0, 0, NULL);
	g_autoptr(GRegex) sample = g_regex_new("^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{" LABEL "(," LABEL
					       ")*\\})? " NUMBER "$",
					       0, 0, NULL);
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autofree char *family = g_strdup("");
	guint last = g_strv_length(lines) - 1;

	assert_string_equal(lines[last - 1], "# EOF");
	assert_string_equal(lines[last], "");
	lines[last - 1][0] = '\0';
	for (char **line = lines; **line; line++) {
		g_autoptr(GMatchInfo) match = NULL, found = NULL;
		g_autofree char *unit = g_strdup_printf("# UNIT %s ", family);
		g_autofree char *help = g_strdup_printf("# HELP %s ", family);

		if (g_regex_match(head, *line, 0, &match)) {
			g_free(family);
			family = g_match_info_fetch(match, 1);
			assert_true(g_hash_table_add(known, g_strdup(family)));
		} else if (g_str_has_prefix(*line, unit)) {
			g_autofree char *end = g_strconcat("_", *line + strlen(unit), NULL);

			assert_true(g_str_has_suffix(family, end));
		} else if (g_str_has_prefix(*line, help)) {
			assert_non_null((*line)[strlen(help)] ? *line : NULL);
		} else if (g_regex_match(sample, *line, 0, &found)) {
			g_autofree char *name = g_match_info_fetch(found, 1);
			char *labels = g_strndup(*line, strrchr(*line, ' ') - *line);

			assert_string_equal(name, family);
			if (!g_hash_table_add(known, labels) && strchr(labels, '{'))
				fail_msg("twice: %s", *line);
		} else {
			fail_msg("no line of OpenMetrics: %s", *line);
		}
	}
}

static void openmetrics(void **state)
{
	AUTO_GIVEN g = make();
	g_autofree char *text = export_of(&g, "openmetrics");

	check_openmetrics(text);
	in_order(text, (const char *[]){"# TYPE pinbench_value_insn_per_page gauge\n"
					"# UNIT pinbench_value_insn_per_page insn_per_page\n"
					"# HELP pinbench_value_insn_per_page The newest",
					"\npinbench_value_insn_per_page{case=\"gup/pin[page=4k,"
					"batch=1]\",metric=\"pin\",evidence=\"counted\"",
					"kernel=\"6.12.117\"", "} 200\n", "kernel=\"7.3.0\"",
					"} 200.5\n", "# TYPE pinbench_low_insn_per_page gauge\n",
					"} 12.1275\n", "# TYPE pinbench_high_insn_per_page gauge\n",
					"# TYPE pinbench_value_percent gauge\n",
					"\npinbench_open_regressions 1\n# EOF\n", NULL});
	/* Two runs of one kernel are one figure, and exact figures have no interval. */
	assert_int_equal(occurrences(text, "pinbench_value_insn_per_page{"), 3 + 2);
	assert_int_equal(occurrences(text, "pinbench_low_insn_per_page{"), 2);
}

static void openmetrics_hostile(void **state)
{
	AUTO_GIVEN g = make_hostile();
	g_autofree char *text = NULL, *nothing = export_of_nothing("openmetrics");

	for (gsize i = 0; i < G_N_ELEMENTS(g.series); i++)
		g_strlcpy(g.series[i]->key, kernels[i + 1], sizeof(g.series[i]->key));
	g_strlcpy(g.series[0]->key, "0", sizeof(g.series[0]->key));
	g.series[0]->points[0].value = NAN;
	text = export_of(&g, "openmetrics");
	check_openmetrics(text);
	lacks(text, "\r");
	lacks(text, "\x1b");
	check_openmetrics(nothing);
	has(nothing, "pinbench_open_regressions 0\n# EOF\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(junit),
		IN_SCRATCH(junit_outcomes),
		IN_SCRATCH(junit_hostile),
		cmocka_unit_test(ktap),
		cmocka_unit_test(ktap_hostile),
		cmocka_unit_test(kcidb),
		cmocka_unit_test(kcidb_hostile),
		cmocka_unit_test(openmetrics),
		cmocka_unit_test(openmetrics_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
