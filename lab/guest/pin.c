/* See pin.h. */
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include "lab/guest/pin.h"
#include "reports/error.h"

/* As large as the kernel's largest configuration. */
#define MAX_CPUS 8192

/* A virtual processor's thread; several may share one under icount. */
struct thread {
	int vcpu;
	pid_t tid;
};

GArray *pb_pin_cpus(void)
{
	size_t bytes = CPU_ALLOC_SIZE(MAX_CPUS);
	cpu_set_t *set = CPU_ALLOC(MAX_CPUS);
	GArray *cpus = NULL;

	if (!sched_getaffinity(0, bytes, set)) {
		cpus = g_array_new(FALSE, FALSE, sizeof(int));
		for (int cpu = 0; cpu < MAX_CPUS; cpu++)
			if (CPU_ISSET_S(cpu, bytes, set))
				g_array_append_val(cpus, cpu);
		if (cpus->len > 1) {
			int first = g_array_index(cpus, int, 0);

			g_array_remove_index(cpus, 0);
			g_array_append_val(cpus, first);
		}
	}
	CPU_FREE(set);
	return cpus;
}

/* Binds thread @tid to the members of @cpus from @from to before @to. Negative errno. */
static int bind_thread(pid_t tid, const GArray *cpus, guint from, guint to)
{
	size_t bytes = CPU_ALLOC_SIZE(MAX_CPUS);
	cpu_set_t *set = CPU_ALLOC(MAX_CPUS);
	int err;

	CPU_ZERO_S(bytes, set);
	for (guint i = from; i < to; i++)
		CPU_SET_S(g_array_index(cpus, int, i), bytes, set);
	err = sched_setaffinity(tid, bytes, set) ? -errno : 0;
	CPU_FREE(set);
	return err;
}

static int ask_threads(struct vm *vm, GArray **ret_threads, GError **ret_error)
{
	json_t *reply = pb_qmp_command(&vm->qmp, "query-cpus-fast", NULL, ret_error), *one;
	size_t i;

	if (!reply)
		return -EPIPE;
	*ret_threads = g_array_new(FALSE, FALSE, sizeof(struct thread));
	json_array_foreach (reply, i, one) {
		struct thread thread = {
			.vcpu = (int)json_integer_value(json_object_get(one, "cpu-index")),
			.tid = (pid_t)json_integer_value(json_object_get(one, "thread-id")),
		};

		if (thread.tid > 0)
			g_array_append_val(*ret_threads, thread);
	}
	json_decref(reply);
	return 0;
}

static bool is_vcpu(const GArray *threads, pid_t tid)
{
	for (guint i = 0; i < threads->len; i++)
		if (g_array_index(threads, struct thread, i).tid == tid)
			return true;
	return false;
}

/* Threads that come later are bound as the one that starts them. */
static void bind_others(const struct vm *vm, const GArray *threads, const GArray *cpus)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task", vm->pid);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		/* One that has ended meanwhile needs no place. */
		if (!is_vcpu(threads, atoi(name)))
			bind_thread(atoi(name), cpus, threads->len, cpus->len);
	}
}

static int bind_vcpus(const GArray *threads, const GArray *cpus, GArray *vcpus, GError **ret_error)
{
	for (guint i = 0; i < threads->len; i++) {
		const struct thread *thread = &g_array_index(threads, struct thread, i);
		struct pb_vcpu vcpu = {thread->vcpu, g_array_index(cpus, int, i)};
		int err = bind_thread(thread->tid, cpus, i, i + 1);

		if (err == -ESRCH)
			return pb_fail(ret_error, EPIPE, PB_EXIT_ENVIRONMENT, "QEMU has gone");
		if (err)
			return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
				       "a virtual processor cannot be bound to processor %d: %s; "
				       "is it online, and in the set that this process may use?",
				       vcpu.cpu, g_strerror(-err));
		g_array_append_val(vcpus, vcpu);
	}
	return 0;
}

int vm_pin(struct vm *vm, const GArray *cpus, GArray **ret_vcpus, GError **ret_error)
{
	g_autoptr(GArray) vcpus = g_array_new(FALSE, FALSE, sizeof(struct pb_vcpu));
	g_autoptr(GArray) threads = NULL;
	int err = ask_threads(vm, &threads, ret_error);

	if (!err && threads->len && threads->len <= cpus->len) {
		if (threads->len < cpus->len)
			bind_others(vm, threads, cpus);
		err = bind_vcpus(threads, cpus, vcpus, ret_error);
	}
	if (!err)
		*ret_vcpus = g_steal_pointer(&vcpus);
	return err;
}
