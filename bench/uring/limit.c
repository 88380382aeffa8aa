/* RLIMIT_MEMLOCK and who is charged against it: see limit.h. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bench/uring/limit.h"

#define PAGE_BYTES 4096ul

int limit_set(struct bench_ctx *ctx, rlim_t bytes)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit))
		return bench_fail(ctx, errno, "reading RLIMIT_MEMLOCK: %s", strerror(errno));
	limit.rlim_cur = bytes;
	if (limit.rlim_max < bytes)
		limit.rlim_max = bytes;
	if (!setrlimit(RLIMIT_MEMLOCK, &limit))
		return 0;
	if (errno == EPERM)
		return bench_skip(
			ctx, "RLIMIT_MEMLOCK cannot be raised without CAP_SYS_RESOURCE; run as "
			     "root, or after ulimit -l unlimited");
	return bench_fail(ctx, errno, "setting RLIMIT_MEMLOCK: %s", strerror(errno));
}

/* The ring is charged if its opener could not lock memory at will. */
int limit_add_charged_ring(struct bench_ctx *ctx, struct uring_case *c)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct now[_LINUX_CAPABILITY_U32S_3], less[_LINUX_CAPABILITY_U32S_3];
	int err;

	if (syscall(SYS_capget, &header, now))
		return bench_fail(ctx, errno, "capget: %s", strerror(errno));
	if (!(now[CAP_TO_INDEX(CAP_IPC_LOCK)].effective & CAP_TO_MASK(CAP_IPC_LOCK)))
		return bench_skip(ctx, "without CAP_IPC_LOCK every ring is charged, and there is "
				       "nothing to compare with; run as root");
	memcpy(less, now, sizeof(less));
	less[CAP_TO_INDEX(CAP_IPC_LOCK)].effective &= ~CAP_TO_MASK(CAP_IPC_LOCK);
	if (syscall(SYS_capset, &header, less))
		return bench_fail(ctx, errno, "dropping CAP_IPC_LOCK: %s", strerror(errno));
	err = uring_add_ring(ctx, c);
	if (syscall(SYS_capset, &header, now) && !err)
		err = bench_fail(ctx, errno, "taking CAP_IPC_LOCK back: %s", strerror(errno));
	return err;
}

int limit_find_accepted(struct bench_ctx *ctx, struct uring_case *c, rlim_t limit,
			uint64_t *ret_bytes)
{
	uint64_t accepted = 0, beyond = c->backing.bytes / PAGE_BYTES + 1;
	int err = limit_set(ctx, limit);

	if (err)
		return err;
	while (accepted + 1 < beyond) {
		uint64_t middle = accepted + (beyond - accepted) / 2;
		struct iovec buffer = {c->backing.addr, middle * PAGE_BYTES};
		struct uring_table table = {&c->rings[2], &buffer, 1};

		err = uring_call_register(&table);
		if (err == -ENOMEM) {
			beyond = middle;
			continue;
		}
		if (!err)
			err = uring_call_unregister(&table);
		if (err)
			return bench_fail(ctx, err, "looking for what the limit accepts: %s",
					  strerror(-err));
		accepted = middle;
	}
	*ret_bytes = accepted * PAGE_BYTES;
	return limit_set(ctx, RLIM_INFINITY);
}
