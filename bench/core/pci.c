/* PCI devices: see pci.h. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/pci.h"
#include "bench/core/sysfile.h"
#include "bench/core/undo.h"
#include "pinbench/uapi.h"

#define BUS	    "/sys/bus/pci"
#define NO_OVERRIDE "\n"
/* What the module's drivers' names begin with: nobody else gives a device to one. */
#define OWN_DRIVERS "pinbench"
/* Of include/linux/ioport.h and pci_regs.h. */
#define IORESOURCE_MEM 0x200
#define BARS	       6

static unsigned long read_number(const char *name, const char *attribute)
{
	char path[512], text[32];

	snprintf(path, sizeof(path), BUS "/devices/%s/%s", name, attribute);
	return sysfile_read(path, text, sizeof(text)) ? 0 : strtoul(text, NULL, 0);
}

/* The name of the driver, or "". */
static void read_driver(const char *name, char *ret_driver, size_t bytes)
{
	char path[512], target[PATH_MAX];
	const char *slash;
	ssize_t length;

	snprintf(path, sizeof(path), BUS "/devices/%s/driver", name);
	length = readlink(path, target, sizeof(target) - 1);
	target[length > 0 ? length : 0] = '\0';
	slash = strrchr(target, '/');
	snprintf(ret_driver, bytes, "%.*s", (int)bytes - 1, slash ? slash + 1 : target);
}

static bool is_ours(const char *driver)
{
	return !strncmp(driver, OWN_DRIVERS, strlen(OWN_DRIVERS));
}

static bool is_free(const char *name, uint32_t what, const char *wanted)
{
	char driver[64];

	if ((read_number(name, "vendor") << 16 | read_number(name, "device")) != what)
		return false;
	read_driver(name, driver, sizeof(driver));
	return !*driver || is_ours(driver) || !strcmp(driver, wanted);
}

int pci_parse_name(const char *name, struct pci_device *ret_device)
{
	unsigned int domain, bus, device, function;

	if (sscanf(name, "%x:%x:%x.%x", &domain, &bus, &device, &function) != 4 ||
	    strlen(name) >= sizeof(ret_device->name))
		return -EINVAL;
	memcpy(ret_device->name, name, strlen(name) + 1);
	ret_device->address = PINBENCH_PCI_ADDRESS(domain, bus, device, function);
	return 0;
}

/* The one with the first name: folders have no order. */
static int find(uint32_t what, const char *wanted, struct pci_device *ret_device)
{
	DIR *devices = opendir(BUS "/devices");
	const struct dirent *entry;
	char best[256] = "";

	while (devices && (entry = readdir(devices))) {
		if (entry->d_name[0] == '.' || !is_free(entry->d_name, what, wanted))
			continue;
		if (!*best || strcmp(entry->d_name, best) < 0)
			snprintf(best, sizeof(best), "%s", entry->d_name);
	}
	if (devices)
		closedir(devices);
	return *best ? pci_parse_name(best, ret_device) : -ENOENT;
}

struct pci_paths {
	char override[128];
	char unbind[128];
};

static struct pci_paths paths_of(const struct pci_device *device, const char *driver)
{
	struct pci_paths paths;

	snprintf(paths.override, sizeof(paths.override), BUS "/devices/%s/driver_override",
		 device->name);
	snprintf(paths.unbind, sizeof(paths.unbind), BUS "/drivers/%s/unbind", driver);
	return paths;
}

static int write_override(const struct pci_device *device, const char *driver)
{
	return sysfile_write(paths_of(device, "").override, driver);
}

/* Should its user be killed: last noted, first undone. */
static int note_undoing(const struct pci_device *device, const char *driver)
{
	const struct pci_paths paths = paths_of(device, driver);
	int err = undo_note(paths.override, NO_OVERRIDE);

	return err ? err : undo_note(paths.unbind, device->name);
}

static void unbind(const struct pci_device *device)
{
	char path[512], driver[64];

	read_driver(device->name, driver, sizeof(driver));
	if (!*driver)
		return;
	snprintf(path, sizeof(path), BUS "/drivers/%s/unbind", driver);
	sysfile_write(path, device->name);
}

static int give(struct bench_ctx *ctx, const char *driver, struct pci_device *device)
{
	char bound[64] = "";
	int err;

	read_driver(device->name, bound, sizeof(bound));
	if (!strcmp(bound, driver)) {
		device->is_given = is_ours(driver);
		return 0;
	}
	/* What a case that was killed has left. */
	unbind(device);
	err = note_undoing(device, driver);
	if (!err)
		err = write_override(device, driver);
	if (err)
		return bench_fail(ctx, err, "%s: driver_override: %s", device->name,
				  strerror(-err));
	device->is_given = true;
	err = sysfile_write(BUS "/drivers_probe", device->name);
	if (!err)
		read_driver(device->name, bound, sizeof(bound));
	if (!err && !strcmp(bound, driver))
		return 0;
	return bench_skip(ctx, "%s does not become %s's: %s", device->name, driver,
			  err ? strerror(-err) : "the driver is not there, or refuses it");
}

int pci_give(struct bench_ctx *ctx, uint32_t what, const char *driver,
	     struct pci_device *ret_device)
{
	*ret_device = (struct pci_device){0};
	if (find(what, driver, ret_device))
		return bench_skip(ctx, "no PCI device %04x:%04x that no driver has", what >> 16,
				  what & 0xffff);
	return give(ctx, driver, ret_device);
}

int pci_give_named(struct bench_ctx *ctx, const char *name, const char *driver,
		   struct pci_device *ret_device)
{
	char bound[64];

	*ret_device = (struct pci_device){0};
	if (pci_parse_name(name, ret_device) || !read_number(name, "vendor"))
		return bench_skip(ctx, "there is no PCI device %s", name);
	read_driver(name, bound, sizeof(bound));
	if (*bound && !is_ours(bound) && strcmp(bound, driver) != 0)
		return bench_skip(ctx, "%s is driven by %s, and is not taken from it", name, bound);
	return give(ctx, driver, ret_device);
}

/* A line each: first and last address, flags. */
int pci_largest_bar(const struct pci_device *device)
{
	unsigned long long first, last, flags, most = 0;
	char path[512], line[128];
	int ret = -ENODEV;
	FILE *file;

	snprintf(path, sizeof(path), BUS "/devices/%s/resource", device->name);
	file = fopen(path, "re");
	for (int bar = 0; file && bar < BARS && fgets(line, sizeof(line), file); bar++) {
		if (sscanf(line, "%llx %llx %llx", &first, &last, &flags) != 3 ||
		    !(flags & IORESOURCE_MEM) || last - first + 1 <= most)
			continue;
		most = last - first + 1;
		ret = bar;
	}
	if (file)
		fclose(file);
	return ret;
}

void pci_take_back(struct pci_device *device)
{
	struct pci_paths paths;
	char driver[64];

	if (!device->is_given)
		return;
	read_driver(device->name, driver, sizeof(driver));
	paths = paths_of(device, driver);
	unbind(device);
	undo_done(paths.unbind);
	undo_now(paths.override, NO_OVERRIDE);
	device->is_given = false;
}
