/* The events of a plan: see counters.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "bench/core/counters/counters.h"
#include "bench/core/sysfile.h"

#define PARANOID_FILE "/proc/sys/kernel/perf_event_paranoid"

/* They cost next to nothing, need no PMU, and tell a disturbed figure from an undisturbed one. */
static const char *const always[] = {"page-faults", "context-switches", "cpu-migrations",
				     "cpu-clock"};

#define ALWAYS (sizeof(always) / sizeof(always[0]))

static bool has(const struct counters *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct counter_event *event = &c->events[i];

		if (!strcmp(event->name, name) || (*event->whole && !strcmp(event->whole, name)))
			return true;
	}
	return false;
}

static int add_event(struct counters *c, const struct counter_event *event, char *ret_why,
		     size_t bytes)
{
	if (has(c, event->name))
		return 0;
	if (c->count == COUNTERS_MOST) {
		snprintf(ret_why, bytes,
			 "the plan's counters: '%s' is one too many; at most %d are counted at "
			 "once, and an event of the processor is two",
			 event->name, COUNTERS_MOST);
		return -EINVAL;
	}
	c->events[c->count++] = *event;
	return 0;
}

static struct counter_event half_of(const struct counter_event *whole, bool of_user)
{
	struct counter_event half = *whole;

	memcpy(half.whole, whole->name, sizeof(half.whole));
	snprintf(half.name, sizeof(half.name), "%.*s:%c", COUNTER_NAME_BYTES - 3, whole->name,
		 of_user ? 'u' : 'k');
	half.exclude_kernel = of_user;
	half.exclude_user = !of_user;
	return half;
}

static int add_found(struct counters *c, const struct counter_event *event, char *ret_why,
		     size_t bytes)
{
	struct counter_event user = half_of(event, true), kernel = half_of(event, false);
	int err;

	if (event->kind != COUNTER_HARDWARE || event->exclude_user || event->exclude_kernel)
		return add_event(c, event, ret_why, bytes);
	err = add_event(c, &user, ret_why, bytes);
	return err ? err : add_event(c, &kernel, ret_why, bytes);
}

static void cannot(struct counters *c, const char *name, const char *reason)
{
	json_t *one;
	size_t i;

	json_array_foreach (c->unavailable, i, one) {
		if (!strcmp(json_string_value(json_object_get(one, "name")), name))
			return;
	}
	json_array_append_new(c->unavailable,
			      json_pack("{s:s, s:s}", "name", name, "reason", reason));
}

static int add_name(struct counters *c, const char *name, char *ret_why, size_t bytes)
{
	struct counter_event event;
	int err;

	if (has(c, name))
		return 0;
	err = counter_event_find(name, &event, ret_why, bytes);
	if (!err)
		return add_found(c, &event, ret_why, bytes);
	if (err == -ENOENT)
		return -EINVAL;
	cannot(c, name, ret_why);
	return 0;
}

static void explain_paranoid(char *ret_why, size_t bytes)
{
	char level[32];

	if (sysfile_read(PARANOID_FILE, level, sizeof(level)))
		snprintf(level, sizeof(level), "unknown");
	snprintf(ret_why, bytes,
		 "the kernel does not let this user count it (%s is %s): run as root or with "
		 "CAP_PERFMON",
		 PARANOID_FILE, level);
}

static void explain(int err, char *ret_why, size_t bytes)
{
	switch (-err) {
	case EACCES:
	case EPERM:
		explain_paranoid(ret_why, bytes);
		break;
	case ENOENT:
	case ENODEV:
	case EOPNOTSUPP:
	case ENXIO:
		snprintf(ret_why, bytes,
			 "no PMU of this machine counts it (%s); a virtual machine has one only if "
			 "its host gives it one",
			 strerror(-err));
		break;
	case EINVAL:
		snprintf(ret_why, bytes,
			 "it cannot be counted for one thread (%s): it is of a whole processor or "
			 "of more",
			 strerror(-err));
		break;
	case ENOSPC:
		snprintf(ret_why, bytes,
			 "more than %d groups of events; ask for fewer events at once",
			 COUNTER_GROUPS_MOST);
		break;
	case ENOSYS:
		snprintf(ret_why, bytes, "a kernel without CONFIG_PERF_EVENTS");
		break;
	default:
		snprintf(ret_why, bytes, "perf_event_open(): %s", strerror(-err));
	}
}

