/*
 * The guest's initramfs: the same inputs give the same bytes wherever and whenever it is
 * made, and it is an archive that the kernel can read. Format: "newc" of
 * Documentation/driver-api/early-userspace/buffer-format.rst.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <utime.h>

#include "lab/guest/initramfs.h"
#include "lab/guest/protocol.h"
#include "reports/error.h"
#include "scratch.h"

#define HEADER_BYTES 110
#define BLOCK_BYTES  4096

/* The fields of an entry's header, in the order in which they stand after the magic. */
enum field {
	INODE,
	MODE,
	UID,
	GID,
	NLINK,
	MTIME,
	FILE_BYTES,
	DEV_MAJOR,
	DEV_MINOR,
	RDEV_MAJOR,
	RDEV_MINOR,
	NAME_BYTES,
	CHECK,
	NR_FIELDS
};

struct entry {
	unsigned int fields[NR_FIELDS];
	const char *name;
	const guint8 *data;
};

struct archive {
	guint8 *bytes;
	gsize length;
	gsize at;
};

/* A folder with the three programs in it, as @state/@folder, and the archive's path there. */
static struct pb_initramfs_inputs inputs_in(void **state, const char *folder)
{
	static const char *const names[] = {"init", "agent", "module", "work/keep"};
	static const char *const texts[] = {"#!init\n", "the agent, 23 bytes...\n", "ko", ""};
	char *paths[4];

	for (int i = 0; i < 4; i++) {
		g_autofree char *name = g_build_filename(folder, names[i], NULL);

		paths[i] = scratch_write(state, name, texts[i]);
	}
	*strrchr(paths[3], '/') = '\0';
	return (struct pb_initramfs_inputs){
		.init = paths[0], .agent = paths[1], .module = paths[2], .work_dir = paths[3]};
}

static void inputs_free(struct pb_initramfs_inputs *inputs)
{
	g_free((char *)inputs->init);
	g_free((char *)inputs->agent);
	g_free((char *)inputs->module);
	g_free((char *)inputs->work_dir);
}

static struct archive written(void **state, const struct pb_initramfs_inputs *inputs)
{
	g_autofree char *path = scratch_path(state, "initramfs");
	struct archive archive = {0};
	g_autoptr(GError) error = NULL;

	if (pb_initramfs_write(inputs, path, &error))
		fail_msg("%s", error->message);
	assert_true(g_file_get_contents(path, (char **)&archive.bytes, &archive.length, NULL));
	return archive;
}

