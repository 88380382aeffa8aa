/*
 * Workers that do the same at the same time: see gang.h. What they and their owner tell each other
 * is in memory that all of them share: a number for each worker that only it raises (ready; done
 * with the first round; ...), and a number of rounds that only the owner raises.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "bench/core/context.h"
#include "bench/core/gang/gang.h"
#include "bench/core/gang/window.h"

#define NS_PER_SECOND 1000000000ull
/* Passes of one round; who has done so many stops, and the window ends there. */
#define MAX_MARKS (1u << 17)
/* How often the owner looks whether those that it waits for are alive. */
#define LOOK_NS 50000000ull
/* Who never gets a CPU, behind others of a real-time policy, is not waited for longer. */
#define BEGIN_NS (5 * NS_PER_SECOND)
/* How long a process may take to end before it is killed. */
#define END_NS (10 * NS_PER_SECOND)

#define STOP UINT32_MAX

struct slot {
	uint32_t reports; /* futex */
	int err;	  /* of begin(), then of the round */
	char reason[sizeof(((struct bench_ctx *)NULL)->reason)];
	size_t marks_count;
	uint64_t marks[MAX_MARKS]; /* ns */
};

struct shared {
	uint32_t round; /* futex: how many were begun, or STOP */
	uint64_t window_ns;
	/* Of the round: how many have begun, and when it ends; 0 until the last one has. */
	uint32_t begun;
	uint64_t deadline_ns;
	struct slot slots[];
};

struct worker {
	struct gang *gang;
	unsigned int number;
	pid_t pid; /* of a process; 0: there is none */
	pthread_t thread;
	bool has_thread;
};

struct gang {
	struct bench_ctx *ctx;
	const struct gang_work *work;
	enum gang_kind kind;
	pid_t owner;
	struct shared *shared;
	size_t shared_bytes;
	unsigned int wanted;
	unsigned int workers; /* of those that are wanted, how many were started */
	bool broken;	      /* one died: the others may wait for what never comes */
	struct worker worker[GANG_MAX_WORKERS];
};

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return (uint64_t)time.tv_sec * NS_PER_SECOND + (uint64_t)time.tv_nsec;
}

/* Until *word is no longer @value, as far as one can tell; at most @limit_ns, 0 for ever. */
static void wait_while(const uint32_t *word, uint32_t value, uint64_t limit_ns)
{
	struct timespec limit = {.tv_sec = (time_t)(limit_ns / NS_PER_SECOND),
				 .tv_nsec = (long)(limit_ns % NS_PER_SECOND)};

	syscall(SYS_futex, word, FUTEX_WAIT, value, limit_ns ? &limit : NULL, NULL, 0);
}

