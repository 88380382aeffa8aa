// SPDX-License-Identifier: GPL-2.0
/*
 * Family dmabuf: importers of any buffer, ours or a stock exporter's. What a driver would do with
 * its device is left out: the callback of a move unmaps, or marks what it has as stale.
 */
#include <linux/dma-mapping.h>
#include <linux/platform_device.h>
#include "../compat.h"
#include "dmabuf.h"
#include "../measure.h"

static void unmap_importer(struct importer *im)
{
	if (!im->sgt)
		return;
	dma_buf_unmap_attachment(im->attachment, im->sgt, DMA_BIDIRECTIONAL);
	im->sgt = NULL;
	im->is_stale = false;
}

/* What is stale goes first: an importer that only marks it gives it back when it wants a new one.
 */
static int map_importer(struct importer *im)
{
	struct sg_table *sgt;

	unmap_importer(im);
	sgt = dma_buf_map_attachment(im->attachment, DMA_BIDIRECTIONAL);
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);
	im->sgt = sgt;
	return 0;
}

/* The exporter holds the lock. */
static void invalidate(struct dma_buf_attachment *attachment)
{
	struct importer *im = attachment->importer_priv;

	im->invalidated++;
	if (!im->sgt)
		return;
	if (im->flags & PINBENCH_ATTACH_MARK)
		im->is_stale = true;
	else
		unmap_importer(im);
}

static const struct dma_buf_attach_ops importer_ops = {
	.COMPAT_INVALIDATE = invalidate,
};

static const struct dma_buf_attach_ops peer_ops = {
	.allow_peer2peer = true,
	.COMPAT_INVALIDATE = invalidate,
};

