// SPDX-License-Identifier: GPL-2.0
/*
 * Family gup: acquire pages by one method, hold them in the open file, release
 * them by another. Each call of the kernel's function is measured alone; finding
 * out which pages or folios belong to it happens before the clock starts.
 */
#include <linux/file.h>
#include <linux/kprobes.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "compat.h"
#include "family.h"
#include "measure.h"

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

static const struct gup_acquire_method acquire_methods[PINBENCH_GUP_NR_ACQUIRE] = {
	[PINBENCH_GUP_GET_FAST] = {HELD_GET, false, false, call_get_fast},
	[PINBENCH_GUP_GET_FAST_ONLY] = {HELD_GET, false, false, call_get_fast_only},
	[PINBENCH_GUP_PIN_FAST] = {HELD_PIN, true, false, call_pin_fast},
	[PINBENCH_GUP_PIN] = {HELD_PIN, true, true, call_pin},
	[PINBENCH_GUP_PIN_UNLOCKED] = {HELD_PIN, true, false, call_pin_unlocked},
	[PINBENCH_GUP_PIN_REMOTE] = {HELD_PIN, true, true, call_pin_remote},
#if HAVE_MEMFD_PIN_FOLIOS
	[PINBENCH_GUP_MEMFD_PIN_FOLIOS] = {HELD_FOLIOS, true, false, call_memfd_pin_folios},
#endif
};

/* A release call takes the nr items from index i on, chosen by its span function. */
struct gup_release_method {
	unsigned int fits; /* bit of each enum gup_held that it may release */
	/* How many items, at most max, one call may take. */
	unsigned int (*span)(struct gup_state *s, u64 i, unsigned int max);
	void (*call)(struct gup_state *s, u64 i, unsigned int nr);
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

static unsigned int span_folio(struct gup_state *s, u64 i, unsigned int max)
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

static const struct gup_release_method release_methods[PINBENCH_GUP_NR_RELEASE] = {
	[PINBENCH_GUP_PUT_PAGE] = {BIT(HELD_GET), span_any, call_put_page},
	[PINBENCH_GUP_UNPIN] = {BIT(HELD_PIN), span_any, call_unpin},
	[PINBENCH_GUP_UNPIN_DIRTY_LOCK] = {BIT(HELD_PIN), span_any, call_unpin_dirty_lock},
	[PINBENCH_GUP_UNPIN_RANGE_DIRTY_LOCK] = {BIT(HELD_PIN), span_contiguous,
						 call_unpin_range_dirty_lock},
#if HAVE_UNPIN_USER_FOLIO
	[PINBENCH_GUP_UNPIN_FOLIO] = {BIT(HELD_PIN) | BIT(HELD_FOLIOS), span_folio,
				      call_unpin_folio},
#endif
#if HAVE_UNPIN_FOLIOS
	[PINBENCH_GUP_UNPIN_FOLIOS] = {BIT(HELD_FOLIOS), span_any, call_unpin_folios},
#endif
};

/* Untimed: gives back items [from, nr_items) when an open file goes or a call failed. */
static void drop_from(struct gup_state *s, u64 from)
{
	static const unsigned int method_of[] = {
		[HELD_GET] = PINBENCH_GUP_PUT_PAGE,
		[HELD_PIN] = PINBENCH_GUP_UNPIN,
		[HELD_FOLIOS] = PINBENCH_GUP_UNPIN_FOLIOS,
	};
	unsigned int nr;

	for (; s->held != HELD_NOTHING && from < s->nr_items; from += nr) {
		nr = min_t(u64, s->nr_items - from, 512);
		release_methods[method_of[s->held]].call(s, from, nr);
		cond_resched();
	}
	kvfree(s->pages);
	memset(s, 0, sizeof(*s));
}

/*
 * Entries into the slow path, counted by a kprobe for this task alone. Nothing is
 * patched into the fast path, but a slow call pays for the probe, so the caller
 * asks for this in a run whose durations it does not use.
 */
static struct {
	struct mutex lock;
	struct task_struct *task;
	u64 calls;
} slow_path = {.lock = __MUTEX_INITIALIZER(slow_path.lock)};

#ifdef CONFIG_KPROBES
static int slow_path_entered(struct kprobe *probe, struct pt_regs *regs)
{
	if (current == slow_path.task)
		slow_path.calls++;
	return 0;
}

/* The compiler may rename a static function; each name is the same function. */
static int register_slow_path(struct kprobe *probe)
{
	static const char *const names[] = {
		"__get_user_pages",
		"__get_user_pages.isra.0",
		"__get_user_pages.constprop.0",
	};
	unsigned int i;
	int err = -ENOENT;

	for (i = 0; err && i < ARRAY_SIZE(names); i++) {
		*probe = (struct kprobe){
			.symbol_name = names[i],
			.pre_handler = slow_path_entered,
		};
		err = register_kprobe(probe);
	}
	return err;
}
#else
static int register_slow_path(struct kprobe *probe)
{
	return -EOPNOTSUPP;
}

static void unregister_kprobe(struct kprobe *probe)
{
}
#endif

static int acquire_call(struct gup_call *c, const struct gup_acquire_method *method,
			struct pinbench_measure *m, u64 i, unsigned int n)
{
	u64 begin;
	long got;

