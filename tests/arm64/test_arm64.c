/*
 * Events of a real PMU around measured calls, in an arm64 machine whose emulated processor counts
 * instructions and cycles. Under icount an instruction takes one ns, so that what is counted has
 * to agree with what the clock says of the same calls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lab/util/process.h"
#include "tests/arm64/machine.h"
#include "tests/arm64/packages.h"

#define EXIT_SKIPPED 77

/* Seen: 0.8 %. The clock also sees those who interrupt a call, events of a task do not. */
#define OF_THE_CLOCK_PERCENT 2.0
/* Seen: 0.7 %. Other calls are in other turns. */
#define OF_TURNS_PERCENT 1.5

#define NOP   "\"null/uring_nop\""
#define SHORT NOP ",\"syscall/process_vm_readv\""
#define ALL   "\"null/user\"," SHORT ",\"syscall/vmsplice\",\"syscall/mlock\""
#define PLAN(repetitions, events, cases)                                                \
	"{\"evidence\":\"timed\",\"repetitions\":" repetitions ",\"counters\":[" events \
	"],\"cases\":[" cases "]}"

/* The processor has seven counters, of which one counts nothing but cycles. */
#define TWO_EVENTS  "\"instructions\",\"cycles\""
#define FOUR_EVENTS TWO_EVENTS ",\"INST_RETIRED\",\"CPU_CYCLES\""
#define EIGHT_EVENTS                                                           \
	FOUR_EVENTS ",\"armv8_pmuv3/inst_retired/\",\"armv8_pmuv3/event=8/\"," \
		    "\"armv8_pmuv3/cpu_cycles/\",\"armv8_pmuv3/event=0x11/\""
enum plan {
	TWO,
	UNKNOWN_HERE,
	FOUR,
	EIGHT,
	MANY,
};

/* One machine boots for the first two, another for the others. */
static const char *const plans[] = {
	[TWO] = PLAN("3", TWO_EVENTS ",\"page-faults\"", ALL),
	[UNKNOWN_HERE] =
		PLAN("1", "\"instructions:u\",\"branch-misses\",\"dTLB-load-misses\"", NOP),
	NULL,
};
/* By plan; and those of a second machine, that was booted for the first two again. */
static json_t *events, *again;

static const json_t *event_of(const json_t *all, enum plan plan, const char *name, size_t number)
{
	const json_t *event;
	size_t i;

	json_array_foreach (json_array_get(all, plan), i, event) {
		if (!g_strcmp0(json_string_value(json_object_get(event, "event")), name) &&
		    !number--)
			return event;
	}
	return NULL;
}

static const json_t *case_of(enum plan plan, const char *benchmark)
{
	const json_t *event, *one;

	for (size_t i = 0; (event = event_of(events, plan, "case", i)); i++) {
		one = json_object_get(event, "case");
		if (strcmp(json_string_value(json_object_get(one, "benchmark")), benchmark))
			continue;
		assert_string_equal(json_string_value(json_object_get(one, "outcome")), "ok");
		return one;
	}
	fail_msg("no case of %s", benchmark);
	return NULL;
}

static const json_t *counter(const json_t *one, const char *metric, const char *event)
{
	g_autofree char *name = g_strconcat(metric, ".", event, NULL);

	return json_object_get(json_object_get(json_object_get(one, "counters"), name), "value");
}

static double counted(const json_t *one, const char *metric, const char *event)
{
	const json_t *value = counter(one, metric, event);

	if (!value)
		fail_msg("%s has no %s.%s", json_string_value(json_object_get(one, "id")), metric,
			 event);
	return json_number_value(value);
}

static double half(const json_t *one, const char *metric, const char *event, const char *side)
{
	g_autofree char *name = g_strconcat(event, side, NULL);

	return counted(one, metric, name);
}

static const json_t *fact(const json_t *one, const char *name)
{
	return json_object_get(json_object_get(one, "facts"), name);
}

