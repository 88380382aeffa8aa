/* Which functions differ between two builds, seen on objects that the compiler makes here. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "lab/kernel/changed/changed.h"
#include "lab/util/process.h"
#include "reports/error.h"
#include "tests/unit/scratch.h"

#define NOINLINE "__attribute__((noinline)) "

/* Three functions, of which the last one calls the others: by a plain distance and by name. */
#define FIRST  NOINLINE "int first(int x) { return x * 3 + limit; }\n"
#define SECOND "static " NOINLINE "int second(int x) { return other(x) ^ 5; }\n"
#define THIRD  "int third(int x) { return second(x) + second(x + 1) + first(x); }\n"
#define COMMON "extern int limit; int other(int x); int say(const char *what);\n"

static void set_time(const char *path, time_t seconds, long ns)
{
	const struct timespec times[2] = {{seconds, ns}, {seconds, ns}};

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Compiles @source, C or if @name ends so assembly, to an object of @side with a kernel's flags. */
static void compile(void **state, const char *side, const char *name, const char *source)
{
	g_autofree char *from = g_strconcat("sources/", name, NULL);
	g_autofree char *to = g_strconcat(side, "/", name, NULL);
	g_autofree char *path = scratch_write(state, from, source);
	g_autofree char *object = scratch_path(state, to), *above = g_path_get_dirname(object);
	const struct pb_command command = {
		.argv = (const char *const[]){
			"gcc", "-O2", "-c", "-w", "-ffreestanding", "-fno-pic", "-mcmodel=kernel",
			"-mno-sse", "-fcf-protection=none", "-fno-stack-protector",
			"-fno-asynchronous-unwind-tables", path, "-o", object, NULL}};
	g_autoptr(GError) error = NULL;

	assert_int_equal(pb_make_directory(above, NULL), 0);
	object[strlen(object) - 1] = 'o';
	if (pb_command_run(&command, NULL, &error))
		fail_msg("%s", error->message);
	set_time(object, *side, 1);
}

/* "~" changed, "+" new, "-" gone; "~was>is" if the names differ. Caller frees. */
static char *words_of(const GPtrArray *changes)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < changes->len; i++) {
		const struct pb_function_change *change = changes->pdata[i];
		const char *name =
			change->patched_name ? change->patched_name : change->baseline_name;

		g_string_append_printf(text, "%s%c", i ? " " : "", "~+-"[change->how]);
		if (change->how == PB_CHANGE_CODE && strcmp(name, change->baseline_name))
			g_string_append_printf(text, "%s>", change->baseline_name);
		g_string_append(text, name);
		assert_int_equal(!change->baseline_bytes, change->how == PB_CHANGE_NEW);
		assert_int_equal(!change->patched_bytes, change->how == PB_CHANGE_GONE);
	}
	return g_string_free(text, FALSE);
}

static GPtrArray *compare(void **state)
{
	g_autofree char *before = scratch_path(state, "before"),
			*after = scratch_path(state, "after");
	g_autoptr(GError) error = NULL;
	GPtrArray *changes = NULL;

	assert_int_equal(pb_make_directory(before, NULL), 0);
	assert_int_equal(pb_make_directory(after, NULL), 0);
	if (pb_find_changed_functions(before, after, &changes, &error))
		fail_msg("%s", error->message);
	return changes;
}

static void expect(void **state, const char *wanted)
{
	g_autoptr(GPtrArray) changes = compare(state);
	g_autofree char *words = words_of(changes);

	assert_string_equal(words, wanted);
}

/* The two sources as mm/a.c of the two builds: what has changed? */
static void pair(void **state, const char *before, const char *after, const char *wanted)
{
	compile(state, "before", "mm/a.c", before);
	compile(state, "after", "mm/a.c", after);
	expect(state, wanted);
}

static void a_comment(void **state)
{
	pair(state, COMMON FIRST SECOND THIRD, "/* more\n * words */\n" COMMON FIRST SECOND THIRD,
	     "");
}

