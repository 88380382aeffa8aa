/* Counting in measured regions: see counting.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "bench/core/counters/counting.h"

#define CALIBRATION_BATCHES 15
#define PERCENT		    100.0
#define TOTALS_BYTES	    (PINBENCH_REGIONS * sizeof(struct counting_total))

int counting_init(struct counting *ret_counting, const struct counters *counters)
{
	void *totals;

	*ret_counting = (struct counting){.counters = counters};
	if (!counters)
		return 0;
	/* Shared with children. */
	totals =
		mmap(NULL, TOTALS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (totals == MAP_FAILED) {
		ret_counting->counters = NULL;
		return -ENOMEM;
	}
	ret_counting->totals = totals;
	ret_counting->owns_totals = true;
	return 0;
}

void counting_join(struct counting *ret_counting, const struct counting *first)
{
	*ret_counting = (struct counting){.counters = first->counters, .totals = first->totals};
}

void counting_clear(struct counting *counting)
{
	for (int i = 0; i < PINBENCH_REGIONS; i++) {
		if (counting->regions[i].is_open)
			counter_set_close(&counting->regions[i].set);
	}
	if (counting->owns_totals)
		munmap(counting->totals, TOTALS_BYTES);
	*counting = (struct counting){0};
}

static void open_region(struct counting *c, int region)
{
	struct counting_region *r = &c->regions[region];
	struct counting_total *total = &c->totals[region];

	counter_set_open(c->counters->events, c->counters->count, &r->set);
	r->is_open = true;
	total->groups = r->set.groups;
	for (size_t i = 0; i < r->set.count; i++) {
		if (r->set.at[i].error)
			total->errors[i] = r->set.at[i].error;
		total->group_of[i] = r->set.at[i].group;
	}
	/* Opening makes them count already. If they cannot be read, folding will say so. */
	for (size_t group = 0; group < r->set.groups; group++)
		counter_set_read(&r->set, group, &r->last[group]);
}

static struct counter_set *set_of(struct counting *counting, int region)
{
	if (!counting || !counting->counters || region < 0 || region >= PINBENCH_REGIONS)
		return NULL;
	if (!counting->regions[region].is_open)
		open_region(counting, region);
	return &counting->regions[region].set;
}

const struct counter_set *counting_set(struct counting *counting, int region)
{
	struct counter_set *set = set_of(counting, region);

	if (set)
		counter_set_next(set);
	return set;
}

void counting_request(struct counting *counting, int region, struct pinbench_samples *samples)
{
	const struct counter_set *set = counting_set(counting, region);

	if (!set || !set->groups)
		return;
	samples->flags |= PINBENCH_SAMPLES_COUNT;
	for (size_t i = 0; i < set->groups; i++) {
		if (counter_set_has(set, i))
			samples->counters[samples->nr_counters++] = set->leader[i];
	}
}

void counting_note(struct counting *counting, int region, uint64_t calls)
{
	const struct counter_set *set = set_of(counting, region);
	struct counting_total *total = set ? &counting->totals[region] : NULL;

	if (set)
		__atomic_fetch_add(&total->calls, calls, __ATOMIC_RELAXED);
	for (size_t i = 0; set && i < set->groups; i++) {
		if (counter_set_has(set, i))
			__atomic_fetch_add(&total->calls_of[i], calls, __ATOMIC_RELAXED);
	}
}

static void add(uint64_t *total, uint64_t now, uint64_t last)
{
	__atomic_fetch_add(total, now - last, __ATOMIC_RELAXED);
}

static void fold_group(struct counting_region *r, size_t group, struct counting_total *total)
{
	struct counter_reading *last = &r->last[group], now;
	int err = counter_set_read(&r->set, group, &now);

	for (size_t i = 0; i < r->set.count; i++) {
		if (r->set.at[i].fd < 0 || r->set.at[i].group != group)
			continue;
		if (err)
			total->errors[i] = err;
		else
			add(&total->values[i], now.values[i], last->values[i]);
	}
	if (err)
		return;
	add(&total->enabled[group], now.enabled, last->enabled);
	add(&total->running[group], now.running, last->running);
	*last = now;
}

static void forget(struct counting *counting, int region)
{
	struct counting_total *total = &counting->totals[region];

	counting_fold(counting);
	total->calls = 0;
	memset(total->calls_of, 0, sizeof(total->calls_of));
	memset(total->values, 0, sizeof(total->values));
	memset(total->enabled, 0, sizeof(total->enabled));
	memset(total->running, 0, sizeof(total->running));
}

void counting_fold(struct counting *counting)
{
	for (int i = 0; i < PINBENCH_REGIONS; i++) {
		struct counting_region *r = &counting->regions[i];

		for (size_t group = 0; r->is_open && group < r->set.groups; group++)
			fold_group(r, group, &counting->totals[i]);
	}
}

double counting_percent(const struct counting_total *total, size_t group)
{
	double percent = PERCENT;

	if (total->calls && group < total->groups)
		percent *= (double)total->calls_of[group] / (double)total->calls;
	if (total->enabled[group])
		percent *= (double)total->running[group] / (double)total->enabled[group];
	return percent;
}

int counting_scale(const struct counting_total *total, size_t event, double *ret_value)
{
	size_t group = total->group_of[event];
	int err = counter_scale(total->values[event], total->enabled[group], total->running[group],
				COUNTING_LEAST_PERCENT, ret_value);

	if (err || counting_percent(total, group) < COUNTING_LEAST_PERCENT)
		return -EAGAIN;
	if (total->calls)
		*ret_value *= (double)total->calls / (double)total->calls_of[group];
	return 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What a batch says of one event: -1 if its group did not get to count. */
static double each_of(const struct counting_total *total, size_t event)
{
	double value;

	return total->calls && !counting_scale(total, event, &value) ? value / (double)total->calls
								     : -1;
}

/* Of those that say something. */
static double median(double *batches)
{
	size_t first = 0;

	qsort(batches, CALIBRATION_BATCHES, sizeof(*batches), compare);
	while (first < CALIBRATION_BATCHES && batches[first] < 0)
		first++;
	return first < CALIBRATION_BATCHES ? batches[first + (CALIBRATION_BATCHES - first) / 2]
					   : -1;
}

int counting_calibrate(struct counting *counting, int region, int (*batch)(void *context),
		       void *context)
{
	double each[COUNTERS_MOST][CALIBRATION_BATCHES];
	const struct counter_set *set = set_of(counting, region);
	struct counting_total *total = set ? &counting->totals[region] : NULL;
	int err;

	/* The first calls fault pages in and fill caches. */
	err = set ? batch(context) : 0;
	for (size_t i = 0; set && !err && i < CALIBRATION_BATCHES; i++) {
		forget(counting, region);
		err = batch(context);
		counting_fold(counting);
		for (size_t event = 0; event < set->count; event++)
			each[event][i] = each_of(total, event);
	}
	for (size_t event = 0; set && !err && event < set->count; event++)
		total->each[event] = median(each[event]);
	return err;
}
