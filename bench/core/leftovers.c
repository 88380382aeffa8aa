/* What a case may have left behind: see leftovers.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include "bench/core/leftovers.h"
#include "bench/core/sysfile.h"

#define CMA_DEBUG_DIR "/sys/kernel/debug/cma"
#define DMA_BUFS      "/sys/kernel/debug/dma_buf/bufinfo"
#define DEVICES_DIR   "/sys/bus/platform/devices"
#define DISKS_DIR     "/sys/block"
#define OUR_DEVICES   "pinbench-"
#define PATIENCE      100
#define PAUSE_NS      10000000

static uint64_t cma_used_pages(void)
{
	DIR *dir = opendir(CMA_DEBUG_DIR);
	const struct dirent *entry;
	char path[512], text[64];
	uint64_t pages = 0;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), CMA_DEBUG_DIR "/%s/used", entry->d_name);
		if (entry->d_name[0] != '.' && !sysfile_read(path, text, sizeof(text)))
			pages += strtoull(text, NULL, 10);
	}
	if (dir)
		closedir(dir);
	return pages;
}

/* The list ends with their number. */
static uint64_t dma_bufs(void)
{
	FILE *file = fopen(DMA_BUFS, "re");
	unsigned long long count = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		if (strstr(line, " objects, "))
			sscanf(line, "Total %llu objects", &count);
	}
	if (file)
		fclose(file);
	return count;
}

static uint64_t our_devices_in(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	uint64_t count = 0;

	while (dir && (entry = readdir(dir)))
		count += !strncmp(entry->d_name, OUR_DEVICES, strlen(OUR_DEVICES));
	if (dir)
		closedir(dir);
	return count;
}

static uint64_t our_devices(void)
{
	return our_devices_in(DEVICES_DIR) + our_devices_in(DISKS_DIR);
}

/*
 * A locked page that was freed is counted until its processor has worked off a list of them, which
 * may be never; mlock() and munlock() do so (mm/mlock.c, mlock_drain_local()).
 */
static void drain_mlock_lists(void)
{
	static char page[4096];

	if (!mlock(page, 1))
		munlock(page, 1);
}

void leftovers_note(struct leftovers *ret_now)
{
	uint64_t acquired = 0, released = 0;

	drain_mlock_lists();
	*ret_now = (struct leftovers){.cma_used_pages = cma_used_pages()};
	if (!vmstat_read("nr_foll_pin_acquired", &acquired) &&
	    !vmstat_read("nr_foll_pin_released", &released))
		ret_now->pins = acquired - released;
	meminfo_read("Mlocked", &ret_now->mlocked_bytes);
}

void leftovers_note_all(struct leftovers *ret_now)
{
	leftovers_note(ret_now);
	ret_now->dma_bufs = dma_bufs();
	ret_now->devices = our_devices();
}

static bool is_more(const struct leftovers *now, const struct leftovers *before)
{
	/* Signed: others may have given back theirs. */
	return (int64_t)(now->pins - before->pins) > 0 ||
	       now->mlocked_bytes > before->mlocked_bytes ||
	       now->cma_used_pages > before->cma_used_pages || now->dma_bufs > before->dma_bufs ||
	       now->devices > before->devices;
}

int leftovers_check(struct bench_ctx *ctx, const struct leftovers *before)
{
	struct timespec pause = {.tv_nsec = PAUSE_NS};
	struct leftovers now;
	int tries = 0;

	leftovers_note_all(&now);
	while (is_more(&now, before) && tries++ < PATIENCE) {
		nanosleep(&pause, NULL);
		leftovers_note_all(&now);
	}
	if (!is_more(&now, before))
		return 0;
	return bench_fail(ctx, EPROTO,
			  "left behind: %lld pins, %lld bytes of locked memory, %lld pages of CMA "
			  "areas, %lld dma-bufs, %lld devices",
			  (long long)(now.pins - before->pins),
			  (long long)(now.mlocked_bytes - before->mlocked_bytes),
			  (long long)(now.cma_used_pages - before->cma_used_pages),
			  (long long)(now.dma_bufs - before->dma_bufs),
			  (long long)(now.devices - before->devices));
}
