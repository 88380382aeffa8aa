/* What undoes pinbench's changes: see guard.h. */
#include "lab/native/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reports/error.h"

#define MOST_CHANGES 16
/* A module is in use until the last process that has it open is gone. */
#define TRIES	 100
#define PAUSE_US 50000

/* What goes to the guard; without a text the path is a module's name. */
struct change {
	char path[256];
	char text[128];
};

struct pb_guard {
	int fd;
	pid_t pid;
};

static bool write_back(const struct change *change)
{
	int fd = open(change->path, O_WRONLY | O_CLOEXEC);
	ssize_t length = (ssize_t)strlen(change->text);
	bool done = fd >= 0 && write(fd, change->text, (size_t)length) == length;

	if (fd >= 0)
		close(fd);
	return done;
}

static bool unload(const struct change *change)
{
	for (int i = 0; i < TRIES; i++) {
		if (!syscall(SYS_delete_module, change->path, O_NONBLOCK) || errno == ENOENT)
			return true;
		usleep(PAUSE_US);
	}
	return false;
}

/* Only what is safe in a fork of a program that may have threads: no memory is allocated. */
static void undo_all(int fd, const struct change *changes, int count)
{
	for (int i = count - 1; i >= 0; i--) {
		const struct change *change = &changes[i];
		bool done = *change->text ? write_back(change) : unload(change);

		if (!done)
			send(fd, change, sizeof(*change), MSG_NOSIGNAL);
	}
}

static void guard(int fd)
{
	static struct change changes[MOST_CHANGES];
	struct change change;
	int count = 0;

	setsid();
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_IGN);
	prctl(PR_SET_NAME, "pinbench-guard");
	while (count < MOST_CHANGES && recv(fd, &change, sizeof(change), 0) == sizeof(change)) {
		changes[count++] = change;
		send(fd, "", 1, MSG_NOSIGNAL);
	}
	undo_all(fd, changes, count);
	_exit(0);
}

int pb_guard_start(struct pb_guard **ret_guard, GError **ret_error)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT,
			       "cannot watch over this machine's settings: socketpair: %s",
			       g_strerror(errno));
	pid = fork();
	if (!pid) {
		close(fds[1]);
		guard(fds[0]);
	}
	close(fds[0]);
	if (pid < 0) {
		close(fds[1]);
		return pb_fail(ret_error, EAGAIN, PB_EXIT_ENVIRONMENT,
			       "cannot watch over this machine's settings: fork failed");
	}
	*ret_guard = g_new0(struct pb_guard, 1);
	**ret_guard = (struct pb_guard){.fd = fds[1], .pid = pid};
	return 0;
}

/* Answered, so that nothing is changed before it is known how to undo it. */
static int note(struct pb_guard *guard, const char *path, const char *text, GError **ret_error)
{
	struct change change = {0};
	char answer;

	if (g_strlcpy(change.path, path, sizeof(change.path)) >= sizeof(change.path) ||
	    g_strlcpy(change.text, text, sizeof(change.text)) >= sizeof(change.text))
		return pb_fail(ret_error, ENAMETOOLONG, PB_EXIT_ENVIRONMENT,
			       "%s: too long to be undone, so it is not changed", path);
	if (send(guard->fd, &change, sizeof(change), MSG_NOSIGNAL) == sizeof(change) &&
	    recv(guard->fd, &answer, 1, 0) == 1)
		return 0;
	return pb_fail(ret_error, EPIPE, PB_EXIT_ENVIRONMENT,
		       "%s: nobody would undo that, so it is not changed; is a process called "
		       "pinbench-guard being killed?",
		       path);
}

int pb_guard_file(struct pb_guard *guard, const char *path, const char *text, GError **ret_error)
{
	return note(guard, path, text, ret_error);
}

int pb_guard_module(struct pb_guard *guard, const char *name, GError **ret_error)
{
	return note(guard, name, "", ret_error);
}

void pb_guard_end(struct pb_guard *guard, char **ret_left)
{
	GString *left = g_string_new(NULL);
	struct change change;

	if (guard) {
		/* It reads the end of what we send, and we still what it says. */
		shutdown(guard->fd, SHUT_WR);
		while (recv(guard->fd, &change, sizeof(change), 0) == sizeof(change)) {
			if (*change.text)
				g_string_append_printf(left, "echo %s > %s\n", change.text,
						       change.path);
			else
				g_string_append_printf(left, "rmmod %s\n", change.path);
		}
		close(guard->fd);
		while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
			;
		g_free(guard);
	}
	if (ret_left)
		*ret_left = g_string_free(left, FALSE);
	else
		g_string_free(left, TRUE);
}
