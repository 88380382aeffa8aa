/*
 * Progress of long work, for a person who waits for it.
 *
 * On a terminal one line is rewritten in place; elsewhere plain lines come at
 * the beginning and the end of a stage and at most every ten seconds between.
 * Every function takes NULL for "say nothing".
 */
#ifndef PINBENCH_LAB_UTIL_PROGRESS_H
#define PINBENCH_LAB_UTIL_PROGRESS_H

#include <glib.h>
#include <stdio.h>

enum pb_progress_mode {
	PB_PROGRESS_AUTO,     /* a terminal line if the stream is a terminal, else plain lines */
	PB_PROGRESS_TERMINAL, /* one line, rewritten in place */
	PB_PROGRESS_PLAIN,    /* lines */
	PB_PROGRESS_QUIET,    /* nothing */
};

struct pb_progress;

/* @stream stays the caller's and must outlive the reporter. */
struct pb_progress *pb_progress_new(FILE *stream, enum pb_progress_mode mode);

/* Ends an open stage, then frees. */
void pb_progress_free(struct pb_progress *progress);

/* Begins a stage; one that is open is ended first. */
void pb_progress_stage(struct pb_progress *progress, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/*
 * How far the stage is. @total 0 means unknown, and @done is then shown alone
 * (or not at all if it is 0 too). @detail may be NULL.
 */
void pb_progress_update(struct pb_progress *progress, guint64 done, guint64 total,
			const char *detail);

/* A line of its own that stays, whatever the mode but quiet. */
void pb_progress_note(struct pb_progress *progress, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* Ends the stage and leaves its duration on screen. */
void pb_progress_done(struct pb_progress *progress);

/* "0.4s", "12s", "1m05s", "2h03m", into a new string; @microseconds of duration. */
char *pb_duration_text(gint64 microseconds);

typedef struct pb_progress pb_progress;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_progress, pb_progress_free)

#endif
