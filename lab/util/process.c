#include "lab/util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reports/error.h"

#define TAIL_LINES	     12
#define DEFAULT_OUTPUT_LIMIT (1024 * 1024)
#define LINE_LIMIT	     4096
/* Long enough for make to stop its compilers, short enough for someone who waits. */
#define GRACE_US (3 * G_USEC_PER_SEC)
/* The longest a signal that comes just before poll() can go unnoticed. */
#define POLL_MS 200

volatile sig_atomic_t pb_interrupted;

/* A program that runs, and what is known of its output. */
struct child {
	const struct pb_command *command;
	pid_t pid;
	int pidfd;
	int out; /* stdout when it is captured, else -1 */
	int log_in;
	int log;
	GString *output;
	GString *line;
	GQueue tail; /* of char *, the last TAIL_LINES lines */
	bool overflow;
};

static void on_signal(int number)
{
	if (pb_interrupted) {
		signal(number, SIG_DFL);
		raise(number);
	}
	pb_interrupted = number;
}

void pb_signals_install(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_NODEFER};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* A reader of our output that goes away is an error of write(), not a death. */
	signal(SIGPIPE, SIG_IGN);
}

int pb_check_interrupted(GError **ret_error)
{
	if (!pb_interrupted)
		return 0;
	return pb_fail(ret_error, EINTR, PB_EXIT_INTERRUPTED, "interrupted by %s",
		       strsignal(pb_interrupted));
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void child_clear(struct child *child)
{
	close_fd(&child->pidfd);
	close_fd(&child->out);
	close_fd(&child->log_in);
	close_fd(&child->log);
	if (child->output)
		g_string_free(child->output, TRUE);
	if (child->line)
		g_string_free(child->line, TRUE);
	g_queue_clear_full(&child->tail, g_free);
}

static char **environment(const struct pb_command *command)
{
	static const char *const kept[] = {"PATH", "HOME", "TMPDIR"};
	g_auto(GStrv) ours = g_get_environ();
	char **env = NULL;
	size_t i;

	if (command->bare_env) {
		for (i = 0; i < G_N_ELEMENTS(kept); i++) {
			const char *value = g_environ_getenv(ours, kept[i]);

			if (value)
				env = g_environ_setenv(env, kept[i], value, TRUE);
		}
	} else {
		env = g_steal_pointer(&ours);
	}
	env = g_environ_setenv(env, "LC_ALL", "C", TRUE);
	for (i = 0; command->env && command->env[i]; i++) {
		g_auto(GStrv) pair = g_strsplit(command->env[i], "=", 2);

		env = pair[1] ? g_environ_setenv(env, pair[0], pair[1], TRUE)
			      : g_environ_unsetenv(env, pair[0]);
	}
	return env;
}

/* In the child: only what is safe between fork and exec. */
static void become(const struct pb_command *command, const char *path, char **env, int out, int err,
		   pid_t parent)
{
	int in = open(command->stdin_path ? command->stdin_path : "/dev/null", O_RDONLY);
	sigset_t none;

	setpgid(0, 0);
	/* SIGTERM, not SIGKILL: make passes it on to its compilers. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(127);
	if (command->keep_fd > 2)
		fcntl(command->keep_fd, F_SETFD, 0);
	if (command->cwd && chdir(command->cwd) < 0)
		_exit(127);
	execve(path, (char *const *)command->argv, env);
	_exit(127);
}

static int start(struct child *child, bool capture, GError **ret_error)
{
	const struct pb_command *command = child->command;
	g_autofree char *path = g_find_program_in_path(command->argv[0]);
	g_auto(GStrv) env = environment(command);
	int both[2] = {-1, -1}, out[2] = {-1, -1};
	pid_t parent = getpid();

	if (!path)
		return pb_fail(ret_error, ENOENT, PB_EXIT_ENVIRONMENT,
			       "the program %s is not installed; install it and try again",
			       command->argv[0]);
	if (command->cwd && !g_file_test(command->cwd, G_FILE_TEST_IS_DIR))
		return pb_fail(ret_error, ENOENT, PB_EXIT_ENVIRONMENT,
			       "cannot run %s in %s: no such directory", command->argv[0],
			       command->cwd);
	if (pipe2(both, O_CLOEXEC) < 0 || (capture && pipe2(out, O_CLOEXEC) < 0))
		goto fail;
	child->pid = fork();
	if (child->pid < 0)
		goto fail;
	if (!child->pid)
		become(command, path, env, capture ? out[1] : both[1], both[1], parent);
	/* In both processes, so that the group exists whoever comes first. */
	setpgid(child->pid, child->pid);
	close_fd(&both[1]);
	close_fd(&out[1]);
	child->log_in = both[0];
	child->out = out[0];
	child->pidfd = pidfd_open(child->pid, 0);
	return 0;
fail:
	close_fd(&both[0]);
	close_fd(&both[1]);
	close_fd(&out[0]);
	close_fd(&out[1]);
	return pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT, "cannot start %s: %s",
		       command->argv[0], g_strerror(errno));
}

static void end_line(struct child *child)
{
	if (child->command->on_line)
		child->command->on_line(child->line->str, child->command->context);
	g_queue_push_tail(&child->tail, g_strdup(child->line->str));
	if (child->tail.length > TAIL_LINES)
		g_free(g_queue_pop_head(&child->tail));
	g_string_truncate(child->line, 0);
}

static void take_log(struct child *child, const char *bytes, ssize_t count)
{
	ssize_t i;

	/* A log that cannot be written (a full disk) must not stop what it describes. */
	if (child->log >= 0 && write(child->log, bytes, count) != count)
		close_fd(&child->log);
	for (i = 0; i < count; i++) {
		if (bytes[i] == '\n')
			end_line(child);
		else if (bytes[i] && child->line->len < LINE_LIMIT)
			g_string_append_c(child->line, bytes[i]);
	}
}

