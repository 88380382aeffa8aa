/*
 * Files of the lab: the cache, hashes, locks, and writes that are whole or
 * not there at all. All errors are PB_ERROR; see reports/error.h.
 */
#ifndef PINBENCH_LAB_UTIL_FILES_H
#define PINBENCH_LAB_UTIL_FILES_H

#include <glib.h>
#include <stdbool.h>

#include "lab/util/progress.h"

/*
 * The root of everything pinbench keeps between runs: $PINBENCH_CACHE,
 * $XDG_CACHE_HOME/pinbench or ~/.cache/pinbench, absolute. It is created.
 * Refused (PB_EXIT_USAGE) if it has a character in it that make cannot take.
 */
int pb_cache_root(char **ret_path, GError **ret_error);

/* cache root / @first / ..., whose last part is made a directory too. NULL ends the list. */
int pb_cache_dir(char **ret_path, GError **ret_error, const char *first,
		 ...) G_GNUC_NULL_TERMINATED;

/* mkdir -p */
int pb_make_directory(const char *path, GError **ret_error);

/* Removes @path and what is below it, following no link. Absent is fine. */
int pb_remove_tree(const char *path, GError **ret_error);

/* A copy of a regular file with its permissions and times; @to is replaced as a whole. */
int pb_copy_file(const char *from, const char *to, GError **ret_error);

/*
 * A copy of the directory @from at @to, which must not exist. With @link regular
 * files are hard links (copied where that is impossible): do not write to them.
 */
int pb_copy_tree(const char *from, const char *to, bool link, GError **ret_error);
/* The same of whatever @from is; a symbolic link stays one, a socket is left out. */
int pb_copy_entry(const char *from, const char *to, bool link, GError **ret_error);

/* Hex SHA-256 of a file's bytes; free with g_free. */
int pb_sha256_file(const char *path, char **ret_hex, GError **ret_error);

/*
 * Hex SHA-256 of a NULL-terminated list of strings, each taken with its length,
 * so that no two different lists share a text to hash.
 */
char *pb_sha256_strings(const char *const *strings);

/* The same over the relative paths and contents of all regular files below @directory, sorted. */
int pb_sha256_tree(const char *directory, char **ret_hex, GError **ret_error);

/* Replaces @path by @text as a whole: after a crash it is the old file or the new one. */
int pb_write_atomic(const char *path, const char *text, GError **ret_error);

/* Bytes in use below @path, blocks counted, files with more than one name left out. */
guint64 pb_tree_bytes(const char *path);

/* -ENOSPC with PB_EXIT_ENVIRONMENT if fewer than @bytes are free where @directory is. */
int pb_require_space(const char *directory, guint64 bytes, GError **ret_error);

struct pb_lock;
typedef struct pb_lock pb_lock;

/*
 * The exclusive lock of @path, which is created beside its directory. While
 * another process has it, @progress says which one. Released by the kernel when
 * the last process that holds the descriptor has gone. -EINTR on interruption.
 */
int pb_lock_acquire(const char *path, struct pb_progress *progress, struct pb_lock **ret_lock,
		    GError **ret_error);

/* Takes NULL. */
void pb_lock_release(struct pb_lock *lock);

/*
 * For pb_command.keep_fd: a program that writes to what the lock guards holds it
 * as well, so that one which outlives pinbench by a moment is waited for.
 */
int pb_lock_fd(const struct pb_lock *lock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_lock, pb_lock_release)

#endif
