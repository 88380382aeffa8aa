/* perf record around the agent, for real: is what was measured what it found? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lab/native/perf.h"
#include "lab/util/process.h"
#include "pinbench/marker.h"
#include "reports/error.h"
#include "reports/profile/samples.h"
#include "tests/unit/scratch.h"

/* Copies 16 MiB, by a system call that has a function of its own in the kernel. */
#define CASE	"syscall/process_vm_readv[backing=anon,page=4k,io=64k,copied=all,size=16m]"
#define FOLDER	"profile/syscall-process_vm_readv-anon-4k-64k-all-16m"
#define SYSCALL "process_vm_rw"
#define WANTED	200

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
						.wanted_samples = WANTED};
	g_autofree char *folder = NULL;
	int err = pb_perf_record(&options, &folder, ret_error);

	if (!err)
		assert_string_equal(folder, FOLDER);
	return err;
}

static void must_record(const char *out)
{
	g_autoptr(GError) error = NULL;

	if (record(out, CASE, &error))
		fail_msg("%s", error->message);
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
	must_record(*state);
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
	/* All that is measured is below one function, and nearly all of it in the system call. */
	function = find(measured, PINBENCH_SYMBOL_MEASURE);
	assert_non_null(function);
	assert_int_equal(function->inclusive[PB_PROFILE_INSNS], measured->insns);
	function = find(measured, SYSCALL);
	assert_non_null(function);
	assert_string_equal(function->where, "kernel");
	assert_true(function->inclusive[PB_PROFILE_INSNS] * 10 > measured->insns * 8);
	assert_null(find(measured, PINBENCH_SYMBOL_PREPARE));
}

/* Rehearsals make the same calls as what is measured. */
static void what_prepares_is_outside(void **state)
{
	g_autoptr(pb_profile) profile = NULL;
	const struct pb_profile_region *outside;

	skip_without_perf();
	must_record(*state);
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
	must_record(*state);
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(finds_the_measured_call),
		IN_SCRATCH(what_prepares_is_outside),
		IN_SCRATCH(agrees_with_perf_report),
		IN_SCRATCH(a_case_that_fails_has_no_profile),
	};

	if (argc < 2)
		return EXIT_FAILURE;
	agent = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
