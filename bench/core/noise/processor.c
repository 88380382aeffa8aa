/* The CPUs: how fast they run, with whom they share, and whether they are real. See facts.h. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench/core/noise/facts.h"
#include "bench/core/noise/tree.h"

#define CPU_FOLDER	"/sys/devices/system/cpu"
#define NO_TURBO_FILE	CPU_FOLDER "/intel_pstate/no_turbo"
#define BOOST_FILE	CPU_FOLDER "/cpufreq/boost"
#define VULNERABILITIES CPU_FOLDER "/vulnerabilities"
#define HWMON_FOLDER	"/sys/class/hwmon"
#define THERMAL_FOLDER	"/sys/class/thermal"
#define MILLI		1000.0
#define HOTTEST_INPUTS	256

/* The rest of a line as a string; null for NULL. */
static json_t *line_string(const char *line)
{
	char *text = line ? strndup(line, strcspn(line, "\n")) : NULL;
	json_t *ret = tree_string(text);

	free(text);
	return ret;
}

static void add_model(json_t *facts, const char *info)
{
	json_object_set_new(facts, "cpu_model", line_string(tree_line(info, "model name")));
	json_object_set_new(facts, "microcode", line_string(tree_line(info, "microcode")));
}

static void add_count(json_t *facts, const char *root)
{
	json_t *online = tree_text(root, CPU_FOLDER "/online");
	json_t *count = json_null();
	cpu_set_t cpus;

	if (json_is_string(online) && !tree_parse_cpus(json_string_value(online), &cpus))
		count = json_integer(CPU_COUNT(&cpus));
	json_object_set_new(facts, "cpus_online", online);
	json_object_set_new(facts, "cpu_count", count);
}

/* @value of each CPU, as {"value": "CPUs"}; null if none of them says. */
static json_t *by_value(const char *root, const cpu_set_t *cpus, const char *file)
{
	json_t *ret = json_object(), *member;
	cpu_set_t *sets = calloc(CPU_SETSIZE, sizeof(*sets));
	size_t count = 0;
	const char *key;

	for (size_t cpu = 0; sets && cpu < CPU_SETSIZE; cpu++) {
		char *text = CPU_ISSET(cpu, cpus)
				     ? tree_read(root, CPU_FOLDER "/cpu%zu/cpufreq/%s", cpu, file)
				     : NULL;
		json_t *value = tree_string(text);

		free(text);
		key = json_string_value(value);
		if (key && !json_object_get(ret, key))
			json_object_set_new(ret, key, json_integer((json_int_t)count++));
		if (key)
			CPU_SET(cpu, &sets[json_integer_value(json_object_get(ret, key))]);
		json_decref(value);
	}
	json_object_foreach (ret, key, member)
		json_object_set_new(ret, key, tree_cpus_text(&sets[json_integer_value(member)]));
	free(sets);
	if (count)
		return ret;
	json_decref(ret);
	return json_null();
}

/* One of the two files says it, the one by what is on, the other by what is not. */
static void add_turbo(json_t *facts, const char *root)
{
	json_t *off = tree_number(root, NO_TURBO_FILE), *on = tree_number(root, BOOST_FILE);
	const char *file = NULL;
	json_t *turbo;

	if (json_is_integer(off)) {
		turbo = json_boolean(!json_integer_value(off));
		file = NO_TURBO_FILE;
	} else if (json_is_integer(on)) {
		turbo = json_boolean(json_integer_value(on) != 0);
		file = BOOST_FILE;
	} else {
		turbo = json_null();
	}
	json_object_set_new(facts, "turbo", turbo);
	json_object_set_new(facts, "turbo_file", tree_string(file));
	json_decref(off);
	json_decref(on);
}

/* Those that share a core with one of @cpus, but for each itself. */
static json_t *siblings_of(const char *root, const cpu_set_t *cpus)
{
	cpu_set_t all, core;
	bool known = false;

	CPU_ZERO(&all);
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		char *text =
			CPU_ISSET(cpu, cpus)
				? tree_read(root,
					    CPU_FOLDER "/cpu%zu/topology/thread_siblings_list", cpu)
				: NULL;

		if (text && !tree_parse_cpus(text, &core)) {
			known = true;
			CPU_CLR(cpu, &core);
			CPU_OR(&all, &all, &core);
		}
		free(text);
	}
	return known ? tree_cpus_text(&all) : json_null();
}

static void add_smt(json_t *facts, const char *root, const cpu_set_t *cpus)
{
	json_t *active = tree_number(root, CPU_FOLDER "/smt/active");

	json_object_set_new(facts, "smt_active",
			    json_is_integer(active) ? json_boolean(json_integer_value(active) != 0)
						    : json_null());
	json_object_set_new(facts, "smt_siblings", siblings_of(root, cpus));
	json_decref(active);
}

