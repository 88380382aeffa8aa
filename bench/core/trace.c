/* Counting events of the kernel's tracing: see trace.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/sysfile.h"
#include "bench/core/trace.h"
#include "bench/core/undo.h"

static const char *tracing_dir(void)
{
	static const char *const dirs[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	char path[128];

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/events", dirs[i]);
		if (!access(path, R_OK))
			return dirs[i];
	}
	return NULL;
}

static int path_of(const char *file, char *ret_path, size_t bytes)
{
	const char *dir = tracing_dir();

	if (!dir)
		return -ENOENT;
	snprintf(ret_path, bytes, "%s/%s", dir, file);
	return 0;
}

static int write_file(const char *file, const char *text)
{
	char path[512];
	int err = path_of(file, path, sizeof(path));

	return err ? err : sysfile_write(path, text);
}

static int path_of_switch(const char *event, char *ret_path, size_t bytes)
{
	char file[128];

	snprintf(file, sizeof(file), "events/%s/enable", event);
	return path_of(file, ret_path, bytes);
}

static int switch_on(const char *event)
{
	char path[256];
	int err = path_of_switch(event, path, sizeof(path));

	if (!err)
		err = undo_note(path, "0");
	return err ? err : sysfile_write(path, "1");
}

static int switch_off(const char *event)
{
	char path[256];
	int err = path_of_switch(event, path, sizeof(path));

	if (!err)
		err = sysfile_write(path, "0");
	if (!err)
		undo_done(path);
	return err;
}

/* "entries: 3" and "overrun: 0" of a processor's buffer, together. */
static uint64_t count_events(const char *path)
{
	uint64_t count = 0;
	char line[256];
	FILE *file = fopen(path, "re");

	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "entries:", 8) || !strncmp(line, "overrun:", 8))
			count += strtoull(line + 8, NULL, 10);
	}
	if (file)
		fclose(file);
	return count;
}

static uint64_t count_all(void)
{
	const char *dir = tracing_dir();
	uint64_t count = 0;
	char path[512];

	for (long cpu = 0; dir && cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++) {
		snprintf(path, sizeof(path), "%s/per_cpu/cpu%ld/stats", dir, cpu);
		count += count_events(path);
	}
	return count;
}

int trace_count_begin(const char *event)
{
	int err;

	/* Emptying the buffer of somebody who traces would cost him his data. */
	if (tracing_dir() && count_all())
		return -EBUSY;
	err = switch_on(event);
	return err == -EACCES ? -ENOENT : err;
}

int trace_count_end(const char *event, uint64_t *ret_count)
{
	int err = switch_off(event);

	*ret_count = count_all();
	if (!err)
		err = write_file("trace", "");
	return err;
}
