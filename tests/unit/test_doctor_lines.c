/*
 * The doctor's lines on the running system, in made ones: each gap is one line, with one thing to
 * do about it. Arguments: the agent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lab/doctor/checks.h"
#include "tests/unit/rendered.h"

#define MODULES	 "proc/sys/kernel/modules_disabled"
#define LOCKDOWN "sys/kernel/security/lockdown"
#define STATUS	 "proc/self/status"
#define ALL_CAPS "Name: x\nCapEff:\t000001ffffffffff\n"
#define NO_CAPS	 "Name: x\nCapEff:\t0000000000000000\n"

static const char *agent;

static void write_text(void **state, const char *path, const char *text)
{
	g_free(scratch_write(state, path, text));
}

/* The one line of that name; NULL if there is none. */
static const json_t *line_of(const json_t *checks, const char *name)
{
	const json_t *ret = NULL;
	json_t *one;
	size_t i;

	json_array_foreach (checks, i, one) {
		if (strcmp(json_string_value(json_object_get(one, "name")), name))
			continue;
		if (ret)
			fail_msg("there are two lines %s", name);
		ret = one;
	}
	return ret;
}

static void check_line(const json_t *checks, const char *name, const char *state, const char *found,
		       const char *remedy)
{
	const json_t *line = line_of(checks, name);
	const char *given = json_string_value(json_object_get(line, "remedy"));

	if (!line)
		fail_msg("no line %s", name);
	assert_string_equal(json_string_value(json_object_get(line, "state")), state);
	has(json_string_value(json_object_get(line, "found")), found);
	if (g_strcmp0(given, remedy))
		fail_msg("%s: the remedy is %s", name, given ? given : "(none)");
}

static json_t *system_of(void **state)
{
	json_t *checks = json_array();

	pb_doctor_system(checks, *state);
	pb_doctor_tracing(checks, *state);
	pb_doctor_memory(checks, *state);
	return checks;
}

static void a_kernel_without_modules_is_one_line(void **state)
{
	json_t *checks = system_of(state);

	check_line(checks, "loading modules", "no", "has no modules",
		   "a kernel with CONFIG_MODULES");
	assert_null(line_of(checks, "kernel headers"));
	json_decref(checks);
}

