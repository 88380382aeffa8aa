/* The two kinds of p2p/transfer: see transfer_case.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "bench/core/topology.h"
#include "bench/p2p/nvme.h"
#include "bench/p2p/transfer_case.h"
#include "bench/p2p/transfer_io.h"

/* What a round transfers, or one batch if that is more. */
#define ROUND_BYTES    (4ul << 20)
#define EDU_CALLS      2
#define LAYOUT_PERCENT 0.5

struct transfer_case {
	struct transfer_io io;
	uint64_t bytes;	 /* of a round, and of each memory */
	void *peer;	 /* of the provider, mapped; NULL: not wanted */
	uint8_t *system; /* what the disk uses, without a peer or to bounce; else NULL */
	uint8_t *staging;
	uint64_t seed;
};

static int map_system(struct bench_ctx *ctx, uint64_t bytes, uint8_t **ret_memory)
{
	void *memory =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return bench_fail(ctx, errno, "%llu bytes: %s", (unsigned long long)bytes,
				  strerror(errno));
	madvise(memory, bytes, MADV_NOHUGEPAGE);
	memset(memory, 1, bytes);
	*ret_memory = memory;
	return 0;
}

static int make_module_disk(struct bench_ctx *ctx, struct p2p_case *c, struct transfer_case *t)
{
	struct pinbench_p2p_disk req = {.bytes = t->bytes, .depth = t->io.depth};
	char path[64];
	int err = p2p_give_client(ctx, c);

	if (err)
		return err;
	req.client = c->client.address;
	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_P2P_DISK, &req))
		return p2p_fail(ctx, "the module's disk", -errno);
	snprintf(path, sizeof(path), "/dev/pinbench-disk%u", req.number);
	t->io.fd = open(path, O_RDWR | O_DIRECT | O_EXCL | O_CLOEXEC);
	return t->io.fd < 0 ? bench_fail(ctx, errno, "%s: %s", path, strerror(errno)) : 0;
}

static int open_disk(struct bench_ctx *ctx, struct p2p_case *c, struct transfer_case *t)
{
	int err;

	if (strcmp(bench_param(ctx, "client"), "nvme") != 0)
		return make_module_disk(ctx, c, t);
	err = nvme_open_disk(ctx, t->bytes, &c->client, &t->io.fd);
	return err ? err : p2p_tell_party(ctx, "client", &c->client);
}

static int take_provider(struct bench_ctx *ctx, struct p2p_case *c)
{
	int err;

	if (strcmp(bench_param(ctx, "provider"), "cmb") != 0)
		return p2p_give_provider(ctx, c);
	err = nvme_find_memory(ctx, &c->provider);
	return err ? err : p2p_tell_party(ctx, "provider", &c->provider);
}

/* The module can tell of two devices that are its own; of others the first request does. */
static int ask(struct bench_ctx *ctx, struct p2p_case *c)
{
	bool is_bounced = !strcmp(bench_param(ctx, "memory"), "bounce");
	int err = c->provider.is_given && c->client.is_given ? p2p_ask(ctx, c) : 0;

	if (err)
		return err;
	bench_fact_string(ctx, "copied_by", is_bounced ? "the processor" : "nobody");
	if (!c->client.is_given)
		bench_not_deterministic(ctx,
					"the disk is a file of the emulator's, which completes "
					"a request when the host gets round to it");
	return c->route == PINBENCH_P2P_REFUSED ? p2p_skip_refused(ctx) : 0;
}

static int make_memory(struct bench_ctx *ctx, struct p2p_case *c, struct transfer_case *t)
{
	bool is_bounced = !strcmp(bench_param(ctx, "memory"), "bounce");
	int err = map_system(ctx, t->bytes, &t->staging);

	if (!err && (c->is_system || is_bounced))
		err = map_system(ctx, t->bytes, &t->system);
	if (!err && (!c->is_system || is_bounced))
		err = p2p_map_memory(ctx, &c->provider, t->bytes, &t->peer);
	t->io.wanted = t->peer ? t->peer : t->system;
	t->io.target = t->system ? t->system : t->peer;
	return err;
}

static int wrong(struct bench_ctx *ctx, const char *what, int err)
{
	return err == -EREMOTEIO ? p2p_skip_refused(ctx) : p2p_fail(ctx, what, err);
}

static int prepare_round(struct bench_ctx *ctx, struct transfer_case *t)
{
	int err;

	t->seed++;
	t->io.at = 0;
	p2p_fill(t->io.is_write ? t->io.wanted : t->staging, t->bytes, t->seed);
	if (t->io.is_write)
		return 0;
	p2p_fill(t->io.wanted, t->bytes, ~t->seed);
	err = transfer_io_write(t->io.fd, t->staging, t->bytes);
	return err ? wrong(ctx, "preparing the disk", err) : 0;
}

