/* What a benchmark may say and ask while it runs: include/pinbench/bench.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pinbench/result.h"
#include "bench/core/context.h"
#include "bench/core/module.h"

int context_init(struct bench_ctx *ctx, const struct case_id *id, bool counted,
		 const char *scratch_dir)
{
	*ctx = (struct bench_ctx){
		.id = id,
		.module_fd = -1,
		.counted = counted,
		.scratch_dir = scratch_dir,
		.samples = json_object(),
		.counters = json_object(),
		.facts = json_object(),
		.conditions = json_object(),
	};
	return ctx->samples && ctx->counters && ctx->facts && ctx->conditions ? 0 : -ENOMEM;
}

void context_clear(struct bench_ctx *ctx)
{
	json_decref(ctx->samples);
	json_decref(ctx->counters);
	json_decref(ctx->facts);
	json_decref(ctx->conditions);
	json_decref(ctx->topology);
	counting_clear(&ctx->counting);
}

static void set_reason(struct bench_ctx *ctx, const char *fmt, va_list args)
{
	vsnprintf(ctx->reason, sizeof(ctx->reason), fmt, args);
}

int bench_skip(struct bench_ctx *ctx, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_reason(ctx, fmt, args);
	va_end(args);
	return BENCH_SKIP;
}

int bench_fail(struct bench_ctx *ctx, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_reason(ctx, fmt, args);
	va_end(args);
	return err ? -abs(err) : -EPROTO;
}

const struct bench *bench_self(const struct bench_ctx *ctx)
{
	return ctx->id->bench;
}

void bench_set_state(struct bench_ctx *ctx, void *state)
{
	ctx->state = state;
}

void *bench_state(const struct bench_ctx *ctx)
{
	return ctx->state;
}

const char *bench_param(const struct bench_ctx *ctx, const char *name)
{
	const struct bench_param *const *params = ctx->id->bench->params;

	for (size_t i = 0; params[i]; i++) {
		if (!strcmp(params[i]->name, name))
			return ctx->id->values[i];
	}
	return NULL;
}

bool bench_param_bool(const struct bench_ctx *ctx, const char *name)
{
	const char *value = bench_param(ctx, name);

	return value && !strcmp(value, "1");
}

uint64_t bench_param_size_bytes(const struct bench_ctx *ctx, const char *name)
{
	const char *value = bench_param(ctx, name);
	char *unit;
	uint64_t size = value ? strtoull(value, &unit, 10) : 0;

	if (!size)
		return 0;
	switch (*unit) {
	case 'g':
		return size << 30;
	case 'm':
		return size << 20;
	case 'k':
		return size << 10;
	default:
		return size;
	}
}

static const struct bench_metric *find_metric(const struct bench_ctx *ctx, const char *name)
{
	for (const struct bench_metric *m = ctx->id->bench->metrics; m->name; m++) {
		if (!strcmp(m->name, name))
			return m;
	}
	return NULL;
}

void bench_sample(struct bench_ctx *ctx, const char *metric, double value)
{
	json_t *list = json_object_get(ctx->samples, metric);

	/* A benchmark that reports what it did not declare is wrong in itself. */
	if (!find_metric(ctx, metric)) {
		fprintf(stderr, "%s: undeclared metric '%s'\n", ctx->id->text, metric);
		abort();
	}
	if (!list) {
		list = json_array();
		json_object_set_new(ctx->samples, metric, list);
	}
	json_array_append_new(list, json_real(value));
}

void bench_fact_number(struct bench_ctx *ctx, const char *name, double value)
{
	bool whole = value == (double)(json_int_t)value;

	json_object_set_new(ctx->facts, name,
			    whole ? json_integer((json_int_t)value) : json_real(value));
}

void bench_fact_string(struct bench_ctx *ctx, const char *name, const char *value)
{
	json_object_set_new(ctx->facts, name, json_string(value));
}