static bool has_word(const char *line, const char *word)
{
	size_t length = strlen(word), end = strcspn(line, "\n");

	for (const char *at = line; (at = strstr(at, word)) && at < line + end; at += length) {
		if ((at == line || at[-1] == ' ') && strchr(" \n", at[length]))
			return true;
	}
	return false;
}

/* Only x86 says whether it is virtual; elsewhere a hypervisor may make itself known. */
static void add_hypervisor(json_t *facts, const char *root, const char *info)
{
	const char *flags = tree_line(info, "flags");
	char *type = tree_read(root, "/sys/hypervisor/type");
	char *vendor = tree_read(root, "/sys/class/dmi/id/sys_vendor");
	char *product = tree_read(root, "/sys/class/dmi/id/product_name");
	bool virtualised = type || (flags && has_word(flags, "hypervisor"));
	char name[256];

	snprintf(name, sizeof(name), "%s%s%s", vendor ? vendor : "", vendor && product ? " " : "",
		 product ? product : "");
	json_object_set_new(facts, "virtualised",
			    flags || type ? json_boolean(virtualised) : json_null());
	json_object_set_new(facts, "hypervisor", tree_string(virtualised ? type : NULL));
	json_object_set_new(facts, "dmi", tree_string(*name ? name : NULL));
	free(type);
	free(vendor);
	free(product);
}

/* {"not_affected": how many, "mitigated": [names], "vulnerable": [names]} */
static json_t *vulnerabilities(const char *root)
{
	json_t *mitigated = json_array(), *vulnerable = json_array();
	struct dirent **names;
	int count = tree_names(root, VULNERABILITIES, &names), unaffected = 0, known = 0;

	for (int i = 0; i < count; i++) {
		char *text = tree_read(root, VULNERABILITIES "/%s", names[i]->d_name);

		if (text && !strcmp(text, "Not affected"))
			unaffected++;
		else if (text)
			json_array_append_new(strstr(text, "itigation") ? mitigated : vulnerable,
					      tree_string(names[i]->d_name));
		known += text != NULL;
		free(text);
	}
	tree_free_names(names, count);
	if (known)
		return json_pack("{s:i, s:o, s:o}", "not_affected", unaffected, "mitigated",
				 mitigated, "vulnerable", vulnerable);
	json_decref(mitigated);
	json_decref(vulnerable);
	return json_null();
}

static void take_hottest(json_t *reading, double *hottest, bool *known)
{
	double celsius = (double)json_integer_value(reading) / MILLI;

	if (json_is_integer(reading) && (!*known || celsius > *hottest)) {
		*hottest = celsius;
		*known = true;
	}
	json_decref(reading);
}

static bool is_of_processor(const char *name)
{
	static const char *const drivers[] = {"coretemp", "k10temp", "zenpower", "cpu_thermal"};

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		if (!strcmp(name, drivers[i]))
			return true;
	}
	return false;
}

static void read_hwmon(const char *root, const char *name, double *hottest, bool *known)
{
	char *driver = tree_read(root, HWMON_FOLDER "/%s/name", name);

	for (int i = 1; driver && is_of_processor(driver) && i < HOTTEST_INPUTS; i++)
		take_hottest(tree_number(root, HWMON_FOLDER "/%s/temp%d_input", name, i), hottest,
			     known);
	free(driver);
}

/* The hottest sensor of the processor; of the machine if none is known to be the processor's. */
static json_t *temperature(const char *root)
{
	struct dirent **names;
	int count = tree_names(root, HWMON_FOLDER, &names);
	double hottest = 0;
	bool known = false;

	for (int i = 0; i < count; i++)
		read_hwmon(root, names[i]->d_name, &hottest, &known);
	tree_free_names(names, count);
	if (known)
		return json_real(hottest);
	count = tree_names(root, THERMAL_FOLDER, &names);
	for (int i = 0; i < count; i++)
		take_hottest(tree_number(root, THERMAL_FOLDER "/%s/temp", names[i]->d_name),
			     &hottest, &known);
	tree_free_names(names, count);
	return known ? json_real(hottest) : json_null();
}

void facts_add_processor(json_t *facts, const char *root, const cpu_set_t *cpus)
{
	char *info = tree_read(root, "/proc/cpuinfo");

	json_object_set_new(facts, "cpus", tree_cpus_text(cpus));
	add_count(facts, root);
	add_model(facts, info);
	json_object_set_new(facts, "governors", by_value(root, cpus, "scaling_governor"));
	json_object_set_new(facts, "frequency_drivers", by_value(root, cpus, "scaling_driver"));
	add_turbo(facts, root);
	add_smt(facts, root, cpus);
	add_hypervisor(facts, root, info);
	json_object_set_new(facts, "vulnerabilities", vulnerabilities(root));
	json_object_set_new(facts, "temperature_celsius", temperature(root));
	free(info);
}
