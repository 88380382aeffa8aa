/* ./run.sh report: render results again. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include "lab/command/command.h"
#include "lab/compare/compare.h"
#include "lab/compare/series.h"
#include "lab/run/run.h"
#include "reports/compare/comparison.h"
#include "reports/compare/series.h"
#include "reports/error.h"
#include "reports/render/html.h"

static bool has(const char *directory, const char *file)
{
	g_autofree char *path = g_build_filename(directory, file, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Whatever was measured there. */
static int write_reports(const char *directory, GError **ret_error)
{
	if (has(directory, PB_COMPARE_FILE))
		return pb_write_comparison(directory, ret_error);
	if (has(directory, PB_SERIES_FILE))
		return pb_write_series(directory, ret_error);
	return pb_write_reports(directory, ret_error);
}

int pb_command_report(int argc, char **argv, GError **ret_error)
{
	const GOptionEntry entries[] = {{NULL, 0, 0, 0, NULL, NULL, NULL}};
	int err = pb_cli_parse(
		&argc, &argv, entries, NULL, "DIR...",
		"Writes the reports from the result.json, compare.json or series.json in DIR.",
		ret_error);

	if (!err && argc < 2)
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "report wants a result directory");
	for (int i = 1; i < argc && !err; i++) {
		err = write_reports(argv[i], ret_error);
		if (!err)
			printf("report: %s/%s\n", argv[i], PB_HTML_FILE);
	}
	return err;
}
