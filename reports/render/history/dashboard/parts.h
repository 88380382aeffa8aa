/* The parts of dashboard.h; nobody else includes this. */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_PARTS_H
#define PINBENCH_REPORTS_RENDER_HISTORY_PARTS_H

#include "reports/history/coverage.h"
#include "reports/history/health.h"
#include "reports/history/releases.h"
#include "reports/history/steps.h"
#include "reports/history/store.h"
#include "reports/render/history/dashboard/directory.h"
#include "reports/render/history/dashboard/script.h"

/* Columns of a heat map that are seen, and loaded, together. */
#define PB_HEAT_COLUMNS 24
/* Kernels before the newest so many are in the pages of series alone. */
#define PB_SHOWN_RELEASES (20 * PB_HEAT_COLUMNS)
/* The same of coverage, whose lists are long. */
#define PB_COVERED_RELEASES 120
/* Steps in the lists: all that are open, then the newest. */
#define PB_SHOWN_STEPS 10000
/* A series with more points is thinned for drawing. */
#define PB_DRAWN_POINTS 20000
/* Figures are kept as exactly as anybody may want to copy them, bounds as they are drawn. */
#define PB_FIGURE_DIGITS  10
#define PB_BOUND_DIGITS	  7
#define PB_PERCENT_DIGITS 5

/* A series' change from another release: '.' unknown, '0' not worth a word, 'w' worse, 'b' better,
 * 'u' unclear. */
struct pb_heat_change {
	float percent;
	char mark;
};

struct pb_heat_cell {
	guint points; /* 0: not measured */
	double value;
	struct pb_heat_change previous, long_term;
};

/* What stays of a series when its file is written. */
struct pb_dash_series {
	struct pb_history_series head; /* its texts are interned, its points gone */
	struct pb_history_point last;
	double detectable_percent;
	guint alike_pairs, alike_alarms;
	guint step_count;
	struct pb_heat_cell *cells; /* of the releases that are shown */
};

struct pb_dash_step {
	guint series;
	struct pb_step step; /* points mean nothing any more */
	bool is_open;
};

struct pb_dash {
	const struct pb_site *site;
	struct pb_history_runs *runs;
	GPtrArray *said;
	struct pb_releases releases;
	guint *release_of_run;
	guint first_shown; /* release */
	gint64 now_s;
	GStringChunk *texts;
	GArray *series;	  /* struct pb_dash_series */
	GArray *steps;	  /* struct pb_dash_step */
	guint step_count; /* of all; those that are not shown as well */
	struct pb_coverage *coverage;
	struct pb_health *health;
	GString *buffer; /* of the file that is being written */
};

void pb_dash_open(struct pb_dash *dash, const struct pb_site *site, struct pb_history_runs *runs,
		  GPtrArray *said);
void pb_dash_clear(struct pb_dash *dash);

/* As pb_series_fn and pb_gap_fn; @context is the struct pb_dash. */
int pb_dash_take_series(const struct pb_history_series *series, void *context, GError **ret_error);
int pb_dash_take_gap(const struct pb_history_gap *gap, void *context, GError **ret_error);

/* After all series and gaps: all files but those of the series. */
int pb_dash_finish(struct pb_dash *dash, GError **ret_error);

/* data/series/KEY.js */
int pb_dash_write_points(struct pb_dash *dash, const struct pb_history_series *series,
			 const struct pb_moves *moves, const struct pb_release_level *levels,
			 GError **ret_error);
/* data/index.js */
int pb_dash_write_index(struct pb_dash *dash, GError **ret_error);
/* data/runs.js */
int pb_dash_write_runs(struct pb_dash *dash, GError **ret_error);
/* data/heat/N.js */
int pb_dash_write_heat(struct pb_dash *dash, GError **ret_error);
/* data/coverage.js */
int pb_dash_write_coverage(struct pb_dash *dash, GError **ret_error);
/* data/health.js */
int pb_dash_write_health(struct pb_dash *dash, GError **ret_error);

/* What does not depend on the history: scripts, style, chart library. */
int pb_dash_write_assets(struct pb_dash *dash, GError **ret_error);
/* index.html, which names the folder @site. The caller frees it. */
char *pb_dash_page(const char *site);

/* The buffer, empty but for the call that a file's data is given to the page with. */
GString *pb_dash_begin(struct pb_dash *dash, const char *function);
int pb_dash_end(struct pb_dash *dash, const char *name, GError **ret_error);

/* The change of a series from one release to another, as a mark and in percent. */
struct pb_heat_change pb_dash_change(const struct pb_dash *dash,
				     const struct pb_history_series *series,
				     const struct pb_release_level *levels, int from, guint to);

/* 2: 20 % or more; 1: 5 % or more; 0: less. */
guint pb_dash_severity(const struct pb_step *step);

#endif
