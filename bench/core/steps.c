/* Instructions counted one by one: see steps.h. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/measure.h"
#include "bench/core/steps.h"

#define FEW_CALLS  8
#define MANY_CALLS 24
/* Of a loop that the clock goes round again when the kernel was about to change it. */
#define TRIES	   3
#define MOST_STEPS 100000

static int nothing(void *context)
{
	return 0;
}

static void be_stepped_through(size_t calls)
{
	struct durations d;

	if (durations_init(&d, calls) || ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(EXIT_FAILURE);
	/* Once before, so that nothing is done for the first time while somebody counts. */
	measure_calls(&d, false, calls, nothing, NULL);
	raise(SIGSTOP);
	measure_calls(&d, false, calls, nothing, NULL);
	_exit(EXIT_SUCCESS);
}

/* Until the process is gone, which it is too if it cannot be counted. */
static int64_t step_through(pid_t child)
{
	int64_t steps = 0;
	int status;

	while (waitpid(child, &status, 0) == child) {
		if (WIFEXITED(status))
			return WEXITSTATUS(status) ? -EPERM : steps;
		if (!WIFSTOPPED(status) || steps++ > MOST_STEPS ||
		    ptrace(PTRACE_SINGLESTEP, child, NULL, NULL))
			break;
	}
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return -EPROTO;
}

static int64_t steps_of(size_t calls)
{
	int64_t least = INT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		pid_t child = fork();
		int64_t steps;

		if (!child)
			be_stepped_through(calls);
		steps = child < 0 ? -EAGAIN : step_through(child);
		if (steps < 0)
			return steps;
		if (steps < least)
			least = steps;
	}
	return least;
}

int steps_of_sample(double *ret_insns)
{
	int64_t few = steps_of(FEW_CALLS), many = steps_of(MANY_CALLS);

	if (few < 0 || many < 0)
		return (int)(few < 0 ? few : many);
	*ret_insns = (double)(many - few) / (MANY_CALLS - FEW_CALLS);
	return 0;
}
