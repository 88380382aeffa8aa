/* Devices, and the bridges above them: see topology.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/context.h"
#include "bench/core/sysfile.h"
#include "bench/core/topology.h"
#include "pinbench/result.h"

/* Configuration space, as the PCI specification has it. */
#define CONFIG_BYTES	  256
#define STATUS		  0x06
#define STATUS_CAPS	  0x10
#define FIRST_CAPABILITY  0x34
#define CAPABILITY_PCIE	  0x10
#define MAX_CAPABILITIES  48
#define PCIE_TYPE(flags)  ((flags) >> 4 & 0xf)
#define CLASS_HOST_BRIDGE 0x0600u
#define CLASS_PCI_BRIDGE  0x0604u

/* By the type in the PCI Express capability. */
static const char *const kinds[16] = {
	[0x0] = "endpoint",
	[0x1] = "endpoint",
	[0x4] = "root-port",
	[0x5] = "switch-upstream",
	[0x6] = "switch-downstream",
	[0x7] = "bridge",
	[0x8] = "bridge",
	[0x9] = "integrated-endpoint",
	[0xa] = "integrated-endpoint",
};

/* By the base class: enough to tell who is who. */
static const char *const classes[] = {
	[0x01] = "storage", [0x02] = "network", [0x03] = "display",	[0x04] = "multimedia",
	[0x05] = "memory",  [0x06] = "bridge",	[0x0b] = "processor",	[0x0c] = "serial bus",
	[0x0d] = "radio",   [0x10] = "crypto",	[0x12] = "accelerator",
};

static unsigned long read_hex(const char *directory, const char *attribute)
{
	char path[PATH_MAX], text[32];

	if (snprintf(path, sizeof(path), "%s/%s", directory, attribute) >= (int)sizeof(path))
		return 0;
	return sysfile_read(path, text, sizeof(text)) ? 0 : strtoul(text, NULL, 16);
}

/* The last part of what a link points to, or "". */
static void read_link_name(const char *directory, const char *link, char *ret_name, size_t bytes)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *slash;
	ssize_t length = -1;

	if (snprintf(path, sizeof(path), "%s/%s", directory, link) < (int)sizeof(path))
		length = readlink(path, target, sizeof(target) - 1);
	target[length > 0 ? length : 0] = '\0';
	slash = strrchr(target, '/');
	snprintf(ret_name, bytes, "%.*s", (int)bytes - 1, slash ? slash + 1 : target);
}

/* How much of it a user may read differs; what is not read is 0. */
static void read_config(const char *directory, uint8_t config[CONFIG_BYTES])
{
	char path[PATH_MAX];
	int fd = -1;

	memset(config, 0, CONFIG_BYTES);
	if (snprintf(path, sizeof(path), "%s/config", directory) < (int)sizeof(path))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (read(fd, config, CONFIG_BYTES) < 0)
		memset(config, 0, CONFIG_BYTES);
	close(fd);
}

/* The type in the PCI Express capability; -1 for a device that has none. */
static int pcie_type(const uint8_t config[CONFIG_BYTES])
{
	unsigned int at = config[FIRST_CAPABILITY] & ~3u;

	if (!(config[STATUS] & STATUS_CAPS))
		return -1;
	/* A broken list may be a circle. */
	for (int i = 0; i < MAX_CAPABILITIES && at && at + 3 < CONFIG_BYTES; i++) {
		if (config[at] == CAPABILITY_PCIE)
			return PCIE_TYPE(config[at + 2]);
		at = config[at + 1] & ~3u;
	}
	return -1;
}

static const char *kind_of(const char *directory, unsigned long class)
{
	uint8_t config[CONFIG_BYTES];
	int type;

	read_config(directory, config);
	type = pcie_type(config);
	if (type >= 0 && kinds[type])
		return kinds[type];
	if (class == CLASS_HOST_BRIDGE)
		return "host-bridge";
	return class == CLASS_PCI_BRIDGE ? "bridge" : "endpoint";
}

/* Vendor, device and class of what has its files in @directory. */
static void describe(json_t *node, const char *directory)
{
	unsigned long class = read_hex(directory, "class") >> 8;
	unsigned long base = class >> 8;
	char id[16];

	snprintf(id, sizeof(id), "%04lx:%04lx", read_hex(directory, "vendor") & 0xffff,
		 read_hex(directory, "device") & 0xffff);
	json_object_set_new(node, "id", json_string(id));
	if (base < sizeof(classes) / sizeof(classes[0]) && classes[base])
		json_object_set_new(node, "class", json_string(classes[base]));
}

static json_t *device_node(const char *directory, const char *name)
{
	json_t *node = json_object();
	char group[32], driver[64];

	json_object_set_new(
		node, "kind",
		json_string(kind_of(directory, read_hex(directory, "class") >> 8 & 0xffff)));
	json_object_set_new(node, "name", json_string(name));
	describe(node, directory);
	read_link_name(directory, "iommu_group", group, sizeof(group));
	if (*group)
		json_object_set_new(node, "iommu_group", json_integer(strtol(group, NULL, 10)));
	read_link_name(directory, "driver", driver, sizeof(driver));
	if (*driver)
		json_object_set_new(node, "driver", json_string(driver));
	return node;
}

