/*
 * Definitions of machines: what is read, what is refused, and that another machine has
 * another hash. The emulator is a script: these tests do not need the real one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "lab/guest/machine.h"
#include "reports/error.h"
#include "scratch.h"

#define VERSION "QEMU emulator version 9.9.9 (Test 1:9.9)"

/* One key of a definition changed, or left out where the value is NULL. */
struct change {
	const char *key;
	const char *value;
};

static char *definition(const char *emulator, const struct change *change)
{
	const struct change keys[] = {
		{"description", "a test"}, {"emulator", emulator}, {"type", "pc"},
		{"cpu", "max,-rdrand"},	   {"cpus", "1"},	   {"memory_mib", "512"},
		{"icount", "true"},	   {"snapshot", "true"},   {"arguments", NULL},
		{"cmdline", NULL},	   {"disk_mib", NULL},
	};
	GString *text = g_string_new("# For a test.\n[machine]\n");

	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		bool changed = change && !strcmp(change->key, keys[i].key);
		const char *value = changed ? change->value : keys[i].value;

		if (value)
			g_string_append_printf(text, "%s=%s\n", keys[i].key, value);
	}
	return g_string_free(text, FALSE);
}

static char *fake_emulator(void **state, const char *version)
{
	g_autofree char *body = g_strdup_printf(
		"[ \"$*\" = --version ] && echo '%s' && echo 'Copyright'\n", version);

	return scratch_program(state, "fake-qemu", body);
}

static int load(void **state, const struct change *change, struct pb_machine **ret_machine,
		GError **ret_error)
{
	g_autofree char *emulator = fake_emulator(state, VERSION);
	g_autofree char *text = definition(emulator, change);
	g_autofree char *path = scratch_write(state, "machines/test.ini", text);

	return pb_machine_load(*state, "test", ret_machine, ret_error);
}

static struct pb_machine *loaded(void **state, const char *key, const char *value)
{
	const struct change change = {key, value};
	struct pb_machine *machine = NULL;
	g_autoptr(GError) error = NULL;

	if (load(state, &change, &machine, &error))
		fail_msg("%s=%s: %s", key, value, error->message);
	return machine;
}

static void every_key_is_read(void **state)
{
	g_autoptr(pb_machine) machine = loaded(state, "arguments", "-device;nvme,drive=d;-s");

	assert_string_equal(machine->name, "test");
	assert_string_equal(machine->description, "a test");
	assert_non_null(strstr(machine->emulator, "fake-qemu"));
	assert_string_equal(machine->type, "pc");
	assert_string_equal(machine->cpu, "max,-rdrand");
	assert_int_equal(machine->cpus, 1);
	assert_int_equal(machine->memory_mib, 512);
	assert_true(machine->icount);
	assert_true(machine->snapshot);
	assert_int_equal(g_strv_length(machine->arguments), 3);
	assert_string_equal(machine->arguments[1], "nvme,drive=d");
	assert_string_equal(machine->emulator_version, VERSION);
	assert_int_equal(strlen(machine->sha256), 64);
	assert_int_equal(strspn(machine->sha256, "0123456789abcdef"), 64);
}

static void what_may_be_left_out(void **state)
{
	g_autoptr(pb_machine) plain = loaded(state, "snapshot", NULL);
	g_autoptr(pb_machine) longer = loaded(state, "cmdline", "quiet nopti");
	g_autofree char *whole = g_strconcat(plain->cmdline, " quiet nopti", NULL);

	/* A state that nobody said can be saved is not saved. */
	assert_false(plain->snapshot);
	assert_true(!plain->arguments || !plain->arguments[0]);
	assert_string_equal(longer->cmdline, whole);
}

