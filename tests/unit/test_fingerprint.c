/* What moves timed figures, in made machines: a noisy one, a quiet one, and one with nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/core/noise/fingerprint.h"
#include "bench/core/noise/tree.h"

#define CPU "sys/devices/system/cpu/"
#define MM  "sys/kernel/mm/"

struct file {
	const char *path, *text;
};

static const struct file noisy[] = {
	{CPU "online", "0-3\n"},
	{CPU "cpu0/cpufreq/scaling_governor", "powersave\n"},
	{CPU "cpu0/cpufreq/scaling_driver", "intel_pstate\n"},
	{CPU "cpu1/cpufreq/scaling_governor", "powersave\n"},
	{CPU "cpu3/cpufreq/scaling_governor", "performance\n"},
	{CPU "cpu0/topology/thread_siblings_list", "0,2\n"},
	{CPU "cpu1/topology/thread_siblings_list", "1,3\n"},
	{CPU "intel_pstate/no_turbo", "0\n"},
	{CPU "smt/active", "1\n"},
	{CPU "isolated", "3\n"},
	{CPU "nohz_full", "(null)\n"},
	{CPU "vulnerabilities/mds", "Mitigation: Clear CPU buffers\n"},
	{CPU "vulnerabilities/meltdown", "Not affected\n"},
	{CPU "vulnerabilities/l1tf", "Vulnerable\n"},
	{"sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n"},
	{"sys/devices/system/clocksource/clocksource0/available_clocksource", "hpet tsc acpi_pm\n"},
	{"sys/class/dmi/id/sys_vendor", "QEMU\n"},
	{"sys/class/hwmon/hwmon0/name", "nvme\n"},
	{"sys/class/hwmon/hwmon0/temp1_input", "99000\n"},
	{"sys/class/hwmon/hwmon1/name", "coretemp\n"},
	{"sys/class/hwmon/hwmon1/temp1_input", "61000\n"},
	{"sys/class/hwmon/hwmon1/temp2_input", "91500\n"},
	{MM "transparent_hugepage/enabled", "[always] madvise never\n"},
	{MM "transparent_hugepage/defrag", "always defer defer+madvise [madvise] never\n"},
	{MM "transparent_hugepage/khugepaged/defrag", "1\n"},
	{MM "ksm/run", "1\n"},
	{"sys/fs/cgroup/jobs/cpu.max", "150000 100000\n"},
	{"sys/fs/cgroup/jobs/mine/cpu.max", "max 100000\n"},
	{"proc/self/cgroup", "3:cpuset:/elsewhere\n0::/jobs/mine\n"},
	{"proc/cpuinfo", "processor\t: 0\nmodel\t\t: 85\nmodel name\t: A Processor \xff\n"
			 "microcode\t: 0x5\nflags\t\t: fpu hypervisor vme\n\n"
			 "processor\t: 1\nmodel name\t: Another\n"},
	{"proc/cmdline", "quiet nomitigations=1 mitigations=off isolcpus=3\n"},
	{"proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n"},
	{"proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 2097152 1024 -2\n"},
	{"proc/loadavg", "3.50 2.00 1.00 5/321 4711\n"},
	{"proc/stat", "cpu  9 9 9 9 9 9 9 900 0 0\ncpu0 100 0 100 700 0 0 0 100 50 0\n"
		      "cpu1 0 0 0 1000 0 0 0 0 0 0\ncpu2 0 0 0 0 0 0 0 7777 0 0\nintr 5\n"},
	{"proc/interrupts",
	 "           CPU0       CPU1       CPU2       CPU3\n"
	 "  8:          1          0          0          0  IO-APIC   8-edge      rtc0\n"
	 " 24:         10          7       9000          0  PCI-MSI 1-edge      nvme0q1\n"
	 " 25:          0          0         50          0  PCI-MSI 2-edge      nvme0q2\n"
	 " 26:          0          0          0          0  PCI-MSI 3-edge      quiet\n"
	 "NMI:          1          1          1          1   Non-maskable interrupts\n"},
	{"proc/irq/8/effective_affinity_list", "0\n"},
	{"proc/irq/24/smp_affinity_list", "0-3\n"},
	{"proc/irq/24/effective_affinity_list", "1\n"},
	{"proc/irq/25/smp_affinity_list", "2\n"},
	{"proc/irq/26/smp_affinity_list", "0-3\n"},
	{"proc/sys/kernel/numa_balancing", "1\n"},
	{"proc/sys/kernel/nmi_watchdog", "1\n"},
	{NULL, NULL},
};

static const struct file quiet[] = {
	{CPU "online", "0-3\n"},
	{CPU "cpu2/cpufreq/scaling_governor", "performance\n"},
	{CPU "cpu2/topology/thread_siblings_list", "2\n"},
	{CPU "cpufreq/boost", "0\n"},
	{CPU "smt/active", "0\n"},
	{CPU "isolated", "2-3\n"},
	{CPU "nohz_full", "2-3\n"},
	{"sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n"},
	{"sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc hpet\n"},
	{"sys/class/thermal/thermal_zone0/temp", "41000\n"},
	{MM "transparent_hugepage/enabled", "always [madvise] never\n"},
	{MM "transparent_hugepage/khugepaged/defrag", "0\n"},
	{MM "ksm/run", "0\n"},
	{"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"},
	{"sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"},
	{"proc/self/cgroup", "2:cpuset:/\n1:cpu,cpuacct:/\n"},
	{"proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu hypervisors vme\n"},
	{"proc/swaps", "Filename Type Size Used Priority\n"},
	{"proc/loadavg", "0.10 0.20 0.10 1/99 4711\n"},
	{"proc/stat", "cpu2 100 0 100 700 0 0 0 0 0 0\n"},
	{"proc/interrupts", "           CPU0       CPU2\n"
			    " 24:         10          0  PCI-MSI 1-edge      nvme0q1\n"},
	{"proc/irq/24/effective_affinity_list", "0\n"},
	{"proc/sys/kernel/numa_balancing", "0\n"},
	{"proc/sys/kernel/nmi_watchdog", "0\n"},
	{NULL, NULL},
};

static int make_root(void **state)
{
	*state = mkdtemp(strdup("/tmp/pinbench-fingerprint-XXXXXX"));
	return *state ? 0 : -1;
}

static int drop_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	return remove(path);
}

static int drop_root(void **state)
{
	int err = nftw(*state, drop_one, 16, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return err;
}

static void write_file(const char *root, const char *path, const char *text)
{
	char whole[512];
	FILE *file;

	snprintf(whole, sizeof(whole), "%s/%s", root, path);
	for (char *at = whole + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(whole, 0700);
		*at = '/';
	}
	file = fopen(whole, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static json_t *take(void **state, const struct file *files, const char *list)
{
	cpu_set_t cpus;

	for (; files->path; files++)
		write_file(*state, files->path, files->text);
	assert_int_equal(fingerprint_parse_cpus(list, &cpus), 0);
	return fingerprint_take(*state, &cpus);
}

static void check_fact(const json_t *noise, const char *key, const char *wanted)
{
	json_t *fact = json_object_get(json_object_get(noise, "facts"), key);
	char *text = json_dumps(fact, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));

	if (!text || strcmp(text, wanted))
		fail_msg("%s is %s, not %s", key, text ? text : "missing", wanted);
	free(text);
}

static const json_t *find(const json_t *noise, const char *name)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(noise, "concerns"), i, one) {
		if (!strcmp(json_string_value(json_object_get(one, "name")), name))
			return one;
	}
	return NULL;
}

static void check_concern(const json_t *noise, const char *name, const char *found,
			  const char *remedy)
{
	const json_t *one = find(noise, name);

	if (!one)
		fail_msg("no concern %s", name);
	assert_string_equal(json_string_value(json_object_get(one, "found")), found);
	assert_string_equal(json_string_value(json_object_get(one, "remedy")), remedy);
}

static void facts_of_a_noisy_machine(void **state)
{
	json_t *noise = take(state, noisy, "0-1");

	check_fact(noise, "cpus", "\"0-1\"");
	check_fact(noise, "cpu_count", "4");
	check_fact(noise, "cpu_model", "\"A Processor ?\"");
	check_fact(noise, "governors", "{\"powersave\":\"0-1\"}");
	check_fact(noise, "frequency_drivers", "{\"intel_pstate\":\"0\"}");
	check_fact(noise, "turbo", "true");
	check_fact(noise, "smt_siblings", "\"2-3\"");
	check_fact(noise, "virtualised", "true");
	check_fact(noise, "dmi", "\"QEMU\"");
	check_fact(noise, "vulnerabilities",
		   "{\"not_affected\":1,\"mitigated\":[\"mds\"],\"vulnerable\":[\"l1tf\"]}");
	check_fact(noise, "mitigations_option", "\"off\"");
	check_fact(noise, "temperature_celsius", "91.5");
	check_fact(noise, "nohz_full", "\"\"");
	check_fact(noise, "thp", "\"always\"");
	check_fact(noise, "memory_bytes", "16777216");
	check_fact(noise, "swap_used_bytes", "1048576");
	check_fact(noise, "cgroup_cpu_max", "\"150000 100000\"");
	check_fact(noise, "steal_percent", "5.0");
	check_fact(noise, "load_1min", "3.5");
	check_fact(noise, "runnable", "5");
	check_fact(noise, "interrupt_lines", "2");
	check_fact(noise, "interrupts",
		   "[{\"irq\":24,\"name\":\"nvme0q1\",\"cpus\":\"1\",\"count\":17},"
		   "{\"irq\":8,\"name\":\"rtc0\",\"cpus\":\"0\",\"count\":1}]");
	check_fact(noise, "watchdog", "null");
	json_decref(noise);
}

static void concerns_of_a_noisy_machine(void **state)
{
	static const char *const wanted[] = {"governor",
					     "turbo",
					     "SMT",
					     "hypervisor",
					     "steal time",
					     "CPU limit",
					     "load",
					     "temperature",
					     "isolation",
					     "interrupts",
					     "clocksource",
					     "NMI watchdog",
					     "NUMA balancing",
					     "khugepaged",
					     "THP mode",
					     "KSM",
					     "swap"};
	json_t *noise = take(state, noisy, "0-1"), *one;
	size_t i;

	assert_int_equal(json_array_size(json_object_get(noise, "concerns")),
			 sizeof(wanted) / sizeof(wanted[0]));
	json_array_foreach (json_object_get(noise, "concerns"), i, one) {
		assert_string_equal(json_string_value(json_object_get(one, "name")), wanted[i]);
		assert_true(strlen(json_string_value(json_object_get(one, "remedy"))) > 5);
	}
	check_concern(noise, "governor", "powersave on CPUs 0-1; their clock follows the load",
		      "cpupower -c 0-1 frequency-set -g performance");
	check_concern(noise, "turbo",
		      "on; how fast a CPU runs depends on heat, and on what the others do",
		      "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo");
	check_concern(noise, "interrupts", "2 on CPUs 0-1; most from nvme0q1, 17 so far",
		      "for i in 24 8; do echo 2-3 > /proc/irq/$i/smp_affinity_list; done");
	check_concern(noise, "isolation",
		      "measured beside it; CPUs 3 are kept free of other tasks, not 0-1",
		      "./run.sh run --env native --cpus 3");
	check_concern(noise, "CPU limit",
		      "150000 100000; microseconds of a period that this control group gets, then "
		      "it waits",
		      "echo max > /sys/fs/cgroup/jobs/cpu.max");
	json_decref(noise);
}

static void a_quiet_machine_has_none(void **state)
{
	json_t *noise = take(state, quiet, "2");
	char *concerns = json_dumps(json_object_get(noise, "concerns"), JSON_COMPACT);

	assert_string_equal(concerns, "[]");
	check_fact(noise, "turbo", "false");
	check_fact(noise, "governors", "{\"performance\":\"2\"}");
	check_fact(noise, "virtualised", "false");
	check_fact(noise, "temperature_celsius", "41.0");
	check_fact(noise, "steal_percent", "0.0");
	check_fact(noise, "cgroup_cpu_max", "\"max\"");
	check_fact(noise, "interrupts", "[]");
	free(concerns);
	json_decref(noise);
}

/* Each thing that is switched on brings its one concern. */
static void one_thing_at_a_time(void **state)
{
	static const struct {
		struct file file;
		const char *name, *remedy;
	} cases[] = {
		{{CPU "cpufreq/boost", "1\n"},
		 "turbo",
		 "echo 0 > /sys/devices/system/cpu/cpufreq/boost"},
		{{CPU "nohz_full", "3\n"}, "timer tick", "boot with nohz_full=2-3"},
		{{CPU "isolated", "\n"},
		 "isolation",
		 "boot with isolcpus=3 nohz_full=3, then: ./run.sh run --env native --cpus 3"},
		{{MM "ksm/run", "1\n"}, "KSM", "echo 0 > /sys/kernel/mm/ksm/run"},
		{{"proc/swaps", "Filename Type Size Used Priority\n/s file 1024 0 -2\n"},
		 "swap",
		 "swapoff -a"},
		{{"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n"},
		 "CPU limit",
		 "echo -1 > /sys/fs/cgroup/cpu/cpu.cfs_quota_us"},
		{{"sys/hypervisor/type", "xen\n"},
		 "hypervisor",
		 "measure on a machine that is nobody's guest"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *noise, *concerns, *one;

		json_decref(take(state, quiet, "2"));
		write_file(*state, cases[i].file.path, cases[i].file.text);
		noise = take(state, quiet + sizeof(quiet) / sizeof(quiet[0]) - 1, "2");
		concerns = json_object_get(noise, "concerns");
		one = json_array_get(concerns, 0);
		assert_int_equal(json_array_size(concerns), 1);
		assert_string_equal(json_string_value(json_object_get(one, "name")), cases[i].name);
		assert_string_equal(json_string_value(json_object_get(one, "remedy")),
				    cases[i].remedy);
		json_decref(noise);
	}
}

static void nothing_is_null_and_no_error(void **state)
{
	json_t *noise = fingerprint_take(*state, NULL), *fact;
	const char *key;

	json_object_foreach (json_object_get(noise, "facts"), key, fact) {
		if (strcmp(key, "cpus") && !json_is_null(fact))
			fail_msg("%s is not null", key);
	}
	check_fact(noise, "cpus", "\"\"");
	assert_int_equal(json_array_size(json_object_get(noise, "concerns")), 0);
	assert_true(json_object_size(json_object_get(noise, "facts")) > 30);
	json_decref(noise);
}

/* Files that hold what no kernel writes. */
static void rubbish_is_null(void **state)
{
	static const struct file files[] = {
		{CPU "online", "4-2,x\n"},
		{CPU "isolated", "99999999999999999999\n"},
		{CPU "smt/active", "perhaps\n"},
		{"proc/meminfo", "MemTotal"},
		{"proc/loadavg", ""},
		{"proc/stat", "cpux\ncpu99999999999 1\ncpu1"},
		{"proc/swaps", "\n\n\n"},
		{"proc/self/cgroup", ":::\n0::relative\n1:cpu"},
		{"proc/cpuinfo", ":\nflags"},
		{"proc/interrupts", "24: 1 2 3\n 25: x\n26:"},
		{MM "transparent_hugepage/enabled", "always [mad"},
		{NULL, NULL},
	};
	json_t *noise = take(state, files, "1");

	check_fact(noise, "cpu_count", "null");
	check_fact(noise, "smt_active", "null");
	check_fact(noise, "memory_bytes", "null");
	check_fact(noise, "load_1min", "null");
	check_fact(noise, "steal_percent", "null");
	check_fact(noise, "cgroup_cpu_max", "null");
	check_fact(noise, "virtualised", "null");
	assert_int_equal(json_array_size(json_object_get(noise, "concerns")), 0);
	json_decref(noise);
}

static void lists_of_cpus(void **state)
{
	static const char *const wrong[] = {"", "x", "1,", ",1", "3-1", "1-", "-1", "1024", "1 2"};
	cpu_set_t cpus;
	json_t *text;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_true(fingerprint_parse_cpus(wrong[i], &cpus) < 0);
	assert_int_equal(fingerprint_parse_cpus("0,2-5,1023", &cpus), 0);
	assert_int_equal(CPU_COUNT(&cpus), 6);
	text = tree_cpus_text(&cpus);
	assert_string_equal(json_string_value(text), "0,2-5,1023");
	json_decref(text);
}

/* This machine: whatever it is, what a process may use is named. */
static void this_machine_has_cpus(void **state)
{
	json_t *noise = fingerprint_take("", NULL);
	const char *cpus =
		json_string_value(json_object_get(json_object_get(noise, "facts"), "cpus"));
	cpu_set_t named, allowed;

	assert_int_equal(fingerprint_parse_cpus(cpus, &named), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	assert_true(CPU_EQUAL(&named, &allowed));
	json_decref(noise);
}

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, drop_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOT(facts_of_a_noisy_machine),     IN_ROOT(concerns_of_a_noisy_machine),
		IN_ROOT(a_quiet_machine_has_none),     IN_ROOT(one_thing_at_a_time),
		IN_ROOT(nothing_is_null_and_no_error), IN_ROOT(rubbish_is_null),
		cmocka_unit_test(lists_of_cpus),       cmocka_unit_test(this_machine_has_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
