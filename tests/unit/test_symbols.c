/* The functions of a guest: those of this program, which stands for its kernel, and its module. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lab/guest/plugin/events.h"
#include "lab/profile/elf.h"
#include "lab/profile/symbols.h"
#include "reports/error.h"
#include "tests/unit/scratch.h"

#define SELF	    "/proc/self/exe"
#define MODULE_BASE 0xffffffffc0000000ull

static const char *agent;

/* As the compiler names what it makes of functions, and the kernel where it is entered. */
#define CODE(function, symbol)                                   \
	int function(int number) __asm__(symbol);                \
	__attribute__((noinline, used)) int function(int number) \
	{                                                        \
		return number * __LINE__;                        \
	}
#define LOCAL_CODE(function, symbol)                                    \
	static int function(int number) __asm__(symbol);                \
	__attribute__((noinline, used)) static int function(int number) \
	{                                                               \
		return number * __LINE__;                               \
	}

/* clang-format off */
LOCAL_CODE(pb_local, "pb_symbols_local")
LOCAL_CODE(pb_local_cold, "pb_symbols_local.cold")
LOCAL_CODE(pb_local_isra, "pb_symbols_local.isra.0")
CODE(pb_global, "pb_symbols_global")
LOCAL_CODE(pb_global_part, "pb_symbols_global.part.0")
LOCAL_CODE(pb_fault, "asm_exc_page_fault")
LOCAL_CODE(pb_exception, "asm_exc_divide_error")
LOCAL_CODE(pb_interrupt, "asm_sysvec_apic_timer_interrupt")
LOCAL_CODE(pb_nmi, "asm_exc_nmi")
LOCAL_CODE(pb_system_call, "entry_SYSCALL_64")
LOCAL_CODE(pb_switch, "__switch_to_asm")
LOCAL_CODE(pb_ipi, "native_smp_send_reschedule")
LOCAL_CODE(pb_vectors, "irq_entries_start")
/* clang-format on */

static struct pb_symbols *read_symbols(const char *module_events)
{
	const struct pb_symbols_inputs inputs = {
		.vmlinux = SELF, .agent = agent, .module = SELF, .module_events = module_events};
	struct pb_symbols *symbols = NULL;
	g_autoptr(GError) error = NULL;

	if (pb_symbols_read(&inputs, &symbols, &error))
		fail_msg("%s", error->message);
	return symbols;
}

static const struct pb_code_function *function_at(const struct pb_symbols *symbols, guint number)
{
	assert_true(number < symbols->functions->len);
	return symbols->functions->pdata[number];
}

/* The place of a symbol of this file, the first of them; NULL if there is none. */
static const struct pb_code_place *find(const struct pb_symbols *symbols, const char *symbol,
					const char *where)
{
	for (guint i = 0; i < symbols->places->len; i++) {
		const struct pb_code_place *place =
			&g_array_index(symbols->places, struct pb_code_place, i);

		if (!strcmp(place->symbol, symbol) &&
		    !strcmp(function_at(symbols, place->function)->where, where))
			return place;
	}
	fail_msg("%s is no place of the %s", symbol, where);
	return NULL;
}

static void parts_are_of_their_function(void **state)
{
	g_autoptr(pb_symbols) symbols = read_symbols(NULL);
	const struct pb_code_place *place = find(symbols, "pb_symbols_local", PB_WHERE_KERNEL);
	const struct pb_code_function *function = function_at(symbols, place->function);

	assert_string_equal(function->name, "pb_symbols_local");
	assert_string_equal(function->file, "test_symbols.c");
	assert_int_equal(find(symbols, "pb_symbols_local.cold", PB_WHERE_KERNEL)->function,
			 place->function);
	assert_int_equal(find(symbols, "pb_symbols_local.isra.0", PB_WHERE_KERNEL)->function,
			 place->function);
	/* Its part is local and has a file, which it has not. */
	place = find(symbols, "pb_symbols_global", PB_WHERE_KERNEL);
	assert_string_equal(function_at(symbols, place->function)->file, "");
	assert_int_equal(find(symbols, "pb_symbols_global.part.0", PB_WHERE_KERNEL)->function,
			 place->function);
	assert_int_equal(find(symbols, "main", PB_WHERE_KERNEL)->kind, CODE_PLAIN);
	assert_int_equal(find(symbols, "main", PB_WHERE_USER)->kind, CODE_PLAIN);
}

