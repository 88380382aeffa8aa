/*
 * What the agent says of itself: every benchmark is described in full, and every id that
 * follows from a description is one that the agent takes. Arguments: the agent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lab/run/catalog.h"
#include "lab/run/plan.h"
#include "lab/util/process.h"
#include "pinbench/result.h"
#include "reports/error.h"

static const char *agent;
static struct pb_catalog *catalog;

static int load(void **state)
{
	(void)state;
	return pb_catalog_load(agent, &catalog, NULL);
}

static int drop(void **state)
{
	(void)state;
	pb_catalog_free(catalog);
	return 0;
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool is_one_of(const char *text, const char *const *list)
{
	return text && g_strv_contains(list, text);
}

/* A sentence for people: there, and without space around it. */
static void check_words(const json_t *object, const char *of, const char *key)
{
	const char *text = text_of(object, key);

	if (!text || !*text || g_ascii_isspace(*text) || g_ascii_isspace(text[strlen(text) - 1]))
		fail_msg("%s: %s is '%s'", of, key, text ? text : "(none)");
}

/* Names become parts of ids and of files; these letters need no quoting anywhere. */
static void check_name(const char *name, const char *extra)
{
	g_autofree char *letters =
		g_strconcat("abcdefghijklmnopqrstuvwxyz0123456789_", extra, NULL);

	if (!name || !*name || name[strspn(name, letters)])
		fail_msg("'%s' is no name", name ? name : "(none)");
}

static void every_benchmark_is_described(void **state)
{
	static const char *const keys[] = {"summary", "path", "inside", "outside"};
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	json_t *one;
	size_t i;

	(void)state;
	assert_true(json_array_size(catalog->list) >= 15);
	json_array_foreach (catalog->list, i, one) {
		const char *name = text_of(one, "name");
		g_autofree char *source = g_strdup_printf(PINBENCH_SOURCE_DIR "/bench/%s.c", name);

		check_name(name, "/");
		assert_true(g_hash_table_add(seen, (char *)name));
		/* FAMILY/NAME, as its file is called. */
		if (!g_file_test(source, G_FILE_TEST_IS_REGULAR))
			fail_msg("%s has no file of its name", name);
		for (gsize k = 0; k < G_N_ELEMENTS(keys); k++)
			check_words(one, name, keys[k]);
		assert_true(json_is_boolean(json_object_get(one, "hazard")));
		assert_true(json_is_boolean(json_object_get(one, "timed_only")));
	}
}

static void check_machine(const char *name, const char *of)
{
	g_autofree char *path =
		g_strdup_printf(PINBENCH_SOURCE_DIR "/configs/machines/%s.ini", name);

	if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
		fail_msg("%s: no machine %s", of, path);
}

static void check_machines_of_values(const json_t *benchmark)
{
	json_t *param, *machine;
	const char *value;
	size_t i;

	json_array_foreach (json_object_get(benchmark, "params"), i, param) {
		json_object_foreach (json_object_get(param, "machines"), value, machine) {
			g_autofree char *id =
				g_strdup_printf("%s[%s=%s]", text_of(benchmark, "name"),
						text_of(param, "name"), value);

			check_machine(json_string_value(machine), id);
			assert_string_equal(pb_catalog_machine(catalog, id),
					    json_string_value(machine));
		}
	}
}

static void machines_and_needs_are_known(void **state)
{
	static const char *const known[] = {"module", "CONFIG_GUP_TEST", "CONFIG_LKDTM", NULL};
	json_t *one, *need;
	size_t i, k;

	(void)state;
	json_array_foreach (catalog->list, i, one) {
		check_machine(text_of(one, "machine"), text_of(one, "name"));
		check_machines_of_values(one);
		assert_true(json_is_array(json_object_get(one, "needs")));
		json_array_foreach (json_object_get(one, "needs"), k, need)
			assert_true(is_one_of(json_string_value(need), known));
	}
}

