// SPDX-License-Identifier: GPL-2.0
/*
 * Family notifier: subscribers to an address space that count what they are told, and do nothing
 * about it, or sleep for a known time; so that what is measured is what their being there costs
 * others.
 */
#include <linux/mmu_notifier.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "compat.h"
#include "family.h"
#include "measure.h"

#if IS_ENABLED(CONFIG_MMU_NOTIFIER)

struct notifier_state;

struct subscriber {
	union {
		struct mmu_notifier notifier;
		struct mmu_interval_notifier interval;
	};
	spinlock_t lock; /* of the interval's sequence */
	u64 told;
	u32 released;
	unsigned long release_delay; /* in jiffies */
	unsigned long invalidate_delay;
};

struct notifier_state {
	u32 kind;
	u32 nr;
	struct subscriber *subscribers;
	struct mmu_notifier *shared; /* got nr times */
	struct mm_struct *kept;
};

static void sleep_for(unsigned long delay)
{
	if (delay)
		schedule_timeout_uninterruptible(delay);
}

static struct subscriber *of_notifier(struct mmu_notifier *notifier)
{
	return container_of(notifier, struct subscriber, notifier);
}

static int range_start(struct mmu_notifier *notifier, const struct mmu_notifier_range *range)
{
	struct subscriber *s = of_notifier(notifier);

	WRITE_ONCE(s->told, s->told + 1);
	if (!s->invalidate_delay)
		return 0;
	if (!mmu_notifier_range_blockable(range))
		return -EAGAIN;
	sleep_for(s->invalidate_delay);
	return 0;
}

static void range_end(struct mmu_notifier *notifier, const struct mmu_notifier_range *range)
{
}

static void end_of_mm(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	struct subscriber *s = of_notifier(notifier);

	s->released++;
	sleep_for(s->release_delay);
}

static const struct mmu_notifier_ops notifier_ops = {
	.invalidate_range_start = range_start,
	.invalidate_range_end = range_end,
	.release = end_of_mm,
};

/* Who may refuse to be told must not ask to be told of the end: the kernel cannot know which. */
static const struct mmu_notifier_ops sleeping_ops = {
	.invalidate_range_start = range_start,
	.release = end_of_mm,
};

static struct mmu_notifier *alloc_shared(struct mm_struct *mm)
{
	struct subscriber *s = kzalloc(sizeof(*s), GFP_KERNEL);

	return s ? &s->notifier : ERR_PTR(-ENOMEM);
}

static void free_shared(struct mmu_notifier *notifier)
{
	kfree(of_notifier(notifier));
}

static const struct mmu_notifier_ops shared_ops = {
	.invalidate_range_start = range_start,
	.invalidate_range_end = range_end,
	.alloc_notifier = alloc_shared,
	.free_notifier = free_shared,
};

static bool invalidate(struct mmu_interval_notifier *interval,
		       const struct mmu_notifier_range *range, unsigned long seq)
{
	struct subscriber *s = container_of(interval, struct subscriber, interval);

	if (s->invalidate_delay && !mmu_notifier_range_blockable(range))
		return false;
	spin_lock(&s->lock);
	mmu_interval_set_seq(interval, seq);
	s->told++;
	spin_unlock(&s->lock);
	sleep_for(s->invalidate_delay);
	return true;
}

static const struct mmu_interval_notifier_ops interval_ops = {
	.invalidate = invalidate,
};

static int subscribe(struct notifier_state *s, struct subscriber *one,
		     const struct pinbench_notifier_subscribe *req)
{
	struct mm_struct *mm = current->mm;
	struct mmu_notifier *shared;

	switch (s->kind) {
	case PINBENCH_SUBSCRIBER_NOTIFIER:
		return mmu_notifier_register(&one->notifier, mm);
	case PINBENCH_SUBSCRIBER_INTERVAL:
		return mmu_interval_notifier_insert(&one->interval, mm, req->addr, req->bytes,
						    &interval_ops);
	default:
		shared = mmu_notifier_get(&shared_ops, mm);
		if (IS_ERR(shared))
			return PTR_ERR(shared);
		s->shared = shared;
		return 0;
	}
}

static void unsubscribe(struct notifier_state *s, struct subscriber *one)
{
	switch (s->kind) {
	case PINBENCH_SUBSCRIBER_NOTIFIER:
		mmu_notifier_unregister(&one->notifier, one->notifier.mm);
		break;
	case PINBENCH_SUBSCRIBER_INTERVAL:
		mmu_interval_notifier_remove(&one->interval);
		break;
	default:
		mmu_notifier_put(s->shared);
		break;
	}
}