	if (method->wants_mmap_lock && mmap_read_lock_killable(c->mm))
		return -EINTR;
	begin = pinbench_begin(m);
	got = method->call(c, i, n);
	pinbench_end(m, begin);
	if (method->wants_mmap_lock)
		mmap_read_unlock(c->mm);

	if (got > 0)
		c->state->nr_items += got;
	if (got < 0)
		return got;
	if (method->held == HELD_FOLIOS)
		return got ? 0 : -EFAULT;
	return got == n ? 0 : -EFAULT;
}

static int acquire_all(struct gup_call *c, const struct gup_acquire_method *method,
		       struct pinbench_measure *m, const struct pinbench_gup_acquire *req)
{
	unsigned int n;
	int err = 0;
	u64 i;

	for (i = 0; !err && i < req->nr_pages; i += n) {
		n = min_t(u64, req->batch, req->nr_pages - i);
		pinbench_measure_pause(m);
		err = acquire_call(c, method, m, i, n);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
	}
	return err;
}

static int acquire_counting_slow(struct gup_call *c, const struct gup_acquire_method *method,
				 struct pinbench_measure *m, struct pinbench_gup_acquire *req)
{
	struct kprobe probe;
	int err;

	if (mutex_lock_killable(&slow_path.lock))
		return -EINTR;
	slow_path.task = current;
	slow_path.calls = 0;
	if (register_slow_path(&probe)) {
		req->slow_calls = PINBENCH_GUP_SLOW_UNKNOWN;
		err = acquire_all(c, method, m, req);
	} else {
		err = acquire_all(c, method, m, req);
		unregister_kprobe(&probe);
		req->slow_calls = slow_path.calls;
	}
	slow_path.task = NULL;
	mutex_unlock(&slow_path.lock);
	return err;
}

static u64 count_folios(struct gup_state *s)
{
	u64 i, folios = 0;

	for (i = 0; i < s->nr_items; i += span_folio(s, i, s->nr_items - i))
		folios++;
	return folios;
}

static int acquire_check(const struct pinbench_gup_acquire *req)
{
	const struct gup_acquire_method *method;
	u64 bytes;

	if (req->method >= PINBENCH_GUP_NR_ACQUIRE)
		return -EINVAL;
	method = &acquire_methods[req->method];
	if (!method->call)
		return -EOPNOTSUPP;
	if (req->flags & ~(PINBENCH_GUP_WRITE | PINBENCH_GUP_LONGTERM | PINBENCH_GUP_COUNT_SLOW))
		return -EINVAL;
	if (req->flags & PINBENCH_GUP_LONGTERM && !method->takes_longterm)
		return -EINVAL;
	if (!req->nr_pages || req->nr_pages > PINBENCH_MAX_PAGES)
		return -EINVAL;
	if (!req->batch || req->batch > req->nr_pages)
		return -EINVAL;
	bytes = req->nr_pages << PAGE_SHIFT;
	if (offset_in_page(req->addr) || req->addr + bytes < req->addr)
		return -EINVAL;
	/* A memfd offset ends as a signed loff_t, an address below the task's limit. */
	if (req->addr + bytes > (method->held == HELD_FOLIOS ? (u64)LLONG_MAX : (u64)TASK_SIZE))
		return -EINVAL;
	return 0;
}

static int acquire_begin(struct gup_call *c, const struct pinbench_gup_acquire *req,
			 struct gup_state *s)
{
	const struct gup_acquire_method *method = &acquire_methods[req->method];

