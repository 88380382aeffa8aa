/* The machine as a tree, and CPUs chosen from it: of machines that hwloc makes up, and of this one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>

#include "lab/native/topology.h"
#include "reports/error.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

#define MAKE_UP "HWLOC_SYNTHETIC"
#define TWO	"pack:2 [numa(memory=4GB)] l3:2 core:2 pu:2"

static int is_this_one(void **state)
{
	g_unsetenv(MAKE_UP);
	return 0;
}

static void check_text(json_t *root, const char *path, const char *wanted)
{
	const char *found = json_string_value(sample_at(root, path));

	if (g_strcmp0(found, wanted))
		fail_msg("%s is %s, not %s", path, found ? found : "(none)", wanted);
}

static json_t *tree_of(const char *made_up)
{
	json_t *tree = NULL;

	if (made_up)
		g_setenv(MAKE_UP, made_up, TRUE);
	assert_int_equal(pb_native_topology(&tree, NULL), 0);
	return tree;
}

static size_t count_of(json_t *tree, const char *kind)
{
	size_t ret = !strcmp(json_string_value(json_object_get(tree, "kind")), kind), i;
	json_t *child;

	json_array_foreach (json_object_get(tree, "children"), i, child)
		ret += count_of(child, kind);
	return ret;
}

static size_t size_of(json_t *tree)
{
	size_t ret = 1, i;
	json_t *child;

	json_array_foreach (json_object_get(tree, "children"), i, child)
		ret += size_of(child);
	return ret;
}

static void boxes_in_boxes(void **state)
{
	json_t *tree = tree_of(TWO);

	check_text(tree, "kind", "machine");
	check_text(tree, "cpus", "0-15");
	check_text(tree, "children.1.kind", "package");
	check_text(tree, "children.1.cpus", "8-15");
	check_text(tree, "children.1.children.0.kind", "node");
	assert_int_equal(json_integer_value(sample_at(tree, "children.1.children.0.bytes")),
			 4000000000ll);
	check_text(tree, "children.1.children.0.children.1.kind", "l3");
	check_text(tree, "children.1.children.0.children.1.children.0.kind", "core");
	check_text(tree, "children.1.children.0.children.1.children.0.children.1.kind", "pu");
	check_text(tree, "children.1.children.0.children.1.children.0.children.1.cpus", "13");
	assert_int_equal(count_of(tree, "core"), 8);
	assert_int_equal(count_of(tree, "pu"), 16);
	json_decref(tree);
}

/* A cache that a core has to itself is no box; one that several share is. */
static void second_caches(void **state)
{
	json_t *own = tree_of("numa:1 l3:1 l2:4 core:1 pu:1");
	json_t *shared = tree_of("numa:1 l3:1 l2:2 core:2 pu:1");

	assert_int_equal(count_of(own, "l2"), 0);
	assert_int_equal(count_of(own, "core"), 4);
	assert_int_equal(count_of(shared, "l2"), 2);
	json_decref(own);
	json_decref(shared);
}

