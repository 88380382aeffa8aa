/* Changes that do not outlive their maker: see undo.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/sysfile.h"
#include "bench/core/undo.h"

#define MOST_NOTES 32
/* What is answered to a note. */
#define KEPT	'y'
#define REFUSED 'n'

struct note {
	char path[256];
	char text[128]; /* empty: it is done */
};

struct notes {
	struct note all[MOST_NOTES]; /* in the order of being noted */
	int count;
};

/*
 * Pipes: a kernel need not have sockets. Every process of the agent has the first open for writing;
 * when the last is gone, the keeper reads the end of it.
 */
static int notes_fd = -1;
static int answers_fd = -1;
static pid_t keeper;

static int find(const struct notes *notes, const char *path)
{
	int i = 0;

	while (i < notes->count && strcmp(notes->all[i].path, path) != 0)
		i++;
	return i;
}

static void forget(struct notes *notes, int i)
{
	notes->count--;
	memmove(&notes->all[i], &notes->all[i + 1],
		(size_t)(notes->count - i) * sizeof(notes->all[i]));
}

/* Of a file that is noted twice the first value is the old one. Returns whether it is kept. */
static bool take(struct notes *notes, const struct note *note)
{
	int i = find(notes, note->path);
	bool is_known = i < notes->count;

	if (!*note->text) {
		if (is_known)
			forget(notes, i);
		return true;
	}
	if (is_known)
		return true;
	if (notes->count == MOST_NOTES)
		return false;
	notes->all[notes->count++] = *note;
	return true;
}

/* The last first. */
static void undo_all(struct notes *notes)
{
	for (int i = notes->count - 1; i >= 0; i--) {
		if (!sysfile_write(notes->all[i].path, notes->all[i].text))
			forget(notes, i);
	}
}

static void keep(int in, int out)
{
	struct notes notes = {.count = 0};
	struct note note;

	/* Whoever stops the agent means the agent; this one ends when it may. */
	setsid();
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_IGN);
	prctl(PR_SET_NAME, "pinbench-undo");
	while (read(in, &note, sizeof(note)) == sizeof(note)) {
		char answer = take(&notes, &note) ? KEPT : REFUSED;

		if (write(out, &answer, 1) != 1)
			break;
	}
	undo_all(&notes);
	/* What another stood in the way of: a group's domain while its device has a driver. */
	undo_all(&notes);
	_exit(0);
}

static void close_both(const int pipe[2])
{
	close(pipe[0]);
	close(pipe[1]);
}

int undo_begin(void)
{
	int notes[2], answers[2];

	if (pipe2(notes, O_CLOEXEC))
		return -errno;
	if (pipe2(answers, O_CLOEXEC)) {
		close_both(notes);
		return -EMFILE;
	}
	keeper = fork();
	if (!keeper) {
		close(notes[1]);
		close(answers[0]);
		keep(notes[0], answers[1]);
	}
	if (keeper < 0) {
		close_both(notes);
		close_both(answers);
		return -EAGAIN;
	}
	close(notes[0]);
	close(answers[1]);
	notes_fd = notes[1];
	answers_fd = answers[0];
	return 0;
}

/* Answered, so that no change is made before it is known how to undo it. */
static int tell(const struct note *note)
{
	char answer;

	if (notes_fd < 0)
		return 0;
	if (write(notes_fd, note, sizeof(*note)) != sizeof(*note) ||
	    read(answers_fd, &answer, 1) != 1)
		return -EPIPE;
	return answer == KEPT ? 0 : -ENOSPC;
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
	close(answers_fd);
	notes_fd = answers_fd = -1;
	while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR)
		;
}
