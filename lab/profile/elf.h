/* The code symbols of one ELF file. */
#ifndef PINBENCH_LAB_PROFILE_ELF_H
#define PINBENCH_LAB_PROFILE_ELF_H

#include <glib.h>

struct pb_code_symbol {
	guint64 start; /* linked: the address; of a module: within the section */
	guint64 bytes;
	char *name;
	char *file;	      /* of a local symbol: its source, "gup.c"; else "" */
	char *section;	      /* "" if the name is not known */
	gboolean is_function; /* not only a label */
};

/*
 * Symbols of executable sections that have a size. ret_symbols: struct pb_code_symbol, to be
 * unreffed. PB_EXIT_ENVIRONMENT if there are none.
 */
int pb_code_symbols_read(const char *path, GPtrArray **ret_symbols, GError **ret_error);

#endif
