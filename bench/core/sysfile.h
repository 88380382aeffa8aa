/* One-value files of /proc and /sys. All return 0 or -errno. */
#ifndef PINBENCH_SYSFILE_H
#define PINBENCH_SYSFILE_H

#include <stddef.h>
#include <stdint.h>

/* The first bytes of a file, NUL-terminated, without the trailing newline. */
int sysfile_read(const char *path, char *ret_text, size_t bytes);
int sysfile_write(const char *path, const char *text);
/* Of files like "always [madvise] never": what is chosen. */
int sysfile_read_choice(const char *path, char *ret_choice, size_t bytes);
/* One counter of /proc/vmstat, with the per-CPU parts folded in. -ENOENT: not in this kernel. */
int vmstat_read(const char *name, uint64_t *ret_value);
/* One line of /proc/meminfo, in bytes. -ENOENT: not in this kernel. */
int meminfo_read(const char *name, uint64_t *ret_bytes);
/* One line of /proc/self/status, in bytes: "VmPin". -ENOENT: not in this kernel. */
int status_read(const char *name, uint64_t *ret_bytes);

#endif
