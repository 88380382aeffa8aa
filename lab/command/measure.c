/* ./run.sh run: measure. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "lab/command/command.h"
#include "lab/command/shared.h"
#include "lab/native/native.h"
#include "lab/native/topology.h"
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

#define DEFAULT_NATIVE_ROUNDS 10
/* With what comes before and after, a minute. */
#define NATIVE_BUDGET_SECONDS 40
#define MIB		      20
#define MOST_MEMORY_MIB	      (1 << 24)
#define MOST_CASE_SECONDS     86400
/* What a native run measures besides the profile it was asked for: what a guest's clock cannot. */
#define NATIVE_PROFILE "native"

/* As they were given; what they become is in pb_run_options and pb_native_options. */
struct choices {
	char *kernel;
	char *environment;
	char *counters;
	char **events; /* of counters, where they are perf's */
	char *cpus;
	GArray *chosen_cpus; /* of int, for timed guests */
	char **devices;
	int numa_node;
	int memory_limit_mib;
	int case_seconds;
	gboolean perf_record;
	gboolean no_module;
	gboolean append;
};

static void choices_clear(struct choices *c)
{
	g_free(c->kernel);
	g_free(c->environment);
	g_free(c->counters);
	g_strfreev(c->events);
	g_free(c->cpus);
	if (c->chosen_cpus)
		g_array_unref(c->chosen_cpus);
	g_strfreev(c->devices);
}

static bool is_native(const struct choices *c)
{
	return !g_strcmp0(c->environment, PB_KIND_NATIVE);
}

static int check_number(const char *name, int value, int most, GError **ret_error)
{
	if (value >= 0 && value <= most)
		return 0;
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "--%s is %d; it must be from 1 to %d",
		       name, value, most);
}

static int refuse(const char *what, const char *why, GError **ret_error)
{
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "%s: %s", what, why);
}

/* What means something on this machine alone. */
static int check_guest(const struct choices *c, GError **ret_error)
{
	bool is_host = !g_strcmp0(c->kernel, "host");

	if (c->devices || c->memory_limit_mib || c->case_seconds || c->no_module || c->append)
		return refuse("--device, --memory-limit, --case-seconds, --no-module, --append",
			      "they are about this machine; add --env native", ret_error);
	if (c->perf_record)
		return refuse("--perf-record",
			      "perf looks at this machine: add --env native; of a guest, "
			      "--counters profile shows more",
			      ret_error);
	if (is_host)
		return refuse("--kernel host", "the running kernel is measured by --env native",
			      ret_error);
	return 0;
}

static int check_append(const struct choices *c, const struct pb_shared *shared, GError **ret_error)
{
	if (!shared->out)
		return refuse("--append",
			      "which result is this boot to be added to? Say so by --out DIR",
			      ret_error);
	if (c->perf_record)
		return refuse("--append --perf-record",
			      "a result has the profiles of its first boot; leave out one of the "
			      "two",
			      ret_error);
	return 0;
}

static int check_native(const struct choices *c, const struct pb_shared *shared, GError **ret_error)
{
	int err = 0;

	if (c->kernel && strcmp(c->kernel, "host"))
		return refuse("--env native",
			      "measures the running kernel, --kernel host; another one is booted "
			      "in a guest",
			      ret_error);
	if (shared->evidence && !strcmp(shared->evidence, PB_EVIDENCE_COUNTED))
		return refuse("--env native --evidence counted",
			      "instructions are counted exactly in a guest alone; leave out one of "
			      "the two",
			      ret_error);
	if (c->numa_node < -1)
		return refuse("--numa", "a node's number is 0 or more", ret_error);
	if (c->append)
		err = check_append(c, shared, ret_error);
	if (!err)
		err = check_number("memory-limit", c->memory_limit_mib, MOST_MEMORY_MIB, ret_error);
	return err ? err
		   : check_number("case-seconds", c->case_seconds, MOST_CASE_SECONDS, ret_error);
}

static int check_environment(const struct choices *c, const struct pb_shared *shared,
			     GError **ret_error)
{
	if (is_native(c))
		return check_native(c, shared, ret_error);
	if (!c->environment || !strcmp(c->environment, PB_KIND_GUEST))
		return check_guest(c, ret_error);
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "--env '%s': it is guest or native",
		       c->environment);
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

static struct pb_native_options native_options(const struct choices *c, bool boots_given)
{
	return (struct pb_native_options){
		.cpus = c->cpus,
		.numa_node = c->numa_node,
		.memory_limit_bytes = (guint64)c->memory_limit_mib << MIB,
		.case_seconds = (guint)c->case_seconds,
		.devices = (const char *const *)c->devices,
		.budget_seconds = boots_given ? 0 : NATIVE_BUDGET_SECONDS,
		.perf_record = c->perf_record,
		.no_module = c->no_module,
		.append = c->append,
	};
}