static void large_machines_have_less_detail(void **state)
{
	static const struct {
		const char *made_up;
		size_t pus, cores, caches;
	} cases[] = {
		{"pack:2 [numa] l3:8 core:8 pu:2", 256, 128, 16},
		{"pack:2 [numa] l3:16 core:8 pu:2", 0, 256, 32},
		{"pack:4 [numa] l3:16 core:16 pu:2", 0, 0, 64},
		{"pack:16 [numa] l3:64 core:4 pu:1", 0, 0, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		json_t *tree = tree_of(cases[i].made_up);

		assert_true(size_of(tree) <= PB_NATIVE_MOST_NODES);
		assert_int_equal(count_of(tree, "pu"), cases[i].pus);
		assert_int_equal(count_of(tree, "core"), cases[i].cores);
		assert_int_equal(count_of(tree, "l3"), cases[i].caches);
		json_decref(tree);
	}
}

static void this_machine_is_one(void **state)
{
	json_t *tree = tree_of(NULL);
	cpu_set_t allowed;

	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	assert_true(count_of(tree, "node") >= 1);
	assert_true(count_of(tree, "pu") >= (size_t)CPU_COUNT(&allowed) ||
		    size_of(tree) > PB_NATIVE_MOST_NODES / 2);
	json_decref(tree);
}

static char *chosen(const char *list, int node)
{
	g_autoptr(GArray) cpus = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	if (pb_native_choose_cpus(list, node, &cpus, &error)) {
		assert_int_equal(error->code, PB_EXIT_USAGE);
		return g_strdup(error->message);
	}
	for (guint i = 0; i < cpus->len; i++)
		g_string_append_printf(text, "%s%d", i ? " " : "", g_array_index(cpus, int, i));
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void cpus_are_chosen(void **state)
{
	static const struct {
		const char *list;
		int node;
		const char *wanted;
	} cases[] = {
		{NULL, -1, "0 2 4 6 8 10 12 14 1 3 5 7 9 11 13 15"},
		{NULL, 1, "8 10 12 14 9 11 13 15"},
		{"0,2-5", -1, "0 2 3 4 5"},
		{"9,0", 1, "9 0"},
		{"16", -1,
		 "CPUs '16': CPU 16 is not there, or not allowed to this process; it may use 0-15"},
		{"0-99", 0,
		 "CPUs '0-99': CPU 16 is not there, or not allowed to this process; it may use "
		 "0-15"},
		{NULL, 2, "there is no NUMA node 2, only 0-1"},
		{"1", 7, "there is no NUMA node 7, only 0-1"},
	};

	g_setenv(MAKE_UP, TWO, TRUE);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = chosen(cases[i].list, cases[i].node);

		assert_string_equal(text, cases[i].wanted);
	}
}

static void lists_that_are_none(void **state)
{
	static const char *const lists[] = {"",
					    ",",
					    "1,",
					    "x",
					    "1-",
					    "-1",
					    "3-2",
					    "1 2",
					    "1,1",
					    "0-2,2",
					    "99999999999999999999"};

	g_setenv(MAKE_UP, TWO, TRUE);
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		g_autofree char *text = chosen(lists[i], -1);
		g_autofree char *wanted = g_strdup_printf(
			"CPUs '%s': must be a list such as 0,2-5, each CPU once", lists[i]);

		assert_string_equal(text, wanted);
	}
}

/* What taskset left to this process is all that there is. */
static void only_what_is_allowed(void **state)
{
	cpu_set_t all, one;
	int cpu = 0;
	g_autofree char *text = NULL, *wanted = NULL, *refused = NULL, *other = NULL;

	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	while (!CPU_ISSET((size_t)cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET((size_t)cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	text = chosen(NULL, -1);
	other = g_strdup_printf("%d", cpu + 1);
	refused = chosen(other, -1);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	wanted = g_strdup_printf("%d", cpu);
	assert_string_equal(text, wanted);
	g_free(wanted);
	wanted = g_strdup_printf("it may use %d", cpu);
	assert_true(g_str_has_suffix(refused, wanted));
}

static void memory_of_a_node(void **state)
{
	g_autoptr(GError) error = NULL;
	guint64 bytes = 0;

	g_setenv(MAKE_UP, TWO, TRUE);
	assert_int_equal(pb_native_node_bytes(1, &bytes, NULL), 0);
	assert_int_equal(bytes, 4000000000ull);
	assert_true(pb_native_node_bytes(2, &bytes, &error) < 0);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){"only 0-1", NULL});
}

#define ON(test) cmocka_unit_test_setup_teardown(test, is_this_one, is_this_one)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON(boxes_in_boxes),	  ON(second_caches),	ON(large_machines_have_less_detail),
		ON(this_machine_is_one),  ON(cpus_are_chosen),	ON(lists_that_are_none),
		ON(only_what_is_allowed), ON(memory_of_a_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
