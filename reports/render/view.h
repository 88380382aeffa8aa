/*
 * A result as the sections of a report: ready strings that all renderers share,
 * so that the terminal, the Markdown and the HTML say the same. A renderer
 * arranges and escapes; it computes nothing.
 *
 * Strings are not escaped. They belong to the view or to the pb_result, which
 * must outlive it.
 */
#ifndef PINBENCH_REPORTS_RENDER_VIEW_H
#define PINBENCH_REPORTS_RENDER_VIEW_H

#include "reports/result.h"

struct pb_view_pair {
	const char *name;
	const char *value;
};

/* The answer in short: one line per benchmark and primary metric. */
struct pb_view_key {
	const char *benchmark;
	const char *metric;
	const char *unit;
	const char *median; /* of the benchmark's first measured case */
	const char *params; /* of that case */
	const char *range;  /* lowest and highest median over all its cases, or "" */
	const char *cases;  /* how many cases the range is over */
};

struct pb_view_column {
	const char *name;
	const char *unit;
	const char *better; /* "lower is better", "higher is better" */
	bool primary;
};

/* Stands before a figure of a case that is not deterministic; a note of the group says why. */
#define PB_VIEW_INEXACT "~"

struct pb_view_cell {
	const char *median; /* "" if the case does not have this metric */
	const char *low;    /* smallest and largest sample */
	const char *high;
	bool spread;	     /* low and high differ from the median */
	const char *samples; /* "3 samples in 1 boot" */
};

struct pb_view_row {
	const struct pb_case *source;
	const char *name;	     /* "backing=anon page=4k": the varying ones, or "" */
	const char **params;	     /* one per varying parameter, then NULL; "" if it has none */
	struct pb_view_cell *cells;  /* one per column of the group */
	GPtrArray *counters, *facts; /* struct pb_view_pair */
	const char *command;	     /* runs this case alone */
};

/* All measured cases of one benchmark. */
struct pb_view_group {
	const char *benchmark;
	const struct pb_benchmark *about; /* or NULL */
	const char *fixed;		  /* parameters that are the same in all cases, or "" */
	GPtrArray *varying;		  /* const char: names of those that are not */
	GPtrArray *columns;		  /* struct pb_view_column, primary ones first */
	GPtrArray *rows;		  /* struct pb_view_row */
	/* const char: what must stand beside its figures: what they cannot say, which are inexact
	 */
	GPtrArray *notes;
};

/* What a counter of the processor is: the unit of its column. */
#define PB_VIEW_EXACT "exact"
#define PB_VIEW_MODEL "model"
/* Or, with timed evidence, of perf: its kind ("hardware"), this where that is not known; and what
 * two others make. */
#define PB_VIEW_PERF	"perf"
#define PB_VIEW_DERIVED "derived"

/* Cases that were skipped, or have no counters, for one and the same reason. */
struct pb_view_skip {
	const char *reason;
	GPtrArray *ids; /* const char */
};

struct pb_view_failure {
	const char *title;   /* what happened */
	const char *case_id; /* or NULL */
	const char *detail;
	const char *console; /* file name, or NULL */
	const char **tail;
	size_t tail_count;
	const char *command; /* runs that case alone, or NULL */
};

struct pb_view {
	const char *title;
	const char *headline;  /* one sentence */
	const char *counts;    /* "12 measured, 2 skipped, 1 failed" */
	const char *evidence;  /* one line: what kind, and what it cannot say */
	const char *rerun;     /* the command of the whole run */
	GPtrArray *keys;       /* struct pb_view_key */
	GPtrArray *trust;      /* struct pb_view_pair */
	GPtrArray *groups;     /* struct pb_view_group */
	GPtrArray *topologies; /* struct pb_view_topology of topology/topology.h */
	GPtrArray *skips;      /* struct pb_view_skip */
	GPtrArray *failures;   /* struct pb_view_failure */
	GPtrArray *method;     /* const char: sentences */

	/* Counters of the processor: a table for each metric, which ends its `benchmark`. */
	GPtrArray *counters;	 /* struct pb_view_group */
	const char *counted;	 /* their heading */
	const char *processor;	 /* what they are */
	const char *model;	 /* what those of a model are; NULL: there are none */
	const char *model_words; /* the model; NULL: it is not known, or there is none */
	GPtrArray *uncounted;	 /* struct pb_view_skip: cases without, though asked for */
	GPtrArray *profiles;	 /* struct pb_view_profile of profile/profiles.h */

	const struct pb_result *result;
	GStringChunk *strings; /* owns what is not the result's */
};

/* Never fails; the caller frees. */
struct pb_view *pb_view_new(const struct pb_result *result);
void pb_view_free(struct pb_view *view);
typedef struct pb_view pb_view;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_view, pb_view_free)

/* Keeps a formatted string as long as the view. */
const char *pb_view_say(struct pb_view *view, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* Keeps a copy of @text and frees @text. */
const char *pb_view_take(struct pb_view *view, char *text);

/* A line of view->trust; without a value, none. Both strings are borrowed. */
void pb_view_trust(struct pb_view *view, const char *name, const char *value);

/* Fills view->groups and view->keys; part of pb_view_new(). */
void pb_view_add_groups(struct pb_view *view);

/* What else view->counters is made with. */
struct pb_view_group *pb_view_group_new(const char *benchmark);
void pb_view_group_free(void *group);
void pb_view_row_free(void *row);

/* An empty array of struct pb_view_skip, and a case for it; the strings are borrowed. */
GPtrArray *pb_view_reasons_new(void);
void pb_view_add_reason(GPtrArray *reasons, const char *reason, const char *case_id);

#endif
