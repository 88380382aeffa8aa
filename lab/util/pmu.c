/* See pmu.h. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lab/util/pmu.h"

/* A loop of as many is counted as as many at least. */
#define LOOPS 100000

static int open_instructions(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

int pb_pmu_try(void)
{
	int counter = open_instructions();
	uint64_t count = 0;

	if (counter < 0)
		return -errno;
	for (volatile int i = 0; i < LOOPS; i++)
		;
	if (read(counter, &count, sizeof(count)) != sizeof(count))
		count = 0;
	close(counter);
	return count < LOOPS ? -ENODATA : 0;
}
