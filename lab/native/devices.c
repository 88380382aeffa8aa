/* Devices that the user names: see devices.h. */
#include "lab/native/devices.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "lab/native/disks.h"
#include "lab/util/process.h"
#include "reports/error.h"

/* blkid -p: it looked, and there is nothing. */
#define BLKID_NOTHING 2

/* What has been written on the device, as blkid has it; an error if there is something, or none
 * knows.
 */
static int check_signature(const char *path, GError **ret_error)
{
	const char *const argv[] = {"blkid", "-p", "-o", "full", path, NULL};
	int status = 0;
	struct pb_command command = {.argv = argv, .timeout_seconds = 30, .ret_status = &status};
	g_autofree char *found = NULL;
	int err = pb_command_run(&command, &found, ret_error);

	if (err || status == BLKID_NOTHING)
		return err;
	if (status)
		return pb_fail(
			ret_error, EIO, PB_EXIT_USAGE,
			"--device: what is on %s is not known (blkid -p: exit status %d), so "
			"it is not written to",
			path, status);
	return pb_fail(ret_error, EBUSY, PB_EXIT_USAGE,
		       "--device: %s is not empty: %s; a disk that is measured is overwritten. If "
		       "nothing on it is wanted: wipefs -a %s",
		       path, g_strstrip(found), path);
}

static int check_disk(const char *path, GError **ret_error)
{
	g_autofree char *name = g_path_get_basename(path);
	g_autofree char *held = NULL;
	struct stat info;

	if (stat(path, &info) || !S_ISBLK(info.st_mode))
		return pb_fail(ret_error, ENODEV, PB_EXIT_USAGE,
			       "--device: %s is no block device; ./run.sh doctor lists those that "
			       "there are",
			       path);
	held = pb_disk_held(name);
	if (held)
		return pb_fail(ret_error, EBUSY, PB_EXIT_USAGE, "--device: %s is not touched: %s",
			       path, held);
	return check_signature(path, ret_error);
}

int pb_native_check_devices(const char *const *devices, GError **ret_error)
{
	int err = 0;

	for (; devices && *devices && !err; devices++) {
		const char *name = strchr(*devices, '=');

		/* The agent checks the form; a PCI device it takes from no driver. */
		if (name && name[1] == '/')
			err = check_disk(name + 1, ret_error);
	}
	return err;
}
