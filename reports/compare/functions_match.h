/* Two regions side by side, in whole numbers; used by functions*.c only. */
#ifndef PINBENCH_REPORTS_COMPARE_FUNCTIONS_MATCH_H
#define PINBENCH_REPORTS_COMPARE_FUNCTIONS_MATCH_H

#include <stdbool.h>

#include "reports/profile/profile.h"

enum {
	PB_MATCH_BASELINE,
	PB_MATCH_PATCHED,
	PB_MATCH_SIDES,
};

/* A count of one side, at most 64 bits, times the operations of the other, at most 63. */
typedef __int128 pb_wide;

/* An event that is counted exactly on both sides. */
struct pb_match_event {
	const char *name;
	gint index[PB_MATCH_SIDES]; /* of it in each profile */
};

struct pb_match {
	const struct pb_profile *profiles[PB_MATCH_SIDES];
	const struct pb_profile_region *regions[PB_MATCH_SIDES];
	guint64 operations[PB_MATCH_SIDES]; /* 1 for none */
	GArray *events;	      /* struct pb_match_event; the first is PB_PROFILE_INSNS */
	GPtrArray *functions; /* struct pb_match_function: all of either side */
};

/* Functions of one side that have the same name, where and file are one. Strings are borrowed. */
struct pb_match_function {
	const char *name;
	const char *where;
	const char *file;
	bool there[PB_MATCH_SIDES];
	guint64 calls[PB_MATCH_SIDES];
	guint64 inclusive[PB_MATCH_SIDES]; /* instructions */
	guint64 *self[PB_MATCH_SIDES];	   /* one number an event of the match */
};

/* Fills in all but the profiles and regions, which outlive it. */
void pb_match_init(struct pb_match *match);
void pb_match_clear(struct pb_match *match);

/* By how much @patched is more for one operation than @baseline: over the operations of both. */
pb_wide pb_match_difference(const struct pb_match *match, pb_wide baseline, pb_wide patched);
/* Of one event of a function. */
pb_wide pb_match_self(const struct pb_match *match, const struct pb_match_function *function,
		      guint event);
double pb_match_per_operation(const struct pb_match *match, pb_wide difference);

/*
 * In words where the instructions and what else is worth naming changed. @differing: those
 * functions, the largest change of instructions first. To be freed.
 */
char *pb_match_sentence(const struct pb_match *match, const GPtrArray *differing);

#endif
