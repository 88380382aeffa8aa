/* One guest, from its start to its end: see guest.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "pinbench/result.h"
#include "lab/guest/console.h"
#include "lab/guest/guest.h"
#include "lab/guest/pin.h"
#include "lab/guest/protocol.h"
#include "lab/guest/vm.h"
#include "lab/util/process.h"
#include "reports/error.h"

/* Enough for an oops with its registers and call trace. */
#define TAIL_LINES 60
#define POLL_MS	   50
/* The event and the state of a machine stopped through GUEST_PAUSE_PORT. */
#define PAUSED_EVENT "GUEST_PANICKED"
#define PAUSED_STATE "guest-panicked"
/* Any stop, that of a virtual processor that cannot go on included. */
#define STOP_EVENT "STOP"

void pb_guest_end_clear(struct pb_guest_end *end)
{
	g_free(end->detail);
	g_strfreev(end->tail);
	g_free(end->events);
	g_free(end->plugin_output);
	if (end->vcpus)
		g_array_unref(end->vcpus);
	*end = (struct pb_guest_end){0};
}

static char *describe_status(const struct vm *vm)
{
	g_autofree char *log = vm_read_file(vm->guest, "qemu.log");

	/* The first line says what; the others are usage. */
	log[strcspn(log, "\r\n")] = '\0';
	if (WIFSIGNALED(vm->status))
		return g_strdup_printf("QEMU was ended by signal %d (%s)%s%s", WTERMSIG(vm->status),
				       strsignal(WTERMSIG(vm->status)), *log ? ": " : "", log);
	return g_strdup_printf("QEMU left with status %d%s%s", WEXITSTATUS(vm->status),
			       *log ? ": " : "", log);
}

static char *find_line(const char *text, const char *prefix)
{
	const char *line = strstr(text, prefix);

	return line ? g_strndup(line, strcspn(line, "\r\n")) : NULL;
}

/* Says why a guest ended otherwise than it should; @hung: it did not end at all. */
static void explain_end(struct vm *vm, bool hung, struct pb_guest_end *end)
{
	g_autofree char *console = vm_read_file(vm->guest, PB_MACHINE_CONSOLE);

	end->tail = pb_console_tail(console, TAIL_LINES);
	end->detail = pb_console_trouble(console, &end->failure);
	if (end->detail)
		return;
	if (hung) {
		end->failure = PB_FAILURE_HANG;
		end->detail =
			g_strdup_printf("no new output for %u seconds", vm->guest->hang_seconds);
		return;
	}
	end->failure = PB_FAILURE_MACHINE;
	end->detail = find_line(console, "pinbench-init:");
	if (!end->detail)
		end->detail = describe_status(vm);
}

/* Until QEMU ends, or @event came if it is awaited. -EINTR, -ETIMEDOUT on a hang. */
static int watch(struct vm *vm, GError **ret_error)
{
	int err;

	while (!vm_has_ended(vm)) {
		err = pb_check_interrupted(ret_error);
		if (err)
			return err;
		pb_qmp_poll(&vm->qmp, POLL_MS);
		if (vm->qmp.arrived)
			return 0;
		if (vm->qmp.closed)
			g_usleep(1000);
		if (vm_is_hung(vm))
			return -ETIMEDOUT;
	}
	return 0;
}

static int run_command(struct vm *vm, const char *command, json_t *arguments, GError **ret_error)
{
	json_t *reply = pb_qmp_command(&vm->qmp, command, arguments, ret_error);

	json_decref(reply);
	return reply ? 0 : -EIO;
}

/* The value of @key in the reply to @command, to be freed; NULL on error. */
static char *query(struct vm *vm, const char *command, const char *key, GError **ret_error)
{
	json_t *reply = pb_qmp_command(&vm->qmp, command, NULL, ret_error);
	char *value = g_strdup(json_string_value(json_object_get(reply, key)));

	json_decref(reply);
	if (!value && ret_error && !*ret_error)
		pb_fail(ret_error, EPROTO, PB_EXIT_ENVIRONMENT, "QEMU's answer to %s has no %s",
			command, key);
	return value;
}

