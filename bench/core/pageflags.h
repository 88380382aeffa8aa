/* What really backs a mapping: /proc/self/pagemap and /proc/kpageflags. Needs root. */
#ifndef PINBENCH_PAGEFLAGS_H
#define PINBENCH_PAGEFLAGS_H

#include <stddef.h>
#include <stdint.h>

/* Bits of /proc/kpageflags: Documentation/admin-guide/mm/pagemap.rst. */
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

#endif
