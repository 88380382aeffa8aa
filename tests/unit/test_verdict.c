/* Verdicts on exact figures, and on timed ones each condition by itself. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reports/stats/bootstrap.h"
#include "reports/stats/verdict.h"
#include "random.h"

#define LEN(array) (sizeof(array) / sizeof(*(array)))
#define SEED	   1u

static void assert_near(double value, double wanted, double tolerance)
{
	if (!(fabs(value - wanted) <= tolerance))
		fail_msg("%.10g, wanted %.10g", value, wanted);
}

static void names(void **state)
{
	static const char *const wanted[] = {"regression", "improvement", "unchanged",
					     "inconclusive", "missing"};

	(void)state;
	for (size_t i = 0; i < LEN(wanted); i++)
		assert_string_equal(pb_verdict_name((enum pb_verdict)i), wanted[i]);
	assert_string_equal(pb_verdict_name((enum pb_verdict)LEN(wanted)), "missing");
	assert_string_equal(pb_verdict_name((enum pb_verdict) - 1), "missing");
}

struct counted {
	double baseline, patched;
	enum pb_verdict lower_is_better, higher_is_better;
	bool negligible;
};

/* With the defaults, 0.1 % and half of one. */
static const struct counted counted[] = {
	{1000, 1000, PB_VERDICT_UNCHANGED, PB_VERDICT_UNCHANGED, false},
	/* Exactly the least counts, a hair less does not. */
	{1000, 1001, PB_VERDICT_REGRESSION, PB_VERDICT_IMPROVEMENT, false},
	{1000, 999, PB_VERDICT_IMPROVEMENT, PB_VERDICT_REGRESSION, false},
	{1000, 1000.999, PB_VERDICT_UNCHANGED, PB_VERDICT_UNCHANGED, true},
	{1000, 999.001, PB_VERDICT_UNCHANGED, PB_VERDICT_UNCHANGED, true},
	/* As well where the figures per operation are no binary fractions. */
	{7.7, 8.2, PB_VERDICT_REGRESSION, PB_VERDICT_IMPROVEMENT, false},
	{2345.6, 2345.6 + 2.3456, PB_VERDICT_REGRESSION, PB_VERDICT_IMPROVEMENT, false},
	/* Both are asked for: 10 % of 4, but less than half an instruction. */
	{4, 4.4, PB_VERDICT_UNCHANGED, PB_VERDICT_UNCHANGED, true},
	{4, 4.5, PB_VERDICT_REGRESSION, PB_VERDICT_IMPROVEMENT, false},
	{100000, 100099, PB_VERDICT_UNCHANGED, PB_VERDICT_UNCHANGED, true},
	{100000, 100100, PB_VERDICT_REGRESSION, PB_VERDICT_IMPROVEMENT, false},
	/* Of 0 everything is a large fraction. */
	{0, 0, PB_VERDICT_UNCHANGED, PB_VERDICT_UNCHANGED, false},
	{0, 0.4, PB_VERDICT_UNCHANGED, PB_VERDICT_UNCHANGED, true},
	{0, 0.5, PB_VERDICT_REGRESSION, PB_VERDICT_IMPROVEMENT, false},
	{7, 0, PB_VERDICT_IMPROVEMENT, PB_VERDICT_REGRESSION, false},
	/* A figure may be a difference itself. */
	{-1000, -1001, PB_VERDICT_IMPROVEMENT, PB_VERDICT_REGRESSION, false},
	{-1000, -1000.5, PB_VERDICT_UNCHANGED, PB_VERDICT_UNCHANGED, true},
	{NAN, 1, PB_VERDICT_MISSING, PB_VERDICT_MISSING, false},
	{1, NAN, PB_VERDICT_MISSING, PB_VERDICT_MISSING, false},
	{NAN, NAN, PB_VERDICT_MISSING, PB_VERDICT_MISSING, false},
	{INFINITY, 1, PB_VERDICT_MISSING, PB_VERDICT_MISSING, false},
	{1, -INFINITY, PB_VERDICT_MISSING, PB_VERDICT_MISSING, false},
};

static void counted_figures(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(counted); i++) {
		const struct counted *c = &counted[i];

		assert_int_equal(pb_verdict_counted(c->baseline, c->patched, true,
						    PB_COUNTED_MIN_EFFECT, PB_COUNTED_MIN_ABSOLUTE),
				 c->lower_is_better);
		assert_int_equal(pb_verdict_counted(c->baseline, c->patched, false,
						    PB_COUNTED_MIN_EFFECT, PB_COUNTED_MIN_ABSOLUTE),
				 c->higher_is_better);
		assert_int_equal(pb_verdict_counted_negligible(c->baseline, c->patched,
							       PB_COUNTED_MIN_EFFECT,
							       PB_COUNTED_MIN_ABSOLUTE),
				 c->negligible);
	}
}

