/* An io_uring ring for a benchmark: see ring.h. */
#include <errno.h>
#include <string.h>
#include "bench/core/ring.h"
#include "bench/core/sysfile.h"

#define DISABLED_FILE "/proc/sys/kernel/io_uring_disabled"

static int refuse(struct bench_ctx *ctx, int err)
{
	char disabled[16] = "";

	if (err == ENOSYS)
		return bench_skip(ctx,
				  "this kernel has no io_uring (%s): it is built without "
				  "CONFIG_IO_URING",
				  strerror(err));
	if (err != EPERM)
		return bench_fail(ctx, err, "cannot open an io_uring ring: %s", strerror(err));
	if (!sysfile_read(DISABLED_FILE, disabled, sizeof(disabled)) && strcmp(disabled, "0"))
		return bench_skip(ctx,
				  "io_uring is disabled (%s): kernel.io_uring_disabled is %s; "
				  "sysctl kernel.io_uring_disabled=0 enables it",
				  strerror(err), disabled);
	return bench_skip(ctx,
			  "io_uring is refused to this process (%s), by seccomp or a security "
			  "module; run outside of the container that sets it",
			  strerror(err));
}

int ring_open(struct bench_ctx *ctx, unsigned int entries, struct io_uring *ret_ring)
{
	int err = io_uring_queue_init(entries, ret_ring, 0);

	return err ? refuse(ctx, -err) : 0;
}

int ring_submit_one(struct io_uring *ring)
{
	struct io_uring_cqe *cqe;
	int ret = io_uring_submit_and_wait(ring, 1);

	if (ret >= 0)
		ret = io_uring_peek_cqe(ring, &cqe);
	if (ret < 0)
		return ret;
	ret = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return ret;
}