static void one_function(void **state)
{
	g_autoptr(GPtrArray) changes = NULL;
	const struct pb_function_change *change;

	pair(state, COMMON FIRST SECOND THIRD,
	     COMMON NOINLINE "int first(int x) { return x * 3 - limit; }\n" SECOND THIRD, "~first");
	changes = compare(state);
	change = changes->pdata[0];
	assert_string_equal(change->object, "mm/a.o");
	assert_string_equal(change->folded, "first");
}

/* Another function is called, or another variable is read, at the same place. */
static void another_name(void **state)
{
	pair(state, COMMON "int more; int also;" FIRST "int f(void) { return other(more); }\n",
	     COMMON "int more; int also;" FIRST "int f(void) { return other(also); }\n", "~f");
	pair(state, COMMON "int f(int x) { return other(x) + 1; }\n",
	     COMMON "int another(int x); int f(int x) { return another(x) + 1; }\n", "~f");
	pair(state,
	     COMMON "static int more, also; int f(void) { return more; }\n"
		    "int g(void) { return also; } int *h(int x) { return x ? &more : &also; }\n"
		    "void k(int x) { more = also = x; }\n",
	     COMMON "static int more, also; int f(void) { return also; }\n"
		    "int g(void) { return also; } int *h(int x) { return x ? &more : &also; }\n"
		    "void k(int x) { more = also = x; }\n",
	     "~f");
}

/* Everything that follows lies elsewhere: nothing of it has changed. */
static void added_in_front(void **state)
{
#define USERS                                                                                    \
	"static int count = 4, total; static const int table[] = {5, 7, 9, 11};\n"               \
	"static " NOINLINE "int local(int x) { total += x; return table[x & 3] + other(x); }\n"  \
	"int user(int x) { static int calls; return local(x) + local(++calls) + ++count; }\n"    \
	"int speaker(void) { static int times = 3; times++; return say(\"a word\"); }\n"         \
	"void setter(int x) { if (total > 5) { count = 7; total = 70000; } }\n"                  \
	"int chooser(int x) { switch (x) { case 0: return say(\"a\"); case 1: return x + limit;" \
	"case 2: return other(9); case 3: return say(\"b\"); case 4: return -limit;"             \
	"case 5: return say(\"c\"); case 6: return limit * 4; } return 0; }\n"
#define ADDED                                                                                    \
	"static int added_data = 3, added_count; static const long added_table[] = {1, 2, 8};\n" \
	"static __attribute__((noipa)) int added(int x) { static int w, v = 1; w++; v++;\n"      \
	"added_count++; added_data--; say(\"added\"); return added_table[x] + v + w; }\n"

	pair(state, COMMON USERS "int last(void) { return limit; }\n",
	     COMMON ADDED USERS "int last(void) { return limit + added(4); }\n", "+added ~last");
}

/* @code as f, and variables in a given order, with @between in the middle of them. */
#define ORDERED(code, between)                                                             \
	"f:\n" code "\tret\n.size f, .-f\n.type f, @function\n.bss\n" OBJECT("first", "8") \
		between OBJECT("second", "8")
#define OBJECT(name, bytes) \
	name ":\t.zero " bytes "\n.size " name ", " bytes "\n.type " name ", @object\n"

static void same_code(void **state, const char *before, const char *after)
{
	compile(state, "before", "mm/a.S", before);
	compile(state, "after", "mm/a.S", after);
	expect(state, "");
}

/* What the linker would fill in as a distance, and what lies behind it in the instruction. */
static void constants_behind_operands(void **state)
{
#define STORE(code)                                               \
	same_code(state, ORDERED("\t" code "second(%rip)\n", ""), \
		  ORDERED("\t" code "second(%rip)\n", OBJECT("another", "8")))

	STORE("movb $3, ");
	STORE("movw $300, ");
	STORE("addw $300, ");
	STORE("movw %r8w, ");
	STORE("movq $70000, ");
	STORE("cmpl $7, ");
	STORE("testl $70000, ");
	STORE("notl ");
	STORE("shll $7, ");
	STORE("lock xaddl %eax, ");
	STORE("btsl $7, ");
}

