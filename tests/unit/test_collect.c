/* From events to cases: what was measured gets through, and what was lost is never just missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lab/guest/pin.h"
#include "lab/run/collect.h"
#include "pinbench/result.h"

#define ID	"fam/one[mode=a,size=1]"
#define CONSOLE "console-1.log"

/* Single quotes stand for double ones in all of these. */
#define ENVIRONMENT "{'event':'environment','release':'6.12','clock_ticks_per_insn':1.0}\n"
#define BEGIN	    "{'event':'case-begin','id':'" ID "'}\n"
#define EXIT	    "{'event':'agent-exit','status':0,'signal':0}\n"
#define CASE_OF(outcome, metrics)                                                \
	"{'id':'" ID "','benchmark':'fam/one','params':{'mode':'a','size':'1'}," \
	"'outcome':" outcome ",'metrics':[" metrics "],"                         \
	"'counters':{'pins':{'value':4,'per':'region'}},'facts':{'pages':4}}"
#define METRIC(name, samples)                                                    \
	"{'name':'" name "','unit':'insn/page','better':'lower','primary':true," \
	"'boots':[[" samples "]]}"
#define OK(samples) "{'event':'case','case':" CASE_OF("'ok'", METRIC("pin", samples)) "}\n"
#define SKIP	    "{'event':'case','case':" CASE_OF("'skip','reason':'no such page'", "") "}\n"
#define FAIL	    "{'event':'case','case':" CASE_OF("'fail','reason':'short pin'", "") "}\n"
#define LOST                                                                  \
	"{'event':'case','lost':'agent-crashed','status':11,'case':" CASE_OF( \
		"'fail','reason':'died of signal 11'", "") "}\n"

/* The attempt of a guest that wrote @events and for the rest ended as @end says. */
static struct pb_attempt attempt_end(const char *events, const struct pb_guest_end *end)
{
	struct pb_attempt attempt = {.id = ID};
	g_autofree char *text = g_strdelimit(g_strdup(events), "'", '"');
	struct pb_guest_end whole = *end;

	whole.events = text;
	pb_attempt_fill(&attempt, &whole, CONSOLE);
	return attempt;
}

static struct pb_attempt attempt_of(const char *events)
{
	return attempt_end(events, &(struct pb_guest_end){0});
}

static const char *string_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "(none)";
}

static void check_text(const json_t *object, const char *key, const char *wanted)
{
	assert_string_equal(string_at(object, key), wanted);
}

static void check_has(const json_t *object, const char *key, const char *word)
{
	if (!strstr(string_at(object, key), word))
		fail_msg("\"%s\" is not in %s: %s", word, key, string_at(object, key));
}

/* What docs/result-format.md says of a case without figures. */
static void check_lost_case(const json_t *item, const char *reason)
{
	check_text(item, "id", ID);
	check_text(item, "benchmark", "fam/one");
	check_text(json_object_get(item, "params"), "size", "1");
	check_text(item, "outcome", PB_OUTCOME_FAIL);
	check_has(item, "reason", reason);
	assert_true(json_is_array(json_object_get(item, "metrics")));
	assert_int_equal(json_array_size(json_object_get(item, "metrics")), 0);
	assert_true(json_is_object(json_object_get(item, "counters")));
	assert_true(json_is_object(json_object_get(item, "facts")));
}

static void check_crash(struct pb_attempt *attempt, const char *detail)
{
	json_t *item = pb_collect_case(attempt, 1);

	assert_non_null(attempt->failure);
	check_text(attempt->failure, "kind", PB_FAILURE_AGENT);
	check_text(attempt->failure, "case", ID);
	check_text(attempt->failure, "console", CONSOLE);
	check_has(attempt->failure, "detail", detail);
	assert_true(json_is_array(json_object_get(attempt->failure, "tail")));
	check_lost_case(item, PB_FAILURE_AGENT ": ");
	check_lost_case(item, detail);
	json_decref(item);
	pb_attempt_clear(attempt);
}

