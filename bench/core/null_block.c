/*
 * A null block device: see null_block.h. The major number of the opened device must be the one that
 * null_blk registered, nobody else may hold it, and it must not be one of those that keep what is
 * written in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "bench/core/null_block.h"
#include "bench/core/sysfile.h"

#define ADVICE "modprobe null_blk nr_devices=1 queue_mode=2 irqmode=0"

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
	if (sysfile_read("/sys/kernel/config/nullb/" NULL_BLOCK_NAME "/memory_backed", text,
			 sizeof(text)) &&
	    sysfile_read("/sys/module/null_blk/parameters/memory_backed", text, sizeof(text)))
		return true;
	return strcmp(text, "0") && strcmp(text, "N");
}

static int check_device(struct bench_ctx *ctx, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return bench_fail(ctx, errno, "%s: %s", NULL_BLOCK_DEVICE, strerror(errno));
	if (!S_ISBLK(st.st_mode) || !is_major_of_null_blk(major(st.st_rdev)))
		return bench_skip(ctx, "%s is no device of null_blk, and no other is touched; %s",
				  NULL_BLOCK_DEVICE, ADVICE);
	if (keeps_data())
		return bench_skip(ctx, "%s may keep data (memory_backed), and is not touched; %s",
				  NULL_BLOCK_DEVICE, ADVICE);
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

static void report_settings(struct bench_ctx *ctx)
{
	report_setting(ctx, "/sys/module/null_blk/parameters/irqmode", "null_blk_irqmode");
	report_setting(ctx, "/sys/block/" NULL_BLOCK_NAME "/queue/max_sectors_kb",
		       "max_sectors_kb");
	report_setting(ctx, "/sys/block/" NULL_BLOCK_NAME "/queue/max_segments", "max_segments");
	report_setting(ctx, "/sys/block/" NULL_BLOCK_NAME "/queue/scheduler", "scheduler");
}

int null_block_open(struct bench_ctx *ctx, int *ret_fd)
{
	int fd = open(NULL_BLOCK_DEVICE, O_RDWR | O_DIRECT | O_EXCL | O_CLOEXEC), err;

	*ret_fd = -1;
	if (fd < 0)
		return bench_skip(ctx, "needs the null block device %s: %s; as root: %s",
				  NULL_BLOCK_DEVICE, strerror(errno), ADVICE);
	err = check_device(ctx, fd);
	if (err) {
		close(fd);
		return err;
	}
	report_settings(ctx);
	*ret_fd = fd;
	return 0;
}