static double number(const json_t *one, const char *name)
{
	const json_t *value = fact(one, name);

	if (!json_is_number(value))
		fail_msg("%s has no fact %s", json_string_value(json_object_get(one, "id")), name);
	return json_number_value(value);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* In ns: the median of the repetitions. */
static double timed(const json_t *one, const char *metric)
{
	const json_t *m;
	size_t i;

	json_array_foreach (json_object_get(one, "metrics"), i, m) {
		const json_t *samples = json_array_get(json_object_get(m, "boots"), 0);
		double values[3];

		if (strcmp(json_string_value(json_object_get(m, "name")), metric))
			continue;
		assert_int_equal(json_array_size(samples), 3);
		for (size_t j = 0; j < 3; j++)
			values[j] = json_number_value(json_array_get(samples, j));
		qsort(values, 3, sizeof(values[0]), compare);
		return values[1];
	}
	fail_msg("no metric %s", metric);
	return 0;
}

static void near(const char *what, double value, double wanted, double percent)
{
	double off = 100 * (value / wanted - 1);

	print_message("    %-44s %12.4f against %12.4f: %+.3f %%\n", what, value, wanted, off);
	if (!(fabs(off) <= percent))
		fail_msg("%s: %.10g, and %.10g was wanted, which is off by %.3f %%", what, value,
			 wanted, off);
}

/* What is measured, beside the harness itself. */
static const struct figure {
	const char *benchmark;
	const char *metric;
} figures[] = {
	{"null/uring_nop", "nop"},	  {"syscall/process_vm_readv", "read"},
	{"syscall/vmsplice", "vmsplice"}, {"syscall/vmsplice", "drain"},
	{"syscall/mlock", "lock"},	  {"syscall/mlock", "unlock"},
};

#define FIGURES	      G_N_ELEMENTS(figures)
#define SHORT_FIGURES 2 /* those of SHORT */

static void is_told(const json_t *list, const char *name, const char *key, const char *wanted)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		const char *text = json_string_value(json_object_get(one, key));

		if (strcmp(json_string_value(json_object_get(one, "name")), name))
			continue;
		if (!strstr(text, wanted))
			fail_msg("%s: %s is '%s', without '%s'", name, key, text, wanted);
		return;
	}
	fail_msg("nothing is said of %s", name);
}

static const json_t *perf_of(enum plan plan)
{
	const json_t *environment = event_of(events, plan, "environment", 0);

	assert_string_equal(json_string_value(json_object_get(environment, "architecture")),
			    "aarch64");
	return json_object_get(environment, "perf");
}

static void the_processor_counts_both_sides(void **state)
{
	static const char *const names[] = {"instructions", "instructions:u", "instructions:k",
					    "cycles",	    "cycles:u",	      "cycles:k"};
	const json_t *perf = perf_of(TWO), *list = json_object_get(perf, "counted");

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		is_told(list, names[i], "kind", "hardware");
	is_told(list, "page-faults", "kind", "software");
	assert_int_equal(json_array_size(json_object_get(perf, "unavailable")), 0);
}

static void what_it_cannot_count_is_said_once(void **state)
{
	const json_t *perf = perf_of(UNKNOWN_HERE), *list = json_object_get(perf, "unavailable");

	assert_int_equal(json_array_size(list), 2);
	is_told(list, "branch-misses", "reason", "no PMU of this machine counts it");
	is_told(list, "dTLB-load-misses", "reason", "no PMU of this machine counts it");
	is_told(json_object_get(perf, "counted"), "instructions:u", "kind", "hardware");
	assert_true(counted(case_of(UNKNOWN_HERE, "null/uring_nop"), "nop", "instructions:u") > 0);
}

static void both_sides_are_all(void **state)
{
	static const char *const names[] = {"instructions", "cycles"};

	for (size_t i = 0; i < FIGURES; i++) {
		const json_t *one = case_of(TWO, figures[i].benchmark);

		for (size_t j = 0; j < G_N_ELEMENTS(names); j++) {
			double user = half(one, figures[i].metric, names[j], ":u");
			double kernel = half(one, figures[i].metric, names[j], ":k");
			double all = counted(one, figures[i].metric, names[j]);

			assert_true(user > 0);
			/* These are all system calls. */
			assert_true(kernel > 50 * user);
			assert_true(fabs(user + kernel - all) < 1e-6 * all);
		}
	}
}