static void take_output(struct child *child, const char *bytes, ssize_t count)
{
	gsize limit = child->command->output_limit_bytes;

	if (!limit)
		limit = DEFAULT_OUTPUT_LIMIT;
	if (child->output->len + count > limit)
		child->overflow = true;
	else
		g_string_append_len(child->output, bytes, count);
}

static void drain(struct child *child, int *fd)
{
	char bytes[16384];
	ssize_t count = read(*fd, bytes, sizeof(bytes));

	if (count > 0 && fd == &child->out)
		take_output(child, bytes, count);
	else if (count > 0)
		take_log(child, bytes, count);
	else if (count == 0 || (errno != EINTR && errno != EAGAIN))
		close_fd(fd);
}

/* What is still in the pipes once the program itself has gone; who else holds them is not waited
 * for. */
static void drain_rest(struct child *child)
{
	int *fds[] = {&child->log_in, &child->out};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(fds); i++) {
		while (*fds[i] >= 0) {
			struct pollfd ready = {.fd = *fds[i], .events = POLLIN};

			if (poll(&ready, 1, 0) <= 0)
				break;
			drain(child, fds[i]);
		}
	}
	if (child->line->len)
		end_line(child);
}

/* SIGTERM to the whole group, SIGKILL to what is left of it after the grace; then the status. */
static int stop(struct child *child)
{
	gint64 deadline = g_get_monotonic_time() + GRACE_US;
	int status = 0;

	kill(-child->pid, SIGTERM);
	while (waitpid(child->pid, &status, WNOHANG) == 0) {
		if (g_get_monotonic_time() > deadline)
			kill(-child->pid, SIGKILL);
		drain_rest(child);
		g_usleep(10000);
	}
	kill(-child->pid, SIGKILL);
	return status;
}

static char *tail_text(struct child *child)
{
	GString *text = g_string_new(NULL);

	for (GList *entry = child->tail.head; entry; entry = entry->next)
		g_string_append_printf(text, "\n  %s", (char *)entry->data);
	if (child->command->log_path)
		g_string_append_printf(text, "\nthe whole output: %s", child->command->log_path);
	return g_string_free(text, FALSE);
}

static int watch(struct child *child, int *ret_status, GError **ret_error)
{
	gint64 deadline =
		g_get_monotonic_time() + (gint64)child->command->timeout_seconds * G_USEC_PER_SEC;

	for (;;) {
		struct pollfd fds[] = {
			{.fd = child->pidfd, .events = POLLIN},
			{.fd = child->log_in, .events = POLLIN},
			{.fd = child->out, .events = POLLIN},
		};

		if (pb_interrupted) {
			stop(child);
			return pb_check_interrupted(ret_error);
		}
		if (child->command->timeout_seconds && g_get_monotonic_time() > deadline) {
			g_autofree char *tail = NULL;

			stop(child);
			drain_rest(child);
			tail = tail_text(child);
			return pb_fail(ret_error, ETIMEDOUT, PB_EXIT_ENVIRONMENT,
				       "%s did not end within %u seconds and was stopped%s",
				       child->command->argv[0], child->command->timeout_seconds,
				       tail);
		}
		poll(fds, G_N_ELEMENTS(fds), POLL_MS);
		if (fds[1].revents)
			drain(child, &child->log_in);
		if (fds[2].revents)
			drain(child, &child->out);
		if (waitpid(child->pid, ret_status, WNOHANG) == child->pid)
			break;
	}
	drain_rest(child);
	return 0;
}

static int judge(struct child *child, int status, GError **ret_error)
{
	const struct pb_command *command = child->command;
	enum pb_exit code = command->failure ? command->failure : PB_EXIT_ENVIRONMENT;
	g_autofree char *tail = NULL;

	if (child->overflow)
		return pb_fail(ret_error, EFBIG, PB_EXIT_ENVIRONMENT,
			       "%s wrote more than the %" G_GSIZE_FORMAT
			       " bytes that its output may have",
			       command->argv[0],
			       command->output_limit_bytes ? command->output_limit_bytes
							   : (gsize)DEFAULT_OUTPUT_LIMIT);
	if (WIFEXITED(status) && command->ret_status) {
		*command->ret_status = WEXITSTATUS(status);
		return 0;
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	tail = tail_text(child);
	if (WIFSIGNALED(status))
		return pb_fail(ret_error, EIO, code, "%s was killed by signal %d (%s)%s",
			       command->argv[0], WTERMSIG(status), strsignal(WTERMSIG(status)),
			       tail);
	return pb_fail(ret_error, EIO, code, "%s failed with exit status %d%s", command->argv[0],
		       WEXITSTATUS(status), tail);
}

int pb_command_run(const struct pb_command *command, char **ret_output, GError **ret_error)
{
	struct child child = {.command = command, .pidfd = -1, .out = -1, .log_in = -1, .log = -1};
	int status = 0;
	int r = pb_check_interrupted(ret_error);

	if (r)
		return r;
	child.output = g_string_new(NULL);
	child.line = g_string_new(NULL);
	g_queue_init(&child.tail);
	if (command->log_path) {
		child.log =
			open(command->log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
		if (child.log < 0)
			r = pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT,
				    "cannot write the log %s: %s", command->log_path,
				    g_strerror(errno));
	}
	if (!r)
		r = start(&child, ret_output != NULL, ret_error);
	if (!r)
		r = watch(&child, &status, ret_error);
	if (!r)
		r = judge(&child, status, ret_error);
	if (!r && ret_output)
		*ret_output = g_string_free(g_steal_pointer(&child.output), FALSE);
	child_clear(&child);
	return r;
}
