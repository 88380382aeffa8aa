// SPDX-License-Identifier: GPL-2.0
/*
 * Family p2p: a block device of memory that takes P2P memory. A transfer is mapped for a real PCI
 * device, so that the kernel decides as it would for that, and is copied by the processor at once:
 * nothing of it depends on when a device gets round to it.
 */
#include <linux/dma-mapping.h>
#include <linux/idr.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "p2p.h"

#if IS_ENABLED(CONFIG_BLOCK)
#include <linux/blk-mq.h>

/* 1 MiB in pages that lie apart, as a drive of today takes it. */
#define MAX_SEGMENTS 256
#define MAX_BYTES    SZ_1M

struct p2p_disk {
	struct blk_mq_tag_set tags;
	struct gendisk *gendisk;
	struct pinbench_pci *client;
	void *memory;
	int number;
};

struct command {
	struct scatterlist sgl[MAX_SEGMENTS];
};

static DEFINE_IDA(numbers);

/*
 * An instruction for eight bytes where that is known to be so: what the processor has to do in a
 * device's place is no part of what anybody wants to know, and easy to subtract.
 */
static void copy_bytes(void *to, const void *from, size_t bytes)
{
#ifdef CONFIG_X86_64
	size_t words = bytes / sizeof(u64);

	asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
#else
	memcpy(to, from, bytes);
#endif
}

static void copy(struct p2p_disk *disk, struct request *rq, struct scatterlist *sgl, int count)
{
	u8 *at = (u8 *)disk->memory + (blk_rq_pos(rq) << SECTOR_SHIFT);
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, count, i)
	{
		if (rq_data_dir(rq) == WRITE)
			copy_bytes(at, sg_virt(sg), sg->length);
		else
			copy_bytes(sg_virt(sg), at, sg->length);
		at += sg->length;
	}
}

static blk_status_t transfer(struct p2p_disk *disk, struct request *rq)
{
	struct command *command = blk_mq_rq_to_pdu(rq);
	struct device *dev = &pinbench_pci_dev(disk->client)->dev;
	enum dma_data_direction way = rq_data_dir(rq) == WRITE ? DMA_TO_DEVICE : DMA_FROM_DEVICE;
	struct sg_table sgt = {.sgl = command->sgl};
	int err;

	sg_init_table(command->sgl, blk_rq_nr_phys_segments(rq));
	sgt.orig_nents = compat_blk_rq_map_sg(rq, command->sgl);
	if (!sgt.orig_nents)
		return BLK_STS_IOERR;
	err = dma_map_sgtable(dev, &sgt, way, 0);
	/* As NVMe says it: it is the other device, not this one. */
	if (err)
		return err == -EREMOTEIO ? BLK_STS_TARGET : BLK_STS_RESOURCE;
	copy(disk, rq, command->sgl, sgt.orig_nents);
	dma_unmap_sgtable(dev, &sgt, way, 0);
	return BLK_STS_OK;
}

static blk_status_t queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *data)
{
	struct request *rq = data->rq;
	struct p2p_disk *disk = rq->q->queuedata;
	blk_status_t status;

	blk_mq_start_request(rq);
	switch (req_op(rq)) {
	case REQ_OP_READ:
	case REQ_OP_WRITE:
		status = transfer(disk, rq);
		break;
	case REQ_OP_FLUSH:
		status = BLK_STS_OK;
		break;
	default:
		status = BLK_STS_NOTSUPP;
	}
	/* Out of mappings: the caller gets an error, for nobody would wake a queue that waits. */
	if (status == BLK_STS_RESOURCE)
		status = BLK_STS_IOERR;
	blk_mq_end_request(rq, status);
	return BLK_STS_OK;
}

static const struct blk_mq_ops queue_ops = {
	.queue_rq = queue_rq,
};

static const struct block_device_operations disk_ops = {
	.owner = THIS_MODULE,
};

static int make_tags(struct p2p_disk *disk, u32 depth)
{
	disk->tags.ops = &queue_ops;
	disk->tags.nr_hw_queues = 1;
	disk->tags.queue_depth = depth;
	disk->tags.numa_node = NUMA_NO_NODE;
	disk->tags.cmd_size = sizeof(struct command);
	return blk_mq_alloc_tag_set(&disk->tags);
}

static int make_gendisk(struct p2p_disk *disk, u64 bytes)
{
	const struct compat_disk_limits limits = {
		.max_sectors = MAX_BYTES >> SECTOR_SHIFT,
		.max_segments = MAX_SEGMENTS,
	};
	struct gendisk *gendisk = compat_p2p_disk(&disk->tags, &limits, disk);
	int err;

	if (IS_ERR(gendisk))
		return PTR_ERR(gendisk);
	gendisk->fops = &disk_ops;
	gendisk->private_data = disk;
	gendisk->flags |= GENHD_FL_NO_PART;
	snprintf(gendisk->disk_name, DISK_NAME_LEN, "pinbench-disk%d", disk->number);
	set_capacity(gendisk, bytes >> SECTOR_SHIFT);
	err = add_disk(gendisk);
	if (err)
		put_disk(gendisk);
	else
		disk->gendisk = gendisk;
	return err;
}

/* Who has it open meanwhile gets errors from here on: nobody reads memory that is gone. */
void p2p_disk_drop(struct p2p_disk *disk)
{
	if (!disk)
		return;
	if (disk->gendisk) {
		del_gendisk(disk->gendisk);
		put_disk(disk->gendisk);
	}
	if (disk->tags.tags)
		blk_mq_free_tag_set(&disk->tags);
	vfree(disk->memory);
	if (disk->number >= 0)
		ida_free(&numbers, disk->number);
	pinbench_pci_put(disk->client);
	kfree(disk);
}

static int make_disk(struct p2p_disk *disk, const struct pinbench_p2p_disk *req)
{
	struct pinbench_pci *client = pinbench_pci_get(req->client);
	int err;

	if (IS_ERR(client))
		return PTR_ERR(client);
	disk->client = client;
	disk->number = ida_alloc_max(&numbers, U8_MAX, GFP_KERNEL);
	if (disk->number < 0)
		return disk->number;
	disk->memory = vzalloc(req->bytes);
	if (!disk->memory)
		return -ENOMEM;
	err = make_tags(disk, req->depth);
	return err ? err : make_gendisk(disk, req->bytes);
}

int p2p_disk_create(void *state, void *arg)
{
	struct pinbench_p2p_disk *req = arg;
	struct p2p_state *s = state;
	struct p2p_disk *disk;
	int err;

	if (!req->bytes || !PAGE_ALIGNED(req->bytes) || req->bytes > PINBENCH_P2P_MAX_BYTES ||
	    !req->depth || req->depth > PINBENCH_P2P_MAX_DEPTH || req->reserved)
		return -EINVAL;
	if (s->disk)
		return -EBUSY;
	disk = kzalloc(sizeof(*disk), GFP_KERNEL);
	if (!disk)
		return -ENOMEM;
	disk->number = -1;
	err = make_disk(disk, req);
	if (err) {
		p2p_disk_drop(disk);
		return err;
	}
	s->disk = disk;
	req->number = disk->number;
	return 0;
}

int p2p_disk_end(void *state, void *arg)
{
	struct p2p_state *s = state;

	p2p_disk_drop(s->disk);
	s->disk = NULL;
	return 0;
}

#else

int p2p_disk_end(void *state, void *arg)
{
	return 0;
}

int p2p_disk_create(void *state, void *arg)
{
	return -EOPNOTSUPP;
}

void p2p_disk_drop(struct p2p_disk *disk)
{
}

#endif
