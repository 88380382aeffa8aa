/* Where cases run: see place.h. */
#include <errno.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bench/core/place.h"

#define MOST_NODES    1024
#define BITS_PER_WORD (8 * sizeof(unsigned long))

void place_init(struct place *ret_place)
{
	*ret_place = (struct place){.numa_node = -1};
}

void place_take_allowed(struct place *place)
{
	cpu_set_t allowed;

	place->cpu_count = 0;
	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE && place->cpu_count < PLACE_MOST_CPUS; cpu++) {
		if (CPU_ISSET(cpu, &allowed))
			place->cpus[place->cpu_count++] = cpu;
	}
}

static bool has_cpu(const struct place *place, json_int_t cpu)
{
	for (size_t i = 0; i < place->cpu_count; i++) {
		if (place->cpus[i] == cpu)
			return true;
	}
	return false;
}

static int read_cpus(const json_t *list, struct place *place, char *ret_why, size_t why_bytes)
{
	struct place allowed;
	json_t *one;
	size_t i;

	if (!json_is_array(list)) {
		snprintf(ret_why, why_bytes, "the plan's place.cpus must be a list of CPUs");
		return -EINVAL;
	}
	place_take_allowed(&allowed);
	json_array_foreach ((json_t *)list, i, one) {
		json_int_t cpu = json_integer_value(one);

		if (!json_is_integer(one) || !has_cpu(&allowed, cpu) || has_cpu(place, cpu)) {
			snprintf(ret_why, why_bytes,
				 "the plan's place.cpus[%zu] is no CPU that this process may use, "
				 "or stands there twice; see taskset -p $$",
				 i);
			return -EINVAL;
		}
		place->cpus[place->cpu_count++] = (int)cpu;
	}
	return 0;
}

static int read_node(const json_t *value, struct place *place, char *ret_why, size_t why_bytes)
{
	json_int_t node = json_integer_value(value);
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%lld", (long long)node);
	if (!json_is_integer(value) || node < 0 || node >= MOST_NODES || access(path, F_OK)) {
		snprintf(ret_why, why_bytes,
			 "the plan's place.numa_node is no node of this machine; see "
			 "/sys/devices/system/node");
		return -EINVAL;
	}
	place->numa_node = (int)node;
	return 0;
}

int place_read(const json_t *value, struct place *ret_place, char *ret_why, size_t why_bytes)
{
	const json_t *cpus = json_object_get(value, "cpus");
	const json_t *node = json_object_get(value, "numa_node");
	int err = 0;

	place_init(ret_place);
	if (cpus)
		err = read_cpus(cpus, ret_place, ret_why, why_bytes);
	if (!err && node && !json_is_null(node))
		err = read_node(node, ret_place, ret_why, why_bytes);
	return err;
}

int place_apply(const struct place *place, char *ret_why, size_t why_bytes)
{
	unsigned long nodes[MOST_NODES / BITS_PER_WORD] = {0};
	size_t node = (size_t)place->numa_node;
	cpu_set_t cpus;

	if (place->cpu_count) {
		CPU_ZERO(&cpus);
		CPU_SET(place->cpus[0], &cpus);
		if (sched_setaffinity(0, sizeof(cpus), &cpus)) {
			snprintf(ret_why, why_bytes, "cannot run on CPU %d: %s", place->cpus[0],
				 strerror(errno));
			return -errno;
		}
	}
	if (place->numa_node < 0)
		return 0;
	nodes[node / BITS_PER_WORD] = 1ul << node % BITS_PER_WORD;
	if (!syscall(SYS_set_mempolicy, MPOL_BIND, nodes, MOST_NODES + 1ul))
		return 0;
	snprintf(ret_why, why_bytes, "cannot bind memory to NUMA node %d: %s", place->numa_node,
		 strerror(errno));
	return -errno;
}

json_t *place_to_json(const struct place *place)
{
	json_t *cpus = json_array();

	for (size_t i = 0; i < place->cpu_count; i++)
		json_array_append_new(cpus, json_integer(place->cpus[i]));
	return json_pack("{s:o, s:o}", "cpus", cpus, "numa_node",
			 place->numa_node < 0 ? json_null() : json_integer(place->numa_node));
}
