/* Family dmabuf, the shared part: see dmabuf.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "bench/dmabuf/dmabuf.h"

const struct bench_param dmabuf_param_importers = {
	.name = "importers",
	.fallback = "2",
	.allowed = (const char *const[]){"0", "1", "2", "4", "8", "16", "32", "64", NULL},
	.help = "devices that it is attached to",
};

const struct bench_param dmabuf_param_importer = {
	.name = "importer",
	.fallback = "dynamic",
	.allowed = (const char *const[]){"dynamic", "peer", "static", NULL},
	.help = "dynamic: has a callback for moves; peer: and takes other devices' memory; static: "
		"the buffer must not move while it has it",
};

static int begin(struct bench_ctx *ctx, struct dmabuf_case **ret_case)
{
	struct dmabuf_case *c = calloc(1, sizeof(*c));
	int err;

	*ret_case = c;
	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->buffer.fd = -1;
	bench_set_state(ctx, c);
	err = operation_init_in_module(ctx, NULL, PINBENCH_DMABUF_MAX_IMPORTERS, &c->unmeasured);
	c->unmeasured.rehearsal = true;
	return err;
}

int dmabuf_setup(struct bench_ctx *ctx, uint32_t flags, uint32_t insert,
		 struct dmabuf_case **ret_case)
{
	int err = begin(ctx, ret_case);

	return err ? err : exported_make(ctx, flags, insert, &(*ret_case)->buffer);
}

int dmabuf_setup_of(struct bench_ctx *ctx, int fd, uint64_t bytes, struct dmabuf_case **ret_case)
{
	int err = begin(ctx, ret_case);

	if (err)
		return err;
	(*ret_case)->buffer.fd = fd;
	(*ret_case)->buffer.bytes = bytes;
	(*ret_case)->buffer.pages = bytes / EXPORTED_PAGE_BYTES;
	return 0;
}

void dmabuf_teardown(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);

	if (!c)
		return;
	crew_drop(&c->programs);
	/* The importers are the open file's, which outlives us, and are let go of first. */
	if (c->importers)
		dmabuf_importers(ctx, NULL, PINBENCH_IMPORTER_DETACH, 1);
	exported_drop(&c->buffer);
	rounds_free(&c->rounds);
	operation_free(&c->unmeasured);
	free(c);
}

int dmabuf_add(struct bench_ctx *ctx, const struct operation_metrics *names, size_t calls)
{
	struct dmabuf_case *c = bench_state(ctx);

	return rounds_add_in_module(ctx, &c->rounds, names, calls, NULL);
}

int dmabuf_add_in_programs(struct bench_ctx *ctx, const struct operation_metrics *names,
			   size_t calls)
{
	struct dmabuf_case *c = bench_state(ctx);

	return rounds_add(ctx, &c->rounds, names, calls, NULL);
}

int dmabuf_rehearse(struct bench_ctx *ctx, rounds_round round)
{
	struct dmabuf_case *c = bench_state(ctx);

	return rounds_rehearse(ctx, &c->rounds, round);
}

int dmabuf_run(struct bench_ctx *ctx)
{
	struct dmabuf_case *c = bench_state(ctx);

	return rounds_measure(ctx, &c->rounds);
}

/* An ioctl that measures, as @op or for nothing. 0 or -errno. */
static int request(struct bench_ctx *ctx, struct operation *op, unsigned long number,
		   void *argument, struct pinbench_samples *samples, size_t capacity, uint64_t each)
{
	struct dmabuf_case *c = bench_state(ctx);
	int err = operation_ioctl(ctx, op ? op : &c->unmeasured, number, argument, samples,
				  capacity, each);

	operation_forget(&c->unmeasured);
	return err;
}

uint32_t dmabuf_attach_flags(const struct bench_ctx *ctx)
{
	const char *kind = bench_param(ctx, "importer");

	if (kind && !strcmp(kind, "static"))
		return 0;
	if (kind && !strcmp(kind, "peer"))
		return PINBENCH_ATTACH_DYNAMIC | PINBENCH_ATTACH_PEER;
	return PINBENCH_ATTACH_DYNAMIC;
}

