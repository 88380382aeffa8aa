/* Numbers and sentences that the ways to write a history share. The caller frees texts. */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_WORDS_H
#define PINBENCH_REPORTS_RENDER_HISTORY_EXPORT_WORDS_H

#include "reports/history/steps.h"

#define PB_EXPORT_NUMBER_BYTES 32

/* For programs: as many digits as a result has, without commas; "" of what is not finite. */
const char *pb_export_number(double value, char buffer[PB_EXPORT_NUMBER_BYTES]);

/* "168.19 insn/page"; of what has an interval "12.1 ns/page (11.9 to 12.4)". */
char *pb_export_figure(double value, double low, double high, const char *unit);

/* "+1.03%"; of what was nothing before "new". */
char *pb_export_percent(double percent);

/* "+1.03% from 6.1.150 to 6.12.117 (168.19 to 169.92 insn/page), step 0123456789ab, new". */
char *pb_export_step(const struct pb_history_series *series, const struct pb_history_runs *runs,
		     const struct pb_step *step);

/* What makes a step unclear: "toolchain changed with it". */
char *pb_export_unclear(const struct pb_step *step);

/* "2026-11-21 12:44" of seconds since 1970, UTC, or the like of another @format; "" of no time. */
char *pb_export_time(gint64 seconds, const char *format);
#define PB_EXPORT_TIME_SHORT "%Y-%m-%d %H:%M"
#define PB_EXPORT_TIME_ISO   "%Y-%m-%dT%H:%M:%SZ"

/* The step of @kind that begins at a point, or NULL. */
const struct pb_step *pb_export_step_at(const struct pb_moves *moves, guint point,
					enum pb_step_kind kind);

#endif
