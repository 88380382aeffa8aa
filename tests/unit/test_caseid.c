/* Case ids: what is completed to what, and what is refused and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/core/caseid.h"

#define WHY_BYTES 1024

static struct case_id parse(const char *text)
{
	struct case_id id;
	char why[WHY_BYTES] = "";

	if (case_id_parse(text, &id, why, sizeof(why)))
		fail_msg("%s: %s", text, why);
	return id;
}

/* @wanted: words that the reason must have, NULL-terminated. */
static void refused(const char *text, int err, const char *const *wanted)
{
	struct case_id id;
	char why[WHY_BYTES] = "";
	int ret = case_id_parse(text, &id, why, sizeof(why));

	if (ret != -err)
		fail_msg("%.60s: %d, not %d", text, ret, -err);
	for (; *wanted; wanted++)
		if (!strstr(why, *wanted))
			fail_msg("%.60s: \"%s\" is not in: %s", text, *wanted, why);
}

static size_t count_params(const struct bench *bench)
{
	size_t count = 0;

	while (bench->params[count])
		count++;
	return count;
}

/* The id as the documentation writes it, made here a second time. */
static void expected_text(const struct case_id *id, char *text, size_t bytes)
{
	int used = snprintf(text, bytes, "%s", id->bench->name);

	for (size_t i = 0; id->bench->params[i]; i++)
		used += snprintf(text + used, bytes - used, "%c%s=%s", i ? ',' : '[',
				 id->bench->params[i]->name, id->values[i]);
	if (id->bench->params[0])
		snprintf(text + used, bytes - used, "]");
}

static void check_round_trip(const struct case_id *id)
{
	char expected[WHY_BYTES];
	struct case_id again;

	expected_text(id, expected, sizeof(expected));
	assert_string_equal(id->text, expected);
	again = parse(id->text);
	assert_ptr_equal(again.bench, id->bench);
	assert_string_equal(again.text, id->text);
	for (size_t i = 0; id->bench->params[i]; i++)
		assert_string_equal(again.values[i], id->values[i]);
}

static void check_one_value(const struct bench *bench, size_t number, const char *value)
{
	char text[WHY_BYTES];
	struct case_id id;

	snprintf(text, sizeof(text), "%s[%s=%s]", bench->name, bench->params[number]->name, value);
	id = parse(text);
	assert_ptr_equal(id.bench, bench);
	for (size_t i = 0; bench->params[i]; i++)
		assert_string_equal(id.values[i], i == number ? value : bench->params[i]->fallback);
	check_round_trip(&id);
}

static void every_value_of_every_parameter(void **state)
{
	size_t checked = 0;

	(void)state;
	for (size_t i = 0; bench_table[i]; i++) {
		const struct bench_param *const *params = bench_table[i]->params;

		for (size_t k = 0; params[k]; k++)
			for (size_t n = 0; params[k]->allowed[n]; n++, checked++)
				check_one_value(bench_table[i], k, params[k]->allowed[n]);
	}
	assert_true(checked > 100);
}

static void defaults_are_filled_in(void **state)
{
	(void)state;
	for (size_t i = 0; bench_table[i]; i++) {
		struct case_id id = parse(bench_table[i]->name);

		for (size_t k = 0; bench_table[i]->params[k]; k++)
			assert_string_equal(id.values[k], bench_table[i]->params[k]->fallback);
		check_round_trip(&id);
	}
}

static void one_text_for_one_case(void **state)
{
	static const char complete[] =
		"gup/pin[backing=anon,page=4k,batch=1,write=0,longterm=0,size=16m]";

	(void)state;
	assert_string_equal(parse("gup/pin[batch=1,write=0]").text, complete);
	assert_string_equal(parse("gup/pin[write=0,batch=1]").text, complete);
	assert_string_equal(parse("gup/pin[size=16m,longterm=0,write=0,batch=1,page=4k,"
				  "backing=anon]")
				    .text,
			    complete);
	assert_string_equal(parse("null/empty").text, "null/empty");
}

