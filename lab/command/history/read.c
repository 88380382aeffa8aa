/* ./run.sh history list, show, export, dashboard: what reads a history. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lab/command/command.h"
#include "lab/command/history/history.h"
#include "lab/command/history_db.h"
#include "lab/command/shared.h"
#include "reports/error.h"
#include "reports/history/store.h"
#include "reports/render/history/dashboard/dashboard.h"
#include "reports/render/history/export/export.h"
#include "reports/render/history/export/list.h"
#include "reports/render/history/export/show.h"

static const char show_description[] =
	"GLOB picks series by case (\"gup/unpin*\"), by benchmark, or by key.\n"
	"Exit code: 0; with --gate 1 if a regression is open.";

static const char export_description[] =
	"GLOB picks series by case (\"gup/unpin*\"), by benchmark, or by key.";

/* argv[0] is "history COMMAND". */
static int at_most(int most, int argc, char **argv, GError **ret_error)
{
	if (argc <= most + 1)
		return 0;
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "%s: what is '%s'? './run.sh %s --help' says more", argv[0], argv[most + 1],
		       argv[0]);
}

int pb_history_command_list(int argc, char **argv, GError **ret_error)
{
	g_autofree char *path = g_strdup(PB_HISTORY_FILE);
	g_autoptr(pb_store) store = NULL;
	const GOptionEntry own[] = {
		PB_HISTORY_ENTRY(&path),
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err = pb_cli_parse(&argc, &argv, own, NULL, "", "The results, by kernel.", ret_error);

	if (!err)
		err = at_most(0, argc, argv, ret_error);
	if (!err)
		err = pb_store_open(path, PB_STORE_READ, &store, ret_error);
	return err ? err : pb_history_list(store, stdout, pb_shared_columns(), ret_error);
}

static int judge(struct pb_store *store, GError **ret_error)
{
	guint open = 0;
	int err = pb_history_open_count(store, &open, ret_error);

	if (err || !open)
		return err;
	return pb_fail(ret_error, EIO, PB_EXIT_REGRESSION, "%u regression%s open", open,
		       open == 1 ? " is" : "s are");
}

int pb_history_command_show(int argc, char **argv, GError **ret_error)
{
	g_autofree char *path = g_strdup(PB_HISTORY_FILE);
	g_autoptr(pb_store) store = NULL;
	gboolean json = FALSE, gate = FALSE;
	const GOptionEntry own[] = {
		PB_HISTORY_ENTRY(&path),
		{"json", 0, 0, G_OPTION_ARG_NONE, &json, "As JSON", NULL},
		{"gate", 0, 0, G_OPTION_ARG_NONE, &gate, "Exit code 1 if a regression is open",
		 NULL},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err = pb_cli_parse(&argc, &argv, own, NULL, "[GLOB]", show_description, ret_error);

	if (!err)
		err = at_most(1, argc, argv, ret_error);
	if (!err)
		err = pb_store_open(path, PB_STORE_READ, &store, ret_error);
	if (!err)
		err = pb_history_show(store, argc > 1 ? argv[1] : NULL, stdout, pb_shared_columns(),
				      json, ret_error);
	return err || !gate ? err : judge(store, ret_error);
}

static int unwritable(const char *name, GError **ret_error)
{
	return pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT, "%s: %s", name, g_strerror(errno));
}

static int export_to_file(struct pb_store *store, const char *format, const char *glob,
			  const char *name, GError **ret_error)
{
	FILE *out = fopen(name, "we");
	int err;

	if (!out)
		return unwritable(name, ret_error);
	err = pb_history_export(store, format, glob, out, ret_error);
	if (fclose(out) && !err)
		err = unwritable(name, ret_error);
	return err;
}

static int export_to(struct pb_store *store, const char *format, const char *glob, const char *name,
		     GError **ret_error)
{
	int err;

	if (name)
		return export_to_file(store, format, glob, name, ret_error);
	err = pb_history_export(store, format, glob, stdout, ret_error);
	if (fflush(stdout) && !err)
		err = unwritable("standard output", ret_error);
	return err;
}

int pb_history_command_export(int argc, char **argv, GError **ret_error)
{
	g_autofree char *path = g_strdup(PB_HISTORY_FILE), *format = NULL, *out = NULL;
	g_autofree char *formats = g_strjoinv(", ", (char **)pb_history_export_formats());
	g_autoptr(pb_store) store = NULL;
	const GOptionEntry own[] = {
		PB_HISTORY_ENTRY(&path),
		{"format", 'f', 0, G_OPTION_ARG_STRING, &format, formats, "FORMAT"},
		{"out", 0, 0, G_OPTION_ARG_FILENAME, &out, "Where to (standard output)", "FILE"},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err = pb_cli_parse(&argc, &argv, own, NULL, "[GLOB]", export_description, ret_error);

	if (!err)
		err = at_most(1, argc, argv, ret_error);
	if (!err && (!format || !g_strv_contains(pb_history_export_formats(), format)))
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "--format is %s; it must be one of %s", format ? format : "not given",
			      formats);
	if (!err)
		err = pb_store_open(path, PB_STORE_READ, &store, ret_error);
	return err ? err : export_to(store, format, argc > 1 ? argv[1] : NULL, out, ret_error);
}

int pb_history_command_dashboard(int argc, char **argv, GError **ret_error)
{
	g_autofree char *path = g_strdup(PB_HISTORY_FILE), *out = g_strdup("results/dashboard");
	g_autoptr(pb_store) store = NULL;
	const GOptionEntry own[] = {
		PB_HISTORY_ENTRY(&path),
		{"out", 0, 0, G_OPTION_ARG_FILENAME, &out, "Where to (results/dashboard)", "DIR"},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err = pb_cli_parse(&argc, &argv, own, NULL, "",
			       "A site of static pages, which a browser opens from its files.",
			       ret_error);

	if (!err)
		err = at_most(0, argc, argv, ret_error);
	if (!err)
		err = pb_store_open(path, PB_STORE_READ, &store, ret_error);
	if (!err)
		err = pb_history_dashboard(store, out, ret_error);
	if (!err)
		printf("dashboard: %s/index.html\n", out);
	return err;
}