/* What the guest's determinism rests on: see the table in docs/architecture.md. */
static void the_pinned_kernel_parameters(void **state)
{
	static const char *const wanted[] = {
		"console=ttyS0",
		"rdinit=/init",
		"nokaslr",
		"norandmaps",
		"noreplace-smp",
		"tsc=reliable",
		"clocksource=tsc",
		"no_timer_check",
		"nolapic_timer",
		"random.trust_cpu=off",
		"random.trust_bootloader=off",
		"panic=-1",
		"oops=panic",
	};
	g_autoptr(pb_machine) machine = loaded(state, "cmdline", "last=1");
	g_auto(GStrv) words = g_strsplit(machine->cmdline, " ", -1);

	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (!g_strv_contains((const char *const *)words, wanted[i]))
			fail_msg("%s is not in: %s", wanted[i], machine->cmdline);
	assert_true(g_strv_contains((const char *const *)words, "last=1"));
	assert_false(g_strv_contains((const char *const *)words, ""));
}

/* A clock that counts instructions, or none of what is there for its sake. */
static void a_machine_in_real_time(void **state)
{
	g_autoptr(pb_machine) machine = loaded(state, "icount", "false");
	g_autoptr(pb_machine) silent = loaded(state, "icount", NULL);
	g_autoptr(GPtrArray) arguments = pb_machine_arguments(machine, "vmlinux", "initramfs");

	assert_false(machine->icount);
	assert_false(silent->icount);
	assert_null(strstr(machine->cmdline, "nolapic_timer"));
	for (guint i = 0; i < arguments->len; i++)
		assert_null(strstr(arguments->pdata[i], "icount"));
}

static bool has_pair(const GPtrArray *arguments, const char *option, const char *value)
{
	for (guint i = 0; i + 1 < arguments->len; i++)
		if (!strcmp(arguments->pdata[i], option) && !strcmp(arguments->pdata[i + 1], value))
			return true;
	return false;
}

static void is_refused(void **state, const char *key, const char *value)
{
	const struct change change = {key, value};
	struct pb_machine *machine = NULL;
	g_autoptr(GError) error = NULL;

	assert_int_equal(load(state, &change, &machine, &error), -EINVAL);
	assert_null(machine);
	scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){"test.ini", key, NULL});
}

static void keys_that_must_be_there(void **state)
{
	static const char *const keys[] = {"description", "emulator", "type",
					   "cpu",	  "cpus",     "memory_mib"};

	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
		is_refused(state, keys[i], NULL);
}

/* A slip of the pen would else be a default that nobody asked for. */
static void keys_that_nobody_knows(void **state)
{
	static const char *const keys[] = {"memory", "Cpus", "snapshots", "name"};

	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autofree char *emulator = fake_emulator(state, VERSION);
		g_autofree char *good = definition(emulator, NULL);
		g_autofree char *text = g_strdup_printf("%s%s=1\n", good, keys[i]);
		g_autofree char *path = scratch_write(state, "machines/test.ini", text);
		g_autofree char *quoted = g_strdup_printf("'%s'", keys[i]);
		struct pb_machine *machine = NULL;
		g_autoptr(GError) error = NULL;

		assert_int_equal(pb_machine_load(*state, "test", &machine, &error), -EINVAL);
		assert_null(machine);
		scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){path, quoted, NULL});
	}
}

static void memory_and_processors_are_numbers(void **state)
{
	static const char *const sizes[] = {"",	    "0",     "127",   "-512",	    "lots",
					    "512M", "0x200", "1.5e3", "99999999999"};
	static const char *const counts[] = {"", "0", "-1", "one", "1.5"};
	g_autoptr(pb_machine) least = loaded(state, "memory_mib", "128");

	assert_int_equal(least->memory_mib, 128);
	for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++)
		is_refused(state, "memory_mib", sizes[i]);
	for (gsize i = 0; i < G_N_ELEMENTS(counts); i++)
		is_refused(state, "cpus", counts[i]);
}

static void a_disk_is_for_machines_that_boot(void **state)
{
	static const char *const sizes[] = {"-1", "8", "99999"};
	g_autoptr(pb_machine) machine = loaded(state, "snapshot", "false\ndisk_mib=8");
	g_autoptr(pb_machine) larger = loaded(state, "snapshot", "false\ndisk_mib=9");
	g_autoptr(GPtrArray) arguments = pb_machine_arguments(machine, "vmlinux", "initramfs");

	assert_int_equal(machine->disk_mib, 8);
	assert_true(
		has_pair(arguments, "-drive", "if=none,id=disk,format=raw,file=" PB_MACHINE_DISK));
	assert_string_not_equal(machine->sha256, larger->sha256);
	/* Where the state is saved there is none. */
	for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++)
		is_refused(state, "disk_mib", sizes[i]);
}

