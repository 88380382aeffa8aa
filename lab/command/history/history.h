/*
 * What `./run.sh history` can be told to do. Each parses its own options; a new one is a function
 * here and a line in history.c.
 */
#ifndef PINBENCH_LAB_COMMAND_HISTORY_HISTORY_H
#define PINBENCH_LAB_COMMAND_HISTORY_HISTORY_H

#include <glib.h>

int pb_history_command_add(int argc, char **argv, GError **ret_error);
int pb_history_command_merge(int argc, char **argv, GError **ret_error);
int pb_history_command_mark(int argc, char **argv, GError **ret_error);
int pb_history_command_list(int argc, char **argv, GError **ret_error);
int pb_history_command_show(int argc, char **argv, GError **ret_error);
int pb_history_command_export(int argc, char **argv, GError **ret_error);
int pb_history_command_dashboard(int argc, char **argv, GError **ret_error);

#endif
