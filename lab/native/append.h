/* One more boot for a native result: what was measured is added to what is in its directory. */
#ifndef PINBENCH_LAB_NATIVE_APPEND_H
#define PINBENCH_LAB_NATIVE_APPEND_H

#include <glib.h>
#include <jansson.h>

struct pb_append;
typedef struct pb_append pb_append;

/*
 * The result in @directory, and a folder in there to measure into, empty. PB_EXIT_USAGE where there
 * is no result.
 */
int pb_append_open(const char *directory, struct pb_append **ret_append, GError **ret_error);
const char *pb_append_folder(const struct pb_append *append);

/*
 * Whether this boot may be added: by the result without cases in the folder, which is removed, and
 * by what is going to be measured; see reports/native/alike.h. And once more as soon as it is known
 * whether the module is loaded (environment.module).
 */
int pb_append_check(struct pb_append *append, const char *profile, char *const *ids,
		    GError **ret_error);
int pb_append_check_module(struct pb_append *append, json_t *module, GError **ret_error);

/* The result in the folder becomes one more boot: the directory's is replaced, whole or not. */
int pb_append_save(struct pb_append *append, GError **ret_error);

/* Removes the folder; takes NULL. */
void pb_append_close(struct pb_append *append);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_append, pb_append_close)

#endif
