/*
 * A session: what is measured on a machine that is there already. Every case once a round, each in
 * a fresh process, in an order drawn anew; the floor before and after; and a result directory.
 */
#ifndef PINBENCH_BENCH_SESSION_H
#define PINBENCH_BENCH_SESSION_H

#include "bench/core/runner.h"

/*
 * @plan as runner_run() takes it, timed, and of its own "rounds" (at most so many, 1 or more),
 * "budget_seconds" (no round is begun that would end later, judged by the longest), "floor" (case
 * ids), "profile" and "command" (for the result), all optional. DIRECTORY, which is made, gets
 * result.json, anew after each round: what is finished stays. Without limits in the plan the
 * defaults of limits.h hold. 0; -EINVAL if the plan is wrong; or what kept the result from being
 * written; both with the reason. An interrupted session is no error: see runner_interrupted.
 */
int session_run(struct runner *runner, const json_t *plan, const char *directory, char *ret_why,
		size_t why_bytes);

#endif
