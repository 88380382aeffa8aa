/* What really backs a mapping: /proc/self/pagemap and /proc/kpageflags. Needs root. */
#ifndef PINBENCH_PAGEFLAGS_H
#define PINBENCH_PAGEFLAGS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Bits of /proc/kpageflags: Documentation/admin-guide/mm/pagemap.rst. */
#define KPF_LRU_BIT	      (1ull << 5)
#define KPF_BUDDY_BIT	      (1ull << 10)
#define KPF_ANON_BIT	      (1ull << 12)
#define KPF_COMPOUND_HEAD_BIT (1ull << 15)
#define KPF_COMPOUND_TAIL_BIT (1ull << 16)
#define KPF_HUGE_BIT	      (1ull << 17)
#define KPF_ZERO_PAGE_BIT     (1ull << 24)

struct page_survey {
	size_t pages;	       /* base pages in the range */
	size_t resident;       /* of those, mapped */
	size_t anon;	       /* of those, anonymous */
	size_t hugetlb;	       /* of those, of hugetlb */
	size_t zero;	       /* of those, the zero page */
	size_t exclusive;      /* of those, mapped nowhere else */
	size_t smallest_folio; /* in bytes, over the folios seen; 0 if none is resident */
	size_t largest_folio;
};

/* 0, or -errno: EPERM where the kernel hides frame numbers. */
int page_survey_take(const void *addr, size_t bytes, struct page_survey *ret_survey);

/* Frame numbers of @pages pages from @addr on, 0 for one that is not there. 0 or -errno. */
int pagemap_read(const void *addr, size_t pages, uint64_t *ret_pfns);
/* How many of @pages pages from @addr on, in the address space of @pid, are there. 0 or -errno. */
int pagemap_count(pid_t pid, const void *addr, size_t pages, size_t *ret_present);
/* /proc/kpageflags of @frames frames from @pfn on. 0 or -errno. */
int page_flags_read(uint64_t pfn, size_t frames, uint64_t *ret_flags);

#endif
