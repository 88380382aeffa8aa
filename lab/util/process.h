/*
 * Running other programs: without a shell, with their output bounded, and
 * never left behind.
 *
 * A program runs in a process group of its own with stdin from a file or /dev/null. It is
 * stopped, group and all, when its time is up or when pinbench is interrupted;
 * when pinbench dies without a chance to do that, the kernel sends it SIGTERM.
 */
#ifndef PINBENCH_LAB_UTIL_PROCESS_H
#define PINBENCH_LAB_UTIL_PROCESS_H

#include <glib.h>
#include <signal.h>
#include <stdbool.h>

#include "pinbench/exit.h"

/* The signal that asked pinbench to stop, or 0. Every wait of the lab looks at it. */
extern volatile sig_atomic_t pb_interrupted;

/* SIGINT and SIGTERM set pb_interrupted from now on. A second one ends the program at once. */
void pb_signals_install(void);

/* -EINTR with an error of PB_EXIT_INTERRUPTED if a signal has come, else 0. */
int pb_check_interrupted(GError **ret_error);

/* One line of output without its newline. */
typedef void (*pb_line_fn)(const char *line, void *context);

/* All zero but for argv is a sensible command. */
struct pb_command {
	const char *const *argv;  /* NULL-terminated; argv[0] is looked up in PATH */
	const char *cwd;	  /* NULL: ours */
	const char *const *env;	  /* "NAME=value" sets, "NAME" removes; NULL-terminated or NULL */
	bool bare_env;		  /* start from PATH, HOME and TMPDIR alone, LC_ALL=C */
	const char *stdin_path;	  /* NULL: /dev/null */
	const char *log_path;	  /* output is appended here as well; NULL: nowhere */
	gsize output_limit_bytes; /* of what ret_output may hold; 0: 1 MiB. More is an error */
	guint timeout_seconds;	  /* 0: no limit */
	int keep_fd;		  /* > 2: the program inherits it, see pb_lock_fd() */
	pb_line_fn on_line;	  /* sees every line, or NULL */
	void *context;		  /* for on_line */
	int *ret_status;	  /* not NULL: a non-zero exit is an answer, not an error */
	enum pb_exit failure;	  /* exit code of a failure; 0: PB_EXIT_ENVIRONMENT */
};

/*
 * Runs @command to its end. With @ret_output (free with g_free) stdout goes there
 * and only stderr to log and callback; without, both go to log and callback.
 *
 * Errors: -EINTR interrupted, -ETIMEDOUT, -ENOENT no such program, -EIO it exited
 * with another status than 0 or by a signal, -EFBIG too much output. The message
 * carries the last lines the program wrote and names the log.
 */
int pb_command_run(const struct pb_command *command, char **ret_output, GError **ret_error);

#endif
