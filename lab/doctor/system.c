/* The running system: what it lets be done, and what it has. */
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "lab/doctor/checks.h"
#include "lab/doctor/sysfs.h"

#define CAP_SYS_MODULE_BIT 16
#define MIB_KIB		   1024

/* Guests are their own root; this is for what would use the machine's own kernel and devices. */
static void check_root(json_t *checks)
{
	if (geteuid() == 0)
		pb_doctor_add(checks, "root", PB_DOCTOR_YES, NULL, "this is root");
	else
		pb_doctor_add(checks, "root", PB_DOCTOR_NO, "sudo ./run.sh",
			      "this is not root: guests need none, this machine's own devices do");
}

static void check_headers(json_t *checks, const char *root)
{
	struct utsname name;
	g_autofree char *makefile = NULL;

	uname(&name);
	makefile = pb_sysfs_read(root, "/lib/modules/%s/build/Makefile", name.release);
	if (makefile)
		pb_doctor_add(checks, "kernel headers", PB_DOCTOR_YES, NULL,
			      "a module can be built for the running kernel, %s", name.release);
	else
		pb_doctor_add(checks, "kernel headers", PB_DOCTOR_NO,
			      "install its headers: apt-get install linux-headers-$(uname -r)",
			      "none of the running kernel, %s: only guests get the module",
			      name.release);
}

/* The effective capabilities of this process, a bit mask. */
static guint64 capabilities(const char *root)
{
	g_autofree char *status = pb_sysfs_read(root, "/proc/self/status");
	const char *line = status ? strstr(status, "\nCapEff:") : NULL;

	return line ? g_ascii_strtoull(line + strlen("\nCapEff:"), NULL, 16) : 0;
}

static void check_modules(json_t *checks, const char *root)
{
	g_autofree char *lockdown = pb_sysfs_read(root, "/sys/kernel/security/lockdown");
	guint64 disabled = 0;
	bool known = pb_sysfs_number(root, &disabled, "/proc/sys/kernel/modules_disabled");

	if (!known)
		pb_doctor_add(checks, "loading modules", PB_DOCTOR_NO,
			      "a kernel with CONFIG_MODULES", "the running kernel has no modules");
	else if (disabled)
		pb_doctor_add(checks, "loading modules", PB_DOCTOR_NO,
			      "reboot without kernel.modules_disabled=1",
			      "switched off until the next boot");
	else if (!(capabilities(root) >> CAP_SYS_MODULE_BIT & 1))
		pb_doctor_add(checks, "loading modules", PB_DOCTOR_NO,
			      "be root, outside of a "
			      "container",
			      "this process may not");
	else if (lockdown && !strstr(lockdown, "[none]"))
		pb_doctor_add(checks, "loading modules", PB_DOCTOR_PARTLY,
			      "sign the module, or boot without lockdown", "signed ones alone: %s",
			      lockdown);
	else
		pb_doctor_add(checks, "loading modules", PB_DOCTOR_NOT_TRIED, NULL,
			      "nothing forbids it; none was loaded");
}

static void check_iommu(json_t *checks, const char *root)
{
	g_autoptr(GPtrArray) groups = pb_sysfs_list(root, "/sys/kernel/iommu_groups");

	if (groups->len)
		pb_doctor_add(checks, "IOMMU", PB_DOCTOR_YES, NULL, "%u group%s of devices",
			      groups->len, groups->len == 1 ? "" : "s");
	else
		pb_doctor_add(checks, "IOMMU", PB_DOCTOR_NO,
			      "switch it on in the firmware, and boot with intel_iommu=on or "
			      "amd_iommu=on; guests have one of their own",
			      "no groups: no device of this machine can be given to user space");
}

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
	pb_doctor_add(checks, "hugepages", all ? PB_DOCTOR_YES : PB_DOCTOR_NO,
		      all ? NULL : "sysctl vm.nr_hugepages=64; guests have their own", "%s",
		      text->len ? text->str : "the running kernel has none");
}

void pb_doctor_system(json_t *checks, const char *root)
{
	check_root(checks);
	check_headers(checks, root);
	check_modules(checks, root);
	check_iommu(checks, root);
	check_hugepages(checks, root);
}
