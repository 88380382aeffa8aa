/* What a console tells about how its guest ended, and which of its lines are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lab/guest/console.h"
#include "pinbench/result.h"

#define QUIET "[    0.1] Linux version 6.12\n[    0.2] pinbench: loaded\n"

/* @console stands after a boot without trouble; @line is the one that names it. */
static void is_trouble(const char *console, const char *kind, const char *line)
{
	g_autofree char *text = g_strconcat(QUIET, console, NULL);
	const char *got_kind = "untouched";
	g_autofree char *got = pb_console_trouble(text, &got_kind);

	if (!got)
		fail_msg("no trouble in: %s", console);
	assert_string_equal(got, line);
	assert_string_equal(got_kind, kind);
}

static void is_quiet(const char *console)
{
	const char *kind = "untouched";
	g_autofree char *line = pb_console_trouble(console, &kind);

	if (line)
		fail_msg("\"%s\" was taken for %s", line, kind);
	assert_string_equal(kind, "untouched");
}

static void every_sign_of_an_oops(void **state)
{
	static const char *const lines[] = {
		"[    5.1] Oops: 0000 [#1] SMP",
		"[    5.1] Oops: Oops: 0002 [#1] PREEMPT SMP",
		"[    5.1] Oops: general protection fault, probably for non-canonical address",
		"[    5.1] BUG: kernel NULL pointer dereference, address: 0000000000000008",
		"[    5.1] BUG: unable to handle page fault for address: ffff8880",
		"[    5.1] kernel BUG at mm/gup.c:123!",
		"[    5.1] general protection fault, probably for non-canonical address: 0000",
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autofree char *ended = g_strconcat(lines[i], "\nRIP: 0010:f+0x1/0x2\n", NULL);

		is_trouble(ended, PB_FAILURE_OOPS, lines[i]);
	}
}

static void a_panic_of_its_own(void **state)
{
	(void)state;
	is_trouble("[ 5.1] Kernel panic - not syncing: dumptest\n[ 5.1] CPU: 0\n", PB_FAILURE_PANIC,
		   "[ 5.1] Kernel panic - not syncing: dumptest");
}

/* oops=panic: every oops is followed by a panic, which is only its consequence. */
static void the_first_sign_counts(void **state)
{
	(void)state;
	is_trouble("BUG: kernel NULL pointer dereference\nOops: 0000 [#1]\n"
		   "Kernel panic - not syncing: Fatal exception\n",
		   PB_FAILURE_OOPS, "BUG: kernel NULL pointer dereference");
	is_trouble("Oops: 0000 [#1]\nBUG: again\nKernel panic - not syncing\n", PB_FAILURE_OOPS,
		   "Oops: 0000 [#1]");
	is_trouble("kernel BUG at mm/gup.c:1!\nOops: invalid opcode: 0000 [#1]\n", PB_FAILURE_OOPS,
		   "kernel BUG at mm/gup.c:1!");
	is_trouble("Kernel panic - not syncing: x\nBUG: scheduling while atomic\nOops: 0\n",
		   PB_FAILURE_PANIC, "Kernel panic - not syncing: x");
	/* Both in one line: which word comes first. */
	is_trouble("Kernel panic - not syncing: Oops: x\n", PB_FAILURE_PANIC,
		   "Kernel panic - not syncing: Oops: x");
}

static void a_kernel_that_goes_on(void **state)
{
	(void)state;
	is_quiet(QUIET);
	is_quiet("WARNING: CPU: 0 PID: 1 at mm/gup.c:77 try_grab_folio+0x1/0x2\n"
		 "---[ end trace 0000000000000000 ]---\n");
	is_quiet("WARNING: possible circular locking dependency detected\n");
	is_quiet("INFO: task agent:77 blocked for more than 120 seconds.\n");
	is_quiet("rcu: INFO: rcu_sched self-detected stall on CPU\n");
	is_quiet("UBSAN: array-index-out-of-bounds in mm/gup.c:1:2\n");
	is_quiet("Call Trace:\n <TASK>\n dump_stack_lvl+0x1/0x2\n");
}

/* Words that are near to a sign are none. */
static void nearly_a_sign(void **state)
{
	(void)state;
	is_quiet("");
	is_quiet("\n\n");
	is_quiet("panic\nkernel panic\nKERNEL PANIC\nOops\noops: 0000\nBUG\nbug: x\nDEBUG:x\n");
	is_quiet("Command line: panic=-1 oops=panic console=ttyS0\n");
	is_quiet("Kernel pan");
}

static void the_line_is_cut_out_whole(void **state)
{
	(void)state;
	/* A console that ends within the line, as after a power cut. */
	is_trouble("[ 1.0] Oops: 00", PB_FAILURE_OOPS, "[ 1.0] Oops: 00");
	is_trouble("[ 1.0] Oops: 00\r\nRIP: x\r\n", PB_FAILURE_OOPS, "[ 1.0] Oops: 00");
	is_trouble("[ 1.0] Oops: 00 \t \r\n\r\n", PB_FAILURE_OOPS, "[ 1.0] Oops: 00");
	is_trouble("\xff\xfe\nOops: x\n\xff", PB_FAILURE_OOPS, "Oops: x");
}

