/* Workers at the same time: the arithmetic of their window, and threads and processes for real. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/core/context.h"
#include "bench/core/gang/gang.h"
#include "bench/core/gang/window.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TRACK(marks)                \
	{                           \
		marks, COUNT(marks) \
	}
#define WORKERS	  3
#define WINDOW_NS 1000000ull
/* Long enough for a machine that is very busy. */
#define PATIENCE_SECONDS 60

/* Windows. */

static void the_window_is_what_all_have(void **state)
{
	const uint64_t early[] = {100, 200, 300, 400}, late[] = {250, 350, 900};
	const struct gang_track both[] = {TRACK(early), TRACK(late)};
	struct gang_window w;

	(void)state;
	assert_int_equal(gang_overlap(both, 2, &w), 0);
	assert_int_equal(w.from_ns, 250);
	assert_int_equal(w.to_ns, 400);
}

static void there_may_be_no_window(void **state)
{
	const uint64_t before[] = {100, 200}, after[] = {200, 300}, idle[] = {100};
	const struct gang_track apart[] = {TRACK(before), TRACK(after)};
	const struct gang_track none[] = {TRACK(before), TRACK(idle)};
	struct gang_window w;

	(void)state;
	assert_int_equal(gang_overlap(apart, 2, &w), -ENODATA);
	assert_int_equal(gang_overlap(none, 2, &w), -ENODATA);
	assert_int_equal(gang_overlap(NULL, 0, &w), -ENODATA);
}

static double passes(const struct gang_track *track, uint64_t from, uint64_t to)
{
	struct gang_window w = {from, to};

	return gang_passes(track, &w);
}

/* A long pass at an edge is a worker that waited there: its time counts, not a whole pass. */
static void a_pass_at_an_edge_counts_by_its_share(void **state)
{
	const uint64_t marks[] = {100, 200, 300, 700};
	const struct gang_track t = TRACK(marks);

	(void)state;
	assert_float_equal(passes(&t, 100, 700), 3, 1e-9);
	assert_float_equal(passes(&t, 150, 300), 1.5, 1e-9);
	assert_float_equal(passes(&t, 300, 400), 0.25, 1e-9);
	assert_float_equal(passes(&t, 120, 140), 0.2, 1e-9);
	assert_float_equal(passes(&t, 200, 500), 1.5, 1e-9);
}

/* What one does alone, before and after the others, is in no figure. */
static void a_straggler_alone_counts_nothing(void **state)
{
	const uint64_t fast[] = {0, 10, 20, 30, 40, 50}, slow[] = {20, 40, 1000};
	const struct gang_track both[] = {TRACK(fast), TRACK(slow)};
	struct gang_window w;

	(void)state;
	assert_int_equal(gang_overlap(both, 2, &w), 0);
	assert_float_equal(gang_passes(&both[0], &w), 3, 1e-9);
	assert_float_equal(gang_passes(&both[1], &w), 1 + 10.0 / 960, 1e-9);
}

/* @cold passes of four times the usual length, then usual ones, in a window of 1,000. */
static size_t cold_marks(uint64_t *marks, unsigned int cold)
{
	size_t n = 0;

	marks[n++] = 0;
	while (marks[n - 1] < 1000) {
		marks[n] = marks[n - 1] + (n <= cold ? 40 : 10);
		n++;
	}
	return n;
}

static uint64_t warm_from(unsigned int cold)
{
	uint64_t marks[200];
	struct gang_track t = {marks, cold_marks(marks, cold)};
	struct gang_window w = {0, 1000};

	return gang_warm(&t, 1, &w).from_ns;
}

static void a_slow_beginning_is_no_part_of_the_window(void **state)
{
	(void)state;
	assert_int_equal(warm_from(0), 0);
	assert_int_equal(warm_from(5), 200);
	/* A part that is cold for a fifth of its time is warm enough. */
	assert_int_equal(warm_from(8), 300);
	/* More than half never goes. */
	assert_int_equal(warm_from(25), 0);
	assert_int_equal(warm_from(15), 500);
}

/* Workers for real. What they and the test tell each other is in memory that all share. */

static struct told {
	uint32_t begun;
	uint32_t ended;
	uint32_t entered[WORKERS]; /* passes */
	pid_t pid[WORKERS];
	int cpu[WORKERS];
	int err_of; /* the worker that fails or dies, in its third pass; -1: none */
	int begin_err;
} * told;

static struct case_id id;
static struct bench_ctx ctx;

struct own {
	uint32_t number;
};

