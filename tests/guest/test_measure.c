/*
 * The promise of counted evidence, end to end on a real kernel: the same figures in any
 * order, number, company and boot, and the right ones.
 */
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include "lab/util/files.h"
#include "tests/guest/harness.h"

#define ALONE	  "gup/put_page[backing=anon,page=2m,batch=512,write=1,size=2m]"
#define REFERENCE "gup/reference[backing=anon,page=4k,batch=512,size=16m]"

static char *measure(const char *first, const char *second, const char *third)
{
	char *out = scratch("measure");
	struct outcome o = pinbench("run", "--quiet", "--out", out, first, second, third, NULL);

	assert_status(&o, 0);
	outcome_clear(&o);
	return out;
}

static void assert_same_cases(char *a, char *b)
{
	char *x = cases_text(a), *y = cases_text(b);

	assert_string_equal(x, y);
	free(x);
	free(y);
	forget(b);
}

/* Two processes that never stop, for as long as the run lasts. */
static void load_host(pid_t *pids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			for (volatile unsigned long n = 0;; n++)
				;
		}
	}
}

static void unload_host(pid_t *pids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

/* Other caches are untouched: the guests are made again from the same kernel. */
static void drop_guests(void)
{
	g_autofree char *guests = NULL;

	assert_int_equal(pb_cache_dir(&guests, NULL, "guests", NULL), 0);
	assert_int_equal(pb_remove_tree(guests, NULL), 0);
}

static void test_same_cases_however_run(void **state)
{
	char *first = measure("--profile=smoke", "--jobs=1", NULL);
	pid_t pids[3];

	assert_same_cases(first, measure("--profile=smoke", "--jobs=2", NULL));
	load_host(pids, 3);
	assert_same_cases(first, measure("--profile=smoke", "--jobs=3", NULL));
	unload_host(pids, 3);
	drop_guests();
	assert_same_cases(first, measure("--profile=smoke", "--jobs=2", NULL));
	forget(first);
}

static void test_alone_as_in_company(void **state)
{
	char *company = measure("--profile=smoke", NULL, NULL);
	char *alone = measure("--profile=smoke", ALONE, NULL);
	json_t *a = load_result(alone), *c = load_result(company);

	assert_int_equal(json_array_size(json_object_get(a, "cases")), 1);
	assert_non_null(find_case(c, ALONE));
	assert_true(json_equal(find_case(a, ALONE), find_case(c, ALONE)));
	json_decref(a);
	json_decref(c);
	forget(alone);
	forget(company);
}

static void test_second_boot_is_the_same(void **state)
{
	char *out = measure("--profile=smoke", "--boots=2", NULL);
	json_t *result = load_result(out), *one, *metric;
	size_t i, k;

	json_array_foreach (json_object_get(result, "cases"), i, one) {
		assert_string_equal(text_at(one, "outcome"), "ok");
		json_array_foreach (json_object_get(one, "metrics"), k, metric) {
			json_t *boots = json_object_get(metric, "boots");

			assert_int_equal(json_array_size(boots), 2);
			assert_true(json_equal(json_array_get(boots, 0), json_array_get(boots, 1)));
		}
	}
	json_decref(result);
	forget(out);
}

/* A result directory below the working directory, as people name it; QEMU runs elsewhere. */
static void test_second_boot_into_a_relative_path(void **state)
{
	char *directory = scratch("relative");
	struct outcome o;

	assert_int_equal(g_chdir(directory), 0);
	o = pinbench("run", "null/empty", "--boots=2", "--out=here", NULL);
	assert_int_equal(g_chdir("/"), 0);
	assert_status(&o, 0);
	outcome_clear(&o);
	forget(directory);
}

static void test_agrees_with_gup_test(void **state)
{
	char *out = measure(REFERENCE, NULL, NULL);
	json_t *result = load_result(out);
	const json_t *one = find_case(result, REFERENCE);

	assert_true(fabs(median_of(one, "pin_ratio") - 1) <= 0.03);
	assert_true(fabs(median_of(one, "unpin_ratio") - 1) <= 0.03);
	json_decref(result);
	forget(out);
}

static double fact(const json_t *one, const char *name)
{
	return json_number_value(json_object_get(json_object_get(one, "facts"), name));
}

/* Slow-path entries are counted: none on resident memory, all of them where it must fault. */
static void test_counts_the_slow_path(void **state)
{
	const char *fast = "gup/pin_fast[backing=anon,page=4k,batch=16,write=1,longterm=0,size=2m]";
	const char *slow =
		"gup/pin_fast[backing=unfaulted,page=4k,batch=16,write=1,longterm=0,size=2m]";
	char *out = measure(fast, slow, NULL);
	json_t *result = load_result(out);

	assert_true(fact(find_case(result, fast), "slow_calls") == 0);
	assert_true(fact(find_case(result, slow), "slow_calls") == 512 / 16);
	assert_true(median_of(find_case(result, slow), "pin") >
		    5 * median_of(find_case(result, fast), "pin"));
	json_decref(result);
	forget(out);
}

/* A registered buffer holds a pin a folio, and what is read into it is not pinned again. */
static void test_uring_pins_once(void **state)
{
	const char *table = "uring/register[backing=anon,page=2m,buffers=1,size=2m]";
	const char *io = "uring/read[backing=anon,page=4k,io=16k,size=2m]";
	char *out = measure(table, io, NULL);
	json_t *result = load_result(out);
	const json_t *one = find_case(result, io);

	assert_true(fact(find_case(result, table), "pins_acquired") == 512);
	assert_true(fact(find_case(result, table), "pins_held") == 1);
	assert_true(fact(find_case(result, table), "vm_pin_after_bytes") == 0);
	assert_true(fact(one, "pins_of_read") == 4);
	assert_true(fact(one, "pins_of_read_fixed") == 0);
	assert_true(median_of(one, "read") > median_of(one, "read_fixed"));
	assert_true(median_of(one, "pin_share") > 0);
	json_decref(result);
	forget(out);
}

/* What a limit refused is not kept; a huge page is charged whole for a part of it. */
static void test_uring_refused_leaves_nothing(void **state)
{
	const char *small = "uring/memlock[backing=anon,page=4k,size=2m]";
	const char *huge = "uring/memlock[backing=hugetlb,page=1g,size=2m]";
	char *out = measure(small, huge, NULL);
	json_t *result = load_result(out);

	assert_true(fact(find_case(result, small), "accepted_bytes") == 1 << 20);
	assert_true(fact(find_case(result, small), "pins_left") == 0);
	assert_true(fact(find_case(result, huge), "accepted_bytes") == 0);
	assert_true(fact(find_case(result, huge), "vm_pin_charged_bytes") == 1 << 30);
	assert_true(fact(find_case(result, huge), "vm_pin_left_bytes") == 0);
	json_decref(result);
	forget(out);
}

static void test_warm_case_is_quick(void **state)
{
	char *out = scratch("warm");
	struct outcome o =
		pinbench("run", "--quiet", "--out", out, "gup/pin_fast[batch=512]", NULL);

	assert_status(&o, 0);
	print_message("one warm case: %.2f s\n", o.seconds);
	/* Twice what is promised: CI's machine may be busy with something else. */
	assert_true(o.seconds < 4);
	outcome_clear(&o);
	forget(out);
}

static void test_reports_are_written(void **state)
{
	static const char *const files[] = {"report.html", "report.md", "console-boot-plain.log"};
	char *out = measure("--profile=smoke", NULL, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(out, files[i], NULL);
		g_autofree char *text = NULL;

		assert_true(g_file_get_contents(path, &text, NULL, NULL));
		assert_true(strlen(text) > 500);
	}
	forget(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_cases_however_run),
		cmocka_unit_test(test_alone_as_in_company),
		cmocka_unit_test(test_second_boot_is_the_same),
		cmocka_unit_test(test_second_boot_into_a_relative_path),
		cmocka_unit_test(test_agrees_with_gup_test),
		cmocka_unit_test(test_counts_the_slow_path),
		cmocka_unit_test(test_uring_pins_once),
		cmocka_unit_test(test_uring_refused_leaves_nothing),
		cmocka_unit_test(test_warm_case_is_quick),
		cmocka_unit_test(test_reports_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