void bench_condition(struct bench_ctx *ctx, const char *name, const char *value)
{
	json_object_set_new(ctx->conditions, name, json_string(value));
}

void bench_not_deterministic(struct bench_ctx *ctx, const char *why)
{
	snprintf(ctx->not_deterministic, sizeof(ctx->not_deterministic), "%s", why);
}

void bench_fact_null(struct bench_ctx *ctx, const char *name)
{
	json_object_set_new(ctx->facts, name, json_null());
}

void bench_counter(struct bench_ctx *ctx, const char *name, double value, const char *per)
{
	json_object_set_new(ctx->counters, name,
			    json_pack("{s:f, s:s}", "value", value, "per", per));
}

static int find_region(struct bench_ctx *ctx, const char *metric, const char *per, int empty)
{
	int i = PINBENCH_REGION_FIRST, end = i + ctx->region_count;

	while (i < end && strcmp(ctx->regions[i].metric, metric))
		i++;
	if (i == PINBENCH_REGIONS) {
		fprintf(stderr, "%s: too many regions\n", ctx->id->text);
		abort();
	}
	if (i == end) {
		ctx->region_count++;
		ctx->regions[i] =
			(struct bench_region){.metric = metric, .per = per, .empty = empty};
	}
	return i;
}

int bench_region(struct bench_ctx *ctx, const char *metric, const char *per)
{
	return find_region(ctx, metric, per, PINBENCH_REGION_OVERHEAD);
}

void bench_region_keep_overhead(struct bench_ctx *ctx, int region)
{
	ctx->regions[region].keeps_overhead = true;
}

int bench_region_in_user_space(struct bench_ctx *ctx, const char *metric, const char *per)
{
	return find_region(ctx, metric, per, PINBENCH_REGION_USER_OVERHEAD);
}

void bench_region_add(struct bench_ctx *ctx, int region, uint64_t calls, uint64_t total,
		      double overhead, uint64_t operations)
{
	struct bench_region *r = &ctx->regions[region];

	r->calls += calls;
	r->total += total;
	r->overhead = overhead;
	r->operations += operations;
}

struct counting *bench_counting(struct bench_ctx *ctx)
{
	return &ctx->counting;
}

int bench_module_fd(const struct bench_ctx *ctx)
{
	return ctx->module_fd;
}

int bench_open_module(struct bench_ctx *ctx)
{
	if (ctx->module_fd >= 0)
		return 0;
	ctx->module_fd = module_open(ctx->reason, sizeof(ctx->reason));
	if (ctx->module_fd < 0)
		return BENCH_SKIP;
	if (module_call_overhead(ctx->module_fd, ctx->counted, &ctx->counting, &ctx->call_overhead))
		return bench_fail(ctx, EPROTO, "the clock's own cost could not be measured");
	bench_fact_number(ctx, "call_overhead", ctx->call_overhead);
	return 0;
}

bool bench_is_counted(const struct bench_ctx *ctx)
{
	return ctx->counted;
}

bool bench_shares_machine(const struct bench_ctx *ctx)
{
	return ctx->shares_machine;
}

double bench_call_overhead(const struct bench_ctx *ctx)
{
	return ctx->call_overhead;
}

const char *bench_scratch_dir(const struct bench_ctx *ctx)
{
	return ctx->scratch_dir;
}

const char *bench_named_device(const struct bench_ctx *ctx, const char *role)
{
	return named_find(ctx->named, role);
}

/* Where nothing was said, those that the process may use. */
static void take_place(const struct bench_ctx *ctx, struct place *ret_place)
{
	place_init(ret_place);
	if (ctx->place && ctx->place->cpu_count)
		*ret_place = *ctx->place;
	else
		place_take_allowed(ret_place);
}

size_t bench_cpu_count(const struct bench_ctx *ctx)
{
	struct place place;

	take_place(ctx, &place);
	return place.cpu_count ? place.cpu_count : 1;
}

