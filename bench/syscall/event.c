/* A user event of the kernel's tracing: see event.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "bench/syscall/event.h"

#define DATA_FILE "/user_events_data"

/* The kernel's ABI for this file, since 6.4: include/uapi/linux/user_events.h. */
struct user_reg {
	__u32 size;
	__u8 enable_bit;
	__u8 enable_size;
	__u16 flags;
	__u64 enable_addr;
	__u64 name_args;
	__u32 write_index;
} __attribute__((packed));

struct user_unreg {
	__u32 size;
	__u8 disable_bit;
	__u8 reserved;
	__u16 reserved2;
	__u64 disable_addr;
} __attribute__((packed));

#define DIAG_IOCSREG   _IOWR('*', 0, struct user_reg *)
#define DIAG_IOCSUNREG _IOW('*', 2, struct user_unreg *)

int user_event_register(const struct user_event *event, void *word)
{
	struct user_reg reg = {
		.size = sizeof(reg),
		.enable_bit = USER_EVENT_BIT,
		.enable_size = sizeof(__u32),
		.enable_addr = (uintptr_t)word,
		.name_args = (uintptr_t)event->name,
	};

	return ioctl(event->data, DIAG_IOCSREG, &reg) ? -errno : 0;
}

int user_event_unregister(const struct user_event *event, void *word)
{
	struct user_unreg reg = {
		.size = sizeof(reg),
		.disable_bit = USER_EVENT_BIT,
		.disable_addr = (uintptr_t)word,
	};

	return ioctl(event->data, DIAG_IOCSUNREG, &reg) ? -errno : 0;
}

/* The second place is the older one. */
static const char *find_tracefs(void)
{
	if (!access("/sys/kernel/tracing" DATA_FILE, F_OK))
		return "/sys/kernel/tracing";
	if (!access("/sys/kernel/debug/tracing" DATA_FILE, F_OK))
		return "/sys/kernel/debug/tracing";
	return NULL;
}

/* The first registration makes the event, with its files. */
static int make_event(struct bench_ctx *ctx, struct user_event *event, const char *tracefs,
		      void *word)
{
	char path[256];
	int err = user_event_register(event, word);

	if (!err)
		err = user_event_unregister(event, word);
	if (err == -ENOTTY || err == -EINVAL)
		return bench_skip(ctx,
				  "user_events_data has another ABI (DIAG_IOCSREG: %s): needs "
				  "a kernel of 6.4 or later",
				  strerror(-err));
	if (err)
		return bench_fail(ctx, err, "DIAG_IOCSREG: %s", strerror(-err));
	snprintf(path, sizeof(path), "%s/events/user_events/%s/enable", tracefs, event->name);
	event->enable = open(path, O_WRONLY | O_CLOEXEC);
	if (event->enable < 0)
		return bench_fail(ctx, errno, "%s: %s", path, strerror(errno));
	return 0;
}

int user_event_open(struct bench_ctx *ctx, struct user_event *ret_event, void *word)
{
	const char *tracefs = find_tracefs();
	char path[256];

	*ret_event = (struct user_event){.data = -1, .enable = -1};
	snprintf(ret_event->name, sizeof(ret_event->name), "pinbench_%d", (int)getpid());
	if (!tracefs)
		return bench_skip(ctx, "no user_events_data in tracefs: needs root, a kernel with "
				       "CONFIG_USER_EVENTS (marked broken in 6.1), and: mount -t "
				       "tracefs tracefs /sys/kernel/tracing");
	snprintf(path, sizeof(path), "%s" DATA_FILE, tracefs);
	ret_event->data = open(path, O_RDWR | O_CLOEXEC);
	if (ret_event->data < 0)
		return bench_skip(ctx, "%s: %s; run as root", path, strerror(errno));
	return make_event(ctx, ret_event, tracefs, word);
}

void user_event_close(struct user_event *event)
{
	if (event->enable >= 0) {
		/* A case that failed may have left it on. */
		(void)!write(event->enable, "0", 1);
		close(event->enable);
	}
	if (event->data >= 0)
		close(event->data);
}