static int verify_round(struct bench_ctx *ctx, struct transfer_case *t)
{
	const void *arrived = t->io.is_write ? t->staging : t->io.wanted;
	int err = t->io.is_write ? transfer_io_read(t->io.fd, t->staging, t->bytes) : 0;

	if (err)
		return wrong(ctx, "reading back", err);
	if (p2p_is_filled(arrived, t->bytes, t->seed))
		return 0;
	return p2p_fail(ctx, "what arrived is not what was sent", -EBADMSG);
}

static int round_of_batches(struct bench_ctx *ctx)
{
	struct p2p_case *c = bench_state(ctx);
	struct transfer_case *t = c->own;
	int err = prepare_round(ctx, t);

	while (!err && t->io.at < t->bytes) {
		err = operation_call(ctx, &c->rounds.operations[0], transfer_io_batch, &t->io,
				     t->io.depth);
		if (err)
			return wrong(ctx, "a transfer", err);
	}
	return err ? err : verify_round(ctx, t);
}

static int begin(struct bench_ctx *ctx, struct p2p_case *c, struct transfer_case **ret_case)
{
	struct transfer_case *t = calloc(1, sizeof(*t));
	uint64_t batch;

	if (!t)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->own = t;
	*ret_case = t;
	t->io.fd = -1;
	t->io.io_bytes = bench_param_size_bytes(ctx, "io");
	t->io.depth = (unsigned int)atoi(bench_param(ctx, "depth"));
	t->io.is_write = !strcmp(bench_param(ctx, "direction"), "write");
	batch = t->io.io_bytes * t->io.depth;
	t->bytes = batch > ROUND_BYTES ? batch : ROUND_BYTES;
	return 0;
}

int transfer_setup_disk(struct bench_ctx *ctx, struct p2p_case *c)
{
	struct transfer_case *t = NULL;
	int err = begin(ctx, c, &t);

	/* In how many pieces the machine's memory lies, and where a ring's does, is up to 0.12 %.
	 */
	bench_min_effect(ctx, "transfer", LAYOUT_PERCENT);
	if (!err)
		err = take_provider(ctx, c);
	if (!err)
		err = open_disk(ctx, c, t);
	if (!err)
		err = ask(ctx, c);
	if (!err)
		err = make_memory(ctx, c, t);
	if (!err)
		err = transfer_io_open(ctx, &t->io);
	if (!err)
		err = rounds_add(ctx, &c->rounds, &transfer_names[TRANSFER],
				 t->bytes / (t->io.io_bytes * t->io.depth), NULL);
	if (!err)
		err = rounds_rehearse(ctx, &c->rounds, round_of_batches);
	/* Whom the module cannot ask for has answered by now. */
	if (!err && !(c->provider.is_given && c->client.is_given))
		topology_verdict(ctx, "data arrives, by a way that the drivers do not tell");
	return err;
}

static int round_of_edu(struct bench_ctx *ctx)
{
	bool is_write = !strcmp(bench_param(ctx, "direction"), "write");

	return p2p_engine_transfers(ctx, (uint32_t)bench_param_size_bytes(ctx, "io"), is_write,
				    EDU_CALLS);
}

int transfer_setup_edu(struct bench_ctx *ctx, struct p2p_case *c)
{
	int err = p2p_give_provider(ctx, c);

	if (!err)
		err = p2p_give_client(ctx, c);
	if (!err)
		err = p2p_ask(ctx, c);
	for (int i = START; !err && i <= FINISH; i++)
		err = rounds_add_in_module(ctx, &c->rounds, &transfer_names[i], EDU_CALLS, NULL);
	return err ? err : rounds_rehearse(ctx, &c->rounds, round_of_edu);
}

static void unmap(void *memory, uint64_t bytes)
{
	if (memory)
		munmap(memory, bytes);
}

/* The provider's memory goes before the provider does. */
void transfer_teardown(struct bench_ctx *ctx)
{
	struct p2p_case *c = bench_state(ctx);
	struct transfer_case *t = c ? c->own : NULL;

	if (t) {
		transfer_io_close(&t->io);
		if (t->io.fd >= 0)
			close(t->io.fd);
		if (bench_module_fd(ctx) >= 0)
			ioctl(bench_module_fd(ctx), PINBENCH_IOC_P2P_DISK_DROP);
		unmap(t->peer, t->bytes);
		unmap(t->system, t->bytes);
		unmap(t->staging, t->bytes);
	}
	p2p_teardown(ctx);
}
