/* What undoes pinbench's changes: see guard.h. */
#include "lab/native/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reports/error.h"

#define MOST_CHANGES 16
/* What is answered to a change. */
#define KEPT	"y"
#define REFUSED "n"
/* A module is in use until the last process that has it open is gone. */
#define TRIES	 100
#define PAUSE_US 50000

/* What goes to the guard; without a text the path is a module's name. */
struct change {
	char path[256];
	char text[128];
};

/* Pipes: a kernel need not have sockets. */
struct pb_guard {
	int changes; /* to it: when pinbench is gone, it reads the end of this */
	int answers; /* from it: a byte for each change, then the changes that it could not undo */
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
static void undo_all(int out, const struct change *changes, int count)
{
	for (int i = count - 1; i >= 0; i--) {
		const struct change *change = &changes[i];
		bool done = *change->text ? write_back(change) : unload(change);

		/* Nobody may be there to hear it. */
		if (!done && write(out, change, sizeof(*change)) < 0)
			continue;
	}
}

static void guard(int in, int out)
{
	static struct change changes[MOST_CHANGES];
	struct change change;
	int count = 0;

	setsid();
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_IGN);
	prctl(PR_SET_NAME, "pinbench-guard");
	while (read(in, &change, sizeof(change)) == sizeof(change)) {
		bool fits = count < MOST_CHANGES;

		if (fits)
			changes[count++] = change;
		if (write(out, fits ? KEPT : REFUSED, 1) != 1)
			break;
	}
	undo_all(out, changes, count);
	_exit(0);
}

static void close_both(const int pipe[2])
{
	for (int i = 0; i < 2; i++) {
		if (pipe[i] >= 0)
			close(pipe[i]);
	}
}

static pid_t fork_guard(const int changes[2], const int answers[2])
{
	pid_t pid = fork();

	if (pid)
		return pid;
	close(changes[1]);
	close(answers[0]);
	guard(changes[0], answers[1]);
	return 0;
}

int pb_guard_start(struct pb_guard **ret_guard, GError **ret_error)
{
	int changes[2] = {-1, -1}, answers[2] = {-1, -1};
	pid_t pid = -1;

	if (!pipe2(changes, O_CLOEXEC) && !pipe2(answers, O_CLOEXEC))
		pid = fork_guard(changes, answers);
	if (pid < 0) {
		int err = errno;

		close_both(changes);
		close_both(answers);
		return pb_fail(ret_error, err, PB_EXIT_ENVIRONMENT,
			       "cannot watch over this machine's settings: %s", g_strerror(err));
	}
	close(changes[0]);
	close(answers[1]);
	*ret_guard = g_new0(struct pb_guard, 1);
	**ret_guard = (struct pb_guard){.changes = changes[1], .answers = answers[0], .pid = pid};
	return 0;
}

/* Answered, so that nothing is changed before it is known how to undo it. */
static int note(struct pb_guard *guard, const char *path, const char *text, GError **ret_error)
{
	struct change change = {0};
	char answer = 0;

	if (g_strlcpy(change.path, path, sizeof(change.path)) >= sizeof(change.path) ||
	    g_strlcpy(change.text, text, sizeof(change.text)) >= sizeof(change.text))
		return pb_fail(ret_error, ENAMETOOLONG, PB_EXIT_ENVIRONMENT,
			       "%s: too long to be undone, so it is not changed", path);
	if (write(guard->changes, &change, sizeof(change)) == sizeof(change) &&
	    read(guard->answers, &answer, 1) == 1 && answer == *KEPT)
		return 0;
	if (answer)
		return pb_fail(ret_error, ENOSPC, PB_EXIT_ENVIRONMENT,
			       "%s: more than %d changes cannot be undone, so it is not changed",
			       path, MOST_CHANGES);
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
		close(guard->changes);
		while (read(guard->answers, &change, sizeof(change)) == sizeof(change)) {
			if (*change.text)
				g_string_append_printf(left, "echo %s > %s\n", change.text,
						       change.path);
			else
				g_string_append_printf(left, "rmmod %s\n", change.path);
		}
		close(guard->answers);
		while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
			;
		g_free(guard);
	}
	if (ret_left)
		*ret_left = g_string_free(left, FALSE);
	else
		g_string_free(left, TRUE);
}
