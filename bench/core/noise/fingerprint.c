/* See fingerprint.h. */
#include <errno.h>
#include <stdlib.h>
#include "bench/core/noise/facts.h"
#include "bench/core/noise/fingerprint.h"
#include "bench/core/noise/tree.h"

static void usual_cpus(const char *root, cpu_set_t *ret_cpus)
{
	char *text;

	CPU_ZERO(ret_cpus);
	if (!*root) {
		if (sched_getaffinity(0, sizeof(*ret_cpus), ret_cpus))
			CPU_ZERO(ret_cpus);
		return;
	}
	text = tree_read(root, "/sys/devices/system/cpu/online");
	if (!text || tree_parse_cpus(text, ret_cpus))
		CPU_ZERO(ret_cpus);
	free(text);
}

json_t *fingerprint_take(const char *root, const cpu_set_t *cpus)
{
	json_t *facts = json_object();
	cpu_set_t usual;

	if (!cpus) {
		usual_cpus(root, &usual);
		cpus = &usual;
	}
	facts_add_processor(facts, root, cpus);
	facts_add_system(facts, root);
	facts_add_activity(facts, root, cpus);
	return json_pack("{s:o, s:o}", "facts", facts, "concerns", concerns_of(facts));
}

int fingerprint_parse_cpus(const char *text, cpu_set_t *ret_cpus)
{
	int err = tree_parse_cpus(text, ret_cpus);

	return !err && !CPU_COUNT(ret_cpus) ? -EINVAL : err;
}
