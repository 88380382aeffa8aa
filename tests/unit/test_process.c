/* Running programs: output, limits, failures that say why, and nobody left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"

#define SHELL(script) ((const char *const[]){"sh", "-c", script, NULL})

static void collect(const char *line, void *context)
{
	g_string_append_printf(context, "[%s]", line);
}

static void test_output(void **state)
{
	const char *const env[] = {"PINBENCH_TEST=seen", "PINBENCH_GONE", NULL};
	struct pb_command command = {
		.argv = SHELL("pwd; echo $PINBENCH_TEST$PINBENCH_GONE; cat; echo aside >&2"),
		.cwd = "/",
		.env = env,
		.on_line = collect,
	};
	g_autoptr(GString) lines = g_string_new(NULL);
	g_autofree char *output = NULL;

	(void)state;
	command.context = lines;
	g_setenv("PINBENCH_GONE", "not removed", TRUE);
	assert_int_equal(pb_command_run(&command, &output, NULL), 0);
	assert_string_equal(output, "/\nseen\n");
	assert_string_equal(lines->str, "[aside]");
}

static void test_bare_environment(void **state)
{
	struct pb_command command = {.argv = SHELL("echo $PINBENCH_GONE; test -n \"$PATH\""),
				     .bare_env = true};
	g_autofree char *output = NULL;

	(void)state;
	g_setenv("PINBENCH_GONE", "inherited", TRUE);
	assert_int_equal(pb_command_run(&command, &output, NULL), 0);
	assert_string_equal(output, "\n");
}

static void test_lines_and_log(void **state)
{
	g_autofree char *root = g_dir_make_tmp("pinbench-process-XXXXXX", NULL);
	g_autofree char *log_path = g_build_filename(root, "log", NULL);
	g_autoptr(GString) lines = g_string_new(NULL);
	g_autofree char *text = NULL;
	struct pb_command command = {
		.argv = SHELL("echo one; echo two >&2; printf three"),
		.log_path = log_path,
		.on_line = collect,
		.context = lines,
	};

	(void)state;
	assert_int_equal(pb_command_run(&command, NULL, NULL), 0);
	assert_string_equal(lines->str, "[one][two][three]");
	assert_int_equal(pb_command_run(&command, NULL, NULL), 0);
	assert_true(g_file_get_contents(log_path, &text, NULL, NULL));
	assert_string_equal(text, "one\ntwo\nthreeone\ntwo\nthree");
	pb_remove_tree(root, NULL);
}

static void test_failure(void **state)
{
	struct pb_command exits = {.argv = SHELL("echo the reason >&2; exit 7"),
				   .failure = PB_EXIT_USAGE};
	struct pb_command dies = {.argv = SHELL("kill -SEGV $$")};
	struct pb_command absent = {.argv = (const char *const[]){"pinbench-no-such", NULL}};
	g_autoptr(GError) first = NULL;
	g_autoptr(GError) second = NULL;
	g_autoptr(GError) third = NULL;
	int status = 0;

	(void)state;
	assert_int_equal(pb_command_run(&exits, NULL, &first), -EIO);
	assert_int_equal(first->code, PB_EXIT_USAGE);
	assert_non_null(strstr(first->message, "exit status 7"));
	assert_non_null(strstr(first->message, "the reason"));
	assert_int_equal(pb_command_run(&dies, NULL, &second), -EIO);
	assert_int_equal(second->code, PB_EXIT_ENVIRONMENT);
	assert_non_null(strstr(second->message, "signal 11"));
	assert_int_equal(pb_command_run(&absent, NULL, &third), -ENOENT);
	assert_non_null(strstr(third->message, "pinbench-no-such is not installed"));
	exits.ret_status = &status;
	assert_int_equal(pb_command_run(&exits, NULL, NULL), 0);
	assert_int_equal(status, 7);
}

static void test_output_is_bounded(void **state)
{
	struct pb_command command = {.argv = SHELL("head -c 100000 /dev/zero"),
				     .output_limit_bytes = 1000};
	g_autofree char *output = NULL;
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_int_equal(pb_command_run(&command, &output, &error), -EFBIG);
	assert_null(output);
	assert_non_null(strstr(error->message, "1000"));
}

/* Both the program and what it started must be gone, though the second ignores SIGTERM. */
static void test_timeout_ends_the_group(void **state)
{
	g_autofree char *root = g_dir_make_tmp("pinbench-process-XXXXXX", NULL);
	g_autofree char *pid_path = g_build_filename(root, "pid", NULL);
	g_autofree char *text = NULL;
	struct pb_command command = {
		.argv = SHELL("sh -c 'trap \"\" TERM; echo $$ > pid; sleep 60' & sleep 60"),
		.cwd = root,
		.timeout_seconds = 1,
	};
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_int_equal(pb_command_run(&command, NULL, &error), -ETIMEDOUT);
	assert_non_null(strstr(error->message, "within 1 seconds"));
	assert_true(g_file_get_contents(pid_path, &text, NULL, NULL));
	for (int i = 0; i < 200 && !kill(atoi(text), 0); i++)
		g_usleep(10000);
	assert_int_equal(kill(atoi(text), 0), -1);
	pb_remove_tree(root, NULL);
}

/* A program that leaves something running with its output open is not waited for. */
static void test_daemon_is_not_waited_for(void **state)
{
	struct pb_command command = {.argv = SHELL("sleep 3 & echo done")};
	gint64 began = g_get_monotonic_time();
	g_autofree char *output = NULL;

	(void)state;
	assert_int_equal(pb_command_run(&command, &output, NULL), 0);
	assert_string_equal(output, "done\n");
	assert_true(g_get_monotonic_time() - began < 2 * G_USEC_PER_SEC);
}

/* Ends a process that runs `sleep` by @number, and hands back how it ended. */
static int end_by(int number, const char *pid_path)
{
	struct pb_command command = {.argv = SHELL("echo $$ > \"$0\"; exec sleep 60")};
	const char *const argv[] = {"sh", "-c", "echo $$ > \"$0\"; exec sleep 60", pid_path, NULL};
	g_autofree char *text = NULL;
	int status;
	pid_t child = fork();

	if (!child) {
		g_autoptr(GError) error = NULL;
		int r;

		command.argv = argv;
		pb_signals_install();
		r = pb_command_run(&command, NULL, &error);
		_exit(r == -EINTR ? error->code : 99);
	}
	while (!g_file_get_contents(pid_path, &text, NULL, NULL) || !*text)
		g_usleep(10000);
	kill(child, number);
	waitpid(child, &status, 0);
	for (int i = 0; i < 200 && !kill(atoi(text), 0); i++)
		g_usleep(10000);
	assert_int_equal(kill(atoi(text), 0), -1);
	return status;
}

static void test_interrupt_and_death(void **state)
{
	g_autofree char *root = g_dir_make_tmp("pinbench-process-XXXXXX", NULL);
	g_autofree char *first = g_build_filename(root, "first", NULL);
	g_autofree char *second = g_build_filename(root, "second", NULL);
	int interrupted = end_by(SIGINT, first);
	int killed = end_by(SIGKILL, second);

	(void)state;
	assert_true(WIFEXITED(interrupted));
	assert_int_equal(WEXITSTATUS(interrupted), PB_EXIT_INTERRUPTED);
	assert_true(WIFSIGNALED(killed));
	pb_remove_tree(root, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_bare_environment),
		cmocka_unit_test(test_lines_and_log),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_output_is_bounded),
		cmocka_unit_test(test_timeout_ends_the_group),
		cmocka_unit_test(test_daemon_is_not_waited_for),
		cmocka_unit_test(test_interrupt_and_death),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
