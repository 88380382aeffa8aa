/* What perf may see on this machine: see perf.h. */
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lab/native/perf.h"
#include "reports/error.h"

#define KALLSYMS     "/proc/kallsyms"
#define PARANOID     "/proc/sys/kernel/perf_event_paranoid"
#define PROBE_ROUNDS 1000000

/* Of this process, kernel included, as perf record opens it. A descriptor or -errno. */
static int open_event(guint32 type, guint64 config)
{
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.config = config,
		.sample_period = 1000000,
		.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_CALLCHAIN,
	};
	long fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

/* A hypervisor may let a counter be opened that then stands still. */
static gboolean counts(int fd)
{
	guint64 before = 0, after = 0;
	volatile guint work = 0;
	gboolean ret;

	ret = read(fd, &before, sizeof(before)) == sizeof(before);
	for (guint i = 0; i < PROBE_ROUNDS; i++)
		work += i;
	return ret && read(fd, &after, sizeof(after)) == sizeof(after) && after > before;
}

const char *pb_perf_event(void)
{
	int fd = open_event(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES);
	gboolean there = fd >= 0 && counts(fd);

	if (fd >= 0)
		close(fd);
	return there ? PB_PERF_HARDWARE_EVENT : PB_PERF_SOFTWARE_EVENT;
}

static int check_permission(GError **ret_error)
{
	int fd = open_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK);
	g_autofree char *paranoid = NULL;

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (fd != -EACCES && fd != -EPERM)
		return pb_fail(ret_error, -fd, PB_EXIT_ENVIRONMENT,
			       "perf_event_open(): %s; this kernel or container has no perf events",
			       g_strerror(-fd));
	if (!g_file_get_contents(PARANOID, &paranoid, NULL, NULL))
		paranoid = g_strdup("unknown");
	return pb_fail(ret_error, -fd, PB_EXIT_ENVIRONMENT,
		       "this user may not profile the kernel (%s is %s): run as root, or as root "
		       "sysctl kernel.perf_event_paranoid=1",
		       PARANOID, g_strchomp(paranoid));
}

/* Hidden addresses read as zero. */
static gboolean are_shown(FILE *file)
{
	char line[256];

	while (fgets(line, sizeof(line), file)) {
		if (g_ascii_strtoull(line, NULL, 16))
			return TRUE;
	}
	return FALSE;
}

static int check_symbols(GError **ret_error)
{
	FILE *file = fopen(KALLSYMS, "re");
	gboolean shown = file && are_shown(file);

	if (file)
		fclose(file);
	if (shown)
		return 0;
	return pb_fail(ret_error, EACCES, PB_EXIT_ENVIRONMENT,
		       "the names of the kernel's functions are hidden (%s has no addresses): as "
		       "root sysctl kernel.kptr_restrict=0, and run as root",
		       KALLSYMS);
}

int pb_perf_usable(GError **ret_error)
{
	g_autofree char *program = g_find_program_in_path("perf");
	int err;

	if (!program)
		return pb_fail(ret_error, ENOENT, PB_EXIT_ENVIRONMENT,
			       "--perf-record needs perf, which is not installed: as root apt-get "
			       "install linux-perf");
	err = check_permission(ret_error);
	return err ? err : check_symbols(ret_error);
}
