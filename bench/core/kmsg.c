/* What the kernel complained of while a case ran: see kmsg.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/kmsg.h"

/* How the kernel's complaints begin. "cut here" comes first but says nothing. */
/* clang-format off */
static const char *const splats[] = {
	"BUG:", "WARNING:", "Oops", "KASAN:", "UBSAN:", "kernel BUG at", "INFO: task",
	"INFO: trying to register non-static key", "possible recursive locking",
	"possible circular locking", "inconsistent lock state", "suspicious RCU usage",
	"general protection fault", "Bad page state", "rcu_sched detected", "soft lockup",
};
/* clang-format on */

int kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	lseek(fd, 0, SEEK_END);
	return fd;
}

static bool is_splat(const char *line)
{
	for (size_t i = 0; i < sizeof(splats) / sizeof(splats[0]); i++) {
		if (strstr(line, splats[i]))
			return true;
	}
	return false;
}

bool kmsg_find_splat(int fd, char *ret_line, size_t bytes)
{
	char record[2048];
	ssize_t got;

	for (;;) {
		got = read(fd, record, sizeof(record) - 1);
		/* EPIPE: records were overwritten before they were read; go on behind. */
		if (got < 0 && errno == EPIPE)
			continue;
		if (got <= 0)
			return false;
		record[got] = '\0';
		/* A record is "prefix;text\n", then continuation lines. */
		char *text = strchr(record, ';');

		text = text ? text + 1 : record;
		text[strcspn(text, "\n")] = '\0';
		if (is_splat(text)) {
			snprintf(ret_line, bytes, "%s", text);
			return true;
		}
	}
}