static void a_good_case(void **state)
{
	struct pb_attempt attempt = attempt_of(ENVIRONMENT BEGIN OK("7, 5, 6") EXIT);
	json_t *item = pb_collect_case(&attempt, 1);
	const json_t *metric = json_array_get(json_object_get(item, "metrics"), 0);

	(void)state;
	assert_null(attempt.failure);
	check_text(attempt.environment, "release", "6.12");
	check_text(item, "id", ID);
	check_text(item, "outcome", PB_OUTCOME_OK);
	assert_null(json_object_get(item, "reason"));
	assert_int_equal(json_array_size(json_object_get(metric, "boots")), 1);
	assert_true(json_number_value(json_object_get(metric, "median")) == 6);
	assert_true(json_number_value(json_object_get(metric, "min")) == 5);
	assert_true(json_number_value(json_object_get(metric, "max")) == 7);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(item, "facts"), "pages")), 4);
	/* What the attempt holds stays as the agent wrote it: it is read again for each report. */
	metric = json_array_get(json_object_get(attempt.measured, "metrics"), 0);
	assert_null(json_object_get(metric, "median"));
	json_decref(item);
	pb_attempt_clear(&attempt);
	assert_null(attempt.measured);
	assert_null(attempt.id);
}

static void a_plan_that_was_refused_says_why(void **state)
{
	struct pb_attempt refused =
		attempt_of("{'event':'refused','reason':'no event cyclez'}\n" EXIT);

	(void)state;
	check_crash(&refused, "refused its plan: no event cyclez");
}

static void skips_and_failures_keep_the_agents_words(void **state)
{
	struct pb_attempt skip = attempt_of(ENVIRONMENT BEGIN SKIP EXIT);
	struct pb_attempt fail = attempt_of(ENVIRONMENT BEGIN FAIL EXIT);
	json_t *skipped = pb_collect_case(&skip, 1), *failed = pb_collect_case(&fail, 1);

	(void)state;
	assert_null(skip.failure);
	assert_null(fail.failure);
	check_text(skipped, "outcome", PB_OUTCOME_SKIP);
	check_text(skipped, "reason", "no such page");
	check_text(failed, "outcome", PB_OUTCOME_FAIL);
	check_text(failed, "reason", "short pin");
	json_decref(skipped);
	json_decref(failed);
	pb_attempt_clear(&skip);
	pb_attempt_clear(&fail);
}

static void begun_and_never_ended(void **state)
{
	static const char *const events[] = {
		ENVIRONMENT BEGIN EXIT,
		BEGIN,
		ENVIRONMENT,
		"",
		"\n\n",
		ENVIRONMENT BEGIN "{'event':'agent-exit','status':0,'signal':11}\n",
		ENVIRONMENT "{'event':'agent-exit','status':2,'signal':0}\n",
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(events); i++) {
		struct pb_attempt attempt = attempt_of(events[i]);

		assert_null(attempt.measured);
		check_crash(&attempt, "no result");
	}
}

static void no_events_at_all(void **state)
{
	struct pb_attempt attempt = {.id = ID};

	(void)state;
	pb_attempt_fill(&attempt, &(struct pb_guest_end){0}, CONSOLE);
	assert_null(attempt.environment);
	check_crash(&attempt, "no result");
}

static void the_case_process_died(void **state)
{
	struct pb_attempt attempt = attempt_of(ENVIRONMENT BEGIN LOST EXIT);

	(void)state;
	/* The machine was not lost, so its console has nothing to tell. */
	assert_int_equal(json_array_size(json_object_get(attempt.failure, "tail")), 0);
	check_crash(&attempt, "died of signal 11");
}

/* Cut at any byte, the last line either is whole or counts as if it were not there. */
static void a_last_line_cut_short(void **state)
{
	static const char before[] = ENVIRONMENT BEGIN;
	static const char last[] = OK("7, 5, 6");
	gsize whole = strlen(last) - 1;

	(void)state;
	for (gsize length = 0; length <= whole; length++) {
		g_autofree char *events = g_strdup_printf("%s%.*s", before, (int)length, last);
		struct pb_attempt attempt = attempt_of(events);

		assert_non_null(attempt.environment);
		assert_true((length == whole) == (attempt.measured != NULL));
		assert_true((length == whole) == (attempt.failure == NULL));
		pb_attempt_clear(&attempt);
	}
}

static void what_is_no_event_is_passed_over(void **state)
{
	struct pb_attempt attempt = attempt_of(
		"\ngarbage\n{}\n[]\n[1,2]\n{'event':1}\n{'event':null}\n{'event':'unheard-of'}\n"
		"{'event':'case'}\n\xff\xfe\n{'event':'splat','text':'x'}\n" ENVIRONMENT
		"pinbench\n" BEGIN OK("1") "}{\n" EXIT);

	(void)state;
	assert_null(attempt.failure);
	assert_non_null(attempt.environment);
	check_text(attempt.measured, "outcome", PB_OUTCOME_OK);
	pb_attempt_clear(&attempt);
}

