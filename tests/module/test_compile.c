/*
 * The module against the source of one kernel, configured as pinbench does and prepared
 * for modules, not built: the probes find out what it has, and nothing may warn.
 * argv: the kernel's name; then "sparse" to have sparse read it too, and "optional" if a
 * source that cannot be obtained is a skip.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include "lab/kernel/make/kconfig.h"
#include "lab/kernel/obtain.h"
#include "lab/paths.h"
#include "lab/util/files.h"
#include "lab/util/process.h"

#define EXIT_SKIPPED 77

struct place {
	char *directory, *tree, *build, *sources, *headers, *log;
};

/* Leaves the log. */
static void give_up(const struct place *p, GError *error, int status)
{
	if (p)
		pb_remove_tree(p->tree, NULL);
	fprintf(stderr, "%s\n", error->message);
	exit(status);
}

static struct place place_make(GError **ret_error)
{
	g_autofree char *scratch = NULL;
	struct place p = {0};

	if (pb_cache_dir(&scratch, ret_error, "compile", NULL))
		return p;
	p.directory = g_build_filename(scratch, "XXXXXX", NULL);
	if (!g_mkdtemp(p.directory))
		exit(EXIT_FAILURE);
	p.tree = g_build_filename(p.directory, "source", NULL);
	p.build = g_build_filename(p.tree, "build", NULL);
	p.sources = g_build_filename(p.directory, "kernel-side", NULL);
	p.headers = g_build_filename(p.directory, "include", NULL);
	p.log = g_build_filename(p.directory, "build.log", NULL);
	return p;
}

static int obtain(const char *name, struct pb_kernel_definition **ret_definition,
		  struct pb_kernel_source **ret_source, struct pb_progress *progress,
		  GError **ret_error)
{
	g_autoptr(pb_kernel_spec) spec = NULL;
	int err = pb_kernel_spec_parse(name, &spec, ret_error);

	if (!err)
		err = pb_kernel_definition_load(PB_PATH_CONFIGS, name, ret_definition, ret_error);
	if (!err)
		err = pb_kernel_obtain(spec, *ret_definition, false, progress, ret_source,
				       ret_error);
	return err;
}

static int prepare(const struct place *p, const struct pb_kernel_source *source,
		   const struct pb_kernel_definition *definition, struct pb_make *make,
		   GError **ret_error)
{
	static const char *const targets[] = {"O=build", "modules_prepare", NULL};
	g_auto(GStrv) dropped = NULL;
	int err = pb_copy_tree(source->directory, p->tree, true, ret_error);

	if (!err)
		err = pb_make_directory(p->build, ret_error);
	if (!err)
		err = pb_copy_tree(PB_PATH_KERNEL_SIDE, p->sources, false, ret_error);
	if (!err)
		err = pb_copy_tree(PB_PATH_INCLUDE, p->headers, false, ret_error);
	if (!err)
		err = pb_kconfig_make(make, definition, &dropped, ret_error);
	make->arguments = targets;
	if (!err)
		err = pb_make_run(make, NULL, ret_error);
	return err;
}

/* Only the module: without a built kernel nobody knows what symbols it exports. */
static int compile(const struct place *p, bool sparse, struct pb_make *make, GError **ret_error)
{
	g_autofree char *target = g_strconcat("M=", p->sources, NULL);
	const char *const arguments[] = {
		target,	   "KCFLAGS=-Werror",	   "KBUILD_MODPOST_WARN=1",
		"modules", sparse ? "C=2" : "C=0", "CF=-Wsparse-error",
		NULL,
	};

	make->directory = p->build;
	make->arguments = arguments;
	return pb_make_run(make, NULL, ret_error);
}

static int print_compat(const struct place *p)
{
	g_autofree char *path = g_build_filename(p->sources, "compat_config.h", NULL);
	g_autofree char *module = g_build_filename(p->sources, "pinbench.ko", NULL);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL) ||
	    !g_file_test(module, G_FILE_TEST_EXISTS))
		return EXIT_FAILURE;
	fputs(text, stdout);
	return EXIT_SUCCESS;
}

static bool has_argument(char **argv, const char *text)
{
	return g_strv_contains((const char *const *)argv, text);
}

int main(int argc, char **argv)
{
	g_autoptr(pb_progress) progress = pb_progress_new(stderr, PB_PROGRESS_PLAIN);
	g_autoptr(pb_kernel_definition) definition = NULL;
	g_autoptr(pb_kernel_source) source = NULL;
	GError *error = NULL;
	int status;

	if (argc < 2)
		return EXIT_FAILURE;
	pb_signals_install();
	if (obtain(argv[1], &definition, &source, progress, &error))
		give_up(NULL, error, has_argument(argv, "optional") ? EXIT_SKIPPED : EXIT_FAILURE);
	struct place p = place_make(&error);
	if (error)
		give_up(NULL, error, EXIT_FAILURE);
	struct pb_make make = {
		.directory = p.tree,
		.log_path = p.log,
		.what = argv[1],
		.progress = progress,
		.fault = PB_EXIT_ENVIRONMENT,
	};
	pb_progress_stage(progress, "compiling the module for %s", argv[1]);
	if (prepare(&p, source, definition, &make, &error) ||
	    compile(&p, has_argument(argv, "sparse"), &make, &error))
		give_up(&p, error, EXIT_FAILURE);
	pb_progress_done(progress);
	status = print_compat(&p);
	pb_remove_tree(p.directory, NULL);
	return status;
}