/* With no minimum at all every difference counts, and no difference still does not. */
static void counted_without_minimum(void **state)
{
	(void)state;
	assert_int_equal(pb_verdict_counted(5, 5, true, 0, 0), PB_VERDICT_UNCHANGED);
	assert_int_equal(pb_verdict_counted(0, 0, true, 0, 0), PB_VERDICT_UNCHANGED);
	assert_int_equal(pb_verdict_counted(0, 1e-9, true, 0, 0), PB_VERDICT_REGRESSION);
	assert_int_equal(pb_verdict_counted(5, 5 - 1e-9, true, 0, 0), PB_VERDICT_IMPROVEMENT);
	assert_false(pb_verdict_counted_negligible(5, 5 - 1e-9, 0, 0));
	assert_false(pb_verdict_counted_negligible(5, 5, 0, 0));
}

/* Ten pairs that show 3 % more. */
static const struct pb_timed shown = {
	.lower_is_better = true,
	.min_effect = 0.01,
	.floor = 0.005,
	.pairs = 10,
	.effect = 0.03,
	.spread = 0.01,
	.ci90 = {0.024, 0.036},
	.ci95 = {0.023, 0.037},
	.p = 0.002,
};

static enum pb_verdict judge(const struct pb_timed *timed)
{
	struct pb_timed copy = *timed;

	pb_timed_judge(&copy, 1);
	return copy.verdict;
}

static void each_condition_of_a_difference(void **state)
{
	struct pb_timed timed = shown;

	(void)state;
	assert_int_equal(judge(&shown), PB_VERDICT_REGRESSION);
	timed.lower_is_better = false;
	assert_int_equal(judge(&timed), PB_VERDICT_IMPROVEMENT);
	timed = shown;
	timed.p = 0.05;
	assert_int_equal(judge(&timed), PB_VERDICT_INCONCLUSIVE);
	timed.p = 0.0499;
	assert_int_equal(judge(&timed), PB_VERDICT_REGRESSION);
	timed = shown;
	timed.ci95.low = 0;
	assert_int_equal(judge(&timed), PB_VERDICT_INCONCLUSIVE);
	timed = shown;
	timed.floor = 0.03;
	assert_int_equal(judge(&timed), PB_VERDICT_INCONCLUSIVE);
	timed.floor = NAN;
	assert_int_equal(judge(&timed), PB_VERDICT_INCONCLUSIVE);
	timed = shown;
	timed.min_effect = 0.03;
	assert_int_equal(judge(&timed), PB_VERDICT_INCONCLUSIVE);
	/* Certain, but inside what is asked for. */
	timed.min_effect = 0.04;
	assert_int_equal(judge(&timed), PB_VERDICT_UNCHANGED);
}

static void downwards(void **state)
{
	struct pb_timed timed = shown;

	(void)state;
	timed.effect = -0.03;
	timed.ci90 = (struct pb_interval){-0.036, -0.024};
	timed.ci95 = (struct pb_interval){-0.037, -0.023};
	assert_int_equal(judge(&timed), PB_VERDICT_IMPROVEMENT);
	timed.lower_is_better = false;
	assert_int_equal(judge(&timed), PB_VERDICT_REGRESSION);
	timed.ci95.high = 0;
	assert_int_equal(judge(&timed), PB_VERDICT_INCONCLUSIVE);
}

/* Want of evidence is no "unchanged". */
static void unchanged_only_by_equivalence(void **state)
{
	struct pb_timed timed = shown;

	(void)state;
	timed.p = 0.9;
	timed.effect = 0.001;
	timed.ci90 = (struct pb_interval){-0.009, 0.009};
	timed.ci95 = (struct pb_interval){-0.02, 0.02};
	assert_int_equal(judge(&timed), PB_VERDICT_UNCHANGED);
	timed.ci90.high = 0.01;
	assert_int_equal(judge(&timed), PB_VERDICT_INCONCLUSIVE);
	timed.ci90 = (struct pb_interval){-0.01, 0.009};
	assert_int_equal(judge(&timed), PB_VERDICT_INCONCLUSIVE);
}

static void the_floor(void **state)
{
	struct pb_timed control = shown;

	(void)state;
	assert_true(pb_timed_floor(&control) == 0.037);
	control.ci95 = (struct pb_interval){-0.04, 0.01};
	assert_true(pb_timed_floor(&control) == 0.04);
	assert_int_equal(pb_timed_measure(NULL, 0, &control), -EINVAL);
	assert_true(isnan(pb_timed_floor(&control)));
}

