/* A session: see session.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "pinbench/result.h"
#include "bench/core/session/document.h"
#include "bench/core/session/order.h"
#include "bench/core/session/session.h"
#include "bench/core/steps.h"
#include "bench/core/undo.h"

#define MOST_ROUNDS   1000
#define NS_PER_SECOND 1e9

struct session {
	struct runner *runner;
	const json_t *plan;
	const char *directory;
	struct case_id *ids;
	struct case_id *floor_ids;
	size_t count;
	size_t round_count;
	size_t rounds_done;
	double budget_seconds; /* no round is begun that would end later; 0: none */
	json_t **rounds;
	json_t *starts;
	json_t *environment;
	struct floor floor;
	double sample_insns;
	struct timespec begin;
	char started[32];
};

static void write_time(char *ret_text, size_t bytes, bool with_ms)
{
	char second[24];
	struct timespec now;
	struct tm utc;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(second, sizeof(second), "%Y-%m-%dT%H:%M:%S", &utc);
	if (with_ms)
		snprintf(ret_text, bytes, "%s.%03uZ", second,
			 (unsigned int)(now.tv_nsec / 1000000) % 1000);
	else
		snprintf(ret_text, bytes, "%sZ", second);
}

static double seconds_since(const struct timespec *begin)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - begin->tv_sec) +
	       (double)(now.tv_nsec - begin->tv_nsec) / NS_PER_SECOND;
}

static int save(const struct session *s)
{
	const struct document_inputs in = {
		.runner = s->runner,
		.plan = s->plan,
		.ids = s->ids,
		.count = s->count,
		.rounds = s->rounds,
		.round_count = s->round_count,
		.rounds_done = s->rounds_done,
		.round_starts = s->starts,
		.floor = &s->floor,
		.environment = s->environment,
		.sample_insns = s->sample_insns,
		.wall_seconds = seconds_since(&s->begin),
		.started = s->started,
	};

	return document_write(&in, s->directory);
}

/* What was no success once will be none again, and must not cost the time of the others. */
static bool is_worth_it(const struct session *s, size_t i, size_t round)
{
	const json_t *last = round ? s->rounds[i * s->round_count + round - 1] : NULL;
	const char *outcome = json_string_value(json_object_get(last, "outcome"));

	return !round || (outcome && !strcmp(outcome, PB_OUTCOME_OK));
}

static int run_round(struct session *s, size_t round)
{
	size_t *order = calloc(s->count + 1, sizeof(*order));
	char now[32];

	if (!order)
		return -ENOMEM;
	write_time(now, sizeof(now), true);
	json_array_append_new(s->starts, json_string(now));
	order_draw(order, s->count, (uint32_t)round);
	for (size_t i = 0; i < s->count && !runner_interrupted; i++) {
		size_t one = order[i];

		if (is_worth_it(s, one, round))
			s->rounds[one * s->round_count + round] =
				runner_case(s->runner, &s->ids[one]);
	}
	free(order);
	if (!runner_interrupted)
		s->rounds_done = round + 1;
	return 0;
}

/* By the longest so far; the first is always run. */
static bool has_time(const struct session *s, double longest)
{
	return !s->rounds_done || !s->budget_seconds ||
	       seconds_since(&s->begin) + longest <= s->budget_seconds;
}

static int run_rounds(struct session *s)
{
	double longest = 0;
	int err = 0;

	for (size_t round = 0; !err && round < s->round_count && !runner_interrupted; round++) {
		double begin = seconds_since(&s->begin);

		if (!has_time(s, longest))
			break;
		err = run_round(s, round);
		longest = fmax(longest, seconds_since(&s->begin) - begin);
		if (!err)
			err = save(s);
	}
	return err;
}

static int measure(struct session *s)
{
	int err;

	/* Where nobody may be stepped through it stays unknown. */
	steps_of_sample(&s->sample_insns);
	floor_measure(&s->floor, s->runner);
	err = run_rounds(s);
	/* Of one that was interrupted nothing more is measured, perhaps before anything was. */
	if (!err)
		floor_measure(&s->floor, s->runner);
	return err ? err : save(s);
}

static int read_rounds(struct session *s, char *ret_why, size_t why_bytes)
{
	const json_t *rounds = json_object_get(s->plan, "rounds");
	json_int_t count = rounds ? json_integer_value(rounds) : 1;

	if (count < 1 || count > MOST_ROUNDS) {
		snprintf(ret_why, why_bytes, "the plan's rounds must be from 1 to %d", MOST_ROUNDS);
		return -EINVAL;
	}
	s->round_count = (size_t)count;
	s->budget_seconds = json_number_value(json_object_get(s->plan, "budget_seconds"));
	return 0;
}

static int read_cases(struct session *s, char *ret_why, size_t why_bytes)
{
	const json_t *cases = json_object_get(s->plan, "cases");
	const json_t *floor = json_object_get(s->plan, "floor");
	int err = runner_ids(cases, &s->ids, ret_why, why_bytes);

	if (!err)
		err = runner_ids(floor, &s->floor_ids, ret_why, why_bytes);
	if (err)
		return err;
	s->count = json_array_size(cases);
	s->floor = (struct floor){.ids = s->floor_ids, .count = json_array_size(floor)};
	s->rounds = calloc(s->count * s->round_count + 1, sizeof(*s->rounds));
	return s->rounds ? 0 : -ENOMEM;
}

static int prepare(struct session *s, char *ret_why, size_t why_bytes)
{
	struct runner *r = s->runner;
	int err;

	limits_default(&r->limits);
	r->shares_machine = true;
	err = runner_prepare(r, s->plan, ret_why, why_bytes);
	if (err)
		return err;
	if (r->counted) {
		snprintf(ret_why, why_bytes,
			 "--result is for timed evidence: instructions are counted in a guest");
		return -EINVAL;
	}
	if (!r->place.cpu_count)
		place_take_allowed(&r->place);
	err = read_rounds(s, ret_why, why_bytes);
	return err ? err : read_cases(s, ret_why, why_bytes);
}

static void clear(struct session *s)
{
	for (size_t i = 0; s->rounds && i < s->count * s->round_count; i++)
		json_decref(s->rounds[i]);
	free(s->rounds);
	free(s->ids);
	free(s->floor_ids);
	floor_clear(&s->floor);
	counters_free(&s->runner->counters);
	json_decref(s->starts);
	json_decref(s->environment);
}

static int run(struct session *s, char *ret_why, size_t why_bytes)
{
	int err = 0;

	if (mkdir(s->directory, 0755) && errno != EEXIST)
		err = -errno;
	if (!err)
		err = undo_begin();
	if (!err) {
		err = measure(s);
		undo_end();
	}
	if (err)
		snprintf(ret_why, why_bytes, "%s: the result could not be written: %s",
			 s->directory, strerror(-err));
	return err;
}

int session_run(struct runner *runner, const json_t *plan, const char *directory, char *ret_why,
		size_t why_bytes)
{
	struct session s = {.runner = runner, .plan = plan, .directory = directory};
	int err;

	clock_gettime(CLOCK_MONOTONIC, &s.begin);
	write_time(s.started, sizeof(s.started), false);
	s.starts = json_array();
	err = prepare(&s, ret_why, why_bytes);
	if (!err) {
		s.environment = runner_environment(runner);
		err = run(&s, ret_why, why_bytes);
	}
	clear(&s);
	return err;
}