/* Addresses that two things have: which of them is meant is found by what fits. */
static void shared_addresses(void **state)
{
	same_code(state, ORDERED("\tmov $first + 8, %rdi\n", ""),
		  ORDERED("\tmov $first + 8, %rdi\n", OBJECT("another", "8")));
	same_code(state, ORDERED("\tmov $second, %rdi\n", ""),
		  ORDERED("\tmov $second, %rdi\n", OBJECT("another", "8")));
	same_code(state, ORDERED("\tmov $empty, %rdi\n", OBJECT("empty", "0")),
		  ".bss\n" OBJECT("empty", "0")
			  OBJECT("third", "8") ".text\n"
					       "f:\tmov $empty, %rdi\n\tret\n.size f, .-f\n"
					       ".type f, @function\n");
}

static void contents(void **state)
{
	pair(state,
	     COMMON "int f(void) { return say(\"one\"); } int g(void) { return say(\"two\"); }\n",
	     COMMON "int f(void) { return say(\"one\"); } int g(void) { return say(\"six\"); }\n",
	     "~g");
#define TABLE(last)                                                      \
	COMMON "static const int table[] = {5, 7, 9, " last "};\n" FIRST \
	       "int f(int x) { return table[x]; } int g(int x) { return x; }\n"
	pair(state, TABLE("11"), TABLE("12"), "~f");
	/* By way of another variable. */
#define POINTERS(last)                                                                             \
	COMMON "static const int table[] = {5, 7, 9, " last "}; static const int inner[] = {1};\n" \
	       "static const int *const rows[] = {inner, table, inner};\n"                         \
	       "int f(int x, int y) { return rows[x][y]; } int g(int x) { return x; }\n"
	pair(state, POINTERS("11"), POINTERS("12"), "~f");
#define VARIABLE(value) COMMON "static int size = " value "; int f(void) { return ++size; }\n" FIRST
	pair(state, VARIABLE("4"), VARIABLE("5"), "~f");
}

/* The compiler makes a table without a name of a switch. */
static void a_switch(void **state)
{
#define SWITCH(name, third)                                                                 \
	"int " name "(int x) { switch (x) { case 0: return 17; case 1: return 4;"           \
	"case 2: return " third "; case 3: return 39; case 4: return 12; case 5: return 3;" \
	"case 6: return 91; } return 0; }\n"
/* A jump table as the compiler makes it, with labels that leave no symbols. */
#define JUMPS(first, second)                                                                \
	"f:\tjmp *2f(,%rdi,8)\n0:\tret\n1:\tnop\n\tret\n.size f, .-f\n.type f, @function\n" \
	".pushsection .rodata\n.balign 32\n2:\t.quad " first ", " second "\n.popsection\n"
#define BEFORE                                                                     \
	"e:\tjmp *2f(,%rdi,8)\n0:\tnop\n\tret\n.size e, .-e\n.type e, @function\n" \
	".pushsection .rodata\n.balign 32\n2:\t.quad 0b, 0b, 0b, e\n.popsection\n"

	pair(state, COMMON SWITCH("f", "2") SWITCH("g", "22"),
	     COMMON SWITCH("f", "2") SWITCH("g", "33"), "~g");
	compile(state, "before", "mm/a.S", JUMPS("0b", "1b"));
	compile(state, "after", "mm/a.S", JUMPS("1b", "0b"));
	expect(state, "~f");
	compile(state, "after", "mm/a.S", BEFORE JUMPS("0b", "1b"));
	expect(state, "+e");
	compile(state, "after", "mm/a.S", JUMPS("0b", "1b") BEFORE);
	expect(state, "+e");
}

static void an_inlined_helper(void **state)
{
#define HELPED(value)                                                                      \
	COMMON "static inline int helper(int x) { return x * limit + " value "; }\n" FIRST \
	       "int f(int x) { return helper(x); } int g(int x) { return helper(x) + 1; }\n"

	pair(state, HELPED("7"), HELPED("9"), "~f ~g");
}

