#include "kernel_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"

static const char makefile[] =
	"VERSION = 6\n"
	"PATCHLEVEL = 12\n"
	"allnoconfig:\n"
	"\tgrep -v -x -F -f absent $(KCONFIG_ALLCONFIG) > $(O)/.config || true\n"
	"olddefconfig:\n"
	"\ttrue\n"
	"vmlinux: $(O)/vmlinux\n"
	"modules: vmlinux\n"
	"$(O)/first.o:\n"
	"\t@echo '  CC      first.o'\n"
	"\techo first >> $(TMPDIR)/done\n"
	"\ttouch $@\n"
	"$(O)/vmlinux: $(O)/first.o code.c\n"
	"\t@echo '  LD      vmlinux'\n"
	"\tif test -e $(TMPDIR)/stubborn; then trap '' TERM; fi; \\\n"
	"\ttouch $(TMPDIR)/started; \\\n"
	"\twhile test -e $(TMPDIR)/hold; do sleep 0.02; done\n"
	"\tmkdir -p $(O)/include/config\n"
	"\techo 6.12.0-small > $(O)/include/config/kernel.release\n"
	"\techo vmlinux >> $(TMPDIR)/done\n"
	"\t$(CC) -nostdlib -static -Wl,-e,start -o $@ code.c\n";

void kernel_put(const char *directory, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);

	assert_int_equal(pb_make_directory(parent, NULL), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

bool kernel_there(const char *directory, const char *name)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

void kernel_away(const char *directory, const char *name)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);

	assert_int_equal(pb_remove_tree(path, NULL), 0);
}

int kernel_times_done(const struct fixture *fixture, const char *what)
{
	g_autofree char *path = g_build_filename(fixture->root, "tmp", "done", NULL);
	g_auto(GStrv) lines = NULL;
	char *text = NULL;
	int count = 0;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	lines = g_strsplit(text, "\n", -1);
	g_free(text);
	for (size_t i = 0; lines[i]; i++)
		count += !strcmp(lines[i], what);
	return count;
}

void kernel_git(const struct fixture *fixture, const char *first, ...)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	struct pb_command command = {.cwd = fixture->tree};
	va_list rest;

	for (const char *const *fixed =
		     (const char *[]){"git", "-c", "user.name=t", "-c", "user.email=t@t", NULL};
	     *fixed; fixed++)
		g_ptr_array_add(argv, (char *)*fixed);
	va_start(rest, first);
	for (const char *word = first; word; word = va_arg(rest, const char *))
		g_ptr_array_add(argv, (char *)word);
	va_end(rest);
	g_ptr_array_add(argv, NULL);
	command.argv = (const char *const *)argv->pdata;
	assert_int_equal(pb_command_run(&command, NULL, NULL), 0);
}

char *kernel_snapshot(const struct fixture *fixture)
{
	const char *const argv[] = {"find", ".", "-printf", "%p %y %m %U %T@ %C@ %s %i %l\\n",
				    NULL};
	struct pb_command command = {.argv = argv, .cwd = fixture->tree};
	char *output = NULL;

	assert_int_equal(pb_command_run(&command, &output, NULL), 0);
	return output;
}

int kernel_set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);
	g_autofree char *cache = NULL, *tmp = NULL;

	fixture->root = g_dir_make_tmp("pinbench-kernel-XXXXXX", NULL);
	fixture->tree = g_build_filename(fixture->root, "linux", NULL);
	fixture->configs = g_build_filename(fixture->root, "configs", NULL);
	cache = g_build_filename(fixture->root, "cache", NULL);
	tmp = g_build_filename(fixture->root, "tmp", NULL);
	g_setenv("PINBENCH_CACHE", cache, TRUE);
	g_setenv("TMPDIR", tmp, TRUE);
	assert_int_equal(pb_make_directory(tmp, NULL), 0);
	kernel_put(fixture->configs, "kernels/tree.ini",
		   "[config]\nfragments=a.config\noptional=b.config\n");
	kernel_put(fixture->configs, "kernels/a.config", "CONFIG_FIRST=y\n");
	kernel_put(fixture->configs, "kernels/b.config", "CONFIG_SOMETIMES=y\n");
	kernel_put(fixture->tree, "Makefile", makefile);
	kernel_put(fixture->tree, "Kconfig", "config SECOND\n");
	kernel_put(fixture->tree, "absent", "CONFIG_SOMETIMES=y\n");
	kernel_put(fixture->tree, "code.c", "void start(void) { __asm__(\"nop\"); }\n");
	kernel_put(fixture->tree, ".gitignore", "*.o\n.config\ntracked-all-the-same\n");
	kernel_put(fixture->tree, "tracked-all-the-same", "1\n");
	kernel_git(fixture, "init", "--quiet", NULL);
	kernel_git(fixture, "add", "--all", NULL);
	kernel_git(fixture, "add", "--force", "tracked-all-the-same", NULL);
	kernel_git(fixture, "commit", "--quiet", "-m", "first", NULL);
	*state = fixture;
	return 0;
}

int kernel_tear_down(void **state)
{
	struct fixture *fixture = *state;
	int r;

	g_unsetenv("TMPDIR");
	r = pb_remove_tree(fixture->root, NULL);
	g_free(fixture->root);
	g_free(fixture->tree);
	g_free(fixture->configs);
	g_free(fixture);
	return r;
}

struct pb_kernel *kernel_get(const struct fixture *fixture, const char *suffix)
{
	g_autofree char *spec = g_strconcat(fixture->tree, suffix, NULL);
	struct pb_kernel *kernel = NULL;
	g_autoptr(GError) error = NULL;

	if (pb_kernel_get(spec, fixture->configs, 0, NULL, &kernel, &error))
		fail_msg("%s: %s", spec, error->message);
	assert_string_equal(kernel->spec, spec);
	return kernel;
}

void kernel_refused(const struct fixture *fixture, const char *spec, int r, enum pb_exit code,
		    const char *because)
{
	g_autoptr(GError) error = NULL;
	struct pb_kernel *kernel = NULL;

	assert_int_equal(pb_kernel_get(spec, fixture->configs, 0, NULL, &kernel, &error), r);
	assert_null(kernel);
	assert_int_equal(error->code, code);
	if (!strstr(error->message, because))
		fail_msg("\"%s\" is not in: %s", because, error->message);
}
