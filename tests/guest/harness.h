/* Running the built pinbench as a user does, and looking at what it left. */
#ifndef PINBENCH_TESTS_HARNESS_H
#define PINBENCH_TESTS_HARNESS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <glib.h>
#include <jansson.h>
#include <sys/types.h>

struct outcome {
	int status; /* exit status, or 128 + signal */
	char *out;
	char *err;
	double seconds;
};
void outcome_clear(struct outcome *o);

/* Runs pinbench with these arguments (NULL ends them) and waits. */
struct outcome pinbench(const char *first, ...) G_GNUC_NULL_TERMINATED;
/* The same with @environment ("NAME=value") changed. */
struct outcome pinbench_with(const char *environment, const char *first,
			     ...) G_GNUC_NULL_TERMINATED;
/* Starts it and does not wait; finish with pinbench_wait(). */
struct running {
	pid_t pid;
	char *out_path;
	char *err_path;
	gint64 begin;
};
struct running pinbench_start(const char *environment, const char *const *arguments);
struct outcome pinbench_wait(struct running *running);

/* A folder for the results of one test, removed by forget(). */
char *scratch(const char *name);
void forget(char *directory);

/* result.json of a directory; the test fails if it is not there. */
json_t *load_result(const char *directory);
/* Its cases as text: equal cases are equal bytes. */
char *cases_text(const char *directory);
/*
 * The result of these cases on @kernel, side by side where @jobs is more than "1". The test fails
 * if pinbench does.
 */
json_t *measure_cases(const char *kernel, const char *jobs, const char *const *ids, size_t count);
/* The case of this id, borrowed, or NULL. */
const json_t *find_case(const json_t *result, const char *id);
const char *text_at(const json_t *object, const char *key);
/* The median of a case's metric; the test fails if it has none. */
double median_of(const json_t *one, const char *metric);
/* A fact that is a number; without it the test fails. */
double fact_of(const json_t *one, const char *name);
/* The same of a result's case. */
double figure_in(const json_t *result, const char *id, const char *metric);
double fact_in(const json_t *result, const char *id, const char *name);
void assert_outcome(const json_t *result, const char *id, const char *outcome);

void assert_status(const struct outcome *o, int status);
void assert_says(const char *text, const char *what);

#endif