/* Of two local functions of the same length one is called instead of the other. */
static void another_local_call(void **state)
{
#define CALLS(which)                                                                       \
	COMMON "static " NOINLINE "int one(int x) { return other(x) + 1; }\n"              \
	       "static " NOINLINE "int two(int x) { return other(x) + 2; }\n"              \
	       "int f(int x) { return one(x) + 7; } int g(int x) { return two(x) + 8; }\n" \
	       "int h(int x) { return " which "(x) + 9; }\n"

	pair(state, CALLS("one"), CALLS("two"), "~h");
	/* The same distance to another function that has taken the place of the first. */
	pair(state,
	     COMMON "static " NOINLINE "int one(int x) { return other(x) + 1; }\n"
		    "int f(int x) { return one(x) + 7; }\n",
	     COMMON "static " NOINLINE "int two(int x) { return other(x) + 1; }\n"
		    "int f(int x) { return two(x) + 7; }\n",
	     "~f -one +two");
}

static void what_only_shifts(void **state)
{
	pair(state, COMMON SECOND FIRST THIRD,
	     COMMON SECOND NOINLINE
	     "int first(int x) { return other(x * 3) + other(limit) * 77; }\n" THIRD,
	     "~first");
	/* A function that others may call now: they call it by name, and it is the same code. */
	pair(state, COMMON FIRST SECOND THIRD,
	     COMMON FIRST NOINLINE "int second(int x) { return other(x) ^ 5; }\n" THIRD, "");
}

static void variants(void **state)
{
#define WORK(how)                                                                   \
	COMMON "static __attribute__((" how ")) int work(int x, int y)"             \
	       "{ return other(x * y) + y; } int f(int x) { return work(x, 3); }\n" \
	       "int g(int x) { return work(x + 1, 3) * 2; }\n"
	g_autoptr(GPtrArray) changes = NULL;

	pair(state, WORK("noinline"), WORK("noipa"), "~f ~g ~work.constprop.0>work");
	changes = compare(state);
	assert_string_equal(((struct pb_function_change *)changes->pdata[2])->folded, "work");
}

/* The suffix alone, which no source gives: by symbols of that name. */
static void a_suffix_alone(void **state)
{
#define SUFFIX(name)                                                                    \
	".text\n.globl f\nf:\tcall " name "\n\tret\n.size f, .-f\n.type f, @function\n" \
	".type " name ", @function\n" name ":\tmov $5, %eax\n\tret\n.size " name ", .-" name "\n"

	compile(state, "before", "mm/a.S", SUFFIX("work.isra.0"));
	compile(state, "after", "mm/a.S", SUFFIX("work.constprop.0"));
	expect(state, "~work.isra.0>work.constprop.0");
	compile(state, "after", "mm/a.S", SUFFIX("work.cold"));
	expect(state, "~f +work.cold -work.isra.0");
}

static void cold_parts(void **state)
{
#define COLD(name, warm, cold)                                                                   \
	"int " name "(int x) { switch (x) { case 0: return other(1); case 1: return say(\"1\");" \
	"case 2: return limit; case 3: return other(" warm "); case 4: return other(x) + 5;"     \
	"case 5: return -limit; case 6: return limit * 7; } return " cold "; }\n"

	pair(state, COMMON COLD("f", "4", "3"), COMMON COLD("f", "4", "5"), "~f.cold");
	pair(state, COMMON COLD("f", "4", "3"), COMMON COLD("e", "6", "3") COLD("f", "4", "3"),
	     "+e +e.cold");
	pair(state, COMMON COLD("e", "6", "3") COLD("f", "4", "3"), COMMON COLD("f", "4", "3"),
	     "-e -e.cold");
}

