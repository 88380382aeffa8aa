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

/* programs.c: QEMU, compilers, the cache. Whether guests can be made and run with them. */
bool pb_doctor_programs(json_t *checks);
/* processor.c: KVM and hardware counters, by using them. */
void pb_doctor_processor(json_t *checks);
/* system.c: the running system, by its files below @root ("": this one). */
void pb_doctor_system(json_t *checks, const char *root);

#endif