/* Some PMUs cannot leave user space or the kernel out, but count both together. */
static bool is_countable_whole(struct counter_event *half)
{
	struct counter_event whole = *half;
	struct counter_set set;
	bool ret;

	memcpy(whole.name, half->whole, sizeof(whole.name));
	*whole.whole = '\0';
	whole.exclude_user = whole.exclude_kernel = false;
	counter_set_open(&whole, 1, &set);
	ret = !set.at[0].error;
	counter_set_close(&set);
	if (ret)
		*half = whole;
	return ret;
}

static bool are_halves(const struct counter_event *a, const struct counter_event *b)
{
	return *a->whole && !strcmp(a->whole, b->whole);
}

/* Both halves refused are one refusal. */
static void refuse(struct counters *c, size_t i, const struct counter_set *set)
{
	const struct counter_event *event = &c->events[i];
	bool both = false;
	char why[256];

	for (size_t j = 0; j < set->count; j++)
		both |= j != i && are_halves(event, &c->events[j]) && set->at[j].error;
	explain(set->at[i].error, why, sizeof(why));
	cannot(c, both ? event->whole : event->name, why);
}

/* What the machine does not count goes out of the list: once, not in each case. */
static void keep_countable(struct counters *c)
{
	bool keep[COUNTERS_MOST];
	struct counter_set set;
	size_t kept = 0;

	counter_set_open(c->events, c->count, &set);
	for (size_t i = 0; i < c->count; i++) {
		struct counter_event *event = &c->events[i];
		bool has_whole = i && keep[i - 1] && !strcmp(c->events[i - 1].name, event->whole);

		keep[i] = !set.at[i].error;
		if (keep[i] || has_whole)
			continue;
		if (set.at[i].error == -EINVAL && *event->whole)
			keep[i] = is_countable_whole(event);
		if (!keep[i])
			refuse(c, i, &set);
	}
	for (size_t i = 0; i < c->count; i++) {
		if (keep[i])
			c->events[kept++] = c->events[i];
	}
	c->count = kept;
	counter_set_close(&set);
}

int counters_read(const json_t *names, struct counters *ret_counters, char *ret_why,
		  size_t why_bytes)
{
	json_t *name;
	size_t i;
	int err = 0;

	*ret_counters = (struct counters){
		.requested = json_array(),
		.unavailable = json_array(),
	};
	for (i = 0; !err && i < ALWAYS; i++)
		err = add_name(ret_counters, always[i], ret_why, why_bytes);
	if (!json_is_array(names))
		err = -EINVAL;
	json_array_foreach (names, i, name) {
		if (!err && json_is_string(name))
			err = add_name(ret_counters, json_string_value(name), ret_why, why_bytes);
		else if (!err)
			err = -EINVAL;
		json_array_append(ret_counters->requested, name);
	}
	if (err && !*ret_why)
		snprintf(ret_why, why_bytes,
			 "the plan's counters must be a list of names of events");
	if (!err)
		keep_countable(ret_counters);
	return err;
}

void counters_free(struct counters *counters)
{
	json_decref(counters->requested);
	json_decref(counters->unavailable);
	*counters = (struct counters){0};
}

static void tell(json_t *list, const char *name, enum counter_kind kind)
{
	json_array_append_new(
		list, json_pack("{s:s, s:s}", "name", name, "kind", counter_kind_name(kind)));
}

json_t *counters_to_json(const struct counters *counters)
{
	json_t *counted = json_array();

	for (size_t i = 0; i < counters->count; i++) {
		const struct counter_event *event = &counters->events[i];

		if (i + 1 < counters->count && are_halves(event, &counters->events[i + 1]))
			tell(counted, event->whole, event->kind);
		tell(counted, event->name, event->kind);
	}
	return json_pack("{s:O, s:o, s:O}", "requested", counters->requested, "counted", counted,
			 "unavailable", counters->unavailable);
}