static void instructions_are_the_nanoseconds(void **state)
{
	for (size_t i = 0; i < FIGURES; i++) {
		const json_t *one = case_of(TWO, figures[i].benchmark);

		near(figures[i].metric, counted(one, figures[i].metric, "instructions"),
		     timed(one, figures[i].metric), OF_THE_CLOCK_PERCENT);
	}
}

/* One cycle is one ns of a machine that executes one instruction in each. */
static void each_cycle_is_an_instruction(void **state)
{
	for (size_t i = 0; i < FIGURES; i++) {
		const json_t *one = case_of(TWO, figures[i].benchmark);
		double ipc = counted(one, figures[i].metric, "ipc");

		assert_true(fabs(ipc - 1) < 1e-3);
		assert_int_equal(counted(one, figures[i].metric, "page-faults"), 0);
	}
}

/* To the last digit: the machine is the same, and each of its events is. */
static void two_machines_count_the_same(void **state)
{
	for (size_t i = 0; i < json_array_size(json_array_get(events, TWO)); i++) {
		const json_t *one = event_of(events, TWO, "case", i);
		const json_t *other = event_of(again, TWO, "case", i);

		assert_int_equal(!one, !other);
		if (one && !json_equal((json_t *)one, (json_t *)other)) {
			g_autofree char *a = json_dumps(one, 0), *b = json_dumps(other, 0);

			fail_msg("once it was\n%s\nand then\n%s", a, b);
		}
	}
	assert_non_null(event_of(again, TWO, "case", G_N_ELEMENTS(figures) - 2));
}

/* null/user says what the harness costs; the same is taken off each call elsewhere. */
static void what_the_harness_costs_is_taken_off(void **state)
{
	const json_t *null = case_of(TWO, "null/user");

	for (size_t i = 0; i < FIGURES; i++) {
		const json_t *one = case_of(TWO, figures[i].benchmark);

		near("empty call: user", number(one, "empty_user_call.instructions:u"),
		     counted(null, "call", "instructions:u"), 0.1);
		near("empty call: kernel", number(one, "empty_user_call.instructions:k"),
		     counted(null, "call", "instructions:k"), 0.5);
	}
}

static void two_events_take_no_turns(void **state)
{
	for (size_t i = 0; i < FIGURES; i++) {
		const json_t *one = case_of(TWO, figures[i].benchmark);

		assert_true(number(one, "counters_running_percent") == 100);
		assert_null(fact(one, "counters_running_percent.group1"));
	}
}

/* @groups that count in as many calls each, within what is left over of an uneven number. */
static void took_turns(const json_t *one, size_t groups)
{
	for (size_t i = 1; i <= groups; i++) {
		g_autofree char *name = g_strdup_printf("counters_running_percent.group%zu", i);
		double percent = number(one, name);

		assert_true(fabs(percent - 100.0 / (double)groups) < 5);
		assert_true(number(one, "counters_running_percent") <= percent);
	}
	assert_null(fact(one, "counters_running_percent.group0"));
}

/* @names count what plan TWO counted, by other names and in other groups, in the first figures. */
static void agree(enum plan plan, size_t count, const char *const *names)
{
	for (size_t i = 0; i < count; i++) {
		const json_t *truth = case_of(TWO, figures[i].benchmark);
		const json_t *one = case_of(plan, figures[i].benchmark);
		const char *metric = figures[i].metric;

		for (size_t j = 0; names[j]; j++) {
			g_autofree char *what = g_strconcat(metric, ".", names[j], NULL);

			near(what, counted(one, metric, names[j]),
			     counted(truth, metric, "instructions"), OF_TURNS_PERCENT);
		}
	}
}

static void four_events_are_two_groups(void **state)
{
	static const char *const names[] = {"instructions", "cycles", "INST_RETIRED", "CPU_CYCLES",
					    NULL};

	for (size_t i = 0; i < FIGURES; i++)
		took_turns(case_of(FOUR, figures[i].benchmark), 2);
	agree(FOUR, FIGURES, names);
}