static bool equal(const struct archive *a, const struct archive *b)
{
	return a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

static unsigned int hex_at(const struct archive *a, gsize at)
{
	char digits[9] = "";

	memcpy(digits, a->bytes + at, 8);
	assert_int_equal(strspn(digits, "0123456789abcdefABCDEF"), 8);
	return (unsigned int)strtoul(digits, NULL, 16);
}

/* Padding must be there and be zero: what else is in it would be other bytes. */
static void skip_padding(struct archive *a, gsize end)
{
	while (end % 4) {
		assert_true(end < a->length);
		assert_int_equal(a->bytes[end++], 0);
	}
	a->at = end;
}

static struct entry next_entry(struct archive *a)
{
	struct entry entry;

	assert_int_equal(a->at % 4, 0);
	assert_true(a->at + HEADER_BYTES <= a->length);
	assert_memory_equal(a->bytes + a->at, "070701", 6);
	for (int i = 0; i < NR_FIELDS; i++)
		entry.fields[i] = hex_at(a, a->at + 6 + 8 * (gsize)i);
	entry.name = (const char *)a->bytes + a->at + HEADER_BYTES;
	assert_true(a->at + HEADER_BYTES + entry.fields[NAME_BYTES] <= a->length);
	assert_int_equal(strlen(entry.name) + 1, entry.fields[NAME_BYTES]);
	skip_padding(a, a->at + HEADER_BYTES + entry.fields[NAME_BYTES]);
	entry.data = a->bytes + a->at;
	assert_true(a->at + entry.fields[FILE_BYTES] <= a->length);
	skip_padding(a, a->at + entry.fields[FILE_BYTES]);
	return entry;
}

static struct entry find_entry(struct archive *a, const char *name)
{
	struct entry entry;

	a->at = 0;
	do
		entry = next_entry(a);
	while (strcmp(entry.name, name) && strcmp(entry.name, "TRAILER!!!"));
	assert_string_equal(entry.name, name);
	return entry;
}

static void the_same_inputs_give_the_same_bytes(void **state)
{
	struct pb_initramfs_inputs here = inputs_in(state, "here");
	struct pb_initramfs_inputs there = inputs_in(state, "some/where/else");
	const struct utimbuf old = {.actime = 86400, .modtime = 86400};
	struct archive first = written(state, &here), second, third;

	/* What must not matter: where the files are, how old they are, who may read them. */
	assert_int_equal(utime(there.init, &old), 0);
	assert_int_equal(utime(there.module, &old), 0);
	assert_int_equal(chmod(there.agent, 0400), 0);
	second = written(state, &there);
	umask(077);
	third = written(state, &here);
	umask(022);
	assert_true(first.length > 1000);
	assert_true(equal(&first, &second));
	assert_true(equal(&first, &third));
	g_free(first.bytes);
	g_free(second.bytes);
	g_free(third.bytes);
	inputs_free(&here);
	inputs_free(&there);
}

static void another_content_gives_other_bytes(void **state)
{
	struct pb_initramfs_inputs inputs = inputs_in(state, "in");
	const char *const paths[] = {inputs.init, inputs.agent, inputs.module};
	struct archive before = written(state, &inputs);

	for (int i = 0; i < 3; i++) {
		g_autofree char *text = NULL;
		struct archive after;

		assert_true(g_file_get_contents(paths[i], &text, NULL, NULL));
		text[1] ^= 1;
		assert_true(g_file_set_contents(paths[i], text, -1, NULL));
		after = written(state, &inputs);
		assert_int_equal(after.length, before.length);
		assert_false(equal(&before, &after));
		g_free(before.bytes);
		before = after;
	}
	g_free(before.bytes);
	inputs_free(&inputs);
}

static void check_entry(const struct entry *entry, const char *name, unsigned int mode)
{
	static const enum field zeros[] = {UID,	      GID,	  MTIME,      DEV_MAJOR,
					   DEV_MINOR, RDEV_MAJOR, RDEV_MINOR, CHECK};

	assert_string_equal(entry->name, name);
	assert_int_equal(entry->fields[MODE], mode);
	assert_true(entry->fields[NLINK] >= 1);
	for (gsize i = 0; i < G_N_ELEMENTS(zeros); i++)
		assert_int_equal(entry->fields[zeros[i]], 0);
}

static void every_field_is_well_formed(void **state)
{
	static const struct {
		const char *name;
		unsigned int mode;
	} wanted[] = {
		{"dev", S_IFDIR | 0755},
		{"init", S_IFREG | 0755},
		{&GUEST_FILE_AGENT[1], S_IFREG | 0755},
		{&GUEST_FILE_MODULE[1], S_IFREG | 0644},
		{&GUEST_FILE_DISK[1], S_IFREG | 0644},
		{"TRAILER!!!", 0},
	};
	g_autoptr(GHashTable) inodes = g_hash_table_new(NULL, NULL);
	struct pb_initramfs_inputs inputs = inputs_in(state, "in");
	struct archive archive = written(state, &inputs);

	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
		struct entry entry = next_entry(&archive);

		check_entry(&entry, wanted[i].name, wanted[i].mode);
		/* Two files of one inode would be two names of one file. */
		assert_true(g_hash_table_add(inodes, GUINT_TO_POINTER(entry.fields[INODE])));
	}
	assert_int_equal(archive.at, archive.length);
	g_free(archive.bytes);
	inputs_free(&inputs);
}

static void files_are_in_it_byte_by_byte(void **state)
{
	static const char bytes[] = "\0\xff\n\r TRAILER!!! 070701 \0\0 end";
	struct pb_initramfs_inputs inputs = inputs_in(state, "in");

	/* Each of the four paddings, and nothing at all. */
	for (gsize length = 0; length < sizeof(bytes); length += length < 5 ? 1 : 7) {
		struct archive archive;
		struct entry entry;

		assert_true(g_file_set_contents(inputs.agent, bytes, (gssize)length, NULL));
		archive = written(state, &inputs);
		entry = find_entry(&archive, &GUEST_FILE_AGENT[1]);
		assert_int_equal(entry.fields[FILE_BYTES], length);
		assert_memory_equal(entry.data, bytes, length);
		entry = find_entry(&archive, "init");
		assert_int_equal(entry.fields[FILE_BYTES], strlen("#!init\n"));
		assert_memory_equal(entry.data, "#!init\n", strlen("#!init\n"));
		g_free(archive.bytes);
	}
	inputs_free(&inputs);
}

/* Puts the extents back where they belong; those that are left out are zero. */
static guint8 *unpack_disk(const struct entry *entry, guint64 *ret_bytes)
{
	const guint64 limit = 128u << 20;
	guint8 *disk = g_malloc0(limit);
	guint64 at = 0, end = 0;

	while (at < entry->fields[FILE_BYTES]) {
		struct guest_extent extent;

		assert_true(at + sizeof(extent) <= entry->fields[FILE_BYTES]);
		memcpy(&extent, entry->data + at, sizeof(extent));
		at += sizeof(extent);
		assert_int_equal(extent.offset_bytes % BLOCK_BYTES, 0);
		assert_true(extent.length_bytes > 0);
		/* In order, and with something left out between two: or they were one. */
		assert_true(!end || extent.offset_bytes > end);
		end = extent.offset_bytes + extent.length_bytes;
		assert_true(end <= limit);
		assert_true(extent.length_bytes <= entry->fields[FILE_BYTES] - at);
		memcpy(disk + extent.offset_bytes, entry->data + at, extent.length_bytes);
		at += extent.length_bytes;
	}
	*ret_bytes = end;
	return disk;
}