static void what_forbids_modules(void **state)
{
	static const struct {
		const char *disabled, *status, *lockdown, *enforced; /* files */
		const char *state, *found, *remedy;
	} cases[] = {
		{"1\n", ALL_CAPS, NULL, NULL, "no", "until the next boot",
		 "reboot without kernel.modules_disabled=1"},
		{"0\n", NO_CAPS, NULL, NULL, "no", "may not", "be root, outside of a container"},
		{"0\n", ALL_CAPS, "none [integrity] confidentiality\n", "Y\n", "partly",
		 "signed ones alone: none [integrity]",
		 "sign the module, or boot with lockdown=none"},
		{"0\n", ALL_CAPS, "[none] integrity\n", "Y\n", "partly", "signatures are enforced",
		 "sign the module, or boot with module.sig_enforce=0"},
		{"0\n", ALL_CAPS, "[none] integrity\n", "N\n", "not tried", "nothing forbids it",
		 NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		json_t *checks;

		write_text(state, MODULES, cases[i].disabled);
		write_text(state, STATUS, cases[i].status);
		if (cases[i].lockdown)
			write_text(state, LOCKDOWN, cases[i].lockdown);
		if (cases[i].enforced)
			write_text(state, "sys/module/module/parameters/sig_enforce",
				   cases[i].enforced);
		checks = system_of(state);
		check_line(checks, "loading modules", cases[i].state, cases[i].found,
			   cases[i].remedy);
		check_line(checks, "kernel headers", "no", "none of the running kernel",
			   "apt-get install linux-headers-$(uname -r)");
		json_decref(checks);
	}
}

static void what_a_bare_machine_lacks(void **state)
{
	json_t *checks = system_of(state);

	check_line(checks, "IOMMU", "no", "no groups",
		   "boot with intel_iommu=on (amd_iommu=on), with it on in the firmware");
	check_line(checks, "tracefs", "no", "has none", "a kernel with CONFIG_FTRACE");
	check_line(checks, "debugfs", "no", "has none", "a kernel with CONFIG_DEBUG_FS");
	check_line(checks, "hugepages", "no", "has none", "a kernel with CONFIG_HUGETLBFS");
	check_line(checks, "THP", "no", "no transparent huge pages",
		   "a kernel with CONFIG_TRANSPARENT_HUGEPAGE");
	check_line(checks, "CMA", "no", "has none", "a kernel with CONFIG_CMA");
	json_decref(checks);
}

static void what_is_there_but_off(void **state)
{
	json_t *checks;

	write_text(state, "proc/filesystems", "nodev\ttracefs\nnodev\tdebugfs\n\text4");
	write_text(state, "proc/self/mountinfo",
		   "20 1 0:7 / /sys/kernel/debug rw shared:2 - debugfs debugfs rw\n"
		   "21 1 0:8 / /data rw - ext4 /dev/tracefs rw\n");
	write_text(state, "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "0\n");
	write_text(state, "sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
	write_text(state, "proc/meminfo", "MemTotal: 8 kB\nCmaTotal:       0 kB\n");
	write_text(state, STATUS, NO_CAPS);
	write_text(state, "proc/self/limits",
		   "Max processes   7 7 processes\n"
		   "Max locked memory         8388608              8388608              bytes\n");
	checks = system_of(state);
	check_line(checks, "tracefs", "no", "not mounted",
		   "mount -t tracefs tracefs /sys/kernel/tracing");
	check_line(checks, "debugfs", "yes", "at /sys/kernel/debug", NULL);
	check_line(checks, "hugepages", "no", "0 of 2 MiB (0 free)", "sysctl vm.nr_hugepages=64");
	check_line(checks, "THP", "no", "switched off",
		   "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
	check_line(checks, "CMA", "no", "no memory is set aside", "boot with cma=256M");
	check_line(checks, "pinned memory", "partly", "at most 8 MiB", "ulimit -l unlimited");
	json_decref(checks);
}

static void what_is_there(void **state)
{
	json_t *checks;

	write_text(state, "sys/kernel/iommu_groups/0/type", "DMA\n");
	write_text(state, "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "8\n");
	write_text(state, "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "5\n");
	write_text(state, "sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
	write_text(state, "proc/meminfo", "MemTotal: 8 kB\nCmaTotal:       262144 kB\n");
	write_text(state, STATUS, ALL_CAPS);
	write_text(state, "proc/self/limits", "Max locked memory         0  0  bytes\n");
	checks = system_of(state);
	check_line(checks, "IOMMU", "yes", "1 group of devices", NULL);
	check_line(checks, "hugepages", "yes", "8 of 2 MiB (5 free)", NULL);
	check_line(checks, "THP", "yes", "always [madvise] never", NULL);
	check_line(checks, "CMA", "yes", "256 MiB", NULL);
	check_line(checks, "pinned memory", "yes", "CAP_IPC_LOCK", NULL);
	json_decref(checks);
}

static json_t *add(json_t *checks, const char *name, const char *state)
{
	json_array_append_new(
		checks, json_pack("{s:s, s:s, s:s}", "name", name, "state", state, "found", ""));
	return checks;
}

static void what_needs_no_guest(void **state)
{
	json_t *benchmarks = parse("[{'needs':[]},{'needs':['module']},{'needs':['module','X']},"
				   "{'needs':['CONFIG_X']}]");
	json_t *nothing = json_array(), *none = json_array();
	json_t *able = add(add(json_array(), "root", "yes"), "loading modules", "not tried");
	json_t *unable = add(json_array(), "loading modules", "no");

	assert_true(pb_doctor_native(able, benchmarks));
	check_line(able, "without a guest", "yes",
		   "1 of 4 benchmarks need no module: run --env native; 2 need it, the others an "
		   "option of the kernel",
		   NULL);
	assert_true(pb_doctor_native(unable, benchmarks));
	check_line(unable, "without a guest", "partly", "1 of 4 benchmarks", NULL);
	assert_false(pb_doctor_native(none, nothing));
	check_line(none, "without a guest", "no", "names no benchmark", "build pinbench again");
	json_decref(benchmarks);
	json_decref(nothing);
	json_decref(none);
	json_decref(able);
	json_decref(unable);
}

static void a_line_for_each_concern(void **state)
{
	json_t *checks = json_array();

	write_text(state, "sys/devices/system/cpu/online", "0-1\n");
	write_text(state, "sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
	write_text(state, "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "schedutil\n");
	pb_doctor_noise(checks, agent, *state);
	assert_int_equal(json_array_size(checks), 2);
	check_line(checks, "governor", "partly", "schedutil on CPUs 1;",
		   "cpupower -c 0-1 frequency-set -g performance");
	check_line(checks, "turbo", "partly", "on;",
		   "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo");
	json_decref(checks);
}

static void a_quiet_machine_is_one_line(void **state)
{
	json_t *checks = json_array();

	pb_doctor_noise(checks, agent, *state);
	assert_int_equal(json_array_size(checks), 1);
	check_line(checks, "quiet", "yes", "nothing is known", NULL);
	json_decref(checks);
}

/* That the agent is too old, or is not there, is not the same as quiet. */
static void an_agent_that_says_nothing(void **state)
{
	g_autofree char *silent = scratch_program(state, "silent", "echo no\n");
	g_autofree char *missing = scratch_path(state, "missing");
	const char *const agents[] = {silent, missing};

	for (size_t i = 0; i < G_N_ELEMENTS(agents); i++) {
		json_t *checks = json_array();

		pb_doctor_noise(checks, agents[i], "");
		assert_int_equal(json_array_size(checks), 1);
		check_line(checks, "quiet", "not tried", "does not say", "build pinbench again");
		json_decref(checks);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_kernel_without_modules_is_one_line),
		IN_SCRATCH(what_forbids_modules),
		IN_SCRATCH(what_a_bare_machine_lacks),
		IN_SCRATCH(what_is_there_but_off),
		IN_SCRATCH(what_is_there),
		IN_SCRATCH(what_needs_no_guest),
		IN_SCRATCH(a_line_for_each_concern),
		IN_SCRATCH(a_quiet_machine_is_one_line),
		IN_SCRATCH(an_agent_that_says_nothing),
	};

	if (argc != 2)
		return 2;
	agent = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
