/* What was counted, for people: see report.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "bench/core/context.h"
#include "bench/core/counters/report.h"

#define REPORT_NAME_BYTES 256
#define PERCENT		  100.0

static const char *const cycles_names[] = {"cycles", "cpu-cycles"};

static void say(struct bench_ctx *ctx, const char *metric, const char *event, double value,
		const char *per)
{
	char name[REPORT_NAME_BYTES];

	snprintf(name, sizeof(name), "%s.%s", metric, event);
	bench_counter(ctx, name, value, per);
}

/* The first reason of a group or region stays: it is the same for the others. */
static void leave_out(struct bench_ctx *ctx, const char *what, const char *why)
{
	char fact[REPORT_NAME_BYTES];

	snprintf(fact, sizeof(fact), "not_counted.%s", what);
	if (!json_object_get(ctx->facts, fact))
		bench_fact_string(ctx, fact, why);
}

/* A region's count of one event, scaled; an error where there is none. */
static int scaled(struct bench_ctx *ctx, int region, size_t event, double *ret_value)
{
	const struct counting_total *total = &ctx->counting.totals[region];
	const char *name = ctx->counting.counters->events[event].name;
	size_t group = total->group_of[event];
	char why[REPORT_NAME_BYTES];
	int err = total->errors[event];

	if (err) {
		snprintf(why, sizeof(why), "perf_event_open() or reading it: %s", strerror(-err));
		leave_out(ctx, name, why);
		return err;
	}
	err = counting_scale(total, event, ret_value);
	if (err) {
		snprintf(why, sizeof(why),
			 "it could be counted in %.1f %% of the calls and the time, less than "
			 "%.0f %%: the processor has too few counters free; ask for fewer events "
			 "at once",
			 counting_percent(total, group), COUNTING_LEAST_PERCENT);
		leave_out(ctx, name, why);
	}
	return err;
}

/* What an empty call counts. */
static int overhead_of(struct bench_ctx *ctx, const struct bench_region *r, size_t event,
		       double *ret_value)
{
	const struct counting_total *total = &ctx->counting.totals[r->empty];
	const char *name = ctx->counting.counters->events[event].name;
	bool in_module = r->empty == PINBENCH_REGION_OVERHEAD;
	char fact[REPORT_NAME_BYTES];

	*ret_value = total->each[event];
	if (*ret_value < 0) {
		leave_out(ctx, name, "what it counts in an empty call could not be counted");
		return -EAGAIN;
	}
	snprintf(fact, sizeof(fact), "empty_%s.%s", in_module ? "call" : "user_call", name);
	if (*ret_value > 0)
		bench_fact_number(ctx, fact, *ret_value);
	if (r->keeps_overhead)
		*ret_value = 0;
	return 0;
}

/* For one operation; an error where there is none. */
static int each(struct bench_ctx *ctx, int region, size_t event, double *ret_value)
{
	const struct bench_region *r = &ctx->regions[region];
	double overhead;
	int err = scaled(ctx, region, event, ret_value);

	if (!err)
		err = overhead_of(ctx, r, event, &overhead);
	if (err)
		return err;
	*ret_value -= overhead * (double)r->calls;
	*ret_value = *ret_value > 0 ? *ret_value / (double)r->operations : 0;
	return 0;
}

/* By its name, the sum of both halves where it is split. */
static int each_by_name(struct bench_ctx *ctx, int region, const char *name, double *ret_value)
{
	const struct counters *c = ctx->counting.counters;
	double sum = 0, value;
	unsigned int parts = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct counter_event *event = &c->events[i];
		bool is_half = !strcmp(event->whole, name);

		if (!is_half && strcmp(event->name, name))
			continue;
		if (each(ctx, region, i, &value))
			return -ENOENT;
		sum += value;
		parts += is_half ? 1 : 2;
	}
	*ret_value = sum;
	return parts == 2 ? 0 : -ENOENT;
}

static void say_ipc(struct bench_ctx *ctx, int region)
{
	double insns, cycles;

	if (each_by_name(ctx, region, "instructions", &insns))
		return;
	for (size_t i = 0; i < sizeof(cycles_names) / sizeof(cycles_names[0]); i++) {
		if (each_by_name(ctx, region, cycles_names[i], &cycles) || cycles <= 0)
			continue;
		say(ctx, ctx->regions[region].metric, "ipc", insns / cycles, "cycle");
		return;
	}
}

static void say_whole(struct bench_ctx *ctx, int region, const char *name)
{
	const struct bench_region *r = &ctx->regions[region];
	double value;

	if (!each_by_name(ctx, region, name, &value))
		say(ctx, r->metric, name, value, r->per);
}

static void report_events(struct bench_ctx *ctx, int region)
{
	const struct counters *c = ctx->counting.counters;
	const struct bench_region *r = &ctx->regions[region];
	double value;

	for (size_t i = 0; i < c->count; i++) {
		const struct counter_event *event = &c->events[i];

		if (*event->whole && (!i || strcmp(c->events[i - 1].whole, event->whole)))
			say_whole(ctx, region, event->whole);
		if (!each(ctx, region, i, &value))
			say(ctx, r->metric, event->name, value, r->per);
	}
	say_ipc(ctx, region);
}

/* Groups that had to take turns, in the worst region. */
static void report_turns(struct bench_ctx *ctx, int end)
{
	double worst = PERCENT;
	char fact[64];

	for (size_t group = 0; group < COUNTER_GROUPS_MOST; group++) {
		double least = PERCENT;

		for (int i = PINBENCH_REGION_FIRST; i < end; i++) {
			double share = counting_percent(&ctx->counting.totals[i], group);

			least = share < least ? share : least;
		}
		snprintf(fact, sizeof(fact), "counters_running_percent.group%zu", group);
		if (least < PERCENT)
			bench_fact_number(ctx, fact, least);
		worst = least < worst ? least : worst;
	}
	bench_fact_number(ctx, "counters_running_percent", worst);
}

void counters_report(struct bench_ctx *ctx)
{
	int end = PINBENCH_REGION_FIRST + ctx->region_count;
	char why[REPORT_NAME_BYTES];

	if (!ctx->counting.counters)
		return;
	counting_fold(&ctx->counting);
	for (int i = PINBENCH_REGION_FIRST; i < end; i++) {
		const struct bench_region *r = &ctx->regions[i];
		uint64_t calls = ctx->counting.totals[i].calls;

		if (r->operations && calls == r->calls) {
			report_events(ctx, i);
			continue;
		}
		snprintf(why, sizeof(why),
			 "events were counted in %llu calls, and %llu are in the figure",
			 (unsigned long long)calls, (unsigned long long)r->calls);
		if (r->operations)
			leave_out(ctx, r->metric, why);
	}
	report_turns(ctx, end);
}