/* Asks until the value is another than @while_value; *ret_value is the new one. */
static int await_change(struct vm *vm, const char *command, const char *key,
			const char *while_value, char **ret_value, GError **ret_error)
{
	for (;;) {
		g_autofree char *value = query(vm, command, key, ret_error);
		int err = value ? pb_check_interrupted(ret_error) : -EIO;

		if (err)
			return err;
		if (strcmp(value, while_value) && strcmp(value, "setup")) {
			*ret_value = g_steal_pointer(&value);
			return 0;
		}
		g_usleep(2000);
	}
}

static int save_state(struct vm *vm, const char *snapshot, GError **ret_error)
{
	/* QEMU hands this to a shell, so the file name is quoted for one. */
	g_autofree char *quoted = g_shell_quote(snapshot);
	g_autofree char *uri = g_strdup_printf("exec:cat > %s", quoted);
	g_autofree char *status = NULL;
	int err;

	err = run_command(vm, "migrate", json_pack("{s:s}", "uri", uri), ret_error);
	if (!err)
		err = await_change(vm, "query-migrate", "status", "active", &status, ret_error);
	if (err)
		return err;
	if (strcmp(status, "completed"))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT,
			       "the guest's state could not be saved as %s: %s; is the disk full?",
			       snapshot, status);
	return run_command(vm, "quit", NULL, ret_error);
}

int pb_guest_snapshot(const struct pb_guest *guest, const char *snapshot,
		      struct pb_guest_end *ret_end, GError **ret_error)
{
	struct vm vm;
	int err = vm_start(&vm, guest, -1, false, ret_error);

	*ret_end = (struct pb_guest_end){0};
	if (err)
		return err;
	pb_qmp_await(&vm.qmp, PAUSED_EVENT);
	err = run_command(&vm, "qmp_capabilities", NULL, NULL);
	if (!err)
		err = watch(&vm, ret_error);
	if (err == -EINTR) {
		vm_stop(&vm);
		return err;
	}
	if (err || !vm.qmp.arrived) {
		/* Its own status says more than that it does not answer. */
		if (err == -EIO)
			g_usleep(200000);
		vm_has_ended(&vm);
		explain_end(&vm, err == -ETIMEDOUT, ret_end);
		err = 0;
	} else {
		err = save_state(&vm, snapshot, ret_error);
	}
	vm_stop(&vm);
	return err;
}

/* In QEMU's words: the first line of its log, with the second where that says more. */
static char *describe_stop(const struct vm *vm, const char *state)
{
	g_autofree char *log = vm_read_file(vm->guest, "qemu.log");

	g_strstrip(log);
	log[strcspn(log, "\r\n")] = '\0';
	return g_strdup_printf("QEMU stopped it, %s%s%s", state, *log ? ": " : "", log);
}

/* Until it stops, ends, or the time is up: -ETIMEDOUT. */
static int watch_boot(struct vm *vm, guint seconds, GError **ret_error)
{
	gint64 deadline = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;
	int err = 0;

	while (!err && !vm->qmp.arrived && !vm_has_ended(vm)) {
		pb_qmp_poll(&vm->qmp, POLL_MS);
		if (vm->qmp.closed)
			g_usleep(1000);
		err = pb_check_interrupted(ret_error);
		if (!err && g_get_monotonic_time() > deadline)
			err = -ETIMEDOUT;
	}
	return err;
}

static void explain_boot(struct vm *vm, int err, guint seconds, struct pb_guest_end *end)
{
	g_autofree char *state = NULL;

	if (vm->qmp.arrived)
		state = query(vm, "query-status", "status", NULL);
	if (state && !strcmp(state, PAUSED_STATE))
		return;
	explain_end(vm, false, end);
	if (strcmp(end->failure, PB_FAILURE_MACHINE))
		return;
	if (err == -ETIMEDOUT) {
		end->failure = PB_FAILURE_HANG;
		g_free(end->detail);
		end->detail = g_strdup_printf("the guest did not boot in %u s", seconds);
	} else if (state) {
		g_free(end->detail);
		end->detail = describe_stop(vm, state);
	}
}

