/*
 * The source checks find what they are for: a small clean tree passes, and each kind of
 * violation, planted in it, is the one thing that is then reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "check.h"

#define HEADER(guard, body) \
	"/* What it is for. */\n#ifndef " guard "\n#define " guard "\n" body "#endif\n"
#define LIST(benchmarks) \
	"# The list.\nbenchmarks = [\n" benchmarks "]\n\nfamily_sources = files('up/up.c')\n"

struct file {
	const char *path, *text;
};

static const struct file clean[] = {
	{"configs/patches/z.patch", "--- a/z\n+++ b/z\n@@ -1,2 +1,2 @@\n \n-a\n+b\n"},
	{"README.md", "Add 'up/new' to the list.\n"},
	{"docs/a.md", "`up/one`, bench/up/one.c, `up/o*`\n"},
	{"configs/profiles/p.ini", "[up/*]\n"},
	{"include/pinbench/bench.h",
	 HEADER("A_H", "#include <stddef.h>\n#include <linux/types.h>\n")},
	{"include/pinbench/uapi.h", HEADER("B_H", "struct pinbench_up;\n")},
	{"include/pinbench/result.h", HEADER("C_H", "")},
	{"kernel-side/k.c", "#include <linux/mm.h>\n#include \"pinbench/uapi.h\"\n"
			    "#include \"compat_config.h\"\n"},
	{"bench/meson.build", LIST("  'up/one',\n  'down/two',\n")},
	{"bench/core/core.h", HEADER("D_H", "/* such as up/one */\n#include <jansson.h>\n")},
	{"bench/up/up.c", "#include \"bench/up/up.h\"\n#include \"pinbench/uapi.h\"\n"},
	{"bench/up/up.h", HEADER("E_H", "#include \"bench/core/core.h\"\n")},
	{"bench/up/one.c", "#include \"up.h\"\nconst char *bench_up_one = \"up/one\";\n"},
	{"bench/down/two.c", "#include \"pinbench/bench.h\"\n"},
	{"reports/error.h", HEADER("F_H", "#include <glib.h>\n")},
	{"reports/stats/s.h", HEADER("G_H", "#include <math.h>\n")},
	{"reports/r.c", "#include \"reports/stats/s.h\"\n#include \"pinbench/result.h\"\n"},
	{"reports/render/h.h", HEADER("H_H", "#include \"reports/error.h\"\n")},
	{"lab/main.c", "#include \"commit.h\"\n#include \"lab/command/command.h\"\n"},
	{"lab/run/run.h",
	 HEADER("I_H", "#include \"lab/guest/g.h\"\n#include \"reports/render/h.h\"\n")},
	{"lab/command/command.h",
	 HEADER("J_H", "#include \"lab/run/run.h\"\n#define HELP \"such as up/one\"\n")},
	{"lab/kernel/k.h", HEADER("K_H", "#include \"lab/util/u.h\"\n#include <gelf.h>\n")},
	{"lab/guest/g.h", HEADER("L_H", "#include \"lab/kernel/k.h\"\n")},
	{"lab/guest/protocol.h", HEADER("M_H", "")},
	{"lab/guest/init/init.c",
	 "#include \"pinbench/result.h\"\n#include \"lab/guest/protocol.h\"\n"},
	{"lab/util/u.h", HEADER("N_H", "#include \"reports/error.h\"\n")},
	{"tests/t.c",
	 "#include \"bench/up/up.h\"\n#include <cmocka.h>\nchar *name = \"up/none\";\n"},
};

