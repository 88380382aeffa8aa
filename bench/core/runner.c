/* Runs a plan: see runner.h. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "pinbench/result.h"
#include "bench/core/clock.h"
#include "bench/core/context.h"
#include "bench/core/counters/report.h"
#include "bench/core/kmsg.h"
#include "bench/core/leftovers.h"
#include "bench/core/module.h"
#include "bench/core/noise/fingerprint.h"
#include "bench/core/runner.h"

#define GUP_TEST_FILE	"/sys/kernel/debug/gup_test"
#define LKDTM_FILE	"/sys/kernel/debug/provoke-crash/DIRECT"
#define CLOCK_TOLERANCE 0.001

volatile sig_atomic_t runner_interrupted;

static void write_line(FILE *file, const json_t *event)
{
	json_dumpf(event, file, JSON_COMPACT | JSON_REAL_PRECISION(PB_RESULT_PRECISION));
	fputc('\n', file);
	fflush(file);
}

static void write_event(struct runner *r, json_t *event)
{
	if (r->out)
		write_line(r->out, event);
	json_decref(event);
}

/* In the case's process: what the agent itself is to have of it goes through a file of theirs. */
static void write_case(struct runner *r, json_t *event)
{
	if (r->copy)
		write_line(r->copy, json_object_get(event, PB_EVENT_CASE));
	write_event(r, event);
}

/* On the CPUs that cases may use. */
static json_t *take_noise(const struct runner *r)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	for (size_t i = 0; i < r->place.cpu_count; i++)
		CPU_SET(r->place.cpus[i], &cpus);
	return fingerprint_take("", r->place.cpu_count ? &cpus : NULL);
}

json_t *runner_environment(const struct runner *r)
{
	struct utsname name;
	double insn = clock_ticks_per_insn();
	long pages = sysconf(_SC_PHYS_PAGES);
	/* Counted evidence is moved by none of it, and reads no file more than it must. */
	json_t *noise = r->counted ? NULL : take_noise(r), *event;

	uname(&name);
	event = json_pack("{s:s, s:s, s:s, s:s, s:I, s:f, s:o*}", PB_EVENT, PB_EVENT_ENVIRONMENT,
			  "release", name.release, "version", name.version, "architecture",
			  name.machine, "memory_bytes", (json_int_t)pages * sysconf(_SC_PAGESIZE),
			  "clock_ticks_per_insn", insn, PB_ENVIRONMENT_NOISE, noise);
	if (r->counts_events)
		json_object_set_new(event, PB_ENVIRONMENT_PERF, counters_to_json(&r->counters));
	return event;
}

static int meet_needs(struct bench_ctx *ctx)
{
	unsigned int needs = ctx->id->bench->needs;

	if (needs & BENCH_NEEDS_GUP_TEST && access(GUP_TEST_FILE, R_OK))
		return bench_skip(ctx, "needs %s (CONFIG_GUP_TEST, debugfs, root): %s",
				  GUP_TEST_FILE, strerror(errno));
	if (needs & BENCH_NEEDS_LKDTM && access(LKDTM_FILE, W_OK))
		return bench_skip(ctx, "needs %s (CONFIG_LKDTM, debugfs, root): %s", LKDTM_FILE,
				  strerror(errno));
	return needs & BENCH_NEEDS_MODULE ? bench_open_module(ctx) : 0;
}

/* Whoever waits for the case sees that it goes on. */
static void tell_progress(struct runner *r)
{
	write_event(r, json_pack("{s:s}", PB_EVENT, PB_EVENT_PROGRESS));
}

static int repetitions_of(const struct runner *r, const struct bench *bench)
{
	bool fewer = r->counted && bench->counted_repetitions &&
		     bench->counted_repetitions < r->repetitions;

	return fewer ? bench->counted_repetitions : r->repetitions;
}

/* Functions of their own: their names tell a profiler what is not measured,
 * PINBENCH_SYMBOL_PREPARE. */
static int __attribute__((noinline)) prepare_case(struct bench_ctx *ctx)
{
	return ctx->id->bench->setup ? ctx->id->bench->setup(ctx) : 0;
}

static void __attribute__((noinline)) clean_up_case(struct bench_ctx *ctx)
{
	if (ctx->id->bench->teardown)
		ctx->id->bench->teardown(ctx);
}

static int run_phases(struct runner *r, struct bench_ctx *ctx)
{
	const struct bench *bench = ctx->id->bench;
	int err = meet_needs(ctx);

	if (err)
		return err;
	err = prepare_case(ctx);
	for (int i = 0; !err && i < repetitions_of(r, bench); i++) {
		tell_progress(r);
		err = bench->run(ctx);
	}
	if (!err)
		counters_report(ctx);
	clean_up_case(ctx);
	return err;
}

