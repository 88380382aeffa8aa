// SPDX-License-Identifier: GPL-2.0
/*
 * Family p2p: a device that starts a transfer itself, QEMU's edu. It takes one transfer at a time,
 * between memory and a buffer of its own, and needs a tenth of a second of its clock for each.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include "p2p.h"

/* As QEMU's docs/specs/edu describes it. */
#define EDU_VENDOR	0x1234
#define EDU_DEVICE	0x11e8
#define EDU_REG_SOURCE	0x80
#define EDU_REG_TARGET	0x88
#define EDU_REG_COUNT	0x90
#define EDU_REG_COMMAND 0x98
#define EDU_START	BIT(0)
#define EDU_TO_MEMORY	BIT(1)
#define EDU_BUFFER	0x40000

#define POLL_MS	   10
#define PATIENCE   200
#define AREA_BYTES PAGE_SIZE

/* One transfer at a time, and nobody else's: there is one engine in a device, and few devices. */
static DEFINE_MUTEX(engine_lock);

struct engine {
	struct device *dev;
	struct pci_dev *pdev;
	void __iomem *registers;
	u32 bytes;
	/* Where the bytes are, and where they go: a page each. */
	void *from;
	void *to;
};

static void program(const struct engine *e, dma_addr_t addr, u32 direction)
{
	bool reads = direction == PINBENCH_P2P_READ;

	writeq(reads ? addr : EDU_BUFFER, e->registers + EDU_REG_SOURCE);
	writeq(reads ? EDU_BUFFER : addr, e->registers + EDU_REG_TARGET);
	writeq(e->bytes, e->registers + EDU_REG_COUNT);
	writeq(EDU_START | (reads ? 0 : EDU_TO_MEMORY), e->registers + EDU_REG_COMMAND);
}

static bool is_busy(const struct engine *e)
{
	return readq(e->registers + EDU_REG_COMMAND) & EDU_START;
}

static int wait(const struct engine *e)
{
	unsigned int tries;

	for (tries = 0; is_busy(e); tries++) {
		if (tries == PATIENCE)
			return -ETIMEDOUT;
		msleep(POLL_MS);
	}
	return 0;
}

/* @m: NULL: not measured. */
static int transfer(const struct engine *e, u32 direction, struct p2p_measures *m)
{
	void *memory = direction == PINBENCH_P2P_READ ? e->from : e->to;
	enum dma_data_direction way =
		direction == PINBENCH_P2P_READ ? DMA_TO_DEVICE : DMA_FROM_DEVICE;
	struct pinbench_measure none = {.durations = (u64[]){0, 0}}, *start = &none,
				*finish = &none;
	struct scatterlist sg;
	struct sg_table sgt = {.sgl = &sg, .nents = 1, .orig_nents = 1};
	bool is_busy_still;
	u64 begin;
	int err;

	if (m) {
		start = &m->first;
		finish = &m->second;
	}
	sg_init_one(&sg, memory, e->bytes);
	pinbench_measure_pause(start);
	pinbench_measure_select(start);
	begin = pinbench_begin(start);
	err = dma_map_sgtable(e->dev, &sgt, way, 0);
	if (!err)
		program(e, sg_dma_address(&sg), direction);
	pinbench_end(start, begin);
	if (err)
		return err;
	err = wait(e);
	/* What it may not do any more it does not do later, to memory that is somebody else's. */
	if (err)
		pci_clear_master(e->pdev);
	pinbench_measure_pause(finish);
	pinbench_measure_select(finish);
	begin = pinbench_begin(finish);
	is_busy_still = is_busy(e);
	dma_unmap_sgtable(e->dev, &sgt, way, 0);
	pinbench_end(finish, begin);
	return err ? err : is_busy_still ? -EIO : 0;
}

static void fill(const struct engine *e, u32 seed)
{
	u8 *from = e->from, *to = e->to;
	u32 i;

	for (i = 0; i < e->bytes; i++) {
		from[i] = seed + i * 7 + (i >> 8);
		to[i] = ~from[i];
	}
}

static int round_trips(const struct engine *e, struct pinbench_p2p_engine *req,
		       struct p2p_measures *m)
{
	bool reads = req->direction == PINBENCH_P2P_READ;
	int err = 0;

	while (!err && m->first.count < m->first.capacity) {
		fill(e, m->first.count + 1);
		err = transfer(e, PINBENCH_P2P_READ, reads ? m : NULL);
		if (!err)
			err = transfer(e, PINBENCH_P2P_WRITE, reads ? NULL : m);
		if (!err && memcmp(e->from, e->to, e->bytes))
			err = -EBADMSG;
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
	}
	if (err != -EREMOTEIO)
		return err;
	req->error = EREMOTEIO;
	return 0;
}

static int run_locked(struct engine *e, const struct p2p_pair *pair,
		      struct pinbench_p2p_engine *req, struct p2p_measures *m)
{
	int err = -ENOMEM;

	e->from = p2p_alloc(pair, AREA_BYTES);
	e->to = p2p_alloc(pair, AREA_BYTES);
	if (e->from && e->to) {
		pci_set_master(e->pdev);
		err = round_trips(e, req, m);
		pci_clear_master(e->pdev);
	}
	if (e->to)
		p2p_free(pair, e->to, AREA_BYTES);
	if (e->from)
		p2p_free(pair, e->from, AREA_BYTES);
	return err;
}

static int run(const struct p2p_pair *pair, struct pinbench_p2p_engine *req, struct p2p_measures *m)
{
	struct pci_dev *pdev = pinbench_pci_dev(pair->client);
	struct engine e = {.dev = &pdev->dev, .pdev = pdev, .bytes = req->bytes};
	int err;

	e.registers = pci_ioremap_bar(pdev, 0);
	if (!e.registers)
		return -EIO;
	err = mutex_lock_killable(&engine_lock);
	if (!err) {
		err = run_locked(&e, pair, req, m);
		mutex_unlock(&engine_lock);
	}
	iounmap(e.registers);
	return err;
}

static bool is_possible(const struct pinbench_p2p_engine *req)
{
	return req->bytes && req->bytes <= PINBENCH_P2P_ENGINE_MAX_BYTES &&
	       req->direction <= PINBENCH_P2P_WRITE && !req->reserved &&
	       !(req->flags & ~PINBENCH_P2P_SYSTEM);
}

static bool is_edu(const struct pci_dev *pdev)
{
	return pdev->vendor == EDU_VENDOR && pdev->device == EDU_DEVICE;
}

int p2p_engine(void *state, void *arg)
{
	struct pinbench_p2p_engine *req = arg;
	struct p2p_measures m;
	struct p2p_pair pair;
	int err;

	if (!is_possible(req))
		return -EINVAL;
	err = p2p_get(&pair, req->provider, req->client, req->flags & PINBENCH_P2P_SYSTEM);
	if (err)
		return err;
	req->error = 0;
	err = is_edu(pinbench_pci_dev(pair.client)) ? 0 : -EOPNOTSUPP;
	if (!err)
		err = p2p_measures_init(&m, &req->start, &req->finish, req->calls);
	if (err)
		goto put;
	err = run(&pair, req, &m);
	if (!err)
		err = p2p_measures_copy(&m, &req->start, &req->finish);
	p2p_measures_free(&m);
put:
	p2p_put(&pair);
	return err;
}