static const struct plant {
	struct file file; /* comes to the clean tree, or takes the place of a file there */
	const char *found;
} plants[] = {
	/* The ground. */
	{{"include/pinbench/z.h", HEADER("Z_H", "#include <glib.h>\n")},
	 "include/pinbench/z.h:4: "},
	{{"include/pinbench/z.h", HEADER("Z_H", "#include <curl/curl.h>\n")},
	 "include/pinbench/z.h:4: "},
	{{"include/pinbench/z.h", HEADER("Z_H", "#include \"lab/run/run.h\"\n")},
	 "include/pinbench/z.h:4: "},
	/* The three that stand side by side. */
	{{"kernel-side/z.c", "#include \"pinbench/result.h\"\n"}, "kernel-side/z.c:1: "},
	{{"kernel-side/z.c", "#include <stdio.h>\n"}, "kernel-side/z.c:1: "},
	{{"kernel-side/z.c", "#include \"../reports/error.h\"\n"}, "kernel-side/z.c:1: "},
	{{"kernel-side/probes/z.c", "#include \"pinbench/uapi.h\"\n"},
	 "kernel-side/probes/z.c:1: "},
	{{"bench/core/z.c", "\n#include \"bench/up/up.h\"\n"},
	 "bench/core/z.c:2: includes bench/up/up.h"},
	{{"bench/core/z.c", "#include <glib.h>\n"}, "bench/core/z.c:1: "},
	{{"bench/core/z.c", "#include <reports/error.h>\n"}, "bench/core/z.c:1: includes reports/"},
	{{"bench/down/two.c", "#include \"bench/up/up.h\"\n"}, "bench/down/two.c:1: "},
	{{"bench/down/two.c", "#include \"../up/up.h\"\n"}, "bench/down/two.c:1: "},
	{{"bench/down/two.c", "#include <jansson.h>\n"},
	 "bench/down/two.c:1: includes <jansson.h>"},
	{{"bench/down/two.c", "#include \"pinbench/result.h\"\n"}, "bench/down/two.c:1: "},
	{{"reports/z.c", "#include \"lab/util/u.h\"\n"}, "reports/z.c:1: "},
	{{"reports/z.c", "#include \"reports/render/h.h\"\n"}, "reports/z.c:1: "},
	{{"reports/z.c", "#include \"pinbench/uapi.h\"\n"}, "reports/z.c:1: "},
	{{"reports/render/z.c", "#include \"reports/stats/s.h\"\n"}, "reports/render/z.c:1: "},
	{{"reports/stats/z.c", "#include \"reports/error.h\"\n"}, "reports/stats/z.c:1: "},
	/* The lab. */
	{{"lab/z.c", "#  include \"bench/core/core.h\"\n"},
	 "lab/z.c:1: includes bench/core/core.h"},
	{{"lab/z.c", "#include \"kernel-side/k.c\"\n"}, "lab/z.c:1: "},
	{{"lab/z.c", "#include \"pinbench/bench.h\"\n"}, "lab/z.c:1: "},
	{{"lab/z.c", "#include \"lab/command/command.h\"\n"}, "lab/z.c:1: "},
	{{"lab/z.c", "#include <cmocka.h>\n"}, "lab/z.c:1: "},
	{{"lab/z.c", "#include \"assets.h\"\n"}, "lab/z.c:1: "},
	{{"lab/z.c", "#include \"none.h\"\n"}, "lab/z.c:1: "},
	{{"lab/z.c", "#include NAME\n"}, "lab/z.c:1: an include by macro"},
	{{"lab/main.c", "#include \"lab/run/run.h\"\n"}, "lab/main.c:1: "},
	{{"lab/kernel/z.c", "#include \"lab/guest/g.h\"\n"}, "lab/kernel/z.c:1: "},
	{{"lab/kernel/z.c", "#include \"lab/command/command.h\"\n"}, "lab/kernel/z.c:1: "},
	{{"lab/kernel/z.c", "#include \"reports/render/h.h\"\n"}, "lab/kernel/z.c:1: "},
	{{"lab/guest/z.c", "#include \"lab/run/run.h\"\n"}, "lab/guest/z.c:1: "},
	{{"lab/guest/z.c", "#include \"lab/command/command.h\"\n"}, "lab/guest/z.c:1: "},
	{{"lab/guest/init/z.c", "#include \"lab/guest/g.h\"\n"}, "lab/guest/init/z.c:1: "},
	{{"lab/guest/init/z.c", "#include <glib.h>\n"}, "lab/guest/init/z.c:1: "},
	{{"lab/util/z.c", "#include \"lab/kernel/k.h\"\n"}, "lab/util/z.c:1: "},
	{{"lab/util/z.c", "#include \"lab/guest/g.h\"\n"}, "lab/util/z.c:1: "},
	{{"extra/z.c", "int x;\n"}, "extra/z.c:1: C outside of the layers"},
	/* Names. */
	{{"lab/z.c", "char *s = \"up/one[a=b]\";\n"}, "lab/z.c:1: names the benchmark up/one"},
	{{"lab/z.c", "char *s = \"up/*\";\n"}, "lab/z.c:1: names the benchmark up/*"},
	{{"lab/z.c", "int r = strcmp(family, \"up\");\n"}, "lab/z.c:1: knows the family up"},
	{{"bench/core/z.c", "extern int bench_up_one;\n"}, "bench/core/z.c:1: knows the family up"},
	{{"bench/down/two.c", "char *s = \"up/one\";\n"}, "bench/down/two.c:1: names"},
	{{"reports/z.css", "/* up/one */\n"}, "reports/z.css:1: names the benchmark up/one"},
	{{"configs/kernels/z.ini", "[up/one]\n"}, "configs/kernels/z.ini:1: names"},
	{{"lab/z.c", "int x; /* such as up/gone */\n"}, "lab/z.c:1: names up/gone, but"},
	{{"lab/command/z.c", "char *s = \"up/gone\";\n"}, "lab/command/z.c:1: names up/gone, but"},
	{{"docs/z.md", "\n`up/g*`\n"}, "docs/z.md:2: names up/g*, but"},
	/* The list. */
	{{"bench/up/z.c", "int x;\n"}, "bench/up/z.c:1: is in neither of"},
	{{"bench/side/z.c", "int x;\n"}, "bench/side/z.c:1: is in neither of"},
	{{"bench/meson.build", LIST("  'up/one',\n  'down/two',\n  'up/z',\n")},
	 "bench/meson.build:5: lists up/z, but there is no bench/up/z.c"},
	{{"bench/meson.build", LIST("  'up/one',\n  'down/two',\n  'up/one',\n")},
	 "bench/meson.build:5: lists up/one twice"},
	{{"bench/meson.build", LIST("  'up/one',\n  'down/two',\n  'up/up',\n")},
	 "bench/up/up.c:1: is in both the benchmarks"},
	/* Headers. */
	{{"lab/z.h", "#ifndef Z_H\n#define Z_H\n#endif\n"},
	 "lab/z.h:1: a header begins with a comment"},
	{{"lab/z.h", "/* What for. */\nint x;\n"}, "lab/z.h:1: has no include guard"},
	{{"lab/z.h", "/* What for. */\n#ifndef Z_H\n#define Y_H\n#endif\n"},
	 "lab/z.h:1: has no include"},
	{{"lab/z.h", HEADER("A_H", "")},
	 "lab/z.h:1: has the include guard A_H, and so has include/"},
	/* Text. */
	{{"run.sh", "cd /ro"
		    "ot/x\n"},
	 "run.sh:1: has /ro"
	 "ot"},
	{{"run.sh", "\n\ncd /ho"
		    "me/me\n"},
	 "run.sh:3: has /ho"
	 "me/m"},
	{{"lab/z.c", "/* -I/wo"
		     "rk/x */\n"},
	 "lab/z.c:1: has /wo"
	 "rk/"},
	{{"run.sh", "x=deb.deb"
		    "ian.org\n"},
	 "run.sh:1: has deb"
	 "ian.org"},
	{{"docs/z.md", "registry.npm"
		       "js.org\n"},
	 "docs/z.md:1: has npm"
	 "js.org"},
	{{"docs/z.md", "https://py"
		       "pi.org/\n"},
	 "docs/z.md:1: has py"
	 "pi.org"},
	{{"docs/z.md", "x \ny\n"}, "docs/z.md:1: blanks at the end"},
	{{"docs/z.md", "x\ny\t\n"}, "docs/z.md:2: blanks at the end"},
	{{"docs/z.md", "x\r\n"}, "docs/z.md:1: blanks at the end"},
	{{"docs/z.md", "x\ny"}, "docs/z.md:2: the last line has no end"},
	{{"docs/z.png", "\x89PNG\n"}, "docs/z.png:1: is no UTF-8 text"},
};

