/*
 * Process 1 of a pinbench guest. It prepares the machine, lets it settle, stops it
 * for the snapshot, and then reads a plan and runs the agent on it. Everything up
 * to the stop happens once for a snapshot, everything after it once for each case.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "pinbench/result.h"
#include "lab/guest/init/fwcfg.h"
#include "lab/guest/init/modules.h"
#include "lab/guest/protocol.h"

#define SETTLE_SECONDS	   3
#define MAX_VIRTIO_DEVICES 4
#define MAX_PORTS	   8
#define PLAN_FILE	   "/tmp/plan.json"

static void leave(int value)
{
	sync();
	outb(value, GUEST_EXIT_PORT);
	for (;;)
		pause();
}

static void __attribute__((format(printf, 1, 2), noreturn)) give_up(const char *fmt, ...)
{
	va_list args;

	fputs("pinbench-init: ", stdout);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf(": %s\n", strerror(errno));
	fflush(stdout);
	leave(GUEST_EXIT_INIT);
	exit(EXIT_FAILURE);
}

static void mount_or_give_up(const char *type, const char *dir)
{
	mkdir(dir, 0755);
	if (mount(type, dir, type, 0, NULL) && errno != EBUSY)
		give_up("cannot mount %s on %s", type, dir);
}

/* What only some kernels have: of the others a benchmark will say that it is missing. */
static void mount_if_known(const char *type, const char *dir)
{
	if (mount(type, dir, type, 0, NULL) && errno != ENODEV && errno != ENOENT)
		give_up("cannot mount %s on %s", type, dir);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	size_t bytes = strlen(text);

	if (fd < 0 || write(fd, text, bytes) != (ssize_t)bytes)
		give_up("cannot write %s", path);
	close(fd);
}

static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	for (int to = 0; fd >= 0 && to <= 2; to++)
		dup2(fd, to);
	if (fd > 2)
		close(fd);
}

/*
 * A machine without devices gathers no entropy, and the kernel would spend seconds
 * on making some when it is first asked for. These bytes are no secret: what runs
 * here must be the same every time.
 */
static void seed_random(void)
{
	struct {
		struct rand_pool_info head;
		__u32 bytes[16];
	} seed = {.head = {.entropy_count = 512, .buf_size = sizeof(seed.bytes)}};
	int fd = open("/dev/random", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &seed))
		give_up("cannot seed the random number generator");
	close(fd);
}

