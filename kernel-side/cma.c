// SPDX-License-Identifier: GPL-2.0
/*
 * Family cma: contiguous buffers by the DMA API, which is how a driver reaches cma_alloc() on every
 * kernel, and pins of single pages, to be put where they are in the way of one.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "family.h"
#include "measure.h"

/* Neither mapped nor cleared: what is left is finding the pages and moving others away. */
#define BUFFER_ATTRS (DMA_ATTR_NO_KERNEL_MAPPING | DMA_ATTR_NO_WARN)

struct cma_buffer {
	struct list_head list;
	void *cookie;
	dma_addr_t dma;
	size_t bytes;
};

struct cma_state {
	struct platform_device *device; /* made by the first allocation */
	struct list_head buffers;	/* the oldest first */
	u32 nr_buffers;
	struct page **pages; /* held pins */
	u32 nr_pages;
};

static int make_device(struct cma_state *s)
{
	struct platform_device *device;
	int err;

	if (s->device)
		return 0;
	device = platform_device_register_simple("pinbench-cma", PLATFORM_DEVID_AUTO, NULL, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	err = dma_coerce_mask_and_coherent(&device->dev, DMA_BIT_MASK(64));
	if (err) {
		platform_device_unregister(device);
		return err;
	}
	s->device = device;
	return 0;
}

static int alloc_buffer(struct cma_state *s, struct pinbench_measure *m, size_t bytes,
			u32 *ret_error)
{
	struct cma_buffer *buffer = kzalloc(sizeof(*buffer), GFP_KERNEL);
	u64 begin;

	if (!buffer)
		return -ENOMEM;
	buffer->bytes = bytes;
	pinbench_measure_pause(m);
	begin = pinbench_begin(m);
	buffer->cookie = dma_alloc_attrs(&s->device->dev, bytes, &buffer->dma,
					 GFP_KERNEL | __GFP_NOWARN, BUFFER_ATTRS);
	pinbench_end(m, begin);
	*ret_error = buffer->cookie ? 0 : ENOMEM;
	if (!buffer->cookie) {
		kfree(buffer);
		return 0;
	}
	list_add_tail(&buffer->list, &s->buffers);
	s->nr_buffers++;
	return 0;
}

static int cma_alloc_one(void *state, void *arg)
{
	struct pinbench_cma_alloc *req = arg;
	struct cma_state *s = state;
	struct pinbench_measure m;
	int err;

	if (req->reserved || !req->bytes || offset_in_page(req->bytes) ||
	    req->bytes > (u64)PINBENCH_MAX_PAGES << PAGE_SHIFT)
		return -EINVAL;
	if (s->nr_buffers >= PINBENCH_CMA_MAX_BUFFERS)
		return -ENOSPC;
	err = make_device(s);
	if (!err)
		err = pinbench_measure_init(&m, &req->samples, 1);
	if (err)
		return err;
	err = alloc_buffer(s, &m, req->bytes, &req->error);
	if (!err)
		err = pinbench_measure_copy(&m, &req->samples);
	pinbench_measure_free(&m);
	return err;
}

static struct cma_buffer *take_oldest(struct cma_state *s)
{
	struct cma_buffer *buffer = list_first_entry_or_null(&s->buffers, struct cma_buffer, list);

	if (buffer) {
		list_del(&buffer->list);
		s->nr_buffers--;
	}
	return buffer;
}

static void free_buffer(struct cma_state *s, struct cma_buffer *buffer)
{
	dma_free_attrs(&s->device->dev, buffer->bytes, buffer->cookie, buffer->dma, BUFFER_ATTRS);
}

static int cma_free_all(void *state, void *arg)
{
	struct pinbench_cma_free *req = arg;
	struct cma_state *s = state;
	struct pinbench_measure m;
	struct cma_buffer *buffer;
	u64 begin;
	int err;

	if (req->reserved || !s->nr_buffers)
		return -EINVAL;
	err = pinbench_measure_init(&m, &req->samples, s->nr_buffers);
	if (err)
		return err;
	req->buffers = s->nr_buffers;
	while ((buffer = take_oldest(s))) {
		pinbench_measure_pause(&m);
		begin = pinbench_begin(&m);
		free_buffer(s, buffer);
		pinbench_end(&m, begin);
		kfree(buffer);
	}
	err = pinbench_measure_copy(&m, &req->samples);
	pinbench_measure_free(&m);
	return err;
}

static void let_go(struct cma_state *s)
{
	unsigned int n;

	while (s->nr_pages) {
		n = min_t(u32, s->nr_pages, 512);
		s->nr_pages -= n;
		unpin_user_pages(s->pages + s->nr_pages, n);
		cond_resched();
	}
	kvfree(s->pages);
	s->pages = NULL;
}

static int hold_page(struct cma_state *s, const u64 __user *address, unsigned int foll)
{
	u64 addr;
	long got;

	if (fatal_signal_pending(current))
		return -EINTR;
	if (get_user(addr, address))
		return -EFAULT;
	if (offset_in_page(addr) || addr >= TASK_SIZE)
		return -EINVAL;
	got = pin_user_pages_fast(addr, 1, foll, s->pages + s->nr_pages);
	if (got != 1)
		return got < 0 ? got : -EFAULT;
	s->nr_pages++;
	cond_resched();
	return 0;
}

static int cma_hold(void *state, void *arg)
{
	struct pinbench_cma_hold *req = arg;
	const u64 __user *addresses = u64_to_user_ptr(req->addresses);
	struct cma_state *s = state;
	unsigned int foll = FOLL_WRITE;
	int err = 0;
	u32 i;

	if (s->pages)
		return -EBUSY;
	if (req->flags & ~PINBENCH_GUP_LONGTERM || !req->nr_pages ||
	    req->nr_pages > PINBENCH_MAX_PAGES)
		return -EINVAL;
	if (req->flags & PINBENCH_GUP_LONGTERM)
		foll |= FOLL_LONGTERM;
	s->pages = kvcalloc(req->nr_pages, sizeof(*s->pages), GFP_KERNEL);
	if (!s->pages)
		return -ENOMEM;
	for (i = 0; !err && i < req->nr_pages; i++)
		err = hold_page(s, addresses + i, foll);
	if (err)
		let_go(s);
	return err;
}

static int cma_let_go(void *state, void *arg)
{
	struct cma_state *s = state;

	if (!s->pages)
		return -EINVAL;
	let_go(s);
	return 0;
}

static void *cma_open(void)
{
	struct cma_state *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (s)
		INIT_LIST_HEAD(&s->buffers);
	return s;
}

static void cma_close(void *state)
{
	struct cma_state *s = state;
	struct cma_buffer *buffer;

	let_go(s);
	while ((buffer = take_oldest(s))) {
		free_buffer(s, buffer);
		kfree(buffer);
	}
	if (s->device)
		platform_device_unregister(s->device);
	kfree(s);
}

static const struct pinbench_command cma_commands[] = {
	{PINBENCH_IOC_CMA_ALLOC, cma_alloc_one},
	{PINBENCH_IOC_CMA_FREE, cma_free_all},
	{PINBENCH_IOC_CMA_HOLD, cma_hold},
	{PINBENCH_IOC_CMA_LET_GO, cma_let_go},
};

const struct pinbench_family pinbench_family_cma = {
	.name = "cma",
	.commands = cma_commands,
	.nr_commands = ARRAY_SIZE(cma_commands),
	.open = cma_open,
	.release = cma_close,
};