static char *program;
static char *root;

static void put(const char *path, const char *text, gssize bytes)
{
	g_autofree char *full = g_build_filename(root, path, NULL);
	g_autofree char *folder = g_path_get_dirname(full);
	gsize size = bytes < 0 ? strlen(text) : (gsize)bytes;
	FILE *file;

	assert_int_equal(g_mkdir_with_parents(folder, 0700), 0);
	/* Not g_file_set_contents(), which waits for the disk. */
	file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void run_in_root(const char *command)
{
	const char *argv[] = {"sh", "-ec", command, NULL};
	int status = -1;

	assert_true(g_spawn_sync(root, (char **)argv, NULL,
				 G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
					 G_SPAWN_STDERR_TO_DEV_NULL,
				 NULL, NULL, NULL, NULL, &status, NULL));
	assert_int_equal(status, 0);
}

static int make_clean_tree(void **state)
{
	(void)state;
	root = g_dir_make_tmp("pinbench-check-XXXXXX", NULL);
	if (!root)
		return -1;
	for (gsize i = 0; i < G_N_ELEMENTS(clean); i++)
		put(clean[i].path, clean[i].text, -1);
	return 0;
}

static int drop_tree(void **state)
{
	(void)state;
	run_in_root("rm -rf -- \"$PWD\"");
	g_clear_pointer(&root, g_free);
	return 0;
}

static GPtrArray *look(void)
{
	g_autoptr(GError) error = NULL;
	gsize files;
	GPtrArray *ret = check_tree(root, &files, &error);

	if (!ret)
		fail_msg("%s", error->message);
	return ret;
}

static void assert_only(const char *found)
{
	g_autoptr(GPtrArray) complaints = look();
	const char *first = complaints->len ? complaints->pdata[0] : "nothing";

	if (complaints->len != 1 || !g_str_has_prefix(first, found))
		fail_msg("wanted: %s...; reported: %u, %s", found, complaints->len, first);
}

static void assert_clean(void)
{
	g_autoptr(GPtrArray) complaints = look();

	if (complaints->len)
		fail_msg("reported: %s", (const char *)complaints->pdata[0]);
}

static void clean_tree_passes(void **state)
{
	(void)state;
	assert_clean();
}

/* What the clean tree has at @path, or nothing. */
static void take_back(const char *path)
{
	g_autofree char *full = g_build_filename(root, path, NULL);

	assert_int_equal(g_unlink(full), 0);
	for (gsize i = 0; i < G_N_ELEMENTS(clean); i++) {
		if (!strcmp(clean[i].path, path))
			put(path, clean[i].text, -1);
	}
}

static void each_plant_is_reported(void **state)
{
	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(plants); i++) {
		put(plants[i].file.path, plants[i].file.text, -1);
		assert_only(plants[i].found);
		take_back(plants[i].file.path);
	}
	assert_clean();
}

