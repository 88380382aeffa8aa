/* The functions of a profile as rows of text: each renderer makes its own table of them. */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_FUNCTIONS_H
#define PINBENCH_REPORTS_RENDER_PROFILE_FUNCTIONS_H

#include "reports/profile/profile.h"

enum pb_function_column {
	PB_FUNCTION_SELF,
	PB_FUNCTION_SHARE,
	PB_FUNCTION_INCLUSIVE,
	PB_FUNCTION_CALLS,
	PB_FUNCTION_LOCKED,
	PB_FUNCTION_NAME,
	PB_FUNCTION_COLUMNS
};

struct pb_function_row {
	char *cells[PB_FUNCTION_COLUMNS]; /* not escaped; NULL: empty */
};

struct pb_function_table {
	gboolean sampled;	     /* samples: how often functions were called is not known */
	gboolean locked;	     /* there were any: else no renderer shows the column */
	struct pb_function_row head; /* names of the columns */
	GPtrArray *functions;	     /* struct pb_function_row */
	GPtrArray *sums;	     /* the same: the other functions, the overhead, the total */
};
typedef struct pb_function_table pb_function_table;

/*
 * The @most functions with the most instructions of their own, and what is missing to the figure
 * of the metric. All for one operation; of a sampled profile in samples, with standard errors.
 */
struct pb_function_table *pb_function_table_new(const struct pb_profile *profile,
						const struct pb_profile_region *region, guint most);
/* Takes NULL. */
void pb_function_table_free(struct pb_function_table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_function_table, pb_function_table_free)

/* Whether the column is in the table. */
gboolean pb_function_shown(const struct pb_function_table *table, enum pb_function_column column);

/* "walk 70.5%": the @most functions with the most of their own. Free with g_strfreev. */
char **pb_function_leaders(const struct pb_profile_region *region, guint most);

#endif
