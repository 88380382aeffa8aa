/* A CMA area of this machine: see area.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/pageflags.h"
#include "bench/core/sysfile.h"
#include "bench/core/memory/area.h"

#define DEBUG_DIR "/sys/kernel/debug/cma"
#define SYSFS_DIR "/sys/kernel/mm/cma"
#define HEAP_DIR  "/dev/dma_heap"
/* Frames looked at at once. */
#define SURVEY_PAGES 4096

static int read_number(const char *path, uint64_t *ret_value)
{
	char text[64];
	int err = sysfile_read(path, text, sizeof(text));

	if (!err)
		*ret_value = strtoull(text, NULL, 10);
	return err;
}

static int read_debug(const char *area, const char *file, uint64_t *ret_value)
{
	char path[512];

	snprintf(path, sizeof(path), DEBUG_DIR "/%s/%s", area, file);
	return read_number(path, ret_value);
}

static void take_if_larger(struct cma_area *largest, const char *name)
{
	struct cma_area area;

	if (read_debug(name, "base_pfn", &area.base_pfn) ||
	    read_debug(name, "count", &area.pages) || area.pages <= largest->pages)
		return;
	if ((size_t)snprintf(area.name, sizeof(area.name), "%s", name) >= sizeof(area.name))
		return;
	*largest = area;
}

/* Named after the area up to 6.16; later the default area's has a name of its own besides. */
static void find_heap(struct cma_area *area)
{
	const char *const names[] = {area->name, "default_cma_region"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(area->heap_path, sizeof(area->heap_path), HEAP_DIR "/%s", names[i]);
		if (!access(area->heap_path, R_OK))
			return;
	}
	area->heap_path[0] = '\0';
}

int cma_area_find(struct bench_ctx *ctx, struct cma_area *ret_area)
{
	DIR *dir = opendir(DEBUG_DIR);
	const struct dirent *entry;

	*ret_area = (struct cma_area){0};
	if (!dir)
		return bench_skip(ctx,
				  "cannot see where CMA areas lie: " DEBUG_DIR
				  ": %s (wants CONFIG_CMA_DEBUGFS, debugfs and root)",
				  strerror(errno));
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			take_if_larger(ret_area, entry->d_name);
	}
	closedir(dir);
	if (!ret_area->pages)
		return bench_skip(ctx, "this machine has no CMA area: boot it with cma=512M or so");
	find_heap(ret_area);
	bench_fact_string(ctx, "area", ret_area->name);
	bench_fact_number(ctx, "area_pages", (double)ret_area->pages);
	return 0;
}

int cma_area_used(const struct cma_area *area, uint64_t *ret_pages)
{
	return read_debug(area->name, "used", ret_pages);
}

bool cma_area_has(const struct cma_area *area, uint64_t pfn)
{
	return pfn >= area->base_pfn && pfn - area->base_pfn < area->pages;
}

static void survey_frames(const uint64_t *flags, uint64_t count, struct area_survey *s)
{
	for (uint64_t i = 0; i < count; i++) {
		if (flags[i] & KPF_BUDDY_BIT)
			s->free_pages++;
		else if (flags[i] & KPF_ANON_BIT)
			s->anon_pages++;
		else if (flags[i] & KPF_LRU_BIT)
			s->file_pages++;
		else
			s->other_pages++;
	}
}

int cma_area_survey(const struct cma_area *area, struct area_survey *ret_survey)
{
	uint64_t flags[SURVEY_PAGES], count;
	int err = 0;

	*ret_survey = (struct area_survey){0};
	for (uint64_t i = 0; !err && i < area->pages; i += count) {
		count = area->pages - i < SURVEY_PAGES ? area->pages - i : SURVEY_PAGES;
		err = page_flags_read(area->base_pfn + i, count, flags);
		if (!err)
			survey_frames(flags, count, ret_survey);
	}
	return err;
}

static uint64_t read_sysfs(const struct cma_area *area, const char *file)
{
	uint64_t value = 0;
	char path[512];

	snprintf(path, sizeof(path), SYSFS_DIR "/%s/%s", area->name, file);
	read_number(path, &value);
	return value;
}

int cma_area_count(const struct cma_area *area, struct area_counters *ret_counters)
{
	struct area_counters c = {0};
	int err = vmstat_read("cma_alloc_success", &c.allocs);

	if (!err)
		err = vmstat_read("cma_alloc_fail", &c.refusals);
	if (err)
		return err;
	vmstat_read("pgmigrate_success", &c.pages_migrated);
	vmstat_read("pgmigrate_fail", &c.pages_stuck);
	c.pages_alloced = read_sysfs(area, "alloc_pages_success");
	c.pages_refused = read_sysfs(area, "alloc_pages_fail");
	*ret_counters = c;
	return 0;
}
