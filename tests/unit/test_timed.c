/*
 * The timed verdict as a whole, on synthetic boots: how often it sees what is not there, and
 * whether it finds what is. Boots differ five times as much as the samples in them, as real
 * ones do; taking samples for independent, nearly every comparison would be a false alarm.
 * All seeds are fixed: a figure here is the same in every run.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/stats/equivalence.h"
#include "reports/stats/verdict.h"
#include "random.h"

#define SEED	    1u
#define COMPARISONS 1000
#define SAMPLES	    15
#define WITHIN	    0.01
#define BETWEEN	    (5 * WITHIN)
#define MAX_METRICS 5

/* What may be a false alarm, and what may be missed, of all comparisons. */
#define MAX_SHARE 0.05

/* By the statistics alone 5 % are expected, and of 1,000 twice 7 more are a matter of luck. */
#define MAX_SHARE_BY_LUCK (0.05 + 2 * 0.007)

struct simulation {
	size_t pairs, metrics;
	bool floor; /* that of another A/A comparison; else 0 */
	double min_effect;
	double ln; /* of the first metric; the others have no effect */
};

/* How many comparisons had ... */
struct tally {
	size_t found;	     /* the effect of the first metric, the right way */
	size_t alarms;	     /* a difference where there is none */
	size_t unchanged;    /* the first metric unchanged */
	double false_shares; /* of the differences in each, summed */
};

static bool is_difference(enum pb_verdict verdict)
{
	return verdict == PB_VERDICT_REGRESSION || verdict == PB_VERDICT_IMPROVEMENT;
}

static double random_floor(const struct simulation *sim, GRand *rand, struct random_boots *boots)
{
	struct pb_timed control = {.lower_is_better = true};

	if (!sim->floor)
		return 0;
	random_fill(boots, rand, sim->pairs, SAMPLES, BETWEEN, WITHIN, 0);
	assert_int_equal(pb_timed_measure(boots->pairs, sim->pairs, &control), 0);
	return pb_timed_floor(&control);
}

static void count_verdicts(const struct simulation *sim, const struct pb_timed *timed,
			   struct tally *tally)
{
	bool found = sim->ln != 0 && timed[0].verdict == PB_VERDICT_REGRESSION;
	size_t alarms = 0;

	for (size_t i = sim->ln != 0; i < sim->metrics; i++)
		alarms += is_difference(timed[i].verdict);
	tally->found += found;
	tally->alarms += alarms > 0;
	tally->unchanged += timed[0].verdict == PB_VERDICT_UNCHANGED;
	if (alarms)
		tally->false_shares += (double)alarms / (double)(alarms + found);
}

static void compare_once(const struct simulation *sim, GRand *rand, struct tally *tally)
{
	static struct random_boots boots;
	struct pb_timed timed[MAX_METRICS];

	for (size_t i = 0; i < sim->metrics; i++) {
		timed[i] = (struct pb_timed){.lower_is_better = true,
					     .min_effect = sim->min_effect,
					     .floor = random_floor(sim, rand, &boots)};
		random_fill(&boots, rand, sim->pairs, SAMPLES, BETWEEN, WITHIN, i ? 0 : sim->ln);
		assert_int_equal(pb_timed_measure(boots.pairs, sim->pairs, &timed[i]), 0);
	}
	pb_timed_judge(timed, sim->metrics);
	count_verdicts(sim, timed, tally);
}

static struct tally simulate(const char *what, const struct simulation *sim)
{
	GRand *rand = g_rand_new_with_seed(SEED);
	struct tally ret = {0};

	for (size_t i = 0; i < COMPARISONS; i++)
		compare_once(sim, rand, &ret);
	g_rand_free(rand);
	print_message("%s, %zu pairs, %zu metrics: of %d %zu alarms, %zu found, %zu unchanged\n",
		      what, sim->pairs, sim->metrics, COMPARISONS, ret.alarms, ret.found,
		      ret.unchanged);
	return ret;
}

