// SPDX-License-Identifier: GPL-2.0
/*
 * Family gup: acquire pages by one method, hold them in the open file, release
 * them by another. Each call of the kernel's function is measured alone.
 */
#include <linux/file.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "compat.h"
#include "family.h"
#include "gup.h"
#include "measure.h"

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
		pinbench_gup_release_methods[method_of[s->held]].call(s, from, nr);
		cond_resched();
	}
	kvfree(s->pages);
	memset(s, 0, sizeof(*s));
}

static int acquire_call(struct gup_call *c, const struct gup_acquire_method *method,
			struct pinbench_measure *m, u64 i, unsigned int n)
{
	u64 begin;
	long got;

	if (method->wants_mmap_lock) {
		pinbench_before_lock(m);
		if (mmap_read_lock_killable(c->mm))
			return -EINTR;
	}
	begin = pinbench_begin(m);
	got = method->call(c, i, n);
	pinbench_end(m, begin);
	if (method->wants_mmap_lock) {
		mmap_read_unlock(c->mm);
		pinbench_after_lock(m);
	}

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
	int err = pinbench_gup_slow_begin();

	if (err == -EINTR)
		return err;
	if (err) {
		req->slow_calls = PINBENCH_GUP_SLOW_UNKNOWN;
		return acquire_all(c, method, m, req);
	}
	err = acquire_all(c, method, m, req);
	req->slow_calls = pinbench_gup_slow_end();
	return err;
}

static u64 count_folios(struct gup_state *s)
{
	u64 i, folios = 0;

	for (i = 0; i < s->nr_items; i += pinbench_gup_span_folio(s, i, s->nr_items - i))
		folios++;
	return folios;
}

static int acquire_check(const struct pinbench_gup_acquire *req)
{
	const struct gup_acquire_method *method;
	u64 bytes;

	if (req->method >= PINBENCH_GUP_NR_ACQUIRE)
		return -EINVAL;
	method = &pinbench_gup_acquire_methods[req->method];
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
	const struct gup_acquire_method *method = &pinbench_gup_acquire_methods[req->method];

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
	method = &pinbench_gup_acquire_methods[req->method];
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
	method = &pinbench_gup_release_methods[req->method];
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
		info->gup_acquire |= pinbench_gup_acquire_methods[i].call ? BIT(i) : 0;
	for (i = 0; i < PINBENCH_GUP_NR_RELEASE; i++)
		info->gup_release |= pinbench_gup_release_methods[i].call ? BIT(i) : 0;
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
