/* ./run.sh annotate: a function's instructions with their counts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lab/command/command.h"
#include "lab/command/shared.h"
#include "lab/kernel/build.h"
#include "lab/kernel/module.h"
#include "lab/paths.h"
#include "lab/profile/annotate.h"
#include "lab/run/counters.h"
#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/result.h"

static const char description[] =
	"Measures CASE with a profile, and shows the instructions of FUNCTION with how often one\n"
	"operation executed each. CASE is a benchmark with its parameters\n"
	"(\"gup/pin_fast[batch=1]\"); what is not named has its default.";

/* Without brackets the profile would choose: here it is the default case. */
static char *whole_case(const char *text)
{
	return strchr(text, '[') ? g_strdup(text) : g_strconcat(text, "[]", NULL);
}

static int load_profile(const char *out, struct pb_profile **ret_profile, GError **ret_error)
{
	g_autoptr(pb_result) result = NULL;
	g_autofree char *directory = NULL;
	const json_t *one;
	const char *folder, *error;
	int err = pb_result_load(out, &result, ret_error);

	if (err)
		return err;
	one = json_array_get(json_object_get(result->root, "cases"), 0);
	folder = json_string_value(json_object_get(one, "profile"));
	error = json_string_value(json_object_get(one, "profile_error"));
	if (!folder)
		return pb_fail(ret_error, ENODATA, PB_EXIT_ENVIRONMENT,
			       "the case left no profile: %s",
			       error ? error : "it measures no call of a kernel's function");
	directory = g_build_filename(out, folder, NULL);
	return pb_profile_load(directory, ret_profile, ret_error);
}

static int print(const struct pb_run_options *run, const char *function,
		 struct pb_progress *progress, GError **ret_error)
{
	g_autoptr(pb_profile) profile = NULL;
	g_autoptr(pb_kernel) kernel = NULL;
	g_autofree char *module = NULL, *text = NULL;
	struct pb_annotate_inputs inputs = {.function = function, .agent = PB_PATH_AGENT};
	int err = load_profile(run->out, &profile, ret_error);

	if (!err)
		err = pb_kernel_get(run->kernel, PB_PATH_CONFIGS, 0, progress, &kernel, ret_error);
	if (!err)
		err = pb_module_build(kernel, PB_PATH_KERNEL_SIDE, PB_PATH_INCLUDE, progress,
				      &module, ret_error);
	if (err)
		return err;
	inputs.profile = profile;
	inputs.vmlinux = kernel->vmlinux;
	inputs.module = module;
	err = pb_annotate(&inputs, &text, ret_error);
	if (!err)
		fputs(text, stdout);
	return err;
}

static int measure_and_print(struct pb_run_options *run, const char *one, const char *function,
			     const struct pb_shared *shared, GError **ret_error)
{
	g_autoptr(pb_progress) progress = pb_cli_progress(shared->quiet);
	g_autofree char *whole = whole_case(one);
	const char *const globs[] = {whole, NULL};
	gboolean saved;
	int err;

	run->globs = globs;
	run->counters = PB_COUNTERS_EXACT | PB_COUNTERS_PROFILE;
	err = pb_run(run, progress, &saved, ret_error);
	pb_progress_done(progress);
	return err ? err : print(run, function, progress, ret_error);
}

int pb_command_annotate(int argc, char **argv, GError **ret_error)
{
	g_autofree char *text = pb_cli_text(argc, argv);
	g_autofree char *kernel = g_strdup(PB_DEFAULT_KERNEL);
	struct pb_run_options run = {.command = text};
	GOptionEntry common[PB_SHARED_ENTRIES];
	struct pb_shared shared;
	const GOptionEntry own[] = {
		{"kernel", 'k', 0, G_OPTION_ARG_STRING, &kernel, PB_KERNEL_HELP, "SPEC"},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err;

	pb_shared_init(&shared);
	pb_shared_entries(&shared, common);
	err = pb_cli_parse(&argc, &argv, own, common, "CASE FUNCTION", description, ret_error);
	if (!err && argc != 3)
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "annotate wants a case and a function: ./run.sh annotate "
			      "'gup/pin_fast[batch=1]' gup_fast_fallback");
	if (!err)
		err = pb_shared_apply(&shared, "annotate", &run, ret_error);
	if (!err && strcmp(run.evidence, PB_EVIDENCE_COUNTED))
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "annotate counts instructions: leave out --evidence %s",
			      run.evidence);
	run.kernel = kernel;
	if (!err)
		err = measure_and_print(&run, argv[1], argv[2], &shared, ret_error);
	pb_shared_clear(&shared);
	return err;
}
