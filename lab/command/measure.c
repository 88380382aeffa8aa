/* ./run.sh run: measure. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "lab/command/command.h"
#include "lab/run.h"
#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/render/html.h"
#include "reports/render/terminal.h"
#include "reports/result.h"

#define DEFAULT_KERNEL	     "6.12"
#define DEFAULT_PROFILE	     "quick"
#define DEFAULT_HANG_SECONDS 60
#define MAX_JOBS	     64
#define MAX_BOOTS	     100

struct measure {
	struct pb_run_options run;
	char *kernel;
	char *profile;
	char *out;
	char *environment;
	char *evidence;
	int boots;
	int jobs;
	int hang_seconds;
	gboolean json;
	gboolean quiet;
};

static const char description[] =
	"GLOB picks benchmarks (\"gup/*\"), or one case with its parameters\n"
	"(\"gup/pin_fast[batch=1,longterm=1]\"); without one, all of the profile is measured.\n"
	"Exit code: 0 measured, 2 wrong usage, 3 a guest or a case failed, 4 interrupted.";

static int parse(struct measure *m, int *argc, char ***argv, GError **ret_error)
{
	const GOptionEntry entries[] = {
		{"profile", 'p', 0, G_OPTION_ARG_STRING, &m->profile,
		 "What to measure: smoke, quick, full, or a file (quick)", "NAME|FILE"},
		{"kernel", 'k', 0, G_OPTION_ARG_STRING, &m->kernel,
		 "Which kernel: 6.12, /path/to/linux, /path/to/linux@REV (6.12)", "SPEC"},
		{"env", 0, 0, G_OPTION_ARG_STRING, &m->environment, "Where: guest (guest)", "ENV"},
		{"evidence", 0, 0, G_OPTION_ARG_STRING, &m->evidence,
		 "What kind of evidence: counted (counted)", "KIND"},
		{"boots", 'b', 0, G_OPTION_ARG_INT, &m->boots,
		 "Measure in this many fresh boots (1)", "N"},
		{"jobs", 'j', 0, G_OPTION_ARG_INT, &m->jobs,
		 "Guests side by side (as many as there are processors)", "N"},
		{"out", 'o', 0, G_OPTION_ARG_FILENAME, &m->out,
		 "Result directory (results/TIME-PROFILE)", "DIR"},
		{"hang-seconds", 0, 0, G_OPTION_ARG_INT, &m->hang_seconds,
		 "Give a guest up that says nothing for so long (60)", "N"},
		{"json", 0, 0, G_OPTION_ARG_NONE, &m->json, "Print result.json, no table", NULL},
		{"quiet", 'q', 0, G_OPTION_ARG_NONE, &m->quiet, "No progress", NULL},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};

	return pb_cli_parse(argc, argv, entries, "[GLOB...]", description, ret_error);
}

static int check_number(const char *name, int value, int most, GError **ret_error)
{
	if (value >= 1 && value <= most)
		return 0;
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "--%s is %d; it must be from 1 to %d",
		       name, value, most);
}

static int check(const struct measure *m, GError **ret_error)
{
	if (strcmp(m->environment, "guest"))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "--env '%s': this version measures in a guest", m->environment);
	if (strcmp(m->evidence, PB_EVIDENCE_COUNTED))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "--evidence '%s': this version has counted evidence", m->evidence);
	if (check_number("boots", m->boots, MAX_BOOTS, ret_error) ||
	    check_number("jobs", m->jobs, MAX_JOBS, ret_error) ||
	    check_number("hang-seconds", m->hang_seconds, 86400, ret_error))
		return -EINVAL;
	return 0;
}

static char *default_out(const char *profile)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *time = g_date_time_format(now, "%Y%m%d-%H%M%S");
	g_autofree char *name = g_path_get_basename(profile);
	g_autofree char *leaf = g_strdup_printf("%s-%s", time, name);

	return g_build_filename("results", leaf, NULL);
}

static int columns(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return size.ws_col;
	return 0;
}

static int print_table(const char *out, GError **ret_error)
{
	g_autofree char *page = g_build_filename(out, PB_HTML_FILE, NULL);
	g_autoptr(pb_result) result = NULL;
	int err = pb_result_load(out, &result, ret_error);

	if (!err)
		err = pb_render_terminal(result, stdout, columns(), ret_error);
	if (!err)
		printf("\nreport: %s\n", page);
	return err;
}

static int print_json(const char *out, GError **ret_error)
{
	g_autofree char *path = g_build_filename(out, PB_RESULT_FILE, NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) why = NULL;

	if (!g_file_get_contents(path, &text, NULL, &why))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "%s", why->message);
	fputs(text, stdout);
	return 0;
}

static int measure(struct measure *m, GError **ret_error)
{
	g_autoptr(pb_progress) progress = pb_cli_progress(m->quiet);
	g_autoptr(GError) unprinted = NULL;
	gboolean saved;
	int err;

	m->run.kernel = m->kernel;
	m->run.profile = m->profile;
	m->run.out = m->out;
	m->run.boots = (guint)m->boots;
	m->run.jobs = (guint)m->jobs;
	m->run.hang_seconds = (guint)m->hang_seconds;
	err = pb_run(&m->run, progress, &saved, ret_error);
	pb_progress_done(progress);
	if (!saved)
		return err;
	if (m->json ? print_json(m->out, &unprinted) : print_table(m->out, &unprinted)) {
		if (err)
			return err;
		g_propagate_error(ret_error, g_steal_pointer(&unprinted));
		return -EIO;
	}
	return err;
}

int pb_command_measure(int argc, char **argv, GError **ret_error)
{
	g_autofree char *text = pb_cli_text(argc, argv);
	struct measure m = {
		.run.command = text,
		.kernel = g_strdup(DEFAULT_KERNEL),
		.profile = g_strdup(DEFAULT_PROFILE),
		.environment = g_strdup("guest"),
		.evidence = g_strdup(PB_EVIDENCE_COUNTED),
		.boots = 1,
		.jobs = (int)CLAMP(g_get_num_processors(), 1, MAX_JOBS),
		.hang_seconds = DEFAULT_HANG_SECONDS,
	};
	int err = parse(&m, &argc, &argv, ret_error);

	if (!err)
		err = check(&m, ret_error);
	if (!err) {
		m.run.globs = (const char *const *)argv + 1;
		if (!m.out)
			m.out = default_out(m.profile);
		err = measure(&m, ret_error);
	}
	g_free(m.kernel);
	g_free(m.profile);
	g_free(m.environment);
	g_free(m.evidence);
	g_free(m.out);
	return err;
}
