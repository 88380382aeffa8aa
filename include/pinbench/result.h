/*
 * The result format, version 1: the words that the agent writes and that the
 * lab and the reports read. docs/result-format.md describes every key.
 *
 * Numbers are written with PB_RESULT_PRECISION significant digits, so that equal
 * measurements are equal bytes.
 */
#ifndef PINBENCH_RESULT_H
#define PINBENCH_RESULT_H

#define PB_RESULT_SCHEMA    "pinbench-result/1"
#define PB_RESULT_FILE	    "result.json"
#define PB_RESULT_PRECISION 10

/* environment.evidence: two kinds that are never compared with one another. */
#define PB_EVIDENCE_COUNTED "counted"
#define PB_EVIDENCE_TIMED   "timed"

/* environment.kind */
#define PB_KIND_GUEST  "guest"
#define PB_KIND_NATIVE "native"

/* environment.replicate: what each list of samples is; without it, a boot. */
#define PB_REPLICATE_ROUND "round"
/* A comparison of machines as they are says "boot" where that is so. */
#define PB_REPLICATE_BOOT "boot"

/* cases[].outcome */
#define PB_OUTCOME_OK	"ok"
#define PB_OUTCOME_SKIP "skip"
#define PB_OUTCOME_FAIL "fail"

/* Of an environment, and of the agent's event of it: perf events that were asked for. */
#define PB_ENVIRONMENT_PERF "perf"

/* Of a case, where there are any: what its figures are figures of, by name. */
#define PB_CASE_CONDITIONS "conditions"

/* Of a case whose counted figures are not the same in every run: why. */
#define PB_CASE_NOT_DETERMINISTIC "not_deterministic"

/* Of a case between devices: where they are, and what that came to. */
#define PB_CASE_TOPOLOGY "topology"

/* Of a benchmark on emulated devices: {"says","cannot_say"}. */
#define PB_BENCHMARK_EMULATED "emulated"

/* cases[].metrics[].better */
#define PB_BETTER_LOWER	 "lower"
#define PB_BETTER_HIGHER "higher"

/* What ended a boot early: failures[].kind */
#define PB_FAILURE_PANIC   "panic"
#define PB_FAILURE_OOPS	   "oops"
#define PB_FAILURE_HANG	   "hang"
#define PB_FAILURE_MACHINE "machine-died"
#define PB_FAILURE_AGENT   "agent-crashed"

/*
 * The agent's output: one JSON object a line, with the key "event".
 *   {"event":"case-begin","id":ID}
 *   {"event":"progress"}            a case is not finished, but further
 *   {"event":"case","case":{...}}   a member of cases[], one sample list in boots
 *   {"event":"splat","text":LINE}   the kernel complained; the case is a failure
 *   {"event":"agent-exit","status":N,"signal":N}  from init, after every plan
 *   {"event":"environment",...}     kernel release, memory, clock
 *   {"event":"refused","reason":TEXT}  the plan is wrong, and nothing was measured
 */
#define PB_EVENT	     "event"
#define PB_EVENT_ENVIRONMENT "environment"
#define PB_EVENT_CASE_BEGIN  "case-begin"
#define PB_EVENT_PROGRESS    "progress"
#define PB_EVENT_CASE	     "case"
#define PB_EVENT_AGENT_EXIT  "agent-exit"
/* In the environment, of timed evidence: what moves figures there. The same in a result. */
#define PB_ENVIRONMENT_NOISE "noise"
/* Of a result's environment alone: what the machine is made of, and what of it was measured on. */
#define PB_ENVIRONMENT_TOPOLOGY "topology"
#define PB_ENVIRONMENT_PLACE	"place"
/* And of one of several boots of a machine itself: which they are, and what drifted in each. */
#define PB_ENVIRONMENT_BOOT_IDS "boot_ids"
#define PB_ENVIRONMENT_FLOORS	"floors"
#define PB_EVENT_REFUSED	"refused"
/* Of the guest's init, before anything is measured: where a module's code lies. */
#define PB_EVENT_MODULE "module"
/* In a case, for whoever profiled it: what each region was. No part of a result. */
#define PB_EVENT_REGIONS "regions"

#endif
