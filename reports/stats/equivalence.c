/* Equivalence by two one-sided tests; power of the t tests by one integral. */
#include <math.h>

#include <glib.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_gamma.h>

#include "reports/stats/equivalence.h"
#include "reports/stats/signflip.h"

/* Nodes of the Gauss-Legendre rule, a size that GSL has a table of: good to 1e-9 at any df. */
#define INTEGRAL_NODES 64

/* How far the integral goes, in standard deviations of the sample's spread: 1e-14 is beyond. */
#define SPREAD_REACH 8

/* When a shift is found: to a part in so many, more digits than anybody reads. */
#define SHIFT_TOLERANCE 1e-8

bool pb_is_equivalent(struct pb_interval effect_ci90, double margin)
{
	return effect_ci90.low > -margin && effect_ci90.high < margin;
}

/* P(t >= @distance / @se), where no spread makes everything certain. */
static double one_sided_p(double distance, double se, double df)
{
	if (se > 0)
		return gsl_cdf_tdist_Q(distance / se, df);
	return distance > 0 ? 0 : 1;
}

double pb_tost_p(const struct pb_paired *paired, struct pb_interval bounds)
{
	double df = (double)paired->pairs - 1;

	if (paired->pairs < 2)
		return NAN;
	return fmax(one_sided_p(paired->mean - bounds.low, paired->se, df),
		    one_sided_p(bounds.high - paired->mean, paired->se, df));
}

/*
 * A test as its mean sees it, in true standard errors: the region has its ends at @low and
 * @high, each moved by the critical t times s, the sample's spread in units of the true one.
 */
struct region {
	double low, high;
	double critical;
	double df;
	double ln_scale; /* of the density of s */
	bool inside;
};

/* The density of s = sqrt(chi squared / df) is exp(this) s^(df - 1) exp(-df s^2 / 2). */
static double ln_density_scale(double df)
{
	return M_LN2 + df / 2 * log(df / 2) - gsl_sf_lngamma(df / 2);
}

static double spread_density(double s, const struct region *region)
{
	return exp(region->ln_scale + (region->df - 1) * log(s) - region->df * s * s / 2);
}

static double probability_at(double s, void *data)
{
	const struct region *region = data;
	double low = region->low, high = region->high, width = region->critical * s;
	double hit;

	if (region->inside)
		hit = gsl_cdf_ugaussian_P(high - width) - gsl_cdf_ugaussian_P(low + width);
	else
		hit = gsl_cdf_ugaussian_P(low - width) + gsl_cdf_ugaussian_Q(high + width);
	return fmax(hit, 0) * spread_density(s, region);
}

static double integrate(struct region *region, double from, double to)
{
	gsl_function function = {probability_at, region};
	gsl_integration_glfixed_table *table;
	double ret;

	if (to <= from)
		return 0;
	table = gsl_integration_glfixed_table_alloc(INTEGRAL_NODES);
	ret = gsl_integration_glfixed(&function, from, to, table);
	gsl_integration_glfixed_table_free(table);
	return CLAMP(ret, 0.0, 1.0);
}

/* The standard deviation of s is at most 1 / sqrt(2 df), and its tails are lighter than normal. */
static double spread_reach(double df)
{
	return SPREAD_REACH / sqrt(2 * df);
}

double pb_power_t(double shift, double df, double alpha)
{
	struct region region = {
		.low = -shift,
		.high = -shift,
		.critical = gsl_cdf_tdist_Qinv(alpha / 2, df),
		.df = df,
		.ln_scale = ln_density_scale(df),
	};

	return integrate(&region, fmax(0, 1 - spread_reach(df)), 1 + spread_reach(df));
}

double pb_power_tost(double low, double high, double df, double alpha)
{
	struct region region = {
		.low = low,
		.high = high,
		.critical = gsl_cdf_tdist_Qinv(alpha, df),
		.df = df,
		.ln_scale = ln_density_scale(df),
		.inside = true,
	};
	/* With more spread than that the interval is wider than the bounds are apart. */
	double most = (high - low) / 2 / region.critical;

	return integrate(&region, fmax(0, 1 - spread_reach(df)), fmin(most, 1 + spread_reach(df)));
}

/* In standard errors, by the t test. */
static double smallest_shift(double df, double alpha, double power)
{
	double low = 0, high = 1;

	while (pb_power_t(high, df, alpha) < power)
		high *= 2;
	while (high - low > SHIFT_TOLERANCE * high) {
		double middle = low + (high - low) / 2;

		if (pb_power_t(middle, df, alpha) < power)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* In spreads: with this effect all pairs point its way with the power asked for. */
static double shift_of_all_signs(size_t count, double power)
{
	return gsl_cdf_ugaussian_Pinv(pow(power, 1 / (double)count));
}

double pb_smallest_detectable(double spread, size_t count, double alpha, double power)
{
	double least = pb_signflip_smallest_p(count);
	double ret;

	if (count < 2 || isnan(spread) || least >= alpha)
		return INFINITY;
	ret = smallest_shift((double)(count - 1), alpha, power) / sqrt((double)count);
	if (2 * least >= alpha)
		ret = fmax(ret, shift_of_all_signs(count, power));
	return ret * spread;
}

struct search {
	double spread, alpha, power;
	struct pb_interval bounds;
	double effect;
};

static bool detects(const struct search *search, size_t count)
{
	return pb_smallest_detectable(search->spread, count, search->alpha, search->power) <=
	       search->effect;
}

static bool settles(const struct search *search, size_t count)
{
	double se = search->spread / sqrt((double)count);

	if (se <= 0)
		return true;
	return pb_power_tost(search->bounds.low / se, search->bounds.high / se, (double)(count - 1),
			     search->alpha) >= search->power;
}

/* The least count from 2 that is enough; what is enough stays so for more. */
static size_t least_count(const struct search *search,
			  bool (*is_enough)(const struct search *search, size_t count))
{
	size_t low = 1, high = 2;

	while (!is_enough(search, high)) {
		if (high >= PB_MAX_PAIRS)
			return 0;
		low = high;
		high = MIN(2 * high, PB_MAX_PAIRS);
	}
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (is_enough(search, middle))
			high = middle;
		else
			low = middle;
	}
	return high;
}

size_t pb_pairs_to_detect(double effect, double spread, double alpha, double power)
{
	struct search search = {.spread = spread, .alpha = alpha, .power = power, .effect = effect};

	return least_count(&search, detects);
}

size_t pb_pairs_for_margin(double margin, double spread, double power)
{
	struct search search = {
		.spread = spread,
		.alpha = PB_ALPHA,
		.power = power,
		.bounds = {margin < 1 ? log1p(-margin) : -INFINITY, log1p(margin)},
	};

	if (isnan(spread) || margin <= 0)
		return 0;
	return least_count(&search, settles);
}
