/*
 * Direct I/O of a null block device. Any other device holds somebody's data and is not touched: the
 * major number of the opened device must be the one that null_blk registered, nobody else may hold
 * it, and it must not be one of those that keep what is written in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "bench/core/sysfile.h"
#include "bench/syscall/direct.h"

#define NAME   "nullb0"
#define DEVICE "/dev/" NAME
#define ADVICE "modprobe null_blk nr_devices=1 queue_mode=2 irqmode=0"

const struct bench_param *const direct_params[] = {
	&syscall_param_backing, &backing_param_page, &syscall_param_io, &backing_param_size, NULL,
};

static bool is_major_of_null_blk(unsigned int wanted)
{
	FILE *file = fopen("/proc/devices", "re");
	char line[128], name[64];
	bool block = false, found = false;
	unsigned int number;

	while (file && !found && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "Block devices:", 14))
			block = true;
		found = block && sscanf(line, "%u %63s", &number, name) == 2 && number == wanted &&
			!strcmp(name, "nullb");
	}
	if (file)
		fclose(file);
	return found;
}

static bool keeps_data(void)
{
	char text[32];

	/* Made through configfs, or by the module's parameters. */
	if (sysfile_read("/sys/kernel/config/nullb/" NAME "/memory_backed", text, sizeof(text)) &&
	    sysfile_read("/sys/module/null_blk/parameters/memory_backed", text, sizeof(text)))
		return true;
	return strcmp(text, "0") && strcmp(text, "N");
}

static int check_device(struct bench_ctx *ctx, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return bench_fail(ctx, errno, "%s: %s", DEVICE, strerror(errno));
	if (!S_ISBLK(st.st_mode) || !is_major_of_null_blk(major(st.st_rdev)))
		return bench_skip(ctx, "%s is no device of null_blk, and no other is touched; %s",
				  DEVICE, ADVICE);
	if (keeps_data())
		return bench_skip(ctx, "%s may keep data (memory_backed), and is not touched; %s",
				  DEVICE, ADVICE);
	return 0;
}

static void report_setting(struct bench_ctx *ctx, const char *path, const char *fact)
{
	char text[64];

	if (sysfile_read(path, text, sizeof(text)))
		bench_fact_null(ctx, fact);
	else
		bench_fact_string(ctx, fact, text);
}

int direct_open(struct bench_ctx *ctx, struct syscall_case *c)
{
	int *fd = malloc(sizeof(*fd));
	int err;

	if (!fd)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->own = fd;
	*fd = open(DEVICE, O_RDWR | O_DIRECT | O_EXCL | O_CLOEXEC);
	if (*fd < 0)
		return bench_skip(ctx, "needs the null block device %s: %s; as root: %s", DEVICE,
				  strerror(errno), ADVICE);
	err = check_device(ctx, *fd);
	report_setting(ctx, "/sys/module/null_blk/parameters/irqmode", "null_blk_irqmode");
	report_setting(ctx, "/sys/block/" NAME "/queue/max_sectors_kb", "max_sectors_kb");
	report_setting(ctx, "/sys/block/" NAME "/queue/max_segments", "max_segments");
	report_setting(ctx, "/sys/block/" NAME "/queue/scheduler", "scheduler");
	return err;
}

void direct_close(struct syscall_case *c)
{
	int *fd = c->own;

	if (fd && *fd >= 0)
		close(*fd);
	free(fd);
}

/* Requests and bytes that the device has done: Documentation/block/stat.rst. */
static int read_stat(struct bench_ctx *ctx, bool write, uint64_t *ret_requests, uint64_t *ret_bytes)
{
	unsigned long long v[8];
	char text[512];

	if (sysfile_read("/sys/block/" NAME "/stat", text, sizeof(text)) ||
	    sscanf(text, "%llu %llu %llu %llu %llu %llu %llu", &v[0], &v[1], &v[2], &v[3], &v[4],
		   &v[5], &v[6]) != 7)
		return bench_fail(ctx, EPROTO, "cannot read /sys/block/" NAME "/stat");
	*ret_requests = v[write ? 4 : 0];
	*ret_bytes = v[write ? 6 : 2] * 512;
	return 0;
}

static int transfer(struct bench_ctx *ctx, struct syscall_case *c, const char *what,
		    measured_call call, size_t io_bytes)
{
	struct direct_io io = {.fd = *(int *)c->own, .bytes = io_bytes};
	int err = 0;

	for (size_t offset = 0; !err && offset < c->backing.bytes; offset += io_bytes) {
		io.addr = (char *)c->backing.addr + offset;
		err = syscall_call(ctx, c, 0, what, call, &io, io_bytes / SYSCALL_PAGE_BYTES);
	}
	return err;
}

int direct_pass(struct bench_ctx *ctx, struct syscall_case *c, const char *what, measured_call call,
		bool write)
{
	uint64_t requests[2], bytes[2];
	size_t io_bytes;
	int err = syscall_io_bytes(ctx, &io_bytes);

	if (!err)
		err = read_stat(ctx, write, &requests[0], &bytes[0]);
	if (!err)
		err = transfer(ctx, c, what, call, io_bytes);
	if (!err)
		err = read_stat(ctx, write, &requests[1], &bytes[1]);
	if (err)
		return err;
	bench_fact_number(ctx, "requests", (double)(requests[1] - requests[0]));
	if (bytes[1] - bytes[0] != c->backing.bytes)
		return bench_fail(ctx, EPROTO, "the device did %llu bytes, %zu were asked for",
				  (unsigned long long)(bytes[1] - bytes[0]), c->backing.bytes);
	return 0;
}