/* @lines of text, with @before and @after around them. */
static void put_lines(const char *path, const char *before, guint lines, const char *after)
{
	g_autoptr(GString) text = g_string_new(before);

	for (guint i = 0; i < lines; i++)
		g_string_append(text, "\tx++;\n");
	g_string_append(text, after);
	put(path, text->str, text->len);
}

static void long_file_is_reported(void **state)
{
	(void)state;
	put_lines("lab/z.c", "", 500, "");
	assert_clean();
	put_lines("lab/z.c", "", 501, "");
	assert_only("lab/z.c:501: has 501 lines");
}

static void long_function_is_reported(void **state)
{
	(void)state;
	put_lines("lab/z.c", "static int f(int x)\n{\n", 77, "}\n");
	assert_clean();
	put_lines("lab/z.c", "struct s {\nint x;\n};\n\nint f(int (*x)(void))\n{\n", 78, "}\n");
	assert_only("lab/z.c:5: f() has 81 lines");
	put_lines("lab/z.c",
		  "int f(void) /* { */\n{\n#if A\n\tif (\"{\") {\n#else\n\tif (b) {\n#endif\n\t}\n",
		  1, "}\n\nint t[] = {\n1,\n};\n");
	assert_clean();
	put_lines("lab/z.c", "int t[] = {\n", 100, "};\n");
	assert_clean();
}