static void eight_events_are_three_groups(void **state)
{
	static const char *const names[] = {"instructions",
					    "cycles",
					    "INST_RETIRED",
					    "CPU_CYCLES",
					    "armv8_pmuv3/inst_retired/",
					    "armv8_pmuv3/event=8/",
					    "armv8_pmuv3/cpu_cycles/",
					    "armv8_pmuv3/event=0x11/",
					    NULL};

	for (size_t i = 0; i < SHORT_FIGURES; i++)
		took_turns(case_of(EIGHT, figures[i].benchmark), 3);
	agree(EIGHT, SHORT_FIGURES, names);
	/* What user space does in a call is the same in every call. */
	assert_true(half(case_of(EIGHT, "null/uring_nop"), "nop", "INST_RETIRED", ":u") ==
		    half(case_of(TWO, "null/uring_nop"), "nop", "instructions", ":u"));
}

static void what_counts_too_seldom_is_left_out(void **state)
{
	const json_t *one = case_of(MANY, "null/uring_nop");
	const json_t *why = fact(one, "not_counted.armv8_pmuv3/event=0x8/:u");

	assert_null(counter(one, "nop", "armv8_pmuv3/event=0x8/"));
	assert_null(counter(one, "nop", "armv8_pmuv3/event=0x8/:u"));
	assert_true(json_is_string(why));
	assert_non_null(strstr(json_string_value(why), "less than 20 %"));
	assert_true(number(one, "counters_running_percent") < 20);
	/* Those of the kernel take no turns. */
	assert_true(counted(one, "nop", "cpu-clock") > 0);
}

/* The same event by so many names: six groups, of which each is on in a sixth of the calls. */
static char *plan_of_many(void)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (int digits = 1; digits <= 16; digits++)
		g_string_append_printf(names, "%s\"armv8_pmuv3/event=0x%0*x/\"",
				       digits > 1 ? "," : "", digits, 8);
	return g_strdup_printf(PLAN("3", "%s", NOP), names->str);
}

static int run_all(const char *root, GError **ret_error)
{
	g_autofree char *many = plan_of_many();
	const char *const turning_plans[] = {PLAN("3", FOUR_EVENTS, ALL),
					     PLAN("3", EIGHT_EVENTS, SHORT), many, NULL};
	struct arm64_machine machine;
	json_t *turning = NULL;
	int r = arm64_machine_build(root, &machine, ret_error);

	if (!r)
		r = arm64_machine_run(&machine, plans, &events, ret_error);
	if (!r)
		r = arm64_machine_run(&machine, plans, &again, ret_error);
	if (!r)
		r = arm64_machine_run(&machine, turning_plans, &turning, ret_error);
	if (!r)
		json_array_extend(events, turning);
	json_decref(turning);
	arm64_machine_clear(&machine);
	return r;
}

static int failed(GError *error, int status)
{
	fprintf(stderr, "%s%s\n", status == EXIT_SKIPPED ? "skipped: " : "", error->message);
	g_error_free(error);
	return status;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_processor_counts_both_sides),
		cmocka_unit_test(what_it_cannot_count_is_said_once),
		cmocka_unit_test(both_sides_are_all),
		cmocka_unit_test(instructions_are_the_nanoseconds),
		cmocka_unit_test(each_cycle_is_an_instruction),
		cmocka_unit_test(two_machines_count_the_same),
		cmocka_unit_test(what_the_harness_costs_is_taken_off),
		cmocka_unit_test(two_events_take_no_turns),
		cmocka_unit_test(four_events_are_two_groups),
		cmocka_unit_test(eight_events_are_three_groups),
		cmocka_unit_test(what_counts_too_seldom_is_left_out),
	};
	g_autofree char *root = NULL;
	GError *error = NULL;
	int r;

	pb_signals_install();
	r = arm64_packages(NULL, &root, &error);
	if (r)
		return failed(error, r == -ENOENT ? EXIT_SKIPPED : EXIT_FAILURE);
	if (run_all(root, &error))
		return failed(error, EXIT_FAILURE);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	json_decref(events);
	json_decref(again);
	return r;
}