int bench_cpu(const struct bench_ctx *ctx, size_t i)
{
	struct place place;

	take_place(ctx, &place);
	return place.cpu_count ? place.cpus[i % place.cpu_count] : 0;
}

void bench_min_effect(struct bench_ctx *ctx, const char *metric, double percent)
{
	ctx->min_effect = (struct bench_min_effect){metric, percent};
}

static json_t *metric_to_json(const struct bench_ctx *ctx, const struct bench_metric *m)
{
	json_t *samples = json_object_get(ctx->samples, m->name), *ret;
	const struct bench_min_effect *own = &ctx->min_effect;
	bool is_own = own->metric && !strcmp(own->metric, m->name);
	double min_effect = is_own ? own->percent : m->min_effect_percent;
	char unit[64];

	if (!samples)
		return NULL;
	if (m->unit)
		snprintf(unit, sizeof(unit), "%s", m->unit);
	else
		snprintf(unit, sizeof(unit), "%s/%s", ctx->counted ? "insn" : "ns", m->per);
	ret = json_pack("{s:s, s:s, s:s, s:b, s:[O]}", "name", m->name, "unit", unit, "better",
			m->higher_is_better ? PB_BETTER_HIGHER : PB_BETTER_LOWER, "primary",
			!m->exploratory, "boots", samples);
	if (min_effect > 0)
		json_object_set_new(ret, "min_effect_percent", json_real(min_effect));
	return ret;
}

static json_t *regions_to_json(const struct bench_ctx *ctx)
{
	json_t *ret = json_array();

	for (int n = 0; n < ctx->region_count; n++) {
		int i = PINBENCH_REGION_FIRST + n;
		const struct bench_region *r = &ctx->regions[i];

		json_array_append_new(ret, json_pack("{s:i, s:i, s:s, s:s, s:I, s:I, s:f, s:I}",
						     "region", i, "empty", r->empty, "metric",
						     r->metric, "per", r->per, "calls",
						     (json_int_t)r->calls, "total",
						     (json_int_t)r->total, "overhead", r->overhead,
						     "operations", (json_int_t)r->operations));
	}
	return ret;
}

json_t *context_to_json(const struct bench_ctx *ctx, const char *outcome)
{
	bool ok = !strcmp(outcome, PB_OUTCOME_OK);
	const struct bench_param *const *params = ctx->id->bench->params;
	json_t *values = json_object(), *metrics = json_array();
	json_t *ret = json_pack("{s:s, s:s, s:o, s:s}", "id", ctx->id->text, "benchmark",
				ctx->id->bench->name, "params", values, "outcome", outcome);

	for (size_t i = 0; params[i]; i++)
		json_object_set_new(values, params[i]->name, json_string(ctx->id->values[i]));
	if (!ok)
		json_object_set_new(ret, "reason", json_string(ctx->reason));
	/* Figures of a case that went wrong are not figures. */
	for (const struct bench_metric *m = ctx->id->bench->metrics; ok && m->name; m++) {
		json_t *metric = metric_to_json(ctx, m);

		if (metric)
			json_array_append_new(metrics, metric);
	}
	json_object_set_new(ret, "metrics", metrics);
	json_object_set(ret, "counters", ctx->counters);
	json_object_set(ret, "facts", ctx->facts);
	if (json_object_size(ctx->conditions))
		json_object_set(ret, PB_CASE_CONDITIONS, ctx->conditions);
	/* A verdict without anybody it is about is none. */
	if (json_array_size(json_object_get(ctx->topology, "nodes")))
		json_object_set(ret, PB_CASE_TOPOLOGY, ctx->topology);
	if (ctx->counted && *ctx->not_deterministic)
		json_object_set_new(ret, PB_CASE_NOT_DETERMINISTIC,
				    json_string(ctx->not_deterministic));
	if (ok && ctx->counted)
		json_object_set_new(ret, PB_EVENT_REGIONS, regions_to_json(ctx));
	return ret;
}
