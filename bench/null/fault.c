/*
 * null/fault: breaks its own machine on purpose, in a stated way, through the
 * kernel's LKDTM. It measures nothing; it shows, and lets the tests prove, how
 * pinbench tells the ways apart in which a machine can be lost.
 *
 * Timed: nothing.
 * Path: /sys/kernel/debug/provoke-crash/DIRECT
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "pinbench/bench.h"
#include "bench/core/sysfile.h"

static const struct bench_metric metrics[] = {{.name = NULL}};

static const struct bench_param param_kind = {
	.name = "kind",
	.fallback = "panic",
	.allowed = (const char *const[]){"panic", "oops", "warning", "hang", "crash", "exit", NULL},
	.help = "kernel panic, oops, warning, endless loop in the kernel, the agent's process "
		"dies of a signal, or exits without a result",
};

static const struct bench_param *const params[] = {&param_kind, NULL};

static int provoke(struct bench_ctx *ctx, const char *what)
{
	int err = sysfile_write("/sys/kernel/debug/provoke-crash/DIRECT", what);

	return err ? bench_fail(ctx, err, "cannot provoke %s: %s", what, strerror(-err)) : 0;
}

static int run(struct bench_ctx *ctx)
{
	const char *kind = bench_param(ctx, "kind");

	if (!strcmp(kind, "panic"))
		return provoke(ctx, "PANIC");
	if (!strcmp(kind, "oops"))
		return provoke(ctx, "EXCEPTION");
	if (!strcmp(kind, "warning"))
		return provoke(ctx, "WARNING");
	if (!strcmp(kind, "hang"))
		return provoke(ctx, "LOOP");
	if (!strcmp(kind, "crash"))
		raise(SIGSEGV);
	_exit(EXIT_FAILURE);
}

const struct bench bench_null_fault = {
	.name = "null/fault",
	.summary = "Breaks its own machine on purpose, to show how a lost machine is reported",
	.path = "LKDTM",
	.inside = "nothing",
	.outside = "everything",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_LKDTM,
	.hazard = true,
	.run = run,
};
