/* What happens on the CPUs beside the measurement: see facts.h. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench/core/noise/facts.h"
#include "bench/core/noise/tree.h"

/* Of many, those that come most often. */
#define MOST_INTERRUPTS 16
#define STEAL_FIELD	7 /* of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal */
#define PERCENT		100.0

struct interrupt {
	int number;
	unsigned long long count; /* on the measured CPUs, since boot */
	char name[64];
	char cpus[64];
};

/* Which CPU each column of /proc/interrupts is of, from its first line. */
static size_t read_columns(const char *text, size_t *ret_columns)
{
	const char *end = text + strcspn(text, "\n");
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, "CPU")) && at < end; at += 3) {
		if (count < CPU_SETSIZE)
			ret_columns[count++] = strtoul(at + 3, NULL, 10);
	}
	return count;
}

/* "12 34 chip name": the counts of @cpus summed; what is behind all counts is left at *at. */
static unsigned long long sum_counts(const char **at, const size_t *columns, size_t count,
				     const cpu_set_t *cpus)
{
	unsigned long long sum = 0, one;
	char *end;

	for (size_t i = 0; i < count; i++) {
		one = strtoull(*at, &end, 10);
		if (end == *at)
			break;
		*at = end;
		if (columns[i] < CPU_SETSIZE && CPU_ISSET(columns[i], cpus))
			sum += one;
	}
	return sum;
}

/* The last word of the line is who asked for it. */
static void copy_name(struct interrupt *interrupt, const char *rest)
{
	size_t end = strcspn(rest, "\n"), start;

	while (end && isspace((unsigned char)rest[end - 1]))
		end--;
	start = end;
	while (start && !isspace((unsigned char)rest[start - 1]))
		start--;
	snprintf(interrupt->name, sizeof(interrupt->name), "%.*s", (int)(end - start),
		 rest + start);
}

/* Whether it goes to one of @cpus, which only its own files say. */
static bool is_sent_there(struct interrupt *interrupt, const char *root, const cpu_set_t *cpus)
{
	char *text = tree_read(root, "/proc/irq/%d/effective_affinity_list", interrupt->number);
	cpu_set_t targets;
	bool ret = false;

	if (!text || !*text) {
		free(text);
		text = tree_read(root, "/proc/irq/%d/smp_affinity_list", interrupt->number);
	}
	if (text && !tree_parse_cpus(text, &targets)) {
		CPU_AND(&targets, &targets, cpus);
		ret = CPU_COUNT(&targets) > 0;
		snprintf(interrupt->cpus, sizeof(interrupt->cpus), "%s", text);
	}
	free(text);
	return ret;
}

static int by_count(const void *left, const void *right)
{
	const struct interrupt *one = left, *other = right;

	if (one->count != other->count)
		return one->count < other->count ? 1 : -1;
	return one->number - other->number;
}

/* Those with a number alone: timers and calls between CPUs cannot be moved. */
static size_t read_interrupts(const char *root, const char *text, const cpu_set_t *cpus,
			      struct interrupt **ret_interrupts)
{
	size_t columns[CPU_SETSIZE], column_count = read_columns(text, columns), count = 0;

	for (const char *at = strchr(text, '\n'); at; at = strchr(at, '\n')) {
		struct interrupt interrupt = {0}, *more;
		char *end;

		at++;
		interrupt.number = (int)strtol(at, &end, 10);
		if (end == at || *end != ':')
			continue;
		at = end + 1;
		interrupt.count = sum_counts(&at, columns, column_count, cpus);
		if (!is_sent_there(&interrupt, root, cpus))
			continue;
		copy_name(&interrupt, at);
		more = reallocarray(*ret_interrupts, count + 1, sizeof(*more));
		if (!more)
			break;
		*ret_interrupts = more;
		more[count++] = interrupt;
	}
	if (count)
		qsort(*ret_interrupts, count, sizeof(**ret_interrupts), by_count);
	return count;
}

static void add_interrupts(json_t *facts, const char *root, const cpu_set_t *cpus)
{
	char *text = tree_read(root, "/proc/interrupts");
	struct interrupt *interrupts = NULL;
	size_t count = text ? read_interrupts(root, text, cpus, &interrupts) : 0, active = 0;
	json_t *list = text ? json_array() : json_null();

	for (size_t i = 0; i < count; i++) {
		active += interrupts[i].count > 0;
		if (i >= MOST_INTERRUPTS || !interrupts[i].count)
			continue;
		json_array_append_new(list,
				      json_pack("{s:i, s:o, s:o, s:I}", "irq", interrupts[i].number,
						"name", tree_string(interrupts[i].name), "cpus",
						tree_string(interrupts[i].cpus), "count",
						(json_int_t)interrupts[i].count));
	}
	json_object_set_new(facts, "interrupts", list);
	json_object_set_new(facts, "interrupt_lines",
			    text ? json_integer((json_int_t)active) : json_null());
	free(interrupts);
	free(text);
}

/* "cpu3 1 2 3 ...": the share of the time that a hypervisor gave to others. */
static void add_steal(json_t *facts, const char *root, const cpu_set_t *cpus)
{
	char *text = tree_read(root, "/proc/stat");
	unsigned long long all = 0, stolen = 0, one;

	for (const char *at = text; at; at = strchr(at, '\n')) {
		size_t cpu;
		char *end;

		at += *at == '\n';
		if (strncmp(at, "cpu", 3) || !isdigit((unsigned char)at[3]))
			continue;
		cpu = strtoul(at + 3, &end, 10);
		if (cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, cpus))
			continue;
		/* What comes after it is in the others already. */
		for (int i = 0; i <= STEAL_FIELD; i++) {
			one = strtoull(end, &end, 10);
			all += one;
			stolen += i == STEAL_FIELD ? one : 0;
		}
	}
	json_object_set_new(facts, "steal_percent",
			    all ? json_real(PERCENT * (double)stolen / (double)all) : json_null());
	free(text);
}

/* "0.42 0.50 0.48 2/144 28489" */
static void add_load(json_t *facts, const char *root)
{
	char *text = tree_read(root, "/proc/loadavg");
	double load = 0;
	int runnable = 0, got = text ? sscanf(text, "%lf %*f %*f %d/", &load, &runnable) : 0;

	json_object_set_new(facts, "load_1min", got >= 1 ? json_real(load) : json_null());
	json_object_set_new(facts, "runnable", got >= 2 ? json_integer(runnable) : json_null());
	free(text);
}

void facts_add_activity(json_t *facts, const char *root, const cpu_set_t *cpus)
{
	add_interrupts(facts, root, cpus);
	add_steal(facts, root, cpus);
	add_load(facts, root);
}
