/*
 * What is wrong for measuring, from the facts alone; each with what changes it. The first words of
 * "found", up to a semicolon, stand for it where there is little room.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "bench/core/noise/facts.h"
#include "bench/core/noise/tree.h"

#define HOT_CELSIUS 85.0
#define MUCH_STEAL  0.1 /* % */
#define MUCH_LOAD   1.0
#define MIB_SHIFT   20
#define CLOCK_FILE  "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define MEASURE_ON  "./run.sh run --env native --cpus "

struct concern {
	char found[256];
	char remedy[512];
};

static void set(char *text, size_t bytes, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void set(char *text, size_t bytes, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, bytes, fmt, args);
	va_end(args);
}

#define FOUND(concern, ...)  set((concern)->found, sizeof((concern)->found), __VA_ARGS__)
#define REMEDY(concern, ...) set((concern)->remedy, sizeof((concern)->remedy), __VA_ARGS__)

/* "" if it is not known. */
static const char *text_of(const json_t *facts, const char *key)
{
	const char *text = json_string_value(json_object_get(facts, key));

	return text ? text : "";
}

static bool is_number(const json_t *facts, const char *key, json_int_t number)
{
	const json_t *fact = json_object_get(facts, key);

	return json_is_integer(fact) && json_integer_value(fact) == number;
}

static void set_of(const json_t *facts, const char *key, cpu_set_t *ret_cpus)
{
	if (tree_parse_cpus(text_of(facts, key), ret_cpus))
		CPU_ZERO(ret_cpus);
}

static bool is_within(const json_t *facts, const char *inner, const char *outer)
{
	cpu_set_t cpus, others, both;

	set_of(facts, inner, &cpus);
	set_of(facts, outer, &others);
	CPU_AND(&both, &cpus, &others);
	return CPU_EQUAL(&both, &cpus);
}

static bool governor(const json_t *facts, struct concern *concern)
{
	const char *name;
	json_t *cpus;

	json_object_foreach (json_object_get(facts, "governors"), name, cpus) {
		if (!strcmp(name, "performance"))
			continue;
		FOUND(concern, "%s on CPUs %s; their clock follows the load", name,
		      json_string_value(cpus));
		REMEDY(concern, "cpupower -c %s frequency-set -g performance",
		       text_of(facts, "cpus"));
		return true;
	}
	return false;
}

static bool turbo(const json_t *facts, struct concern *concern)
{
	const char *file = text_of(facts, "turbo_file");

	if (!json_is_true(json_object_get(facts, "turbo")))
		return false;
	FOUND(concern, "on; how fast a CPU runs depends on heat, and on what the others do");
	REMEDY(concern, "echo %d > %s", strstr(file, "no_turbo") ? 1 : 0, file);
	return true;
}

static bool smt(const json_t *facts, struct concern *concern)
{
	const char *siblings = text_of(facts, "smt_siblings");

	if (!json_is_true(json_object_get(facts, "smt_active")) || !*siblings)
		return false;
	FOUND(concern, "shared cores; what runs on CPUs %s slows the measured ones, %s", siblings,
	      text_of(facts, "cpus"));
	REMEDY(concern, "echo off > /sys/devices/system/cpu/smt/control");
	return true;
}

/* The last of those online, which nothing needs more than the others. */
static int last_online(const json_t *facts)
{
	cpu_set_t cpus;
	int last = -1;

	set_of(facts, "cpus_online", &cpus);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET((size_t)cpu, &cpus))
			last = cpu;
	}
	return last;
}

static bool isolation(const json_t *facts, struct concern *concern)
{
	const char *isolated = text_of(facts, "isolated"), *cpus = text_of(facts, "cpus");
	int last = last_online(facts);

	if (!json_is_string(json_object_get(facts, "isolated")) || last < 1 ||
	    is_within(facts, "cpus", "isolated"))
		return false;
	if (*isolated) {
		FOUND(concern, "measured beside it; CPUs %s are kept free of other tasks, not %s",
		      isolated, cpus);
		REMEDY(concern, MEASURE_ON "%s", isolated);
	} else {
		FOUND(concern, "no CPU kept free; any task may run on CPUs %s", cpus);
		REMEDY(concern, "boot with isolcpus=%d nohz_full=%d, then: " MEASURE_ON "%d", last,
		       last, last);
	}
	return true;
}

