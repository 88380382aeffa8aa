/* Devices that a user names: what somebody uses, or has something on, is not written to. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "lab/native/devices.h"
#include "reports/error.h"
#include "tests/unit/scratch.h"

static void refuse(const char *path, const char *word, const char *other)
{
	g_autofree char *device = g_strconcat("disk=", path, NULL);
	const char *const devices[] = {"client=0000:00:01.0", device, NULL};
	const char *const words[] = {path, word, other, NULL};
	g_autoptr(GError) error = NULL;

	assert_true(pb_native_check_devices(devices, &error) < 0);
	scratch_check_error(error, PB_EXIT_USAGE, words);
}

/* Its agent takes them from no driver; and what is no disk is not asked about. */
static void pci_devices_are_the_agents(void **state)
{
	const char *const devices[] = {"client=0000:00:01.0", "provider=0000:00:02.0", NULL};

	(void)state;
	assert_int_equal(pb_native_check_devices(devices, NULL), 0);
	assert_int_equal(pb_native_check_devices(NULL, NULL), 0);
}

static void what_is_no_block_device_is_refused(void **state)
{
	g_autofree char *file = scratch_write(state, "file", "text");

	refuse("/dev/null", "no block device", "doctor");
	refuse(file, "no block device", NULL);
	refuse("/nonexistent/disk", "no block device", NULL);
	/* From whichever folder it is looked at. */
	refuse("nvme0n1", "no block device", NULL);
	refuse("../dev/null", "no block device", NULL);
}

/* The disk, or the part of one, that / is on, and its number. To be freed; NULL: on none. */
static char *disk_of_root(dev_t *ret_number)
{
	struct stat info;
	g_autofree char *link = NULL, *real = NULL, *name = NULL, *path = NULL;

	if (stat("/", &info))
		return NULL;
	link = g_strdup_printf("/sys/dev/block/%u:%u", major(info.st_dev), minor(info.st_dev));
	real = realpath(link, NULL);
	if (!real)
		return NULL;
	name = g_path_get_basename(real);
	path = g_build_filename("/dev", name, NULL);
	*ret_number = info.st_dev;
	return access(path, F_OK) ? NULL : g_steal_pointer(&path);
}

static void a_mounted_disk_is_refused(void **state)
{
	dev_t number;
	g_autofree char *disk = disk_of_root(&number);

	(void)state;
	if (!disk)
		skip();
	refuse(disk, "not touched", "is mounted at");
}

/* By whatever name: what counts is which device it is. */
static void another_name_does_not_help(void **state)
{
	dev_t number;
	g_autofree char *disk = disk_of_root(&number);
	g_autofree char *link = scratch_path(state, "link"), *node = scratch_path(state, "node");
	g_autofree char *here = g_get_current_dir(), *relative = NULL;

	if (!disk)
		skip();
	assert_int_equal(symlink(disk, link), 0);
	refuse(link, "not touched", "is mounted at");
	/* As whoever stands in /dev would name it. */
	relative = g_path_get_basename(disk);
	assert_int_equal(chdir("/dev"), 0);
	refuse(relative, "not touched", "is mounted at");
	assert_int_equal(chdir(here), 0);
	/* Making one needs root. */
	if (!mknod(node, S_IFBLK | 0600, number))
		refuse(node, "not touched", "is mounted at");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pci_devices_are_the_agents),
		IN_SCRATCH(what_is_no_block_device_is_refused),
		cmocka_unit_test(a_mounted_disk_is_refused),
		IN_SCRATCH(another_name_does_not_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
