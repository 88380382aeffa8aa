/*
 * Reading a kernel's .config, and checking that what was asked for is in it.
 */
#ifndef PINBENCH_LAB_KERNEL_OPTIONS_H
#define PINBENCH_LAB_KERNEL_OPTIONS_H

#include <glib.h>

/*
 * A .config or a fragment as a table of option -> value: "CONFIG_SMP" -> "y", and
 * "n" for "# CONFIG_SMP is not set". Strings keep their quotes. The last line of an
 * option counts. Free with g_hash_table_unref.
 */
GHashTable *pb_config_parse(const char *text);

/* The same from a file. */
int pb_config_load(const char *path, GHashTable **ret_options, GError **ret_error);

/*
 * The lines of @wanted that @config does not have, as a new array of strings
 * ("CONFIG_CMA=y"); empty if all survived. An option that is wanted off is there
 * if @config has it off or does not know it.
 */
GPtrArray *pb_config_missing(const char *wanted, GHashTable *config);

#endif
