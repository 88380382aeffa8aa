/* ./run.sh history: results over kernels. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lab/command/command.h"
#include "lab/command/history/history.h"
#include "reports/error.h"

static const struct pb_cli commands[] = {
	{"add", "results into the history: DIR...", pb_history_command_add},
	{"list", "the results that are there", pb_history_command_list},
	{"show", "what moved and is open; with GLOB each of its series", pb_history_command_show},
	{"mark", "say of a step what it is: STEP STATE [TEXT]", pb_history_command_mark},
	{"export", "csv, json, junit, ktap, kcidb, openmetrics", pb_history_command_export},
	{"merge", "other histories into this one: FILE...", pb_history_command_merge},
	{"dashboard", "a static site: --out DIR", pb_history_command_dashboard},
};

static void print_usage(FILE *out)
{
	fputs("usage: ./run.sh history COMMAND [OPTIONS]\n\n", out);
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fputs("\n./run.sh history COMMAND --help says more.\n", out);
}

int pb_command_history(int argc, char **argv, GError **ret_error)
{
	const char *wanted = argc > 1 ? argv[1] : NULL;

	if (!wanted)
		print_usage(stderr);
	if (!wanted)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "history wants a command");
	if (!strcmp(wanted, "--help") || !strcmp(wanted, "-h")) {
		print_usage(stdout);
		return 0;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
		g_autofree char *name = NULL;

		if (strcmp(wanted, commands[i].name))
			continue;
		name = g_strdup_printf("history %s", commands[i].name);
		argv[1] = name;
		return commands[i].run(argc - 1, argv + 1, ret_error);
	}
	print_usage(stderr);
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "there is no command 'history %s'",
		       wanted);
}
