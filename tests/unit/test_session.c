/* A session from a plan to its result: round by round, out of time, interrupted, refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pinbench/result.h"
#include "bench/core/session/session.h"

#define MANY_ROUNDS	 1000
#define PATIENCE_SECONDS 60
#define PAUSE_NS	 1000000
/* How a process that ran a session ends. */
#define EXIT_SAVED	 3
#define EXIT_INTERRUPTED 4

static char directory[] = "/tmp/pinbench-unit-XXXXXX";
static char why[512];

static int prepare(void **state)
{
	(void)state;
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static const char *result_path(void)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" PB_RESULT_FILE, directory);
	return path;
}

/* Nothing else is left there. */
static int clean(void **state)
{
	(void)state;
	unlink(result_path());
	return rmdir(directory);
}

/* Small, timed, of as much memory as there is; with @more members. Takes both. */
static json_t *plan_of(const char *cases, json_t *more)
{
	json_t *plan =
		json_pack("{s:s, s:i, s:o, s:{s:i}}", "evidence", PB_EVIDENCE_TIMED, "repetitions",
			  2, "cases", json_loads(cases, 0, NULL), "limits", "memory_bytes", 0);

	json_object_update(plan, more);
	json_decref(more);
	return plan;
}

/* Takes @plan. */
static int run(json_t *plan)
{
	struct runner runner = {.scratch_dir = directory};
	int err;

	*why = '\0';
	err = session_run(&runner, plan, directory, why, sizeof(why));
	json_decref(plan);
	return err;
}

/* NULL: there is none. */
static json_t *result(void)
{
	return json_load_file(result_path(), 0, NULL);
}

/* Free the whole. */
static json_t *at(json_t *root, const char *object, const char *key)
{
	return json_object_get(json_object_get(root, object), key);
}

static json_t *case_of(json_t *root, size_t i)
{
	return json_array_get(json_object_get(root, "cases"), i);
}