/* A counted figure from a clock that does not count would be a lie. */
static int check_clock(struct bench_ctx *ctx)
{
	double insn;

	if (!ctx->counted)
		return 0;
	insn = clock_ticks_per_insn();
	if (fabs(insn - 1) <= CLOCK_TOLERANCE)
		return 0;
	return bench_fail(ctx, EPROTO,
			  "the clock does not count instructions here: %.4f ticks for "
			  "one; counted evidence needs a guest under icount",
			  insn);
}

static const char *outcome_of(int err)
{
	if (!err)
		return PB_OUTCOME_OK;
	return err == BENCH_SKIP ? PB_OUTCOME_SKIP : PB_OUTCOME_FAIL;
}

static int enter_place(const struct runner *r, struct bench_ctx *ctx)
{
	char why[256];
	int err = place_apply(&r->place, why, sizeof(why));

	return err ? bench_fail(ctx, err, "%s", why) : 0;
}

/* Beyond the limit, and not for want of memory. */
static int explain_limit(const struct runner *r, struct bench_ctx *ctx, int err)
{
	char reason[sizeof(ctx->reason)];

	if (err != -ENOMEM || !r->limits.memory_bytes)
		return err;
	memcpy(reason, ctx->reason, sizeof(reason));
	return bench_skip(ctx, "%s; a case may have %llu MiB here: --memory-limit raises that",
			  reason, (unsigned long long)r->limits.memory_bytes >> 20);
}

static int measure_case(struct runner *r, struct bench_ctx *ctx)
{
	struct leftovers before = {0};
	int err;

	if (r->counted && ctx->id->bench->timed_only)
		return bench_skip(ctx, "its figures are of time, and instructions do not show what "
				       "workers cost one another: --evidence timed");
	err = check_clock(ctx);

	if (!err)
		err = enter_place(r, ctx);
	if (err)
		return err;
	if (r->counted)
		leftovers_note(&before);
	err = explain_limit(r, ctx, run_phases(r, ctx));
	if (ctx->module_fd >= 0)
		close(ctx->module_fd);
	ctx->module_fd = -1;
	/* Elsewhere than in a guest others pin memory too, and come and go. */
	return err || !r->counted ? err : leftovers_check(ctx, &before);
}

static void run_case(struct runner *r, const struct case_id *id)
{
	struct bench_ctx ctx;
	char splat[256];
	int kmsg, err;

	if (context_init(&ctx, id, r->counted, r->scratch_dir))
		_exit(EXIT_FAILURE);
	ctx.named = &r->named;
	ctx.place = &r->place;
	ctx.shares_machine = r->shares_machine;
	limits_apply(&r->limits);
	if (counting_init(&ctx.counting, r->counts_events ? &r->counters : NULL))
		_exit(EXIT_FAILURE);
	kmsg = kmsg_open();
	err = measure_case(r, &ctx);
	if (kmsg >= 0 && kmsg_find_splat(kmsg, splat, sizeof(splat)))
		err = bench_fail(&ctx, EPROTO, "the kernel complained: %s", splat);
	/* It is over: what is left must not be ended half-way. */
	alarm(0);
	write_case(r, json_pack("{s:s, s:o}", PB_EVENT, PB_EVENT_CASE, PB_EVENT_CASE,
				context_to_json(&ctx, outcome_of(err))));
	if (kmsg >= 0)
		close(kmsg);
	context_clear(&ctx);
}

static void explain_loss(const struct runner *r, struct bench_ctx *ctx, int status)
{
	if (runner_interrupted)
		bench_fail(ctx, EINTR, "interrupted");
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM && r->limits.seconds)
		bench_fail(ctx, ETIME, "not done in %u s: --case-seconds gives it longer",
			   r->limits.seconds);
	else if (WIFSIGNALED(status))
		bench_fail(ctx, EPROTO, "the agent's process died of signal %d (%s)",
			   WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		bench_fail(ctx, EPROTO, "the agent's process left with status %d and no result",
			   WEXITSTATUS(status));
}

static void write_lost_case(struct runner *r, const struct case_id *id, int status)
{
	struct bench_ctx ctx;

	if (context_init(&ctx, id, r->counted, r->scratch_dir))
		return;
	explain_loss(r, &ctx, status);
	write_case(r, json_pack("{s:s, s:s, s:i, s:o}", PB_EVENT, PB_EVENT_CASE, "lost",
				PB_FAILURE_AGENT, "status", status, PB_EVENT_CASE,
				context_to_json(&ctx, PB_OUTCOME_FAIL)));
	context_clear(&ctx);
}

/* What asks the agent to stop stops the case: it is no part of any figure. */
static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return EXIT_FAILURE << 8;
		if (runner_interrupted)
			kill(child, SIGKILL);
	}
	return status;
}