static int make_device(struct importer *im, const struct pinbench_pci *shared)
{
	struct platform_device *device;
	int err;

	if (shared) {
		im->dev = &pinbench_pci_dev(shared)->dev;
		return 0;
	}
	device = platform_device_register_simple("pinbench-importer", PLATFORM_DEVID_AUTO, NULL, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	err = dma_coerce_mask_and_coherent(&device->dev, DMA_BIT_MASK(64));
	if (err) {
		platform_device_unregister(device);
		return err;
	}
	/* A segment is as long as it is: no table is split or merged for the device's sake. */
	dma_set_max_seg_size(&device->dev, UINT_MAX);
	im->own = device;
	im->dev = &device->dev;
	return 0;
}

static void drop_device(struct importer *im)
{
	if (im->own)
		platform_device_unregister(im->own);
}

static int attach_importer(struct dmabuf_state *s, struct importer *im, struct pinbench_measure *m)
{
	const struct dma_buf_attach_ops *ops = NULL;
	struct dma_buf_attachment *attachment;
	u64 begin;

	if (im->flags & PINBENCH_ATTACH_DYNAMIC)
		ops = im->flags & PINBENCH_ATTACH_PEER ? &peer_ops : &importer_ops;
	pinbench_measure_pause(m);
	begin = pinbench_begin(m);
	attachment = dma_buf_dynamic_attach(s->dmabuf, im->dev, ops, im);
	pinbench_end(m, begin);
	if (IS_ERR(attachment))
		return PTR_ERR(attachment);
	im->attachment = attachment;
	return 0;
}

static int add_importer(struct dmabuf_state *s, u32 flags, struct pinbench_measure *m)
{
	struct importer *im = &s->importers[s->nr_importers];
	int err;

	*im = (struct importer){.flags = flags};
	err = make_device(im, s->device);
	if (err)
		return err;
	err = attach_importer(s, im, m);
	if (err) {
		drop_device(im);
		return err;
	}
	s->nr_importers++;
	return 0;
}

static void settle_importer(struct dmabuf_state *s, struct importer *im)
{
	dma_resv_lock(s->dmabuf->resv, NULL);
	unmap_importer(im);
	if (im->is_pinned)
		dma_buf_unpin(im->attachment);
	im->is_pinned = false;
	dma_resv_unlock(s->dmabuf->resv);
}

static void forget_buffer(struct dmabuf_state *s)
{
	s->nr_importers = 0;
	if (s->dmabuf)
		dma_buf_put(s->dmabuf);
	s->dmabuf = NULL;
	pinbench_pci_put(s->device);
	s->device = NULL;
}

void importers_detach(struct dmabuf_state *s)
{
	struct importer *im = s->importers + s->nr_importers;

	while (im-- > s->importers) {
		settle_importer(s, im);
		dma_buf_detach(s->dmabuf, im->attachment);
		drop_device(im);
	}
	forget_buffer(s);
}

static int check_attach(const struct pinbench_dmabuf_attach *req)
{
	u32 dynamic_only = PINBENCH_ATTACH_PEER | PINBENCH_ATTACH_MARK;

	if (!req->importers || req->importers > PINBENCH_DMABUF_MAX_IMPORTERS ||
	    req->flags & ~(PINBENCH_ATTACH_DYNAMIC | PINBENCH_ATTACH_PCI | dynamic_only))
		return -EINVAL;
	if (req->flags & dynamic_only && !(req->flags & PINBENCH_ATTACH_DYNAMIC))
		return -EINVAL;
	return req->pci_address && !(req->flags & PINBENCH_ATTACH_PCI) ? -EINVAL : 0;
}

/* What all importers have in common. */
static int begin_attach(struct dmabuf_state *s, const struct pinbench_dmabuf_attach *req)
{
	struct pinbench_pci *device = NULL;
	struct dma_buf *dmabuf;

	if (req->flags & PINBENCH_ATTACH_PCI)
		device = pinbench_pci_get(req->pci_address);
	if (IS_ERR(device))
		return PTR_ERR(device);
	dmabuf = dma_buf_get(req->fd);
	if (IS_ERR(dmabuf)) {
		pinbench_pci_put(device);
		return PTR_ERR(dmabuf);
	}
	s->device = device;
	s->dmabuf = dmabuf;
	return 0;
}

int dmabuf_attach(void *state, void *arg)
{
	struct pinbench_dmabuf_attach *req = arg;
	struct dmabuf_state *s = state;
	struct pinbench_measure m;
	int err = check_attach(req);

	if (err)
		return err;
	if (s->dmabuf)
		return -EBUSY;
	err = pinbench_measure_init(&m, &req->samples, req->importers);
	if (err)
		return err;
	err = begin_attach(s, req);
	while (!err && s->nr_importers < req->importers)
		err = add_importer(s, req->flags, &m);
	if (!err)
		err = pinbench_measure_copy(&m, &req->samples);
	if (err)
		importers_detach(s);
	pinbench_measure_free(&m);
	return err;
}

struct operation {
	bool (*is_due)(const struct importer *im);
	int (*run)(struct importer *im);
};

static bool wants_mapping(const struct importer *im)
{
	return !im->sgt || im->is_stale;
}

static bool is_mapped(const struct importer *im)
{
	return im->sgt;
}

static bool is_unpinned(const struct importer *im)
{
	return im->flags & PINBENCH_ATTACH_DYNAMIC && !im->is_pinned;
}

static bool is_pinned(const struct importer *im)
{
	return im->is_pinned;
}

static int run_unmap(struct importer *im)
{
	unmap_importer(im);
	return 0;
}

static int run_pin(struct importer *im)
{
	int err = dma_buf_pin(im->attachment);

	im->is_pinned = !err;
	return err;
}

static int run_unpin(struct importer *im)
{
	dma_buf_unpin(im->attachment);
	im->is_pinned = false;
	return 0;
}

/* With the lock held, which is taken before the clock starts. */
static const struct operation operations[] = {
	[PINBENCH_IMPORTER_MAP] = {wants_mapping, map_importer},
	[PINBENCH_IMPORTER_UNMAP] = {is_mapped, run_unmap},
	[PINBENCH_IMPORTER_PIN] = {is_unpinned, run_pin},
	[PINBENCH_IMPORTER_UNPIN] = {is_pinned, run_unpin},
};

static int operate(struct dmabuf_state *s, u32 operation, struct pinbench_measure *m)
{
	const struct operation *op = &operations[operation];
	struct dma_resv *resv = s->dmabuf->resv;
	int err = 0;
	u64 begin;
	u32 i;

	for (i = 0; !err && i < s->nr_importers; i++) {
		struct importer *im = &s->importers[i];

		pinbench_measure_pause(m);
		pinbench_before_lock(m);
		dma_resv_lock(resv, NULL);
		if (op->is_due(im)) {
			begin = pinbench_begin(m);
			err = op->run(im);
			pinbench_end(m, begin);
		}
		dma_resv_unlock(resv);
		pinbench_after_lock(m);
	}
	return err;
}

static void detach_all(struct dmabuf_state *s, struct pinbench_measure *m)
{
	u64 begin;
	u32 i;

	for (i = 0; i < s->nr_importers; i++) {
		struct importer *im = &s->importers[i];

		settle_importer(s, im);
		pinbench_measure_pause(m);
		begin = pinbench_begin(m);
		dma_buf_detach(s->dmabuf, im->attachment);
		pinbench_end(m, begin);
		drop_device(im);
	}
	forget_buffer(s);
}

static void describe(const struct dmabuf_state *s, struct pinbench_dmabuf_importers *req)
{
	u32 i;

	req->segments = req->mapped = req->invalidated = 0;
	if (!s->nr_importers)
		return;
	dma_resv_lock(s->dmabuf->resv, NULL);
	if (s->importers[0].sgt)
		req->segments = s->importers[0].sgt->nents;
	for (i = 0; i < s->nr_importers; i++) {
		req->mapped += s->importers[i].sgt && !s->importers[i].is_stale;
		req->invalidated += s->importers[i].invalidated;
	}
	dma_resv_unlock(s->dmabuf->resv);
}

int dmabuf_importers(void *state, void *arg)
{
	struct pinbench_dmabuf_importers *req = arg;
	struct dmabuf_state *s = state;
	struct pinbench_measure m;
	int err;

	if (req->operation >= PINBENCH_NR_IMPORTER || !s->nr_importers)
		return -EINVAL;
	err = pinbench_measure_init(&m, &req->samples, s->nr_importers);
	if (err)
		return err;
	if (req->operation == PINBENCH_IMPORTER_DETACH)
		detach_all(s, &m);
	else
		err = operate(s, req->operation, &m);
	describe(s, req);
	if (!err)
		err = pinbench_measure_copy(&m, &req->samples);
	pinbench_measure_free(&m);
	return err;
}

int importers_remap(struct dmabuf_state *s)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < s->nr_importers; i++)
		err = map_importer(&s->importers[i]);
	return err;
}
