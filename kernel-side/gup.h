/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of family gup share: what an open file holds, how each kernel
 * function acquires or releases (gup_methods.c), and the count of slow-path entries
 * (gup_slow.c).
 */
#ifndef PINBENCH_MODULE_GUP_H
#define PINBENCH_MODULE_GUP_H

#include <linux/mm.h>
#include <linux/types.h>
#include "pinbench/uapi.h"

enum gup_held {
	HELD_NOTHING,
	HELD_GET,
	HELD_PIN,
	HELD_FOLIOS
};

/* What one open file holds. items are pages, or folios for HELD_FOLIOS. */
struct gup_state {
	enum gup_held held;
	union {
		struct page **pages;
		struct folio **folios;
	};
	u64 nr_items;
	u64 nr_pages;
};

/* One acquisition under way; n pages at index i of the region make one call. */
struct gup_call {
	struct gup_state *state;
	struct mm_struct *mm;
	struct file *memfd;
	u64 addr;
	unsigned int foll;
};

struct gup_acquire_method {
	enum gup_held held;
	bool takes_longterm;
	bool wants_mmap_lock;
	/* Returns how many items it added at index i, or an error. */
	long (*call)(struct gup_call *c, u64 i, unsigned int n);
};

/* A release call takes the nr items from index i on, chosen by its span function. */
struct gup_release_method {
	unsigned int fits; /* bit of each enum gup_held that it may release */
	/* How many items, at most max, one call may take. */
	unsigned int (*span)(struct gup_state *s, u64 i, unsigned int max);
	void (*call)(struct gup_state *s, u64 i, unsigned int nr);
};

/* A row without a call: this kernel has no such function. */
extern const struct gup_acquire_method pinbench_gup_acquire_methods[PINBENCH_GUP_NR_ACQUIRE];
extern const struct gup_release_method pinbench_gup_release_methods[PINBENCH_GUP_NR_RELEASE];

/* How many items from index i on, at most max, lie in one folio. */
unsigned int pinbench_gup_span_folio(struct gup_state *s, u64 i, unsigned int max);

/*
 * Counts the entries of the calling task into the slow path, between the two. begin
 * waits for another task's count: -EINTR when killed meanwhile, -EOPNOTSUPP where the
 * kernel gives no probe. end only after a begin that returned 0.
 */
int pinbench_gup_slow_begin(void);
u64 pinbench_gup_slow_end(void);

#endif