static bool tick(const json_t *facts, struct concern *concern)
{
	const char *isolated = text_of(facts, "isolated");

	if (!*isolated || !is_within(facts, "cpus", "isolated") ||
	    is_within(facts, "cpus", "nohz_full"))
		return false;
	FOUND(concern, "not stopped; the timer interrupts CPUs %s", text_of(facts, "cpus"));
	REMEDY(concern, "boot with nohz_full=%s", isolated);
	return true;
}

/* Numbers of the listed lines, for a loop of the shell. */
static void append_numbers(const json_t *lines, char *text, size_t bytes)
{
	size_t used = 0, i;
	json_t *line;

	text[0] = '\0';
	json_array_foreach (lines, i, line) {
		int length = snprintf(text + used, bytes - used, " %d",
				      (int)json_integer_value(json_object_get(line, "irq")));

		if (length < 0 || (size_t)length >= bytes - used)
			break;
		used += (size_t)length;
	}
}

static bool interrupts(const json_t *facts, struct concern *concern)
{
	const json_t *lines = json_object_get(facts, "interrupts"), *most;
	cpu_set_t online, cpus, others;
	json_t *free_cpus;
	char numbers[256];

	if (!json_array_size(lines))
		return false;
	most = json_array_get(lines, 0);
	FOUND(concern, "%d on CPUs %s; most from %s, %lld so far",
	      (int)json_integer_value(json_object_get(facts, "interrupt_lines")),
	      text_of(facts, "cpus"), text_of(most, "name"),
	      (long long)json_integer_value(json_object_get(most, "count")));
	set_of(facts, "cpus_online", &online);
	set_of(facts, "cpus", &cpus);
	CPU_XOR(&others, &online, &cpus);
	CPU_AND(&others, &others, &online);
	append_numbers(lines, numbers, sizeof(numbers));
	free_cpus = tree_cpus_text(&others);
	if (CPU_COUNT(&others))
		REMEDY(concern, "for i in%s; do echo %s > /proc/irq/$i/smp_affinity_list; done",
		       numbers, json_string_value(free_cpus));
	else
		REMEDY(concern, MEASURE_ON "%d", last_online(facts));
	json_decref(free_cpus);
	return true;
}

static bool thp_mode(const json_t *facts, struct concern *concern)
{
	if (strcmp(text_of(facts, "thp"), "always"))
		return false;
	FOUND(concern, "always; memory becomes huge pages whenever there are some");
	REMEDY(concern, "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
	return true;
}

static bool khugepaged(const json_t *facts, struct concern *concern)
{
	const char *mode = text_of(facts, "thp");

	if (!*mode || !strcmp(mode, "never") || !is_number(facts, "khugepaged_defrag", 1))
		return false;
	FOUND(concern, "on; it merges pages at times of its own choosing");
	REMEDY(concern, "echo 0 > /sys/kernel/mm/transparent_hugepage/khugepaged/defrag");
	return true;
}

static bool numa_balancing(const json_t *facts, struct concern *concern)
{
	const json_t *fact = json_object_get(facts, "numa_balancing");

	if (!json_is_integer(fact) || !json_integer_value(fact))
		return false;
	FOUND(concern, "on; it unmaps pages to see who uses them, and moves them");
	REMEDY(concern, "sysctl kernel.numa_balancing=0");
	return true;
}

static bool ksm(const json_t *facts, struct concern *concern)
{
	if (!is_number(facts, "ksm_run", 1))
		return false;
	FOUND(concern, "on; it write-protects and merges pages that are alike");
	REMEDY(concern, "echo 0 > /sys/kernel/mm/ksm/run");
	return true;
}

static bool swap(const json_t *facts, struct concern *concern)
{
	json_int_t bytes = json_integer_value(json_object_get(facts, "swap_bytes"));
	json_int_t used = json_integer_value(json_object_get(facts, "swap_used_bytes"));

	if (!bytes)
		return false;
	FOUND(concern, "on; memory may be written out, and %lld of %lld MiB are",
	      (long long)(used >> MIB_SHIFT), (long long)(bytes >> MIB_SHIFT));
	REMEDY(concern, "swapoff -a");
	return true;
}

static bool nmi_watchdog(const json_t *facts, struct concern *concern)
{
	if (!is_number(facts, "nmi_watchdog", 1))
		return false;
	FOUND(concern, "on; it takes a counter of each CPU, and interrupts it");
	REMEDY(concern, "sysctl kernel.nmi_watchdog=0");
	return true;
}

/* A word of a list that blanks part. */
static bool offers(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (; *list; list += strcspn(list, " "), list += strspn(list, " ")) {
		if (!strncmp(list, word, length) && strchr(" ", list[length]))
			return true;
	}
	return false;
}

static bool clocksource(const json_t *facts, struct concern *concern)
{
	static const char *const slow[] = {"hpet", "acpi_pm", "jiffies", "refined-jiffies"};
	const char *now = text_of(facts, "clocksource");
	bool offered = offers(text_of(facts, "clocksources"), "tsc"), is_slow = false;

	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++)
		is_slow |= !strcmp(now, slow[i]);
	if (!*now || !strcmp(now, "tsc") || (!offered && !is_slow))
		return false;
	FOUND(concern, "%s; reading it costs more than reading the tsc", now);
	if (offered)
		REMEDY(concern, "echo tsc > " CLOCK_FILE);
	else
		REMEDY(concern, "boot with tsc=reliable");
	return true;
}

