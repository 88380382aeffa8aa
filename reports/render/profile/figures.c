/* The figures of a profile as the cost of one operation: see figures.h. */
#include <string.h>

#include "reports/profile/samples.h"
#include "reports/render/profile/figures.h"

double pb_profile_per_operation(const struct pb_profile_region *region, double count)
{
	return region->operations ? count / (double)region->operations : count;
}

char *pb_profile_unit(const struct pb_profile_region *region)
{
	if (region->sampled)
		return g_strdup(PB_PROFILE_SAMPLES);
	return region->operations ? g_strconcat("insn/", region->per, NULL) : g_strdup("insn");
}

char *pb_profile_share(double part, double whole)
{
	return g_strdup_printf("%.1f%%", whole > 0 ? part / whole * 100 : 0.0);
}

double pb_profile_figure(const struct pb_profile_region *region)
{
	return pb_profile_per_operation(region,
					(double)region->insns - (double)region->overhead_insns);
}

char *pb_profile_sampled_share(guint64 part, guint64 whole)
{
	return g_strdup_printf("%.1f%% ±%.1f%%", pb_samples_percent(part, whole),
			       pb_samples_error(part, whole));
}

const char *pb_profile_region_words(const struct pb_profile_region *region)
{
	return strcmp(region->metric, PB_PROFILE_OUTSIDE) ? "of the measured calls"
							  : "outside the measured calls";
}

char *pb_profile_samples_words(const struct pb_profile *profile,
			       const struct pb_profile_region *region)
{
	guint64 total = pb_samples_total(profile);
	g_autofree char *share = pb_profile_share((double)region->insns, (double)total);
	bool few = !strcmp(region->metric, PB_PROFILE_MEASURED) && region->insns < profile->wanted;
	GString *words = g_string_new(NULL);

	g_string_append_printf(words,
			       "%" G_GUINT64_FORMAT " samples %s, %s of %" G_GUINT64_FORMAT
			       "; one each %" G_GUINT64_FORMAT " %s",
			       region->insns, pb_profile_region_words(region), share, total,
			       profile->period, profile->period_unit);
	if (strcmp(profile->period_unit, profile->event))
		g_string_append_printf(words, " of %s", profile->event);
	if (few)
		g_string_append_printf(words, "; fewer than the %" G_GUINT64_FORMAT " wanted",
				       profile->wanted);
	return g_string_free(words, FALSE);
}