static int begin(struct bench_ctx *c, void *data)
{
	struct own *own = data;

	own->number = __atomic_fetch_add(&told->begun, 1, __ATOMIC_SEQ_CST);
	told->pid[own->number] = getpid();
	if ((int)own->number != told->err_of || !told->begin_err)
		return 0;
	return told->begin_err == BENCH_SKIP ? bench_skip(c, "not here")
					     : bench_fail(c, told->begin_err, "cannot begin");
}

static void end(void *own)
{
	(void)own;
	__atomic_fetch_add(&told->ended, 1, __ATOMIC_SEQ_CST);
}

static uint32_t enter(const struct own *own)
{
	told->cpu[own->number] = sched_getcpu();
	return __atomic_add_fetch(&told->entered[own->number], 1, __ATOMIC_SEQ_CST);
}

/* The first ends only when all are in theirs: one after the other they would wait for ever. */
static int pass_together(void *data)
{
	const struct own *own = data;
	time_t limit = time(NULL) + PATIENCE_SECONDS;

	if (enter(own) > 1)
		return 0;
	for (unsigned int i = 0; i < WORKERS; i++) {
		while (!__atomic_load_n(&told->entered[i], __ATOMIC_SEQ_CST)) {
			if (time(NULL) > limit)
				return -ETIMEDOUT;
			sched_yield();
		}
	}
	return 0;
}

static int pass_failing(void *data)
{
	const struct own *own = data;

	return enter(own) >= 3 && (int)own->number == told->err_of ? -ENODATA : 0;
}

static int pass_dying(void *data)
{
	const struct own *own = data;

	if (enter(own) >= 3 && (int)own->number == told->err_of)
		raise(SIGKILL);
	return 0;
}

/* The others never come back: they wait for who is dead. */
static int pass_dying_alone(void *data)
{
	int err = pass_dying(data);

	for (;;)
		pause();
	return err;
}

static struct gang_work work_of(int (*pass)(void *own))
{
	return (struct gang_work){sizeof(struct own), begin, pass, end};
}

static void expect_nobody_is_left(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static int prepare(void **state)
{
	char why[256];

	(void)state;
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED)
		return -1;
	told->err_of = -1;
	if (case_id_parse(bench_table[0]->name, &id, why, sizeof(why)))
		return -1;
	return context_init(&ctx, &id, false, "/tmp");
}

static int clean(void **state)
{
	(void)state;
	context_clear(&ctx);
	munmap(told, sizeof(*told));
	return 0;
}

static void check_cpus(void)
{
	cpu_set_t usable;
	int distinct = told->cpu[0] != told->cpu[1];

	assert_int_equal(sched_getaffinity(0, sizeof(usable), &usable), 0);
	for (unsigned int i = 0; i < WORKERS; i++)
		assert_true(CPU_ISSET(told->cpu[i], &usable));
	assert_int_equal(bench_cpu_count(&ctx), CPU_COUNT(&usable));
	assert_int_equal(distinct, CPU_COUNT(&usable) > 1);
}

static void work_at_the_same_time(enum gang_kind kind)
{
	struct gang_work work = work_of(pass_together);
	struct gang_result result;
	struct gang *gang;

	assert_int_equal(gang_start(&ctx, &work, kind, WORKERS, &gang), 0);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(gang_run(&ctx, gang, WINDOW_NS, &result), 0);
		assert_int_equal(result.workers, WORKERS);
		/* By a few ns it may be less: who begins last reads the clock twice. */
		assert_true(result.window_ns + result.warmup_ns >= WINDOW_NS * 9 / 10);
		for (unsigned int i = 0; i < WORKERS; i++)
			assert_true(result.passes[i] > 0);
	}
	check_cpus();
	assert_int_equal(told->pid[1] == told->pid[0], kind == GANG_THREADS);
	assert_int_equal(told->pid[0] == getpid(), kind == GANG_THREADS);
	gang_stop(gang);
	assert_int_equal(told->ended, WORKERS);
	expect_nobody_is_left();
}

static void threads_work_at_the_same_time(void **state)
{
	(void)state;
	work_at_the_same_time(GANG_THREADS);
}

static void processes_work_at_the_same_time(void **state)
{
	(void)state;
	work_at_the_same_time(GANG_PROCESSES);
}

static void expect_failure(enum gang_kind kind, int (*pass)(void *own), int err, const char *reason)
{
	struct gang_work work = work_of(pass);
	struct gang_result result;
	struct gang *gang;

	told->err_of = 1;
	assert_int_equal(gang_start(&ctx, &work, kind, WORKERS, &gang), 0);
	assert_int_equal(gang_run(&ctx, gang, WINDOW_NS, &result), err);
	assert_non_null(strstr(ctx.reason, reason));
	gang_stop(gang);
	expect_nobody_is_left();
}

