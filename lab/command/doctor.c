/* ./run.sh doctor: what this machine can measure, what it cannot, and what would change that. */
#include <errno.h>
#include <stdio.h>
#include "lab/command/command.h"
#include "lab/command/shared.h"
#include "lab/doctor/report.h"
#include "reports/error.h"

#define USUAL_COLUMNS 100

static const char description[] =
	"One line for each thing that measuring takes, and what would change it; then the devices\n"
	"between which data could pass (P2P): memory that a driver gives out, NVMe controllers "
	"with\n"
	"a memory buffer, memory BARs of devices that no driver has, and NVMe namespaces that "
	"could\n"
	"be clients. It only looks: nothing is loaded, bound, mounted or written.\n"
	"Exit code: 0, or 3 if this machine cannot measure anything.";

static void print(const json_t *report, gboolean as_json)
{
	int columns = pb_shared_columns();
	g_autofree char *text = NULL;

	if (as_json) {
		json_dumpf(report, stdout, JSON_INDENT(1));
		putchar('\n');
		return;
	}
	text = pb_doctor_text(report, columns ? (guint)columns : USUAL_COLUMNS);
	fputs(text, stdout);
}

int pb_command_doctor(int argc, char **argv, GError **ret_error)
{
	gboolean as_json = FALSE;
	const GOptionEntry entries[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "As JSON", NULL},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err = pb_cli_parse(&argc, &argv, entries, NULL, "", description, ret_error);
	json_t *report;

	if (!err && argc > 1)
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "doctor takes no argument, and '%s' is one", argv[1]);
	if (err)
		return err;
	report = pb_doctor_examine();
	print(report, as_json);
	if (!json_is_true(json_object_get(report, "measures")))
		err = pb_fail(ret_error, ENODEV, PB_EXIT_ENVIRONMENT,
			      "this machine cannot measure anything; the lines above say what is "
			      "missing");
	json_decref(report);
	return err;
}
