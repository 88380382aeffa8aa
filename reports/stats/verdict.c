/* Verdicts: of exact figures by their difference, of timed ones by the evidence. */
#include <math.h>
#include <stddef.h>

#include <glib.h>
#include <gsl/gsl_cdf.h>

#include "reports/stats/bootstrap.h"
#include "reports/stats/equivalence.h"
#include "reports/stats/fdr.h"
#include "reports/stats/signflip.h"
#include "reports/stats/verdict.h"

/*
 * A difference of exactly the least one must count, also where a figure per operation was
 * rounded in binary: far above the rounding of doubles (1e-16), far below what anybody means.
 */
#define LEAST_TOLERANCE 1e-9

static const char *const names[] = {
	[PB_VERDICT_REGRESSION] = "regression", [PB_VERDICT_IMPROVEMENT] = "improvement",
	[PB_VERDICT_UNCHANGED] = "unchanged",	[PB_VERDICT_INCONCLUSIVE] = "inconclusive",
	[PB_VERDICT_MISSING] = "missing",
};

const char *pb_verdict_name(enum pb_verdict verdict)
{
	if ((size_t)verdict >= sizeof(names) / sizeof(*names))
		verdict = PB_VERDICT_MISSING;
	return names[verdict];
}

/* The figures and their difference must be finite. */
static bool counts(double baseline, double patched, double min_effect, double min_absolute)
{
	double delta = fabs(patched - baseline);
	double least = fmax(min_effect * fabs(baseline), min_absolute);

	return delta > 0 && delta >= least * (1 - LEAST_TOLERANCE);
}

enum pb_verdict pb_verdict_counted(double baseline, double patched, bool lower_is_better,
				   double min_effect, double min_absolute)
{
	if (!isfinite(baseline) || !isfinite(patched))
		return PB_VERDICT_MISSING;
	if (!counts(baseline, patched, min_effect, min_absolute))
		return PB_VERDICT_UNCHANGED;
	return (patched > baseline) == lower_is_better ? PB_VERDICT_REGRESSION
						       : PB_VERDICT_IMPROVEMENT;
}

bool pb_verdict_counted_negligible(double baseline, double patched, double min_effect,
				   double min_absolute)
{
	return isfinite(baseline) && isfinite(patched) && baseline != patched &&
	       !counts(baseline, patched, min_effect, min_absolute);
}

static void forget_figures(struct pb_timed *timed)
{
	timed->pairs = 0;
	timed->effect = timed->spread = timed->p = NAN;
	timed->ci90 = timed->ci95 = (struct pb_interval){NAN, NAN};
	timed->bootstrapped = false;
}

/* Replaces Student's intervals where there are pairs enough. */
static void try_bootstrap(const struct pb_boot_pair *pairs, size_t count, struct pb_timed *timed)
{
	struct pb_bootstrap bootstrap;

	if (count < PB_BOOTSTRAP_MIN_PAIRS ||
	    pb_bootstrap(pairs, count, PB_BOOTSTRAP_RESAMPLES, PB_TIMED_SEED, &bootstrap))
		return;
	timed->bootstrapped = true;
	timed->ci90 = pb_effect_interval(bootstrap.ci90);
	timed->ci95 = pb_effect_interval(bootstrap.ci95);
}

int pb_timed_measure(const struct pb_boot_pair *pairs, size_t count, struct pb_timed *timed)
{
	g_autofree double *ln = g_new(double, count);
	struct pb_paired paired;
	int err;

	forget_figures(timed);
	err = pb_paired_ln_ratios(pairs, count, ln);
	if (!err)
		err = pb_paired_t(ln, count, &paired);
	if (err)
		return err;
	timed->pairs = count;
	timed->effect = pb_effect(paired.mean);
	timed->spread = paired.sd;
	timed->ci90 = pb_effect_interval(paired.ci90);
	timed->ci95 = pb_effect_interval(paired.ci95);
	timed->p = pb_signflip_p(ln, count, PB_TIMED_SEED);
	try_bootstrap(pairs, count, timed);
	return 0;
}

double pb_timed_floor(const struct pb_timed *control)
{
	/* The ends are both NAN, or none is. */
	return fmax(fabs(control->ci95.low), fabs(control->ci95.high));
}

static bool is_shown(const struct pb_timed *timed)
{
	double size = fabs(timed->effect);

	/* Written so that NAN is never shown. */
	return timed->q < PB_TIMED_MAX_Q && (timed->ci95.low > 0 || timed->ci95.high < 0) &&
	       size > timed->floor && size > timed->min_effect;
}

static enum pb_verdict verdict_of(const struct pb_timed *timed)
{
	if (isnan(timed->effect))
		return PB_VERDICT_MISSING;
	if (is_shown(timed))
		return (timed->effect > 0) == timed->lower_is_better ? PB_VERDICT_REGRESSION
								     : PB_VERDICT_IMPROVEMENT;
	if (pb_is_equivalent(timed->ci90, timed->min_effect))
		return PB_VERDICT_UNCHANGED;
	return PB_VERDICT_INCONCLUSIVE;
}

/* @alpha: what p must be below. */
static double detectable(const struct pb_timed *timed, double alpha)
{
	double ln = pb_smallest_detectable(timed->spread, timed->pairs, alpha, PB_POWER);
	double se = timed->spread / sqrt((double)timed->pairs);
	double least = log1p(fmax(timed->floor, timed->min_effect));

	if (isnan(timed->floor) || isinf(ln))
		return INFINITY;
	return pb_effect(fmax(ln, least + gsl_cdf_ugaussian_Pinv(PB_POWER) * se));
}

static size_t more_pairs(const struct pb_timed *timed, double alpha)
{
	size_t for_test = pb_signflip_pairs_for(alpha), for_margin = 0;

	/* One pair says nothing of the spread: as many as make it worth asking again. */
	if (!isnan(timed->spread)) {
		for_margin = pb_pairs_for_margin(timed->min_effect, timed->spread, PB_POWER);
		if (!for_margin)
			return 0;
	}
	return MAX(MAX(for_test, for_margin), timed->pairs) - timed->pairs;
}

void pb_timed_judge(struct pb_timed *metrics, size_t count)
{
	g_autofree double *q = g_new(double, count);
	size_t tests;

	for (size_t i = 0; i < count; i++)
		q[i] = metrics[i].p;
	tests = pb_fdr_q(q, count, q);
	for (size_t i = 0; i < count; i++) {
		struct pb_timed *timed = &metrics[i];
		double alpha = PB_TIMED_MAX_Q / (double)tests;

		timed->q = q[i];
		timed->verdict = verdict_of(timed);
		if (timed->verdict == PB_VERDICT_MISSING) {
			timed->detectable = NAN;
			timed->more_pairs = 0;
			continue;
		}
		timed->detectable = detectable(timed, alpha);
		timed->more_pairs =
			timed->verdict == PB_VERDICT_INCONCLUSIVE ? more_pairs(timed, alpha) : 0;
	}
}
