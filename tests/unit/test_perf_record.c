/* perf record around the agent, for real: is what was measured what it found? */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lab/native/perf.h"
#include "lab/util/process.h"
#include "pinbench/marker.h"
#include "reports/error.h"
#include "reports/profile/samples.h"
#include "tests/unit/scratch.h"

/* Walks page tables in a function that is called by its address: no compiler takes it in. */
#define CASE	"syscall/mlock[backing=anon,page=4k,size=16m]"
#define FOLDER	"profile/syscall-mlock-anon-4k-16m"
#define SYSCALL "mlock_pte_range"
#define WANTED	400
/* A machine that has other things to do gets there as well. */
#define PATIENCE_SECONDS 60
#define NOBODY		 65534

static const char *agent;

static void skip_without_perf(void)
{
	g_autoptr(GError) why = NULL;

	if (!pb_perf_usable(&why))
		return;
	print_message("skipped: %s\n", why->message);
	skip();
}

static int record(const char *out, const char *id, GError **ret_error)
{
	const struct pb_perf_options options = {.agent = agent,
						.id = id,
						.out = out,
						.kernel = "host",
						.release = "x",
						.repetitions = 1,
						.wanted_samples = WANTED,
						.most_seconds = PATIENCE_SECONDS};
	g_autofree char *folder = NULL;
	int err = pb_perf_record(&options, &folder, ret_error);

	if (!err)
		assert_string_equal(folder, FOLDER);
	return err;
}

/* One for all tests that look at it. */
static int record_once(void **state)
{
	g_autoptr(GError) error = NULL;
	int err = scratch_make(state);

	if (!err && !pb_perf_usable(NULL) && record(*state, CASE, &error))
		print_error("%s\n", error->message);
	return err || error ? -1 : 0;
}

static struct pb_profile *load(const char *out)
{
	g_autofree char *directory = g_build_filename(out, FOLDER, NULL);
	struct pb_profile *profile = NULL;
	g_autoptr(GError) error = NULL;

	if (pb_profile_load(directory, &profile, &error))
		fail_msg("%s", error->message);
	return profile;
}

static const struct pb_profile_function *find(const struct pb_profile_region *region,
					      const char *name)
{
	for (guint i = 0; i < region->functions->len; i++) {
		const struct pb_profile_function *function = region->functions->pdata[i];

		if (!strcmp(function->name, name))
			return function;
	}
	return NULL;
}

static void finds_the_measured_call(void **state)
{
	static const char *const files[] = {"perf.data",       "profile.json",	     "measured.svg",
					    "measured.folded", "measured.callgrind", "outside.svg"};
	g_autoptr(pb_profile) profile = NULL;
	const struct pb_profile_region *measured;
	const struct pb_profile_function *function;

	skip_without_perf();
	profile = load(*state);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(*state, FOLDER, files[i], NULL);

		if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
			fail_msg("there is no %s", path);
	}
	assert_true(profile->sampled);
	assert_true(profile->repetitions > 1);
	measured = profile->regions->pdata[0];
	assert_string_equal(measured->metric, PB_PROFILE_MEASURED);
	assert_true(measured->insns >= WANTED);
	/* All that is measured is below one function, and much of it in that walk. */
	function = find(measured, PINBENCH_SYMBOL_MEASURE);
	assert_non_null(function);
	assert_int_equal(function->inclusive[PB_PROFILE_INSNS], measured->insns);
	function = find(measured, SYSCALL);
	assert_non_null(function);
	assert_string_equal(function->where, "kernel");
	assert_true(function->inclusive[PB_PROFILE_INSNS] * 10 > measured->insns * 3);
	assert_null(find(measured, PINBENCH_SYMBOL_PREPARE));
}

/* Rehearsals make the same calls as what is measured. */
static void what_prepares_is_outside(void **state)
{
	g_autoptr(pb_profile) profile = NULL;
	const struct pb_profile_region *outside;

	skip_without_perf();
	profile = load(*state);
	outside = pb_profile_find(profile, PB_PROFILE_OUTSIDE);
	assert_non_null(outside);
	assert_non_null(find(outside, PINBENCH_SYMBOL_PREPARE));
	assert_non_null(find(outside, SYSCALL));
}

static guint64 self_in(const struct pb_profile *profile, const char *metric, const char *name)
{
	const struct pb_profile_region *region = pb_profile_find(profile, metric);
	const struct pb_profile_function *function = region ? find(region, name) : NULL;

	return function ? function->self[PB_PROFILE_INSNS] : 0;
}

