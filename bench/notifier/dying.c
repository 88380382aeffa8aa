/* A killed process that has all its memory still: see dying.h. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/notifier/dying.h"

#ifndef SYS_process_mrelease
#define SYS_process_mrelease 448
#endif

/*
 * A tracer is told before a process gives anything back. That holds on any number of processors,
 * which a race against its end does not.
 */
int dying_stop(struct bench_ctx *ctx, pid_t pid, struct dying *ret_dying)
{
	int status = 0;

	*ret_dying = (struct dying){.pid = pid, .pidfd = (int)syscall(SYS_pidfd_open, pid, 0)};
	if (ret_dying->pidfd < 0)
		return bench_skip(ctx, "pidfd_open(): %s", strerror(errno));
	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXIT))
		return bench_skip(ctx, "cannot trace a child: %s", strerror(errno));
	if (kill(pid, SIGKILL) || waitpid(pid, &status, 0) != pid)
		return bench_fail(ctx, errno, "cannot kill a child: %s", strerror(errno));
	if (status >> 8 != (SIGTRAP | PTRACE_EVENT_EXIT << 8))
		return bench_fail(ctx, EPROTO, "a killed child did not stop on its way out");
	return 0;
}

int dying_reap(void *context)
{
	struct dying *dying = context;

	dying->error = syscall(SYS_process_mrelease, dying->pidfd, 0) ? errno : 0;
	return 0;
}

void dying_let_go(struct dying *dying)
{
	ptrace(PTRACE_CONT, dying->pid, NULL, NULL);
	if (dying->pidfd >= 0)
		close(dying->pidfd);
}
