#include "lab/native/topology.h"
int pb_native_topology(json_t **ret, GError **ret_error)
{
	return -1;
}
int pb_native_choose_cpus(const char *list, int numa_node, GArray **ret_cpus, GError **ret_error)
{
	int a[] = {0, 1};
	*ret_cpus = g_array_new(FALSE, FALSE, sizeof(int));
	g_array_append_vals(*ret_cpus, a, 2);
	return 0;
}
