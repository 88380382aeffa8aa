/* The machine in words: see hardware.h. */
#include <string.h>

#include "reports/render/hardware/hardware.h"
#include "reports/render/text.h"

/* More of a kind are counted, not named. */
#define MOST_NAMED 4
#define KIB	   1024.0

static const struct {
	const char *kind, *word;
	bool numbered;
} kinds[] = {
	{"machine", "machine", false}, {"package", "package", true}, {"die", "die", true},
	{"group", "group", true},      {"node", "NUMA node", true},  {"l3", "L3", false},
	{"l2", "L2", false},	       {"core", "core", true},	     {"pu", "CPU", true},
};

char *pb_hardware_label(const struct pb_hardware_box *box)
{
	if (!strcmp(box->kind, "device"))
		return g_strdup(box->name ? box->name : "device");
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (strcmp(kinds[i].kind, box->kind))
			continue;
		return kinds[i].numbered ? g_strdup_printf("%s %zu", kinds[i].word, box->index)
					 : g_strdup(kinds[i].word);
	}
	return g_strdup(box->kind);
}

/* Independent of the locale, and without a point where there is none. */
static char *size_text(double bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	guint unit = 0;
	char digits[32];

	for (; bytes >= KIB && unit < G_N_ELEMENTS(units) - 1; unit++)
		bytes /= KIB;
	g_ascii_formatd(digits, sizeof(digits), "%.1f", bytes);
	if (g_str_has_suffix(digits, ".0"))
		digits[strlen(digits) - 2] = '\0';
	return g_strdup_printf("%s %s", digits, units[unit]);
}

char *pb_hardware_details(const struct pb_hardware_box *box)
{
	g_autoptr(GString) text = g_string_new(NULL);
	json_t *disk;
	size_t i;

	if (box->bytes > 0)
		return size_text(box->bytes);
	if (strcmp(box->kind, "device"))
		return g_strdup(box->name);
	g_string_append(text, box->class ? box->class : box->id ? box->id : "");
	json_array_foreach (box->disks, i, disk)
		g_string_append_printf(text, "%s%s", text->len ? " " : "", json_string_value(disk));
	return text->len ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

static int by_number(const void *left, const void *right)
{
	size_t one = *(const size_t *)left, other = *(const size_t *)right;

	return (one > other) - (one < other);
}

/* "0-3,8" */
static void append_cpus(GString *text, const struct pb_hardware *hardware)
{
	g_autofree size_t *cpus =
		g_memdup2(hardware->cpus, hardware->cpu_count * sizeof(*hardware->cpus));

	qsort(cpus, hardware->cpu_count, sizeof(*cpus), by_number);
	for (size_t i = 0, last; i < hardware->cpu_count; i = last + 1) {
		last = i;
		while (last + 1 < hardware->cpu_count && cpus[last + 1] <= cpus[last] + 1)
			last++;
		g_string_append_printf(text, "%s%zu", i ? "," : "", cpus[i]);
		if (cpus[last] > cpus[i])
			g_string_append_printf(text, "-%zu", cpus[last]);
	}
}

/* Those of one kind that were measured on; nothing if there are none. */
static void append_used(GString *text, const struct pb_hardware *hardware, const char *kind,
			const char *many, const char *before)
{
	g_autoptr(GString) named = g_string_new(NULL);
	size_t count = 0;

	for (size_t i = 0; i < hardware->count; i++) {
		const struct pb_hardware_box *box = &hardware->boxes[i];
		g_autofree char *label = NULL;

		if (strcmp(box->kind, kind) || !pb_hardware_is_used(hardware, box->cpus))
			continue;
		label = pb_hardware_label(box);
		g_string_append_printf(named, "%s%s", count ? ", " : "", label);
		count++;
	}
	if (count > MOST_NAMED)
		g_string_append_printf(text, "%s%zu %s", before, count, many);
	else if (count)
		g_string_append_printf(text, "%s%s", before, named->str);
}

char *pb_hardware_summary(const struct pb_hardware *hardware)
{
	GString *text = g_string_new(NULL);
	gsize start;

	if (!hardware->cpu_count) {
		g_string_append(text, "No CPU was chosen: cases ran wherever the kernel put them.");
	} else {
		g_string_append(text, hardware->cpu_count == 1 ? "Measured on CPU "
							       : "Measured on CPUs ");
		append_cpus(text, hardware);
		start = text->len;
		append_used(text, hardware, "core", "cores", ": ");
		append_used(text, hardware, "package", "packages",
			    text->len > start ? " of " : ": ");
		append_used(text, hardware, "node", "NUMA nodes",
			    text->len > start ? ", at " : ": ");
		g_string_append_c(text, '.');
	}
	if (hardware->numa_node >= 0)
		g_string_append_printf(text, " Memory of NUMA node %d alone.", hardware->numa_node);
	return g_string_free(text, FALSE);
}