static void a_case_without_environment(void **state)
{
	struct pb_attempt attempt = attempt_of(BEGIN OK("1") EXIT);

	(void)state;
	assert_null(attempt.environment);
	assert_null(attempt.failure);
	check_text(attempt.measured, "outcome", PB_OUTCOME_OK);
	pb_attempt_clear(&attempt);
}

/* A panic after the result was written: the figures are those of a machine that broke. */
static void a_lost_machine_spoils_its_case(void **state)
{
	char *tail[] = {"first", "last", NULL};
	const struct pb_guest_end end = {
		.failure = PB_FAILURE_PANIC, .detail = "Kernel panic - x", .tail = tail};
	struct pb_attempt attempt = attempt_end(ENVIRONMENT BEGIN OK("7") EXIT, &end);
	json_t *item = pb_collect_case(&attempt, 1);
	const json_t *lines = json_object_get(attempt.failure, "tail");

	(void)state;
	check_text(attempt.failure, "kind", PB_FAILURE_PANIC);
	check_text(attempt.failure, "detail", "Kernel panic - x");
	check_text(attempt.failure, "case", ID);
	check_text(attempt.failure, "console", CONSOLE);
	assert_int_equal(json_array_size(lines), 2);
	assert_string_equal(json_string_value(json_array_get(lines, 1)), "last");
	check_lost_case(item, "panic: Kernel panic - x");
	json_decref(item);
	pb_attempt_clear(&attempt);
}

/* Both were lost, process and machine: the process's own end is the nearer cause. */
static void one_failure_for_one_attempt(void **state)
{
	const struct pb_guest_end end = {.failure = PB_FAILURE_HANG, .detail = "no output"};
	struct pb_attempt attempt = attempt_end(ENVIRONMENT BEGIN LOST, &end);

	(void)state;
	check_crash(&attempt, "died of signal 11");
}

static void boots_stand_side_by_side(void **state)
{
	struct pb_attempt boots[] = {attempt_of(OK("100, 1, 100")), attempt_of(OK("10")),
				     attempt_of(OK("20"))};
	json_t *item = pb_collect_case(boots, 3);
	const json_t *metric = json_array_get(json_object_get(item, "metrics"), 0);
	json_t *wanted = json_pack("[[i,i,i],[i],[i]]", 100, 1, 100, 10, 20);

	(void)state;
	check_text(item, "outcome", PB_OUTCOME_OK);
	assert_true(json_equal(json_object_get(metric, "boots"), wanted));
	assert_true(json_number_value(json_object_get(metric, "median")) == 20);
	assert_true(json_number_value(json_object_get(metric, "min")) == 1);
	/* Collecting again must not find the lists of the first time in it. */
	json_decref(item);
	item = pb_collect_case(boots, 3);
	metric = json_array_get(json_object_get(item, "metrics"), 0);
	assert_true(json_equal(json_object_get(metric, "boots"), wanted));
	json_decref(item);
	json_decref(wanted);
	for (int i = 0; i < 3; i++)
		pb_attempt_clear(&boots[i]);
}

/* @first and @second in either order; @outcome and @reason of the one that is not ok. */
static void check_disagreement(const char *good, const char *bad, const char *outcome,
			       const char *reason)
{
	for (int bad_at = 0; bad_at < 3; bad_at++) {
		struct pb_attempt boots[3];
		json_t *item;

		for (int i = 0; i < 3; i++)
			boots[i] = attempt_of(i == bad_at ? bad : good);
		item = pb_collect_case(boots, 3);
		check_text(item, "outcome", outcome);
		check_has(item, "reason", reason);
		assert_int_equal(json_array_size(json_object_get(item, "metrics")), 0);
		json_decref(item);
		for (int i = 0; i < 3; i++)
			pb_attempt_clear(&boots[i]);
	}
}

static void boots_that_disagree(void **state)
{
	(void)state;
	check_disagreement(OK("1"), SKIP, PB_OUTCOME_SKIP, "no such page");
	check_disagreement(OK("1"), FAIL, PB_OUTCOME_FAIL, "short pin");
	check_disagreement(OK("1"), LOST, PB_OUTCOME_FAIL, "died of signal 11");
	check_disagreement(OK("1"), BEGIN, PB_OUTCOME_FAIL, "no result");
}

