// SPDX-License-Identifier: GPL-2.0
/*
 * Nothing, measured: a call through a function pointer that returns at once. Its
 * duration is what the clock and the dispatch add to every other figure.
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

static int null_run(void *state, void *arg)
{
	struct pinbench_null *req = arg;
	long (*call)(void) = null_call;
	struct pinbench_measure m;
	long got = 0;
	u64 begin;
	int err;

	if (req->reserved)
		return -EINVAL;
	err = pinbench_measure_init(&m, &req->samples, req->calls);
	if (err)
		return err;
	OPTIMIZER_HIDE_VAR(call);

	while (m.count < m.capacity && !got) {
		pinbench_measure_pause(&m);
		begin = pinbench_begin(&m);
		got = call();
		pinbench_end(&m, begin);
		if (fatal_signal_pending(current))
			got = -EINTR;
	}
	err = got ? got : pinbench_measure_copy(&m, &req->samples);
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
