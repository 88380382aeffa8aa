/* Events of perf: by name, in groups, around measured calls. What is counted is counted for real.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/core/context.h"
#include "bench/core/counters/report.h"
#include "bench/core/crew.h"
#include "bench/core/runner.h"

#define PAGES	    64
#define CALLS	    8
#define ALL	    (PAGES * CALLS)
#define ROUNDING    1e-12
#define FAULT_POINT "exceptions:page_fault_user"

static struct case_id id;

/* Memory that nobody has touched; each call touches PAGES of it. */
struct touching {
	char *next;
	long page_bytes;
};

static int any_case(void **state)
{
	char why[256];

	return case_id_parse(bench_table[0]->name, &id, why, sizeof(why));
}

/* A sanitizer touches memory of its own, in what lies around the call as well. */
#ifdef __SANITIZE_ADDRESS__
#define OF_OTHERS 0.1
#else
#define OF_OTHERS 0
#endif

static int __attribute__((no_sanitize("address"))) touch(void *context)
{
	struct touching *t = context;

	for (int i = 0; i < PAGES; i++, t->next += t->page_bytes)
		*(volatile char *)t->next = 1;
	return 0;
}

static int idle(void *context)
{
	return 0;
}

static struct touching untouched(void)
{
	struct touching t = {.page_bytes = sysconf(_SC_PAGESIZE)};
	size_t bytes = (size_t)(t.page_bytes * ALL);

	t.next = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(t.next, MAP_FAILED);
	assert_int_equal(madvise(t.next, bytes, MADV_NOHUGEPAGE), 0);
	return t;
}

/* The events of a plan's "counters": a list as JSON, in single quotes. */
static int read_list(const char *list, struct counters *ret_counters, char *ret_why, size_t bytes)
{
	char text[512];
	json_t *names;
	int err;

	snprintf(text, sizeof(text), "%s", list);
	for (char *at = text; (at = strchr(at, '\''));)
		*at = '"';
	names = json_loads(text, JSON_DECODE_ANY, NULL);
	assert_non_null(names);
	*ret_why = '\0';
	err = counters_read(names, ret_counters, ret_why, bytes);
	json_decref(names);
	return err;
}

static void wanted(const char *list, struct counters *ret_counters)
{
	char why[1024];

	if (read_list(list, ret_counters, why, sizeof(why)))
		fail_msg("%s", why);
}

static const json_t *find(const json_t *list, const char *name)
{
	const json_t *one, *found = NULL;
	size_t i;

	json_array_foreach (list, i, one) {
		if (strcmp(json_string_value(json_object_get(one, "name")), name))
			continue;
		assert_null(found);
		found = one;
	}
	return found;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	assert_non_null(text);
	return text;
}

static double value_of(const struct bench_ctx *ctx, const char *counter)
{
	const json_t *value = json_object_get(json_object_get(ctx->counters, counter), "value");

	if (!value)
		fail_msg("no counter %s", counter);
	return json_number_value(value);
}

/* What empty calls fault in, which is a sanitizer's doing, is taken off each call, so off its
 * pages. */
static double taken_off(const struct bench_ctx *ctx, const char *counter)
{
	char name[128];

	snprintf(name, sizeof(name), "empty_user_call%s", strchr(counter, '.'));

	return json_number_value(json_object_get(ctx->facts, name)) / PAGES;
}

/* For each page, to the fault. */
static void expect_faults(const struct bench_ctx *ctx, const char *counter, double wanted)
{
	double value = value_of(ctx, counter);
	double least = fmax(wanted - taken_off(ctx, counter), 0);

	if (value < least * (1 - ROUNDING) || value > wanted + OF_OTHERS)
		fail_msg("%s: %.10g, wanted %.10g", counter, value, wanted);
}

static void measure(struct bench_ctx *ctx, struct durations *d, measured_call call, void *context)
{
	uint64_t last_ns = 0;

	assert_int_equal(measure_call(d, false, &last_ns, call, context), 0);
}

static void durations_of(struct bench_ctx *ctx, const char *metric, struct durations *ret)
{
	assert_int_equal(durations_init(ret, CALLS + 1), 0);
	ret->region = bench_region_in_user_space(ctx, metric, "page");
	ret->counting = bench_counting(ctx);
}

