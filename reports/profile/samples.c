/* What samples can say: see samples.h. */
#include <math.h>

#include "reports/profile/samples.h"

double pb_samples_percent(guint64 part, guint64 whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* Of a share that is drawn @whole times. */
static double variance(double share, guint64 whole)
{
	return whole ? share * (1 - share) / (double)whole : 0;
}

double pb_samples_error(guint64 part, guint64 whole)
{
	return 100 * sqrt(variance(pb_samples_percent(part, whole) / 100, whole));
}

/* As if both were drawn from one: a function that one side never met has no error of its own. */
double pb_samples_noise(guint64 part, guint64 whole, guint64 other_part, guint64 other_whole)
{
	double both = pb_samples_percent(part + other_part, whole + other_whole) / 100;

	return PB_SAMPLES_ERRORS * 100 * sqrt(variance(both, whole) + variance(both, other_whole));
}

bool pb_samples_differ(guint64 part, guint64 whole, guint64 other_part, guint64 other_whole)
{
	double delta =
		pb_samples_percent(other_part, other_whole) - pb_samples_percent(part, whole);

	return whole && other_whole &&
	       fabs(delta) > pb_samples_noise(part, whole, other_part, other_whole);
}

guint64 pb_samples_total(const struct pb_profile *profile)
{
	guint64 total = 0;

	for (guint i = 0; i < profile->regions->len; i++)
		total += ((const struct pb_profile_region *)profile->regions->pdata[i])->insns;
	return total;
}
