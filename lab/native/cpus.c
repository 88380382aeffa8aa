/* Choosing CPUs and memory of this machine: see topology.h. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include "lab/native/hwloc.h"
#include "lab/native/topology.h"
#include "reports/error.h"

/* No machine has more; a typo is not worth the memory. */
#define MOST_CPUS 65536

/* The machine, and what of it this process may use. */
struct choice {
	hwloc_topology_t topology;
	hwloc_bitmap_t allowed;
};

static void close_choice(struct choice *choice)
{
	hwloc_bitmap_free(choice->allowed);
	hwloc_topology_destroy(choice->topology);
}

/* hwloc knows what a cpuset leaves; what taskset does not is asked for here. */
static int open_choice(struct choice *ret_choice, GError **ret_error)
{
	int err = pb_hwloc_load("", &ret_choice->topology, ret_error);
	hwloc_const_bitmap_t all;
	hwloc_bitmap_t bound;

	if (err)
		return err;
	all = hwloc_topology_get_allowed_cpuset(ret_choice->topology);
	ret_choice->allowed = hwloc_bitmap_dup(all);
	bound = hwloc_bitmap_alloc();
	if (!hwloc_get_cpubind(ret_choice->topology, bound, HWLOC_CPUBIND_THREAD))
		hwloc_bitmap_and(ret_choice->allowed, ret_choice->allowed, bound);
	hwloc_bitmap_free(bound);
	return 0;
}

static char *list_text(hwloc_const_bitmap_t set)
{
	char *text = NULL, *ret;

	hwloc_bitmap_list_asprintf(&text, set);
	ret = g_strdup(text ? text : "");
	free(text);
	return ret;
}

static int refuse_list(const char *list, GError **ret_error)
{
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "CPUs '%s': must be a list such as 0,2-5, each CPU once", list);
}

static int add_cpu(const struct choice *choice, guint64 cpu, const char *list, hwloc_bitmap_t taken,
		   GArray *cpus, GError **ret_error)
{
	g_autofree char *there = NULL;
	int number = (int)cpu;

	if (!hwloc_bitmap_isset(choice->allowed, (unsigned int)cpu)) {
		there = list_text(choice->allowed);
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "CPUs '%s': CPU %d is not there, or not allowed to this process; it "
			       "may use %s",
			       list, number, there);
	}
	if (hwloc_bitmap_isset(taken, (unsigned int)cpu))
		return refuse_list(list, ret_error);
	hwloc_bitmap_set(taken, (unsigned int)cpu);
	g_array_append_val(cpus, number);
	return 0;
}

/* "3" or "2-5"; false if it is neither. */
static bool parse_range(const char *text, guint64 *ret_first, guint64 *ret_last)
{
	char *end;

	if (!g_ascii_isdigit(*text))
		return false;
	*ret_first = *ret_last = g_ascii_strtoull(text, &end, 10);
	if (*end == '-' && g_ascii_isdigit(end[1]))
		*ret_last = g_ascii_strtoull(end + 1, &end, 10);
	return !*end && *ret_first <= *ret_last && *ret_last < MOST_CPUS;
}

static int take_list(const struct choice *choice, const char *list, GArray *cpus,
		     GError **ret_error)
{
	g_auto(GStrv) ranges = g_strsplit(list, ",", -1);
	hwloc_bitmap_t taken = hwloc_bitmap_alloc();
	guint64 first = 0, last = 0;
	int err = *ranges ? 0 : refuse_list(list, ret_error);

	for (char **range = ranges; !err && *range; range++) {
		if (!parse_range(*range, &first, &last))
			err = refuse_list(list, ret_error);
		for (; !err && first <= last; first++)
			err = add_cpu(choice, first, list, taken, cpus, ret_error);
	}
	hwloc_bitmap_free(taken);
	return err;
}

static int find_node(const struct choice *choice, int numa_node, hwloc_obj_t *ret_node,
		     GError **ret_error)
{
	g_autofree char *there = NULL;

	*ret_node = numa_node < 0 ? NULL
				  : hwloc_get_numanode_obj_by_os_index(choice->topology,
								       (unsigned int)numa_node);
	if (*ret_node)
		return 0;
	there = list_text(hwloc_topology_get_topology_nodeset(choice->topology));
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "there is no NUMA node %d, only %s",
		       numa_node, there);
}

/* One of each core of @set, the first, the second and so on; cores in hwloc's order. */
static void take_rounds(const struct choice *choice, hwloc_const_bitmap_t set, GArray *cpus)
{
	int want = hwloc_bitmap_weight(set);

	for (unsigned int round = 0; (int)cpus->len < want; round++) {
		hwloc_obj_t core = NULL;
		guint before = cpus->len;

		while ((core = hwloc_get_next_obj_covering_cpuset_by_type(choice->topology, set,
									  HWLOC_OBJ_CORE, core))) {
			hwloc_bitmap_t left = hwloc_bitmap_dup(core->cpuset);
			int cpu;

			hwloc_bitmap_and(left, left, set);
			cpu = hwloc_bitmap_first(left);
			for (unsigned int i = 0; i < round && cpu >= 0; i++)
				cpu = hwloc_bitmap_next(left, cpu);
			if (cpu >= 0)
				g_array_append_val(cpus, cpu);
			hwloc_bitmap_free(left);
		}
		if (cpus->len == before)
			break;
	}
}

/* Where nothing is known of cores. */
static void take_all(hwloc_const_bitmap_t set, GArray *cpus)
{
	for (int cpu = hwloc_bitmap_first(set); cpu >= 0; cpu = hwloc_bitmap_next(set, cpu))
		g_array_append_val(cpus, cpu);
}

static int take_usual(const struct choice *choice, int numa_node, GArray *cpus, GError **ret_error)
{
	hwloc_bitmap_t set = hwloc_bitmap_dup(choice->allowed);
	hwloc_obj_t node = NULL;
	int err = numa_node < 0 ? 0 : find_node(choice, numa_node, &node, ret_error);

	if (node)
		hwloc_bitmap_and(set, set, node->cpuset);
	if (!err && hwloc_bitmap_iszero(set)) {
		g_autofree char *there = list_text(choice->allowed);

		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "NUMA node %d has no CPU that this process may use; name some of %s",
			      numa_node, there);
	}
	if (!err)
		take_rounds(choice, set, cpus);
	if (!err && !cpus->len)
		take_all(set, cpus);
	hwloc_bitmap_free(set);
	return err;
}

int pb_native_choose_cpus(const char *list, int numa_node, GArray **ret_cpus, GError **ret_error)
{
	g_autoptr(GArray) cpus = g_array_new(FALSE, FALSE, sizeof(int));
	hwloc_obj_t node;
	struct choice choice;
	int err = open_choice(&choice, ret_error);

	if (err)
		return err;
	if (!list)
		err = take_usual(&choice, numa_node, cpus, ret_error);
	else if (numa_node >= 0)
		err = find_node(&choice, numa_node, &node, ret_error);
	if (!err && list)
		err = take_list(&choice, list, cpus, ret_error);
	close_choice(&choice);
	if (!err)
		*ret_cpus = g_steal_pointer(&cpus);
	return err;
}

int pb_native_node_bytes(int numa_node, guint64 *ret_bytes, GError **ret_error)
{
	struct choice choice;
	hwloc_obj_t node;
	int err = open_choice(&choice, ret_error);

	if (err)
		return err;
	err = find_node(&choice, numa_node, &node, ret_error);
	if (!err)
		*ret_bytes = node->attr->numanode.local_memory;
	close_choice(&choice);
	return err;
}