/* Every parameter given, last one first. */
static void order_of_the_input_is_not_kept(void **state)
{
	(void)state;
	for (size_t i = 0; bench_table[i]; i++) {
		const struct bench_param *const *params = bench_table[i]->params;
		size_t count = count_params(bench_table[i]);
		char text[WHY_BYTES];
		int used = snprintf(text, sizeof(text), "%s", bench_table[i]->name);
		struct case_id id;

		for (size_t k = count; k > 0; k--)
			used += snprintf(text + used, sizeof(text) - used, "%c%s=%s",
					 k == count ? '[' : ',', params[k - 1]->name,
					 params[k - 1]->allowed[0]);
		if (count)
			snprintf(text + used, sizeof(text) - used, "]");
		id = parse(text);
		check_round_trip(&id);
		for (size_t k = 0; k < count; k++)
			assert_string_equal(id.values[k], params[k]->allowed[0]);
	}
}

static void unknown_benchmarks(void **state)
{
	static const char *const texts[] = {
		"",	    "gup",	"gup/",	      "gup/pi",	  "gup/pin2",  "GUP/pin",
		" gup/pin", "gup/pin ", "gup/pin]",   "[]",	  "[batch=1]", "pin",
		"gup//pin", "gup/*",	"gup/pin\nx", "\xff\xfe",
	};
	char name[64];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(name, sizeof(name), "'%.*s'", (int)strcspn(texts[i], "["), texts[i]);
		refused(texts[i], ENOENT, (const char *[]){"no benchmark", name, NULL});
		assert_null(bench_find(texts[i]));
	}
}