static void check_metric(const json_t *metric, const char *of)
{
	static const char *const units[] = {"ratio", "GB/s", "pages/us", "%", "pages", NULL};
	static const char *const pers[] = {"page",    "call",	 "io", "buffer",
					   "segment", "enabler", NULL};
	static const char *const betters[] = {PB_BETTER_LOWER, PB_BETTER_HIGHER, NULL};
	const char *unit = text_of(metric, "unit"), *per = text_of(metric, "per");

	check_name(text_of(metric, "name"), "");
	check_words(metric, of, "help");
	/* A unit of its own, or what insn or ns are divided by; never both. */
	if (!unit == !per || (unit && !is_one_of(unit, units)) || (per && !is_one_of(per, pers)))
		fail_msg("%s %s: unit '%s', per '%s'", of, text_of(metric, "name"),
			 unit ? unit : "", per ? per : "");
	assert_true(is_one_of(text_of(metric, "better"), betters));
	assert_true(json_is_boolean(json_object_get(metric, "primary")));
}

/*
 * A cost, or a count of pages, is the answer to a benchmark's question; a ratio alone says whether
 * to trust it.
 */
static void check_primary(const json_t *benchmark)
{
	const json_t *metrics = json_object_get(benchmark, "metrics");
	const char *name = text_of(benchmark, "name");
	bool has_cost = false, has_primary = false;
	json_t *metric;
	size_t i;

	json_array_foreach (metrics, i, metric) {
		has_cost |= text_of(metric, "per") || !g_strcmp0(text_of(metric, "unit"), "pages");
		has_primary |= json_is_true(json_object_get(metric, "primary"));
	}
	if (has_cost != has_primary)
		fail_msg("%s: has a cost: %d, has a primary metric: %d", name, has_cost,
			 has_primary);
	/* The first is the benchmark's answer, the others explain it. */
	if (has_primary && !json_is_true(json_object_get(json_array_get(metrics, 0), "primary")))
		fail_msg("%s: its first metric is not a primary one", name);
}

static void every_benchmark_has_its_metrics(void **state)
{
	json_t *one, *metric;
	size_t i, k;

	(void)state;
	json_array_foreach (catalog->list, i, one) {
		g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
		const json_t *metrics = json_object_get(one, "metrics");

		assert_true(json_is_array(metrics));
		/* Only what breaks its machine measures nothing. */
		assert_true((json_array_size(metrics) == 0) ==
			    json_is_true(json_object_get(one, "hazard")));
		json_array_foreach (metrics, k, metric) {
			check_metric(metric, text_of(one, "name"));
			assert_true(g_hash_table_add(seen, (char *)text_of(metric, "name")));
		}
		check_primary(one);
	}
}

/* Throughput and success are better when they are higher, a cost when it is lower. */
static void better_goes_with_the_unit(void **state)
{
	static const char *const highers[] = {"GB/s", "pages/us", "%", NULL};
	json_t *one, *metric;
	size_t i, k;

	(void)state;
	json_array_foreach (catalog->list, i, one) {
		json_array_foreach (json_object_get(one, "metrics"), k, metric) {
			const char *unit = text_of(metric, "unit");

			assert_string_equal(text_of(metric, "better"),
					    unit && is_one_of(unit, highers) ? PB_BETTER_HIGHER
									     : PB_BETTER_LOWER);
		}
	}
}

static void check_param(const json_t *param, const char *of)
{
	g_autoptr(GHashTable) allowed = g_hash_table_new(g_str_hash, g_str_equal);
	const char *name = text_of(param, "name"), *fallback = text_of(param, "default");
	json_t *value;
	size_t i;

	check_name(name, "");
	check_words(param, of, "help");
	json_array_foreach (json_object_get(param, "allowed"), i, value) {
		check_name(json_string_value(value), "-.");
		assert_true(g_hash_table_add(allowed, (char *)json_string_value(value)));
	}
	if (!fallback || !g_hash_table_contains(allowed, fallback))
		fail_msg("%s: the default %s=%s is not allowed", of, name,
			 fallback ? fallback : "");
}

static void every_parameter_has_a_default_that_is_allowed(void **state)
{
	json_t *one, *param;
	size_t i, k;

	(void)state;
	json_array_foreach (catalog->list, i, one) {
		g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

		assert_true(json_is_array(json_object_get(one, "params")));
		json_array_foreach (json_object_get(one, "params"), k, param) {
			check_param(param, text_of(one, "name"));
			assert_true(g_hash_table_add(seen, (char *)text_of(param, "name")));
		}
	}
}

static char *default_id(const json_t *benchmark)
{
	GString *id = g_string_new(text_of(benchmark, "name"));
	json_t *param;
	size_t i;

	json_array_foreach (json_object_get(benchmark, "params"), i, param)
		g_string_append_printf(id, "%c%s=%s", i ? ',' : '[', text_of(param, "name"),
				       text_of(param, "default"));
	return g_string_free(g_string_append(id, i ? "]" : ""), FALSE);
}

