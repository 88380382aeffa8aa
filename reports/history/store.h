/*
 * The database of a history: SQLite, one file. Every change is one transaction: it is there whole
 * or not at all, whatever kills the writer, and a second writer waits for the first.
 */
#ifndef PINBENCH_REPORTS_HISTORY_STORE_H
#define PINBENCH_REPORTS_HISTORY_STORE_H

#include "reports/history/history.h"

struct pb_store;

enum pb_store_access {
	PB_STORE_READ,	/* it must be there */
	PB_STORE_WRITE, /* it is made, or brought up to this version */
};

/*
 * Opens the database @path. A file that is none of ours, damaged, or of a newer pinbench is
 * PB_EXIT_USAGE with what is wrong, and stays as it is. An older one is migrated if it is opened
 * for writing, and else read through a copy in memory.
 */
int pb_store_open(const char *path, enum pb_store_access access, struct pb_store **ret_store,
		  GError **ret_error);
void pb_store_close(struct pb_store *store);
typedef struct pb_store pb_store;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_store, pb_store_close)

struct pb_store_added {
	bool is_new; /* else it was there already */
	guint rows;  /* points and gaps */
};

/*
 * Adds the result in @directory, all of it or nothing. @machine names the machine of a native
 * result, instead of what its hardware is; or NULL. What is no result, or a damaged one, is
 * PB_EXIT_USAGE.
 */
int pb_store_add(struct pb_store *store, const char *directory, const char *machine,
		 struct pb_store_added *ret_added, GError **ret_error);

/* Adds what @other holds and @store does not: results, and states of steps where newer. */
int pb_store_merge(struct pb_store *store, struct pb_store *other, guint *ret_runs,
		   GError **ret_error);

/* All results, in the order of kernels. The caller frees them. */
int pb_store_runs(struct pb_store *store, struct pb_history_runs **ret_runs, GError **ret_error);

/*
 * Calls @take for each series that @glob matches (its case, "gup/pin_fast*", or its key; NULL:
 * all), in order of case and metric; @take may keep nothing of it. What @take returns other than 0
 * ends it, and is returned.
 */
typedef int (*pb_series_fn)(const struct pb_history_series *series, void *context,
			    GError **ret_error);
int pb_store_each_series(struct pb_store *store, const struct pb_history_runs *runs,
			 const char *glob, pb_series_fn take, void *context, GError **ret_error);

/* Calls @take for each gap, in order of case and run. */
typedef int (*pb_gap_fn)(const struct pb_history_gap *gap, void *context, GError **ret_error);
int pb_store_each_gap(struct pb_store *store, const struct pb_history_runs *runs, pb_gap_fn take,
		      void *context, GError **ret_error);

/*
 * What was said of a step: it is kept by the series and by the run that is the first of the new
 * level, and outlives both.
 */
struct pb_store_said {
	char *series; /* key */
	char *run;    /* sha256 */
	char *step;   /* id of the step that it was said of */
	enum pb_step_state state;
	char *text; /* "" none */
	char *when; /* ISO 8601, UTC */
};
int pb_store_say(struct pb_store *store, const struct pb_store_said *said, GError **ret_error);
/* All that was said, as struct pb_store_said; the caller unrefs the array. */
int pb_store_said(struct pb_store *store, GPtrArray **ret_said, GError **ret_error);

#endif