static void wrong_parameters(void **state)
{
	static const struct {
		const char *text;
		const char *wanted[3];
	} wrongs[] = {
		{"gup/pin[colour=red]", {"gup/pin", "no parameter", "colour"}},
		{"gup/pin[Batch=1]", {"no parameter", "Batch"}},
		{"gup/pin[batc=1]", {"no parameter", "'batc'"}},
		{"gup/pin[=1]", {"no parameter", "''"}},
		{"gup/pin[batch=1, write=0]", {"no parameter", "' write'"}},
		{"gup/get_fast[longterm=1]", {"gup/get_fast", "no parameter", "longterm"}},
		{"null/empty[batch=1]", {"null/empty", "no parameter", "batch"}},
		{"gup/pin[batch]", {"'batch'", "name=value"}},
		{"gup/pin[batch=1,write]", {"'write'", "name=value"}},
		{"gup/pin[batch=17]", {"batch", "'17'", "1, 16, 512, whole"}},
		{"gup/pin[batch=]", {"batch", "''", "1, 16, 512, whole"}},
		{"gup/pin[batch=01]", {"batch", "'01'"}},
		{"gup/pin[batch=1 ]", {"batch", "'1 '"}},
		{"gup/pin[batch=1=1]", {"batch", "'1=1'"}},
		{"gup/pin[batch=WHOLE]", {"batch", "'WHOLE'"}},
		{"gup/pin[write=yes]", {"write", "'yes'", "0, 1"}},
		/* One that is right does not cover for one that is not, on either side. */
		{"gup/pin[batch=1,write=7,page=4k]", {"write", "'7'"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const char *wanted[] = {wrongs[i].wanted[0], wrongs[i].wanted[1],
					wrongs[i].wanted[2], NULL};

		refused(wrongs[i].text, EINVAL, wanted);
	}
}

static void malformed_brackets(void **state)
{
	static const char *const open[] = {
		"gup/pin[",	     "gup/pin[batch=1",		 "gup/pin[batch=1]x",
		"gup/pin[batch=1] ", "gup/pin[batch=1],write=0", "null/empty[",
	};
	static const char *const within[] = {
		"gup/pin[[batch=1]",
		"gup/pin[batch=1]]",
		"gup/pin[batch=[1]]",
		"gup/pin[batch=1][write=0]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		refused(open[i], EINVAL, (const char *[]){"do not end with ']'", NULL});
	for (size_t i = 0; i < sizeof(within) / sizeof(within[0]); i++)
		refused(within[i], EINVAL, (const char *[]){"batch", NULL});
}

/* Which of the two counts is not promised; that the id has one value for it is. */
static void a_parameter_given_twice(void **state)
{
	static const char *const texts[] = {"gup/pin[batch=1,batch=1]",
					    "gup/pin[batch=1,batch=16]"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct case_id id;
		char why[WHY_BYTES];
		int err = case_id_parse(texts[i], &id, why, sizeof(why));

		if (err)
			assert_int_equal(err, -EINVAL);
		else
			check_round_trip(&id);
	}
}

static void very_long_input(void **state)
{
	static char text[1 << 20];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	refused(text, EINVAL, (const char *[]){"longer than", NULL});
	text[CASE_MAX_ID_BYTES] = '\0';
	refused(text, EINVAL, (const char *[]){"longer than", NULL});
	text[CASE_MAX_ID_BYTES - 1] = '\0';
	refused(text, ENOENT, (const char *[]){"no benchmark", "xxx", NULL});
	memcpy(text, "gup/pin[", 8);
	text[CASE_MAX_ID_BYTES - 2] = ']';
	refused(text, EINVAL, (const char *[]){"name=value", NULL});
	text[8] = '=';
	refused(text, EINVAL, (const char *[]){"gup/pin", "no parameter", NULL});
	memcpy(text, "gup/pin[batch=", 14);
	refused(text, EINVAL, (const char *[]){"batch cannot be 'xxx", NULL});
}

/* The id with the longest value of each parameter must still be read back. */
static void the_longest_ids_fit(void **state)
{
	(void)state;
	for (size_t i = 0; bench_table[i]; i++) {
		const struct bench_param *const *params = bench_table[i]->params;
		char text[4096];
		int used = snprintf(text, sizeof(text), "%s", bench_table[i]->name);
		struct case_id id;

		assert_true(count_params(bench_table[i]) <= CASE_MAX_PARAMS);
		for (size_t k = 0; params[k]; k++) {
			const char *longest = "";

			for (size_t n = 0; params[k]->allowed[n]; n++)
				if (strlen(params[k]->allowed[n]) > strlen(longest))
					longest = params[k]->allowed[n];
			used += snprintf(text + used, sizeof(text) - used, "%c%s=%s", k ? ',' : '[',
					 params[k]->name, longest);
		}
		snprintf(text + used, sizeof(text) - used, params[0] ? "]" : "");
		id = parse(text);
		assert_string_equal(id.text, text);
	}
}

static void a_reason_stays_in_its_buffer(void **state)
{
	static const char *const texts[] = {"nothing", "gup/pin[batch=17]", "gup/pin[x=1]",
					    "gup/pin[x]", "gup/pin["};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (size_t bytes = 1; bytes < 64; bytes++) {
			struct case_id id;
			char why[65];

			memset(why, 'z', sizeof(why));
			assert_true(case_id_parse(texts[i], &id, why, bytes) < 0);
			assert_non_null(memchr(why, '\0', bytes));
			assert_int_equal(why[bytes], 'z');
		}
	}
}

static void benchmarks_are_found_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; bench_table[i]; i++)
		assert_ptr_equal(bench_find(bench_table[i]->name), bench_table[i]);
	assert_null(bench_find("gup/pin[batch=1]"));
}

static void two_values_for_one_parameter(void **state)
{
	(void)state;
	refused("gup/pin[batch=1,batch=16]", EINVAL, (const char *[]){"batch", NULL});
}

static void commas_without_anything(void **state)
{
	(void)state;
	refused("gup/pin[,batch=1]", EINVAL, (const char *[]){NULL});
	refused("gup/pin[batch=1,]", EINVAL, (const char *[]){NULL});
	refused("gup/pin[batch=1,,write=0]", EINVAL, (const char *[]){NULL});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_of_every_parameter),
		cmocka_unit_test(defaults_are_filled_in),
		cmocka_unit_test(one_text_for_one_case),
		cmocka_unit_test(order_of_the_input_is_not_kept),
		cmocka_unit_test(unknown_benchmarks),
		cmocka_unit_test(wrong_parameters),
		cmocka_unit_test(malformed_brackets),
		cmocka_unit_test(a_parameter_given_twice),
		cmocka_unit_test(very_long_input),
		cmocka_unit_test(the_longest_ids_fit),
		cmocka_unit_test(a_reason_stays_in_its_buffer),
		cmocka_unit_test(benchmarks_are_found_by_name),
		cmocka_unit_test(two_values_for_one_parameter),
		cmocka_unit_test(commas_without_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