/* Two regions in turns, of which one faults pages and the other does nothing. */
static void measure_both(struct bench_ctx *ctx, const struct counters *counters)
{
	struct touching t = untouched(), rehearsed = untouched();
	struct durations touched, idled;
	double overhead;

	/* Its code is faulted in as well. */
	touch(&rehearsed);

	assert_int_equal(context_init(ctx, &id, false, "/tmp"), 0);
	assert_int_equal(counting_init(&ctx->counting, counters), 0);
	assert_int_equal(measure_overhead(false, &ctx->counting, &overhead), 0);
	durations_of(ctx, "touch", &touched);
	durations_of(ctx, "idle", &idled);
	for (int i = 0; i < CALLS; i++) {
		measure(ctx, &touched, touch, &t);
		measure(ctx, &idled, idle, NULL);
	}
	bench_region_add(ctx, touched.region, CALLS, durations_sum(&touched), overhead, ALL);
	bench_region_add(ctx, idled.region, CALLS, durations_sum(&idled), overhead, CALLS);
	counters_report(ctx);
	durations_free(&touched);
	durations_free(&idled);
}

/* Who is not root may be kept from it, and is told so. */
static bool is_counted(const struct counters *counters, const char *name)
{
	const json_t *gap = find(counters->unavailable, name);

	if (!gap)
		return true;
	assert_non_null(strstr(text_of(gap, "reason"), "perf_event_paranoid"));
	assert_true(geteuid() != 0);
	return false;
}

static void faults_are_those_of_the_region(void **state)
{
	struct counters counters;
	struct bench_ctx ctx;

	wanted("['page-faults']", &counters);
	if (!is_counted(&counters, "page-faults")) {
		counters_free(&counters);
		return;
	}
	measure_both(&ctx, &counters);
	expect_faults(&ctx, "touch.page-faults", 1);
	expect_faults(&ctx, "idle.page-faults", 0);
	assert_true(value_of(&ctx, "touch.cpu-clock") > 0);
	assert_true(value_of(&ctx, "touch.cpu-clock") < 1e6);
	assert_non_null(json_object_get(ctx.facts, "empty_user_call.cpu-clock"));
	assert_true(json_number_value(json_object_get(ctx.facts, "counters_running_percent")) ==
		    100);
	context_clear(&ctx);
	counters_free(&counters);
}

static long mounts(void)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	long lines = 0;
	int letter;

	assert_non_null(file);
	while ((letter = fgetc(file)) != EOF)
		lines += letter == '\n';
	fclose(file);
	return lines;
}

static void tracepoints_are_counted_or_it_says_why_not(void **state)
{
#ifdef __x86_64__
	const json_t *gap;
	struct counters counters;
	struct bench_ctx ctx;
	long before = mounts();

	wanted("['" FAULT_POINT "']", &counters);
	assert_int_equal(mounts(), before);
	gap = find(counters.unavailable, FAULT_POINT);
	if (gap) {
		assert_true(strstr(text_of(gap, "reason"), "tracefs") ||
			    strstr(text_of(gap, "reason"), "perf_event_paranoid"));
		assert_true(geteuid() != 0);
	} else {
		measure_both(&ctx, &counters);
		expect_faults(&ctx, "touch." FAULT_POINT, 1);
		expect_faults(&ctx, "idle." FAULT_POINT, 0);
		context_clear(&ctx);
	}
	counters_free(&counters);
#else
	skip(); /* the tracepoint is x86's */
#endif
}

