/* Where a patch moved a figure, end to end: found in the functions where it was planted. */
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include "pinbench/exit.h"
#include "tests/guest/harness.h"

#define BASE	   "6.12"
#define FAST_PATCH BASE "+" PINBENCH_SOURCE_DIR "/configs/patches/planted-gup-fast.patch"
/* Results have ten digits. */
#define EXACT 1e-6

static double number_at(const json_t *object, const char *key)
{
	assert_true(json_is_number(json_object_get(object, key)));
	return json_number_value(json_object_get(object, key));
}

/* Compares with profiles; the root is freed with json_decref. */
static json_t *compare(const char *before, const char *after, int status, const char *const *globs)
{
	char *out = scratch("explain");
	g_autofree char *to = g_strconcat("--out=", out, NULL);
	g_autofree char *path = g_build_filename(out, "compare.json", NULL);
	struct outcome o =
		pinbench("compare", "--quiet", before, after, to, globs[0],
			 globs[0] ? globs[1] : NULL, globs[0] && globs[1] ? globs[2] : NULL, NULL);
	json_t *root;

	assert_status(&o, status);
	root = json_load_file(path, 0, NULL);
	assert_non_null(root);
	outcome_clear(&o);
	forget(out);
	return root;
}

static json_t *rows_of(const json_t *root)
{
	return json_object_get(root, "cases");
}

static void test_a_planted_atomic_is_named(void **state)
{
	static const char *const globs[] = {"gup/pin_fast[batch=512]", "gup/unpin",
					    "gup/get_fast[batch=1]", NULL};
	json_t *root = compare(BASE, FAST_PATCH, PB_EXIT_REGRESSION, globs), *row;
	size_t i, moved = 0;

	json_array_foreach (rows_of(root), i, row) {
		json_t *found = json_object_get(row, "profile");
		const json_t *only = json_array_get(json_object_get(found, "functions"), 0);
		bool is_planted = !strcmp(text_at(row, "metric"), "pin") ||
				  !strcmp(text_at(row, "metric"), "get");

		assert_null(json_object_get(row, "profile_error"));
		if (is_planted != !!found)
			fail_msg("%s %s: %s profile", text_at(row, "id"), text_at(row, "metric"),
				 found ? "a" : "no");
		if (!found)
			continue;
		moved++;
		assert_string_equal(text_at(found, "sentence"),
				    "+1.00 insn/page in gup_fast_fallback, of which 1.00 locked");
		assert_int_equal((int)number_at(found, "function_count"), 1);
		assert_int_equal(json_array_size(json_object_get(found, "functions")), 1);
		assert_string_equal(text_at(only, "name"), "gup_fast_fallback");
		assert_true(fabs(number_at(only, "self_delta") - 1) < EXACT);
		assert_true(fabs(number_at(found, "accounted") - 1) < EXACT);
	}
	assert_int_equal(moved, 2);
	json_decref(root);
}

/* Spec of 6.12 with a patch of this text; both to be freed and forgotten. */
static char *patched(const char *text, char **ret_directory)
{
	g_autofree char *path = NULL;

	*ret_directory = scratch("patch");
	path = g_build_filename(*ret_directory, "planted.patch", NULL);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	return g_strconcat(BASE "+", path, NULL);
}

/* What moves is inline in it, whatever the compiler thought of it before. */
static const char split_patch[] =
	"--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -251,5 +251,5 @@\n }\n \n"
	"-static inline struct folio *gup_folio_next(struct page **list,\n"
	"+static __always_inline struct folio *gup_folio_next(struct page **list,\n"
	" \t\tunsigned long npages, unsigned long i, unsigned int *ntails)\n {\n"
	"@@ -390,5 +390,12 @@\n }\n \n"
	"+static noinline struct folio *planted_next(struct page **pages, unsigned long npages,\n"
	"+\t\t\t\t\t   unsigned long i, unsigned int *nr)\n+{\n"
	"+\tasm volatile(\"nop\");\n+\treturn gup_folio_next(pages, npages, i, nr);\n+}\n+\n"
	" /**\n  * unpin_user_pages() - release an array of gup-pinned pages.\n"
	"  * @pages:  array of pages to be marked dirty and released.\n"
	"@@ -419,5 +426,5 @@\n \t\t\tcontinue;\n \t\t}\n"
	"-\t\tfolio = gup_folio_next(pages, npages, i, &nr);\n"
	"+\t\tfolio = planted_next(pages, npages, i, &nr);\n"
	" \t\tgup_put_folio(folio, nr, FOLL_PIN);\n \t}\n";

