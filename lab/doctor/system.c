/* The running system: what it lets be done, and what it has. */
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "lab/doctor/checks.h"
#include "lab/native/sysfs.h"

#define CAP_SYS_MODULE_BIT 16

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
			      "apt-get install linux-headers-$(uname -r)",
			      "none of the running kernel, %s: only guests get the module",
			      name.release);
}

guint64 pb_doctor_capabilities(const char *root)
{
	g_autofree char *status = pb_sysfs_read(root, "/proc/self/status");
	const char *line = status ? strstr(status, "\nCapEff:") : NULL;

	return line ? g_ascii_strtoull(line + strlen("\nCapEff:"), NULL, 16) : 0;
}

/* Modules that nobody signed are refused: by this module parameter, or by a lockdown. */
static bool check_signatures(json_t *checks, const char *root)
{
	g_autofree char *lockdown = pb_sysfs_read(root, "/sys/kernel/security/lockdown");
	g_autofree char *enforced =
		pb_sysfs_read(root, "/sys/module/module/parameters/sig_enforce");

	if (lockdown && !strstr(lockdown, "[none]"))
		pb_doctor_add(checks, "loading modules", PB_DOCTOR_PARTLY,
			      "sign the module, or boot with lockdown=none",
			      "signed ones alone: %s", lockdown);
	else if (enforced && *enforced == 'Y')
		pb_doctor_add(checks, "loading modules", PB_DOCTOR_PARTLY,
			      "sign the module, or boot with module.sig_enforce=0",
			      "signed ones alone: signatures are enforced");
	else
		return false;
	return true;
}

/* Whether the kernel has modules at all: without, nothing else of them is worth a line. */
static bool check_modules(json_t *checks, const char *root)
{
	guint64 disabled = 0;

	if (!pb_sysfs_number(root, &disabled, "/proc/sys/kernel/modules_disabled")) {
		pb_doctor_add(checks, "loading modules", PB_DOCTOR_NO,
			      "a kernel with CONFIG_MODULES", "the running kernel has no modules");
		return false;
	}
	if (disabled)
		pb_doctor_add(checks, "loading modules", PB_DOCTOR_NO,
			      "reboot without kernel.modules_disabled=1",
			      "switched off until the next boot");
	else if (!(pb_doctor_capabilities(root) >> CAP_SYS_MODULE_BIT & 1))
		pb_doctor_add(checks, "loading modules", PB_DOCTOR_NO,
			      "be root, outside of a container", "this process may not");
	else if (!check_signatures(checks, root))
		pb_doctor_add(checks, "loading modules", PB_DOCTOR_NOT_TRIED, NULL,
			      "nothing forbids it; none was loaded");
	return true;
}

static void check_iommu(json_t *checks, const char *root)
{
	g_autoptr(GPtrArray) groups = pb_sysfs_list(root, "/sys/kernel/iommu_groups");

	if (groups->len)
		pb_doctor_add(checks, "IOMMU", PB_DOCTOR_YES, NULL, "%u group%s of devices",
			      groups->len, groups->len == 1 ? "" : "s");
	else
		pb_doctor_add(checks, "IOMMU", PB_DOCTOR_NO,
			      "boot with intel_iommu=on (amd_iommu=on), with it on in the firmware",
			      "no groups: no device of this machine can be given to user space; "
			      "guests have one of their own");
}

void pb_doctor_system(json_t *checks, const char *root)
{
	check_root(checks);
	if (check_modules(checks, root))
		check_headers(checks, root);
	check_iommu(checks, root);
}
