/* Changes that do not outlive their maker: see undo.h. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/sysfile.h"
#include "bench/core/undo.h"

#define MOST_NOTES 32

struct note {
	char path[256];
	char text[128]; /* empty: it is done */
};

/* Every process of the agent has it open for writing; when the last is gone the keeper reads 0. */
static int notes_fd = -1;
static pid_t keeper;

static struct note *find(struct note *notes, const char *path)
{
	struct note *free_one = NULL;

	for (int i = 0; i < MOST_NOTES; i++) {
		if (!strcmp(notes[i].path, path))
			return &notes[i];
		if (!free_one && !*notes[i].path)
			free_one = &notes[i];
	}
	return free_one;
}

/* Of a file that is noted twice the first value is the old one. */
static void take(struct note *notes, const struct note *note)
{
	struct note *mine = find(notes, note->path);

	if (!mine)
		return;
	if (!*note->text)
		*mine = (struct note){0};
	else if (!*mine->path)
		*mine = *note;
}

static void undo_all(struct note *notes)
{
	for (int i = MOST_NOTES - 1; i >= 0; i--) {
		if (*notes[i].path && !sysfile_write(notes[i].path, notes[i].text))
			*notes[i].path = '\0';
	}
}

static void keep(int fd)
{
	struct note notes[MOST_NOTES] = {0}, note;

	/* Whoever stops the agent means the agent; this one ends when it may. */
	setsid();
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_IGN);
	prctl(PR_SET_NAME, "pinbench-undo");
	while (recv(fd, &note, sizeof(note), 0) == sizeof(note)) {
		take(notes, &note);
		send(fd, "", 1, MSG_NOSIGNAL);
	}
	undo_all(notes);
	/* What another stood in the way of: a group's domain while its device has a driver. */
	undo_all(notes);
	_exit(0);
}

int undo_begin(void)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -errno;
	keeper = fork();
	if (!keeper) {
		close(fds[1]);
		keep(fds[0]);
	}
	close(fds[0]);
	if (keeper < 0) {
		close(fds[1]);
		return -EAGAIN;
	}
	notes_fd = fds[1];
	return 0;
}

/* Answered, so that no change is made before it is known how to undo it. */
static int tell(const struct note *note)
{
	char answer;

	if (notes_fd < 0)
		return 0;
	if (send(notes_fd, note, sizeof(*note), MSG_NOSIGNAL) != sizeof(*note) ||
	    recv(notes_fd, &answer, 1, 0) != 1)
		return -EPIPE;
	return 0;
}

int undo_note(const char *path, const char *text)
{
	struct note note = {0};

	if (strlen(path) >= sizeof(note.path) || strlen(text) >= sizeof(note.text) || !*text)
		return -ENAMETOOLONG;
	strcpy(note.path, path);
	strcpy(note.text, text);
	return tell(&note);
}

void undo_done(const char *path)
{
	struct note note = {0};

	strncpy(note.path, path, sizeof(note.path) - 1);
	tell(&note);
}

int undo_swap_choice(const char *path, const char *choice, char *ret_old, size_t bytes)
{
	int err = sysfile_read_choice(path, ret_old, bytes);

	if (!err)
		err = undo_note(path, ret_old);
	if (!err)
		err = sysfile_write(path, choice);
	/* Nothing was changed, so there is nothing to give back. */
	if (err)
		*ret_old = '\0';
	return err;
}

void undo_now(const char *path, const char *text)
{
	sysfile_write(path, text);
	undo_done(path);
}

void undo_end(void)
{
	if (notes_fd < 0)
		return;
	close(notes_fd);
	notes_fd = -1;
	while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR)
		;
}
