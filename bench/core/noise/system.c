/* What the kernel does by itself, and lets this process have: see facts.h. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench/core/noise/facts.h"
#include "bench/core/noise/tree.h"

#define THP	  "/sys/kernel/mm/transparent_hugepage"
#define CLOCK	  "/sys/devices/system/clocksource/clocksource0"
#define CGROUP	  "/sys/fs/cgroup"
#define KIB_SHIFT 10
#define PATH_MOST 512

enum kind {
	TEXT,
	NUMBER,
	CHOICE, /* the word in brackets of "always [madvise] never" */
	LIST,	/* of CPUs; some kernels write "(null)" for none */
};

static const struct {
	const char *key;
	const char *path;
	enum kind kind;
} files[] = {
	{"boot_id", "/proc/sys/kernel/random/boot_id", TEXT},
	{"kernel_cmdline", "/proc/cmdline", TEXT},
	{"isolated", "/sys/devices/system/cpu/isolated", LIST},
	{"nohz_full", "/sys/devices/system/cpu/nohz_full", LIST},
	{"thp", THP "/enabled", CHOICE},
	{"thp_defrag", THP "/defrag", CHOICE},
	{"khugepaged_defrag", THP "/khugepaged/defrag", NUMBER},
	{"numa_balancing", "/proc/sys/kernel/numa_balancing", NUMBER},
	{"ksm_run", "/sys/kernel/mm/ksm/run", NUMBER},
	{"watchdog", "/proc/sys/kernel/watchdog", NUMBER},
	{"nmi_watchdog", "/proc/sys/kernel/nmi_watchdog", NUMBER},
	{"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", NUMBER},
	{"clocksource", CLOCK "/current_clocksource", TEXT},
	{"clocksources", CLOCK "/available_clocksource", TEXT},
};

static json_t *choice(json_t *text)
{
	const char *open = json_is_string(text) ? strchr(json_string_value(text), '[') : NULL;
	char *word = open ? strndup(open + 1, strcspn(open + 1, "]")) : NULL;
	json_t *ret = tree_string(word);

	free(word);
	json_decref(text);
	return ret;
}

static json_t *list(json_t *text)
{
	if (json_is_string(text) && !strcmp(json_string_value(text), "(null)"))
		json_string_set(text, "");
	return text;
}

static json_t *read_fact(const char *root, const char *path, enum kind kind)
{
	switch (kind) {
	case NUMBER:
		return tree_number(root, "%s", path);
	case CHOICE:
		return choice(tree_text(root, "%s", path));
	case LIST:
		return list(tree_text(root, "%s", path));
	case TEXT:
		break;
	}
	return tree_text(root, "%s", path);
}

static void add_memory(json_t *facts, const char *root)
{
	char *text = tree_read(root, "/proc/meminfo");
	const char *total = tree_line(text, "MemTotal");

	json_object_set_new(facts, "memory_bytes",
			    total ? json_integer((json_int_t)strtoull(total, NULL, 10) << KIB_SHIFT)
				  : json_null());
	free(text);
}

/* Lines after the head: file, type, KiB, KiB in use, priority. */
static void add_swap(json_t *facts, const char *root)
{
	char *text = tree_read(root, "/proc/swaps");
	unsigned long long bytes = 0, used_bytes = 0, kib, used_kib;

	for (const char *at = text ? strchr(text, '\n') : NULL; at; at = strchr(at, '\n')) {
		at++;
		if (sscanf(at, "%*s %*s %llu %llu", &kib, &used_kib) != 2)
			continue;
		bytes += kib << KIB_SHIFT;
		used_bytes += used_kib << KIB_SHIFT;
	}
	json_object_set_new(facts, "swap_bytes",
			    text ? json_integer((json_int_t)bytes) : json_null());
	json_object_set_new(facts, "swap_used_bytes",
			    text ? json_integer((json_int_t)used_bytes) : json_null());
	free(text);
}

