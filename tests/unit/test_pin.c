/*
 * Binding virtual processors: whose threads QEMU says they are is answered by the test, and the
 * threads are a process that waits. That a real guest's threads are bound is seen in tests/guest/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/guest/pin.h"
#include "reports/error.h"

/* No machine that this runs on has it. */
#define NO_CPU 8191

static pid_t thread_new(void)
{
	pid_t child = fork();

	if (!child) {
		for (;;)
			pause();
	}
	assert_true(child > 0);
	return child;
}

static void thread_end(pid_t thread)
{
	kill(thread, SIGKILL);
	waitpid(thread, NULL, 0);
}

/* What vm_pin() gives for virtual processors whose threads are @tids. */
static int pin(const pid_t *tids, guint count, const GArray *cpus, GArray **ret_vcpus,
	       GError **ret_error)
{
	struct vm vm = {.pid = tids[0]};
	g_autoptr(GString) reply = g_string_new("{\"QMP\":{}}\n{\"return\":[");
	int sockets[2], err;

	for (guint i = 0; i < count; i++)
		g_string_append_printf(reply, "%s{\"cpu-index\":%u,\"thread-id\":%d}", i ? "," : "",
				       i, tids[i]);
	g_string_append(reply, "]}\n");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	assert_int_equal(write(sockets[1], reply->str, reply->len), reply->len);
	pb_qmp_init(&vm.qmp, sockets[0]);
	*ret_vcpus = NULL;
	err = vm_pin(&vm, cpus, ret_vcpus, ret_error);
	pb_qmp_close(&vm.qmp);
	close(sockets[1]);
	return err;
}

static GArray *list(int cpu)
{
	GArray *cpus = g_array_new(FALSE, FALSE, sizeof(int));

	g_array_append_val(cpus, cpu);
	return cpus;
}

static void a_thread_is_bound(void **state)
{
	g_autoptr(GArray) all = pb_pin_cpus(), vcpus = NULL;
	int wanted = g_array_index(all, int, 0);
	g_autoptr(GArray) cpus = list(wanted);
	pid_t thread = thread_new();
	cpu_set_t set;

	(void)state;
	assert_int_equal(pin(&thread, 1, cpus, &vcpus, NULL), 0);
	assert_int_equal(sched_getaffinity(thread, sizeof(set), &set), 0);
	assert_int_equal(CPU_COUNT(&set), 1);
	assert_true(CPU_ISSET(wanted, &set));
	assert_int_equal(vcpus->len, 1);
	assert_int_equal(g_array_index(vcpus, struct pb_vcpu, 0).vcpu, 0);
	assert_int_equal(g_array_index(vcpus, struct pb_vcpu, 0).cpu, wanted);
	thread_end(thread);
}

/* Two that must share one would only wait for each other. */
static void more_virtual_processors_than_real_ones(void **state)
{
	pid_t threads[] = {thread_new(), thread_new()};
	g_autoptr(GArray) all = pb_pin_cpus(), vcpus = NULL;
	g_autoptr(GArray) cpus = list(g_array_index(all, int, 0));
	cpu_set_t before, after;

	(void)state;
	assert_int_equal(sched_getaffinity(threads[1], sizeof(before), &before), 0);
	assert_int_equal(pin(threads, 2, cpus, &vcpus, NULL), 0);
	assert_int_equal(vcpus->len, 0);
	assert_int_equal(sched_getaffinity(threads[1], sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
	thread_end(threads[0]);
	thread_end(threads[1]);
}

static void a_processor_that_is_not_there(void **state)
{
	g_autoptr(GArray) cpus = list(NO_CPU), vcpus = NULL;
	pid_t thread = thread_new();
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_int_equal(pin(&thread, 1, cpus, &vcpus, &error), -EINVAL);
	assert_null(vcpus);
	assert_int_equal(error->code, PB_EXIT_USAGE);
	assert_non_null(strstr(error->message, "processor 8191"));
	thread_end(thread);
}

/* Its end will be told by who watches it. */
static void a_machine_that_has_gone(void **state)
{
	g_autoptr(GArray) cpus = pb_pin_cpus(), vcpus = NULL;
	pid_t thread = thread_new();

	(void)state;
	thread_end(thread);
	assert_int_equal(pin(&thread, 1, cpus, &vcpus, NULL), -EPIPE);
	assert_null(vcpus);
}

/* The first serves most interrupts: it comes last, and none is lost. */
static void the_processors_to_choose_from(void **state)
{
	g_autoptr(GArray) cpus = pb_pin_cpus();
	guint count = cpus->len;
	cpu_set_t set;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	assert_int_equal(count, CPU_COUNT(&set));
	for (guint i = 0; i < count; i++) {
		assert_true(CPU_ISSET(g_array_index(cpus, int, i), &set));
		assert_true(g_array_index(cpus, int, count - 1) <= g_array_index(cpus, int, i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_is_bound),
		cmocka_unit_test(more_virtual_processors_than_real_ones),
		cmocka_unit_test(a_processor_that_is_not_there),
		cmocka_unit_test(a_machine_that_has_gone),
		cmocka_unit_test(the_processors_to_choose_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
