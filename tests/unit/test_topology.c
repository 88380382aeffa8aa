/* Devices and the bridges above them, in a made machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/core/context.h"
#include "bench/core/topology.h"
#include "pinbench/result.h"

#define ABOVE "pci0000:00/0000:00:02.0/0000:01:00.0/"

/* PCI Express types of the configuration space; none for a conventional device. */
enum type {
	ENDPOINT = 0,
	ROOT_PORT = 4,
	UPSTREAM = 5,
	DOWNSTREAM = 6,
	NO_EXPRESS = -1,
	CIRCLE = -2, /* a list of capabilities that never ends */
};

static const struct {
	const char *path; /* below sys/devices */
	const char *vendor, *device, *class;
	enum type type;
	int group; /* -1: none */
} devices[] = {
	{"pci0000:00/0000:00:00.0", "0x8086", "0x29c0", "0x060000", NO_EXPRESS, -1},
	{"pci0000:00/0000:00:02.0", "0x8086", "0x3420", "0x060400", ROOT_PORT, 2},
	{"pci0000:00/0000:00:02.0/0000:01:00.0", "0x104c", "0x8232", "0x060400", UPSTREAM, 2},
	{ABOVE "0000:02:00.0", "0x104c", "0x8233", "0x060400", DOWNSTREAM, 3},
	{ABOVE "0000:02:00.0/0000:03:00.0", "0x1b36", "0x0010", "0x010802", ENDPOINT, 3},
	{ABOVE "0000:02:01.0", "0x104c", "0x8233", "0x060400", CIRCLE, 4},
	{ABOVE "0000:02:01.0/0000:04:00.0", "0x1234", "0x11e8", "0x00ff00", NO_EXPRESS, 4},
	{"pci0001:80/0001:80:01.0", "0x10ee", "0x9038", "0x120000", ENDPOINT, -1},
};

static char root[] = "/tmp/pinbench-topology-XXXXXX";

static void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *fmt, ...)
{
	char text[2048];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (system(text))
		fail_msg("%s", text);
}

static void write_file(const char *folder, const char *name, const void *bytes, size_t count)
{
	char path[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, count, file), count);
	fclose(file);
}

static void write_config(const char *folder, enum type type)
{
	uint8_t config[256] = {0};

	if (type != NO_EXPRESS) {
		config[0x06] = 0x10;
		config[0x34] = 0x40;
		/* Another capability first. */
		config[0x40] = 0x05;
		config[0x41] = type == CIRCLE ? 0x40 : 0x50;
		config[0x50] = 0x10;
		config[0x52] = (uint8_t)((unsigned int)type << 4 | 2);
	}
	write_file(folder, "config", config, sizeof(config));
}

static void make_device(size_t i)
{
	char folder[512];

	snprintf(folder, sizeof(folder), "%s/sys/devices/%s", root, devices[i].path);
	run("mkdir -p %s", folder);
	write_file(folder, "vendor", devices[i].vendor, strlen(devices[i].vendor));
	write_file(folder, "device", devices[i].device, strlen(devices[i].device));
	write_file(folder, "class", devices[i].class, strlen(devices[i].class));
	write_config(folder, devices[i].type);
	run("ln -s ../../../devices/%s %s/sys/bus/pci/devices/", devices[i].path, root);
	if (devices[i].group >= 0)
		run("mkdir -p %s/groups/%d && ln -s %s/groups/%d %s/iommu_group", root,
		    devices[i].group, root, devices[i].group, folder);
}

static int make_machine(void **state)
{
	static const char cpuinfo[] = "processor\t: 0\nvendor_id\t: AuthenticAMD\n"
				      "cpu family\t: 25\nmodel\t\t: 1\nmodel name\t: QEMU\n";

	(void)state;
	if (!mkdtemp(root))
		return -1;
	run("mkdir -p %s/sys/bus/pci/devices %s/proc", root, root);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		make_device(i);
	run("ln -s ../some/driver/nvme %s/sys/devices/" ABOVE "0000:02:00.0/0000:03:00.0/driver",
	    root);
	run("printf '%%s' '%s' > %s/proc/cpuinfo", cpuinfo, root);
	return 0;
}

static int drop_machine(void **state)
{
	(void)state;
	run("rm -rf %s", root);
	return 0;
}

static const char *text_at(const json_t *topology, size_t index, const char *key)
{
	const json_t *node = json_array_get(json_object_get(topology, "nodes"), index);
	const char *text = json_string_value(json_object_get(node, key));

	return text ? text : "";
}

static int number_at(const json_t *topology, size_t index, const char *key)
{
	const json_t *node = json_array_get(json_object_get(topology, "nodes"), index);
	const json_t *number = json_object_get(node, key);

	return json_is_integer(number) ? (int)json_integer_value(number) : -1;
}

