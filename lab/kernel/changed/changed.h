/*
 * Which functions of a kernel have other code in another build of it.
 *
 * Compared are the objects of both builds, x86-64 ELF before linking. A function has changed if
 * its instructions have, or what they refer to: the name of a function or variable, the text
 * of a string, the contents of the object's own data. Where something lies does not matter.
 * Code and data that have no name of their own count for the functions that refer to them.
 */
#ifndef PINBENCH_LAB_KERNEL_CHANGED_CHANGED_H
#define PINBENCH_LAB_KERNEL_CHANGED_CHANGED_H

#include <glib.h>

enum pb_change {
	PB_CHANGE_CODE, /* on both sides, and different */
	PB_CHANGE_NEW,
	PB_CHANGE_GONE,
};

/* A function of one object. The two names differ if the compiler made another variant of it. */
struct pb_function_change {
	char *object;	     /* "mm/gup.o" */
	char *folded;	     /* without .isra.N, .constprop.N, .part.N, .cold */
	char *baseline_name; /* as the compiler named it; NULL if new */
	char *patched_name;  /* NULL if gone */
	enum pb_change how;
	guint64 baseline_bytes;
	guint64 patched_bytes;
};

/*
 * Compares the kernel builds (folders with objects below) and sets *ret_changes to a list of
 * struct pb_function_change for the caller to unref, sorted by object and name; empty if no
 * function differs. Objects with the same size and time of change are taken as the same. What
 * is not linked into the kernel is left out. Errors, all PB_EXIT_ENVIRONMENT: a folder or
 * object that cannot be read; -ENOEXEC for one that is no whole object of x86-64.
 */
int pb_find_changed_functions(const char *baseline_build, const char *patched_build,
			      GPtrArray **ret_changes, GError **ret_error);

/* The name as the source has it: what the compiler appends begins with a dot. Caller frees. */
char *pb_folded_name(const char *name);

#endif
