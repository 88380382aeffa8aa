/* What the counting plugin makes of instructions: flow, accesses, and whether they may stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lab/guest/plugin/decode.h"
#include "tests/unit/decode_rows.h"

#define KERNEL	   0xffffffff81000000ull
#define USER	   0x0000000000401000ull
#define MOST_BYTES 15
#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))

static const struct {
	const struct row *rows;
	size_t count;
} groups[] = {
	{locked_rows, COUNT(locked_rows)}, {string_rows, COUNT(string_rows)},
	{flow_rows, COUNT(flow_rows)},	   {machine_rows, COUNT(machine_rows)},
	{memory_rows, COUNT(memory_rows)}, {register_rows, COUNT(register_rows)},
	{place_rows, COUNT(place_rows)},   {prefix_rows, COUNT(prefix_rows)},
};

static size_t bytes_of(const struct row *row, uint8_t bytes[MOST_BYTES])
{
	size_t size = strlen(row->hex) / 2;
	unsigned int byte;

	assert_true(size && size <= MOST_BYTES);
	for (size_t i = 0; i < size; i++) {
		assert_int_equal(sscanf(row->hex + 2 * i, "%2x", &byte), 1);
		bytes[i] = (uint8_t)byte;
	}
	return size;
}

/* From memory that ends where the instruction does: a sanitizer sees what is read behind it. */
static struct insn_kind decode_copy(const uint8_t *bytes, size_t size, uint64_t address)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct insn_kind kind;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	kind = decode(size ? copy : copy + 1, size, address);
	free(copy);
	return kind;
}

static void check_flags(const struct row *row, const struct insn_kind *kind, unsigned int stops)
{
	const struct {
		const char *what;
		bool is, wanted;
	} flags[] = {
		{"locked", kind->is_locked, row->flags & LOCKED},
		{"rep", kind->is_rep, row->flags & REP},
		{"branch", kind->is_branch, row->flags & BRANCH},
		{"TLB flush", kind->is_tlb_flush, row->flags & FLUSH},
		{"port", kind->is_port_io, row->flags & PORT},
		{"clock", kind->is_clock, row->flags & CLOCK},
		{"may stop", kind->may_stop, row->flags & stops},
		{"accesses", kind->has_accesses, row->accesses.known},
	};

	for (size_t i = 0; i < COUNT(flags); i++) {
		if (flags[i].is != flags[i].wanted)
			fail_msg("%s (%s): %s is %d", row->text, row->hex, flags[i].what,
				 flags[i].is);
	}
}

static void check(const struct row *row, const struct insn_kind *kind, unsigned int stops)
{
	check_flags(row, kind, stops);
	if (kind->flow != row->flow)
		fail_msg("%s (%s): flow %d", row->text, row->hex, (int)kind->flow);
	if (kind->loads != row->accesses.loads || kind->stores != row->accesses.stores)
		fail_msg("%s (%s): %d loads, %d stores", row->text, row->hex, kind->loads,
			 kind->stores);
}

static void check_rows(const struct row *rows, size_t count)
{
	uint8_t bytes[MOST_BYTES];

	for (size_t i = 0; i < count; i++) {
		size_t size = bytes_of(&rows[i], bytes);
		struct insn_kind kernel = decode_copy(bytes, size, KERNEL);
		struct insn_kind user = decode_copy(bytes, size, USER);

		check(&rows[i], &kernel, STOPS);
		check(&rows[i], &user, STOPS | STOPS_USER);
	}
}

static void locks(void **state)
{
	check_rows(locked_rows, COUNT(locked_rows));
}

static void strings(void **state)
{
	check_rows(string_rows, COUNT(string_rows));
}

static void calls_and_jumps(void **state)
{
	check_rows(flow_rows, COUNT(flow_rows));
}

static void of_the_machine(void **state)
{
	check_rows(machine_rows, COUNT(machine_rows));
}

static void memory(void **state)
{
	check_rows(memory_rows, COUNT(memory_rows));
}

static void registers(void **state)
{
	check_rows(register_rows, COUNT(register_rows));
}

/* What the kernel accesses on its stack, in its per-CPU area and in its image does not stop. */
static void places(void **state)
{
	check_rows(place_rows, COUNT(place_rows));
}

static void prefixes(void **state)
{
	check_rows(prefix_rows, COUNT(prefix_rows));
}

/* Segments that have no base in 64-bit mode change nothing, before whatever they stand. */
static void prefixes_without_effect(void **state)
{
	static const uint8_t idle[] = {0x26, 0x2e, 0x36, 0x3e};
	uint8_t bytes[MOST_BYTES + 1];

	for (size_t g = 0; g < COUNT(groups); g++) {
		for (size_t i = 0; i < groups[g].count; i++) {
			size_t size = bytes_of(&groups[g].rows[i], bytes + 1);
			struct insn_kind kind;

			bytes[0] = idle[i % COUNT(idle)];
			kind = decode_copy(bytes, size + 1, KERNEL);
			check(&groups[g].rows[i], &kind, STOPS);
		}
	}
}

static bool may_be(const struct insn_kind *kind)
{
	bool none = !kind->loads && !kind->stores;

	return (unsigned int)kind->flow <= FLOW_LEAVE && (kind->has_accesses || none) &&
	       kind->loads <= 5 && kind->stores <= 2 &&
	       (kind->flow == FLOW_NEXT || kind->is_branch);
}

/* A block that ends at a page shows only what is before it: nothing is read behind that. */
static void cut_short(void **state)
{
	uint8_t bytes[MOST_BYTES];

	for (size_t g = 0; g < COUNT(groups); g++) {
		for (size_t i = 0; i < groups[g].count; i++) {
			size_t size = bytes_of(&groups[g].rows[i], bytes);

			for (size_t part = 0; part < size; part++) {
				struct insn_kind kind = decode_copy(bytes, part, KERNEL);

				assert_true(may_be(&kind));
			}
		}
	}
}

/* Every opcode of every map, before every kind of operand, of every length. */
static void whatever_comes(void **state)
{
	static const uint8_t maps[][2] = {{0x90, 0x48}, {0x48, 0x0f}, {0x0f, 0x38}, {0x0f, 0x3a}};
	static const uint8_t sibs[] = {0x24, 0x25, 0x64, 0xff};

	for (unsigned int n = 0; n < COUNT(maps) << 16; n++) {
		uint8_t bytes[] = {maps[n >> 16][0], maps[n >> 16][1], (uint8_t)n,
				   (uint8_t)(n >> 8), sibs[n % COUNT(sibs)]};
		/* A nop before it would be another instruction. */
		size_t skip = n >> 16 == 0;
		struct insn_kind kind;

		for (size_t size = skip; size <= sizeof(bytes); size++) {
			kind = decode_copy(bytes + skip, size - skip, n & 1 ? KERNEL : USER);
			if (!may_be(&kind))
				fail_msg("%02x %02x %02x %02x", bytes[0], bytes[1], bytes[2],
					 bytes[3]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locks),
		cmocka_unit_test(strings),
		cmocka_unit_test(calls_and_jumps),
		cmocka_unit_test(of_the_machine),
		cmocka_unit_test(memory),
		cmocka_unit_test(registers),
		cmocka_unit_test(places),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(prefixes_without_effect),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(whatever_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
