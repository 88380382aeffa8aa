/* What the fingerprint is made of: each adds keys to @facts, of the machine below @root. */
#ifndef PINBENCH_NOISE_FACTS_H
#define PINBENCH_NOISE_FACTS_H

#include <sched.h>
#include <jansson.h>

/* processor.c: the CPUs, how fast they run and with whom they share; whether they are real. */
void facts_add_processor(json_t *facts, const char *root, const cpu_set_t *cpus);
/* system.c: what the kernel does by itself, and lets this process have. */
void facts_add_system(json_t *facts, const char *root);
/* activity.c: interrupts on @cpus, time that others took of them, load. */
void facts_add_activity(json_t *facts, const char *root, const cpu_set_t *cpus);

/* concerns.c: what is wrong for measuring: an array of {"name","found","remedy"}. */
json_t *concerns_of(const json_t *facts);

#endif
