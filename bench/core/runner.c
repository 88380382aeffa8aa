/* Runs a plan: see runner.h. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
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
#include "bench/core/runner.h"

#define GUP_TEST_FILE	"/sys/kernel/debug/gup_test"
#define LKDTM_FILE	"/sys/kernel/debug/provoke-crash/DIRECT"
#define CLOCK_TOLERANCE 0.001

static void write_event(struct runner *r, json_t *event)
{
	json_dumpf(event, r->out, JSON_COMPACT | JSON_REAL_PRECISION(PB_RESULT_PRECISION));
	fputc('\n', r->out);
	fflush(r->out);
	json_decref(event);
}

static void write_environment(struct runner *r)
{
	struct utsname name;
	double insn = clock_ticks_per_insn();
	long pages = sysconf(_SC_PHYS_PAGES);
	json_t *event;

	uname(&name);
	event = json_pack("{s:s, s:s, s:s, s:s, s:I, s:f}", PB_EVENT, PB_EVENT_ENVIRONMENT,
			  "release", name.release, "version", name.version, "architecture",
			  name.machine, "memory_bytes", (json_int_t)pages * sysconf(_SC_PAGESIZE),
			  "clock_ticks_per_insn", insn);
	if (r->counts_events)
		json_object_set_new(event, PB_ENVIRONMENT_PERF, counters_to_json(&r->counters));
	write_event(r, event);
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

static int run_phases(struct runner *r, struct bench_ctx *ctx)
{
	const struct bench *bench = ctx->id->bench;
	int err = meet_needs(ctx);

	if (err)
		return err;
	if (bench->setup)
		err = bench->setup(ctx);
	for (int i = 0; !err && i < repetitions_of(r, bench); i++) {
		tell_progress(r);
		err = bench->run(ctx);
	}
	if (!err)
		counters_report(ctx);
	if (bench->teardown)
		bench->teardown(ctx);
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

static int measure_case(struct runner *r, struct bench_ctx *ctx)
{
	struct leftovers before = {0};
	int err = check_clock(ctx);

	if (err)
		return err;
	if (r->counted)
		leftovers_note(&before);
	err = run_phases(r, ctx);
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
	if (counting_init(&ctx.counting, r->counts_events ? &r->counters : NULL))
		_exit(EXIT_FAILURE);
	kmsg = kmsg_open();
	err = measure_case(r, &ctx);
	if (kmsg >= 0 && kmsg_find_splat(kmsg, splat, sizeof(splat)))
		err = bench_fail(&ctx, EPROTO, "the kernel complained: %s", splat);
	write_event(r, json_pack("{s:s, s:o}", PB_EVENT, PB_EVENT_CASE, PB_EVENT_CASE,
				 context_to_json(&ctx, outcome_of(err))));
	if (kmsg >= 0)
		close(kmsg);
	context_clear(&ctx);
}

static void write_lost_case(struct runner *r, const struct case_id *id, int status)
{
	struct bench_ctx ctx;

	if (context_init(&ctx, id, r->counted, r->scratch_dir))
		return;
	if (WIFSIGNALED(status))
		bench_fail(&ctx, EPROTO, "the agent's process died of signal %d (%s)",
			   WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		bench_fail(&ctx, EPROTO, "the agent's process left with status %d and no result",
			   WEXITSTATUS(status));
	write_event(r, json_pack("{s:s, s:s, s:i, s:o}", PB_EVENT, PB_EVENT_CASE, "lost",
				 PB_FAILURE_AGENT, "status", status, PB_EVENT_CASE,
				 context_to_json(&ctx, PB_OUTCOME_FAIL)));
	context_clear(&ctx);
}

/* A process of its own: what a case does to itself ends with it. */
static void run_case_in_child(struct runner *r, const struct case_id *id)
{
	pid_t child;
	int status;

	write_event(r, json_pack("{s:s, s:s}", PB_EVENT, PB_EVENT_CASE_BEGIN, "id", id->text));
	child = fork();
	if (!child) {
		run_case(r, id);
		_exit(EXIT_SUCCESS);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0) {
		status = EXIT_FAILURE << 8;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		write_lost_case(r, id, status);
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
	return read_counters(r, plan, ret_why, bytes);
}

static int run_cases(struct runner *r, const json_t *plan, char *ret_why, size_t why_bytes)
{
	json_t *cases = json_object_get(plan, "cases"), *one;
	struct case_id *ids = NULL;
	char why[512];
	size_t i;
	int err = read_head(r, plan, ret_why, why_bytes);

	if (!err)
		ids = calloc(json_array_size(cases) + 1, sizeof(*ids));
	if (!ids) {
		counters_free(&r->counters);
		return err ? err : -ENOMEM;
	}
	/* All are checked before the first runs: a typo is no reason to lose a night. */
	json_array_foreach (cases, i, one) {
		const char *text = json_string_value(one);

		err = case_id_parse(text ? text : "", &ids[i], why, sizeof(why));
		if (err) {
			snprintf(ret_why, why_bytes, "case '%s': %s", text ? text : "?", why);
			break;
		}
	}
	if (!err)
		write_environment(r);
	for (i = 0; !err && i < json_array_size(cases); i++)
		run_case_in_child(r, &ids[i]);
	free(ids);
	counters_free(&r->counters);
	return err;
}

int runner_run(struct runner *r, const json_t *plan, char *ret_why, size_t why_bytes)
{
	int err = run_cases(r, plan, ret_why, why_bytes);

	/* Who only gets the events knows why there are no others. */
	if (err == -EINVAL)
		write_event(r,
			    json_pack("{s:s, s:s}", PB_EVENT, PB_EVENT_REFUSED, "reason", ret_why));
	return err;
}
