/* What a benchmark says of its case, and what is written of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include <string.h>

#include "bench/core/context.h"
#include "pinbench/result.h"

static struct case_id id;

static int any_case(void **state)
{
	char why[256];

	(void)state;
	return case_id_parse(bench_table[0]->name, &id, why, sizeof(why));
}

/* Free with json_decref. */
static json_t *written(bool counted, const char *why)
{
	struct bench_ctx ctx;
	json_t *item;

	assert_int_equal(context_init(&ctx, &id, counted, "/tmp"), 0);
	if (why)
		bench_not_deterministic(&ctx, why);
	item = context_to_json(&ctx, PB_OUTCOME_OK);
	context_clear(&ctx);
	return item;
}

static void check(bool counted, const char *why, const char *wanted)
{
	json_t *item = written(counted, why);
	const char *found = json_string_value(json_object_get(item, PB_CASE_NOT_DETERMINISTIC));

	if (!wanted)
		assert_null(found);
	else
		assert_string_equal(found, wanted);
	json_decref(item);
}

static void not_deterministic_has_a_reason(void **state)
{
	char text[64];

	(void)state;
	strcpy(text, "another thread");
	check(true, text, "another thread");
	check(true, NULL, NULL);
	/* What is timed is never exact, and needs no such word. */
	check(false, "another thread", NULL);
}

static void named_devices(void **state)
{
	static const char *const wrong[] = {
		"",	     "=",
		"provider",  "=0000:01:00.0",
		"provider=", "a role that is longer than any that there is=x"};
	struct named named = {0};

	assert_null(named_find(NULL, "provider"));
	assert_null(named_find(&named, "provider"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(named_add(&named, wrong[i]), -EINVAL);
	assert_int_equal(named_add(&named, "provider=0000:01:00.0"), 0);
	assert_int_equal(named_add(&named, "disk=/dev/a=b"), 0);
	assert_string_equal(named_find(&named, "disk"), "/dev/a=b");
	assert_null(named_find(&named, "prov"));
	/* Who says it twice means the last. */
	assert_int_equal(named_add(&named, "provider=0000:02:00.0"), 0);
	assert_string_equal(named_find(&named, "provider"), "0000:02:00.0");
	while (named.count < NAMED_MOST)
		assert_int_equal(named_add(&named, "client=x"), 0);
	assert_int_equal(named_add(&named, "client=x"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_devices),
		cmocka_unit_test(not_deterministic_has_a_reason),
	};

	return cmocka_run_group_tests(tests, any_case, NULL);
}