static const char *text(json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

/* Each metric of each case has a list of samples a round. */
static void check_rounds(json_t *root, size_t rounds)
{
	json_t *one, *metric;
	size_t i, k;

	assert_int_equal(json_integer_value(at(root, "environment", "boots")), rounds);
	assert_int_equal(json_array_size(at(root, "environment", "boot_starts")), rounds);
	json_array_foreach (json_object_get(root, "cases"), i, one) {
		assert_string_equal(text(one, "outcome"), PB_OUTCOME_OK);
		json_array_foreach (json_object_get(one, "metrics"), k, metric)
			assert_int_equal(json_array_size(json_object_get(metric, "boots")), rounds);
		assert_true(k > 0);
	}
}

static void a_session_has_its_result(void **state)
{
	json_t *root, *environment;

	(void)state;
	assert_int_equal(run(plan_of("[\"null/user\", \"syscall/vmsplice\"]",
				     json_pack("{s:i, s:[s], s:s}", "rounds", 2, "floor",
					       "null/user", "profile", "mine"))),
			 0);
	root = result();
	environment = json_object_get(root, "environment");
	assert_string_equal(text(root, "schema"), PB_RESULT_SCHEMA);
	assert_string_equal(text(environment, "kind"), PB_KIND_NATIVE);
	assert_string_equal(text(environment, "evidence"), PB_EVIDENCE_TIMED);
	assert_string_equal(text(environment, "replicate"), PB_REPLICATE_ROUND);
	assert_string_equal(text(json_object_get(root, "run"), "profile"), "mine");
	assert_true(json_is_false(at(root, "run", "interrupted")));
	assert_int_equal(strlen(text(environment, "boot_id")), 36);
	assert_int_equal(json_array_size(json_object_get(root, "cases")), 2);
	check_rounds(root, 2);
	assert_true(json_is_number(at(environment, "floor", "drift_percent")));
	assert_true(json_array_size(at(environment, "place", "cpus")) > 0);
	assert_int_equal(json_integer_value(at(environment, "limits", "memory_bytes")), 0);
	assert_non_null(at(root, "benchmarks", "null/user"));
	assert_null(at(root, "benchmarks", "null/empty"));
	json_decref(root);
}

/* Without rounds there is one, without a floor none. */
static void a_plan_may_be_short(void **state)
{
	json_t *root;

	(void)state;
	assert_int_equal(run(plan_of("[\"null/user\"]", NULL)), 0);
	root = result();
	check_rounds(root, 1);
	assert_true(json_is_null(at(root, "environment", "floor")) ||
		    !at(root, "environment", "floor"));
	json_decref(root);
}

/* One that cannot be measured here is told of, and does not cost the others their rounds. */
static void a_case_that_does_not_go_well_is_told_of(void **state)
{
	json_t *root, *fails;

	(void)state;
	assert_int_equal(
		run(plan_of("[\"null/user\", \"syscall/mlock\"]",
			    json_pack("{s:i, s:{s:i}}", "rounds", 3, "limits", "memory_bytes", 1))),
		0);
	root = result();
	assert_int_equal(json_integer_value(at(root, "environment", "boots")), 3);
	fails = case_of(root, 1);
	assert_string_not_equal(text(fails, "outcome"), PB_OUTCOME_OK);
	assert_true(*text(fails, "reason"));
	json_decref(root);
}

static void refuse(json_t *plan, const char *word)
{
	assert_int_equal(run(plan), -EINVAL);
	if (!strstr(why, word))
		fail_msg("\"%s\" is not in: %s", word, why);
	assert_null(result());
}

static void a_wrong_plan_is_refused(void **state)
{
	static const char cases[] = "[\"null/user\"]";

	(void)state;
	refuse(plan_of(cases, json_pack("{s:i}", "rounds", 0)), "rounds");
	refuse(plan_of(cases, json_pack("{s:i}", "rounds", MANY_ROUNDS + 1)), "rounds");
	refuse(plan_of(cases, json_pack("{s:s}", "rounds", "3")), "rounds");
	refuse(plan_of(cases, json_pack("{s:s}", "evidence", PB_EVIDENCE_COUNTED)), "guest");
	refuse(plan_of(cases, json_pack("{s:s}", "evidence", "guessed")), "evidence");
	refuse(plan_of(cases, json_pack("{s:i}", "repetitions", 0)), "repetitions");
	refuse(plan_of(cases, json_pack("{s:[s]}", "floor", "null/nothing")), "'null/nothing'");
	refuse(plan_of("[\"null/user\", \"gup/pin[batch=17]\"]", NULL), "'gup/pin[batch=17]'");
	refuse(plan_of(cases, json_pack("{s:{s:[i]}}", "place", "cpus", 99999)), "place.cpus[0]");
	refuse(plan_of(cases, json_pack("{s:{s:i}}", "limits", "seconds", -1)), "limits.seconds");
}

static void a_result_that_cannot_be_written_is_told_of(void **state)
{
	struct runner runner = {.scratch_dir = directory};
	json_t *plan = plan_of("[\"null/user\"]", NULL);

	(void)state;
	assert_int_equal(session_run(&runner, plan, "/proc/pinbench", why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, "/proc/pinbench"));
	json_decref(plan);
}

static size_t rounds_within(double budget_seconds)
{
	json_t *root;
	size_t rounds;

	assert_int_equal(
		run(plan_of("[\"null/user\"]", json_pack("{s:i, s:f}", "rounds", MANY_ROUNDS,
							 "budget_seconds", budget_seconds))),
		0);
	root = result();
	rounds = (size_t)json_integer_value(at(root, "environment", "boots"));
	check_rounds(root, rounds);
	/* It is an end like any other. */
	assert_true(json_is_false(at(root, "run", "interrupted")));
	json_decref(root);
	return rounds;
}

static void a_budget_ends_it_early(void **state)
{
	size_t rounds = 1;

	(void)state;
	assert_int_equal(rounds_within(1e-6), 1);
	/* On a machine that is very busy there may be no second in the first of them. */
	for (double budget_seconds = 1; rounds == 1 && budget_seconds < 60; budget_seconds *= 4)
		rounds = rounds_within(budget_seconds);
	assert_true(rounds > 1 && rounds < MANY_ROUNDS);
}

/* Interrupted. */

static void note_interrupt(int number)
{
	runner_interrupted = number;
}

/* A session in a process of its own, interrupted as the agent is. Takes @plan. */
static pid_t start(json_t *plan, bool at_once)
{
	pid_t child = fork();

	if (!child) {
		const struct sigaction action = {.sa_handler = note_interrupt};

		sigaction(SIGTERM, &action, NULL);
		if (at_once)
			raise(SIGTERM);
		if (run(plan))
			_exit(EXIT_FAILURE);
		_exit(runner_interrupted ? EXIT_INTERRUPTED : EXIT_SAVED);
	}
	json_decref(plan);
	assert_true(child > 0);
	return child;
}

/* Until the result has so many rounds. */
static void await_rounds(json_int_t rounds)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	time_t limit = time(NULL) + PATIENCE_SECONDS;
	json_int_t done = 0;

	while (done < rounds) {
		json_t *root = result();

		done = json_integer_value(at(root, "environment", "boots"));
		json_decref(root);
		assert_true(time(NULL) < limit);
		nanosleep(&pause, NULL);
	}
}

