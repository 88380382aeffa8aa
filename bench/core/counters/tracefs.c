/* Tracepoints by name: see tracefs.h. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/counters/event.h"
#include "bench/core/counters/tracefs.h"
#include "bench/core/sysfile.h"

#define TRACEFS_DIR "/sys/kernel/tracing"

static const char *mounted_dir(void)
{
	static const char *const dirs[] = {TRACEFS_DIR, "/sys/kernel/debug/tracing"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/events", dirs[i]);
		if (!access(path, R_OK | X_OK))
			return dirs[i];
	}
	return NULL;
}

/* By a child alone: it leaves this machine's mounts for a copy of them. 0 or -errno. */
static int mount_for_me(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tracefs", TRACEFS_DIR, "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		return errno == EPERM ? -EACCES : errno == ENOENT ? -ENODEV : -errno;
	return 0;
}

static void print_system(FILE *out, const char *system)
{
	struct dirent *entry;
	DIR *dir = opendir(system);

	while (dir && (entry = readdir(dir))) {
		if (entry->d_type == DT_DIR && *entry->d_name != '.')
			fprintf(out, "%s:%s\n", system, entry->d_name);
	}
	if (dir)
		closedir(dir);
}

static int print_all(FILE *out)
{
	struct dirent *entry;
	DIR *dir = opendir(".");

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_type == DT_DIR && *entry->d_name != '.')
			print_system(out, entry->d_name);
	}
	closedir(dir);
	return 0;
}

static int print_id(FILE *out, const char *name)
{
	char path[2 * COUNTER_NAME_BYTES], id[32];
	int err;

	snprintf(path, sizeof(path), "%s/id", name);
	*strchr(path, ':') = '/';
	err = sysfile_read(path, id, sizeof(id));
	if (!err)
		fprintf(out, "%s\n", id);
	return err;
}

static int answer(FILE *out, const char *name)
{
	const char *dir = mounted_dir();
	int err = dir ? 0 : mount_for_me();

	if (err)
		return err;
	if (chdir(dir ? dir : TRACEFS_DIR) || chdir("events"))
		return -errno;
	return name ? print_id(out, name) : print_all(out);
}

/* Lines of what a child found out, of one tracepoint or all; its exit status is the errno. */
static int ask_child(const char *name, FILE **ret_lines, pid_t *ret_child)
{
	int fds[2];

	if (pipe(fds))
		return -errno;
	fflush(NULL);
	*ret_child = fork();
	if (!*ret_child) {
		FILE *out = fdopen(fds[1], "w");
		int err = out ? answer(out, name) : -ENOMEM;

		if (out && fflush(out))
			err = -EIO;
		_exit(-err & 0xff);
	}
	close(fds[1]);
	*ret_lines = *ret_child < 0 ? NULL : fdopen(fds[0], "r");
	if (*ret_lines)
		return 0;
	close(fds[0]);
	return -errno;
}

static int end_child(FILE *lines, pid_t child)
{
	int status;

	fclose(lines);
	if (waitpid(child, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

static bool is_name(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t system = strspn(name, letters);
	size_t event = name[system] == ':' ? strspn(name + system + 1, letters) : 0;

	return system && event && !name[system + 1 + event];
}

int tracefs_id(const char *name, uint64_t *ret_id)
{
	char line[64];
	FILE *lines;
	pid_t child;
	int err;

	if (!is_name(name))
		return -ENOENT;
	err = ask_child(name, &lines, &child);
	if (err)
		return err;
	*ret_id = fgets(line, sizeof(line), lines) ? strtoull(line, NULL, 10) : 0;
	return end_child(lines, child);
}

int tracefs_each(name_taker take, void *context)
{
	char line[2 * COUNTER_NAME_BYTES];
	FILE *lines;
	pid_t child;
	int err = ask_child(NULL, &lines, &child);

	if (err)
		return err;
	while (fgets(line, sizeof(line), lines)) {
		line[strcspn(line, "\n")] = '\0';
		take(line, context);
	}
	return end_child(lines, child);
}