static void a_file_that_is_no_definition(void **state)
{
	static const char *const texts[] = {"",
					    "cpus=1\n",
					    "[machine\n",
					    "[machine]\ncpus\n",
					    "[other]\ncpus=1\n",
					    "[machine]\n\xff\n"};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *path = scratch_write(state, "machines/test.ini", texts[i]);
		struct pb_machine *machine = NULL;
		g_autoptr(GError) error = NULL;

		assert_int_equal(pb_machine_load(*state, "test", &machine, &error), -EINVAL);
		assert_null(machine);
		scratch_check_error(error, PB_EXIT_USAGE, (const char *[]){path, NULL});
	}
}

static void a_machine_that_is_not_there(void **state)
{
	static const char *const names[] = {"fast", "", "../machines/test", "/etc/passwd",
					    "test.ini"};
	g_autofree char *test = scratch_write(state, "machines/test.ini", "");
	g_autofree char *big = scratch_write(state, "machines/big.ini", "");

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *quoted = g_strdup_printf("'%s'", names[i]);
		struct pb_machine *machine = NULL;
		g_autoptr(GError) error = NULL;

		assert_int_equal(pb_machine_load(*state, names[i], &machine, &error), -ENOENT);
		assert_null(machine);
		scratch_check_error(error, PB_EXIT_USAGE,
				    (const char *[]){quoted, " test", " big", NULL});
	}
}

static void an_emulator_that_cannot_be_asked(void **state)
{
	const struct change missing = {"emulator", "qemu-system-nowhere"};
	g_autofree char *broken = scratch_program(state, "broken", "echo no >&2\nexit 7\n");
	const struct change failing = {"emulator", broken};
	struct pb_machine *machine = NULL;
	g_autoptr(GError) error = NULL, other = NULL;

	assert_int_equal(load(state, &missing, &machine, &error), -ENOENT);
	scratch_check_error(error, PB_EXIT_ENVIRONMENT,
			    (const char *[]){"qemu-system-nowhere", "not installed", NULL});
	assert_true(load(state, &failing, &machine, &other) < 0);
	scratch_check_error(other, PB_EXIT_ENVIRONMENT, (const char *[]){"broken", NULL});
	assert_null(machine);
}

static void the_hash_stays_as_it_is(void **state)
{
	g_autoptr(pb_machine) first = loaded(state, "", NULL), again = loaded(state, "", NULL);
	g_autoptr(pb_machine) described = loaded(state, "description", "in other words");

	assert_string_equal(first->sha256, again->sha256);
	/* Words for people change no figure. */
	assert_string_equal(first->sha256, described->sha256);
}

static void another_machine_has_another_hash(void **state)
{
	static const struct change changes[] = {
		{"", NULL},
		{"type", "q35"},
		{"cpu", "max"},
		{"cpus", "2"},
		{"memory_mib", "513"},
		{"icount", "false"},
		{"snapshot", "false"},
		{"arguments", "-device;nvme"},
		/* The same letters, parted elsewhere. */
		{"arguments", "-devicenvme"},
		{"cmdline", "quiet"},
	};
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autoptr(pb_machine) machine = loaded(state, changes[i].key, changes[i].value);

		if (!g_hash_table_add(seen, g_strdup(machine->sha256)))
			fail_msg("%s=%s has a hash that was seen before", changes[i].key,
				 changes[i].value);
	}
}

static void another_emulator_has_another_hash(void **state)
{
	g_autoptr(pb_machine) before = loaded(state, "", NULL);
	g_autofree char *emulator = fake_emulator(state, "QEMU emulator version 9.9.10");
	g_autoptr(pb_machine) after = NULL;

	assert_int_equal(pb_machine_load(*state, "test", &after, NULL), 0);
	assert_string_equal(after->emulator_version, "QEMU emulator version 9.9.10");
	assert_string_not_equal(before->sha256, after->sha256);
}

static const char *value_of(const GPtrArray *arguments, const char *option)
{
	for (guint i = 0; i + 1 < arguments->len; i++)
		if (!strcmp(arguments->pdata[i], option))
			return arguments->pdata[i + 1];
	return "";
}

