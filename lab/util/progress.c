#include "lab/util/progress.h"

#include <stdbool.h>
#include <unistd.h>

/* How often a terminal line is redrawn, and how often a plain line may come. */
#define TERMINAL_INTERVAL_US (G_USEC_PER_SEC / 10)
#define PLAIN_INTERVAL_US    (10 * G_USEC_PER_SEC)

struct pb_progress {
	FILE *stream;
	enum pb_progress_mode mode; /* never AUTO */
	char *stage;		    /* NULL between stages */
	char *detail;
	guint64 done;
	guint64 total;
	gint64 began_us;
	gint64 shown_us;
	bool line_open; /* a terminal line without its newline yet */
};

char *pb_duration_text(gint64 microseconds)
{
	gint64 seconds = microseconds / G_USEC_PER_SEC;

	if (seconds >= 3600)
		return g_strdup_printf("%" G_GINT64_FORMAT "h%02dm", seconds / 3600,
				       (int)(seconds / 60 % 60));
	if (seconds >= 60)
		return g_strdup_printf("%dm%02ds", (int)(seconds / 60), (int)(seconds % 60));
	if (seconds >= 10)
		return g_strdup_printf("%ds", (int)seconds);
	return g_strdup_printf("%.1fs", (double)microseconds / G_USEC_PER_SEC);
}

struct pb_progress *pb_progress_new(FILE *stream, enum pb_progress_mode mode)
{
	struct pb_progress *progress = g_new0(struct pb_progress, 1);

	if (mode == PB_PROGRESS_AUTO)
		mode = isatty(fileno(stream)) ? PB_PROGRESS_TERMINAL : PB_PROGRESS_PLAIN;
	progress->stream = stream;
	progress->mode = mode;
	return progress;
}

static bool silent(const struct pb_progress *progress)
{
	return !progress || progress->mode == PB_PROGRESS_QUIET;
}

static char *line_text(const struct pb_progress *progress)
{
	g_autofree char *elapsed = pb_duration_text(g_get_monotonic_time() - progress->began_us);
	GString *line = g_string_new(progress->stage);

	if (progress->total)
		g_string_append_printf(
			line, "  %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT "  %d%%", progress->done,
			progress->total,
			(int)(MIN(progress->done, progress->total) * 100 / progress->total));
	else if (progress->done)
		g_string_append_printf(line, "  %" G_GUINT64_FORMAT, progress->done);
	g_string_append_printf(line, "  %s", elapsed);
	if (progress->detail)
		g_string_append_printf(line, "  %s", progress->detail);
	return g_string_free(line, FALSE);
}

static void show(struct pb_progress *progress)
{
	g_autofree char *line = line_text(progress);

	progress->shown_us = g_get_monotonic_time();
	if (progress->mode == PB_PROGRESS_TERMINAL) {
		/* Longer than the window it would wrap, and could no longer be rewritten. */
		fprintf(progress->stream, "\r\033[K%.78s", line);
		progress->line_open = true;
	} else {
		fprintf(progress->stream, "%s\n", line);
	}
	fflush(progress->stream);
}

void pb_progress_stage(struct pb_progress *progress, const char *fmt, ...)
{
	va_list arguments;

	if (silent(progress))
		return;
	pb_progress_done(progress);
	va_start(arguments, fmt);
	progress->stage = g_strdup_vprintf(fmt, arguments);
	va_end(arguments);
	progress->done = 0;
	progress->total = 0;
	progress->began_us = g_get_monotonic_time();
	progress->shown_us = progress->began_us;
	if (progress->mode == PB_PROGRESS_TERMINAL)
		show(progress);
	else
		fprintf(progress->stream, "%s ...\n", progress->stage);
	fflush(progress->stream);
}

void pb_progress_update(struct pb_progress *progress, guint64 done, guint64 total,
			const char *detail)
{
	gint64 interval;

	if (silent(progress) || !progress->stage)
		return;
	progress->done = done;
	progress->total = total;
	if (g_strcmp0(detail, progress->detail)) {
		g_free(progress->detail);
		progress->detail = g_strdup(detail);
	}
	interval =
		progress->mode == PB_PROGRESS_TERMINAL ? TERMINAL_INTERVAL_US : PLAIN_INTERVAL_US;
	if (g_get_monotonic_time() - progress->shown_us >= interval)
		show(progress);
}

void pb_progress_note(struct pb_progress *progress, const char *fmt, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	if (silent(progress))
		return;
	va_start(arguments, fmt);
	text = g_strdup_vprintf(fmt, arguments);
	va_end(arguments);
	fprintf(progress->stream, "%s%s\n", progress->line_open ? "\r\033[K" : "", text);
	progress->line_open = false;
	if (progress->stage && progress->mode == PB_PROGRESS_TERMINAL)
		show(progress);
	fflush(progress->stream);
}

void pb_progress_done(struct pb_progress *progress)
{
	g_autofree char *elapsed = NULL;

	if (silent(progress) || !progress->stage)
		return;
	elapsed = pb_duration_text(g_get_monotonic_time() - progress->began_us);
	fprintf(progress->stream, "%s%s: %s\n", progress->line_open ? "\r\033[K" : "",
		progress->stage, elapsed);
	fflush(progress->stream);
	progress->line_open = false;
	g_clear_pointer(&progress->stage, g_free);
	g_clear_pointer(&progress->detail, g_free);
}

void pb_progress_free(struct pb_progress *progress)
{
	if (!progress)
		return;
	pb_progress_done(progress);
	g_free(progress->stage);
	g_free(progress->detail);
	g_free(progress);
}