/* 0.03 alone is shown; of two, with 0.9 beside it, its q is 0.06. A missing one is not beside it.
 */
static void metrics_are_judged_together(void **state)
{
	struct pb_timed timed[3] = {shown, shown, shown};
	double detectable;

	(void)state;
	timed[0].p = 0.03;
	timed[0].min_effect = 0;
	timed[1].p = 0.9;
	assert_int_equal(pb_timed_measure(NULL, 0, &timed[2]), -EINVAL);
	pb_timed_judge(timed, LEN(timed));
	assert_near(timed[0].q, 0.06, 1e-12);
	assert_int_equal(timed[0].verdict, PB_VERDICT_INCONCLUSIVE);
	assert_int_equal(timed[1].verdict, PB_VERDICT_INCONCLUSIVE);
	assert_int_equal(timed[2].verdict, PB_VERDICT_MISSING);
	assert_true(isnan(timed[2].q) && isnan(timed[2].effect) && isnan(timed[2].detectable));
	assert_int_equal(timed[2].more_pairs, 0);
	timed[1].p = 0.04;
	pb_timed_judge(timed, 2);
	detectable = timed[0].detectable;
	pb_timed_judge(timed, LEN(timed));
	assert_true(timed[0].detectable == detectable);
	assert_int_equal(timed[0].verdict, PB_VERDICT_REGRESSION);
	pb_timed_judge(NULL, 0);
}

/*
 * Spread 1 %, ten pairs: R's power.t.test(n = 10, sd = 1, power = 0.8, type = "paired") has delta
 * 0.9961, so 0.9961 % for the tests; but to pass 1 % with power 0.8 the effect must lie 0.8416
 * standard errors (0.01 / sqrt(10)) above it, 1.26 %.
 */
static void what_was_detectable(void **state)
{
	struct pb_timed timed = shown;

	(void)state;
	timed.min_effect = timed.floor = 0;
	pb_timed_judge(&timed, 1);
	assert_near(timed.detectable, expm1(0.009961), 2e-6);
	timed.min_effect = 0.01;
	pb_timed_judge(&timed, 1);
	assert_near(timed.detectable, expm1(log(1.01) + 0.8416 * 0.01 / sqrt(10)), 2e-6);
	timed.floor = 0.02;
	pb_timed_judge(&timed, 1);
	assert_near(timed.detectable, expm1(log(1.02) + 0.8416 * 0.01 / sqrt(10)), 2e-6);
	timed.floor = NAN;
	pb_timed_judge(&timed, 1);
	assert_true(isinf(timed.detectable));
	timed = shown;
	timed.pairs = 5;
	pb_timed_judge(&timed, 1);
	assert_true(isinf(timed.detectable));
}

static void how_many_more(void **state)
{
	struct pb_timed timed[2] = {shown, shown};

	(void)state;
	pb_timed_judge(timed, 1);
	assert_int_equal(timed[0].more_pairs, 0);
	timed[0].p = 0.5;
	timed[0].spread = 0.02;
	pb_timed_judge(timed, 1);
	/* (1.645 + 1.282)^2 (0.02 / 0.01)^2 is 34.3, Student's t makes it 36; less 10. */
	assert_int_equal(timed[0].more_pairs, 26);
	/* The test of two metrics at once needs 7: 2 / 2^7 < 0.025. */
	timed[0].spread = timed[1].spread = 1e-6;
	timed[0].pairs = timed[1].pairs = 4;
	timed[1].p = 0.5;
	pb_timed_judge(timed, 2);
	assert_int_equal(timed[0].more_pairs, 3);
	/* One pair: nobody knows the spread. */
	timed[0].pairs = 1;
	timed[0].spread = NAN;
	pb_timed_judge(timed, 1);
	assert_int_equal(timed[0].more_pairs, 5);
	timed[0] = shown;
	timed[0].p = 0.5;
	timed[0].pairs = 200;
	pb_timed_judge(timed, 1);
	assert_int_equal(timed[0].more_pairs, 0);
	/* No number shows that there is not the least effect. */
	timed[0].min_effect = 0;
	timed[0].pairs = 4;
	pb_timed_judge(timed, 1);
	assert_int_equal(timed[0].more_pairs, 0);
}

