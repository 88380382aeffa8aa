/* Files of a machine, which lies below a folder ("" is this one): for what only reads. */
#ifndef PINBENCH_LAB_NATIVE_SYSFS_H
#define PINBENCH_LAB_NATIVE_SYSFS_H

#include <glib.h>
#include <stdbool.h>

/* The text of the file of that path, without the blanks at its end; NULL without one. To be freed.
 */
char *pb_sysfs_read(const char *root, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* Whether there is such a file that is 0 or more as a number: decimal, or hexadecimal after 0x. */
bool pb_sysfs_number(const char *root, guint64 *ret_number, const char *fmt, ...)
	G_GNUC_PRINTF(3, 4);
/* The last part of what the link points to, or NULL. To be freed. */
char *pb_sysfs_link(const char *root, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* Names in a folder, sorted; empty if there is none. To be unref'd. */
GPtrArray *pb_sysfs_list(const char *root, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* Where the path leads when all links are followed, or NULL. To be freed. */
char *pb_sysfs_real(const char *root, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* "0000:01:00.0" */
bool pb_sysfs_is_pci_name(const char *name);

#endif