static void the_arguments_of_the_emulator(void **state)
{
	static const struct change wanted[] = {
		{"-machine", "pc"},
		{"-cpu", "max,-rdrand"},
		{"-smp", "1"},
		{"-m", "512"},
		{"-accel", "tcg"},
		{"-seed", "1"},
		{"-net", "none"},
		{"-kernel", "/k/vmlinux"},
		{"-initrd", "/k/initramfs"},
		{"-action", "panic=pause"},
		{"-device", "virtio-serial-pci,ioeventfd=off"},
		{"-serial", "file:" PB_MACHINE_CONSOLE},
		{"-device", "nvme"},
	};
	g_autoptr(pb_machine) machine = loaded(state, "arguments", "-device;nvme");
	g_autoptr(GPtrArray) a = pb_machine_arguments(machine, "/k/vmlinux", "/k/initramfs");

	assert_string_equal(a->pdata[0], machine->emulator);
	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (!has_pair(a, wanted[i].key, wanted[i].value))
			fail_msg("%s %s is not among them", wanted[i].key, wanted[i].value);
	assert_true(has_pair(a, "-append", machine->cmdline));
	assert_non_null(strstr(value_of(a, "-icount"), "shift=0"));
	/* The definition's own come last: they may refer to what stands before. */
	assert_string_equal(a->pdata[a->len - 1], "nvme");
	for (guint i = 0; i < a->len; i++)
		assert_non_null(a->pdata[i]);
}

/* On PATH under its own name, so that the definitions are read as they are. */
static void use_fake_qemu(void **state)
{
	g_autofree char *program =
		scratch_program(state, "bin/qemu-system-x86_64", "echo '" VERSION "'\n");
	g_autofree char *bin = g_path_get_dirname(program);
	g_autofree char *path = g_strconcat(bin, ":", g_getenv("PATH"), NULL);

	g_setenv("PATH", path, TRUE);
}

static void the_shipped_machines(void **state)
{
	static const char configs[] = PINBENCH_SOURCE_DIR "/configs";
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GDir) dir = g_dir_open(PINBENCH_SOURCE_DIR "/configs/machines", 0, NULL);
	const char *name;

	assert_non_null(dir);
	use_fake_qemu(state);
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *stem = g_strndup(name, strcspn(name, "."));
		g_autoptr(pb_machine) machine = NULL;
		g_autoptr(GError) error = NULL;

		if (pb_machine_load(configs, stem, &machine, &error))
			fail_msg("%s: %s", stem, error->message);
		assert_string_equal(machine->emulator_version, VERSION);
		/* On two, which host thread goes first would be in the count. */
		assert_true(!machine->icount || machine->cpus == 1);
		/* Where the processor has its own dice, no count is exact. */
		assert_non_null(strstr(machine->cpu, "-rdrand,-rdseed"));
		assert_true(g_hash_table_add(seen, g_strdup(machine->sha256)));
	}
	assert_true(g_hash_table_size(seen) >= 2);
}

static void nothing_to_free(void **state)
{
	(void)state;
	pb_machine_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(every_key_is_read),
		IN_SCRATCH(what_may_be_left_out),
		IN_SCRATCH(the_pinned_kernel_parameters),
		IN_SCRATCH(a_machine_in_real_time),
		IN_SCRATCH(keys_that_must_be_there),
		IN_SCRATCH(keys_that_nobody_knows),
		IN_SCRATCH(memory_and_processors_are_numbers),
		IN_SCRATCH(a_disk_is_for_machines_that_boot),
		IN_SCRATCH(a_file_that_is_no_definition),
		IN_SCRATCH(a_machine_that_is_not_there),
		IN_SCRATCH(an_emulator_that_cannot_be_asked),
		IN_SCRATCH(the_hash_stays_as_it_is),
		IN_SCRATCH(another_machine_has_another_hash),
		IN_SCRATCH(another_emulator_has_another_hash),
		IN_SCRATCH(the_arguments_of_the_emulator),
		IN_SCRATCH(the_shipped_machines),
		cmocka_unit_test(nothing_to_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
