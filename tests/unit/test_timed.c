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

#include "reports/stats/bootstrap.h"
#include "reports/stats/equivalence.h"
#include "reports/stats/signflip.h"
#include "reports/stats/verdict.h"
#include "random.h"

#define SEED	    1u
#define COMPARISONS 1000
#define SAMPLES	    15
#define WITHIN	    0.01
#define BETWEEN	    (5 * WITHIN)
#define MAX_METRICS 8

/* What may be a false alarm, and what may be missed, of all comparisons. */
#define MAX_SHARE 0.05

struct simulation {
	size_t pairs, metrics;
	double min_effect;
	double ln; /* of the first metric; the others have no effect */
};

/* How many comparisons had ... */
struct tally {
	size_t found;	  /* the effect of the first metric, the right way */
	size_t alarms;	  /* a difference where there is none */
	size_t unchanged; /* the first metric unchanged */
};

static bool is_difference(enum pb_verdict verdict)
{
	return verdict == PB_VERDICT_REGRESSION || verdict == PB_VERDICT_IMPROVEMENT;
}

static void compare_once(const struct simulation *sim, GRand *rand, struct tally *tally)
{
	static struct random_boots boots;
	struct pb_timed timed[MAX_METRICS];
	bool alarm = false;

	for (size_t i = 0; i < sim->metrics; i++) {
		timed[i] =
			(struct pb_timed){.lower_is_better = true, .min_effect = sim->min_effect};
		random_fill(&boots, rand, sim->pairs, SAMPLES, BETWEEN, WITHIN, i ? 0 : sim->ln);
		assert_int_equal(pb_timed_measure(boots.pairs, sim->pairs, &timed[i]), 0);
	}
	pb_timed_judge(timed, sim->metrics);
	for (size_t i = 0; i < sim->metrics; i++)
		alarm |= is_difference(timed[i].verdict) && (i || sim->ln == 0);
	tally->alarms += alarm;
	tally->found += sim->ln != 0 && timed[0].verdict == PB_VERDICT_REGRESSION;
	tally->unchanged += timed[0].verdict == PB_VERDICT_UNCHANGED;
}

static struct tally simulate(const char *what, const struct simulation *sim, size_t comparisons)
{
	GRand *rand = g_rand_new_with_seed(SEED);
	struct tally ret = {0};

	for (size_t i = 0; i < comparisons; i++)
		compare_once(sim, rand, &ret);
	g_rand_free(rand);
	print_message("%s, %zu pairs, %zu metrics: of %zu %zu alarms, %zu found, %zu unchanged\n",
		      what, sim->pairs, sim->metrics, comparisons, ret.alarms, ret.found,
		      ret.unchanged);
	return ret;
}

/* The spread of a pair's ln ratio: of two boots, and of their medians (pi / 2 for a median's). */
static double spread_of_pair(void)
{
	return sqrt(2 * (BETWEEN * BETWEEN + G_PI / 2 * WITHIN * WITHIN / SAMPLES));
}

/* Without floor and practical minimum: the statistics alone, one metric. */
static void a_a_of_one_metric(void **state)
{
	const struct simulation few = {.pairs = 6, .metrics = 1},
				more = {.pairs = 10, .metrics = 1};
	const struct simulation even_more = {.pairs = 16, .metrics = 1};

	(void)state;
	assert_true(simulate("A/A", &few, COMPARISONS).alarms <= MAX_SHARE * COMPARISONS);
	assert_true(simulate("A/A", &more, COMPARISONS).alarms <= MAX_SHARE * COMPARISONS);
	assert_true(simulate("A/A", &even_more, COMPARISONS).alarms <= MAX_SHARE * COMPARISONS);
}

/* One alarm anywhere among the metrics of a comparison is a false one. */
static void a_a_of_many_metrics(void **state)
{
	const struct simulation sim = {.pairs = 12, .metrics = MAX_METRICS};
	struct simulation minimum = sim;

	(void)state;
	minimum.min_effect = PB_TIMED_MIN_EFFECT;
	assert_true(simulate("A/A", &sim, COMPARISONS).alarms <= MAX_SHARE * COMPARISONS);
	assert_true(simulate("A/A with minimum", &minimum, COMPARISONS).alarms <=
		    MAX_SHARE * COMPARISONS);
}

/* By the bootstrap, which takes longer: fewer comparisons. */
static void a_a_of_many_pairs(void **state)
{
	const struct simulation sim = {.pairs = PB_BOOTSTRAP_MIN_PAIRS, .metrics = 1};
	enum {
		FEWER = 40
	};

	(void)state;
	assert_true(simulate("A/A", &sim, FEWER).alarms <= MAX_SHARE * FEWER);
}

static void find(size_t pairs, size_t metrics)
{
	double alpha = PB_TIMED_MAX_Q / (double)metrics;
	struct simulation sim = {
		.pairs = pairs,
		.metrics = metrics,
		.ln = 2 * pb_smallest_detectable(spread_of_pair(), pairs, alpha, PB_POWER),
	};

	assert_true(simulate("twice the MDE", &sim, COMPARISONS).found >=
		    (1 - MAX_SHARE) * COMPARISONS);
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
	found = simulate("the MDE", &sim, COMPARISONS).found;
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
	assert_in_range(simulate("no effect", &none, COMPARISONS).unchanged, wanted - 40,
			wanted + 40);
	assert_true(simulate("effect of the margin", &margin, COMPARISONS).unchanged <=
		    MAX_SHARE * COMPARISONS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_a_of_one_metric),
		cmocka_unit_test(a_a_of_many_metrics),
		cmocka_unit_test(a_a_of_many_pairs),
		cmocka_unit_test(twice_the_detectable_is_found),
		cmocka_unit_test(the_detectable_is_found_as_promised),
		cmocka_unit_test(equivalence_errs_as_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