/* "    12.34%  [k] name" of perf's own report, by name. */
static double reported(const char *text, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	double percent = 0;

	for (char **line = lines; *line; line++) {
		const char *at = strstr(*line, "[k] ");

		if (at && g_str_has_prefix(at + 4, name) &&
		    (!at[4 + strlen(name)] || strchr(" .", at[4 + strlen(name)])))
			percent += strtod(*line, NULL);
	}
	return percent;
}

static void agrees_with_perf_report(void **state)
{
	g_autofree char *data = g_build_filename(*state, FOLDER, "perf.data", NULL);
	const char *const argv[] = {"perf",	     "report", "-i",   data,	 "--stdio", "-q",
				    "--no-children", "-g",     "none", "--sort", "sym",	    NULL};
	const char *const env[] = {"PERF_CONFIG=/dev/null", "LC_ALL=C", NULL};
	const struct pb_command command = {.argv = argv, .env = env};
	g_autoptr(pb_profile) profile = NULL;
	const struct pb_profile_region *measured;
	g_autofree char *text = NULL;
	guint compared = 0;

	skip_without_perf();
	assert_int_equal(pb_command_run(&command, &text, NULL), 0);
	profile = load(*state);
	measured = profile->regions->pdata[0];
	for (guint i = 0; i < measured->functions->len && compared < 3; i++) {
		const struct pb_profile_function *function = measured->functions->pdata[i];
		double own = pb_samples_percent(
			function->self[PB_PROFILE_INSNS] +
				self_in(profile, PB_PROFILE_OUTSIDE, function->name),
			pb_samples_total(profile));
		double theirs = reported(text, function->name);

		if (strcmp(function->where, "kernel"))
			continue;
		if (own < theirs - 1 || own > theirs + 1)
			fail_msg("%s: %f %%, and perf report says %f:\n%s", function->name, own,
				 theirs, text);
		compared++;
	}
	assert_int_equal(compared, 3);
}

static void a_case_that_fails_has_no_profile(void **state)
{
	g_autofree char *json =
		g_build_filename(*state, "profile", "no-such", "profile.json", NULL);
	g_autoptr(GError) error = NULL;

	skip_without_perf();
	assert_int_not_equal(record(*state, "no/such", &error), 0);
	scratch_check_error(error, PB_EXIT_ENVIRONMENT,
			    (const char *const[]){"no/such", "no benchmark is called", NULL});
	assert_false(g_file_test(json, G_FILE_TEST_EXISTS));
}

static void without_perf(void **state)
{
	g_autofree char *path = g_strdup(g_getenv("PATH"));
	g_autoptr(GError) error = NULL;
	int err;

	g_setenv("PATH", *state, TRUE);
	err = pb_perf_usable(&error);
	g_setenv("PATH", path, TRUE);
	assert_int_equal(err, -ENOENT);
	scratch_check_error(error, PB_EXIT_ENVIRONMENT,
			    (const char *const[]){"not installed", "linux-perf", NULL});
}

/* 0: refused for the right reason. */
static int refused_as_nobody(void)
{
	g_autoptr(GError) error = NULL;

	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		return 1;
	if (pb_perf_usable(&error) != -EACCES || error->code != PB_EXIT_ENVIRONMENT)
		return 2;
	return strstr(error->message, "kernel.perf_event_paranoid=1") &&
			       !strchr(error->message, '\n')
		       ? 0
		       : 3;
}

static void whom_the_kernel_forbids_it(void **state)
{
	g_autofree char *paranoid = NULL;
	pid_t child;
	int status;

	skip_without_perf();
	g_file_get_contents("/proc/sys/kernel/perf_event_paranoid", &paranoid, NULL, NULL);
	if (getuid() || !paranoid || atoi(paranoid) < 2) {
		print_message("skipped: wants root and kernel.perf_event_paranoid of 2 or more\n");
		skip();
	}
	child = fork();
	if (!child)
		_exit(refused_as_nobody());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_measured_call),
		cmocka_unit_test(what_prepares_is_outside),
		cmocka_unit_test(agrees_with_perf_report),
		IN_SCRATCH(a_case_that_fails_has_no_profile),
		IN_SCRATCH(without_perf),
		cmocka_unit_test(whom_the_kernel_forbids_it),
	};

	if (argc < 2)
		return EXIT_FAILURE;
	agent = argv[1];
	return cmocka_run_group_tests(tests, record_once, scratch_drop);
}
