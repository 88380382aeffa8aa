/* See shared.h. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "lab/command/shared.h"
#include "pinbench/result.h"
#include "reports/error.h"

#define DEFAULT_PROFILE	     "quick"
#define DEFAULT_HANG_SECONDS 60
#define MAX_HANG_SECONDS     86400
#define MAX_JOBS	     64
#define MAX_BOOTS	     100
/* One counted boot is exact. Ten pairs of timed ones can show a change of one figure in 25. */
#define BOOTS_BY_EVIDENCE G_MININT
#define COUNTED_BOOTS	  1
#define TIMED_BOOTS	  10

void pb_shared_init(struct pb_shared *shared)
{
	*shared = (struct pb_shared){
		.boots = BOOTS_BY_EVIDENCE,
		.jobs = (int)CLAMP(g_get_num_processors(), 1, MAX_JOBS),
		.hang_seconds = DEFAULT_HANG_SECONDS,
	};
}

void pb_shared_clear(struct pb_shared *shared)
{
	g_free(shared->profile);
	g_free(shared->out);
	g_free(shared->evidence);
}

void pb_shared_entries(struct pb_shared *s, GOptionEntry entries[PB_SHARED_ENTRIES])
{
	const GOptionEntry all[PB_SHARED_ENTRIES] = {
		{"profile", 'p', 0, G_OPTION_ARG_STRING, &s->profile,
		 "What to measure: smoke, quick, full, or a file (quick)", "NAME|FILE"},
		{"evidence", 0, 0, G_OPTION_ARG_STRING, &s->evidence,
		 "What kind of evidence: counted or timed (counted)", "KIND"},
		{"boots", 'b', 0, G_OPTION_ARG_INT, &s->boots,
		 "Measure in this many fresh boots (counted 1, timed 10)", "N"},
		{"jobs", 'j', 0, G_OPTION_ARG_INT, &s->jobs,
		 "Guests side by side (as many as there are processors)", "N"},
		{"out", 'o', 0, G_OPTION_ARG_FILENAME, &s->out,
		 "Result directory (results/TIME-NAME)", "DIR"},
		{"hang-seconds", 0, 0, G_OPTION_ARG_INT, &s->hang_seconds,
		 "Give a guest up that says nothing for so long (60)", "N"},
		{"json", 0, 0, G_OPTION_ARG_NONE, &s->json, "Print the JSON file, no table", NULL},
		{"quiet", 'q', 0, G_OPTION_ARG_NONE, &s->quiet, "No progress", NULL},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};

	memcpy(entries, all, sizeof(all));
}

static int check_number(const char *name, int value, int most, GError **ret_error)
{
	if (value >= 1 && value <= most)
		return 0;
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "--%s is %d; it must be from 1 to %d",
		       name, value, most);
}

static char *default_out(const char *name)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *time = g_date_time_format(now, "%Y%m%d-%H%M%S");
	g_autofree char *base = g_path_get_basename(name);
	g_autofree char *leaf = g_strdup_printf("%s-%s", time, base);

	return g_build_filename("results", leaf, NULL);
}

bool pb_shared_has_boots(const struct pb_shared *s)
{
	return s->boots != BOOTS_BY_EVIDENCE;
}

int pb_shared_apply(struct pb_shared *s, const char *name, struct pb_run_options *run,
		    GError **ret_error)
{
	bool counted;

	if (!s->profile)
		s->profile = g_strdup(DEFAULT_PROFILE);
	if (!s->evidence)
		s->evidence = g_strdup(PB_EVIDENCE_COUNTED);
	counted = !strcmp(s->evidence, PB_EVIDENCE_COUNTED);
	if (!counted && strcmp(s->evidence, PB_EVIDENCE_TIMED))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "--evidence '%s': it is counted or timed", s->evidence);
	if (!pb_shared_has_boots(s))
		s->boots = counted ? COUNTED_BOOTS : TIMED_BOOTS;
	if (check_number("boots", s->boots, MAX_BOOTS, ret_error) ||
	    check_number("jobs", s->jobs, MAX_JOBS, ret_error) ||
	    check_number("hang-seconds", s->hang_seconds, MAX_HANG_SECONDS, ret_error))
		return -EINVAL;
	if (!s->out)
		s->out = default_out(name ? name : s->profile);
	run->profile = s->profile;
	run->out = s->out;
	run->evidence = s->evidence;
	run->boots = (guint)s->boots;
	run->jobs = (guint)s->jobs;
	run->hang_seconds = (guint)s->hang_seconds;
	return 0;
}

int pb_shared_check_effect(double percent, GError **ret_error)
{
	if (percent == PB_MIN_EFFECT_BY_EVIDENCE || (percent >= 0 && percent <= 100))
		return 0;
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "--min-effect is %g; it must be from 0 to 100 (percent)", percent);
}

int pb_shared_columns(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return size.ws_col;
	return 0;
}

static int print_file(const char *directory, const char *name, GError **ret_error)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) why = NULL;

	if (!g_file_get_contents(path, &text, NULL, &why))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "%s", why->message);
	fputs(text, stdout);
	return 0;
}

int pb_shared_finish(const struct pb_shared *shared, const char *directory, const char *json,
		     pb_shared_print_fn print, int err, GError **ret_error)
{
	GError **where = err ? NULL : ret_error;
	int printed = shared->json ? print_file(directory, json, where) : print(directory, where);

	return err ? err : printed;
}