static void gone_and_one_sided(void **state)
{
	pair(state, COMMON FIRST SECOND THIRD, COMMON FIRST, "-second -third");
	compile(state, "before", "mm/old.c", COMMON FIRST);
	compile(state, "after", "lib/new.c", COMMON "int novel(void) { return limit; }\n");
	expect(state, "+novel -second -third -first");
}

/* What the running kernel puts into the code is told by tables. */
static void tables(void **state)
{
#define JUMP_LABEL(key)                                                                          \
	"extern int one_key, two_key; int f(int x) { asm goto(\"1: .byte 0xf,0x1f,0x44,0,0\\n\"" \
	"\".pushsection __jump_table, \\\"aw\\\"\\n.balign 8\\n.long 1b - ., %l[on] - .\\n\""    \
	"\".quad \" " key " \" - .\\n.popsection\" :::: on); return x; on: return x + 1; }\n"
#define ALTERNATIVE(code)                                                                          \
	"void g(void) { asm volatile(\"661: nop\\n662:\\n.pushsection .altinstructions, "          \
	"\\\"a\\\"\\n\""                                                                           \
	"\".long 661b - ., 663f - .\\n.long 7\\n.byte 662b - 661b, 664f - 663f\\n.popsection\\n\"" \
	"\".pushsection .altinstr_replacement, \\\"ax\\\"\\n663: " code                            \
	"\\n664:\\n.popsection\"); }\n"
#define BUG(line)                                                                                 \
	"void h(void) { asm volatile(\"1: ud2\\n.pushsection __bug_table, \\\"aw\\\"\\n2: .long " \
	"1b - .\\n\""                                                                             \
	"\".word " line "\\n.popsection\\nlea 2b(%rip), %rdi\"); }\n"

	pair(state, JUMP_LABEL("\"one_key\"") ALTERNATIVE("cli") BUG("1"),
	     JUMP_LABEL("\"two_key\"") ALTERNATIVE("cli") BUG("2"), "~f");
	pair(state, JUMP_LABEL("\"one_key\"") ALTERNATIVE("cli") BUG("1"),
	     BUG("5") ALTERNATIVE("sti") JUMP_LABEL("\"one_key\""), "~g");
}

static void what_is_no_part(void **state)
{
	g_auto(GStrv) names = g_strsplit("tools/a.c scripts/b/a.c mm/x.mod.c vmlinux.c mm/.tmp_a.c "
					 "arch/x86/boot/a.c arch/x86/entry/vdso/a.c",
					 " ", -1);

	for (gsize i = 0; names[i]; i++)
		compile(state, "after", names[i], COMMON FIRST);
	expect(state, "");
	compile(state, "after", "arch/x86/entry/vdso/vma.c", COMMON FIRST);
	compile(state, "after", "mm/tools/a.c", COMMON "int f(void) { return limit; }\n");
	expect(state, "+first +f");
}

/* A linked object repeats those that it was made of. */
static void linked_objects(void **state)
{
	g_autofree char *a = scratch_path(state, "after/mm/a.o");
	g_autofree char *b = scratch_path(state, "after/mm/b.o");
	g_autofree char *both = scratch_path(state, "after/mm/both.o");
	const struct pb_command command = {
		.argv = (const char *const[]){"ld", "-r", "-o", both, a, b, NULL}};

	compile(state, "after", "mm/a.c", COMMON FIRST);
	compile(state, "after", "mm/b.c", COMMON "int f(void) { return limit; }\n");
	assert_int_equal(pb_command_run(&command, NULL, NULL), 0);
	expect(state, "+first +f");
}

/* One byte of an object is changed without its time, as nothing does: it is not read. */
static void same_time(void **state)
{
	g_autofree char *before = scratch_path(state, "before"),
			*after = scratch_path(state, "after");
	g_autofree char *object = scratch_path(state, "after/mm/a.o");
	g_autofree char *untouched = scratch_path(state, "before/mm/a.o");
	g_autofree char *contents = NULL;
	gsize bytes;

	compile(state, "before", "mm/a.c", COMMON FIRST);
	assert_int_equal(pb_copy_tree(before, after, false, NULL), 0);
	assert_true(g_file_get_contents(object, &contents, &bytes, NULL));
	contents[sizeof(Elf64_Ehdr)] ^= 1;
	assert_true(g_file_set_contents(object, contents, bytes, NULL));
	expect(state, "~first");
	set_time(object, 'b', 1);
	expect(state, "");
	/* Whole seconds are what archives have. */
	set_time(object, 'b', 0);
	expect(state, "~first");
	set_time(untouched, 'b', 0);
	expect(state, "~first");
}

