/*
 * git on a user's repository, which it only reads, and on the one in the cache, which has the
 * user's objects as an alternate. None of the user's git configuration applies. Internal to
 * lab/kernel/source/.
 */
#ifndef PINBENCH_LAB_KERNEL_SOURCE_GIT_H
#define PINBENCH_LAB_KERNEL_SOURCE_GIT_H

#include <glib.h>

#include "lab/util/process.h"

struct pb_repository {
	char *directory; /* the bare repository in the cache */
	char *objects;	 /* the user's objects, NULL if there is no repository */
};
typedef struct pb_repository pb_repository;

/* For the tree at @path, which need not be a repository. */
int pb_repository_open(const char *path, struct pb_repository **ret_repository, GError **ret_error);
/* Takes NULL. */
void pb_repository_free(struct pb_repository *repo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_repository, pb_repository_free)

/* The setting of the environment that makes the user's objects known. Free with g_free. */
char *pb_repository_alternate(const struct pb_repository *repo);

/*
 * git with @arguments (NULL-terminated). @env: further settings of its environment
 * or NULL. @template: cwd, failure and so on, or NULL.
 */
int pb_git(const struct pb_command *template, const char *const *env, const char *const *arguments,
	   char **ret_output, GError **ret_error);

/* One line of git's answer about the user's repository, or NULL if it has none. */
char *pb_git_ask(const char *path, const char *const *arguments);

#endif
