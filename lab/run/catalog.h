/* What the agent says it can measure. The lab knows benchmarks from nowhere else. */
#ifndef PINBENCH_LAB_CATALOG_H
#define PINBENCH_LAB_CATALOG_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct pb_catalog {
	char *agent;  /* path of the agent */
	json_t *list; /* what "pinbench-agent list" prints */
};
typedef struct pb_catalog pb_catalog;

int pb_catalog_load(const char *agent, struct pb_catalog **ret_catalog, GError **ret_error);
void pb_catalog_free(struct pb_catalog *catalog);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_catalog, pb_catalog_free)

/* The benchmark's entry, borrowed, or NULL. */
const json_t *pb_catalog_find(const struct pb_catalog *catalog, const char *name);

/* The machine that a complete case id runs on in a guest, borrowed, or NULL for one not known. */
const char *pb_catalog_machine(const struct pb_catalog *catalog, const char *id);

/*
 * Checks case ids and completes them with every parameter, in @cases' order. A wrong
 * one is -EINVAL with PB_EXIT_USAGE and the agent's words. Free with g_strfreev.
 */
int pb_catalog_complete(const struct pb_catalog *catalog, const char *const *cases, char ***ret_ids,
			GError **ret_error);

#endif
