/* What can be measured on the machine itself, without a guest: what the benchmarks need says it. */
#include <string.h>
#include "lab/doctor/checks.h"

#define MODULE "module"

static bool needs(const json_t *benchmark, const char *what)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(benchmark, "needs"), i, one) {
		if (!g_strcmp0(json_string_value(one), what))
			return true;
	}
	return false;
}

/* Whether a line that is there already rules something out. */
static bool is_ruled_out(const json_t *checks, const char *name)
{
	json_t *one;
	size_t i;

	json_array_foreach (checks, i, one) {
		const char *state = json_string_value(json_object_get(one, "state"));

		if (!g_strcmp0(json_string_value(json_object_get(one, "name")), name))
			return !g_strcmp0(state, "no");
	}
	return false;
}

bool pb_doctor_native(json_t *checks, const json_t *benchmarks)
{
	size_t all = json_array_size(benchmarks), module = 0, none = 0, i;
	bool whole = !is_ruled_out(checks, "kernel headers") &&
		     !is_ruled_out(checks, "loading modules") && !is_ruled_out(checks, "root");
	json_t *one;

	json_array_foreach (benchmarks, i, one) {
		module += needs(one, MODULE);
		none += !json_array_size(json_object_get(one, "needs"));
	}
	if (!none)
		pb_doctor_add(checks, "without a guest", PB_DOCTOR_NO, "build pinbench again",
			      "the agent names no benchmark that user space alone can measure");
	else
		pb_doctor_add(checks, "without a guest", whole ? PB_DOCTOR_YES : PB_DOCTOR_PARTLY,
			      NULL,
			      "%zu of %zu benchmarks need no module: run --env native; %zu need "
			      "it%s",
			      none, all, module,
			      all > none + module ? ", the others an option of the kernel" : "");
	return none > 0;
}
