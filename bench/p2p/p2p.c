/* Family p2p, the shared part: see p2p.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "bench/core/topology.h"
#include "bench/p2p/p2p.h"

#define PAGE_BYTES	4096
#define PROVIDER_DRIVER "pinbench-p2p"
#define CLIENT_DRIVER	"pinbench"

const struct bench_param p2p_param_topology = {
	.name = "topology",
	.fallback = "switch",
	.allowed = (const char *const[]){"switch", "hostbridge", "distrusted", "none", NULL},
	.machines =
		(const char *const[]){"p2p-switch", "p2p-hostbridge", "p2p-distrusted", "no-p2p"},
	.help = "what is between the two devices: a PCIe switch; a host bridge that the kernel "
		"trusts with it, or one that it does not; or there is no device with memory",
};

const struct bench_param p2p_param_memory = {
	.name = "memory",
	.fallback = "p2p",
	.allowed = (const char *const[]){"p2p", "system", NULL},
	.help = "the provider's, or the machine's to compare with",
};

static const char *const route_names[] = {
	[PINBENCH_P2P_NO_PEER] = "none, system memory",
	[PINBENCH_P2P_BUS] = "bus addresses",
	[PINBENCH_P2P_HOST_BRIDGE] = "through the host bridge",
	[PINBENCH_P2P_REFUSED] = "refused",
};

const struct bench_emulated p2p_emulated = {
	.says = "the instructions of the kernel's path, what it makes of the topology, and that "
		"the data is right",
	.cannot_say = "bandwidth, and the latency of a wire or of a device",
};

uint32_t p2p_provider(const struct p2p_case *c, uint32_t *flags)
{
	if (!c->is_system)
		return c->provider.address;
	*flags |= PINBENCH_P2P_SYSTEM;
	return 0;
}

int p2p_fail(struct bench_ctx *ctx, const char *what, int err)
{
	const struct p2p_case *c = bench_state(ctx);

	return bench_fail(ctx, err, "%s: memory of %s, used by %s: %s", what,
			  c->is_system ? "the machine" : c->provider.name,
			  *c->client.name ? c->client.name : "programs", strerror(-err));
}

int p2p_skip_refused(struct bench_ctx *ctx)
{
	const struct p2p_case *c = bench_state(ctx);

	return bench_skip(ctx,
			  "%s may not reach memory of %s: the kernel trusts no way between them "
			  "(EREMOTEIO)",
			  c->client.name, c->provider.name);
}

static int ask_distance(struct bench_ctx *ctx, struct p2p_case *c)
{
	uint64_t duration;
	struct pinbench_p2p_distance req = {
		.samples = {.durations = (uintptr_t)&duration, .capacity = 1},
		.provider = c->provider.address,
		.client = c->client.address,
		.calls = 1,
	};

	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_P2P_DISTANCE, &req))
		return p2p_fail(ctx, "distance", -errno);
	bench_fact_number(ctx, "distance", req.distance);
	c->distance = req.distance;
	return 0;
}

static int ask_route(struct bench_ctx *ctx, struct p2p_case *c)
{
	uint64_t durations[2];
	struct pinbench_p2p_map req = {
		.map = {.durations = (uintptr_t)&durations[0], .capacity = 1},
		.unmap = {.durations = (uintptr_t)&durations[1], .capacity = 1},
		.segment_bytes = PAGE_BYTES,
		.segments = 1,
		.provider = c->provider.address,
		.client = c->client.address,
		.calls = 1,
	};

	if (ioctl(bench_module_fd(ctx), PINBENCH_IOC_P2P_MAP, &req))
		return p2p_fail(ctx, "mapping a page", -errno);
	c->route = req.route;
	return 0;
}

int p2p_tell_party(struct bench_ctx *ctx, const char *role, const struct pci_device *device)
{
	bench_fact_string(ctx, role, device->name);
	return topology_device(ctx, role, device->name);
}

/* The one that was named for the role, or the first of QEMU's for it. */
static int give(struct bench_ctx *ctx, const char *role, uint32_t what, const char *driver,
		struct pci_device *ret_device)
{
	const char *name = bench_named_device(ctx, role);
	int err = name ? pci_give_named(ctx, name, driver, ret_device)
		       : pci_give(ctx, what, driver, ret_device);

	return err ? err : p2p_tell_party(ctx, role, ret_device);
}

int p2p_give_provider(struct bench_ctx *ctx, struct p2p_case *c)
{
	return give(ctx, "provider", PCI_IVSHMEM, PROVIDER_DRIVER, &c->provider);
}