/* "pci0000:00", whose own registers are those of the device 00.0 on its bus, if there is one. */
static json_t *host_bridge_node(const char *directory, const char *name)
{
	json_t *node = json_pack("{s:s, s:s}", "kind", "host-bridge", "name", name);
	char first[PATH_MAX];

	if (snprintf(first, sizeof(first), "%s/%s:00.0", directory, name + strlen("pci")) <
		    (int)sizeof(first) &&
	    read_hex(first, "class") >> 8 == CLASS_HOST_BRIDGE)
		describe(node, first);
	return node;
}

/* The value of the first line "NAME : VALUE" of cpuinfo, or "". */
static void read_cpu(const char *root, const char *name, char *ret_value, size_t bytes)
{
	char path[PATH_MAX], line[512];
	size_t length = strlen(name);
	FILE *file;

	*ret_value = '\0';
	snprintf(path, sizeof(path), "%s/proc/cpuinfo", root);
	file = fopen(path, "re");
	while (file && !*ret_value && fgets(line, sizeof(line), file)) {
		const char *colon = strchr(line, ':');

		if (!colon || strncmp(line, name, length) || !strchr(" \t:", line[length]))
			continue;
		snprintf(ret_value, bytes, "%.*s",
			 (int)strcspn(colon + 1 + (colon[1] == ' '), "\n"),
			 colon + 1 + (colon[1] == ' '));
	}
	if (file)
		fclose(file);
}

/* Which bridges may pass requests on to one another, the kernel decides by the processor, too. */
static json_t *processor_node(const char *root)
{
	char vendor[64], family[16], model[16], name[128];

	read_cpu(root, "vendor_id", vendor, sizeof(vendor));
	read_cpu(root, "cpu family", family, sizeof(family));
	read_cpu(root, "model", model, sizeof(model));
	snprintf(name, sizeof(name), "%s%s%s%s%s", *vendor ? vendor : "unknown",
		 *family ? " family " : "", family, *model ? " model " : "", model);
	return json_pack("{s:s, s:s}", "kind", "processor", "name", name);
}

static int find(const json_t *nodes, const char *name)
{
	json_t *node;
	size_t i;

	json_array_foreach (nodes, i, node) {
		if (!strcmp(json_string_value(json_object_get(node, "name")), name))
			return (int)i;
	}
	return -1;
}

static int append(json_t *nodes, json_t *node, int parent)
{
	json_object_set_new(node, "parent", parent < 0 ? json_null() : json_integer(parent));
	json_array_append_new(nodes, node);
	return (int)json_array_size(nodes) - 1;
}

static bool is_host_bridge(const char *name)
{
	unsigned int domain, bus;

	return sscanf(name, "pci%x:%x", &domain, &bus) == 2;
}

static bool is_device(const char *name)
{
	unsigned int domain, bus, device, function;

	return sscanf(name, "%x:%x:%x.%x", &domain, &bus, &device, &function) == 4;
}

/* Adds what the folders of @path name, from the top, below the processor; the last one's index. */
static int add_path(json_t *nodes, char *path)
{
	int at = 0;

	for (char *end = strchr(path + 1, '/');; end = strchr(end + 1, '/')) {
		const char *name;
		int known;

		if (end)
			*end = '\0';
		name = strrchr(path, '/') + 1;
		known = find(nodes, name);
		if (known >= 0)
			at = known;
		else if (is_host_bridge(name))
			at = append(nodes, host_bridge_node(path, name), at);
		else if (is_device(name))
			at = append(nodes, device_node(path, name), at);
		if (!end)
			return at;
		*end = '/';
	}
}

static void set_role(json_t *node, const char *role)
{
	const char *before = json_string_value(json_object_get(node, "role"));

	json_object_set_new(node, "role",
			    before && strcmp(before, role) ? json_sprintf("%s, %s", before, role)
							   : json_string(role));
}

int topology_add(json_t *topology, const char *root, const char *role, const char *name)
{
	json_t *nodes = json_object_get(topology, "nodes");
	char link[PATH_MAX], path[PATH_MAX];

	if (!is_device(name) || strchr(name, '/') ||
	    snprintf(link, sizeof(link), "%s/sys/bus/pci/devices/%s", root, name) >=
		    (int)sizeof(link))
		return -ENODEV;
	if (!realpath(link, path))
		return errno == ENOENT ? -ENODEV : -errno;
	if (!json_array_size(nodes))
		append(nodes, processor_node(root), -1);
	set_role(json_array_get(nodes, add_path(nodes, path)), role);
	return 0;
}

int topology_device(struct bench_ctx *ctx, const char *role, const char *name)
{
	int err;

	if (!ctx->topology)
		ctx->topology = json_pack("{s:[]}", "nodes");
	err = topology_add(ctx->topology, "", role, name);
	return err ? bench_fail(ctx, err, "%s '%s': %s", role, name, strerror(-err)) : 0;
}

static void set_verdict(struct bench_ctx *ctx, bool open, const char *fmt, va_list args)
{
	char text[256];

	vsnprintf(text, sizeof(text), fmt, args);
	if (!ctx->topology)
		ctx->topology = json_pack("{s:[]}", "nodes");
	json_object_set_new(ctx->topology, "verdict", json_string(text));
	json_object_set_new(ctx->topology, "open", json_boolean(open));
}

void topology_verdict(struct bench_ctx *ctx, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_verdict(ctx, true, fmt, args);
	va_end(args);
}

void topology_refusal(struct bench_ctx *ctx, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_verdict(ctx, false, fmt, args);
	va_end(args);
}