static void large_file_is_reported(void **state)
{
	g_autofree char *text = g_strnfill((200 << 10) + 1, '\n');

	(void)state;
	put("docs/z.md", text, 200 << 10);
	assert_clean();
	put("docs/z.md", text, (200 << 10) + 1);
	assert_only("docs/z.md:1: has 204801 bytes");
}

static void zero_byte_is_reported(void **state)
{
	(void)state;
	put("docs/z.md", "a\0b\n", 4);
	assert_only("docs/z.md:1: is no UTF-8 text");
}

static void comments_and_quotes_are_understood(void **state)
{
	(void)state;
	put("lab/z.c",
	    "/*\n#include \"bench/core/core.h\"\n*/\n// strcmp(x, \"up\")\n"
	    "char q = '\"', e = '\\'', *s = \"\\\" /*\";\nint UP_WORD[] = \"up\";\n",
	    -1);
	assert_clean();
	put("lab/z.c", "char *s = \"/*\";\n#include \"bench/core/core.h\"\n", -1);
	assert_only("lab/z.c:2: includes");
}

static void builds_and_hidden_files_are_left_out(void **state)
{
	(void)state;
	put("build-x/z.c", "#include \"bench/core/core.h\"", -1);
	put("results/z.md", "x ", -1);
	put(".cache/z.md", "x ", -1);
	assert_clean();
}

static void git_says_what_is_checked(void **state)
{
	g_autofree char *git = g_find_program_in_path("git");

	(void)state;
	if (!git)
		skip();
	put(".gitignore", "/made/\n", -1);
	run_in_root("git init -q . && git add -A");
	put("notes.txt", "x ", -1);
	put("made/z.c", "#include \"bench/core/core.h\"\n", -1);
	assert_clean();
	put("lab/new.c", "#include \"bench/core/core.h\"\n", -1);
	assert_only("lab/new.c:1: ");
	run_in_root("rm lab/new.c && git add notes.txt");
	assert_only("notes.txt:1: ");
	run_in_root("rm notes.txt");
	assert_clean();
}

static int run_program(char **ret_output)
{
	const char *argv[] = {program, root, NULL};
	int status = -1;

	assert_true(g_spawn_sync(NULL, (char **)argv, NULL, 0, NULL, NULL, ret_output, NULL,
				 &status, NULL));
	return status;
}

static void program_fails_and_says_why(void **state)
{
	g_autofree char *good = NULL, *bad = NULL;

	(void)state;
	assert_int_equal(run_program(&good), 0);
	assert_non_null(strstr(good, " 0 violations"));
	put("lab/z.c", "#include \"bench/core/core.h\"\n", -1);
	assert_int_not_equal(run_program(&bad), 0);
	assert_non_null(strstr(bad, "lab/z.c:1: includes bench/core/core.h"));
	assert_non_null(strstr(bad, " 1 violations"));
}

#define IN_TREE(function) cmocka_unit_test_setup_teardown(function, make_clean_tree, drop_tree)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_TREE(clean_tree_passes),
		IN_TREE(each_plant_is_reported),
		IN_TREE(long_file_is_reported),
		IN_TREE(long_function_is_reported),
		IN_TREE(large_file_is_reported),
		IN_TREE(zero_byte_is_reported),
		IN_TREE(comments_and_quotes_are_understood),
		IN_TREE(builds_and_hidden_files_are_left_out),
		IN_TREE(git_says_what_is_checked),
		IN_TREE(program_fails_and_says_why),
	};

	if (argc != 2)
		return 2;
	program = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