	*c = (struct gup_call){.state = s, .mm = current->mm, .addr = req->addr};
	if (req->flags & PINBENCH_GUP_WRITE)
		c->foll |= FOLL_WRITE;
	if (req->flags & PINBENCH_GUP_LONGTERM)
		c->foll |= FOLL_LONGTERM;
	if (method->held == HELD_FOLIOS) {
		c->memfd = fget(req->memfd);
		if (!c->memfd)
			return -EBADF;
	}
	s->pages = kvcalloc(req->nr_pages, sizeof(*s->pages), GFP_KERNEL);
	if (!s->pages) {
		if (c->memfd)
			fput(c->memfd);
		return -ENOMEM;
	}
	s->held = method->held;
	return 0;
}

static int gup_acquire(void *state, void *arg)
{
	struct pinbench_gup_acquire *req = arg;
	const struct gup_acquire_method *method;
	struct gup_state *s = state;
	struct pinbench_measure m;
	struct gup_call c;
	int err;

	if (s->held != HELD_NOTHING)
		return -EBUSY;
	err = acquire_check(req);
	if (err)
		return err;
	method = &acquire_methods[req->method];
	err = pinbench_measure_init(&m, &req->samples, DIV_ROUND_UP(req->nr_pages, req->batch));
	if (err)
		return err;
	err = acquire_begin(&c, req, s);
	if (err)
		goto free_measure;

	if (req->flags & PINBENCH_GUP_COUNT_SLOW)
		err = acquire_counting_slow(&c, method, &m, req);
	else
		err = acquire_all(&c, method, &m, req);
	if (!err)
		err = pinbench_measure_copy(&m, &req->samples);
	if (c.memfd)
		fput(c.memfd);
	if (err) {
		drop_from(s, 0);
		goto free_measure;
	}
	s->nr_pages = req->nr_pages;
	req->pages = s->nr_pages;
	req->folios = count_folios(s);
free_measure:
	pinbench_measure_free(&m);
	return err;
}

/* The release is not interrupted half-way: it is short, and what is held must go. */
static void release_all(struct gup_state *s, const struct gup_release_method *method,
			struct pinbench_measure *m, unsigned int batch)
{
	unsigned int nr;
	u64 i, begin;

	for (i = 0; i < s->nr_items; i += nr) {
		nr = method->span(s, i, min_t(u64, batch, s->nr_items - i));
		pinbench_measure_pause(m);
		begin = pinbench_begin(m);
		method->call(s, i, nr);
		pinbench_end(m, begin);
	}
	s->nr_items = 0;
}

static u64 release_calls(struct gup_state *s, const struct gup_release_method *method,
			 unsigned int batch)
{
	u64 i, calls = 0;

	for (i = 0; i < s->nr_items; calls++)
		i += method->span(s, i, min_t(u64, batch, s->nr_items - i));
	return calls;
}

static int gup_release_pages(void *state, void *arg)
{
	struct pinbench_gup_release *req = arg;
	const struct gup_release_method *method;
	struct gup_state *s = state;
	struct pinbench_measure m;
	int err;

	if (req->method >= PINBENCH_GUP_NR_RELEASE || !req->batch)
		return -EINVAL;
	method = &release_methods[req->method];
	if (!method->call)
		return -EOPNOTSUPP;
	if (s->held == HELD_NOTHING || !(method->fits & BIT(s->held)))
		return -EINVAL;
	err = pinbench_measure_init(&m, &req->samples, release_calls(s, method, req->batch));
	if (err)
		return err;
	req->pages = s->nr_pages;
	release_all(s, method, &m, req->batch);
	drop_from(s, 0);
	err = pinbench_measure_copy(&m, &req->samples);
	pinbench_measure_free(&m);
	return err;
}

static void *gup_open(void)
{
	return kzalloc(sizeof(struct gup_state), GFP_KERNEL);
}

static void gup_release(void *state)
{
	drop_from(state, 0);
	kfree(state);
}

static void gup_describe(struct pinbench_info *info)
{
	unsigned int i;

	for (i = 0; i < PINBENCH_GUP_NR_ACQUIRE; i++)
		info->gup_acquire |= acquire_methods[i].call ? BIT(i) : 0;
	for (i = 0; i < PINBENCH_GUP_NR_RELEASE; i++)
		info->gup_release |= release_methods[i].call ? BIT(i) : 0;
}

static const struct pinbench_command gup_commands[] = {
	{PINBENCH_IOC_GUP_ACQUIRE, gup_acquire},
	{PINBENCH_IOC_GUP_RELEASE, gup_release_pages},
};

const struct pinbench_family pinbench_family_gup = {
	.name = "gup",
	.commands = gup_commands,
	.nr_commands = ARRAY_SIZE(gup_commands),
	.open = gup_open,
	.release = gup_release,
	.describe = gup_describe,
};
