/* ./run.sh series: what each patch of a series costs. */
#include <errno.h>
#include <stdio.h>
#include "lab/command/command.h"
#include "lab/command/shared.h"
#include "lab/compare/series.h"
#include "reports/compare/series.h"
#include "reports/error.h"
#include "reports/render/html.h"

static const char description[] =
	"BASE is a kernel (6.12, /path/to/linux@REV), PATCHES an mbox, a patch, or a directory of\n"
	"patches in order of their names. Each is measured on top of those before it. GLOB as for\n"
	"`run`.\n"
	"Exit code: 0 no patch made anything worse, 1 one did, 2 wrong usage or a patch that does\n"
	"not apply or build (what is before it is measured), 3 a guest or a case failed,\n"
	"4 interrupted.";

static int print_text(const char *out, GError **ret_error)
{
	g_autofree char *path = g_build_filename(out, PB_COMPARE_TEXT_FILE, NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) why = NULL;

	if (!g_file_get_contents(path, &text, NULL, &why))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "%s", why->message);
	printf("%s\nreport: %s/%s\n", text, out, PB_HTML_FILE);
	return 0;
}

static int series(const struct pb_compare_options *options, const char *patches,
		  const struct pb_shared *shared, GError **ret_error)
{
	g_autoptr(pb_progress) progress = pb_cli_progress(shared->quiet);
	gboolean saved;
	int err = pb_series(options, patches, progress, &saved, ret_error);

	pb_progress_done(progress);
	if (!saved)
		return err;
	return pb_shared_finish(shared, options->run.out, PB_SERIES_FILE, print_text, err,
				ret_error);
}

int pb_command_series(int argc, char **argv, GError **ret_error)
{
	g_autofree char *text = pb_cli_text(argc, argv);
	struct pb_compare_options options = {.command = text};
	GOptionEntry common[PB_SHARED_ENTRIES];
	double min_effect = PB_MIN_EFFECT_BY_EVIDENCE;
	struct pb_shared shared;
	const GOptionEntry own[] = {
		PB_MIN_EFFECT_ENTRY(&min_effect),
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err;

	pb_shared_init(&shared);
	pb_shared_entries(&shared, common);
	err = pb_cli_parse(&argc, &argv, own, common, "BASE PATCHES [GLOB...]", description,
			   ret_error);
	if (!err && argc < 3)
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "series wants a kernel, and an mbox or a directory of patches; "
			      "'./run.sh series --help' says more");
	if (!err)
		err = pb_shared_check_effect(min_effect, ret_error);
	if (!err)
		err = pb_shared_apply(&shared, "series", &options.run, ret_error);
	if (!err) {
		options.baseline = argv[1];
		options.run.globs = (const char *const *)argv + 3;
		options.run.command = text;
		options.min_effect = min_effect / 100;
		err = series(&options, argv[2], &shared, ret_error);
	}
	pb_shared_clear(&shared);
	return err;
}