/* Of evidence and boots what was not given is what fits the environment. */
static void settle_shared(const struct choices *c, struct pb_shared *shared)
{
	if (!is_native(c))
		return;
	g_free(shared->evidence);
	shared->evidence = g_strdup(PB_EVIDENCE_TIMED);
	if (!pb_shared_has_boots(shared))
		shared->boots = DEFAULT_NATIVE_ROUNDS;
}

static int measure(struct pb_run_options *run, const struct pb_native_options *native,
		   const struct pb_shared *shared, GError **ret_error)
{
	g_autoptr(pb_progress) progress = pb_cli_progress(shared->quiet);
	gboolean saved;
	int err = native ? pb_native_run(run, native, progress, &saved, ret_error)
			 : pb_run(run, progress, &saved, ret_error);

	pb_progress_done(progress);
	if (!saved)
		return err;
	return pb_shared_finish(shared, run->out, PB_RESULT_FILE, print_table, err, ret_error);
}

/* Of timed guests: the CPUs that their processors are bound to. Counted ones run on any. */
static int choose_cpus(struct choices *c, struct pb_run_options *run, GError **ret_error)
{
	int err;

	if (is_native(c) || (!c->cpus && c->numa_node < 0))
		return 0;
	if (!strcmp(run->evidence, PB_EVIDENCE_COUNTED))
		return refuse("--cpus, --numa",
			      "where a guest runs makes no difference to what it counts; add "
			      "--evidence timed, or --env native",
			      ret_error);
	err = pb_native_choose_cpus(c->cpus, c->numa_node, &c->chosen_cpus, ret_error);
	run->cpus = c->chosen_cpus;
	return err;
}

static int run_choices(struct choices *c, struct pb_shared *shared, struct pb_run_options *run,
		       GError **ret_error)
{
	struct pb_native_options native = native_options(c, pb_shared_has_boots(shared));
	bool is_usual = !shared->profile && !(run->globs && *run->globs);
	int err = check_environment(c, shared, ret_error);

	if (err)
		return err;
	settle_shared(c, shared);
	err = pb_shared_apply(shared, NULL, run, ret_error);
	if (!err && c->counters)
		err = apply_counters(c->counters, run, &c->events, ret_error);
	if (!err)
		err = choose_cpus(c, run, ret_error);
	if (err)
		return err;
	run->kernel = c->kernel ? c->kernel : PB_DEFAULT_KERNEL;
	if (is_native(c) && is_usual)
		run->also_profile = NATIVE_PROFILE;
	return measure(run, is_native(c) ? &native : NULL, shared, ret_error);
}

int pb_command_measure(int argc, char **argv, GError **ret_error)
{
	g_autofree char *text = pb_cli_text(argc, argv);
	struct choices c = {.numa_node = -1};
	struct pb_run_options run = {.command = text};
	GOptionEntry common[PB_SHARED_ENTRIES];
	struct pb_shared shared;
	const GOptionEntry own[] = {
		{"kernel", 'k', 0, G_OPTION_ARG_STRING, &c.kernel, PB_KERNEL_HELP, "SPEC"},
		{"env", 0, 0, G_OPTION_ARG_STRING, &c.environment,
		 "Where: in a guest, or on this machine as it is: native (guest)", "ENV"},
		{"counters", 0, 0, G_OPTION_ARG_STRING, &c.counters,
		 "Counted: exact, profile, model; timed: events as perf names them (none)",
		 "NAME,..."},
		{"cpus", 0, 0, G_OPTION_ARG_STRING, &c.cpus,
		 "Native, timed guests: on these CPUs, 0,2-5 (one of each core first)", "LIST"},
		{"numa", 0, 0, G_OPTION_ARG_INT, &c.numa_node,
		 "Native: memory of this NUMA node, and its CPUs; timed guests: its CPUs", "NODE"},
		{"device", 0, 0, G_OPTION_ARG_STRING_ARRAY, &c.devices,
		 "Native: use this device; a disk is overwritten", "ROLE=NAME"},
		{"perf-record", 0, 0, G_OPTION_ARG_NONE, &c.perf_record,
		 "Native: and a flame graph of each case, by perf", NULL},
		{"memory-limit", 0, 0, G_OPTION_ARG_INT, &c.memory_limit_mib,
		 "Native: what a case may map and pin (a quarter of the machine)", "MIB"},
		{"case-seconds", 0, 0, G_OPTION_ARG_INT, &c.case_seconds,
		 "Native: what a case may take (120)", "N"},
		{"no-module", 0, 0, G_OPTION_ARG_NONE, &c.no_module,
		 "Native: load nothing into the kernel", NULL},
		{"append", 0, 0, G_OPTION_ARG_NONE, &c.append,
		 "Native: as one more boot of the result in --out DIR", NULL},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err;

	pb_shared_init(&shared);
	pb_shared_entries(&shared, common);
	err = pb_cli_parse(&argc, &argv, own, common, "[GLOB...]", description, ret_error);
	run.globs = (const char *const *)argv + 1;
	if (!err)
		err = run_choices(&c, &shared, &run, ret_error);
	pb_shared_clear(&shared);
	choices_clear(&c);
	return err;
}