/* It came out of its caller, where it was inline, or out of a function that is gone now. */
static bool is_origin(const json_t *function)
{
	if (!strcmp(text_at(function, "name"), "unpin_user_pages"))
		return !strcmp(text_at(function, "how"), "changed");
	return !strcmp(text_at(function, "name"), "gup_folio_next") &&
	       !strcmp(text_at(function, "how"), "gone");
}

static void check_split(const json_t *row, const json_t *found)
{
	const json_t *functions = json_object_get(found, "functions");
	size_t i, count = json_array_size(functions), fresh = 0;
	double sum = 0;
	json_t *one;

	assert_true(count == 2 || count == 3);
	assert_int_equal((int)number_at(found, "function_count"), count);
	json_array_foreach (functions, i, one) {
		bool is_new = !strcmp(text_at(one, "name"), "planted_next");

		if (is_new)
			assert_string_equal(text_at(one, "how"), "new");
		else
			assert_true(is_origin(one));
		fresh += is_new;
		sum += number_at(one, "self_delta");
	}
	assert_int_equal(fresh, 1);
	assert_true(fabs(sum - number_at(row, "delta")) < EXACT);
	assert_true(fabs(number_at(found, "accounted") - number_at(row, "delta")) < EXACT);
}

static void test_code_that_moved_into_a_function(void **state)
{
	static const char *const globs[] = {"gup/unpin", NULL};
	char *directory;
	g_autofree char *spec = patched(split_patch, &directory);
	json_t *root = compare(BASE, spec, PB_EXIT_REGRESSION, globs), *row;
	size_t i, moved = 0;

	json_array_foreach (rows_of(root), i, row) {
		const json_t *found = json_object_get(row, "profile");

		if (strcmp(text_at(row, "metric"), "unpin"))
			continue;
		assert_non_null(found);
		check_split(row, found);
		moved++;
	}
	assert_true(moved >= 6);
	json_decref(root);
	forget(directory);
}

/* What folio_put_refs() does, with an instruction that is not locked. */
static const char unlock_patch[] =
	"--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -106,3 +106,9 @@\n \n"
	"+static inline void planted_put_refs(struct folio *folio, int refs)\n+{\n"
	"+\tif (GEN_BINARY_RMWcc(\"subl\", folio->_refcount.counter, e, \"er\", refs))\n"
	"+\t\t__folio_put(folio);\n+}\n+\n"
	" static void gup_put_folio(struct folio *folio, int refs, unsigned int flags)\n {\n"
	"@@ -119,3 +125,3 @@\n \tif (!put_devmap_managed_folio_refs(folio, refs))\n"
	"-\t\tfolio_put_refs(folio, refs);\n+\t\tplanted_put_refs(folio, refs);\n }\n";

/* The other way round: on the plain kernel a plain instruction became a locked one. */
static void test_locked_without_an_instruction_more(void **state)
{
	static const char *const globs[] = {"gup/unpin[batch=512]", NULL};
	char *directory;
	g_autofree char *spec = patched(unlock_patch, &directory);
	json_t *root = compare(spec, BASE, PB_EXIT_OK, globs), *row;
	size_t i, found = 0;

	json_array_foreach (rows_of(root), i, row) {
		const json_t *profile = json_object_get(row, "profile");

		assert_true(number_at(row, "delta") == 0);
		if (strcmp(text_at(row, "metric"), "unpin"))
			continue;
		found++;
		assert_non_null(profile);
		assert_string_equal(
			text_at(profile, "sentence"),
			"no change in instructions; +1.00 locked/page in gup_put_folio");
		assert_int_equal((int)number_at(profile, "function_count"), 1);
		assert_true(number_at(profile, "accounted") == 0);
	}
	assert_int_equal(found, 1);
	json_decref(root);
	forget(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_planted_atomic_is_named),
		cmocka_unit_test(test_code_that_moved_into_a_function),
		cmocka_unit_test(test_locked_without_an_instruction_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