/* Signals end it, and so does the agent's end. */
static void become_case(void)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* A process of its own: what a case does to itself ends with it. */
static void run_case_in_child(struct runner *r, const struct case_id *id)
{
	pid_t child;
	int status;

	write_event(r, json_pack("{s:s, s:s}", PB_EVENT, PB_EVENT_CASE_BEGIN, "id", id->text));
	child = fork();
	if (!child) {
		become_case();
		run_case(r, id);
		_exit(EXIT_SUCCESS);
	}
	status = child < 0 ? EXIT_FAILURE << 8 : wait_for(child);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		write_lost_case(r, id, status);
}

json_t *runner_case(struct runner *r, const struct case_id *id)
{
	json_t *ret;

	r->copy = tmpfile();
	if (!r->copy)
		return NULL;
	run_case_in_child(r, id);
	rewind(r->copy);
	ret = json_loadf(r->copy, JSON_DISABLE_EOF_CHECK, NULL);
	fclose(r->copy);
	r->copy = NULL;
	return ret;
}

/* Counted evidence has counters of its own, of the emulated processor. */
static int read_counters(struct runner *r, const json_t *plan, char *ret_why, size_t bytes)
{
	const json_t *names = json_object_get(plan, "counters");

	r->counts_events = names != NULL;
	if (!names)
		return 0;
	if (!r->counted)
		return counters_read(names, &r->counters, ret_why, bytes);
	snprintf(ret_why, bytes,
		 "the plan's counters are of timed evidence alone; leave them out, or measure "
		 "time");
	return -EINVAL;
}

static int read_head(struct runner *r, const json_t *plan, char *ret_why, size_t bytes)
{
	const char *evidence = json_string_value(json_object_get(plan, "evidence"));
	int err;

	if (!evidence ||
	    (strcmp(evidence, PB_EVIDENCE_COUNTED) && strcmp(evidence, PB_EVIDENCE_TIMED))) {
		snprintf(ret_why, bytes, "the plan's evidence must be counted or timed");
		return -EINVAL;
	}
	r->counted = !strcmp(evidence, PB_EVIDENCE_COUNTED);
	r->repetitions = (int)json_integer_value(json_object_get(plan, "repetitions"));
	if (r->repetitions < 1) {
		snprintf(ret_why, bytes, "the plan's repetitions must be 1 or more");
		return -EINVAL;
	}
	r->shares_machine |= json_is_true(json_object_get(plan, "shares_machine"));
	err = place_read(json_object_get(plan, "place"), &r->place, ret_why, bytes);
	if (!err)
		err = limits_read(json_object_get(plan, "limits"), &r->limits, ret_why, bytes);
	return err ? err : read_counters(r, plan, ret_why, bytes);
}

/* All are checked before the first runs: a typo is no reason to lose a night. */
int runner_ids(const json_t *cases, struct case_id **ret_ids, char *ret_why, size_t why_bytes)
{
	struct case_id *ids = calloc(json_array_size(cases) + 1, sizeof(*ids));
	json_t *one;
	char why[512];
	size_t i;

	if (!ids)
		return -ENOMEM;
	json_array_foreach ((json_t *)cases, i, one) {
		const char *text = json_string_value(one);
		int err = case_id_parse(text ? text : "", &ids[i], why, sizeof(why));

		if (err) {
			snprintf(ret_why, why_bytes, "case '%s': %s", text ? text : "?", why);
			free(ids);
			/* One that there is not is a wrong plan like any other. */
			return err == -ENOMEM ? err : -EINVAL;
		}
	}
	*ret_ids = ids;
	return 0;
}

int runner_prepare(struct runner *r, const json_t *plan, char *ret_why, size_t why_bytes)
{
	return read_head(r, plan, ret_why, why_bytes);
}

static int run_cases(struct runner *r, const json_t *plan, char *ret_why, size_t why_bytes)
{
	const json_t *cases = json_object_get(plan, "cases");
	struct case_id *ids = NULL;
	int err = runner_prepare(r, plan, ret_why, why_bytes);

	if (!err)
		err = runner_ids(cases, &ids, ret_why, why_bytes);
	if (!err)
		write_event(r, runner_environment(r));
	for (size_t i = 0; !err && i < json_array_size(cases) && !runner_interrupted; i++)
		run_case_in_child(r, &ids[i]);
	free(ids);
	return err;
}

int runner_run(struct runner *r, const json_t *plan, char *ret_why, size_t why_bytes)
{
	int err = run_cases(r, plan, ret_why, why_bytes);

	counters_free(&r->counters);
	/* Who only gets the events knows why there are no others. */
	if (err == -EINVAL)
		write_event(r,
			    json_pack("{s:s, s:s}", PB_EVENT, PB_EVENT_REFUSED, "reason", ret_why));
	return err;
}
