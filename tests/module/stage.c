/* Pinbench as it is installed on a machine: see stage.h. */
#include "tests/module/stage.h"

#include <string.h>

#include "lab/paths.h"
#include "lab/util/files.h"
#include "lab/util/process.h"

#define PROGRAM PINBENCH_BUILD_DIR "/pinbench"

/* The same path below @tree. */
static int stage_file(const char *tree, const char *path, GError **ret_error)
{
	g_autofree char *to = g_build_filename(tree, path, NULL);
	g_autofree char *folder = g_path_get_dirname(to);
	int err = pb_make_directory(folder, ret_error);

	return err ? err : pb_copy_file(path, to, ret_error);
}

/* "	libjansson.so.4 => /lib/x86_64-linux-gnu/libjansson.so.4 (0x...)", or the path alone. */
static char *library_of(const char *line)
{
	const char *path = strchr(line, '/');

	return path ? g_strndup(path, strcspn(path, " ")) : NULL;
}

static int stage_libraries(const char *tree, const char *program, GError **ret_error)
{
	const char *const argv[] = {"ldd", program, NULL};
	struct pb_command command = {.argv = argv, .timeout_seconds = 30};
	g_autofree char *output = NULL;
	g_auto(GStrv) lines = NULL;
	int err = pb_command_run(&command, &output, ret_error);

	lines = g_strsplit(output ? output : "", "\n", -1);
	for (char **line = lines; !err && *line; line++) {
		g_autofree char *path = library_of(*line);

		if (path)
			err = stage_file(tree, path, ret_error);
	}
	return err;
}

/* What draws a report's plots; its name is a link to one of several. */
static int stage_gnuplot(const char *tree, GError **ret_error)
{
	g_autofree char *program = g_find_program_in_path("gnuplot");
	g_autofree char *to = g_build_filename(tree, "usr/bin/gnuplot", NULL);
	g_autofree char *folder = g_path_get_dirname(to);
	int err = pb_make_directory(folder, ret_error);

	if (!err && program)
		err = pb_copy_file(program, to, ret_error);
	return err || !program ? err : stage_libraries(tree, program, ret_error);
}

static int stage_module(const char *tree, const char *release, const char *module,
			GError **ret_error)
{
	g_autofree char *folder = g_build_filename(tree, "lib/modules", release, "updates", NULL);
	g_autofree char *to = g_build_filename(folder, "pinbench.ko", NULL);
	const char *const argv[] = {"depmod", "-b", tree, release, NULL};
	const char *const env[] = {"PATH=/usr/sbin:/sbin:/usr/bin:/bin", NULL};
	struct pb_command command = {.argv = argv, .env = env, .timeout_seconds = 60};
	g_autofree char *path = g_find_program_in_path("depmod");
	int err = pb_make_directory(folder, ret_error);

	if (!path && g_file_test("/usr/sbin/depmod", G_FILE_TEST_EXISTS))
		command.argv = (const char *const[]){"/usr/sbin/depmod", "-b", tree, release, NULL};
	if (!err)
		err = pb_copy_file(module, to, ret_error);
	return err ? err : pb_command_run(&command, NULL, ret_error);
}

int stage_pinbench(const char *tree, const char *release, const char *module, GError **ret_error)
{
	g_autofree char *configs = g_build_filename(tree, PB_PATH_CONFIGS, NULL);
	g_autofree char *above = g_path_get_dirname(configs);
	int err = stage_file(tree, PROGRAM, ret_error);

	if (!err)
		err = stage_file(tree, PB_PATH_AGENT, ret_error);
	if (!err)
		err = stage_libraries(tree, PROGRAM, ret_error);
	if (!err)
		err = stage_gnuplot(tree, ret_error);
	if (!err)
		err = pb_make_directory(above, ret_error);
	if (!err)
		err = pb_copy_tree(PB_PATH_CONFIGS, configs, false, ret_error);
	return err ? err : stage_module(tree, release, module, ret_error);
}