/* Alone, complete, and complete once more: each is the id that the description gives. */
static void default_ids_come_back_as_they_are(void **state)
{
	json_t *one;
	size_t i;

	(void)state;
	json_array_foreach (catalog->list, i, one) {
		g_autofree char *id = default_id(one);
		const char *const asked[] = {text_of(one, "name"), id, NULL};
		g_auto(GStrv) got = NULL;
		g_autoptr(GError) error = NULL;

		if (pb_catalog_complete(catalog, asked, &got, &error))
			fail_msg("%s: %s", id, error->message);
		assert_int_equal(g_strv_length(got), 2);
		assert_string_equal(got[0], id);
		assert_string_equal(got[1], id);
	}
}

static int status_of(const char *const *arguments, char **ret_output)
{
	const char *argv[8] = {agent};
	int status = -1;
	const struct pb_command command = {
		.argv = argv, .timeout_seconds = 30, .ret_status = &status};

	for (int i = 0; arguments[i]; i++)
		argv[i + 1] = arguments[i];
	assert_int_equal(pb_command_run(&command, ret_output, NULL), 0);
	return status;
}

static void wrong_usage_has_its_exit_code(void **state)
{
	static const char *const wrongs[][4] = {
		{NULL},
		{"lists", NULL},
		{"list", "gup", NULL},
		{"ids", "gup/nothing", NULL},
		{"ids", "null/empty", "gup/pin[batch=17]", NULL},
		{"ids", "gup/pin[batch=1", NULL},
		{"ids", "", NULL},
		{"run", NULL},
		{"run", "one.json", "two.json", NULL},
		{"run", "/nonexistent/plan.json", NULL},
		{"run", "--out", NULL},
		{"run", "--nothing", "plan.json", NULL},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(wrongs); i++) {
		g_autofree char *output = NULL;
		int status = status_of(wrongs[i], &output);

		if (status != PB_EXIT_USAGE)
			fail_msg("%s %s: status %d", wrongs[i][0], wrongs[i][1], status);
	}
}

static void right_usage_has_its_exit_code(void **state)
{
	static const char *const rights[][4] = {
		{"list", NULL}, {"--help", NULL}, {"ids", NULL}, {"ids", "null/empty", NULL}};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(rights); i++) {
		g_autofree char *output = NULL;

		assert_int_equal(status_of(rights[i], &output), PB_EXIT_OK);
	}
}

/* What the agent says is wrong gets to whoever asked the lab. */
static void a_wrong_id_is_told_in_the_agents_words(void **state)
{
	const char *const asked[] = {"null/empty", "gup/pin[batch=17]", NULL};
	g_autoptr(GError) error = NULL;
	char **ids = NULL;

	(void)state;
	assert_true(pb_catalog_complete(catalog, asked, &ids, &error) < 0);
	assert_null(ids);
	assert_int_equal(error->code, PB_EXIT_USAGE);
	assert_non_null(strstr(error->message, "'gup/pin[batch=17]'"));
	assert_non_null(strstr(error->message, "batch cannot be '17'"));
}

/* The same question has the same answer: results are compared by it. */
static void the_list_does_not_vary(void **state)
{
	g_autofree char *first = NULL, *second = NULL;
	static const char *const list[] = {"list", NULL};

	(void)state;
	status_of(list, &first);
	status_of(list, &second);
	assert_string_equal(first, second);
	assert_true(g_str_has_suffix(first, "]\n"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_benchmark_is_described),
		cmocka_unit_test(machines_and_needs_are_known),
		cmocka_unit_test(every_benchmark_has_its_metrics),
		cmocka_unit_test(better_goes_with_the_unit),
		cmocka_unit_test(every_parameter_has_a_default_that_is_allowed),
		cmocka_unit_test(default_ids_come_back_as_they_are),
		cmocka_unit_test(wrong_usage_has_its_exit_code),
		cmocka_unit_test(right_usage_has_its_exit_code),
		cmocka_unit_test(a_wrong_id_is_told_in_the_agents_words),
		cmocka_unit_test(the_list_does_not_vary),
	};

	if (argc != 2)
		return 2;
	agent = argv[1];
	return cmocka_run_group_tests(tests, load, drop);
}