/* The spread of a pair's ln ratio: of two boots, and of their medians (pi / 2 for a median's). */
static double spread_of_pair(void)
{
	return sqrt(2 * (BETWEEN * BETWEEN + G_PI / 2 * WITHIN * WITHIN / SAMPLES));
}

/* Whole verdicts: with the floor that a control measured, and the practical minimum. */
static void a_a(void **state)
{
	static const struct simulation sims[] = {
		{6, 1, true, PB_TIMED_MIN_EFFECT, 0},
		{10, 1, true, PB_TIMED_MIN_EFFECT, 0},
		{16, 1, true, PB_TIMED_MIN_EFFECT, 0},
		{12, MAX_METRICS, true, PB_TIMED_MIN_EFFECT, 0},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(sims); i++)
		assert_true(simulate("A/A", &sims[i]).alarms <= MAX_SHARE * COMPARISONS);
}

/* Neither floor nor minimum to help: the level is kept by the tests themselves. */
static void a_a_by_the_statistics_alone(void **state)
{
	static const struct simulation sims[] = {
		{6, 1, false, 0, 0},
		{10, 1, false, 0, 0},
		{16, 1, false, 0, 0},
		{12, MAX_METRICS, false, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(sims); i++)
		assert_true(simulate("A/A, statistics alone", &sims[i]).alarms <=
			    MAX_SHARE_BY_LUCK * COMPARISONS);
}

static void find(size_t pairs, size_t metrics)
{
	double alpha = PB_TIMED_MAX_Q / (double)metrics;
	struct simulation sim = {pairs, metrics, true, PB_TIMED_MIN_EFFECT, 0};
	struct tally tally;

	sim.ln = 2 * pb_smallest_detectable(spread_of_pair(), pairs, alpha, PB_POWER);
	tally = simulate("twice the MDE", &sim);
	assert_true(tally.found >= (1 - MAX_SHARE) * COMPARISONS);
	/* Not of the comparisons, of what they call a difference: what Benjamini and Hochberg hold.
	 */
	assert_true(tally.false_shares <= MAX_SHARE * COMPARISONS);
}

static void twice_the_detectable_is_found(void **state)
{
	(void)state;
	find(6, 1);
	find(10, 1);
	find(12, MAX_METRICS);
}

/* The MDE itself is found about as often as it promises: 0.8, less what the sign-flip costs. */
static void the_detectable_is_found_as_promised(void **state)
{
	struct simulation sim = {.pairs = 12, .metrics = 1};
	size_t found;

	(void)state;
	sim.ln = pb_smallest_detectable(spread_of_pair(), sim.pairs, PB_ALPHA, PB_POWER);
	found = simulate("the MDE", &sim).found;
	assert_in_range(found, 750, 840);
}

/* An effect of the margin itself is called unchanged by chance alone, no effect mostly. */
static void equivalence_errs_as_it_says(void **state)
{
	struct simulation none = {.pairs = 12, .metrics = 1}, margin = none;
	size_t wanted;

	(void)state;
	none.min_effect = margin.min_effect = 0.1;
	margin.ln = log1p(margin.min_effect);
	wanted = (size_t)(COMPARISONS * pb_power_tost(log(0.9) / spread_of_pair() * sqrt(12),
						      log(1.1) / spread_of_pair() * sqrt(12), 11,
						      PB_ALPHA));
	assert_in_range(simulate("no effect", &none).unchanged, wanted - 40, wanted + 40);
	assert_true(simulate("effect of the margin", &margin).unchanged <=
		    MAX_SHARE_BY_LUCK * COMPARISONS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_a),
		cmocka_unit_test(a_a_by_the_statistics_alone),
		cmocka_unit_test(twice_the_detectable_is_found),
		cmocka_unit_test(the_detectable_is_found_as_promised),
		cmocka_unit_test(equivalence_errs_as_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
