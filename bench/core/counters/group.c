/* Events in groups: see group.h. */
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bench/core/counters/group.h"

#define OF_THIS_THREAD 0
#define ON_ANY_CPU     (-1)
#define WITHOUT_LEADER (-1)
#define PERCENT	       100.0

static int open_event(const struct counter_event *event, int leader)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = event->type,
		.config = event->config,
		.config1 = event->config1,
		.config2 = event->config2,
		.exclude_user = event->exclude_user,
		.exclude_kernel = event->exclude_kernel,
		.exclude_hv = event->exclude_user || event->exclude_kernel,
		/* Those behind a leader count when it does. */
		.disabled = leader == WITHOUT_LEADER,
		.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED |
			       PERF_FORMAT_TOTAL_TIME_RUNNING,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, OF_THIS_THREAD, ON_ANY_CPU, leader,
			      PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static void add_leader(struct counter_set *set, struct counter_place *place,
		       const struct counter_event *event)
{
	int fd = set->groups < COUNTER_GROUPS_MOST ? open_event(event, WITHOUT_LEADER) : -ENOSPC;

	if (fd < 0) {
		place->error = fd;
		return;
	}
	place->fd = fd;
	place->group = set->groups;
	set->leader[set->groups++] = fd;
}

/* Of a group that is off; 0 as well if it cannot be read. */
static uint64_t running_ns(int leader)
{
	uint64_t words[3 + COUNTERS_MOST] = {0};

	return read(leader, words, sizeof(words)) > 0 ? words[2] : 0;
}

/* Does the group get on, all of it at once? */
static bool is_countable(int leader)
{
	uint64_t before_ns = running_ns(leader);

	ioctl(leader, PERF_EVENT_IOC_ENABLE, 0);
	ioctl(leader, PERF_EVENT_IOC_DISABLE, 0);
	return running_ns(leader) > before_ns;
}

/*
 * Opens an event behind @leader. The kernel lets a group be opened that never counts: on arm64 it
 * does not see that one event is too many, on x86 not that its own watchdog has a counter. So the
 * event is only in if the group counts with it, or does not count without it either.
 */
static int open_behind(const struct counter_event *event, int leader)
{
	int fd = open_event(event, leader);

	if (fd < 0 || event->kind != COUNTER_HARDWARE || is_countable(leader))
		return fd;
	close(fd);
	return is_countable(leader) ? -EINVAL : open_event(event, leader);
}

/* Into the last group, if that is of @is_hardware and has room; else it begins one. */
static void add(struct counter_set *set, size_t i, const struct counter_event *event,
		bool *has_group)
{
	struct counter_place *place = &set->at[i];
	int fd = -EINVAL;

	if (*has_group)
		fd = open_behind(event, set->leader[set->groups - 1]);
	if (fd >= 0) {
		place->fd = fd;
		place->group = set->groups - 1;
		return;
	}
	add_leader(set, place, event);
	*has_group |= place->fd >= 0;
}

static void add_kinds(struct counter_set *set, const struct counter_event *events, bool hardware)
{
	bool has_group = false;

	for (size_t i = 0; i < set->count; i++) {
		if ((events[i].kind == COUNTER_HARDWARE) == hardware)
			add(set, i, &events[i], &has_group);
	}
}

void counter_set_open(const struct counter_event *events, size_t count, struct counter_set *ret_set)
{
	*ret_set = (struct counter_set){.count = count};
	for (size_t i = 0; i < count; i++)
		ret_set->at[i].fd = -1;
	add_kinds(ret_set, events, false);
	ret_set->always = ret_set->groups;
	add_kinds(ret_set, events, true);
}

/* Every so many turns one is skipped, or every other call would meet the same group. */
void counter_set_next(struct counter_set *set)
{
	size_t others = set->groups - set->always;

	set->turns++;
	if (others)
		set->turn = (set->turns + set->turns / others) % others;
}

bool counter_set_has(const struct counter_set *set, size_t group)
{
	return group < set->always || group == set->always + set->turn;
}

void counter_set_close(struct counter_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->at[i].fd >= 0)
			close(set->at[i].fd);
	}
	*set = (struct counter_set){0};
}

void counter_set_on(const struct counter_set *set)
{
	for (size_t i = 0; i < set->groups; i++) {
		if (counter_set_has(set, i))
			ioctl(set->leader[i], PERF_EVENT_IOC_ENABLE, 0);
	}
}

void counter_set_off(const struct counter_set *set)
{
	for (size_t i = set->groups; i--;) {
		if (counter_set_has(set, i))
			ioctl(set->leader[i], PERF_EVENT_IOC_DISABLE, 0);
	}
}

/* The kernel gives the leader's value and then those of the others in the order of opening. */
int counter_set_read(const struct counter_set *set, size_t group,
		     struct counter_reading *ret_reading)
{
	uint64_t words[3 + COUNTERS_MOST] = {0};
	ssize_t got = read(set->leader[group], words, sizeof(words));
	size_t next = 0;

	if (got < 0)
		return -errno;
	*ret_reading = (struct counter_reading){.enabled = words[1], .running = words[2]};
	for (size_t i = 0; i < set->count; i++) {
		if (set->at[i].fd >= 0 && set->at[i].group == group && next < words[0])
			ret_reading->values[i] = words[3 + next++];
	}
	return next == words[0] ? 0 : -EPROTO;
}

int counter_scale(uint64_t value, uint64_t enabled, uint64_t running, double least_percent,
		  double *ret_value)
{
	*ret_value = (double)value;
	if (running >= enabled)
		return 0;
	if ((double)running * PERCENT < least_percent * (double)enabled || !running)
		return -EAGAIN;
	*ret_value = (double)value * ((double)enabled / (double)running);
	return 0;
}
