// SPDX-License-Identifier: GPL-2.0
/* Family gup: how often a task entered the slow path of GUP. */
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include "gup.h"

/*
 * Entries into the slow path, counted by a kprobe for this task alone. Nothing is
 * patched into the fast path, but a slow call pays for the probe, so the caller
 * asks for this in a run whose durations it does not use.
 */
static struct {
	struct mutex lock;
	struct kprobe probe;
	struct task_struct *task;
	u64 calls;
} slow_path = {.lock = __MUTEX_INITIALIZER(slow_path.lock)};

#ifdef CONFIG_KPROBES
static int slow_path_entered(struct kprobe *probe, struct pt_regs *regs)
{
	if (current == slow_path.task)
		slow_path.calls++;
	return 0;
}

/* The compiler may rename a static function; each name is the same function. */
static int register_slow_path(struct kprobe *probe)
{
	static const char *const names[] = {
		"__get_user_pages",
		"__get_user_pages.isra.0",
		"__get_user_pages.constprop.0",
	};
	unsigned int i;
	int err = -ENOENT;

	for (i = 0; err && i < ARRAY_SIZE(names); i++) {
		*probe = (struct kprobe){
			.symbol_name = names[i],
			.pre_handler = slow_path_entered,
		};
		err = register_kprobe(probe);
	}
	return err;
}
#else
static int register_slow_path(struct kprobe *probe)
{
	return -EOPNOTSUPP;
}

static void unregister_kprobe(struct kprobe *probe)
{
}
#endif

int pinbench_gup_slow_begin(void)
{
	int err;

	if (mutex_lock_killable(&slow_path.lock))
		return -EINTR;
	slow_path.task = current;
	slow_path.calls = 0;
	err = register_slow_path(&slow_path.probe);
	if (!err)
		return 0;
	slow_path.task = NULL;
	mutex_unlock(&slow_path.lock);
	return -EOPNOTSUPP;
}

u64 pinbench_gup_slow_end(void)
{
	u64 calls;

	unregister_kprobe(&slow_path.probe);
	calls = slow_path.calls;
	slow_path.task = NULL;
	mutex_unlock(&slow_path.lock);
	return calls;
}
