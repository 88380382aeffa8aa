/* The figures of a profile as the cost of one operation: see figures.h. */
#include "reports/render/profile/figures.h"

double pb_profile_per_operation(const struct pb_profile_region *region, double count)
{
	return region->operations ? count / (double)region->operations : count;
}

char *pb_profile_unit(const struct pb_profile_region *region)
{
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
