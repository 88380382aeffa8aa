/* ./run.sh report: render results again. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include "lab/command/command.h"
#include "lab/compare/compare.h"
#include "lab/compare/series.h"
#include "lab/release/release.h"
#include "lab/run/run.h"
#include "reports/compare/comparison.h"
#include "reports/compare/series.h"
#include "reports/error.h"
#include "reports/history/rows.h"
#include "reports/render/html.h"

static bool has(const char *directory, const char *file)
{
	g_autofree char *path = g_build_filename(directory, file, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Whatever was measured there; *ret_file is the one to open. */
static int write_reports(const char *directory, const char **ret_file, GError **ret_error)
{
	*ret_file = PB_HTML_FILE;
	if (has(directory, PB_COMPARE_FILE))
		return pb_write_comparison(directory, ret_error);
	if (has(directory, PB_SERIES_FILE))
		return pb_write_series(directory, ret_error);
	if (!has(directory, PB_RELEASE_FILE))
		return pb_write_reports(directory, ret_error);
	*ret_file = PB_RELEASE_TEXT_FILE;
	return pb_write_release(directory, ret_error);
}

int pb_command_report(int argc, char **argv, GError **ret_error)
{
	const GOptionEntry entries[] = {{NULL, 0, 0, 0, NULL, NULL, NULL}};
	int err = pb_cli_parse(&argc, &argv, entries, NULL, "DIR...",
			       "Writes the reports from the result.json, compare.json, series.json "
			       "or release.json in\nDIR.",
			       ret_error);

	if (!err && argc < 2)
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "report wants a result directory");
	for (int i = 1; i < argc && !err; i++) {
		const char *file;

		err = write_reports(argv[i], &file, ret_error);
		if (!err)
			printf("report: %s/%s\n", argv[i], file);
	}
	return err;
}
