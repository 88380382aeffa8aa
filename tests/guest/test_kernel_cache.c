/*
 * The kernel cache from end to end: what is served, what is built again, and that
 * neither a kill nor a second pinbench makes it serve or do the wrong thing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel_fixture.h"
#include "lab/kernel/cache/list.h"
#include "lab/util/process.h"

static void test_build_and_serve(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) first = kernel_get(fixture, "");
	g_autoptr(pb_kernel) second = kernel_get(fixture, "");

	assert_int_equal(kernel_times_done(fixture, "vmlinux"), 1);
	assert_string_equal(first->key, second->key);
	assert_string_equal(first->release, "6.12.0-small");
	assert_string_equal(second->text_sha256, first->text_sha256);
	assert_string_equal(second->vmlinux, first->vmlinux);
	assert_string_equal(second->origin, fixture->tree);
	assert_int_equal(g_strv_length(second->dropped), 1);
	assert_string_equal(second->dropped[0], "CONFIG_SOMETIMES=y");
	assert_true(g_file_test(first->config, G_FILE_TEST_EXISTS));
}

/* A process of its own that gets the kernel and says by its exit code what came of it. */
static pid_t get_aside(const struct fixture *fixture)
{
	pid_t child = fork();

	if (!child) {
		g_autoptr(GError) error = NULL;
		struct pb_kernel *kernel = NULL;

		pb_signals_install();
		_exit(pb_kernel_get(fixture->tree, fixture->configs, 0, NULL, &kernel, &error)
			      ? error->code
			      : PB_EXIT_OK);
	}
	return child;
}

static void wait_until_started(const struct fixture *fixture)
{
	for (int i = 0; i < 3000; i++) {
		if (kernel_there(fixture->root, "tmp/started"))
			return;
		g_usleep(10000);
	}
	fail_msg("the build did not start within 30 seconds");
}

static void assert_incomplete(void)
{
	g_autoptr(GPtrArray) entries = NULL;
	const struct pb_kernel_entry *entry;

	assert_int_equal(pb_kernel_list(&entries, NULL), 0);
	assert_int_equal(entries->len, 1);
	entry = entries->pdata[0];
	assert_false(entry->complete);
	assert_null(entry->release);
}

static void interrupted_by(const struct fixture *fixture, int number, int *ret_status)
{
	pid_t child;

	kernel_put(fixture->root, "tmp/hold", "");
	child = get_aside(fixture);
	wait_until_started(fixture);
	assert_int_equal(kill(child, number), 0);
	assert_int_equal(waitpid(child, ret_status, 0), child);
	assert_incomplete();
	kernel_away(fixture->root, "tmp/hold");
}

static void test_killed_build_goes_on(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) kernel = NULL;
	int status;

	interrupted_by(fixture, SIGKILL, &status);
	assert_true(WIFSIGNALED(status));
	kernel = kernel_get(fixture, "");
	/* What was done before the kill is not done again, and nothing twice. */
	assert_int_equal(kernel_times_done(fixture, "first"), 1);
	assert_int_equal(kernel_times_done(fixture, "vmlinux"), 1);
}

/* A compiler that outlives its pinbench still writes; the next one must not write beside it. */
static void test_orphans_are_waited_for(void **state)
{
	const struct fixture *fixture = *state;
	int status;
	pid_t next;

	kernel_put(fixture->root, "tmp/stubborn", "");
	kernel_put(fixture->root, "tmp/hold", "");
	next = get_aside(fixture);
	wait_until_started(fixture);
	assert_int_equal(kill(next, SIGKILL), 0);
	assert_int_equal(waitpid(next, &status, 0), next);
	kernel_away(fixture->root, "tmp/started");
	next = get_aside(fixture);
	g_usleep(500000);
	assert_false(kernel_there(fixture->root, "tmp/started"));
	kernel_away(fixture->root, "tmp/hold");
	assert_int_equal(waitpid(next, &status, 0), next);
	assert_int_equal(status, 0);
	assert_int_equal(kernel_times_done(fixture, "vmlinux"), 1);
}

static void test_interrupted_build_says_so(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) kernel = NULL;
	int status;

	interrupted_by(fixture, SIGINT, &status);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), PB_EXIT_INTERRUPTED);
	kernel = kernel_get(fixture, "");
	assert_int_equal(kernel_times_done(fixture, "first"), 1);
}

static void test_two_at_once_build_once(void **state)
{
	const struct fixture *fixture = *state;
	pid_t children[2];
	int status;

	kernel_put(fixture->root, "tmp/hold", "");
	children[0] = get_aside(fixture);
	wait_until_started(fixture);
	children[1] = get_aside(fixture);
	g_usleep(300000);
	assert_int_equal(waitpid(children[1], &status, WNOHANG), 0);
	kernel_away(fixture->root, "tmp/hold");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(kernel_times_done(fixture, "vmlinux"), 1);
}

static void test_damage_is_built_again(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) first = kernel_get(fixture, "");
	g_autoptr(pb_kernel) second = NULL;
	g_autoptr(pb_kernel) third = NULL;

	kernel_away(first->build, "vmlinux");
	second = kernel_get(fixture, "");
	assert_int_equal(kernel_times_done(fixture, "vmlinux"), 2);
	kernel_put(second->build, "vmlinux", "short");
	third = kernel_get(fixture, "");
	assert_int_equal(kernel_times_done(fixture, "vmlinux"), 3);
	assert_string_equal(first->vmlinux_sha256, third->vmlinux_sha256);
}

static void test_list_and_remove(void **state)
{
	const struct fixture *fixture = *state;
	g_autoptr(pb_kernel) kernel = kernel_get(fixture, "");
	g_autoptr(GPtrArray) entries = NULL;
	g_autoptr(GError) error = NULL;
	const struct pb_kernel_entry *entry;
	guint removed = 0;

	assert_int_equal(pb_kernel_list(&entries, NULL), 0);
	assert_int_equal(entries->len, 1);
	entry = entries->pdata[0];
	assert_true(entry->complete);
	assert_string_equal(entry->spec, fixture->tree);
	assert_true(entry->bytes > 0);
	assert_int_equal(pb_kernel_remove("9.9", NULL, &removed, &error), -ENOENT);
	assert_int_equal(pb_kernel_remove(fixture->tree, NULL, &removed, NULL), 0);
	assert_int_equal(removed, 1);
	assert_false(g_file_test(kernel->directory, G_FILE_TEST_EXISTS));
	pb_kernel_free(g_steal_pointer(&kernel));
	kernel = kernel_get(fixture, "");
	assert_int_equal(kernel_times_done(fixture, "vmlinux"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KERNEL_TEST(test_build_and_serve),
		KERNEL_TEST(test_killed_build_goes_on),
		KERNEL_TEST(test_orphans_are_waited_for),
		KERNEL_TEST(test_interrupted_build_says_so),
		KERNEL_TEST(test_two_at_once_build_once),
		KERNEL_TEST(test_damage_is_built_again),
		KERNEL_TEST(test_list_and_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