static void raise_to(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

static uint32_t value_of(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* The calling thread shall be on the CPU of worker @number. */
static int stay_on_cpu(const struct bench_ctx *ctx, unsigned int number)
{
	cpu_set_t mine;

	CPU_ZERO(&mine);
	CPU_SET(bench_cpu(ctx, number), &mine);
	return sched_setaffinity(0, sizeof(mine), &mine) ? -errno : 0;
}

static int begin_work(const struct worker *w, struct slot *slot, void *own)
{
	struct bench_ctx *ctx = w->gang->ctx;
	int err = stay_on_cpu(ctx, w->number);

	if (err)
		err = bench_fail(ctx, err, "worker %u cannot stay on a CPU: %s", w->number,
				 strerror(-err));
	else
		err = w->gang->work->begin(ctx, own);
	snprintf(slot->reason, sizeof(slot->reason), "%s", err ? ctx->reason : "");
	/* The first marks would be faulted in while it works. */
	memset(slot->marks, 0xff, sizeof(slot->marks));
	return err;
}

/* Whoever begins last says when the round ends. */
static void tell_begun(struct gang *g)
{
	struct shared *s = g->shared;

	if (__atomic_add_fetch(&s->begun, 1, __ATOMIC_ACQ_REL) == g->wanted)
		__atomic_store_n(&s->deadline_ns, now_ns() + s->window_ns, __ATOMIC_RELEASE);
}

static uint64_t deadline_of(const struct shared *s)
{
	return __atomic_load_n(&s->deadline_ns, __ATOMIC_ACQUIRE);
}

static bool is_over(const struct shared *s, uint64_t begun, uint64_t now)
{
	uint64_t deadline_ns = deadline_of(s);

	if (value_of(&s->round) == STOP)
		return true;
	return now >= (deadline_ns ? deadline_ns : begun + BEGIN_NS);
}

/* Of what it did before all had begun, only the last mark is kept: where it is in a pass then. */
static int work_round(struct gang *g, struct slot *slot, void *own)
{
	const struct shared *s = g->shared;
	uint64_t begun = now_ns(), now;
	size_t n = 1;
	int err;

	slot->marks[0] = begun;
	tell_begun(g);
	do {
		err = g->work->pass(own);
		now = now_ns();
		if (!deadline_of(s))
			n = 0;
		slot->marks[n++] = now;
	} while (!err && !is_over(s, begun, now) && n < MAX_MARKS);
	slot->marks_count = n;
	return err;
}

static void be_worker(const struct worker *w)
{
	struct gang *g = w->gang;
	struct slot *slot = &g->shared->slots[w->number];
	void *own = calloc(1, g->work->own_bytes);
	uint32_t round = 0;

	slot->err = own ? begin_work(w, slot, own) : -ENOMEM;
	raise_to(&slot->reports, 1);
	for (;;) {
		wait_while(&g->shared->round, round, 0);
		if (value_of(&g->shared->round) == round)
			continue;
		round = value_of(&g->shared->round);
		if (round == STOP)
			break;
		slot->err = work_round(g, slot, own);
		raise_to(&slot->reports, round + 1);
	}
	if (own)
		g->work->end(own);
	free(own);
}

static void *be_thread(void *worker)
{
	be_worker(worker);
	return NULL;
}

static void __attribute__((noreturn)) be_process(const struct worker *w)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == w->gang->owner)
		be_worker(w);
	_exit(EXIT_SUCCESS);
}

static int start_worker(struct gang *g, struct worker *w)
{
	int err;

	if (g->kind == GANG_THREADS) {
		err = pthread_create(&w->thread, NULL, be_thread, w);
		w->has_thread = !err;
		return -err;
	}
	w->pid = fork();
	if (!w->pid)
		be_process(w);
	if (w->pid > 0)
		return 0;
	w->pid = 0;
	return -errno;
}

/* How the worker ended, if it did: it is a process, and nobody asked it to. */
static int look_after(struct bench_ctx *ctx, struct gang *g, struct worker *w)
{
	int status;

	if (!w->pid || waitpid(w->pid, &status, WNOHANG) != w->pid)
		return 0;
	w->pid = 0;
	g->broken = true;
	if (WIFSIGNALED(status))
		return bench_fail(ctx, EPROTO, "worker %u died of signal %d (%s)", w->number,
				  WTERMSIG(status), strsignal(WTERMSIG(status)));
	return bench_fail(ctx, EPROTO, "worker %u left with status %d", w->number,
			  WEXITSTATUS(status));
}

static int await_report(struct bench_ctx *ctx, struct gang *g, unsigned int number,
			uint32_t reports)
{
	const struct slot *slot = &g->shared->slots[number];
	int err = 0;

	while (!err && value_of(&slot->reports) < reports) {
		wait_while(&slot->reports, reports - 1, LOOK_NS);
		/* All of them: one that died may be what this one waits for. */
		for (unsigned int i = 0; !err && i < g->workers; i++) {
			if (value_of(&g->shared->slots[i].reports) < reports)
				err = look_after(ctx, g, &g->worker[i]);
		}
	}
	return err;
}

static int begin_worker(struct bench_ctx *ctx, struct gang *g, unsigned int number)
{
	struct worker *w = &g->worker[number];
	const struct slot *slot = &g->shared->slots[number];
	int err;

	*w = (struct worker){.gang = g, .number = number};
	err = start_worker(g, w);
	if (err)
		return bench_fail(ctx, err, "worker %u cannot be started: %s", number,
				  strerror(-err));
	g->workers++;
	err = await_report(ctx, g, number, 1);
	if (err || !slot->err)
		return err;
	if (slot->err == BENCH_SKIP)
		return bench_skip(ctx, "%s", slot->reason);
	return bench_fail(ctx, slot->err, "worker %u: %s", number,
			  *slot->reason ? slot->reason : strerror(-slot->err));
}

