/* What really backs a mapping: see pageflags.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "bench/core/pageflags.h"

#define PAGE_BYTES	  4096ul
#define PAGEMAP_PRESENT	  (1ull << 63)
#define PAGEMAP_PFN_MASK  ((1ull << 55) - 1)
#define PAGEMAP_EXCLUSIVE (1ull << 56)

static int read_words(const char *path, uint64_t index, uint64_t *words, size_t count)
{
	size_t want = count * sizeof(*words);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;
	int err = 0;

	if (fd < 0)
		return -errno;
	got = pread(fd, words, want, (off_t)(index * sizeof(*words)));
	if (got < 0)
		err = -errno;
	else if ((size_t)got != want)
		err = -EIO;
	close(fd);
	return err;
}

int pagemap_read(const void *addr, size_t pages, uint64_t *ret_pfns)
{
	int err = read_words("/proc/self/pagemap", (uintptr_t)addr / PAGE_BYTES, ret_pfns, pages);

	for (size_t i = 0; !err && i < pages; i++) {
		bool there = ret_pfns[i] & PAGEMAP_PRESENT;

		ret_pfns[i] = there ? ret_pfns[i] & PAGEMAP_PFN_MASK : 0;
		if (there && !ret_pfns[i])
			return -EPERM;
	}
	return err;
}

int pagemap_count(pid_t pid, const void *addr, size_t pages, size_t *ret_present)
{
	uint64_t *map = calloc(pages, sizeof(*map));
	char path[64];
	int err;

	*ret_present = 0;
	if (!map)
		return -ENOMEM;
	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	err = read_words(path, (uintptr_t)addr / PAGE_BYTES, map, pages);
	for (size_t i = 0; !err && i < pages; i++)
		*ret_present += !!(map[i] & PAGEMAP_PRESENT);
	free(map);
	return err;
}

int page_flags_read(uint64_t pfn, size_t frames, uint64_t *ret_flags)
{
	return read_words("/proc/kpageflags", pfn, ret_flags, frames);
}

/* Reads the flags of neighbouring frames at once: THP and hugetlb are one read each. */
static int read_flags(const uint64_t *map, uint64_t *flags, size_t pages)
{
	size_t run;
	int err = 0;

	for (size_t i = 0; i < pages && !err; i += run) {
		uint64_t pfn = map[i] & PAGEMAP_PFN_MASK;

		run = 1;
		if (!(map[i] & PAGEMAP_PRESENT))
			continue;
		if (!pfn)
			return -EPERM;
		while (i + run < pages && map[i + run] & PAGEMAP_PRESENT &&
		       (map[i + run] & PAGEMAP_PFN_MASK) == pfn + run)
			run++;
		err = read_words("/proc/kpageflags", pfn, flags + i, run);
	}
	return err;
}

static void note_folio(struct page_survey *s, size_t pages)
{
	size_t bytes = pages * PAGE_BYTES;

	if (!pages)
		return;
	if (!s->smallest_folio || bytes < s->smallest_folio)
		s->smallest_folio = bytes;
	if (bytes > s->largest_folio)
		s->largest_folio = bytes;
}

static void survey(const uint64_t *map, const uint64_t *flags, struct page_survey *s)
{
	size_t folio_pages = 0;

	for (size_t i = 0; i < s->pages; i++) {
		bool tail = flags[i] & KPF_COMPOUND_TAIL_BIT;

		if (!(map[i] & PAGEMAP_PRESENT)) {
			note_folio(s, folio_pages);
			folio_pages = 0;
			continue;
		}
		s->resident++;
		s->exclusive += !!(map[i] & PAGEMAP_EXCLUSIVE);
		s->anon += !!(flags[i] & KPF_ANON_BIT);
		s->hugetlb += !!(flags[i] & KPF_HUGE_BIT);
		s->zero += !!(flags[i] & KPF_ZERO_PAGE_BIT);
		if (!tail) {
			note_folio(s, folio_pages);
			folio_pages = 0;
		}
		folio_pages++;
	}
	note_folio(s, folio_pages);
}

int page_survey_take(const void *addr, size_t bytes, struct page_survey *ret_survey)
{
	size_t pages = bytes / PAGE_BYTES;
	uint64_t *map = calloc(pages, sizeof(*map));
	uint64_t *flags = calloc(pages, sizeof(*flags));
	int err = -ENOMEM;

	*ret_survey = (struct page_survey){.pages = pages};
	if (map && flags)
		err = read_words("/proc/self/pagemap", (uintptr_t)addr / PAGE_BYTES, map, pages);
	if (!err)
		err = read_flags(map, flags, pages);
	if (!err)
		survey(map, flags, ret_survey);
	free(map);
	free(flags);
	return err;
}