static int read_damaged(void **state, const char *contents, gsize bytes, GError **ret_error)
{
	g_autofree char *before = scratch_path(state, "before"),
			*after = scratch_path(state, "after");
	g_autofree char *object = scratch_path(state, "after/mm/a.o");
	g_autoptr(GPtrArray) changes = NULL;

	assert_true(g_file_set_contents(object, contents, bytes, NULL));
	return pb_find_changed_functions(before, after, &changes, ret_error);
}

/* Cut off anywhere it is an error; with bytes of chance in it, anything but a crash. */
static void damage(void **state)
{
	g_autofree char *object = scratch_path(state, "after/mm/a.o"), *contents = NULL;
	g_autoptr(GError) error = NULL;
	GRand *chance = g_rand_new_with_seed(1);
	gsize bytes;

	pair(state, COMMON USERS JUMP_LABEL("\"one_key\"") ALTERNATIVE("call *%rax"),
	     COMMON USERS JUMP_LABEL("\"one_key\"") ALTERNATIVE("call *%rcx"), "~g");
	assert_true(g_file_get_contents(object, &contents, &bytes, NULL));
	for (gsize left = 0; left < bytes; left += 61)
		assert_int_equal(read_damaged(state, contents, left, NULL), -ENOEXEC);
	for (guint round = 0; round < 600; round++) {
		g_autofree char *damaged = g_memdup2(contents, bytes);
		/* Half of them in what says where everything lies, at the end. */
		gsize from = round & 1 ? bytes - MIN(bytes, 40 * sizeof(Elf64_Shdr)) : 0;

		for (guint i = 0; i < 1 + round % 5; i++)
			damaged[g_rand_int_range(chance, from, bytes)] = g_rand_int(chance);
		read_damaged(state, damaged, bytes, NULL);
	}
	g_rand_free(chance);
	((Elf64_Ehdr *)contents)->e_machine = EM_AARCH64;
	assert_int_equal(read_damaged(state, contents, bytes, &error), -ENOEXEC);
	scratch_check_error(error, PB_EXIT_ENVIRONMENT, (const char *[]){"after/mm/a.o", NULL});
}

static void no_build(void **state)
{
	g_autofree char *absent = scratch_path(state, "absent");
	g_autoptr(GError) error = NULL;
	GPtrArray *changes = NULL;

	assert_true(pb_find_changed_functions(*state, absent, &changes, &error) < 0);
	assert_null(changes);
	scratch_check_error(error, PB_EXIT_ENVIRONMENT, (const char *[]){"absent", NULL});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_comment),
		IN_SCRATCH(one_function),
		IN_SCRATCH(another_name),
		IN_SCRATCH(added_in_front),
		IN_SCRATCH(constants_behind_operands),
		IN_SCRATCH(shared_addresses),
		IN_SCRATCH(contents),
		IN_SCRATCH(a_switch),
		IN_SCRATCH(an_inlined_helper),
		IN_SCRATCH(another_local_call),
		IN_SCRATCH(what_only_shifts),
		IN_SCRATCH(variants),
		IN_SCRATCH(a_suffix_alone),
		IN_SCRATCH(cold_parts),
		IN_SCRATCH(gone_and_one_sided),
		IN_SCRATCH(tables),
		IN_SCRATCH(what_is_no_part),
		IN_SCRATCH(linked_objects),
		IN_SCRATCH(same_time),
		IN_SCRATCH(damage),
		IN_SCRATCH(no_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