int gang_start(struct bench_ctx *ctx, const struct gang_work *work, enum gang_kind kind,
	       unsigned int workers, struct gang **ret_gang)
{
	struct gang *g = calloc(1, sizeof(*g));
	int err = 0;

	*ret_gang = g;
	if (!g)
		return bench_fail(ctx, ENOMEM, "no memory");
	g->ctx = ctx;
	g->work = work;
	g->kind = kind;
	g->owner = getpid();
	g->wanted = workers;
	if (!workers || workers > GANG_MAX_WORKERS)
		return bench_fail(ctx, EINVAL, "%u workers: 1 to %d are possible", workers,
				  GANG_MAX_WORKERS);
	g->shared_bytes = sizeof(*g->shared) + workers * sizeof(*g->shared->slots);
	g->shared = mmap(NULL, g->shared_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			 -1, 0);
	if (g->shared == MAP_FAILED) {
		g->shared = NULL;
		return bench_fail(ctx, errno, "no memory to share with %u workers: %s", workers,
				  strerror(errno));
	}
	for (unsigned int i = 0; !err && i < workers; i++)
		err = begin_worker(ctx, g, i);
	return err;
}

static int summarise(struct bench_ctx *ctx, const struct gang *g, struct gang_result *ret_result)
{
	struct gang_track tracks[GANG_MAX_WORKERS];
	struct gang_window whole, warm;

	for (unsigned int i = 0; i < g->workers; i++) {
		const struct slot *slot = &g->shared->slots[i];

		if (slot->err)
			return bench_fail(ctx, slot->err, "worker %u: %s", i,
					  slot->err == -ENODATA ? "less than it asked for"
								: strerror(-slot->err));
		tracks[i] = (struct gang_track){slot->marks, slot->marks_count};
	}
	if (gang_overlap(tracks, g->workers, &whole))
		return bench_fail(ctx, ETIME,
				  "the %u workers were never all at work: the machine is too busy, "
				  "or a pass takes longer than the window",
				  g->workers);
	warm = gang_warm(tracks, g->workers, &whole);
	*ret_result = (struct gang_result){
		.window_ns = warm.to_ns - warm.from_ns,
		.warmup_ns = warm.from_ns - whole.from_ns,
		.workers = g->workers,
	};
	for (unsigned int i = 0; i < g->workers; i++)
		ret_result->passes[i] = gang_passes(&tracks[i], &warm);
	return 0;
}

int gang_run(struct bench_ctx *ctx, struct gang *gang, uint64_t window_ns,
	     struct gang_result *ret_result)
{
	uint32_t round = gang->shared->round + 1;
	int err = 0;

	/* One that died since would be waited for only after the others have worked. */
	for (unsigned int i = 0; !err && i < gang->workers; i++)
		err = look_after(ctx, gang, &gang->worker[i]);
	if (err)
		return err;
	gang->shared->window_ns = window_ns;
	gang->shared->begun = 0;
	gang->shared->deadline_ns = 0;
	raise_to(&gang->shared->round, round);
	for (unsigned int i = 0; !err && i < gang->workers; i++)
		err = await_report(ctx, gang, i, round + 1);
	return err ? err : summarise(ctx, gang, ret_result);
}

/* Kills it if it does not end by itself. */
static void reap(struct worker *w, uint64_t limit_ns)
{
	struct timespec pause = {.tv_nsec = 1000000};

	while (waitpid(w->pid, NULL, WNOHANG) == 0) {
		if (now_ns() >= limit_ns)
			kill(w->pid, SIGKILL);
		nanosleep(&pause, NULL);
	}
}

void gang_stop(struct gang *gang)
{
	uint64_t limit_ns;

	if (!gang)
		return;
	limit_ns = gang->broken ? 0 : now_ns() + END_NS;
	if (gang->shared)
		raise_to(&gang->shared->round, STOP);
	for (unsigned int i = 0; i < gang->workers; i++) {
		struct worker *w = &gang->worker[i];

		if (w->has_thread)
			pthread_join(w->thread, NULL);
		if (w->pid)
			reap(w, limit_ns);
	}
	if (gang->shared)
		munmap(gang->shared, gang->shared_bytes);
	free(gang);
}