static void where_the_kernel_is_entered(void **state)
{
	static const struct {
		const char *name;
		char kind;
	} all[] = {
		{"asm_exc_page_fault", CODE_FAULT},
		{"asm_exc_divide_error", CODE_EXCEPTION},
		{"asm_exc_nmi", CODE_INTERRUPT},
		{"asm_sysvec_apic_timer_interrupt", CODE_INTERRUPT},
		{"irq_entries_start", CODE_INTERRUPTS},
		{"entry_SYSCALL_64", CODE_SYSCALL},
		{"__switch_to_asm", CODE_SWITCH},
		{"native_smp_send_reschedule", CODE_IPI},
	};
	g_autoptr(pb_symbols) symbols = read_symbols(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		assert_int_equal(find(symbols, all[i].name, PB_WHERE_KERNEL)->kind, all[i].kind);
}

/* Where init said that the sections are; another module's do not matter. */
static void a_module(void **state)
{
	static const char events[] =
		"{\"event\":\"module\",\"name\":\"other\",\"sections\":{\".text\":\"0x10\"}}\n"
		"no JSON\n"
		"{\"event\":\"module\",\"name\":\"exe\","
		"\"sections\":{\".text\":\"0xffffffffc0000000\"}}\n";
	g_autoptr(pb_symbols) symbols = read_symbols(events), without = NULL;
	const struct pb_code_place *linked = find(symbols, "pb_symbols_local", PB_WHERE_KERNEL);
	const struct pb_code_place *loaded = find(symbols, "pb_symbols_local", PB_WHERE_MODULE);

	assert_true(loaded->start == MODULE_BASE + linked->start);
	assert_true(loaded->end == MODULE_BASE + linked->end);
	assert_true(loaded->function != linked->function);
	/* An entry of the kernel by name alone is none. */
	assert_int_equal(find(symbols, "asm_exc_page_fault", PB_WHERE_MODULE)->kind, CODE_PLAIN);
	without = read_symbols("");
	for (guint i = 0; i < without->functions->len; i++)
		assert_string_not_equal(function_at(without, i)->where, PB_WHERE_MODULE);
}

static void places_do_not_overlap(void **state)
{
	g_autoptr(pb_symbols) symbols = read_symbols(NULL);

	assert_true(symbols->places->len > 100);
	for (guint i = 0; i < symbols->places->len; i++) {
		const struct pb_code_place *place =
			&g_array_index(symbols->places, struct pb_code_place, i);

		assert_true(place->end > place->start);
		assert_true(!i || place->start >= place[-1].end);
		assert_ptr_equal(pb_symbols_find(symbols, place->start), place);
		assert_ptr_equal(pb_symbols_find(symbols, place->end - 1), place);
		assert_ptr_not_equal(pb_symbols_find(symbols, place->end), place);
	}
	assert_null(pb_symbols_find(symbols, 0));
	assert_null(pb_symbols_find(symbols, UINT64_MAX));
}

/* What the plugin reads, it takes only so. */
static void the_text_for_the_plugin(void **state)
{
	g_autoptr(pb_symbols) symbols = read_symbols(NULL);
	g_autofree char *text = pb_symbols_text(symbols);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	/* One more: behind the last newline. */
	assert_int_equal(g_strv_length(lines), symbols->places->len + 1);
	for (guint i = 0; i < symbols->places->len; i++) {
		const struct pb_code_place *place =
			&g_array_index(symbols->places, struct pb_code_place, i);
		unsigned long long start, end;
		int function;
		char kind;

		assert_int_equal(
			sscanf(lines[i], "%llx %llx %d %c", &start, &end, &function, &kind), 4);
		assert_true(start == place->start && end == place->end);
		assert_int_equal(function, place->function);
		assert_int_equal(kind, place->kind);
	}
}

static void symbols_of_one_file(void **state)
{
	g_autoptr(GPtrArray) symbols = NULL;
	guint found = 0;

	assert_int_equal(pb_code_symbols_read(SELF, &symbols, NULL), 0);
	for (guint i = 0; i < symbols->len; i++) {
		const struct pb_code_symbol *symbol = symbols->pdata[i];

		/* Variables are none. */
		assert_string_not_equal(symbol->name, "agent");
		if (strcmp(symbol->name, "pb_symbols_local.cold"))
			continue;
		found++;
		assert_true(symbol->bytes > 0);
		assert_string_equal(symbol->file, "test_symbols.c");
		assert_string_equal(symbol->section, ".text");
		assert_true(symbol->is_function);
	}
	assert_int_equal(found, 1);
}

static void refused(const char *path)
{
	const struct pb_symbols_inputs kernel = {.vmlinux = path, .agent = SELF};
	const struct pb_symbols_inputs program = {.vmlinux = SELF, .agent = path};
	const struct pb_symbols_inputs module = {
		.vmlinux = SELF, .agent = agent, .module = path, .module_events = ""};
	const struct pb_symbols_inputs *const all[] = {&kernel, &program, &module};

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		struct pb_symbols *symbols = NULL;
		g_autoptr(GError) error = NULL;

		assert_int_equal(pb_symbols_read(all[i], &symbols, &error), -ENOEXEC);
		assert_null(symbols);
		scratch_check_error(error, PB_EXIT_ENVIRONMENT,
				    (const char *[]){path, "no symbols of code", NULL});
	}
}

static void files_without_symbols(void **state)
{
	g_autofree char *text = scratch_write(state, "vmlinux", "\177ELF, and no more");
	g_autofree char *empty = scratch_write(state, "empty", "");

	refused("/nowhere");
	refused(*state);
	refused(text);
	refused(empty);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_of_their_function),
		cmocka_unit_test(where_the_kernel_is_entered),
		cmocka_unit_test(a_module),
		cmocka_unit_test(places_do_not_overlap),
		cmocka_unit_test(the_text_for_the_plugin),
		cmocka_unit_test(symbols_of_one_file),
		IN_SCRATCH(files_without_symbols),
	};

	if (argc != 2)
		return 1;
	agent = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
