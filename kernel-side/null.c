// SPDX-License-Identifier: GPL-2.0
/*
 * Nothing, measured: a call through a function pointer that returns at once. Its
 * duration is what the clock and the dispatch add to every other figure. And nothing for
 * a known time: what a harness that can be trusted must see.
 */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include "family.h"
#include "measure.h"

static noinline long null_call(void)
{
	return 0;
}

/* Two instructions a turn on x86; elsewhere what the compiler makes of it. */
static noinline long null_delay(u32 loops)
{
#ifdef CONFIG_X86
	asm volatile("1: dec %0\n\tjnz 1b" : "+r"(loops) : : "cc");
#else
	while (loops--)
		barrier();
#endif
	return 0;
}

/*
 * Without an argument, but with the result kept: what every other call has around it, and
 * nothing that it has not.
 */
static long null_measure(struct pinbench_measure *m)
{
	long (*call)(void) = null_call;
	long got = 0;
	u64 begin;

	OPTIMIZER_HIDE_VAR(call);
	while (m->count < m->capacity && !got) {
		pinbench_measure_pause(m);
		begin = pinbench_begin(m);
		got = call();
		pinbench_end(m, begin);
		if (fatal_signal_pending(current))
			got = -EINTR;
	}
	return got;
}

static long null_measure_delay(struct pinbench_measure *m, u32 loops)
{
	long got = 0;
	u64 begin;

	while (m->count < m->capacity && !got) {
		pinbench_measure_pause(m);
		begin = pinbench_begin(m);
		got = null_delay(loops);
		pinbench_end(m, begin);
		if (fatal_signal_pending(current))
			got = -EINTR;
	}
	return got;
}

static int null_run(void *state, void *arg)
{
	struct pinbench_null *req = arg;
	struct pinbench_measure m;
	int err;

	if (req->loops > PINBENCH_NULL_MAX_LOOPS)
		return -EINVAL;
	err = pinbench_measure_init(&m, &req->samples, req->calls);
	if (err)
		return err;
	err = req->loops ? null_measure_delay(&m, req->loops) : null_measure(&m);
	if (!err)
		err = pinbench_measure_copy(&m, &req->samples);
	pinbench_measure_free(&m);
	return err;
}

static const struct pinbench_command null_commands[] = {
	{PINBENCH_IOC_NULL, null_run},
};

const struct pinbench_family pinbench_family_null = {
	.name = "null",
	.commands = null_commands,
	.nr_commands = ARRAY_SIZE(null_commands),
};
