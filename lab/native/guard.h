/*
 * What pinbench changes of this machine is undone, even if pinbench is killed: a process of its own
 * waits for that, and does it then. It survives whatever ends pinbench's group; only a SIGKILL
 * meant for itself, or the machine's end, leaves something.
 */
#ifndef PINBENCH_LAB_NATIVE_GUARD_H
#define PINBENCH_LAB_NATIVE_GUARD_H

#include <glib.h>

struct pb_guard;
typedef struct pb_guard pb_guard;

/* Before anything is changed. */
int pb_guard_start(struct pb_guard **ret_guard, GError **ret_error);
/* The file at @path is to be @text again. Before it is written. */
int pb_guard_file(struct pb_guard *guard, const char *path, const char *text, GError **ret_error);
/* The kernel module @name is to be unloaded. Before it is loaded. */
int pb_guard_module(struct pb_guard *guard, const char *name, GError **ret_error);
/*
 * Undoes all, last first, and waits for it. Takes NULL. *ret_left, unless NULL: what could not be
 * undone, a line each with the command that does it; empty if nothing is left. To be freed.
 */
void pb_guard_end(struct pb_guard *guard, char **ret_left);

#endif