/* What the command line says of mitigations; "" if nothing. */
static void add_mitigations(json_t *facts)
{
	static const char option[] = "mitigations=";
	const char *line = json_string_value(json_object_get(facts, "kernel_cmdline"));
	const char *at = line;
	char *value = line ? strdup("") : NULL;

	while (at && (at = strstr(at, option))) {
		if (at == line || at[-1] == ' ') {
			free(value);
			value = strndup(at + strlen(option), strcspn(at + strlen(option), " "));
		}
		at += strlen(option);
	}
	json_object_set_new(facts, "mitigations_option", tree_string(value));
	free(value);
}

/*
 * The group of this process in the hierarchy that has @controller ("": the one of version 2), from
 * a line "4:cpu,cpuacct:/path". false: in none, or its path is too long.
 */
static bool find_group(const char *text, const char *controller, char *ret_path, size_t bytes)
{
	size_t length = strlen(controller);

	for (const char *at = text; at; at = strchr(at, '\n')) {
		const char *names, *path;

		at += *at == '\n';
		names = strchr(at, ':');
		path = names ? strchr(names + 1, ':') : NULL;
		if (!path)
			continue;
		/* "cpu" is the first of its names, and no "cpuset". */
		if (strncmp(names + 1, controller, length) ||
		    !strchr(length ? ":," : ":", names[1 + length]))
			continue;
		path++;
		if (strcspn(path, "\n") >= bytes)
			return false;
		snprintf(ret_path, bytes, "%.*s", (int)strcspn(path, "\n"), path);
		return true;
	}
	return false;
}

/* "QUOTA PERIOD" in microseconds, or "max"; NULL: there is no such file. Caller frees. */
static char *read_limit(const char *root, const char *group, bool version_2)
{
	char *quota, *period, text[64];

	if (version_2)
		return tree_read(root, "%s/cpu.max", group);
	quota = tree_read(root, "%s/cpu.cfs_quota_us", group);
	period = tree_read(root, "%s/cpu.cfs_period_us", group);
	if (quota && *quota != '-')
		snprintf(text, sizeof(text), "%.20s %.20s", quota, period ? period : "100000");
	else
		snprintf(text, sizeof(text), "max");
	free(period);
	if (!quota)
		return NULL;
	free(quota);
	return strdup(text);
}

/* From the process's own group up to all: the first limit counts. */
static bool find_limit(json_t *facts, const char *root, const char *base, char *path,
		       bool version_2)
{
	bool known = false;

	for (;;) {
		size_t length = strlen(path);
		char group[PATH_MOST + 64], file[PATH_MOST + 128];
		char *text;

		while (length && path[length - 1] == '/')
			path[--length] = '\0';
		snprintf(group, sizeof(group), "%s%s", base, path);
		text = read_limit(root, group, version_2);
		if (text && strncmp(text, "max", 3)) {
			snprintf(file, sizeof(file), "%s/%s", group,
				 version_2 ? "cpu.max" : "cpu.cfs_quota_us");
			json_object_set_new(facts, "cgroup_cpu_max", tree_string(text));
			json_object_set_new(facts, "cgroup_cpu_file", tree_string(file));
			free(text);
			return true;
		}
		known |= text != NULL;
		free(text);
		if (!length)
			break;
		*strrchr(path, '/') = '\0';
	}
	if (known)
		json_object_set_new(facts, "cgroup_cpu_max", json_string("max"));
	return known;
}

static void add_limit(json_t *facts, const char *root)
{
	static const struct {
		const char *controller, *base;
	} places[] = {{"", CGROUP}, {"", CGROUP "/unified"}, {"cpu", CGROUP "/cpu"}};
	char *groups = tree_read(root, "/proc/self/cgroup"), path[PATH_MOST];
	bool known = false;

	json_object_set_new(facts, "cgroup_cpu_max", json_null());
	json_object_set_new(facts, "cgroup_cpu_file", json_null());
	for (size_t i = 0; !known && i < sizeof(places) / sizeof(places[0]); i++) {
		if (find_group(groups, places[i].controller, path, sizeof(path)) && *path == '/')
			known = find_limit(facts, root, places[i].base, path,
					   !*places[i].controller);
	}
	free(groups);
}

void facts_add_system(json_t *facts, const char *root)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		json_object_set_new(facts, files[i].key,
				    read_fact(root, files[i].path, files[i].kind));
	add_mitigations(facts);
	add_memory(facts, root);
	add_swap(facts, root);
	add_limit(facts, root);
}
