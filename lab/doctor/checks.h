/* What a machine has of what measuring takes: each thing a line, with what would change it. */
#ifndef PINBENCH_LAB_DOCTOR_CHECKS_H
#define PINBENCH_LAB_DOCTOR_CHECKS_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum pb_doctor_state {
	PB_DOCTOR_YES,
	PB_DOCTOR_NO,
	PB_DOCTOR_PARTLY,
	PB_DOCTOR_NOT_TRIED, /* it is there; whether it works, only a use would show */
};

/* Appends {"name","state","found"[,"remedy"]} to @checks. @remedy: what would change it, or NULL.
 */
void pb_doctor_add(json_t *checks, const char *name, enum pb_doctor_state state, const char *remedy,
		   const char *fmt, ...) G_GNUC_PRINTF(5, 6);

/* programs.c: QEMU, compilers, the cache, perf. Whether guests can be made and run with them. */
bool pb_doctor_programs(json_t *checks);
/* processor.c: KVM and hardware counters, by using them. */
void pb_doctor_processor(json_t *checks);
/* system.c: root, modules and what they are built with, the IOMMU. Files are below @root. */
void pb_doctor_system(json_t *checks, const char *root);
/* memory.c: huge pages, CMA, and how much may be pinned. */
void pb_doctor_memory(json_t *checks, const char *root);
/* tracing.c: the filesystems of tracepoints and of debugging. */
void pb_doctor_tracing(json_t *checks, const char *root);
/*
 * native.c: how many of @benchmarks, as the agent lists them, this machine measures without a
 * guest; after the lines of pb_doctor_system(). Whether there is any.
 */
bool pb_doctor_native(json_t *checks, const json_t *benchmarks);
/* noise.c: what @agent says moves timed figures on the machine below @root; or that it is quiet. */
void pb_doctor_noise(json_t *checks, const char *agent, const char *root);

/* system.c: the effective capabilities of this process, a bit mask. */
guint64 pb_doctor_capabilities(const char *root);

#endif
