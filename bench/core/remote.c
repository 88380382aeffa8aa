/* Memory under test in another process: see remote.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/backing.h"
#include "bench/core/context.h"
#include "bench/core/remote.h"

struct question {
	uint64_t seed;
	size_t stride; /* 0: write the pattern; else check it */
	size_t bytes;
};

struct greeting {
	void *addr;
	size_t bytes;
	int err; /* as backing_prepare() returned it, with its reason */
	char reason[sizeof(((struct bench_ctx *)NULL)->reason)];
};

static uint64_t pattern_word(uint64_t seed, size_t offset)
{
	return seed * (offset * 0x9e3779b97f4a7c15ull + 0x0101010101010101ull);
}

void pattern_fill(void *addr, size_t bytes, uint64_t seed, size_t offset)
{
	for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
		uint64_t word = pattern_word(seed, offset + i);

		memcpy((char *)addr + i, &word, sizeof(word));
	}
}

bool pattern_holds(const void *addr, size_t bytes, uint64_t seed, size_t offset)
{
	for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
		uint64_t word = pattern_word(seed, offset + i);
		size_t left = bytes - i;

		if (memcmp((const char *)addr + i, &word,
			   left < sizeof(word) ? left : sizeof(word)))
			return false;
	}
	return true;
}

static bool all_hold(const struct backing *b, const struct question *q)
{
	for (size_t offset = 0; offset < b->bytes; offset += q->stride) {
		if (!pattern_holds((const char *)b->addr + offset, q->bytes, q->seed, offset))
			return false;
	}
	return true;
}

/* What the child does until the pipe is closed. */
static void answer_questions(const struct backing *b, int ask, int answer)
{
	struct question q;

	while (read(ask, &q, sizeof(q)) == sizeof(q)) {
		char good = 1;

		if (q.stride)
			good = all_hold(b, &q);
		else
			pattern_fill(b->addr, b->bytes, q.seed, 0);
		if (write(answer, &good, sizeof(good)) != sizeof(good))
			return;
	}
}

static void be_remote(struct bench_ctx *ctx, pid_t parent, int ask, int answer)
{
	struct greeting greeting = {0};
	struct backing b;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	greeting.err = backing_prepare(ctx, &b);
	greeting.addr = b.addr;
	greeting.bytes = b.bytes;
	snprintf(greeting.reason, sizeof(greeting.reason), "%s", ctx->reason);
	if (write(answer, &greeting, sizeof(greeting)) == sizeof(greeting) && !greeting.err)
		answer_questions(&b, ask, answer);
	backing_drop(&b);
	_exit(0);
}

/* The parent's ends are closed in the child: else it would not see the pipe's end. */
static int start(struct bench_ctx *ctx, struct remote *r)
{
	pid_t parent = getpid();
	int ask[2], answer[2];

	if (pipe2(ask, O_CLOEXEC))
		return bench_fail(ctx, errno, "pipe2: %s", strerror(errno));
	if (pipe2(answer, O_CLOEXEC)) {
		close(ask[0]);
		close(ask[1]);
		return bench_fail(ctx, errno, "pipe2: %s", strerror(errno));
	}
	/* A child that died shall be this case's reason, not its end. */
	signal(SIGPIPE, SIG_IGN);
	r->pid = fork();
	if (!r->pid) {
		close(ask[1]);
		close(answer[0]);
		be_remote(ctx, parent, ask[0], answer[1]);
	}
	close(ask[0]);
	close(answer[1]);
	r->ask = ask[1];
	r->answer = answer[0];
	if (r->pid > 0)
		return 0;
	close(r->ask);
	close(r->answer);
	r->pid = 0;
	return bench_fail(ctx, errno, "fork: %s", strerror(errno));
}

int remote_prepare(struct bench_ctx *ctx, struct remote *ret_remote)
{
	struct greeting greeting;
	int err;

	*ret_remote = (struct remote){0};
	err = start(ctx, ret_remote);
	if (err)
		return err;
	if (read(ret_remote->answer, &greeting, sizeof(greeting)) != sizeof(greeting))
		err = bench_fail(ctx, EPROTO, "the child with the memory under test died");
	else if (greeting.err == BENCH_SKIP)
		err = bench_skip(ctx, "%s", greeting.reason);
	else if (greeting.err)
		err = bench_fail(ctx, greeting.err, "%s", greeting.reason);
	if (err) {
		remote_drop(ret_remote);
		return err;
	}
	ret_remote->addr = greeting.addr;
	ret_remote->bytes = greeting.bytes;
	return 0;
}

void remote_drop(struct remote *r)
{
	if (r->pid > 0) {
		close(r->ask);
		waitpid(r->pid, NULL, 0);
		close(r->answer);
	}
	*r = (struct remote){0};
}

static int put_question(struct bench_ctx *ctx, const struct remote *r, const struct question *q,
			char *ret_good)
{
	if (write(r->ask, q, sizeof(*q)) != sizeof(*q) ||
	    read(r->answer, ret_good, sizeof(*ret_good)) != sizeof(*ret_good))
		return bench_fail(ctx, EPROTO, "the child with the memory under test died");
	return 0;
}

int remote_fill(struct bench_ctx *ctx, const struct remote *r, uint64_t seed)
{
	char good;

	return put_question(ctx, r, &(struct question){.seed = seed}, &good);
}

int remote_check(struct bench_ctx *ctx, const struct remote *r, uint64_t seed, size_t stride,
		 size_t bytes)
{
	struct question q = {.seed = seed, .stride = stride, .bytes = bytes};
	char good = 0;
	int err = put_question(ctx, r, &q, &good);

	if (!err && !good)
		err = bench_fail(ctx, EPROTO, "the other process has other data than was written");
	return err;
}
