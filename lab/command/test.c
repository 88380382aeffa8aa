/* ./run.sh test: every test, by meson, and how many passed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <jansson.h>
#include "lab/command/command.h"
#include "lab/util/process.h"
#include "reports/error.h"

#define LOG_FILE PINBENCH_BUILD_DIR "/meson-logs/testlog.json"

static void print_line(const char *line, void *context)
{
	puts(line);
	fflush(stdout);
}

struct counts {
	guint passed, failed, skipped;
};

static int count_results(struct counts *ret_counts, GError **ret_error)
{
	g_autoptr(GError) why = NULL;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	*ret_counts = (struct counts){0};
	if (!g_file_get_contents(LOG_FILE, &text, NULL, &why))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "%s", why->message);
	lines = g_strsplit(g_strchomp(text), "\n", -1);
	for (char **line = lines; *line; line++) {
		json_t *one = json_loads(*line, 0, NULL);
		const char *result = json_string_value(json_object_get(one, "result"));

		if (result && !strcmp(result, "OK"))
			ret_counts->passed++;
		else if (result && !strcmp(result, "SKIP"))
			ret_counts->skipped++;
		else
			ret_counts->failed++;
		json_decref(one);
	}
	return 0;
}

int pb_command_test(int argc, char **argv, GError **ret_error)
{
	const GOptionEntry entries[] = {{NULL, 0, 0, 0, NULL, NULL, NULL}};
	const char *meson[16] = {
		"meson", "test", "-C", PINBENCH_BUILD_DIR, "--no-rebuild", "--print-errorlogs",
		NULL};
	struct pb_command command = {.argv = meson, .on_line = print_line};
	struct counts counts;
	int status, err;

	err = pb_cli_parse(&argc, &argv, entries, NULL, "[NAME...]",
			   "Every test, or those that are named (see 'meson test --list').",
			   ret_error);
	if (err)
		return err;
	if (argc > 9)
		return pb_fail(ret_error, E2BIG, PB_EXIT_USAGE, "name at most 8 tests");
	for (int i = 1; i < argc; i++)
		meson[5 + i] = argv[i];
	command.ret_status = &status;
	unlink(LOG_FILE);
	err = pb_command_run(&command, NULL, ret_error);
	if (!err)
		err = count_results(&counts, ret_error);
	if (err)
		return err;
	printf("%u passed, %u failed, %u skipped\n", counts.passed, counts.failed, counts.skipped);
	if (status || counts.failed || !counts.passed)
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "tests failed");
	return 0;
}
