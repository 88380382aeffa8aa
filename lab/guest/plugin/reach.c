/*
 * A QEMU plugin that says which stretches of code the guest executed, and whether inside the
 * measured region. It adds no instruction to the guest: what is counted stays what it was.
 *
 *   -plugin pinbench-reach.so,in=FILE,out=FILE
 *
 * in: one stretch a line, "START END" in hexadecimal, sorted, not overlapping. out, when
 * QEMU leaves: one line each in the same order, how often the stretch was come to "INSIDE OUTSIDE".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lab/guest/plugin/api.h"
#include "lab/guest/plugin/marker.h"

#define MOST_RANGES 65536

struct range {
	uint64_t start;
	uint64_t end;
	uint64_t inside;
	uint64_t outside;
};

static struct range *ranges;
static size_t range_count;
static char *out_path;
static int is_inside; /* one processor: counted guests have no second */

QEMU_EXPORT int qemu_plugin_version = QEMU_API_VERSION;

static void at_begin(unsigned int cpu, void *data)
{
	is_inside = 1;
}

static void at_end(unsigned int cpu, void *data)
{
	is_inside = 0;
}

static void at_range(unsigned int cpu, void *data)
{
	struct range *range = data;

	if (is_inside)
		range->inside++;
	else
		range->outside++;
}

static struct range *find_range(uint64_t address)
{
	size_t low = 0, high = range_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (address < ranges[middle].start)
			high = middle;
		else if (address >= ranges[middle].end)
			low = middle + 1;
		else
			return &ranges[middle];
	}
	return NULL;
}

static void at_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);
	struct range *last = NULL;

	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		struct range *range = find_range(qemu_plugin_insn_vaddr(insn));
		uint32_t marker = marker_of(insn);

		if (marker == PINBENCH_MARKER_BEGIN)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_begin,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
		if (marker == PINBENCH_MARKER_END)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_end, QEMU_PLUGIN_CB_NO_REGS,
							       NULL);
		/* Once for each block is enough to know that it was come to. */
		if (range && range != last)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_range,
							       QEMU_PLUGIN_CB_NO_REGS, range);
		last = range;
	}
}

static void at_exit(qemu_plugin_id_t id, void *data)
{
	FILE *out = fopen(out_path, "we");

	if (!out)
		return;
	for (size_t i = 0; i < range_count; i++)
		fprintf(out, "%llu %llu\n", (unsigned long long)ranges[i].inside,
			(unsigned long long)ranges[i].outside);
	fclose(out);
}

static int read_ranges(const char *path)
{
	unsigned long long start, end;
	FILE *file = fopen(path, "re");
	int fields = 0;

	ranges = calloc(MOST_RANGES, sizeof(*ranges));
	if (!file || !ranges) {
		fprintf(stderr, "pinbench-reach: cannot read %s\n", path);
		return -1;
	}
	while (range_count < MOST_RANGES && (fields = fscanf(file, "%llx %llx", &start, &end)) == 2)
		ranges[range_count++] = (struct range){.start = start, .end = end};
	fclose(file);
	if (fields == EOF)
		return 0;
	fprintf(stderr, "pinbench-reach: %s: line %zu is no range, or one too many\n", path,
		range_count + 1);
	return -1;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	const char *path = NULL;

	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "in=", 3))
			path = argv[i] + 3;
		else if (!strncmp(argv[i], "out=", 4))
			out_path = strdup(argv[i] + 4);
	}
	if (!path || !out_path || read_ranges(path))
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, at_translation);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
