/* Family uring, the shared part: see uring.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "bench/core/sysfile.h"
#include "bench/uring/uring.h"

#define PAGE_BYTES     4096ul
#define STATUS_FILE    "/proc/self/status"
#define BYTES_PER_KB   1024ul
#define MAX_FILE_BYTES 4096

const struct bench_param uring_param_backing = {
	.name = "backing",
	.fallback = "anon",
	.allowed = (const char *const[]){"anon", "hugetlb", "memfd", "tmpfs", NULL},
	.help = "the memory that buffers are of: anonymous, hugetlb, memfd or a tmpfs file; a file "
		"on a filesystem cannot be pinned for long",
};

const struct bench_param uring_param_buffers = {
	.name = "buffers",
	.fallback = "1",
	.allowed = (const char *const[]){"1", "4", "16", "64", "512", "4096", NULL},
	.help = "buffers that the region is cut into",
};

int uring_setup(struct bench_ctx *ctx, struct uring_case **ret_case)
{
	struct uring_case *c = calloc(1, sizeof(*c));
	int err;

	*ret_case = c;
	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->fd = -1;
	bench_set_state(ctx, c);
	/* The ring first: without one, there is no use in taking the memory. */
	err = uring_add_ring(ctx, c);
	return err ? err : backing_prepare(ctx, &c->backing);
}

void uring_teardown(struct bench_ctx *ctx)
{
	struct uring_case *c = bench_state(ctx);

	if (!c)
		return;
	while (c->open_rings) {
		struct io_uring *ring = &c->rings[--c->open_rings];

		/* A closed ring gives its buffers back later, in the middle of the next case. */
		io_uring_unregister_buffers(ring);
		io_uring_queue_exit(ring);
	}
	rounds_free(&c->rounds);
	if (c->fd >= 0)
		close(c->fd);
	free(c->buffers);
	backing_drop(&c->backing);
	free(c);
}

int uring_add_ring(struct bench_ctx *ctx, struct uring_case *c)
{
	int err = ring_open(ctx, RING_ENTRIES, &c->rings[c->open_rings]);

	if (!err)
		c->open_rings++;
	return err;
}

int uring_split(struct bench_ctx *ctx, struct uring_case *c, unsigned int count)
{
	size_t bytes = c->backing.bytes / count;

	if (bytes < PAGE_BYTES)
		return bench_skip(ctx, "%u buffers of %zu bytes would be less than a page each",
				  count, c->backing.bytes);
	c->buffers = calloc(count, sizeof(*c->buffers));
	if (!c->buffers)
		return bench_fail(ctx, ENOMEM, "no memory for %u buffers", count);
	c->count = count;
	for (unsigned int i = 0; i < count; i++)
		c->buffers[i] = (struct iovec){
			.iov_base = (char *)c->backing.addr + i * bytes,
			.iov_len = bytes,
		};
	bench_fact_number(ctx, "buffer_bytes", (double)bytes);
	return 0;
}

static int status_bytes(const char *text, const char *name, uint64_t *ret_bytes)
{
	const char *at = strstr(text, name);

	if (!at)
		return -ENOENT;
	*ret_bytes = strtoull(at + strlen(name), NULL, 10) * BYTES_PER_KB;
	return 0;
}

int uring_pins_read(struct bench_ctx *ctx, struct uring_pins *ret_pins)
{
	char text[MAX_FILE_BYTES];
	int err = sysfile_read(STATUS_FILE, text, sizeof(text));

	if (!err)
		err = status_bytes(text, "\nVmPin:", &ret_pins->vm_pin_bytes);
	if (!err)
		err = status_bytes(text, "\nVmLck:", &ret_pins->vm_lck_bytes);
	if (err)
		return bench_fail(ctx, err, STATUS_FILE " does not say what is pinned: %s",
				  strerror(-err));
	return pins_read(ctx, &ret_pins->pages);
}

int64_t uring_pins_held(const struct uring_pins *from, const struct uring_pins *to)
{
	uint64_t acquired = to->pages.acquired - from->pages.acquired;
	uint64_t released = to->pages.released - from->pages.released;

	return (int64_t)(acquired - released);
}

int uring_pins_compare(struct bench_ctx *ctx, const struct uring_pins *from,
		       const struct uring_pins *to)
{
	int err = pins_judge(ctx, uring_pins_held(from, to), "pins were taken and not given back");

	if (err)
		return err;
	if (from->vm_pin_bytes != to->vm_pin_bytes)
		return bench_fail(ctx, EPROTO, "VmPin was %llu bytes before and is %llu after",
				  (unsigned long long)from->vm_pin_bytes,
				  (unsigned long long)to->vm_pin_bytes);
	return 0;
}

int uring_call_register(void *table)
{
	const struct uring_table *t = table;

	return io_uring_register_buffers(t->ring, t->buffers, t->count);
}

int uring_call_unregister(void *table)
{
	const struct uring_table *t = table;

	return io_uring_unregister_buffers(t->ring);
}

long uring_sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw;
}

int uring_probe_unregister(struct bench_ctx *ctx, struct uring_table *table)
{
	struct uring_case *c = bench_state(ctx);
	int err = uring_call_register(table);
	long before = uring_sleeps();

	if (!err)
		err = uring_call_unregister(table);
	if (err)
		return bench_fail(ctx, err, "registering %u buffers: %s", table->count,
				  strerror(-err));
	c->unregister_waits = uring_sleeps() != before;
	bench_fact_number(ctx, "unregister_waits", c->unregister_waits);
	return 0;
}

int uring_unregister(struct bench_ctx *ctx, struct uring_table *table, struct operation *op,
		     uint64_t count)
{
	const struct uring_case *c = bench_state(ctx);

	if (c->unregister_waits && bench_is_counted(ctx))
		return uring_call_unregister(table);
	return operation_call(ctx, op, uring_call_unregister, table, count);
}
