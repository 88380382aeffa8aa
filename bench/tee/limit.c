/*
 * tee/limit: how much memory a user without privileges pins through a TEE, against the limit
 * that he has for locking memory.
 *
 * Timed: nothing; pages are counted.
 * Excluded: the memory; the clock.
 * Path: tee_ioctl_shm_register() -> register_shm_helper()
 */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/operation.h"
#include "bench/core/pins.h"
#include "bench/core/memory/tee_device.h"

#define PAGE_BYTES   4096ul
#define BUFFER_PAGES 512
/* As far as the attempt goes: beyond doubt, and far from the end of the machine. */
#define BUFFERS	    32
#define LIMIT_BYTES (64ul << 10)
#define NOBODY	    65534

static const struct bench_metric metrics[] = {
	{.name = "beyond_limit", .unit = "pages", .help = "pages pinned beyond RLIMIT_MEMLOCK"},
	{.name = NULL},
};

static const struct bench_param *const params[] = {NULL};

struct limit_case {
	int tee_fd;
	int report[2]; /* from the user: what he got */
	int go[2];     /* to him: that we have looked */
	pid_t user;
};

struct outcome {
	int registered; /* buffers */
	int error;	/* of the first that was refused; 0: none was */
};

static int setup(struct bench_ctx *ctx)
{
	struct limit_case *c = calloc(1, sizeof(*c));

	if (!c)
		return bench_fail(ctx, ENOMEM, "no memory");
	*c = (struct limit_case){-1, {-1, -1}, {-1, -1}, 0};
	bench_set_state(ctx, c);
	if (pipe(c->report) || pipe(c->go))
		return bench_fail(ctx, errno, "pipe: %s", strerror(errno));
	return tee_device_open(ctx, &c->tee_fd);
}

/* From here on a user like any other, who was given the device, as group members are. */
static int become_nobody(void)
{
	struct rlimit limit = {LIMIT_BYTES, LIMIT_BYTES};

	if (setrlimit(RLIMIT_MEMLOCK, &limit) || setgroups(0, NULL) ||
	    setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		return -errno;
	return 0;
}

static struct outcome take_all(int tee_fd)
{
	size_t bytes = BUFFER_PAGES * PAGE_BYTES;
	struct outcome o = {0};

	while (!o.error && o.registered < BUFFERS) {
		void *addr = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		int fd = addr == MAP_FAILED ? -errno : tee_device_register(tee_fd, addr, bytes);

		o.error = fd < 0 ? -fd : 0;
		o.registered += fd >= 0;
	}
	return o;
}

static void be_user(const struct limit_case *c)
{
	struct outcome o = {0};
	char word;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	o.error = -become_nobody();
	if (o.error)
		_exit(EXIT_FAILURE);
	o = take_all(c->tee_fd);
	if (write(c->report[1], &o, sizeof(o)) == sizeof(o) && read(c->go[0], &word, 1) == 1)
		_exit(EXIT_SUCCESS);
	_exit(EXIT_FAILURE);
}

/* A registration that is refused may have pinned first. */
static uint64_t pins_held(const struct pins *pins)
{
	return pins->acquired - pins->released;
}

static void tell(struct bench_ctx *ctx, const struct outcome *o, uint64_t pinned)
{
	uint64_t limit = LIMIT_BYTES / PAGE_BYTES;

	bench_fact_number(ctx, "limit_pages", (double)limit);
	bench_fact_number(ctx, "asked_pages", BUFFERS * BUFFER_PAGES);
	bench_fact_number(ctx, "pinned_pages", (double)pinned);
	if (o->error)
		bench_fact_string(ctx, "refused_with", strerrorname_np(o->error));
	else
		bench_fact_null(ctx, "refused_with");
	bench_sample(ctx, "beyond_limit", pinned > limit ? (double)(pinned - limit) : 0);
}

static int end_user(struct bench_ctx *ctx, struct limit_case *c)
{
	int status = 0;

	if (write(c->go[1], "x", 1) != 1 || waitpid(c->user, &status, 0) != c->user)
		return bench_fail(ctx, errno, "the user did not end: %s", strerror(errno));
	c->user = 0;
	return status ? bench_fail(ctx, EPROTO, "the user ended with status %d", status) : 0;
}

static int run(struct bench_ctx *ctx)
{
	struct limit_case *c = bench_state(ctx);
	struct pins before, during;
	struct outcome o;
	int err = pins_read(ctx, &before);

	if (err)
		return err;
	c->user = fork();
	if (!c->user)
		be_user(c);
	if (c->user < 0)
		return bench_fail(ctx, errno, "fork: %s", strerror(errno));
	if (read(c->report[0], &o, sizeof(o)) != sizeof(o))
		return bench_fail(ctx, EPROTO, "the user gave no answer");
	err = pins_read(ctx, &during);
	if (!err)
		tell(ctx, &o, pins_held(&during) - pins_held(&before));
	return err ? err : end_user(ctx, c);
}

static void close_pair(const int *fds)
{
	if (fds[0] >= 0) {
		close(fds[0]);
		close(fds[1]);
	}
}

static void teardown(struct bench_ctx *ctx)
{
	struct limit_case *c = bench_state(ctx);

	if (!c)
		return;
	if (c->user > 0) {
		kill(c->user, SIGKILL);
		waitpid(c->user, NULL, 0);
	}
	close_pair(c->report);
	close_pair(c->go);
	if (c->tee_fd >= 0)
		close(c->tee_fd);
	free(c);
}

const struct bench bench_tee_limit = {
	.name = "tee/limit",
	.summary =
		"How many pages a user without privileges pins through a TEE beyond his limit for "
		"locked memory",
	.path = "TEE_IOC_SHM_REGISTER -> register_shm_helper()",
	.inside = "nothing: pages are counted, by /proc/vmstat",
	.outside = "everything",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