static void forget(struct notifier_state *s)
{
	kvfree(s->subscribers);
	s->subscribers = NULL;
	s->shared = NULL;
	if (s->kept)
		mmput(s->kept);
	s->kept = NULL;
}

static void unsubscribe_all(struct notifier_state *s)
{
	while (s->nr) {
		s->nr--;
		unsubscribe(s, &s->subscribers[s->nr]);
	}
	forget(s);
}

static int check_subscribe(const struct pinbench_notifier_subscribe *req)
{
	bool is_interval = req->kind == PINBENCH_SUBSCRIBER_INTERVAL;

	/* Nobody: to keep the address space alone. */
	if (!req->count && !(req->flags & PINBENCH_SUBSCRIBE_KEEP))
		return -EINVAL;
	if (req->reserved || req->count > PINBENCH_NOTIFIER_MAX_SUBSCRIBERS ||
	    req->kind >= PINBENCH_NR_SUBSCRIBER || req->flags & ~PINBENCH_SUBSCRIBE_KEEP ||
	    req->release_delay_ns > PINBENCH_NOTIFIER_MAX_DELAY_NS ||
	    req->invalidate_delay_ns > PINBENCH_NOTIFIER_MAX_DELAY_NS)
		return -EINVAL;
	if (!is_interval)
		return req->addr || req->bytes ? -EINVAL : 0;
	if (offset_in_page(req->addr) || offset_in_page(req->bytes) || !req->bytes ||
	    req->addr >= TASK_SIZE || req->bytes > TASK_SIZE - req->addr)
		return -EINVAL;
	return 0;
}

static int subscribe_all(struct notifier_state *s, const struct pinbench_notifier_subscribe *req,
			 struct pinbench_measure *m)
{
	int err = 0;
	u64 begin;

	while (!err && s->nr < req->count) {
		struct subscriber *one = &s->subscribers[s->nr];

		if (fatal_signal_pending(current))
			return -EINTR;
		spin_lock_init(&one->lock);
		if (!s->nr) {
			one->release_delay = nsecs_to_jiffies(req->release_delay_ns);
			one->invalidate_delay = nsecs_to_jiffies(req->invalidate_delay_ns);
		}
		one->notifier.ops = one->invalidate_delay ? &sleeping_ops : &notifier_ops;
		pinbench_measure_pause(m);
		begin = pinbench_begin(m);
		err = subscribe(s, one, req);
		pinbench_end(m, begin);
		if (!err)
			s->nr++;
	}
	return err;
}

static int notifier_subscribe(void *state, void *arg)
{
	struct pinbench_notifier_subscribe *req = arg;
	struct notifier_state *s = state;
	struct pinbench_measure m;
	int err = check_subscribe(req);

	if (err)
		return err;
	if (s->subscribers || s->kept)
		return -EBUSY;
	err = pinbench_measure_init(&m, &req->samples, max(req->count, 1u));
	if (err)
		return err;
	s->kind = req->kind;
	s->subscribers = kvcalloc(req->count, sizeof(*s->subscribers), GFP_KERNEL);
	err = s->subscribers ? subscribe_all(s, req, &m) : -ENOMEM;
	if (!err)
		err = pinbench_measure_copy(&m, &req->samples);
	if (err) {
		unsubscribe_all(s);
	} else if (req->flags & PINBENCH_SUBSCRIBE_KEEP) {
		mmget(current->mm);
		s->kept = current->mm;
	}
	pinbench_measure_free(&m);
	return err;
}

/* How often it has slept. */
static unsigned long measure_unsubscribe(struct notifier_state *s, struct pinbench_measure *m)
{
	unsigned long before, sleeps = 0;
	u64 begin;

	while (s->nr) {
		s->nr--;
		pinbench_measure_pause(m);
		before = current->nvcsw;
		begin = pinbench_begin(m);
		unsubscribe(s, &s->subscribers[s->nr]);
		pinbench_end(m, begin);
		sleeps += current->nvcsw - before;
	}
	forget(s);
	return sleeps;
}

