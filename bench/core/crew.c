/* Processes that measure: see crew.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/crew.h"

/* A child is a fork: a function is where it is here. */
struct order {
	measured_call call;
	int region; /* or DURATIONS_UNMARKED */
	bool is_measured;
};

struct report {
	int err;
	uint64_t duration;
};

static struct report carry_out(const struct order *order, bool counted, struct counting *counting,
			       uint64_t *last_ns, void *context)
{
	struct report report = {0};
	struct durations d = {
		.values = &report.duration,
		.capacity = 1,
		.region = order->region,
		.counting = counting,
	};

	if (order->is_measured)
		report.err = measure_call(&d, counted, last_ns, order->call, context);
	else
		report.err = order->call(context);
	counting_fold(counting);
	return report;
}

static void __attribute__((noreturn))
be_member(struct bench_ctx *ctx, pid_t parent, measured_call prepare, void *context, int ask,
	  int answer)
{
	bool counted = bench_is_counted(ctx);
	struct report report = {0};
	uint64_t last_ns = 0;
	struct counting counting;
	struct order order;

	/* What is open here counts the parent's calls. */
	counting_join(&counting, bench_counting(ctx));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	report.err = prepare(context);
	while (write(answer, &report, sizeof(report)) == sizeof(report) &&
	       read(ask, &order, sizeof(order)) == sizeof(order))
		report = carry_out(&order, counted, &counting, &last_ns, context);
	_exit(EXIT_SUCCESS);
}

static int await(struct bench_ctx *ctx, const struct crew_member *m, struct report *ret_report)
{
	ssize_t got = read(m->answer, ret_report, sizeof(*ret_report));

	if (got != sizeof(*ret_report))
		return bench_fail(ctx, EPROTO, "process %d of the crew is gone", (int)m->pid);
	return 0;
}

static void close_pair(const int *fds)
{
	close(fds[0]);
	close(fds[1]);
}

int crew_add(struct bench_ctx *ctx, struct crew *crew, measured_call prepare, void *context)
{
	struct crew_member *m = &crew->member[crew->members];
	struct report report = {0};
	pid_t parent = getpid();
	int ask[2], answer[2], err;

	if (crew->members == CREW_MAX_MEMBERS)
		return bench_fail(ctx, ENOSPC, "more than %d processes", CREW_MAX_MEMBERS);
	if (pipe2(ask, O_CLOEXEC))
		return bench_fail(ctx, errno, "pipe: %s", strerror(errno));
	if (pipe2(answer, O_CLOEXEC)) {
		close_pair(ask);
		return bench_fail(ctx, errno, "pipe: %s", strerror(errno));
	}
	m->pid = fork();
	if (!m->pid) {
		close(ask[1]);
		be_member(ctx, parent, prepare, context, ask[0], answer[1]);
	}
	close(ask[0]);
	close(answer[1]);
	m->ask = ask[1];
	m->answer = answer[0];
	if (m->pid < 0) {
		close(m->ask);
		close(m->answer);
		return bench_fail(ctx, errno, "fork: %s", strerror(errno));
	}
	crew->members++;
	err = await(ctx, m, &report);
	if (!err && report.err)
		err = bench_fail(ctx, report.err, "process %d of the crew cannot begin: %s",
				 (int)m->pid, strerror(abs(report.err)));
	return err;
}

void crew_drop(struct crew *crew)
{
	while (crew->members) {
		struct crew_member *m = &crew->member[--crew->members];

		close(m->ask);
		close(m->answer);
		/* Not by the closed pipe: members that came later hold copies of it. */
		kill(m->pid, SIGKILL);
		waitpid(m->pid, NULL, 0);
	}
}

static int give_order(struct bench_ctx *ctx, const struct crew_member *m, const struct order *order)
{
	if (write(m->ask, order, sizeof(*order)) == sizeof(*order))
		return 0;
	return bench_fail(ctx, errno, "process %d of the crew is gone", (int)m->pid);
}

static int take_report(struct bench_ctx *ctx, const struct crew_member *m,
		       struct report *ret_report)
{
	int err = await(ctx, m, ret_report);

	if (!err && ret_report->err)
		err = bench_fail(ctx, ret_report->err, "process %d of the crew: %s", (int)m->pid,
				 strerror(abs(ret_report->err)));
	return err;
}

int crew_call_one(struct bench_ctx *ctx, struct crew *crew, unsigned int i, struct operation *op,
		  measured_call call, uint64_t count)
{
	const struct crew_member *m = &crew->member[i];
	struct order order = {
		.call = call,
		.region = op ? operation_region(ctx, op) : DURATIONS_UNMARKED,
		.is_measured = op != NULL,
	};
	struct report report = {0};
	int err = give_order(ctx, m, &order);

	if (!err)
		err = take_report(ctx, m, &report);
	if (!err && op && operation_add(op, &report.duration, 1, count))
		err = bench_fail(ctx, ENOSPC, "more calls than there is room for");
	return err;
}

int crew_call(struct bench_ctx *ctx, struct crew *crew, struct operation *op, measured_call call,
	      uint64_t count)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < crew->members; i++)
		err = crew_call_one(ctx, crew, i, op, call, count);
	return err;
}

int crew_begin(struct bench_ctx *ctx, struct crew *crew, unsigned int i, measured_call call)
{
	struct order order = {.call = call, .region = DURATIONS_UNMARKED};

	return give_order(ctx, &crew->member[i], &order);
}

int crew_end(struct bench_ctx *ctx, struct crew *crew, unsigned int i)
{
	struct report report;

	return take_report(ctx, &crew->member[i], &report);
}
