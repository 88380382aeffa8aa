/* ./run.sh run: measure. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lab/command/command.h"
#include "lab/command/shared.h"
#include "lab/run/counters.h"
#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/render/html.h"
#include "reports/render/terminal.h"
#include "reports/result.h"

static const char description[] =
	"GLOB picks benchmarks (\"gup/*\"), or one case with its parameters\n"
	"(\"gup/pin_fast[batch=1,longterm=1]\"); without one, all of the profile is measured.\n"
	"Exit code: 0 measured, 2 wrong usage, 3 a guest or a case failed, 4 interrupted.";

static int check_environment(const char *environment, GError **ret_error)
{
	if (!strcmp(environment, "guest"))
		return 0;
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "--env '%s': this version measures in a guest", environment);
}

/* Of the emulated processor where instructions are counted; where time is, events of perf. */
static int apply_counters(const char *text, struct pb_run_options *run, char ***ret_events,
			  GError **ret_error)
{
	unsigned int kinds;
	int err;

	if (!strcmp(run->evidence, PB_EVIDENCE_COUNTED))
		return pb_counters_parse(text, &run->counters, ret_error);
	if (!pb_counters_parse(text, &kinds, NULL))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "--counters '%s': only a counted guest is looked at while it runs; "
			       "leave out --evidence %s, or name events to be counted: "
			       "page-faults,instructions",
			       text, run->evidence);
	err = pb_counter_events_parse(text, ret_events, ret_error);
	run->counter_events = *ret_events;
	return err;
}

static int print_table(const char *out, GError **ret_error)
{
	g_autofree char *page = g_build_filename(out, PB_HTML_FILE, NULL);
	g_autoptr(pb_result) result = NULL;
	int err = pb_result_load(out, &result, ret_error);

	if (!err)
		err = pb_render_terminal(result, stdout, pb_shared_columns(), ret_error);
	if (!err)
		printf("\nreport: %s\n", page);
	return err;
}

static int measure(const struct pb_run_options *run, const struct pb_shared *shared,
		   GError **ret_error)
{
	g_autoptr(pb_progress) progress = pb_cli_progress(shared->quiet);
	gboolean saved;
	int err = pb_run(run, progress, &saved, ret_error);

	pb_progress_done(progress);
	if (!saved)
		return err;
	return pb_shared_finish(shared, run->out, PB_RESULT_FILE, print_table, err, ret_error);
}

int pb_command_measure(int argc, char **argv, GError **ret_error)
{
	g_autofree char *text = pb_cli_text(argc, argv);
	g_autofree char *kernel = g_strdup(PB_DEFAULT_KERNEL);
	g_autofree char *environment = g_strdup("guest");
	g_autofree char *counters = NULL;
	g_auto(GStrv) events = NULL;
	struct pb_run_options run = {.command = text};
	GOptionEntry common[PB_SHARED_ENTRIES];
	struct pb_shared shared;
	const GOptionEntry own[] = {
		{"kernel", 'k', 0, G_OPTION_ARG_STRING, &kernel, PB_KERNEL_HELP, "SPEC"},
		{"env", 0, 0, G_OPTION_ARG_STRING, &environment, "Where: guest (guest)", "ENV"},
		{"counters", 0, 0, G_OPTION_ARG_STRING, &counters,
		 "Count what the emulated processor does: exact, profile, model, or several; with "
		 "timed evidence, events: page-faults,instructions (none)",
		 "LIST"},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err;

	pb_shared_init(&shared);
	pb_shared_entries(&shared, common);
	err = pb_cli_parse(&argc, &argv, own, common, "[GLOB...]", description, ret_error);
	if (!err)
		err = check_environment(environment, ret_error);
	if (!err)
		err = pb_shared_apply(&shared, NULL, &run, ret_error);
	if (!err && counters)
		err = apply_counters(counters, &run, &events, ret_error);
	run.kernel = kernel;
	run.globs = (const char *const *)argv + 1;
	if (!err)
		err = measure(&run, &shared, ret_error);
	pb_shared_clear(&shared);
	return err;
}