int p2p_give_client(struct bench_ctx *ctx, struct p2p_case *c)
{
	return give(ctx, "client", PCI_EDU, CLIENT_DRIVER, &c->client);
}

/* Of the way, also where a case compares with memory that needs none. */
static void tell_verdict(struct bench_ctx *ctx, const struct p2p_case *c)
{
	if (c->route == PINBENCH_P2P_REFUSED)
		topology_refusal(ctx, "refused: no way that the kernel trusts");
	else
		topology_verdict(ctx, "%s, distance %d",
				 c->route == PINBENCH_P2P_BUS
					 ? "through the switch, by bus addresses"
					 : "through the host bridge",
				 c->distance);
}

int p2p_ask(struct bench_ctx *ctx, struct p2p_case *c)
{
	int err = ask_distance(ctx, c);

	if (!err)
		err = ask_route(ctx, c);
	if (err)
		return err;
	tell_verdict(ctx, c);
	if (c->is_system)
		c->route = PINBENCH_P2P_NO_PEER;
	bench_fact_string(ctx, "route", route_names[c->route]);
	bench_condition(ctx, "route", route_names[c->route]);
	return 0;
}

int p2p_begin(struct bench_ctx *ctx, struct p2p_case **ret_case)
{
	const char *memory = bench_param(ctx, "memory");
	struct p2p_case *c = calloc(1, sizeof(*c));

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->is_system = memory && strcmp(memory, "p2p") != 0;
	bench_set_state(ctx, c);
	*ret_case = c;
	return 0;
}

int p2p_setup(struct bench_ctx *ctx, struct p2p_case **ret_case)
{
	int err = p2p_begin(ctx, ret_case);

	if (!err)
		err = p2p_give_provider(ctx, *ret_case);
	if (!err)
		err = p2p_give_client(ctx, *ret_case);
	return err ? err : p2p_ask(ctx, *ret_case);
}

void p2p_teardown(struct bench_ctx *ctx)
{
	struct p2p_case *c = bench_state(ctx);

	if (!c)
		return;
	rounds_free(&c->rounds);
	pci_take_back(&c->client);
	pci_take_back(&c->provider);
	free(c->own);
	free(c);
}

int p2p_run(struct bench_ctx *ctx)
{
	struct p2p_case *c = bench_state(ctx);

	return rounds_measure(ctx, &c->rounds);
}

int p2p_map_memory(struct bench_ctx *ctx, const struct pci_device *provider, uint64_t bytes,
		   void **ret_memory)
{
	char path[128];
	void *memory;
	int fd, err;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/p2pmem/allocate", provider->name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return bench_skip(ctx, "programs get no memory of %s: %s: %s; Linux 6.2 and later",
				  provider->name, path, strerror(errno));
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	err = errno;
	close(fd);
	if (memory == MAP_FAILED)
		return bench_fail(ctx, err, "%llu bytes of %s: %s", (unsigned long long)bytes, path,
				  strerror(err));
	*ret_memory = memory;
	return 0;
}

int p2p_engine_transfers(struct bench_ctx *ctx, uint32_t bytes, bool is_write, uint32_t calls)
{
	struct p2p_case *c = bench_state(ctx);
	struct pinbench_p2p_engine req = {
		.bytes = bytes,
		.client = c->client.address,
		.calls = calls,
		.direction = is_write ? PINBENCH_P2P_WRITE : PINBENCH_P2P_READ,
	};
	const struct operation_share shares[] = {
		{&c->rounds.operations[0], &req.start},
		{&c->rounds.operations[1], &req.finish},
	};
	int err;

	req.provider = p2p_provider(c, &req.flags);
	err = operation_ioctl_shared(ctx, PINBENCH_IOC_P2P_ENGINE, &req, shares, calls, 1);
	if (err)
		return p2p_fail(ctx, "a transfer", err);
	return req.error ? p2p_skip_refused(ctx) : 0;
}

/* Every eight bytes are different, and differ from those of another seed. */
static uint64_t word_of(uint64_t index, uint64_t seed)
{
	return (index + 1) * 0x9e3779b97f4a7c15ull ^ seed * 0xd6e8feb86659fd93ull;
}

void p2p_fill(void *memory, uint64_t bytes, uint64_t seed)
{
	volatile uint64_t *words = memory;

	for (uint64_t i = 0; i < bytes / sizeof(*words); i++)
		words[i] = word_of(i, seed);
}

bool p2p_is_filled(const void *memory, uint64_t bytes, uint64_t seed)
{
	const volatile uint64_t *words = memory;

	for (uint64_t i = 0; i < bytes / sizeof(*words); i++) {
		if (words[i] != word_of(i, seed))
			return false;
	}
	return true;
}
