/* What the kernel complained of while a case ran: /dev/kmsg. */
#ifndef PINBENCH_KMSG_H
#define PINBENCH_KMSG_H

#include <stdbool.h>
#include <stddef.h>

/* A place in the log, right behind its newest line. A descriptor, or -errno. */
int kmsg_open(void);
/* The first splat (BUG, WARNING, KASAN, lockdep, ...) logged since then; false if none. */
bool kmsg_find_splat(int fd, char *ret_line, size_t bytes);

#endif
