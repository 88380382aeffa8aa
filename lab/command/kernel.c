/* ./run.sh kernel: the kernel cache. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lab/command/command.h"
#include "lab/kernel/build.h"
#include "lab/kernel/cache/list.h"
#include "lab/kernel/module.h"
#include "lab/paths.h"
#include "reports/error.h"

static int list(GError **ret_error)
{
	g_autoptr(GPtrArray) entries = NULL;
	int err = pb_kernel_list(&entries, ret_error);

	if (err)
		return err;
	if (!entries->len)
		puts("no kernels yet; './run.sh kernel build SPEC' builds one");
	for (guint i = 0; i < entries->len; i++) {
		const struct pb_kernel_entry *e = entries->pdata[i];

		printf("%.12s  %-12s %-16s %8.1f MiB  %s  %s\n", e->key, e->spec,
		       e->complete ? e->release : "incomplete", (double)e->bytes / (1 << 20),
		       e->created ? e->created : "-", e->origin);
	}
	return 0;
}

static int build(const char *spec, gboolean refresh, struct pb_progress *progress,
		 GError **ret_error)
{
	unsigned int flags = refresh ? PB_KERNEL_REFRESH : 0;
	g_autoptr(pb_kernel) kernel = NULL;
	g_autofree char *module = NULL;
	int err = pb_kernel_get(spec, PB_PATH_CONFIGS, flags, progress, &kernel, ret_error);

	if (!err)
		err = pb_module_build(kernel, PB_PATH_KERNEL_SIDE, PB_PATH_INCLUDE, progress,
				      &module, ret_error);
	if (err)
		return err;
	printf("release  %s\nsource   %s\nkernel   %s\nmodule   %s\n", kernel->release,
	       kernel->origin, kernel->vmlinux, module);
	for (char **line = kernel->dropped; line && *line; line++)
		printf("without  %s\n", *line);
	return 0;
}

static int remove_one(const char *spec, struct pb_progress *progress, GError **ret_error)
{
	guint removed;
	int err = pb_kernel_remove(spec, progress, &removed, ret_error);

	if (!err)
		printf("%u removed\n", removed);
	return err;
}

int pb_command_kernel(int argc, char **argv, GError **ret_error)
{
	gboolean quiet = FALSE, refresh = FALSE;
	const GOptionEntry entries[] = {
		{"refresh", 0, 0, G_OPTION_ARG_NONE, &refresh,
		 "build: ask apt for a newer version of a named kernel", NULL},
		{"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "No progress", NULL},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	g_autoptr(pb_progress) progress = NULL;
	int err = pb_cli_parse(&argc, &argv, entries, NULL, "list | build SPEC | rm SPEC|KEY",
			       "The kernels that pinbench built, and their removal.", ret_error);

	if (err)
		return err;
	progress = pb_cli_progress(quiet);
	if (argc == 2 && !strcmp(argv[1], "list"))
		return list(ret_error);
	if (argc == 3 && !strcmp(argv[1], "build"))
		return build(argv[2], refresh, progress, ret_error);
	if (argc == 3 && !strcmp(argv[1], "rm"))
		return remove_one(argv[2], progress, ret_error);
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "kernel wants: list, build SPEC, or rm SPEC");
}