static guint32 le32_at(const guint8 *bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (guint32)bytes[3] << 24;
}

/* Offsets of struct ext4_super_block, which stands 1024 bytes into the disk. */
static void the_disk_holds_a_filesystem(void **state)
{
	struct pb_initramfs_inputs inputs = inputs_in(state, "in");
	struct archive archive = written(state, &inputs);
	struct entry entry = find_entry(&archive, &GUEST_FILE_DISK[1]);
	guint64 end, bytes;
	g_autofree guint8 *disk = unpack_disk(&entry, &end);
	const guint8 *super = disk + 1024;

	assert_int_equal(super[0x38] | super[0x39] << 8, 0xef53);
	bytes = (guint64)le32_at(super + 0x4) << (10 + le32_at(super + 0x18));
	assert_int_equal(bytes, 96u << 20);
	assert_true(end <= bytes);
	/* Clean, never mounted, and made on a day of its own. */
	assert_int_equal(super[0x3a], 1);
	assert_int_equal(le32_at(super + 0x2c), 0);
	assert_int_equal(le32_at(super + 0x30), 1767225600);
	assert_int_equal(le32_at(super + 0x108), 1767225600);
	/* Leaving zeros out is the point of the format. */
	assert_true(entry.fields[FILE_BYTES] < bytes / 4);
	g_free(archive.bytes);
	inputs_free(&inputs);
}

static void is_error(void **state, const struct pb_initramfs_inputs *inputs, const char *word)
{
	g_autofree char *path = scratch_write(state, "initramfs", "the one before");
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;

	assert_true(pb_initramfs_write(inputs, path, &error) < 0);
	scratch_check_error(error, PB_EXIT_ENVIRONMENT, (const char *[]){word, NULL});
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_string_equal(text, "the one before");
}

static void an_input_that_is_not_there(void **state)
{
	struct pb_initramfs_inputs inputs = inputs_in(state, "in"), wrong = inputs;
	g_autofree char *absent = scratch_path(state, "absent");

	wrong.init = absent;
	is_error(state, &wrong, "init");
	wrong = inputs;
	wrong.agent = absent;
	is_error(state, &wrong, "pinbench-agent");
	wrong = inputs;
	wrong.module = absent;
	is_error(state, &wrong, "pinbench.ko");
	wrong.module = *state; /* a directory */
	is_error(state, &wrong, "pinbench.ko");
	wrong = inputs;
	wrong.work_dir = absent;
	is_error(state, &wrong, "absent");
	inputs_free(&inputs);
}

static void nowhere_to_write_to(void **state)
{
	struct pb_initramfs_inputs inputs = inputs_in(state, "in");
	g_autofree char *path = scratch_path(state, "absent/initramfs");
	g_autoptr(GError) error = NULL;

	assert_true(pb_initramfs_write(&inputs, path, &error) < 0);
	scratch_check_error(error, PB_EXIT_ENVIRONMENT, (const char *[]){"absent", NULL});
	inputs_free(&inputs);
}

/* Of a machine that can do nothing with them. */
static void without_module_and_disk(void **state)
{
	struct pb_initramfs_inputs inputs = inputs_in(state, "in"), less = inputs;
	struct archive archive;

	less.module = less.work_dir = NULL;
	archive = written(state, &less);
	find_entry(&archive, "init");
	assert_string_equal(next_entry(&archive).name, &GUEST_FILE_AGENT[1]);
	assert_string_equal(next_entry(&archive).name, "TRAILER!!!");
	g_free(archive.bytes);
	inputs_free(&inputs);
}

/* The image of the disk is as large as the disk: it must not stay behind. */
static void nothing_is_left_behind(void **state)
{
	struct pb_initramfs_inputs inputs = inputs_in(state, "in");
	struct archive archive = written(state, &inputs);
	g_autoptr(GDir) dir = g_dir_open(inputs.work_dir, 0, NULL);

	assert_string_equal(g_dir_read_name(dir), "keep");
	assert_null(g_dir_read_name(dir));
	g_free(archive.bytes);
	inputs_free(&inputs);
}

static void the_version_of_mke2fs(void **state)
{
	g_autofree char *version = NULL;

	(void)state;
	assert_int_equal(pb_initramfs_mkfs_version(&version, NULL), 0);
	assert_non_null(strstr(version, "mke2fs"));
	assert_non_null(strpbrk(version, "0123456789"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(the_same_inputs_give_the_same_bytes),
		IN_SCRATCH(another_content_gives_other_bytes),
		IN_SCRATCH(every_field_is_well_formed),
		IN_SCRATCH(files_are_in_it_byte_by_byte),
		IN_SCRATCH(the_disk_holds_a_filesystem),
		IN_SCRATCH(without_module_and_disk),
		IN_SCRATCH(an_input_that_is_not_there),
		IN_SCRATCH(nowhere_to_write_to),
		IN_SCRATCH(nothing_is_left_behind),
		cmocka_unit_test(the_version_of_mke2fs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
