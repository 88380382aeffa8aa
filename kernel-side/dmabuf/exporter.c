// SPDX-License-Identifier: GPL-2.0
/*
 * Family dmabuf: a buffer of our own. It does what exporters of system memory do and nothing
 * besides, so that what is measured is the interface.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "../compat.h"
#include "dmabuf.h"
#include "../measure.h"

static struct sg_table *map_buffer(struct dma_buf_attachment *attachment,
				   enum dma_data_direction direction)
{
	struct buffer *b = attachment->dmabuf->priv;

	if (b->is_revoked)
		return ERR_PTR(-ENODEV);
	b->counts.maps++;
	return place_map(&b->places[b->at], b->table, attachment->dev, direction);
}

static void unmap_buffer(struct dma_buf_attachment *attachment, struct sg_table *sgt,
			 enum dma_data_direction direction)
{
	struct buffer *b = attachment->dmabuf->priv;

	b->counts.unmaps++;
	place_unmap(sgt, attachment->dev, direction);
}

static int pin_buffer(struct dma_buf_attachment *attachment)
{
	struct buffer *b = attachment->dmabuf->priv;

	b->counts.pins++;
	b->pins++;
	return 0;
}

static void unpin_buffer(struct dma_buf_attachment *attachment)
{
	struct buffer *b = attachment->dmabuf->priv;

	b->counts.unpins++;
	b->pins--;
}

static void free_buffer(struct buffer *b)
{
	u32 i;

	for (i = 0; i < PLACES; i++)
		place_free(&b->places[i]);
	bar_free(b);
	kfree(b);
}

static void release_buffer(struct dma_buf *dmabuf)
{
	free_buffer(dmabuf->priv);
}

static const struct dma_buf_ops static_ops = {
	.map_dma_buf = map_buffer,
	.unmap_dma_buf = unmap_buffer,
	.release = release_buffer,
	.mmap = buffer_mmap,
};

static const struct dma_buf_ops dynamic_ops = {
	.pin = pin_buffer,
	.unpin = unpin_buffer,
	.map_dma_buf = map_buffer,
	.unmap_dma_buf = unmap_buffer,
	.release = release_buffer,
	.mmap = buffer_mmap,
};

static const struct dma_buf_ops bar_ops = {
	.attach = bar_attach,
	.pin = pin_buffer,
	.unpin = unpin_buffer,
	.map_dma_buf = bar_map,
	.unmap_dma_buf = bar_unmap,
	.release = release_buffer,
	.mmap = buffer_mmap,
};

static const struct dma_buf_ops *ops_of(const struct buffer *b)
{
	if (b->device)
		return &bar_ops;
	return b->is_dynamic ? &dynamic_ops : &static_ops;
}

struct buffer *buffer_get(int fd)
{
	struct dma_buf *dmabuf = dma_buf_get(fd);

	if (IS_ERR(dmabuf))
		return ERR_CAST(dmabuf);
	if (dmabuf->ops == &static_ops || dmabuf->ops == &dynamic_ops || dmabuf->ops == &bar_ops)
		return dmabuf->priv;
	dma_buf_put(dmabuf);
	return ERR_PTR(-EINVAL);
}

void buffer_put(struct buffer *b)
{
	dma_buf_put(b->dmabuf);
}

static int check_export(const struct pinbench_dmabuf_export *req)
{
	if (!req->segment_bytes || offset_in_page(req->segment_bytes) ||
	    !is_power_of_2(req->segment_bytes))
		return -EINVAL;
	if (!req->bytes || req->bytes > PINBENCH_DMABUF_MAX_BYTES ||
	    req->bytes & (req->segment_bytes - 1))
		return -EINVAL;
	if (req->flags & ~(PINBENCH_DMABUF_DYNAMIC | PINBENCH_DMABUF_TWO | PINBENCH_DMABUF_BAR) ||
	    req->insert >= PINBENCH_NR_INSERT || req->table >= PINBENCH_NR_TABLE)
		return -EINVAL;
	return bar_check(req);
}

static int init_places(struct buffer *b, const struct pinbench_dmabuf_export *req)
{
	int err = 0;
	u32 i;

	b->nr_places = req->flags & PINBENCH_DMABUF_TWO ? PLACES : 1;
	for (i = 0; !err && i < b->nr_places; i++)
		err = place_init(&b->places[i], req->bytes, req->segment_bytes);
	return err;
}

static struct buffer *make_buffer(const struct pinbench_dmabuf_export *req)
{
	struct buffer *b = kzalloc(sizeof(*b), GFP_KERNEL);
	int err;

	if (!b)
		return ERR_PTR(-ENOMEM);
	b->bytes = req->bytes;
	b->insert = req->insert;
	b->table = req->table;
	b->is_dynamic = req->flags & PINBENCH_DMABUF_DYNAMIC;
	err = req->flags & PINBENCH_DMABUF_BAR ? bar_init(b, req) : init_places(b, req);
	if (!err)
		return b;
	free_buffer(b);
	return ERR_PTR(err);
}

int dmabuf_export(void *state, void *arg)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct pinbench_dmabuf_export *req = arg;
	struct dma_buf *dmabuf;
	struct buffer *b;
	int err = check_export(req);

	if (err)
		return err;
	b = make_buffer(req);
	if (IS_ERR(b))
		return PTR_ERR(b);
	info.ops = ops_of(b);
	info.size = b->bytes;
	info.flags = O_RDWR;
	info.priv = b;
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf)) {
		free_buffer(b);
		return PTR_ERR(dmabuf);
	}
	b->dmabuf = dmabuf;
	req->fd = dma_buf_fd(dmabuf, O_CLOEXEC);
	if (req->fd >= 0)
		return 0;
	dma_buf_put(dmabuf);
	return req->fd;
}

int dmabuf_counts(void *state, void *arg)
{
	struct pinbench_dmabuf_query *req = arg;
	struct buffer *b;

	if (req->reserved)
		return -EINVAL;
	b = buffer_get(req->fd);
	if (IS_ERR(b))
		return PTR_ERR(b);
	dma_resv_lock(b->dmabuf->resv, NULL);
	req->counts = b->counts;
	dma_resv_unlock(b->dmabuf->resv);
	buffer_put(b);
	return 0;
}

static bool is_mapped(const struct buffer *b)
{
	return b->counts.maps != b->counts.unmaps;
}

static int check_revocable(struct buffer *b)
{
	struct dma_buf_attachment *attachment;

	list_for_each_entry(attachment, &b->dmabuf->attachments, node)
	{
		if (!compat_attach_revocable(attachment))
			return -EBUSY;
	}
	return 0;
}

/* The steps of a driver whose device goes: nobody may have the memory when they are over. */
static int revoke_locked(struct buffer *b)
{
	int err = check_revocable(b);

	if (err)
		return err;
	b->is_revoked = true;
	compat_dma_buf_invalidate(b->dmabuf);
	dma_resv_wait_timeout(b->dmabuf->resv, DMA_RESV_USAGE_BOOKKEEP, false,
			      MAX_SCHEDULE_TIMEOUT);
	return is_mapped(b) ? -EBUSY : 0;
}