static void the_first_bad_boot_speaks(void **state)
{
	struct pb_attempt boots[] = {attempt_of(OK("1")), attempt_of(SKIP), attempt_of(FAIL)};
	json_t *item = pb_collect_case(boots, 3);

	(void)state;
	check_text(item, "outcome", PB_OUTCOME_SKIP);
	json_decref(item);
	for (int i = 0; i < 3; i++)
		pb_attempt_clear(&boots[i]);
}

static void not_reached_before_an_interruption(void **state)
{
	struct pb_attempt boots[] = {attempt_of(OK("1")), {.id = ID, .boot = 1}};
	json_t *item = pb_collect_case(boots, 2), *alone = pb_collect_case(&boots[1], 1);

	(void)state;
	check_lost_case(item, "interrupted");
	check_lost_case(alone, "not run");
	json_decref(item);
	json_decref(alone);
	pb_attempt_clear(&boots[0]);
}

/* A console line goes into the detail as it is: what is no UTF-8 must not undo the failure. */
static void an_oops_line_that_is_no_text(void **state)
{
	const struct pb_guest_end end = {.failure = PB_FAILURE_OOPS, .detail = "Oops: \xff\xfe"};
	struct pb_attempt attempt = attempt_end(ENVIRONMENT BEGIN OK("7") EXIT, &end);
	json_t *item = pb_collect_case(&attempt, 1);

	(void)state;
	assert_non_null(attempt.failure);
	check_text(attempt.failure, "kind", PB_FAILURE_OOPS);
	check_lost_case(item, "oops: ");
	json_decref(item);
	pb_attempt_clear(&attempt);
}

#define CASE_EVENT(metrics) "{'event':'case','case':" CASE_OF("'ok'", metrics) "}\n"

static void metrics_are_matched_by_name(void **state)
{
	struct pb_attempt boots[] = {
		attempt_of(CASE_EVENT(METRIC("pin", "1") "," METRIC("p99", "100"))),
		attempt_of(CASE_EVENT(METRIC("p99", "102") "," METRIC("pin", "3")))};
	json_t *item = pb_collect_case(boots, 2);
	const json_t *metrics = json_object_get(item, "metrics");

	(void)state;
	assert_true(json_number_value(json_object_get(json_array_get(metrics, 0), "median")) == 2);
	assert_true(json_number_value(json_object_get(json_array_get(metrics, 1), "median")) ==
		    101);
	json_decref(item);
	pb_attempt_clear(&boots[0]);
	pb_attempt_clear(&boots[1]);
}

/* Which processor each virtual one had is the guest's, and so of every case in it. */
static void virtual_processors_were_bound(void **state)
{
	g_autoptr(GArray) vcpus = g_array_new(FALSE, FALSE, sizeof(struct pb_vcpu));
	g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(struct pb_vcpu));
	const struct pb_vcpu all[] = {{0, 3}, {1, 5}};
	struct pb_attempt bound, unbound;
	char *text;

	(void)state;
	g_array_append_vals(vcpus, all, G_N_ELEMENTS(all));
	bound = attempt_end(BEGIN OK("1") EXIT, &(struct pb_guest_end){.vcpus = vcpus});
	unbound = attempt_end(BEGIN OK("1") EXIT, &(struct pb_guest_end){.vcpus = none});
	text = json_dumps(bound.vcpus, JSON_COMPACT);
	assert_string_equal(text, "[[0,3],[1,5]]");
	assert_null(unbound.vcpus);
	free(text);
	pb_attempt_clear(&bound);
	pb_attempt_clear(&unbound);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_case),
		cmocka_unit_test(a_plan_that_was_refused_says_why),
		cmocka_unit_test(skips_and_failures_keep_the_agents_words),
		cmocka_unit_test(begun_and_never_ended),
		cmocka_unit_test(no_events_at_all),
		cmocka_unit_test(the_case_process_died),
		cmocka_unit_test(a_last_line_cut_short),
		cmocka_unit_test(what_is_no_event_is_passed_over),
		cmocka_unit_test(a_case_without_environment),
		cmocka_unit_test(a_lost_machine_spoils_its_case),
		cmocka_unit_test(one_failure_for_one_attempt),
		cmocka_unit_test(boots_stand_side_by_side),
		cmocka_unit_test(boots_that_disagree),
		cmocka_unit_test(the_first_bad_boot_speaks),
		cmocka_unit_test(not_reached_before_an_interruption),
		cmocka_unit_test(an_oops_line_that_is_no_text),
		cmocka_unit_test(metrics_are_matched_by_name),
		cmocka_unit_test(virtual_processors_were_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
