/*
 * Boots a kernel and runs a program in it instead of the agent, whose checks are the test:
 * hostile.c against the module on a kernel with KASAN and lockdep, killed.c with cases.
 * argv: the program, the kernel's name, the machine's, the plan, and optionally "pinbench": then
 * the guest has pinbench itself, and its module installed, as a machine has that it runs on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include "lab/guest/guest.h"
#include "lab/guest/initramfs.h"
#include "lab/kernel/build.h"
#include "lab/kernel/module.h"
#include "lab/paths.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "pinbench/result.h"
#include "tests/module/stage.h"

#define HANG_SECONDS 240

static void give_up(GError *error)
{
	fprintf(stderr, "%s\n", error->message);
	exit(EXIT_FAILURE);
}

/* Others are of the guest's init. */
static bool is_check(const json_t *event)
{
	return !g_strcmp0(json_string_value(json_object_get(event, PB_EVENT)), "check");
}

static int count_failures(const char *events, bool *ret_ended)
{
	g_auto(GStrv) lines = g_strsplit(events, "\n", -1);
	int failures = 0;

	*ret_ended = false;
	for (char **line = lines; *line; line++) {
		json_t *event = json_loads(*line, 0, NULL);
		const char *name = json_string_value(json_object_get(event, "name"));
		bool ok = json_is_true(json_object_get(event, "ok"));

		if (name && is_check(event)) {
			printf("%s %s: %s\n", ok ? "ok    " : "FAILED", name,
			       json_string_value(json_object_get(event, "detail")));
			failures += !ok;
			*ret_ended |= !strcmp(name, "end");
		}
		json_decref(event);
	}
	return failures;
}

static int run(struct pb_guest *guest, const char *plan, GError **ret_error)
{
	struct pb_guest_end end;
	bool ended;
	int failures;

	if (pb_guest_run(guest, NULL, plan, &end, ret_error))
		return -1;
	failures = count_failures(end.events, &ended);
	if (end.failure) {
		fprintf(stderr, "the guest failed: %s: %s\n", end.failure, end.detail);
		for (char **line = end.tail; line && *line; line++)
			fprintf(stderr, "    %s\n", *line);
		failures++;
	}
	if (!ended) {
		fprintf(stderr, "the checks did not come to their end\n");
		failures++;
	}
	pb_guest_end_clear(&end);
	return failures;
}

int main(int argc, char **argv)
{
	g_autofree char *directory = g_dir_make_tmp("pinbench-module-XXXXXX", NULL);
	g_autofree char *initramfs = g_build_filename(directory, "initramfs", NULL);
	g_autoptr(pb_progress) progress = pb_progress_new(stderr, PB_PROGRESS_PLAIN);
	g_autoptr(pb_machine) machine = NULL;
	g_autoptr(pb_kernel) kernel = NULL;
	g_autofree char *module = NULL, *tree = NULL;
	GError *error = NULL;
	int failures;

	if (argc < 5)
		return EXIT_FAILURE;
	pb_signals_install();
	if (pb_kernel_get(argv[2], PB_PATH_CONFIGS, 0, progress, &kernel, &error) ||
	    pb_module_build(kernel, PB_PATH_KERNEL_SIDE, PB_PATH_INCLUDE, progress, &module,
			    &error) ||
	    pb_machine_load_timed(PB_PATH_CONFIGS, argv[3], &machine, &error))
		give_up(error);
	struct pb_initramfs_inputs inputs = {
		.init = PB_PATH_INIT,
		.agent = argv[1],
		.module = module,
		.work_dir = directory,
	};
	if (argc > 5) {
		tree = g_build_filename(directory, "tree", NULL);
		if (stage_pinbench(tree, kernel->release, module, &error))
			give_up(error);
		inputs.tree = tree;
	}
	if (pb_initramfs_write(&inputs, initramfs, &error))
		give_up(error);
	struct pb_guest guest = {
		.machine = machine,
		.vmlinux = kernel->vmlinux,
		.initramfs = initramfs,
		.directory = directory,
		.hang_seconds = HANG_SECONDS,
	};
	failures = run(&guest, argv[4], &error);
	if (failures < 0)
		give_up(error);
	if (failures)
		fprintf(stderr, "the console is in %s\n", directory);
	else
		pb_remove_tree(directory, NULL);
	printf("%d failed\n", failures);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
