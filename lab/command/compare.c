/* ./run.sh compare: what a patch costs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lab/command/command.h"
#include "lab/command/shared.h"
#include "lab/compare/compare.h"
#include "reports/error.h"
#include "reports/render/html.h"
#include "reports/render/compare/text.h"

static const char description[] =
	"BASE and PATCHED are kernels (6.12, /path/to/linux@REV, 6.12+fix.patch), or two result\n"
	"directories, of which nothing is measured. GLOB as for `run`.\n"
	"Exit code: 0 no regression, 1 a regression, 2 wrong usage or a patch that does not\n"
	"apply or build, 3 a guest or a case failed, 4 interrupted.";

static int print_text(const char *out, GError **ret_error)
{
	g_autofree char *path = g_build_filename(out, PB_HTML_FILE, NULL);
	g_autoptr(pb_comparison) comparison = NULL;
	g_autofree char *text = NULL;
	int columns = pb_shared_columns();
	int err = pb_comparison_load(out, &comparison, ret_error);

	if (err)
		return err;
	text = pb_render_comparison_text(comparison, columns ? (guint)columns : PB_MAIL_COLUMNS);
	printf("%s\nreport: %s\n", text, path);
	return 0;
}

static int compare(const struct pb_compare_options *options, const struct pb_shared *shared,
		   GError **ret_error)
{
	g_autoptr(pb_progress) progress = pb_cli_progress(shared->quiet);
	gboolean saved;
	int err = pb_compare(options, progress, &saved, ret_error);

	pb_progress_done(progress);
	if (!saved)
		return err;
	return pb_shared_finish(shared, options->run.out, PB_COMPARE_FILE, print_text, err,
				ret_error);
}

int pb_command_compare(int argc, char **argv, GError **ret_error)
{
	g_autofree char *text = pb_cli_text(argc, argv);
	struct pb_compare_options options = {.command = text};
	double min_effect_percent = PB_MIN_EFFECT_BY_EVIDENCE;
	GOptionEntry common[PB_SHARED_ENTRIES];
	struct pb_shared shared;
	gboolean force = FALSE;
	const GOptionEntry own[] = {
		PB_MIN_EFFECT_ENTRY(&min_effect_percent),
		{"force", 'f', 0, G_OPTION_ARG_NONE, &force,
		 "Measure although the patch changes no code", NULL},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err;

	pb_shared_init(&shared);
	pb_shared_entries(&shared, common);
	err = pb_cli_parse(&argc, &argv, own, common, "BASE PATCHED [GLOB...]", description,
			   ret_error);
	if (!err && argc < 3)
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "compare wants two kernels or two result directories; "
			      "'./run.sh compare --help' says more");
	if (!err)
		err = pb_shared_check_effect(min_effect_percent, ret_error);
	if (!err)
		err = pb_shared_apply(&shared, "compare", &options.run, ret_error);
	if (!err) {
		options.baseline = argv[1];
		options.patched = argv[2];
		options.run.globs = (const char *const *)argv + 3;
		options.min_effect = min_effect_percent / 100;
		options.force = force;
		err = compare(&options, &shared, ret_error);
	}
	pb_shared_clear(&shared);
	return err;
}
