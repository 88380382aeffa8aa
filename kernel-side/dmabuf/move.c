// SPDX-License-Identifier: GPL-2.0
/*
 * Family dmabuf: a move, the steps of which are those of a driver that takes memory from its users:
 * lock, invalidate, wait, copy, map anew.
 */
#include <linux/dma-fence.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include "../compat.h"
#include "dmabuf.h"
#include "../measure.h"

/* What a device would signal when it is done with the old place. */
struct delayed_fence {
	struct dma_fence base; /* first: freed by its address */
	spinlock_t lock;
	struct timer_list timer;
};

static const char *get_name(struct dma_fence *fence)
{
	return "pinbench";
}

/* Others may keep a fence for longer than its buffer is there. */
static void release_fence(struct dma_fence *fence)
{
	dma_fence_free(fence);
	module_put(THIS_MODULE);
}

static const struct dma_fence_ops fence_ops = {
	.get_driver_name = get_name,
	.get_timeline_name = get_name,
	.release = release_fence,
};

static void signal_fence(struct timer_list *timer)
{
	struct delayed_fence *fence = container_of(timer, struct delayed_fence, timer);

	dma_fence_signal(&fence->base);
}

static struct delayed_fence *make_fence(void)
{
	struct delayed_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	if (!fence)
		return NULL;
	__module_get(THIS_MODULE);
	spin_lock_init(&fence->lock);
	timer_setup(&fence->timer, signal_fence, 0);
	dma_fence_init(&fence->base, &fence_ops, &fence->lock, dma_fence_context_alloc(1), 1);
	return fence;
}

static int add_fence(struct dma_resv *resv, u32 delay_ns, struct delayed_fence **ret_fence)
{
	struct delayed_fence *fence = make_fence();
	int err;

	if (!fence)
		return -ENOMEM;
	dma_resv_lock(resv, NULL);
	err = dma_resv_reserve_fences(resv, 1);
	if (!err)
		dma_resv_add_fence(resv, &fence->base, DMA_RESV_USAGE_WRITE);
	dma_resv_unlock(resv);
	if (err) {
		dma_fence_put(&fence->base);
		return err;
	}
	mod_timer(&fence->timer, jiffies + nsecs_to_jiffies(delay_ns));
	*ret_fence = fence;
	return 0;
}

static void drop_fence(struct delayed_fence *fence)
{
	if (!fence)
		return;
	timer_delete_sync(&fence->timer);
	dma_fence_signal(&fence->base);
	dma_fence_put(&fence->base);
}

static bool is_in_use(const struct buffer *b, u32 flags)
{
	if (b->pins)
		return true;
	return !(flags & PINBENCH_MOVE_ZAP) && mapping_mapped(b->dmabuf->file->f_mapping);
}

static int move_locked(struct dmabuf_state *s, struct buffer *b, u32 flags)
{
	u32 to = !b->at;

	if (is_in_use(b, flags))
		return -EBUSY;
	compat_dma_buf_invalidate(b->dmabuf);
	if (flags & PINBENCH_MOVE_ZAP)
		buffer_zap(b);
	dma_resv_wait_timeout(b->dmabuf->resv, DMA_RESV_USAGE_BOOKKEEP, false,
			      MAX_SCHEDULE_TIMEOUT);
	if (flags & PINBENCH_MOVE_COPY)
		place_copy(&b->places[to], &b->places[b->at]);
	b->at = to;
	b->counts.moves++;
	return flags & PINBENCH_MOVE_REMAP && s->dmabuf == b->dmabuf ? importers_remap(s) : 0;
}

static int measure_move(struct dmabuf_state *s, struct buffer *b,
			const struct pinbench_dmabuf_move *req, struct pinbench_measure *m)
{
	struct delayed_fence *fence = NULL;
	int err = 0;
	u64 begin;

	pinbench_measure_pause(m);
	if (req->delay_ns)
		err = add_fence(b->dmabuf->resv, req->delay_ns, &fence);
	if (err)
		return err;
	begin = pinbench_begin(m);
	dma_resv_lock(b->dmabuf->resv, NULL);
	err = move_locked(s, b, req->flags);
	dma_resv_unlock(b->dmabuf->resv);
	pinbench_end(m, begin);
	drop_fence(fence);
	return err;
}

int dmabuf_move(void *state, void *arg)
{
	struct pinbench_dmabuf_move *req = arg;
	struct dmabuf_state *s = state;
	struct pinbench_measure m;
	struct buffer *b;
	int err;

	if (req->reserved || req->delay_ns > PINBENCH_DMABUF_MAX_DELAY_NS ||
	    req->flags & ~(PINBENCH_MOVE_COPY | PINBENCH_MOVE_ZAP | PINBENCH_MOVE_REMAP))
		return -EINVAL;
	b = buffer_get(req->fd);
	if (IS_ERR(b))
		return PTR_ERR(b);
	err = b->nr_places == PLACES ? pinbench_measure_init(&m, &req->samples, 1) : -EINVAL;
	if (err)
		goto put;
	err = measure_move(s, b, req, &m);
	if (!err)
		err = pinbench_measure_copy(&m, &req->samples);
	pinbench_measure_free(&m);
put:
	buffer_put(b);
	return err;
}
