/*
 * What a history holds, in memory: results over kernels, and the series that they form. The
 * database is store.h's; what moved is steps.h's.
 *
 * Runs are in the order of kernels: by release, then by when they were measured. A point names its
 * run by its index there, so the points of a series are in that order, too.
 */
#ifndef PINBENCH_REPORTS_HISTORY_H
#define PINBENCH_REPORTS_HISTORY_H

#include <stdbool.h>

#include <glib.h>

/* What was measured with. A change of it is a note on a series, and no regression. */
enum pb_apparatus {
	PB_APPARATUS_TOOLCHAIN,
	PB_APPARATUS_EMULATOR,
	PB_APPARATUS_MACHINE, /* processor and memory; of guests how QEMU was started */
	PB_APPARATUS_TOOL,    /* pinbench's own commit */
	PB_APPARATUS_COUNT,
};

/* "toolchain", "QEMU", "machine", "pinbench" */
const char *pb_apparatus_name(enum pb_apparatus which);

/* One result. */
struct pb_history_run {
	gint64 id;	   /* of the database; another after a merge */
	char *sha256;	   /* of what it says: the same in every database */
	char *release;	   /* "6.12.117" */
	char *branch;	   /* "6.12" */
	char *spec;	   /* as the user said it: "6.12", "/src/linux@HEAD" */
	char *name;	   /* for people: the release, and patches or revision if it has any */
	char *text_sha256; /* of the kernel's code; for a running kernel its build id; "" unknown */
	char *config_sha256; /* "" unknown */
	char *started;	     /* ISO 8601, UTC */
	gint64 started_s;    /* the same since 1970 */
	char *evidence;	     /* PB_EVIDENCE_* */
	char *kind;	     /* PB_KIND_* */
	char *profile;
	char *command;
	char *directory; /* absolute, where it was added from: its report is there, unless gone */
	char *apparatus[PB_APPARATUS_COUNT]; /* in words; "" unknown */
	bool interrupted;
};

struct pb_history_runs {
	struct pb_history_run *runs;
	guint count;
};

struct pb_history_point {
	guint run; /* index of pb_history_runs */
	guint boots;
	double value; /* the median of boots */
	/*
	 * Of timed evidence a 95 % interval of it (t, of the logarithms of the boots' medians; of
	 * one boot, which has none, the range of its samples), of counted twice the value.
	 */
	double low, high;
};

/* Figures that are of one kind, over runs. */
struct pb_history_series {
	gint64 id;
	char key[13];  /* of all that is below but min_effect_percent: the same in every database */
	char *case_id; /* "gup/pin_fast[backing=anon,...]" */
	char *benchmark; /* "gup/pin_fast" */
	char *metric;
	char *unit;
	char *evidence; /* PB_EVIDENCE_* */
	char *machine;	/* of guests a name of configs/machines; else what the machine is */
	char *config;	/* which of the options that matter a kernel was built with, in words */
	bool higher_is_better;
	bool primary;
	/* The same kernel gives the same figure to the digit: counted, and not of a case that says
	 * that it is not deterministic. */
	bool is_exact;
	double min_effect_percent; /* of the metric itself; 0: none */
	struct pb_history_point *points;
	guint count;
};

/*
 * What @run measured the series of @machine with, in words; "" if that is not known. A guest's run
 * has several machines, of which one is the series'. The caller frees it.
 */
char *pb_history_apparatus(const struct pb_history_run *run, enum pb_apparatus which,
			   const char *machine);

void pb_history_runs_free(struct pb_history_runs *runs);
typedef struct pb_history_runs pb_history_runs;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_history_runs, pb_history_runs_free)

void pb_history_series_free(struct pb_history_series *series);
typedef struct pb_history_series pb_history_series;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_history_series, pb_history_series_free)

/* A case that a result has no figure of, or none of its primary metrics. */
struct pb_history_gap {
	guint run;
	char *case_id;
	char *outcome; /* PB_OUTCOME_SKIP or _FAIL */
	char *reason;
};

/* What a person said of a step. */
enum pb_step_state {
	PB_STEP_NEW,
	PB_STEP_ACKNOWLEDGED,
	PB_STEP_JUSTIFIED,
	PB_STEP_FIXED,
	PB_STEP_INVALID,
	PB_STEP_STATE_COUNT,
};

/* "new", "acknowledged", ... */
const char *pb_step_state_name(enum pb_step_state state);
/* 0, or -EINVAL with PB_EXIT_USAGE and the names that there are. */
int pb_step_state_parse(const char *name, enum pb_step_state *ret_state, GError **ret_error);

#endif
