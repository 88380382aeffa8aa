// SPDX-License-Identifier: GPL-2.0
/*
 * Family gup: one row for each function of the kernel that acquires or releases pages.
 * Finding out which items belong to a call happens before the clock starts.
 */
#include <linux/sched/signal.h>
#include "compat.h"
#include "gup.h"

static unsigned long addr_of(struct gup_call *c, u64 i)
{
	return c->addr + (i << PAGE_SHIFT);
}

static long call_get_fast(struct gup_call *c, u64 i, unsigned int n)
{
	return get_user_pages_fast(addr_of(c, i), n, c->foll, c->state->pages + i);
}

static long call_get_fast_only(struct gup_call *c, u64 i, unsigned int n)
{
	return get_user_pages_fast_only(addr_of(c, i), n, c->foll, c->state->pages + i);
}

static long call_pin_fast(struct gup_call *c, u64 i, unsigned int n)
{
	return pin_user_pages_fast(addr_of(c, i), n, c->foll, c->state->pages + i);
}

static long call_pin(struct gup_call *c, u64 i, unsigned int n)
{
	return compat_pin_user_pages(addr_of(c, i), n, c->foll, c->state->pages + i);
}

static long call_pin_unlocked(struct gup_call *c, u64 i, unsigned int n)
{
	return pin_user_pages_unlocked(addr_of(c, i), n, c->state->pages + i, c->foll);
}

static long call_pin_remote(struct gup_call *c, u64 i, unsigned int n)
{
	return compat_pin_user_pages_remote(c->mm, addr_of(c, i), n, c->foll, c->state->pages + i);
}

/* i counts pages asked for so far; the folios go behind those already held. */
static long call_memfd_pin_folios(struct gup_call *c, u64 i, unsigned int n)
{
	loff_t start = addr_of(c, i);
	pgoff_t offset;

	return compat_memfd_pin_folios(c->memfd, start, start + ((loff_t)n << PAGE_SHIFT) - 1,
				       c->state->folios + c->state->nr_items, n, &offset);
}

const struct gup_acquire_method pinbench_gup_acquire_methods[PINBENCH_GUP_NR_ACQUIRE] = {
	[PINBENCH_GUP_GET_FAST] = {HELD_GET, false, false, call_get_fast},
	[PINBENCH_GUP_GET_FAST_ONLY] = {HELD_GET, false, false, call_get_fast_only},
	[PINBENCH_GUP_PIN_FAST] = {HELD_PIN, true, false, call_pin_fast},
	[PINBENCH_GUP_PIN] = {HELD_PIN, true, true, call_pin},
	[PINBENCH_GUP_PIN_UNLOCKED] = {HELD_PIN, true, false, call_pin_unlocked},
	[PINBENCH_GUP_PIN_REMOTE] = {HELD_PIN, true, true, call_pin_remote},
	[PINBENCH_GUP_MEMFD_PIN_FOLIOS] = {HELD_FOLIOS, true, false,
					   HAVE_MEMFD_PIN_FOLIOS ? call_memfd_pin_folios : NULL},
};

static unsigned int span_any(struct gup_state *s, u64 i, unsigned int max)
{
	return max;
}

static unsigned int span_contiguous(struct gup_state *s, u64 i, unsigned int max)
{
	unsigned long pfn = page_to_pfn(s->pages[i]);
	unsigned int nr = 1;

	while (nr < max && page_to_pfn(s->pages[i + nr]) == pfn + nr)
		nr++;
	return nr;
}

static struct folio *folio_at(struct gup_state *s, u64 i)
{
	return s->held == HELD_FOLIOS ? s->folios[i] : page_folio(s->pages[i]);
}

unsigned int pinbench_gup_span_folio(struct gup_state *s, u64 i, unsigned int max)
{
	struct folio *folio = folio_at(s, i);
	unsigned int nr = 1;

	while (nr < max && folio_at(s, i + nr) == folio)
		nr++;
	return nr;
}

static void call_put_page(struct gup_state *s, u64 i, unsigned int nr)
{
	struct page **page = s->pages + i, **end = page + nr;

	for (; page < end; page++)
		put_page(*page);
}

static void call_unpin(struct gup_state *s, u64 i, unsigned int nr)
{
	unpin_user_pages(s->pages + i, nr);
}

static void call_unpin_dirty_lock(struct gup_state *s, u64 i, unsigned int nr)
{
	unpin_user_pages_dirty_lock(s->pages + i, nr, true);
}

static void call_unpin_range_dirty_lock(struct gup_state *s, u64 i, unsigned int nr)
{
	unpin_user_page_range_dirty_lock(s->pages[i], nr, true);
}

static void call_unpin_folio(struct gup_state *s, u64 i, unsigned int nr)
{
	compat_unpin_user_folio(folio_at(s, i), nr);
}

static void call_unpin_folios(struct gup_state *s, u64 i, unsigned int nr)
{
	compat_unpin_folios(s->folios + i, nr);
}

const struct gup_release_method pinbench_gup_release_methods[PINBENCH_GUP_NR_RELEASE] = {
	[PINBENCH_GUP_PUT_PAGE] = {BIT(HELD_GET), span_any, call_put_page},
	[PINBENCH_GUP_UNPIN] = {BIT(HELD_PIN), span_any, call_unpin},
	[PINBENCH_GUP_UNPIN_DIRTY_LOCK] = {BIT(HELD_PIN), span_any, call_unpin_dirty_lock},
	[PINBENCH_GUP_UNPIN_RANGE_DIRTY_LOCK] = {BIT(HELD_PIN), span_contiguous,
						 call_unpin_range_dirty_lock},
	[PINBENCH_GUP_UNPIN_FOLIO] = {BIT(HELD_PIN) | BIT(HELD_FOLIOS), pinbench_gup_span_folio,
				      HAVE_UNPIN_USER_FOLIO ? call_unpin_folio : NULL},
	[PINBENCH_GUP_UNPIN_FOLIOS] = {BIT(HELD_FOLIOS), span_any,
				       HAVE_UNPIN_FOLIOS ? call_unpin_folios : NULL},
};
