/* ./run.sh release: several kernels with one profile, side by side in a table. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "lab/command/command.h"
#include "lab/command/history_db.h"
#include "lab/command/shared.h"
#include "lab/release/release.h"
#include "reports/error.h"
#include "reports/history/rows.h"
#include "reports/render/history/release/text.h"
#include "reports/render/markdown.h"

static const char description[] =
	"SPEC is a kernel (6.12, /path/to/linux@REV, 6.12+fix.patch); without one: 6.1, 6.12, 7.2\n"
	"and 7.3. Each is measured with the same profile and added to the history as soon as it\n"
	"is finished; one that cannot be built or booted costs only itself.\n"
	"Exit code: 0 all measured, 2 wrong usage, 3 a kernel or a case failed, 4 interrupted.";

static const char *const usual[] = {"6.1", "6.12", "7.2", "7.3", NULL};

/* As they were given. */
struct choices {
	char *history;
	char **globs;
	gboolean no_history;
};

static void choices_clear(struct choices *c)
{
	g_free(c->history);
	g_strfreev(c->globs);
}

static int print_text(const char *out, GError **ret_error)
{
	g_autofree char *path = g_build_filename(out, PB_RELEASE_FILE, NULL);
	g_autofree char *text = NULL;
	int columns = pb_shared_columns();
	json_error_t why;
	json_t *root = json_load_file(path, 0, &why);

	if (!root)
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "%s: %s", path, why.text);
	text = pb_render_release_text(root, columns > 0 ? (guint)columns : PB_RELEASE_COLUMNS);
	printf("%s\ntable: %s/%s, %s/%s\n", text, out, PB_RELEASE_TEXT_FILE, out, PB_MARKDOWN_FILE);
	json_decref(root);
	return 0;
}

static int release(const struct pb_release_options *options, const struct pb_shared *shared,
		   GError **ret_error)
{
	g_autoptr(pb_progress) progress = pb_cli_progress(shared->quiet);
	gboolean saved;
	int err = pb_release_measure(options, progress, &saved, ret_error);

	pb_progress_done(progress);
	if (!saved)
		return err;
	return pb_shared_finish(shared, options->run.out, PB_RELEASE_FILE, print_text, err,
				ret_error);
}

static int check(const struct choices *c, GError **ret_error)
{
	if (c->history && c->no_history)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "--db names a history and --no-history wants none; leave out one of "
			       "the two");
	return 0;
}

int pb_command_release(int argc, char **argv, GError **ret_error)
{
	g_autofree char *text = pb_cli_text(argc, argv);
	struct pb_release_options options = {.run = {.command = text}};
	GOptionEntry common[PB_SHARED_ENTRIES];
	struct pb_shared shared;
	struct choices c = {0};
	const GOptionEntry own[] = {
		{"only", 0, 0, G_OPTION_ARG_STRING_ARRAY, &c.globs,
		 "Of the profile only these benchmarks or cases; may be repeated", "GLOB"},
		PB_HISTORY_ENTRY(&c.history),
		{"no-history", 0, 0, G_OPTION_ARG_NONE, &c.no_history, "Add nothing to a history",
		 NULL},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err;

	pb_shared_init(&shared);
	pb_shared_entries(&shared, common);
	err = pb_cli_parse(&argc, &argv, own, common, "[SPEC...]", description, ret_error);
	if (!err)
		err = check(&c, ret_error);
	if (!err)
		err = pb_shared_apply(&shared, "release", &options.run, ret_error);
	if (!err) {
		options.specs = argc > 1 ? (const char *const *)argv + 1 : usual;
		options.history = c.no_history ? NULL : c.history ? c.history : PB_HISTORY_FILE;
		options.run.globs = (const char *const *)c.globs;
		err = release(&options, &shared, ret_error);
	}
	pb_shared_clear(&shared);
	choices_clear(&c);
	return err;
}
