/*
 * Who is in the way of a CMA allocation, end to end on a real kernel: who holds pages in the area
 * and does not move them out makes it fail, whoever moves them out, or can be moved, does not.
 */
#include <string.h>
#include "tests/guest/harness.h"

#define MOST(who) "cma/alloc[via=heap,size=most,occupant=" who ",share=30,layout=dense]"
#define FALLBACK  "cma/alloc[via=dma,size=1m,occupant=pin,share=90,layout=scattered]"
#define BASE	  "6.12"
#define PATCHED	  BASE "+" PINBENCH_SOURCE_DIR "/configs/patches/tee-shm-longterm.patch"

static double counter(const json_t *one, const char *name)
{
	const json_t *value = json_object_get(json_object_get(one, "counters"), name);

	return json_number_value(json_object_get(value, "value"));
}

/* An eighth of the area is 16,384 pages; 30 % of it 39,321. */
#define HELD_PAGES 39321

static void check_in_the_way(const json_t *one)
{
	assert_string_equal(text_at(one, "outcome"), "ok");
	assert_true(median_of(one, "success") == 0);
	assert_true(fact_of(one, "left_pages") == HELD_PAGES);
	assert_true(fact_of(one, "success_after_release") == 100);
	assert_true(fact_of(one, "retries") > 0);
	assert_true(counter(one, "cma_alloc_fail") == 1);
	assert_string_equal(text_at(json_object_get(one, "facts"), "errno"), "ENOMEM");
}

static void test_who_is_in_the_way(void **state)
{
	char *out = scratch("cma");
	struct outcome o =
		pinbench("run", "--quiet", "--out", out, MOST("none"), MOST("anon"), MOST("pin"),
			 MOST("longterm"), MOST("one"), MOST("tee_shm"), MOST("io_uring"), NULL);
	json_t *result;

	assert_status(&o, 0);
	result = load_result(out);
	check_in_the_way(find_case(result, MOST("pin")));
	check_in_the_way(find_case(result, MOST("one")));
	check_in_the_way(find_case(result, MOST("tee_shm")));
	/* One pinned page, and all the others are moved for nothing. */
	assert_true(counter(find_case(result, MOST("one")), "pages_migrated_in_vain") >=
		    HELD_PAGES - 1);
	assert_true(median_of(find_case(result, MOST("none")), "success") == 100);
	assert_true(median_of(find_case(result, MOST("anon")), "success") == 100);
	assert_true(counter(find_case(result, MOST("anon")), "pages_migrated") >=
		    HELD_PAGES - 16384);
	assert_true(median_of(find_case(result, MOST("longterm")), "success") == 100);
	assert_true(fact_of(find_case(result, MOST("longterm")), "left_pages") == 0);
	assert_true(median_of(find_case(result, MOST("io_uring")), "success") == 100);
	assert_true(fact_of(find_case(result, MOST("io_uring")), "left_pages") == 0);
	json_decref(result);
	outcome_clear(&o);
	forget(out);
}

/* What the DMA API took from elsewhere is no allocation from the area. */
static void test_fallback_is_noticed(void **state)
{
	char *out = scratch("fallback");
	struct outcome o = pinbench("run", "--quiet", "--out", out, FALLBACK, NULL);
	json_t *result;

	assert_status(&o, 3);
	result = load_result(out);
	assert_string_equal(text_at(find_case(result, FALLBACK), "outcome"), "fail");
	assert_says(text_at(find_case(result, FALLBACK), "reason"), "not by CMA");
	json_decref(result);
	outcome_clear(&o);
	forget(out);
}

static const json_t *row_of(const json_t *root, const char *id, const char *metric)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(root, "cases"), i, one) {
		if (!strcmp(text_at(one, "id"), id) && !strcmp(text_at(one, "metric"), metric))
			return one;
	}
	fail_msg("no row for %s of %s", metric, id);
	return NULL;
}

static double side(const json_t *row, const char *name)
{
	return json_number_value(json_object_get(row, name));
}

/* What the thread argued about: the patch lets the allocation through, and registering pays for it.
 */
static void test_the_patch_of_the_thread(void **state)
{
	const char *inside = "tee/register[size=2m,count=8,pages=inside]";
	char *out = scratch("tee");
	g_autofree char *path = g_build_filename(out, "compare.json", NULL);
	struct outcome o = pinbench("compare", BASE, PATCHED, "--quiet", "--out", out,
				    MOST("tee_shm"), MOST("pin"), inside, NULL);
	json_t *root = json_load_file(path, 0, NULL);
	const json_t *row;

	assert_status(&o, 1);
	row = row_of(root, MOST("tee_shm"), "success");
	assert_true(side(row, "baseline") == 0 && side(row, "patched") == 100);
	assert_string_equal(text_at(row, "verdict"), "improvement");
	row = row_of(root, MOST("pin"), "success");
	assert_true(side(row, "baseline") == 0 && side(row, "patched") == 0);
	assert_string_equal(text_at(row, "verdict"), "unchanged");
	row = row_of(root, inside, "register");
	assert_true(side(row, "patched") > 10 * side(row, "baseline"));
	assert_string_equal(text_at(row, "verdict"), "regression");
	json_decref(root);
	outcome_clear(&o);
	forget(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_is_in_the_way),
		cmocka_unit_test(test_fallback_is_noticed),
		cmocka_unit_test(test_the_patch_of_the_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