static bool hypervisor(const json_t *facts, struct concern *concern)
{
	const char *type = text_of(facts, "hypervisor"), *dmi = text_of(facts, "dmi");

	if (!json_is_true(json_object_get(facts, "virtualised")))
		return false;
	FOUND(concern, "below this kernel; %s%s%sit stops these CPUs when it wants to", type,
	      *type ? ": " : dmi, !*type && *dmi ? ": " : "");
	REMEDY(concern, "measure on a machine that is nobody's guest");
	return true;
}

static bool steal(const json_t *facts, struct concern *concern)
{
	double percent = json_number_value(json_object_get(facts, "steal_percent"));

	if (percent <= MUCH_STEAL)
		return false;
	FOUND(concern, "%.1f %%; of the time since boot others had these CPUs", percent);
	REMEDY(concern, "on the host, for each CPU: virsh vcpupin GUEST CPU HOSTCPU");
	return true;
}

static bool limit(const json_t *facts, struct concern *concern)
{
	const char *file = text_of(facts, "cgroup_cpu_file");

	if (!*file)
		return false;
	FOUND(concern, "%s; microseconds of a period that this control group gets, then it waits",
	      text_of(facts, "cgroup_cpu_max"));
	REMEDY(concern, "echo %s > %s", strstr(file, "cfs_quota") ? "-1" : "max", file);
	return true;
}

static bool temperature(const json_t *facts, struct concern *concern)
{
	double celsius = json_number_value(json_object_get(facts, "temperature_celsius"));

	if (celsius < HOT_CELSIUS)
		return false;
	FOUND(concern, "%.0f degrees Celsius; a hot CPU slows down", celsius);
	REMEDY(concern, "sleep 300");
	return true;
}

static bool load(const json_t *facts, struct concern *concern)
{
	double tasks = json_number_value(json_object_get(facts, "load_1min"));

	if (tasks <= MUCH_LOAD)
		return false;
	FOUND(concern, "%.1f tasks; of the last minute, and they share caches and memory", tasks);
	REMEDY(concern, "stop what this shows: top -b -n 1 -o %%CPU");
	return true;
}

/* What weighs most comes first. */
static const struct {
	const char *name;
	bool (*find)(const json_t *facts, struct concern *concern);
} kinds[] = {
	{"governor", governor},
	{"turbo", turbo},
	{"SMT", smt},
	{"hypervisor", hypervisor},
	{"steal time", steal},
	{"CPU limit", limit},
	{"load", load},
	{"temperature", temperature},
	{"isolation", isolation},
	{"timer tick", tick},
	{"interrupts", interrupts},
	{"clocksource", clocksource},
	{"NMI watchdog", nmi_watchdog},
	{"NUMA balancing", numa_balancing},
	{"khugepaged", khugepaged},
	{"THP mode", thp_mode},
	{"KSM", ksm},
	{"swap", swap},
};

json_t *concerns_of(const json_t *facts)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct concern concern = {{0}, {0}};

		if (!kinds[i].find(facts, &concern))
			continue;
		json_array_append_new(ret, json_pack("{s:s, s:o, s:o}", "name", kinds[i].name,
						     "found", tree_string(concern.found), "remedy",
						     tree_string(concern.remedy)));
	}
	return ret;
}
