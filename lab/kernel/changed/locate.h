/* Where functions that changed lie in a linked kernel. */
#ifndef PINBENCH_LAB_KERNEL_CHANGED_LOCATE_H
#define PINBENCH_LAB_KERNEL_CHANGED_LOCATE_H

#include <glib.h>

/* A stretch of code of one function: a function has several if the compiler split it. */
struct pb_place {
	guint64 start;
	guint64 end;
	guint function; /* index of its name */
};

/*
 * Looks for the functions of @changes (struct pb_function_change) in @vmlinux, by symbol and
 * source file. *ret_names: "OBJECT:FUNCTION" of each that is there, once, NULL-terminated;
 * *ret_places: struct pb_place, sorted, not overlapping. The caller frees both. A kernel whose
 * symbols cannot be read is -ENOEXEC with PB_EXIT_ENVIRONMENT.
 */
int pb_locate_functions(const char *vmlinux, const GPtrArray *changes, char ***ret_names,
			GArray **ret_places, GError **ret_error);

/* "mm/gup.o:gup_fast_fallback", as a new string. */
char *pb_function_key(const char *object, const char *function);

#endif