static void load_module(void)
{
	int fd = open(GUEST_FILE_MODULE, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		give_up("the kernel refused %s", GUEST_FILE_MODULE);
	close(fd);
}

/* What was in the initramfs and is used up gives its memory back. */
static void write_disk(void)
{
	struct guest_extent extent;
	int from = open(GUEST_FILE_DISK, O_RDONLY | O_CLOEXEC);
	int to = open(GUEST_DISK_DEVICE, O_WRONLY | O_CLOEXEC);

	if (from < 0 || to < 0)
		give_up("cannot open %s and %s", GUEST_FILE_DISK, GUEST_DISK_DEVICE);
	while (read(from, &extent, sizeof(extent)) == sizeof(extent)) {
		char *bytes = malloc(extent.length_bytes);
		ssize_t length = (ssize_t)extent.length_bytes;

		if (!bytes || read(from, bytes, extent.length_bytes) != length ||
		    pwrite(to, bytes, extent.length_bytes, (off_t)extent.offset_bytes) != length)
			give_up("cannot write %s", GUEST_DISK_DEVICE);
		free(bytes);
	}
	if (fsync(to))
		give_up("cannot write %s", GUEST_DISK_DEVICE);
	close(from);
	close(to);
	unlink(GUEST_FILE_DISK);
	mkdir(GUEST_SCRATCH_DIR, 0755);
	if (mount(GUEST_DISK_DEVICE, GUEST_SCRATCH_DIR, "ext4", 0, NULL))
		give_up("cannot mount %s", GUEST_DISK_DEVICE);
}

static bool is_our_port(int device, int port)
{
	char path[128], name[64];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/virtio-ports/vport%dp%d/name", device, port);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
	return !strcmp(name, GUEST_PORT_NAME);
}

/*
 * The port's device node is named by numbers, that of its virtio device among them, which comes
 * behind an IOMMU of that kind; its name stands in sysfs.
 */
static int open_port(void)
{
	char path[128];

	for (int device = 0; device < MAX_VIRTIO_DEVICES; device++) {
		for (int port = 0; port < MAX_PORTS; port++) {
			if (!is_our_port(device, port))
				continue;
			snprintf(path, sizeof(path), "/dev/vport%dp%d", device, port);
			return open(path, O_WRONLY);
		}
	}
	errno = ENODEV;
	return -1;
}

static void prepare(void)
{
	mount_or_give_up("devtmpfs", "/dev");
	open_console();
	if (iopl(3))
		give_up("no access to I/O ports");
	mount_or_give_up("proc", "/proc");
	mount_or_give_up("sysfs", "/sys");
	mount_or_give_up("tmpfs", "/tmp");
	mount_or_give_up("debugfs", "/sys/kernel/debug");
	mount_if_known("tracefs", "/sys/kernel/tracing");
	seed_random();
	load_module();
	write_disk();
	/* The kernel turns them off by itself on a machine of less than 512 MiB. */
	write_file("/sys/kernel/mm/transparent_hugepage/enabled", "madvise");
	/* khugepaged would merge small folios at a time of its own choosing. */
	write_file("/sys/kernel/mm/transparent_hugepage/khugepaged/defrag", "0");
	write_file("/sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs",
		   "4000000000");
	write_file("/proc/sys/kernel/printk", "7");
}

static void settle(void)
{
	struct timespec time = {.tv_sec = SETTLE_SECONDS};

	sync();
	write_file("/proc/sys/vm/drop_caches", "3");
	while (nanosleep(&time, &time) && errno == EINTR)
		;
}

static char *read_plan(void)
{
	size_t bytes;
	char *plan = fwcfg_read(GUEST_FWCFG_PLAN, &bytes);

	/* Without a plan this machine is being made into a snapshot: stop here. */
	if (!plan && errno == ENOENT) {
		outb(GUEST_PAUSE_VALUE, GUEST_PAUSE_PORT);
		plan = fwcfg_read(GUEST_FWCFG_PLAN, &bytes);
	}
	if (!plan)
		give_up("no plan in fw_cfg as %s", GUEST_FWCFG_PLAN);
	return plan;
}

static int run_agent(int port)
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		dup2(port, STDOUT_FILENO);
		execl(GUEST_FILE_AGENT, GUEST_FILE_AGENT, "run", "--dir", GUEST_SCRATCH_DIR,
		      PLAN_FILE, (char *)NULL);
		_exit(127);
	}
	if (child < 0)
		give_up("cannot start the agent");
	/* As process 1 we are the parent of every orphan too. */
	while (waitpid(-1, &status, 0) != child)
		;
	return status;
}

int main(void)
{
	char line[128];
	int port, status;

	prepare();
	port = open_port();
	if (port < 0)
		give_up("no virtio-serial port %s", GUEST_PORT_NAME);
	if (modules_write(port))
		give_up("cannot write to the port");
	settle();
	write_file(PLAN_FILE, read_plan());
	status = run_agent(port);
	snprintf(line, sizeof(line), "{\"event\":\"%s\",\"status\":%d,\"signal\":%d}\n",
		 PB_EVENT_AGENT_EXIT, WIFEXITED(status) ? WEXITSTATUS(status) : 0,
		 WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	if (write(port, line, strlen(line)) != (ssize_t)strlen(line))
		give_up("cannot write to the port");
	leave(GUEST_EXIT_DONE);
	return 0;
}