int pb_guest_boot(const struct pb_guest *guest, guint seconds, struct pb_guest_end *ret_end,
		  GError **ret_error)
{
	struct vm vm;
	int err = vm_start(&vm, guest, -1, false, ret_error);

	*ret_end = (struct pb_guest_end){0};
	if (err)
		return err;
	pb_qmp_await(&vm.qmp, STOP_EVENT);
	/* One that refuses its accelerator, or is stuck in it, never answers. */
	pb_qmp_send(&vm.qmp, "qmp_capabilities");
	err = watch_boot(&vm, seconds, ret_error);
	if (err != -EINTR) {
		explain_boot(&vm, err, seconds, ret_end);
		err = 0;
	}
	vm_stop(&vm);
	return err;
}

static int write_file(const struct pb_guest *guest, const char *name, const char *text,
		      GError **ret_error)
{
	g_autofree char *path = g_build_filename(guest->directory, name, NULL);
	g_autoptr(GError) why = NULL;

	if (g_file_set_contents(path, text, -1, &why))
		return 0;
	return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "%s", why->message);
}

/* Restored, the machine stands where it was stopped: the plan is there, so go on. */
static int resume(struct vm *vm, GError **ret_error)
{
	g_autofree char *status = NULL;
	int err = await_change(vm, "query-status", "status", "inmigrate", &status, ret_error);

	return err ? err : run_command(vm, "cont", NULL, ret_error);
}

static bool plan_was_run(const struct vm *vm)
{
	return WIFEXITED(vm->status) &&
	       WEXITSTATUS(vm->status) == GUEST_EXIT_STATUS(GUEST_EXIT_DONE);
}

static int open_snapshot(const char *snapshot, int *ret_fd, GError **ret_error)
{
	*ret_fd = snapshot ? open(snapshot, O_RDONLY | O_CLOEXEC) : -1;
	if (snapshot && *ret_fd < 0)
		return pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT, "%s: %s", snapshot,
			       g_strerror(errno));
	return 0;
}

/* A QEMU that does not even answer is a machine that died, not an error of ours: 0. */
static int begin(struct vm *vm, const char *snapshot, struct pb_guest_end *end, GError **ret_error)
{
	int err = run_command(vm, "qmp_capabilities", NULL, NULL);
	g_autoptr(GError) why = NULL;

	if (!err && vm->guest->cpus)
		err = vm_pin(vm, vm->guest->cpus, &end->vcpus, &why);
	if (err == -EINVAL) {
		g_propagate_error(ret_error, g_steal_pointer(&why));
		return err;
	}
	if (!err && snapshot)
		err = resume(vm, NULL);
	return err == -EINTR ? pb_check_interrupted(ret_error) : 0;
}

int pb_guest_run(const struct pb_guest *guest, const char *snapshot, const char *plan,
		 struct pb_guest_end *ret_end, GError **ret_error)
{
	struct vm vm;
	int err, fd;

	*ret_end = (struct pb_guest_end){0};
	err = write_file(guest, VM_PLAN_FILE, plan, ret_error);
	if (!err && guest->plugin)
		err = write_file(guest, VM_PLUGIN_INPUT_FILE, guest->plugin_input, ret_error);
	if (!err)
		err = open_snapshot(snapshot, &fd, ret_error);
	if (err)
		return err;
	err = vm_start(&vm, guest, fd, true, ret_error);
	if (fd >= 0)
		close(fd);
	if (err)
		return err;
	err = begin(&vm, snapshot, ret_end, ret_error);
	if (!err)
		err = watch(&vm, ret_error);
	if (err == -EINTR || err == -EINVAL) {
		vm_stop(&vm);
		return err;
	}
	if (err || !plan_was_run(&vm))
		explain_end(&vm, err == -ETIMEDOUT, ret_end);
	vm_stop(&vm);
	ret_end->events = vm_read_file(guest, PB_MACHINE_EVENTS);
	if (guest->plugin)
		ret_end->plugin_output = vm_read_file(guest, VM_PLUGIN_OUTPUT_FILE);
	return 0;
}
