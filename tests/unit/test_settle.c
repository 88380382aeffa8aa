/* When warming up is over, and what one sample costs in instructions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdbool.h>

#include "bench/core/context.h"
#include "bench/core/settle.h"
#include "bench/core/steps.h"

#define MOST_PASSES 100

static struct case_id id;

static int any_case(void **state)
{
	char why[256];

	(void)state;
	return case_id_parse(bench_table[0]->name, &id, why, sizeof(why));
}

static long fact(const struct bench_ctx *ctx, const char *name)
{
	const json_t *value = json_object_get(ctx->facts, name);

	return json_is_number(value) ? (long)json_number_value(value) : -1;
}

struct outcome {
	int passes;
	long rehearsals; /* -1: not said */
	long settled;
};

/* Passes of @costs, the last @repeated of them again and again. */
static struct outcome settle(bool counted, int most_counted, const double *costs, int count,
			     int repeated)
{
	struct settle s = {.most_counted = most_counted};
	struct bench_ctx ctx;
	struct outcome ret = {0};
	bool more = true;

	assert_int_equal(context_init(&ctx, &id, counted, "/tmp"), 0);
	while (more && ret.passes < MOST_PASSES) {
		int over = ret.passes - count;
		int at = over < 0 ? ret.passes : count - repeated + over % repeated;

		more = settle_wants_more(&ctx, &s, costs[at]);
		ret.passes++;
		/* Facts are of the end. */
		assert_int_equal(fact(&ctx, "rehearsals"), more ? -1 : ret.passes);
	}
	ret.rehearsals = fact(&ctx, "rehearsals");
	ret.settled = fact(&ctx, "settled");
	context_clear(&ctx);
	return ret;
}

static void instructions_settle_when_two_are_equal(void **state)
{
	const double at_once[] = {500, 500}, later[] = {900, 501, 500, 501, 500, 500};
	const double near[] = {1000, 1001};

	(void)state;
	assert_int_equal(settle(true, 0, at_once, 2, 1).passes, 2);
	assert_int_equal(settle(true, 0, later, 6, 1).passes, 6);
	/* By whom it is not told: only of time it may be given up unnoticed. */
	assert_int_equal(settle(true, 0, later, 6, 1).settled, -1);
	assert_int_equal(settle(true, 0, near, 2, 2).passes, 8);
	assert_int_equal(settle(true, 3, near, 2, 2).passes, 3);
}

static void time_settles_when_three_are_near(void **state)
{
	const double at_once[] = {100, 105, 102}, too_far[] = {100, 105.5, 103, 102, 101};
	const double falling[] = {200, 150, 120, 110, 104, 101, 100};
	struct outcome o = settle(false, 0, at_once, 3, 1);

	(void)state;
	assert_int_equal(o.passes, 3);
	assert_int_equal(o.rehearsals, 3);
	assert_int_equal(o.settled, 1);
	/* 100 and 105.5 are more than 5 % apart; 105.5, 103 and 102 are not. */
	assert_int_equal(settle(false, 0, too_far, 5, 1).passes, 4);
	/* 104, 101, 100: within 5 % of the least. */
	assert_int_equal(settle(false, 0, falling, 7, 1).passes, 7);
	/* Two that are equal say nothing of time. */
	assert_int_equal(settle(false, 0, (const double[]){100, 100, 100}, 3, 1).passes, 3);
}

static void time_that_never_settles_is_given_up(void **state)
{
	const double unsteady[] = {100, 200};
	struct outcome o = settle(false, 0, unsteady, 2, 2);

	(void)state;
	assert_int_equal(o.passes, 32);
	assert_int_equal(o.rehearsals, 32);
	assert_int_equal(o.settled, 0);
}

/* The same code takes the same way, but for a clock that is read again now and then. */
static void a_sample_costs_a_number_of_instructions(void **state)
{
	double insns = 0, again = 0;
	int err = steps_of_sample(&insns);

	(void)state;
	if (err == -EPERM)
		skip();
	assert_int_equal(err, 0);
	assert_int_equal(steps_of_sample(&again), 0);
	assert_true(insns > 10 && insns < 2000);
	assert_true(fabs(again / insns - 1) <= 0.05);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instructions_settle_when_two_are_equal),
		cmocka_unit_test(time_settles_when_three_are_near),
		cmocka_unit_test(time_that_never_settles_is_given_up),
		cmocka_unit_test(a_sample_costs_a_number_of_instructions),
	};

	return cmocka_run_group_tests(tests, any_case, NULL);
}
