/*
 * What an agent that was copied alone to a machine leaves there is a result: it is read and
 * rendered like any other. Arguments: the agent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/run/run.h"
#include "lab/util/process.h"
#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/result.h"
#include "tests/unit/scratch.h"

static const char *agent;

/* The exit status of a session of this plan, into the folder "result". */
static int measure(void **state, const char *plan, char **ret_said)
{
	g_autofree char *path = scratch_write(state, "plan.json", plan);
	g_autofree char *result = scratch_path(state, "result");
	g_autofree char *log = scratch_path(state, "log");
	const char *const argv[] = {agent, "run", "--result", result, "--dir", *state, path, NULL};
	int status = -1;
	const struct pb_command command = {
		.argv = argv, .timeout_seconds = 60, .log_path = log, .ret_status = &status};

	assert_int_equal(pb_command_run(&command, NULL, NULL), 0);
	if (ret_said)
		assert_true(g_file_get_contents(log, ret_said, NULL, NULL));
	return status;
}

static void check_case(const struct pb_result *result, const char *id, const char *metric)
{
	const struct pb_case *one = pb_result_case(result, id);
	const struct pb_metric *found;

	assert_non_null(one);
	assert_int_equal(one->outcome, PB_CASE_OK);
	found = pb_case_metric(one, metric);
	assert_non_null(found);
	assert_int_equal(found->boot_count, 2);
	assert_int_equal(found->boots[0].count, 3);
	assert_true(found->median > 0);
}

static void it_is_read_like_any_other(void **state)
{
	g_autofree char *directory = scratch_path(state, "result");
	g_autofree char *page = scratch_path(state, "result/report.html");
	g_autoptr(pb_result) result = NULL;
	g_autoptr(GError) error = NULL;

	assert_int_equal(
		measure(state,
			"{\"evidence\":\"timed\",\"repetitions\":3,\"rounds\":2,"
			"\"floor\":[\"null/user\"],"
			"\"cases\":[\"null/user\",\"gup/pin\",\"syscall/vmsplice[io=64k]\"]}",
			NULL),
		PB_EXIT_OK);
	if (pb_result_load(directory, &result, &error))
		fail_msg("%s", error->message);
	assert_true(result->environment.native);
	assert_true(result->environment.rounds);
	assert_false(result->environment.counted);
	assert_int_equal(result->environment.boots, 2);
	assert_non_null(result->environment.boot_id);
	assert_int_equal(result->case_count, 3);
	assert_non_null(pb_result_benchmark(result, "gup/pin"));
	check_case(result, "null/user", "call");
	check_case(result, "syscall/vmsplice[backing=anon,page=4k,io=64k,size=16m]", "vmsplice");
	assert_int_equal(pb_write_reports(directory, NULL), 0);
	assert_true(g_file_test(page, G_FILE_TEST_EXISTS));
}

static void a_wrong_plan_is_told_of(void **state)
{
	static const struct {
		const char *plan;
		const char *word;
	} wrongs[] = {
		{"{\"evidence\":\"timed\",\"repetitions\":3,\"rounds\":0,\"cases\":[]}", "rounds"},
		{"{\"evidence\":\"counted\",\"repetitions\":3,\"cases\":[]}", "guest"},
		{"{\"evidence\":\"timed\",\"repetitions\":1,\"floor\":[\"a/b\"],\"cases\":[]}",
		 "'a/b'"},
		{"{\"evidence\":\"timed\",", "plan.json:1"},
	};
	g_autofree char *directory = scratch_path(state, "result");

	for (gsize i = 0; i < G_N_ELEMENTS(wrongs); i++) {
		g_autofree char *said = NULL;

		assert_int_equal(measure(state, wrongs[i].plan, &said), PB_EXIT_USAGE);
		if (!strstr(said, wrongs[i].word))
			fail_msg("\"%s\" is not in: %s", wrongs[i].word, said);
		assert_false(g_file_test(directory, G_FILE_TEST_EXISTS));
	}
}

/* One who pins and gives back all the time, until it is killed. */
static pid_t start_pinning(void **state)
{
	g_autofree char *plan = scratch_write(state, "pinning.json",
					      "{\"evidence\":\"timed\",\"repetitions\":1000000,"
					      "\"cases\":[\"uring/register\"]}");
	pid_t child = fork();

	if (!child) {
		/* A test that fails does not come to ending it. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(agent, agent, "run", "--out", "/dev/null", "--dir", *state, plan, NULL);
		_exit(127);
	}
	assert_true(child > 0);
	return child;
}

/* Looked at by perf it leaves events, no result; others share its machine there, too. */
static void pins_of_others_are_no_fault(void **state)
{
	g_autofree char *plan =
		scratch_write(state, "plan.json",
			      "{\"evidence\":\"timed\",\"repetitions\":3,\"shares_machine\":true,"
			      "\"cases\":[\"uring/register\",\"syscall/vmsplice\"]}");
	const char *const argv[] = {agent, "run", "--dir", *state, plan, NULL};
	const struct pb_command command = {.argv = argv, .timeout_seconds = 60};
	pid_t pinning = start_pinning(state);

	for (int i = 0; i < 5; i++) {
		g_autofree char *events = NULL;

		g_usleep(100000);
		assert_int_equal(pb_command_run(&command, &events, NULL), 0);
		if (strstr(events, "\"outcome\":\"fail\""))
			fail_msg("%s", events);
	}
	kill(pinning, SIGTERM);
	waitpid(pinning, NULL, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(it_is_read_like_any_other),
		IN_SCRATCH(a_wrong_plan_is_told_of),
		IN_SCRATCH(pins_of_others_are_no_fault),
	};

	if (argc != 2)
		return 2;
	agent = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