int dmabuf_attach_some(struct bench_ctx *ctx, struct operation *op, unsigned int importers,
		       uint32_t flags)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct pinbench_dmabuf_attach req = {
		.fd = c->buffer.fd,
		.importers = importers,
		.flags = flags,
		.pci_address = flags & PINBENCH_ATTACH_PCI ? c->pci_address : 0,
	};
	int err =
		request(ctx, op, PINBENCH_IOC_DMABUF_ATTACH, &req, &req.samples, req.importers, 1);

	if (err)
		return bench_fail(ctx, err, "cannot attach %u importers: %s", req.importers,
				  strerror(-err));
	c->importers = importers;
	return 0;
}

int dmabuf_attach(struct bench_ctx *ctx, struct operation *op, uint32_t flags)
{
	unsigned int importers = (unsigned int)bench_param_size_bytes(ctx, "importers");

	return importers ? dmabuf_attach_some(ctx, op, importers, flags) : 0;
}

int dmabuf_importers(struct bench_ctx *ctx, struct operation *op,
		     enum pinbench_importer_operation operation, uint64_t each)
{
	static const char *const verbs[] = {"map", "unmap", "pin", "unpin", "detach"};
	struct dmabuf_case *c = bench_state(ctx);
	struct pinbench_dmabuf_importers req = {.operation = operation};
	int err;

	if (!c->importers)
		return 0;
	err = request(ctx, op, PINBENCH_IOC_DMABUF_IMPORTERS, &req, &req.samples, c->importers,
		      each);
	if (err)
		return bench_fail(ctx, err, "an importer cannot %s: %s", verbs[operation],
				  strerror(-err));
	c->mapped = req.mapped;
	c->invalidated = req.invalidated;
	if (req.segments)
		c->segments = req.segments;
	if (operation == PINBENCH_IMPORTER_DETACH)
		c->importers = 0;
	return 0;
}

int dmabuf_tell_pins(struct bench_ctx *ctx)
{
	const struct dmabuf_case *c = bench_state(ctx);
	struct pinbench_dmabuf_counts counts = {0};
	int err = exported_counts(ctx, &c->buffer, &counts);

	if (!err)
		bench_condition(ctx, "mapping_pins", counts.pins ? "yes" : "no");
	return err;
}

int dmabuf_expect_mapped(struct bench_ctx *ctx, unsigned int importers)
{
	const struct dmabuf_case *c = bench_state(ctx);

	if (c->mapped == importers)
		return 0;
	return bench_fail(ctx, EPROTO, "%u importers have the buffer mapped, not %u", c->mapped,
			  importers);
}

int dmabuf_exporter(struct bench_ctx *ctx, struct operation *op,
		    enum pinbench_exporter_operation operation, uint64_t each)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct pinbench_dmabuf_exporter req = {.fd = c->buffer.fd, .operation = operation};
	int err = request(ctx, op, PINBENCH_IOC_DMABUF_EXPORTER, &req, &req.samples, 1, each);

	return err ? bench_fail(ctx, err, "the exporter: %s", strerror(-err)) : 0;
}

/* Where mapping pins, a buffer that a device has mapped stays where it is. */
static int explain_busy(struct bench_ctx *ctx)
{
	const struct dmabuf_case *c = bench_state(ctx);
	struct pinbench_dmabuf_counts counts = {0};
	int err = exported_counts(ctx, &c->buffer, &counts);

	if (!err && counts.pins != counts.unpins)
		err = bench_skip(
			ctx, "on this kernel a buffer cannot move while a device has it mapped: "
			     "mapping pins it (CONFIG_DMABUF_MOVE_NOTIFY)");
	return err ? err : bench_fail(ctx, EBUSY, "the buffer does not move: it is in use");
}

int dmabuf_move(struct bench_ctx *ctx, struct operation *op, uint32_t flags, uint32_t delay_ns)
{
	struct dmabuf_case *c = bench_state(ctx);
	struct pinbench_dmabuf_move req = {
		.fd = c->buffer.fd, .flags = flags, .delay_ns = delay_ns};
	int err = request(ctx, op, PINBENCH_IOC_DMABUF_MOVE, &req, &req.samples, 1, 1);

	if (err == -EBUSY)
		return explain_busy(ctx);
	return err ? bench_fail(ctx, err, "the buffer does not move: %s", strerror(-err)) : 0;
}

int dmabuf_add_programs(struct bench_ctx *ctx, unsigned int count)
{
	struct dmabuf_case *c = bench_state(ctx);
	int err = 0;

	while (!err && c->programs.members < count)
		err = crew_add(ctx, &c->programs, exported_prepare, &c->buffer);
	return err;
}
