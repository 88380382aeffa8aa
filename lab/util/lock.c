/* The locks of lab/util/files.h. */
#include "lab/util/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/util/process.h"
#include "reports/error.h"

#define RETRY_US 100000

struct pb_lock {
	int fd;
};

static int holder(int fd)
{
	char text[16] = "";
	ssize_t count = pread(fd, text, sizeof(text) - 1, 0);

	return count > 0 ? atoi(text) : 0;
}

/* Whether @path still names what @fd has open: `kernel rm` may have removed it meanwhile. */
static bool still_there(int fd, const char *path)
{
	struct stat ours, theirs;

	return !fstat(fd, &ours) && !stat(path, &theirs) && ours.st_ino == theirs.st_ino &&
	       ours.st_dev == theirs.st_dev;
}

static int wait_for(int fd, struct pb_progress *progress, GError **ret_error)
{
	bool told = false;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int r = pb_check_interrupted(ret_error);

		if (r)
			return r;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT,
				       "cannot lock the cache: %s", g_strerror(errno));
		if (!told)
			pb_progress_note(progress,
					 "waiting for another pinbench (pid %d) that has this",
					 holder(fd));
		told = true;
		g_usleep(RETRY_US);
	}
	return 0;
}

int pb_lock_acquire(const char *path, struct pb_progress *progress, struct pb_lock **ret_lock,
		    GError **ret_error)
{
	g_autofree char *directory = g_path_get_dirname(path);
	g_autofree char *pid = g_strdup_printf("%d\n", getpid());
	int fd, r = pb_make_directory(directory, ret_error);

	if (r)
		return r;
	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0)
			return pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT,
				       "cannot open the lock %s: %s", path, g_strerror(errno));
		r = wait_for(fd, progress, ret_error);
		if (r) {
			close(fd);
			return r;
		}
		if (still_there(fd, path))
			break;
		close(fd);
	}
	/* For the message alone; the lock holds without it. */
	if (ftruncate(fd, 0) < 0 || write(fd, pid, strlen(pid)) < 0)
		g_debug("lock %s: no room for the pid", path);
	*ret_lock = g_new0(struct pb_lock, 1);
	(*ret_lock)->fd = fd;
	return 0;
}

int pb_lock_fd(const struct pb_lock *lock)
{
	return lock->fd;
}

void pb_lock_release(struct pb_lock *lock)
{
	if (!lock)
		return;
	/* Closing is not enough while a program that was started has the descriptor too. */
	flock(lock->fd, LOCK_UN);
	close(lock->fd);
	g_free(lock);
}