static void one_that_fails_fails_the_case(void **state)
{
	(void)state;
	expect_failure(GANG_THREADS, pass_failing, -ENODATA, "worker 1: less than it asked for");
	memset(told, 0, sizeof(*told));
	expect_failure(GANG_PROCESSES, pass_failing, -ENODATA, "worker 1: less than it asked for");
	assert_int_equal(told->ended, WORKERS);
}

static void one_that_is_killed_is_reported(void **state)
{
	(void)state;
	expect_failure(GANG_PROCESSES, pass_dying, -EPROTO, "worker 1 died of signal 9");
}

static void nobody_waits_for_one_that_is_killed(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		told->entered[i] = 2;
	expect_failure(GANG_PROCESSES, pass_dying_alone, -EPROTO, "worker 1 died of signal 9");
}

static void one_that_is_killed_between_rounds_is_reported(void **state)
{
	struct gang_work work = work_of(pass_together);
	struct gang_result result;
	siginfo_t info;
	struct gang *gang;

	(void)state;
	assert_int_equal(gang_start(&ctx, &work, GANG_PROCESSES, WORKERS, &gang), 0);
	kill(told->pid[2], SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)told->pid[2], &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(gang_run(&ctx, gang, WINDOW_NS, &result), -EPROTO);
	assert_non_null(strstr(ctx.reason, "worker 2 died of signal 9"));
	gang_stop(gang);
	expect_nobody_is_left();
}

static void check_begin(enum gang_kind kind, int begin_err, int err, const char *reason)
{
	struct gang_work work = work_of(pass_together);
	struct gang *gang;

	memset(told, 0, sizeof(*told));
	told->err_of = 1;
	told->begin_err = begin_err;
	assert_int_equal(gang_start(&ctx, &work, kind, WORKERS, &gang), err);
	assert_string_equal(ctx.reason, reason);
	gang_stop(gang);
	assert_int_equal(told->begun, 2);
	assert_int_equal(told->ended, 2);
	expect_nobody_is_left();
}

static void one_that_cannot_begin_says_why(void **state)
{
	(void)state;
	check_begin(GANG_THREADS, BENCH_SKIP, BENCH_SKIP, "not here");
	check_begin(GANG_PROCESSES, BENCH_SKIP, BENCH_SKIP, "not here");
	check_begin(GANG_THREADS, -ENOMEM, -ENOMEM, "worker 1: cannot begin");
	check_begin(GANG_PROCESSES, -ENOMEM, -ENOMEM, "worker 1: cannot begin");
}

static void too_many_are_refused(void **state)
{
	struct gang_work work = work_of(pass_together);
	struct gang *gang;

	(void)state;
	assert_int_equal(gang_start(&ctx, &work, GANG_THREADS, GANG_MAX_WORKERS + 1, &gang),
			 -EINVAL);
	gang_stop(gang);
	assert_int_equal(gang_start(&ctx, &work, GANG_THREADS, 0, &gang), -EINVAL);
	gang_stop(gang);
	gang_stop(NULL);
}

/* The owner is killed: its workers end, and come here to be waited for. */
static void workers_end_with_their_owner(void **state)
{
	struct gang_work work = work_of(pass_together);
	struct gang *gang;
	siginfo_t info;
	pid_t owner;

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	owner = fork();
	if (!owner) {
		gang_start(&ctx, &work, GANG_PROCESSES, WORKERS, &gang);
		raise(SIGKILL);
	}
	for (int i = 0; i < WORKERS + 1; i++) {
		assert_int_equal(waitid(P_ALL, 0, &info, WEXITED), 0);
		assert_int_equal(info.si_status, SIGKILL);
	}
	expect_nobody_is_left();
	assert_int_equal(told->begun, WORKERS);
}

#define REAL(test) cmocka_unit_test_setup_teardown(test, prepare, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_window_is_what_all_have),
		cmocka_unit_test(there_may_be_no_window),
		cmocka_unit_test(a_pass_at_an_edge_counts_by_its_share),
		cmocka_unit_test(a_straggler_alone_counts_nothing),
		cmocka_unit_test(a_slow_beginning_is_no_part_of_the_window),
		REAL(threads_work_at_the_same_time),
		REAL(processes_work_at_the_same_time),
		REAL(one_that_fails_fails_the_case),
		REAL(one_that_is_killed_is_reported),
		REAL(nobody_waits_for_one_that_is_killed),
		REAL(one_that_is_killed_between_rounds_is_reported),
		REAL(one_that_cannot_begin_says_why),
		REAL(too_many_are_refused),
		REAL(workers_end_with_their_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