/* What a driver does before it uses what it looked up: the lookup itself is left out. */
static u32 measure_read(struct notifier_state *s, u32 calls, struct pinbench_measure *m)
{
	struct subscriber *one = s->subscribers;
	unsigned long seq;
	u32 retries = 0;
	bool retry;
	u64 begin;

	while (calls--) {
		pinbench_measure_pause(m);
		begin = pinbench_begin(m);
		seq = mmu_interval_read_begin(&one->interval);
		spin_lock(&one->lock);
		retry = mmu_interval_read_retry(&one->interval, seq);
		spin_unlock(&one->lock);
		pinbench_end(m, begin);
		retries += retry;
	}
	return retries;
}

static void measure_end(struct notifier_state *s, struct pinbench_measure *m)
{
	struct mm_struct *mm = s->kept;
	u64 begin;

	s->kept = NULL;
	pinbench_measure_pause(m);
	begin = pinbench_begin(m);
	mmput(mm);
	pinbench_end(m, begin);
	if (!s->nr)
		forget(s);
}

static void count(const struct notifier_state *s, struct pinbench_notifier *req)
{
	u32 i;

	req->told = req->released = 0;
	if (s->kind == PINBENCH_SUBSCRIBER_SHARED) {
		if (s->shared)
			req->told = of_notifier(s->shared)->told;
		return;
	}
	for (i = 0; i < s->nr; i++) {
		req->told += s->subscribers[i].told;
		req->released += s->subscribers[i].released;
	}
}

static int check_operation(const struct notifier_state *s, const struct pinbench_notifier *req)
{
	bool is_read = req->operation == PINBENCH_NOTIFIER_READ;

	if (req->reserved || req->operation >= PINBENCH_NR_NOTIFIER || !req->calls == is_read)
		return -EINVAL;
	if (req->operation == PINBENCH_NOTIFIER_END)
		return s->kept ? 0 : -EINVAL;
	if (!s->nr || (is_read && s->kind != PINBENCH_SUBSCRIBER_INTERVAL))
		return -EINVAL;
	return 0;
}

static u64 calls_of(const struct notifier_state *s, const struct pinbench_notifier *req)
{
	if (req->operation == PINBENCH_NOTIFIER_READ)
		return req->calls;
	return req->operation == PINBENCH_NOTIFIER_UNSUBSCRIBE ? s->nr : 1;
}

static int notifier_run(void *state, void *arg)
{
	struct pinbench_notifier *req = arg;
	struct notifier_state *s = state;
	struct pinbench_measure m;
	int err = check_operation(s, req);

	if (err)
		return err;
	req->sleeps = req->retries = 0;
	count(s, req);
	if (req->operation == PINBENCH_NOTIFIER_COUNT)
		return 0;
	err = pinbench_measure_init(&m, &req->samples, calls_of(s, req));
	if (err)
		return err;
	if (req->operation == PINBENCH_NOTIFIER_UNSUBSCRIBE)
		req->sleeps = measure_unsubscribe(s, &m);
	else if (req->operation == PINBENCH_NOTIFIER_READ)
		req->retries = measure_read(s, req->calls, &m);
	else
		measure_end(s, &m);
	if (req->operation != PINBENCH_NOTIFIER_UNSUBSCRIBE)
		count(s, req);
	err = pinbench_measure_copy(&m, &req->samples);
	pinbench_measure_free(&m);
	return err;
}

static void *notifier_open(void)
{
	return kzalloc(sizeof(struct notifier_state), GFP_KERNEL);
}

static void notifier_close(void *state)
{
	unsubscribe_all(state);
	kfree(state);
}

/* What was put is freed when nobody can be looking at it any more, by our code. */
static void notifier_exit(void)
{
	mmu_notifier_synchronize();
}

static const struct pinbench_command notifier_commands[] = {
	{PINBENCH_IOC_NOTIFIER_SUBSCRIBE, notifier_subscribe},
	{PINBENCH_IOC_NOTIFIER, notifier_run},
};

const struct pinbench_family pinbench_family_notifier = {
	.name = "notifier",
	.commands = notifier_commands,
	.nr_commands = ARRAY_SIZE(notifier_commands),
	.open = notifier_open,
	.release = notifier_close,
	.exit = notifier_exit,
};
#else
static int not_supported(void *state, void *arg)
{
	return -EOPNOTSUPP;
}

static const struct pinbench_command notifier_commands[] = {
	{PINBENCH_IOC_NOTIFIER_SUBSCRIBE, not_supported},
	{PINBENCH_IOC_NOTIFIER, not_supported},
};

const struct pinbench_family pinbench_family_notifier = {
	.name = "notifier",
	.commands = notifier_commands,
	.nr_commands = ARRAY_SIZE(notifier_commands),
};
#endif
