/* Memory that cases ask for, and how much of it may be pinned: by files below @root. */
#include <string.h>
#include "lab/doctor/checks.h"
#include "lab/native/sysfs.h"

#define MIB_KIB		 1024
#define MIB_SHIFT	 20
#define CAP_IPC_LOCK_BIT 14
#define THP_FILE	 "/sys/kernel/mm/transparent_hugepage/enabled"

static void check_hugepages(json_t *checks, const char *root)
{
	g_autoptr(GPtrArray) sizes = pb_sysfs_list(root, "/sys/kernel/mm/hugepages");
	g_autoptr(GString) text = g_string_new(NULL);
	guint64 all = 0;

	for (guint i = 0; i < sizes->len; i++) {
		const char *name = sizes->pdata[i];
		guint64 kib = 0, total = 0, free = 0;

		if (!g_str_has_prefix(name, "hugepages-"))
			continue;
		kib = g_ascii_strtoull(name + strlen("hugepages-"), NULL, 10);
		pb_sysfs_number(root, &total, "/sys/kernel/mm/hugepages/%s/nr_hugepages", name);
		pb_sysfs_number(root, &free, "/sys/kernel/mm/hugepages/%s/free_hugepages", name);
		g_string_append_printf(text,
				       "%s%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " MiB"
				       " (%" G_GUINT64_FORMAT " free)",
				       text->len ? ", " : "", total, kib / MIB_KIB, free);
		all += total;
	}
	if (all)
		pb_doctor_add(checks, "hugepages", PB_DOCTOR_YES, NULL, "%s", text->str);
	else if (text->len)
		pb_doctor_add(checks, "hugepages", PB_DOCTOR_NO, "sysctl vm.nr_hugepages=64",
			      "%s; guests have their own", text->str);
	else
		pb_doctor_add(checks, "hugepages", PB_DOCTOR_NO, "a kernel with CONFIG_HUGETLBFS",
			      "the running kernel has none; guests have their own");
}

static void check_thp(json_t *checks, const char *root)
{
	g_autofree char *mode = pb_sysfs_read(root, THP_FILE);

	if (!mode)
		pb_doctor_add(checks, "THP", PB_DOCTOR_NO,
			      "a kernel with CONFIG_TRANSPARENT_HUGEPAGE",
			      "the running kernel has no transparent huge pages");
	else if (strstr(mode, "[never]"))
		pb_doctor_add(checks, "THP", PB_DOCTOR_NO, "echo madvise > " THP_FILE,
			      "switched off: cases in transparent huge pages are skipped");
	else
		pb_doctor_add(checks, "THP", PB_DOCTOR_YES, NULL, "%s", mode);
}

static void check_cma(json_t *checks, const char *root)
{
	g_autofree char *info = pb_sysfs_read(root, "/proc/meminfo");
	const char *line = info ? strstr(info, "CmaTotal:") : NULL;
	guint64 kib = line ? g_ascii_strtoull(line + strlen("CmaTotal:"), NULL, 10) : 0;

	if (!line)
		pb_doctor_add(checks, "CMA", PB_DOCTOR_NO, "a kernel with CONFIG_CMA",
			      "the running kernel has none; guests have");
	else if (!kib)
		pb_doctor_add(checks, "CMA", PB_DOCTOR_NO, "boot with cma=256M",
			      "no memory is set aside for it");
	else
		pb_doctor_add(checks, "CMA", PB_DOCTOR_YES, NULL, "%" G_GUINT64_FORMAT " MiB",
			      kib / MIB_KIB);
}

/* "Max locked memory         8388608              8388608              bytes" */
static void check_memlock(json_t *checks, const char *root)
{
	g_autofree char *limits = pb_sysfs_read(root, "/proc/self/limits");
	const char *line = limits ? strstr(limits, "Max locked memory") : NULL;

	if (!line)
		return;
	line += strlen("Max locked memory");
	line += strspn(line, " ");
	if (pb_doctor_capabilities(root) >> CAP_IPC_LOCK_BIT & 1)
		pb_doctor_add(checks, "pinned memory", PB_DOCTOR_YES, NULL,
			      "no limit holds for this process (CAP_IPC_LOCK)");
	else if (g_str_has_prefix(line, "unlimited"))
		pb_doctor_add(checks, "pinned memory", PB_DOCTOR_YES, NULL, "without a limit");
	else
		pb_doctor_add(checks, "pinned memory", PB_DOCTOR_PARTLY, "ulimit -l unlimited",
			      "at most %" G_GUINT64_FORMAT " MiB: larger cases are skipped",
			      g_ascii_strtoull(line, NULL, 10) >> MIB_SHIFT);
}

void pb_doctor_memory(json_t *checks, const char *root)
{
	check_hugepages(checks, root);
	check_thp(checks, root);
	check_cma(checks, root);
	check_memlock(checks, root);
}
