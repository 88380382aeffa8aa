/* ./run.sh report: render results again. */
#include <errno.h>
#include <stdio.h>
#include "lab/command/command.h"
#include "lab/run/run.h"
#include "reports/error.h"
#include "reports/render/html.h"

int pb_command_report(int argc, char **argv, GError **ret_error)
{
	const GOptionEntry entries[] = {{NULL, 0, 0, 0, NULL, NULL, NULL}};
	int err = pb_cli_parse(&argc, &argv, entries, NULL, "DIR...",
			       "Writes report.md and report.html from the result.json in DIR.",
			       ret_error);

	if (!err && argc < 2)
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "report wants a result directory");
	for (int i = 1; i < argc && !err; i++) {
		err = pb_write_reports(argv[i], ret_error);
		if (!err)
			printf("report: %s/%s\n", argv[i], PB_HTML_FILE);
	}
	return err;
}
