/* Files of a machine, which lies below a folder ("" is this one). What cannot be read is null. */
#ifndef PINBENCH_NOISE_TREE_H
#define PINBENCH_NOISE_TREE_H

#include <dirent.h>
#include <sched.h>
#include <jansson.h>

/* The whole file without the newline at its end, or NULL. Caller frees. */
char *tree_read(const char *root, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A string, or null if it cannot be read. */
json_t *tree_text(const char *root, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A whole number, or null if it cannot be read or is none. */
json_t *tree_number(const char *root, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/*
 * Names in a folder, numbers in them by value; without those that begin with a dot. How many there
 * are, 0 without a folder. *ret_names for tree_free_names().
 */
int tree_names(const char *root, const char *path, struct dirent ***ret_names);
void tree_free_names(struct dirent **names, int count);

/* The line of @text that begins with @name, from behind the blanks and colon after it; or NULL. */
const char *tree_line(const char *text, const char *name);

/* A string whatever its bytes are: those that are not UTF-8 become question marks. NULL: null. */
json_t *tree_string(const char *text);

/* "0-3,8" to a set. 0, or -EINVAL: it is none, or names a CPU beyond CPU_SETSIZE. */
int tree_parse_cpus(const char *text, cpu_set_t *ret_cpus);
/* The other way; "" for none. */
json_t *tree_cpus_text(const cpu_set_t *cpus);

#endif