static json_t *result_of_interrupted(pid_t child)
{
	json_t *root;
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_INTERRUPTED);
	root = result();
	assert_non_null(root);
	assert_true(json_is_true(at(root, "run", "interrupted")));
	return root;
}

static void finished_rounds_stay(void **state)
{
	pid_t child = start(
		plan_of("[\"null/user\", \"syscall/vmsplice\"]",
			json_pack("{s:i, s:[s]}", "rounds", MANY_ROUNDS, "floor", "null/user")),
		false);
	json_t *root;
	size_t rounds;

	(void)state;
	await_rounds(2);
	kill(child, SIGTERM);
	root = result_of_interrupted(child);
	rounds = (size_t)json_integer_value(at(root, "environment", "boots"));
	assert_true(rounds >= 2 && rounds < MANY_ROUNDS);
	check_rounds(root, rounds);
	assert_true(
		json_is_null(at(json_object_get(root, "environment"), "floor", "drift_percent")));
	json_decref(root);
}

/* Who asks for it before the first round is told so, case by case. */
static void nothing_measured_is_a_result(void **state)
{
	json_t *root = result_of_interrupted(start(
		plan_of("[\"null/user\"]", json_pack("{s:[s]}", "floor", "null/user")), true));

	(void)state;
	assert_string_equal(text(case_of(root, 0), "outcome"), PB_OUTCOME_FAIL);
	assert_non_null(strstr(text(case_of(root, 0), "reason"), "interrupted"));
	json_decref(root);
}

/* All is measured then, but for what would show whether the machine drifted. */
static void in_the_last_floor_it_is_interrupted_too(void **state)
{
	json_t *more = json_pack("{s:o}", "floor", json_array());
	json_t *root;
	pid_t child;

	(void)state;
	/* Long enough to be met in it. */
	for (int i = 0; i < 10; i++)
		json_array_append_new(json_object_get(more, "floor"),
				      json_string("syscall/vmsplice"));
	child = start(plan_of("[\"null/user\"]", more), false);
	await_rounds(1);
	kill(child, SIGTERM);
	root = result_of_interrupted(child);
	check_rounds(root, 1);
	json_decref(root);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, prepare, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(a_session_has_its_result),
		IN_DIRECTORY(a_plan_may_be_short),
		IN_DIRECTORY(a_case_that_does_not_go_well_is_told_of),
		IN_DIRECTORY(a_wrong_plan_is_refused),
		IN_DIRECTORY(a_result_that_cannot_be_written_is_told_of),
		IN_DIRECTORY(a_budget_ends_it_early),
		IN_DIRECTORY(finished_rounds_stay),
		IN_DIRECTORY(nothing_measured_is_a_result),
		IN_DIRECTORY(in_the_last_floor_it_is_interrupted_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