static void a_switch_and_what_is_below_it(void **state)
{
	static const struct {
		const char *kind, *name, *id, *role;
		int parent, group;
	} wanted[] = {
		{"processor", "AuthenticAMD family 25 model 1", "", "", -1, -1},
		{"host-bridge", "pci0000:00", "8086:29c0", "", 0, -1},
		{"root-port", "0000:00:02.0", "8086:3420", "", 1, 2},
		{"switch-upstream", "0000:01:00.0", "104c:8232", "", 2, 2},
		{"switch-downstream", "0000:02:00.0", "104c:8233", "", 3, 3},
		{"endpoint", "0000:03:00.0", "1b36:0010", "provider", 4, 3},
		/* Its own word for it is broken: the class says that it is a bridge. */
		{"bridge", "0000:02:01.0", "104c:8233", "", 3, 4},
		{"endpoint", "0000:04:00.0", "1234:11e8", "client", 6, 4},
	};
	size_t count = sizeof(wanted) / sizeof(wanted[0]);
	json_t *topology = json_pack("{s:[]}", "nodes");

	(void)state;
	assert_int_equal(topology_add(topology, root, "provider", "0000:03:00.0"), 0);
	assert_int_equal(topology_add(topology, root, "client", "0000:04:00.0"), 0);
	assert_int_equal(json_array_size(json_object_get(topology, "nodes")), count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(text_at(topology, i, "kind"), wanted[i].kind);
		assert_string_equal(text_at(topology, i, "name"), wanted[i].name);
		assert_string_equal(text_at(topology, i, "id"), wanted[i].id);
		assert_string_equal(text_at(topology, i, "role"), wanted[i].role);
		assert_int_equal(number_at(topology, i, "parent"), wanted[i].parent);
		assert_int_equal(number_at(topology, i, "iommu_group"), wanted[i].group);
	}
	assert_string_equal(text_at(topology, 5, "class"), "storage");
	assert_string_equal(text_at(topology, 5, "driver"), "nvme");
	json_decref(topology);
}

/* Below another host bridge, which has no registers of its own. */
static void two_host_bridges(void **state)
{
	json_t *topology = json_pack("{s:[]}", "nodes");

	(void)state;
	assert_int_equal(topology_add(topology, root, "provider", "0000:00:02.0"), 0);
	assert_int_equal(topology_add(topology, root, "client", "0001:80:01.0"), 0);
	assert_int_equal(json_array_size(json_object_get(topology, "nodes")), 5);
	assert_string_equal(text_at(topology, 3, "name"), "pci0001:80");
	assert_string_equal(text_at(topology, 3, "id"), "");
	assert_int_equal(number_at(topology, 3, "parent"), 0);
	assert_string_equal(text_at(topology, 4, "class"), "accelerator");
	json_decref(topology);
}

static void one_device_in_two_roles(void **state)
{
	json_t *topology = json_pack("{s:[]}", "nodes");

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(topology_add(topology, root, "provider", "0000:03:00.0"), 0);
		assert_string_equal(text_at(topology, 5, "role"), "provider");
	}
	assert_int_equal(topology_add(topology, root, "client", "0000:03:00.0"), 0);
	assert_string_equal(text_at(topology, 5, "role"), "provider, client");
	json_decref(topology);
}

static void what_is_no_device(void **state)
{
	static const char *const names[] = {"",		 "nvme0",      "0000:09:00.0",
					    "../../etc", "0000:03:00", "0000:03:00.0/.."};
	json_t *topology = json_pack("{s:[]}", "nodes");

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(topology_add(topology, root, "client", names[i]), -ENODEV);
	assert_int_equal(json_array_size(json_object_get(topology, "nodes")), 0);
	json_decref(topology);
}

/* A verdict on nobody is not written; a device that is not there fails the case. */
static void in_a_case(void **state)
{
	struct bench_ctx ctx;
	struct case_id id;
	char why[256];
	json_t *item;

	(void)state;
	assert_int_equal(case_id_parse(bench_table[0]->name, &id, why, sizeof(why)), 0);
	assert_int_equal(context_init(&ctx, &id, true, "/tmp"), 0);
	topology_refusal(&ctx, "distance %d", 4);
	assert_true(topology_device(&ctx, "client", "ffff:ff:1f.7") < 0);
	assert_string_equal(ctx.reason, "client 'ffff:ff:1f.7': No such device");
	item = context_to_json(&ctx, PB_OUTCOME_OK);
	assert_null(json_object_get(item, PB_CASE_TOPOLOGY));
	json_decref(item);
	assert_int_equal(topology_add(ctx.topology, root, "client", "0000:03:00.0"), 0);
	item = context_to_json(&ctx, PB_OUTCOME_SKIP);
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(item, PB_CASE_TOPOLOGY), "verdict")),
			    "distance 4");
	assert_true(
		json_is_false(json_object_get(json_object_get(item, PB_CASE_TOPOLOGY), "open")));
	json_decref(item);
	context_clear(&ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_switch_and_what_is_below_it),
		cmocka_unit_test(two_host_bridges),
		cmocka_unit_test(one_device_in_two_roles),
		cmocka_unit_test(what_is_no_device),
		cmocka_unit_test(in_a_case),
	};

	return cmocka_run_group_tests(tests, make_machine, drop_machine);
}