static void the_first_line_of_a_console(void **state)
{
	const char *kind = NULL;
	g_autofree char *line = pb_console_trouble("Kernel panic - x\nmore\n", &kind);

	(void)state;
	assert_string_equal(line, "Kernel panic - x");
	assert_string_equal(kind, PB_FAILURE_PANIC);
}

/* The lines of the tail, with a bar after each. */
static void tail_is(const char *console, guint count, const char *wanted)
{
	g_auto(GStrv) lines = pb_console_tail(console, count);
	g_autoptr(GString) got = g_string_new(NULL);

	assert_non_null(lines);
	for (char **line = lines; *line; line++)
		g_string_append_printf(got, "%s|", *line);
	assert_string_equal(got->str, wanted);
}

static void the_last_lines(void **state)
{
	(void)state;
	tail_is("a\nb\nc\n", 2, "b|c|");
	tail_is("a\nb\nc\n", 3, "a|b|c|");
	tail_is("a\nb\nc\n", 60, "a|b|c|");
	tail_is("a\nb\nc", 1, "c|");
	tail_is("a\nb\nc", 0, "");
	/* Empty lines between are lines; those at the end are not the last words. */
	tail_is("a\n\nc\n\n\n", 2, "|c|");
	tail_is("a\nb\n \t\r\n", 1, "b|");
}

static void a_console_with_nothing(void **state)
{
	(void)state;
	tail_is("", 25, "");
	tail_is("\n\r\n\n", 25, "");
}

static void carriage_returns_go(void **state)
{
	(void)state;
	tail_is("a\r\nb\r\r\nc\r\n", 3, "a|b|c|");
	tail_is("ab\rcd\r\n", 1, "ab cd|");
}

/* A guest may write what it likes; a report and a terminal must not be steered by it. */
static void control_characters_become_spaces(void **state)
{
	(void)state;
	tail_is("\033[31mred\033[0m\n", 1, " [31mred [0m|");
	tail_is("a\tb\007c\bd\177e\n", 1, "a\tb c d e|");
	tail_is("a\001\013\014b\n", 1, "a   b|");
}

static void bytes_that_are_no_text(void **state)
{
	static const char *const consoles[] = {"\xff\xfe\xfd\n", "ab\xc3\n", "\xc3(\n",
					       "\xed\xa0\x80\n", "\x80\n\xf8\x88\n"};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(consoles); i++) {
		g_auto(GStrv) lines = pb_console_tail(consoles[i], 10);

		assert_true(g_strv_length(lines) > 0);
		for (char **line = lines; *line; line++)
			assert_true(g_utf8_validate(*line, -1, NULL));
	}
	tail_is("gr\xc3\xbc\xc3\x9f dich\n", 1, "gr\xc3\xbc\xc3\x9f dich|");
	tail_is("a\xff\nplain\n", 1, "plain|");
}

static void a_very_long_console(void **state)
{
	g_autoptr(GString) console = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;

	(void)state;
	for (int i = 0; i < 20000; i++)
		g_string_append_printf(console, "line %d\r\n", i);
	lines = pb_console_tail(console->str, 60);
	assert_int_equal(g_strv_length(lines), 60);
	assert_string_equal(lines[0], "line 19940");
	assert_string_equal(lines[59], "line 19999");
	is_quiet(console->str);
}

/* U+009B opens an escape sequence as ESC [ does. */
static void c1_control_characters_go_too(void **state)
{
	(void)state;
	tail_is("a\xc2\x9b"
		"31mb\n",
		1, "a 31mb|");
}

static void part_of_a_word_is_no_sign(void **state)
{
	(void)state;
	is_quiet("[ 1.0] DEBUG: probing\n");
}

/* The kernel goes on after these; if the machine is then lost, it is lost of something else. */
static void reports_that_do_not_end_the_machine(void **state)
{
	(void)state;
	is_quiet("BUG: KASAN: slab-out-of-bounds in gup_test_ioctl+0x1/0x2\n");
	is_quiet("BUG: sleeping function called from invalid context at mm/gup.c:1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sign_of_an_oops),
		cmocka_unit_test(a_panic_of_its_own),
		cmocka_unit_test(the_first_sign_counts),
		cmocka_unit_test(a_kernel_that_goes_on),
		cmocka_unit_test(nearly_a_sign),
		cmocka_unit_test(the_line_is_cut_out_whole),
		cmocka_unit_test(the_first_line_of_a_console),
		cmocka_unit_test(the_last_lines),
		cmocka_unit_test(a_console_with_nothing),
		cmocka_unit_test(carriage_returns_go),
		cmocka_unit_test(control_characters_become_spaces),
		cmocka_unit_test(bytes_that_are_no_text),
		cmocka_unit_test(a_very_long_console),
		cmocka_unit_test(c1_control_characters_go_too),
		cmocka_unit_test(part_of_a_word_is_no_sign),
		cmocka_unit_test(reports_that_do_not_end_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