/* A child's calls are counted by events of its own. */
static void a_crew_is_counted(void **state)
{
	static const struct operation_metrics names = OPERATION_NAMES("touch", "page");
	struct touching t = untouched();
	struct counters counters;
	struct crew crew = {0};
	struct operation op;
	struct bench_ctx ctx;

	wanted("[]", &counters);
	if (!is_counted(&counters, "page-faults")) {
		counters_free(&counters);
		return;
	}
	assert_int_equal(context_init(&ctx, &id, false, "/tmp"), 0);
	assert_int_equal(counting_init(&ctx.counting, &counters), 0);
	assert_int_equal(operation_init(&ctx, &names, CALLS, &op), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(crew_add(&ctx, &crew, idle, &t), 0);
	assert_int_equal(crew_call(&ctx, &crew, &op, touch, PAGES), 0);
	bench_region_add(&ctx, op.durations.region, op.durations.count, 1, 0, op.done);
	counters_report(&ctx);
	assert_true(value_of(&ctx, "touch.page-faults") >= 1);
	/* Besides the pages a new process has its own stack and code to fault in. */
	assert_true(value_of(&ctx, "touch.page-faults") < 1.25);
	crew_drop(&crew);
	operation_free(&op);
	context_clear(&ctx);
	counters_free(&counters);
}

static void other_calls_than_those_of_the_figure_are_left_out(void **state)
{
	struct counters counters;
	struct durations d;
	struct bench_ctx ctx;

	wanted("[]", &counters);
	assert_int_equal(context_init(&ctx, &id, false, "/tmp"), 0);
	assert_int_equal(counting_init(&ctx.counting, &counters), 0);
	durations_of(&ctx, "idle", &d);
	measure(&ctx, &d, idle, NULL);
	measure(&ctx, &d, idle, NULL);
	bench_region_add(&ctx, d.region, 1, 1, 0, 1);
	counters_report(&ctx);
	assert_null(json_object_get(ctx.counters, "idle.page-faults"));
	assert_non_null(strstr(text_of(ctx.facts, "not_counted.idle"), "2 calls, and 1"));
	durations_free(&d);
	context_clear(&ctx);
	counters_free(&counters);
}

static void without_counters_nothing_is_opened(void **state)
{
	struct bench_ctx ctx;
	struct durations d;

	assert_int_equal(context_init(&ctx, &id, false, "/tmp"), 0);
	durations_of(&ctx, "idle", &d);
	assert_null(counting_set(d.counting, d.region));
	assert_int_equal(durations_request(&d, false).nr_counters, 0);
	counters_report(&ctx);
	assert_int_equal(json_object_size(ctx.counters), 0);
	assert_int_equal(json_object_size(ctx.facts), 0);
	durations_free(&d);
	context_clear(&ctx);
}

static void the_processor_counts_or_it_is_said_once(void **state)
{
	struct counters counters;
	const json_t *gap;
	json_t *perf;

	wanted("['instructions','page-faults','instructions']", &counters);
	perf = counters_to_json(&counters);
	gap = find(json_object_get(perf, "unavailable"), "instructions");
	if (gap) {
		assert_true(strlen(text_of(gap, "reason")) > 10);
		assert_null(find(json_object_get(perf, "counted"), "instructions"));
		assert_null(find(json_object_get(perf, "counted"), "instructions:u"));
		assert_null(find(json_object_get(perf, "unavailable"), "instructions:u"));
	} else {
		assert_string_equal(
			text_of(find(json_object_get(perf, "counted"), "instructions:u"), "kind"),
			"hardware");
	}
	if (is_counted(&counters, "page-faults"))
		assert_string_equal(
			text_of(find(json_object_get(perf, "counted"), "page-faults"), "kind"),
			"software");
	assert_int_equal(json_array_size(json_object_get(perf, "requested")), 3);
	json_decref(perf);
	counters_free(&counters);
}

static void counted_evidence_has_none(void **state)
{
	struct runner runner = {.out = stderr, .scratch_dir = "/tmp"};
	json_t *plan = json_pack("{s:s, s:i, s:[s], s:[]}", "evidence", "counted", "repetitions", 1,
				 "counters", "page-faults", "cases");
	char why[1024] = "";

	assert_int_equal(runner_run(&runner, plan, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "timed"));
	json_decref(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_those_of_the_region),
		cmocka_unit_test(tracepoints_are_counted_or_it_says_why_not),
		cmocka_unit_test(a_crew_is_counted),
		cmocka_unit_test(other_calls_than_those_of_the_figure_are_left_out),
		cmocka_unit_test(without_counters_nothing_is_opened),
		cmocka_unit_test(the_processor_counts_or_it_is_said_once),
		cmocka_unit_test(counted_evidence_has_none),
	};

	return cmocka_run_group_tests(tests, any_case, NULL);
}
