/* What moves timed figures on a machine, read and never changed. */
#ifndef PINBENCH_FINGERPRINT_H
#define PINBENCH_FINGERPRINT_H

#include <sched.h>
#include <jansson.h>

/*
 * {"facts":{...},"concerns":[{"name","found","remedy"}]} as docs/result-format.md has them, of the
 * machine whose files are below @root ("": this one) with measurements on @cpus. NULL for @cpus:
 * those that this process may use; of another machine, all that are online there. A fact that
 * cannot be read is null. Caller unrefs. Not for counted evidence: it is work before a case.
 */
json_t *fingerprint_take(const char *root, const cpu_set_t *cpus);

/* "0-3,8" to a set. 0, or -EINVAL. */
int fingerprint_parse_cpus(const char *text, cpu_set_t *ret_cpus);

#endif
