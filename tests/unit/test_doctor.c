/* The doctor, in a made machine: a switch with an NVMe that has a memory buffer, a free BAR, disks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "lab/doctor/checks.h"
#include "lab/native/disks.h"
#include "lab/doctor/kvm.h"
#include "lab/doctor/peers.h"
#include "lab/doctor/places.h"
#include "lab/doctor/report.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

#define PORT   "pci0000:00/0000:00:02.0"
#define SWITCH PORT "/0000:01:00.0"

/* Bytes of the configuration space that tell a bridge: its header, and which buses are below. */
struct device {
	const char *path; /* below sys/devices */
	const char *class;
	int first_bus, last_bus; /* 0: no bridge */
	const char *driver;	 /* or NULL */
	const char *resource;	 /* first lines of it, or NULL */
};

#define EMPTY "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"

static const struct device devices[] = {
	{PORT, "0x060400", 1, 4, "pcieport", NULL},
	{SWITCH, "0x060400", 2, 4, "pcieport", NULL},
	{SWITCH "/0000:02:00.0", "0x060400", 3, 3, "pcieport", NULL},
	/* NVMe with a memory buffer, and a disk that is in use. */
	{SWITCH "/0000:02:00.0/0000:03:00.0", "0x010802", 0, 0, "nvme",
	 "0x00000000fe000000 0x00000000fe003fff 0x0000000000140204\n"},
	{SWITCH "/0000:02:01.0", "0x060400", 4, 4, "pcieport", NULL},
	/* Nobody's: registers, an empty BAR, and 64 MiB. */
	{SWITCH "/0000:02:01.0/0000:04:00.0", "0x050000", 0, 0, NULL,
	 "0x00000000fe200000 0x00000000fe2000ff 0x0000000000040200\n" EMPTY
	 "0x00000000c0000000 0x00000000c3ffffff 0x000000000014220c\n"
	 "0x00000000c4000000 0x00000000c40fffff 0x0000000000040200\n"},
	/* Without a place, ports, and less than 64 KiB: all of no use. */
	{"pci0000:00/0000:00:03.0", "0x00ff00", 0, 0, NULL,
	 "0x0000000000000000 0x00000000003fffff 0x0000000000140204\n"
	 "0x000000000000c000 0x00000000000fffff 0x0000000000040101\n"
	 "0x00000000fe300000 0x00000000fe307fff 0x0000000000040200\nrubbish\n"},
	/* A disk that is free, below the host bridge. */
	{"pci0000:00/0000:00:04.0", "0x010802", 0, 0, "nvme", NULL},
};

static void write_device(void **state, const struct device *device)
{
	g_autofree char *folder = g_strdup_printf("sys/devices/%s", device->path);
	g_autofree char *name = g_path_get_basename(device->path);
	const char *const files[][2] = {{"vendor", "0x1b36\n"},
					{"device", "0x0010\n"},
					{"class", device->class},
					{"resource", device->resource ? device->resource : EMPTY}};
	guint8 config[256] = {0x36, 0x1b, 0x10, 0x00};
	g_autofree char *link = g_build_filename(*state, "sys/bus/pci/devices", name, NULL);
	g_autofree char *target = g_strdup_printf("../../../devices/%s", device->path);
	g_autofree char *configuration = g_build_filename(*state, folder, "config", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(folder, files[i][0], NULL);

		g_free(scratch_write(state, path, files[i][1]));
	}
	config[0x0e] = device->first_bus ? 1 : 0;
	config[0x19] = (guint8)device->first_bus;
	config[0x1a] = (guint8)device->last_bus;
	assert_true(g_file_set_contents(configuration, (char *)config, sizeof(config), NULL));
	assert_int_equal(symlink(target, link), 0);
	if (device->driver) {
		g_autofree char *driver = g_build_filename(*state, folder, "driver", NULL);
		g_autofree char *of = g_strdup_printf("../drivers/%s", device->driver);

		assert_int_equal(symlink(of, driver), 0);
	}
}

static void write_text(void **state, const char *path, const char *text)
{
	g_free(scratch_write(state, path, text));
}

static void write_link(void **state, const char *path, const char *target)
{
	g_autofree char *whole = scratch_path(state, path);
	g_autofree char *above = g_path_get_dirname(whole);

	assert_int_equal(pb_make_directory(above, NULL), 0);
	assert_int_equal(symlink(target, whole), 0);
}