static int revoke(struct buffer *b, struct pinbench_measure *m)
{
	u64 begin;
	int err;

	if (!HAVE_DMA_BUF_INVALIDATE_MAPPINGS)
		return -EOPNOTSUPP;
	begin = pinbench_begin(m);
	dma_resv_lock(b->dmabuf->resv, NULL);
	err = revoke_locked(b);
	dma_resv_unlock(b->dmabuf->resv);
	pinbench_end(m, begin);
	return err;
}

static int restore(struct buffer *b, struct pinbench_measure *m)
{
	dma_resv_lock(b->dmabuf->resv, NULL);
	b->is_revoked = false;
	dma_resv_unlock(b->dmabuf->resv);
	return 0;
}

static int zap(struct buffer *b, struct pinbench_measure *m)
{
	u64 begin = pinbench_begin(m);

	buffer_zap(b);
	pinbench_end(m, begin);
	return 0;
}

static int invalidate(struct buffer *b, struct pinbench_measure *m)
{
	u64 begin;

	pinbench_before_lock(m);
	dma_resv_lock(b->dmabuf->resv, NULL);
	begin = pinbench_begin(m);
	compat_dma_buf_invalidate(b->dmabuf);
	pinbench_end(m, begin);
	dma_resv_unlock(b->dmabuf->resv);
	pinbench_after_lock(m);
	return 0;
}

static int (*const operations[PINBENCH_NR_EXPORTER])(struct buffer *b,
						     struct pinbench_measure *m) = {
	[PINBENCH_EXPORTER_INVALIDATE] = invalidate,
	[PINBENCH_EXPORTER_ZAP] = zap,
	[PINBENCH_EXPORTER_REVOKE] = revoke,
	[PINBENCH_EXPORTER_RESTORE] = restore,
};

int dmabuf_exporter(void *state, void *arg)
{
	struct pinbench_dmabuf_exporter *req = arg;
	struct pinbench_measure m;
	struct buffer *b;
	int err;

	if (req->operation >= PINBENCH_NR_EXPORTER)
		return -EINVAL;
	b = buffer_get(req->fd);
	if (IS_ERR(b))
		return PTR_ERR(b);
	err = pinbench_measure_init(&m, &req->samples, 1);
	if (err)
		goto put;
	pinbench_measure_pause(&m);
	err = operations[req->operation](b, &m);
	if (!err)
		err = pinbench_measure_copy(&m, &req->samples);
	pinbench_measure_free(&m);
put:
	buffer_put(b);
	return err;
}