static void evidence_of_samples(void **state)
{
	static struct random_boots boots;
	GRand *rand = g_rand_new_with_seed(SEED);
	struct pb_timed timed = shown;
	struct pb_paired paired;
	double ln[RANDOM_MAX_PAIRS];

	(void)state;
	random_fill(&boots, rand, PB_BOOTSTRAP_MIN_PAIRS, 5, 0.01, 0.002, log(1.05));
	assert_int_equal(pb_timed_measure(boots.pairs, 8, &timed), 0);
	assert_int_equal(pb_paired_ln_ratios(boots.pairs, 8, ln), 0);
	assert_int_equal(pb_paired_t(ln, 8, &paired), 0);
	assert_int_equal(timed.pairs, 8);
	assert_near(timed.effect, expm1(paired.mean), 1e-15);
	assert_near(timed.spread, paired.sd, 1e-15);
	assert_near(timed.ci90.low, expm1(paired.ci90.low), 1e-15);
	assert_near(timed.ci95.high, expm1(paired.ci95.high), 1e-15);
	assert_true(timed.p == 2.0 / 256);
	assert_false(timed.bootstrapped);
	assert_true(timed.lower_is_better && timed.min_effect == 0.01);
	assert_int_equal(pb_timed_measure(boots.pairs, PB_BOOTSTRAP_MIN_PAIRS - 1, &timed), 0);
	assert_false(timed.bootstrapped);
	assert_int_equal(pb_timed_measure(boots.pairs, PB_BOOTSTRAP_MIN_PAIRS, &timed), 0);
	assert_true(timed.bootstrapped);
	pb_timed_judge(&timed, 1);
	assert_int_equal(timed.verdict, PB_VERDICT_REGRESSION);
	/* A sample that no logarithm can be drawn from: Student's interval again. */
	boots.samples[3][0][0] = 0;
	assert_int_equal(pb_timed_measure(boots.pairs, PB_BOOTSTRAP_MIN_PAIRS, &timed), 0);
	assert_false(timed.bootstrapped);
	g_rand_free(rand);
}

/* The bootstrap's interval is the one that is used. */
static void the_bootstrap_decides_for_many(void **state)
{
	static struct random_boots boots;
	GRand *rand = g_rand_new_with_seed(SEED);
	struct pb_timed timed = shown;
	struct pb_bootstrap wanted;

	(void)state;
	random_fill(&boots, rand, PB_BOOTSTRAP_MIN_PAIRS, 3, 0.01, 0.002, 0);
	assert_int_equal(pb_timed_measure(boots.pairs, PB_BOOTSTRAP_MIN_PAIRS, &timed), 0);
	assert_int_equal(pb_bootstrap(boots.pairs, PB_BOOTSTRAP_MIN_PAIRS, PB_BOOTSTRAP_RESAMPLES,
				      PB_TIMED_SEED, &wanted),
			 0);
	assert_near(timed.ci90.low, expm1(wanted.ci90.low), 1e-15);
	assert_near(timed.ci90.high, expm1(wanted.ci90.high), 1e-15);
	assert_near(timed.ci95.low, expm1(wanted.ci95.low), 1e-15);
	assert_near(timed.ci95.high, expm1(wanted.ci95.high), 1e-15);
	g_rand_free(rand);
}

static void one_pair_is_inconclusive(void **state)
{
	static const double low[] = {100}, high[] = {200};
	const struct pb_boot_pair pair = {{low, 1}, {high, 1}};
	const struct pb_boot_pair bad = {{low, 1}, {NULL, 0}};
	struct pb_timed timed = shown;

	(void)state;
	assert_int_equal(pb_timed_measure(&pair, 1, &timed), 0);
	pb_timed_judge(&timed, 1);
	assert_near(timed.effect, 1, 1e-12);
	assert_int_equal(timed.verdict, PB_VERDICT_INCONCLUSIVE);
	assert_true(isinf(timed.detectable));
	assert_int_equal(pb_timed_measure(&bad, 1, &timed), -EINVAL);
	assert_true(isnan(timed.effect) && isnan(timed.p) && isnan(timed.spread));
	assert_true(isnan(timed.ci90.low) && isnan(timed.ci95.high) && !timed.pairs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(counted_figures),
		cmocka_unit_test(counted_without_minimum),
		cmocka_unit_test(each_condition_of_a_difference),
		cmocka_unit_test(downwards),
		cmocka_unit_test(unchanged_only_by_equivalence),
		cmocka_unit_test(the_floor),
		cmocka_unit_test(metrics_are_judged_together),
		cmocka_unit_test(what_was_detectable),
		cmocka_unit_test(how_many_more),
		cmocka_unit_test(evidence_of_samples),
		cmocka_unit_test(the_bootstrap_decides_for_many),
		cmocka_unit_test(one_pair_is_inconclusive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