static void write_disks(void **state)
{
	static const char one[] = "sys/devices/" SWITCH "/0000:02:00.0/0000:03:00.0/nvme/nvme0/";
	static const char other[] = "sys/devices/pci0000:00/0000:00:04.0/nvme/nvme1/";
	const struct {
		const char *above, *path, *text;
	} files[] = {
		{one, "nvme0n1/size", "2048\n"},
		{one, "nvme0n1/dev", "259:0\n"},
		{one, "nvme0n1/nvme0n1p1/dev", "259:1\n"},
		{one, "nvme0n1/nvme0n1p1/partition", "1\n"},
		/* 64 KiB units, 1,024 of them; queues, lists and data. */
		{one, "cmbsz", "4194591\n"},
		{one, "cmbloc", "2\n"},
		{other, "nvme1n1/size", "4096\n"},
		{other, "nvme1n1/dev", "259:2\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_strconcat(files[i].above, files[i].path, NULL);

		write_text(state, path, files[i].text);
	}
	write_link(state, "sys/block/nvme0n1",
		   "../devices/" SWITCH "/0000:02:00.0/0000:03:00.0/nvme/nvme0/nvme0n1");
	write_link(state, "sys/block/nvme1n1",
		   "../devices/pci0000:00/0000:00:04.0/nvme/nvme1/nvme1n1");
	write_text(state, "sys/block/sda/size", "2048\n");
	write_link(state, "sys/class/nvme/nvme0",
		   "../../devices/" SWITCH "/0000:02:00.0/0000:03:00.0/nvme/nvme0");
	write_link(state, "sys/devices/" SWITCH "/0000:02:00.0/0000:03:00.0/nvme/nvme0/device",
		   "../../../0000:03:00.0");
	write_text(state, "proc/self/mountinfo",
		   "20 1 254:0 / / rw - ext4 /dev/vda rw\n"
		   "21 20 259:1 / /home rw,relatime - ext4 /dev/nvme0n1p1 rw\n");
	write_text(state, "proc/swaps", "Filename Type Size Used Priority\n");
}

static void make_machine(void **state)
{
	write_text(state, "sys/bus/pci/devices/.keep", "");
	for (size_t i = 0; i < G_N_ELEMENTS(devices); i++)
		write_device(state, &devices[i]);
	write_disks(state);
}

static void check_text(json_t *root, const char *path, const char *wanted)
{
	const char *found = json_string_value(sample_at(root, path));

	if (g_strcmp0(found, wanted))
		fail_msg("%s is %s, not %s", path, found ? found : "(none)", wanted);
}

static void check_number(json_t *root, const char *path, json_int_t wanted)
{
	assert_int_equal(json_integer_value(sample_at(root, path)), wanted);
}

static void a_memory_buffer_is_found(void **state)
{
	json_t *peers;

	make_machine(state);
	peers = pb_doctor_peers(*state);
	assert_int_equal(json_array_size(sample_at(peers, "cmbs")), 1);
	check_text(peers, "cmbs.0.controller", "nvme0");
	check_text(peers, "cmbs.0.device", "0000:03:00.0");
	check_number(peers, "cmbs.0.bytes", 64 << 20);
	check_number(peers, "cmbs.0.bar", 2);
	check_text(peers, "cmbs.0.uses",
		   "submission queues, completion queues, lists, data to be written, data that is "
		   "read");
	json_decref(peers);
}

/* As kernels before 5.16 tell it, and a register that says that there is none. */
static void registers_in_one_file(void **state)
{
	static const char *const texts[] = {"cmbloc : x00000002\ncmbsz  : x0400011f\n",
					    "cmbloc : x00000000\ncmbsz  : x00000000\n", "cmb\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		json_t *peers;

		write_text(state, "sys/class/nvme/nvme0/cmb", texts[i]);
		peers = pb_doctor_peers(*state);
		assert_int_equal(json_array_size(sample_at(peers, "cmbs")), !i);
		if (!i)
			check_number(peers, "cmbs.0.bytes", 16384ll << 16);
		json_decref(peers);
	}
}

static void what_a_driver_gives_out(void **state)
{
	static const char above[] = "sys/devices/" SWITCH "/0000:02:00.0/0000:03:00.0/p2pmem/";
	json_t *peers;

	make_machine(state);
	for (size_t i = 0; i < 3; i++) {
		static const char *const files[][2] = {
			{"size", "67108864\n"}, {"available", "1048576\n"}, {"published", "1\n"}};
		g_autofree char *path = g_strconcat(above, files[i][0], NULL);

		write_text(state, path, files[i][1]);
	}
	peers = pb_doctor_peers(*state);
	check_text(peers, "providers.0.device", "0000:03:00.0");
	check_text(peers, "providers.0.id", "1b36:0010");
	check_text(peers, "providers.0.driver", "nvme");
	check_number(peers, "providers.0.bytes", 64 << 20);
	check_number(peers, "providers.0.available_bytes", 1 << 20);
	assert_true(json_is_true(sample_at(peers, "providers.0.published")));
	json_decref(peers);
}

/* Those of devices that somebody has, of bridges, and what is small or has no place, are none. */
static void free_bars(void **state)
{
	json_t *peers;

	make_machine(state);
	peers = pb_doctor_peers(*state);
	assert_int_equal(json_array_size(sample_at(peers, "bars")), 2);
	check_text(peers, "bars.0.device", "0000:04:00.0");
	check_number(peers, "bars.0.bar", 2);
	check_number(peers, "bars.0.bytes", 64 << 20);
	assert_true(json_is_true(sample_at(peers, "bars.0.prefetchable")));
	check_number(peers, "bars.1.bar", 3);
	assert_true(json_is_false(sample_at(peers, "bars.1.prefetchable")));
	json_decref(peers);
}

static void disks_in_use_are_told_apart(void **state)
{
	json_t *disks;

	make_machine(state);
	disks = pb_doctor_disks(*state);
	assert_int_equal(json_array_size(disks), 2);
	check_text(disks, "0.disk", "nvme0n1");
	check_text(disks, "0.held", "nvme0n1p1 is mounted at /home");
	check_text(disks, "1.disk", "nvme1n1");
	check_text(disks, "1.device", "0000:00:04.0");
	check_number(disks, "1.bytes", 4096 * 512);
	assert_null(sample_at(disks, "1.held"));
	json_decref(disks);
	write_text(state, "proc/swaps", "Filename\n/dev/nvme1n10 x\n/dev/nvme1n1\tpartition\n");
	disks = pb_doctor_disks(*state);
	check_text(disks, "1.held", "nvme1n1 is swap");
	json_decref(disks);
	/* btrfs: the number is its own. */
	write_text(state, "proc/swaps", "");
	write_text(state, "proc/self/mountinfo",
		   "22 20 0:35 / /data rw shared:2 - btrfs /dev/nvme1n1 rw\n");
	disks = pb_doctor_disks(*state);
	check_text(disks, "1.held", "nvme1n1 is mounted at /data");
	json_decref(disks);
	write_text(state, "proc/self/mountinfo", "");
	write_text(state, "sys/block/nvme1n1/holders/dm-3/dev", "");
	disks = pb_doctor_disks(*state);
	check_text(disks, "1.held", "nvme1n1 is part of dm-3");
	json_decref(disks);
}

static void who_meets_where(void **state)
{
	json_t *peers;

	make_machine(state);
	write_text(state, "proc/self/mountinfo", "");
	peers = pb_doctor_peers(*state);
	/* The buffer with the other disk; the BAR with both. */
	assert_int_equal(json_array_size(sample_at(peers, "pairs")), 3);
	check_text(peers, "pairs.0.provider", "0000:03:00.0");
	check_text(peers, "pairs.0.client", "nvme1n1");
	check_text(peers, "pairs.0.meet", "pci0000:00");
	check_text(peers, "pairs.1.provider", "0000:04:00.0");
	check_text(peers, "pairs.1.client", "nvme0n1");
	check_text(peers, "pairs.1.meet", "0000:01:00.0");
	json_decref(peers);
}

static void the_tree_by_hwloc(void **state)
{
	static const struct {
		int depth;
		const char *what, *name;
	} wanted[] = {
		{0, "host bridge", "pci0000:00"}, {1, "bridge", "0000:00:02.0"},
		{2, "bridge", "0000:01:00.0"},	  {3, "bridge", "0000:02:00.0"},
		{4, "device", "0000:03:00.0"},	  {3, "bridge", "0000:02:01.0"},
		{4, "device", "0000:04:00.0"},	  {1, "device", "0000:00:03.0"},
		{1, "device", "0000:00:04.0"},
	};
	json_t *places = NULL, *one;
	size_t i;

	make_machine(state);
	assert_int_equal(pb_doctor_places(*state, &places, NULL), 0);
	assert_int_equal(json_array_size(places), G_N_ELEMENTS(wanted));
	json_array_foreach (places, i, one) {
		assert_int_equal(json_integer_value(json_object_get(one, "depth")),
				 wanted[i].depth);
		assert_string_equal(json_string_value(json_object_get(one, "what")),
				    wanted[i].what);
		assert_string_equal(json_string_value(json_object_get(one, "name")),
				    wanted[i].name);
	}
	json_decref(places);
}

static void has(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		fail_msg("\"%s\" is not in:\n%s", wanted, text);
}

static void the_text_offers_them(void **state)
{
	json_t *checks = json_array(), *report;
	g_autofree char *text = NULL;

	make_machine(state);
	pb_doctor_add(checks, "guests", PB_DOCTOR_NO, "install it", "no %s", "QEMU");
	report = pb_doctor_report(checks, FALSE, *state);
	text = pb_doctor_text(report, 100);
	has(text, "  no        guests           no QEMU\n"
		  "                             -> install it\n");
	has(text, "  memory buffer of nvme0 (0000:03:00.0): 64.0 MiB in BAR 2, for submission");
	has(text, "  free BAR 2 of 0000:04:00.0 (1b36:0010): 64.0 MiB, can be prefetched\n");
	has(text, "  client nvme0n1 (0000:03:00.0): 1.0 MiB; NOT OFFERED: nvme0n1p1 is "
		  "mounted at /home\n");
	has(text, "  client nvme1n1 (0000:00:04.0): 2.0 MiB; not touched unless it is named\n");
	has(text, "  0000:04:00.0 and nvme1n1 meet below pci0000:00, a host bridge");
	has(text, "            device 0000:04:00.0 (1b36:0010 RAM) <- free BAR\n");
	has(text, "device 0000:03:00.0 (1b36:0010 NVMExp) <- memory buffer\n");
	has(text, "Nothing can be measured here");
	json_decref(report);
}

static void a_machine_with_nothing(void **state)
{
	json_t *report = pb_doctor_report(json_array(), TRUE, *state);
	g_autofree char *text = pb_doctor_text(report, 40);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	has(text, "no provider");
	has(text, "no client");
	has(text, "no PCI devices");
	for (char **line = lines; *line; line++)
		assert_true(g_utf8_strlen(*line, -1) <= 78);
	json_decref(report);
}

static void a_device_that_is_no_kvm(void **state)
{
	g_autofree char *nowhere = scratch_path(state, "kvm");
	struct pb_kvm_trial trial;

	pb_kvm_try(nowhere, &trial);
	assert_string_equal(trial.failed, "open");
	assert_int_equal(trial.error, ENOENT);
	write_text(state, "kvm", "");
	pb_kvm_try(nowhere, &trial);
	assert_string_equal(trial.failed, "KVM_CREATE_VM");
	assert_int_equal(trial.error, ENOTTY);
	assert_false(trial.ran || trial.hung);
}

/* Whatever KVM this machine has: the code ran to its end, or it is known what stopped it. */
static void what_this_machine_has(void **state)
{
	struct pb_kvm_trial trial;

	(void)state;
	pb_kvm_try("/dev/kvm", &trial);
	if (trial.failed)
		assert_true(trial.error != 0);
	else if (!trial.hung)
		/* The loop is simple enough for any: it is behind it that they differ. */
		assert_true(trial.ran ? trial.offset > PB_KVM_CMPXCHG16B_OFFSET : trial.exit != 0);
	if (!trial.failed && !trial.hung)
		assert_true(trial.offset >= PB_KVM_CMPXCHG16B_OFFSET && trial.loop_ns > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_memory_buffer_is_found),	 IN_SCRATCH(registers_in_one_file),
		IN_SCRATCH(what_a_driver_gives_out),	 IN_SCRATCH(free_bars),
		IN_SCRATCH(disks_in_use_are_told_apart), IN_SCRATCH(who_meets_where),
		IN_SCRATCH(the_tree_by_hwloc),		 IN_SCRATCH(the_text_offers_them),
		IN_SCRATCH(a_machine_with_nothing),	 IN_SCRATCH(a_device_that_is_no_kvm),
		IN_SCRATCH(what_this_machine_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
