/* A QEMU process and its control socket: see vm.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab/guest/protocol.h"
#include "lab/guest/vm.h"
#include "reports/error.h"

#define QEMU_LOG_FILE "qemu.log"

static char *in_directory(const struct pb_guest *guest, const char *name)
{
	return g_build_filename(guest->directory, name, NULL);
}

char *vm_read_file(const struct pb_guest *guest, const char *name)
{
	g_autofree char *path = in_directory(guest, name);
	char *text = NULL;
	gsize bytes;

	if (!g_file_get_contents(path, &text, &bytes, NULL))
		return g_strdup("");
	/* A dying guest writes NUL bytes too: nothing behind one may be lost. */
	for (gsize i = 0; i < bytes; i++)
		text[i] = text[i] ? text[i] : ' ';
	return text;
}

/* Between fork and exec: nothing here but system calls. */
static void G_GNUC_NORETURN become_qemu(const char *directory, char **argv, const int *keep)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (; *keep >= 0; keep++) {
		if (fcntl(*keep, F_SETFD, 0))
			_exit(126);
	}
	if (chdir(directory))
		_exit(126);
	if (dup2(open("/dev/null", O_RDONLY), STDIN_FILENO) < 0 ||
	    dup2(open(QEMU_LOG_FILE, O_CREAT | O_WRONLY | O_TRUNC, 0644), STDOUT_FILENO) < 0 ||
	    dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		_exit(126);
	execvp(argv[0], argv);
	_exit(127);
}

static void add_arguments(GPtrArray *arguments, const char *option, char *value)
{
	g_ptr_array_add(arguments, g_strdup(option));
	g_ptr_array_add(arguments, value);
}

/* A comma in a file name is doubled for QEMU. */
static char *plugin_argument(const struct pb_guest *guest)
{
	g_auto(GStrv) parts = g_strsplit(guest->plugin, ",", -1);
	g_autofree char *path = g_strjoinv(",,", parts);

	return g_strdup_printf("file=%s,in=" VM_PLUGIN_INPUT_FILE ",out=" VM_PLUGIN_OUTPUT_FILE
			       "%s",
			       path, guest->plugin_options ? guest->plugin_options : "");
}

static GPtrArray *arguments_of(const struct pb_guest *guest, int control, int incoming,
			       bool has_plan)
{
	GPtrArray *a = pb_machine_arguments(guest->machine, guest->vmlinux, guest->initramfs);

	add_arguments(a, "-chardev", g_strdup_printf("socket,id=qmp,fd=%d", control));
	add_arguments(a, "-mon", g_strdup("chardev=qmp,mode=control"));
	if (has_plan)
		add_arguments(a, "-fw_cfg",
			      g_strdup("name=" GUEST_FWCFG_PLAN ",file=" VM_PLAN_FILE));
	if (incoming >= 0)
		add_arguments(a, "-incoming", g_strdup_printf("fd:%d", incoming));
	if (guest->plugin)
		add_arguments(a, "-plugin", plugin_argument(guest));
	g_ptr_array_add(a, NULL);
	return a;
}

/* All zeros, without taking any room. */
static int make_disk(const struct pb_guest *guest, GError **ret_error)
{
	g_autofree char *path = in_directory(guest, PB_MACHINE_DISK);
	off_t bytes = (off_t)guest->machine->disk_mib << 20;
	int fd;

	if (!bytes)
		return 0;
	fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || ftruncate(fd, bytes)) {
		pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT, "%s: %s", path, g_strerror(errno));
		if (fd >= 0)
			close(fd);
		return -EIO;
	}
	close(fd);
	return 0;
}

int vm_start(struct vm *vm, const struct pb_guest *guest, int incoming, bool has_plan,
	     GError **ret_error)
{
	g_autoptr(GPtrArray) arguments = NULL;
	int sockets[2];
	int keep[3];

	*vm = (struct vm){.guest = guest, .output_time = g_get_monotonic_time()};
	if (make_disk(guest, ret_error))
		return -EIO;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT, "socketpair: %s",
			       g_strerror(errno));
	arguments = arguments_of(guest, sockets[1], incoming, has_plan);
	keep[0] = sockets[1];
	keep[1] = incoming;
	keep[2] = -1;
	vm->pid = fork();
	if (!vm->pid)
		become_qemu(guest->directory, (char **)arguments->pdata, keep);
	close(sockets[1]);
	pb_qmp_init(&vm->qmp, sockets[0]);
	if (vm->pid > 0)
		return 0;
	vm->pid = 0;
	vm_stop(vm);
	return pb_fail(ret_error, EAGAIN, PB_EXIT_ENVIRONMENT, "cannot start a process for %s",
		       guest->machine->emulator);
}

bool vm_has_ended(struct vm *vm)
{
	if (vm->pid && waitpid(vm->pid, &vm->status, WNOHANG) == vm->pid)
		vm->pid = 0;
	return !vm->pid;
}

void vm_stop(struct vm *vm)
{
	if (vm->pid) {
		kill(vm->pid, SIGKILL);
		waitpid(vm->pid, &vm->status, 0);
		vm->pid = 0;
	}
	pb_qmp_close(&vm->qmp);
}

static off_t output_bytes(const struct pb_guest *guest)
{
	static const char *const names[] = {PB_MACHINE_CONSOLE, PB_MACHINE_EVENTS};
	off_t bytes = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = in_directory(guest, names[i]);
		struct stat info;

		if (!stat(path, &info))
			bytes += info.st_size;
	}
	return bytes;
}

bool vm_is_hung(struct vm *vm)
{
	off_t bytes = output_bytes(vm->guest);
	gint64 now = g_get_monotonic_time();

	if (bytes != vm->output_bytes) {
		vm->output_bytes = bytes;
		vm->output_time = now;
	}
	return now - vm->output_time > (gint64)vm->guest->hang_seconds * G_USEC_PER_SEC;
}
