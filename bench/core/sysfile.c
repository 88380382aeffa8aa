/* One-value files of /proc and /sys: see sysfile.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/sysfile.h"

int sysfile_read(const char *path, char *ret_text, size_t bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, ret_text, bytes - 1);
	if (got < 0)
		got = -errno;
	close(fd);
	if (got < 0)
		return (int)got;
	while (got > 0 && ret_text[got - 1] == '\n')
		got--;
	ret_text[got] = '\0';
	return 0;
}

int sysfile_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int sysfile_read_choice(const char *path, char *ret_choice, size_t bytes)
{
	char text[128];
	const char *begin, *end;
	int err = sysfile_read(path, text, sizeof(text));

	if (err)
		return err;
	begin = strchr(text, '[');
	end = begin ? strchr(begin, ']') : NULL;
	if (!end || (size_t)(end - begin) > bytes)
		return -EPROTO;
	snprintf(ret_choice, bytes, "%.*s", (int)(end - begin - 1), begin + 1);
	return 0;
}

/* A line of the file that begins with @name and @separator: the number after them. */
static int read_line(const char *path, const char *name, char separator, uint64_t *ret_value)
{
	size_t length = strlen(name);
	FILE *file = fopen(path, "re");
	int err = -ENOENT;
	char line[256];

	if (!file)
		return -errno;
	while (err && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, name, length) && line[length] == separator) {
			*ret_value = strtoull(line + length + 1, NULL, 10);
			err = 0;
		}
	}
	fclose(file);
	return err;
}

int vmstat_read(const char *name, uint64_t *ret_value)
{
	char text[8];

	/* Reading this file folds the per-CPU deltas into the global counters. */
	sysfile_read("/proc/sys/vm/stat_refresh", text, sizeof(text));
	return read_line("/proc/vmstat", name, ' ', ret_value);
}

/* Such files say kB and mean KiB. */
static int read_kib(const char *path, const char *name, uint64_t *ret_bytes)
{
	int err = read_line(path, name, ':', ret_bytes);

	*ret_bytes = err ? 0 : *ret_bytes << 10;
	return err;
}

int meminfo_read(const char *name, uint64_t *ret_bytes)
{
	return read_kib("/proc/meminfo", name, ret_bytes);
}

int status_read(const char *name, uint64_t *ret_bytes)
{
	return read_kib("/proc/self/status", name, ret_bytes);
}
