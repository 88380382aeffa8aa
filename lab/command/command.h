/*
 * The commands of ./run.sh. Each parses its own options and returns an exit code; an
 * error it returns is printed by main. A new command is a file here and a line in
 * lab/main.c.
 */
#ifndef PINBENCH_LAB_COMMAND_H
#define PINBENCH_LAB_COMMAND_H

#include <glib.h>
#include "lab/util/progress.h"

struct pb_cli {
	const char *name;    /* of the command */
	const char *summary; /* one line for the list of commands */
	int (*run)(int argc, char **argv, GError **ret_error);
};

int pb_command_measure(int argc, char **argv, GError **ret_error);
int pb_command_compare(int argc, char **argv, GError **ret_error);
int pb_command_series(int argc, char **argv, GError **ret_error);
int pb_command_release(int argc, char **argv, GError **ret_error);
int pb_command_list(int argc, char **argv, GError **ret_error);
int pb_command_kernel(int argc, char **argv, GError **ret_error);
int pb_command_annotate(int argc, char **argv, GError **ret_error);
int pb_command_doctor(int argc, char **argv, GError **ret_error);
int pb_command_report(int argc, char **argv, GError **ret_error);
int pb_command_history(int argc, char **argv, GError **ret_error);
int pb_command_test(int argc, char **argv, GError **ret_error);

/*
 * Parses @entries, and @more unless it is NULL, out of argv (argv[0] is the command); what is left
 * are the arguments.
 * "--help" prints and ends the program. A wrong option is PB_EXIT_USAGE.
 */
int pb_cli_parse(int *argc, char ***argv, const GOptionEntry *entries, const GOptionEntry *more,
		 const char *arguments, const char *description, GError **ret_error);

/* As --quiet says, on standard error. */
struct pb_progress *pb_cli_progress(gboolean quiet);

/* How the user said it: "./run.sh run --profile quick". */
char *pb_cli_text(int argc, char **argv);

#endif
