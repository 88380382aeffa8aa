/*
 * pinbench on the machine that this runs on: measured, refused, interrupted, killed, compared. What
 * a loaded module adds is tested in a guest (tests/module).
 */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "pinbench/exit.h"
#include "tests/guest/harness.h"

#define THP		 "/sys/kernel/mm/transparent_hugepage"
#define MTHP		 THP "/hugepages-64kB/enabled"
#define PMD_THP		 THP "/hugepages-2048kB/enabled"
#define PATIENCE_SECONDS 60
#define PAUSE_US	 2000
#define POLL_US		 50
/* Until everything that a killed one had started is gone. */
#define LEAVE_SECONDS 5
/* A default run's, on a machine that is busy with other things; on a quiet one it is 60. */
#define DEFAULT_SECONDS 90
/* Everywhere, without a module or root. */
#define CASES "null/user", "syscall/vmsplice", "uring/register"

static char *out_option(const char *directory)
{
	return g_strconcat("--out=", directory, NULL);
}

static gint64 deadline(int seconds)
{
	return g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
}

/* A member that has something in it. */
static const json_t *filled(const json_t *environment, const char *key)
{
	const json_t *value = json_object_get(environment, key);

	if (!json_object_size(value))
		fail_msg("environment.%s is not there, or empty", key);
	return value;
}

static void check_environment(const json_t *e)
{
	const json_t *module = filled(e, "module");

	assert_string_equal(text_at(e, "kind"), "native");
	assert_string_equal(text_at(e, "evidence"), "timed");
	assert_string_equal(text_at(e, "replicate"), "round");
	assert_int_equal(json_integer_value(json_object_get(e, "boots")), 2);
	assert_int_equal(strlen(text_at(e, "boot_id")), 36);
	assert_true(json_array_size(json_object_get(filled(e, "place"), "cpus")) > 0);
	assert_true(json_integer_value(json_object_get(filled(e, "limits"), "seconds")) > 0);
	assert_true(json_is_number(json_object_get(filled(e, "floor"), "drift_percent")));
	if (!strcmp(text_at(module, "state"), "absent"))
		assert_true(*text_at(module, "reason"));
	assert_true(json_object_size(json_object_get(filled(e, "noise"), "facts")) > 10);
	assert_true(json_is_array(json_object_get(filled(e, "noise"), "concerns")));
	assert_string_equal(text_at(filled(e, "topology"), "kind"), "machine");
	assert_string_equal(text_at(filled(e, "kernel"), "spec"), "host");
}

static void check_page(const char *directory)
{
	static const char *const sections[] = {"id=\"machine\"", "id=\"noise\"", "id=\"figures\"",
					       "id=\"again\"", "id=\"method\""};
	g_autofree char *path = g_build_filename(directory, "report.html", NULL);
	g_autofree char *page = NULL;

	assert_true(g_file_get_contents(path, &page, NULL, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
		assert_says(page, sections[i]);
}

static void test_a_run(void **state)
{
	char *out = scratch("native");
	g_autofree char *to = out_option(out);
	struct outcome o = pinbench("run", "--env=native", "--boots=2", "--quiet", to, CASES, NULL);
	const json_t *one;
	json_t *root;
	size_t i;
	int measured = 0;

	(void)state;
	assert_status(&o, PB_EXIT_OK);
	assert_says(o.out, "time measured");
	root = load_result(out);
	check_environment(json_object_get(root, "environment"));
	assert_true(json_is_false(json_object_get(json_object_get(root, "run"), "interrupted")));
	json_array_foreach (json_object_get(root, "cases"), i, one) {
		const json_t *metric = json_array_get(json_object_get(one, "metrics"), 0);

		if (strcmp(text_at(one, "outcome"), "ok") != 0) {
			assert_true(*text_at(one, "reason"));
			continue;
		}
		assert_int_equal(json_array_size(json_object_get(metric, "boots")), 2);
		measured++;
	}
	assert_true(measured >= 1);
	check_page(out);
	json_decref(root);
	outcome_clear(&o);
	forget(out);
}

/* A case that wants more than it may have is no failure of the machine. */
static void test_a_limit_is_told(void **state)
{
	char *out = scratch("limit");
	g_autofree char *to = out_option(out);
	struct outcome o =
		pinbench("run", "--env=native", "--boots=1", "--quiet", "--no-module",
			 "--memory-limit=24", to, "null/user", "syscall/mlock[size=32m]", NULL);
	const json_t *cases;
	json_t *root;

	(void)state;
	assert_status(&o, PB_EXIT_OK);
	root = load_result(out);
	cases = json_object_get(root, "cases");
	assert_string_equal(text_at(json_array_get(cases, 0), "outcome"), "ok");
	assert_string_equal(text_at(json_array_get(cases, 1), "outcome"), "skip");
	assert_says(text_at(json_array_get(cases, 1), "reason"), "--memory-limit");
	json_decref(root);
	outcome_clear(&o);
	forget(out);
}

/* What was wrong, where, and what to do; and nothing is measured. */
static void test_wrong_input(void **state)
{
	static const struct {
		const char *options[4];
		const char *says[3];
	} wrongs[] = {
		{{"--env=cloud"}, {"--env", "'cloud'", "guest or native"}},
		{{"--env=native", "--kernel=6.12"}, {"--env native", "--kernel host", "guest"}},
		{{"--env=native", "--evidence=counted"},
		 {"--evidence counted", "guest", "leave out one"}},
		{{"--env=native", "--cpus=9999"}, {"'9999'", "not there", "may use"}},
		{{"--env=native", "--cpus=zero"}, {"CPUs", "'zero'", "0"}},
		{{"--env=native", "--numa=99"}, {"NUMA node", "99", "only"}},
		{{"--cpus=0"}, {"--cpus", "makes no difference", "--env native"}},
		{{"--numa=0"}, {"--numa", "makes no difference", "--env native"}},
		{{"--env=native", "--device=disk=/dev/null"},
		 {"--device", "/dev/null is no block device", "doctor"}},
		{{"--no-module"}, {"--no-module", "this machine", "add --env native"}},
		{{"--perf-record"}, {"--perf-record", "this machine", "add --env native"}},
		{{"--env=native", "--counters=nosuchevent"},
		 {"no event 'nosuchevent'", "near to it", "events TEXT"}},
		{{"--env=native", "--counters=page-fault"},
		 {"no event 'page-fault'", "near to it", "page-faults"}},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(wrongs); i++) {
		const char *const *with = wrongs[i].options;
		char *out = scratch("wrong");
		g_autofree char *to = out_option(out);
		g_autofree char *result = g_build_filename(out, "result.json", NULL);
		struct outcome o =
			pinbench("run", to, "--quiet", "null/user", with[0], with[1], NULL);

		assert_status(&o, PB_EXIT_USAGE);
		for (size_t k = 0; k < G_N_ELEMENTS(wrongs[i].says); k++)
			assert_says(o.err, wrongs[i].says[k]);
		assert_false(g_file_test(result, G_FILE_TEST_EXISTS));
		outcome_clear(&o);
		forget(out);
	}
}

/* Many rounds, which nobody waits for. */
static struct running start_long(const char *to, const char *one, const char *other)
{
	const char *const arguments[] = {"run", "--env=native", "--boots=100", "--quiet", to,
					 one,	other,		NULL};

	return pinbench_start(NULL, arguments);
}

static bool is_running(pid_t pid)
{
	siginfo_t info = {0};

	return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) && !info.si_pid;
}

static void await_file(const struct running *running, const char *directory, const char *name)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	gint64 until = deadline(PATIENCE_SECONDS);

	while (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		assert_true(is_running(running->pid));
		assert_true(g_get_monotonic_time() < until);
		g_usleep(PAUSE_US);
	}
}

/* All that this process is the parent of, or was left to be, is gone in time. */
static void expect_nobody_is_left(void)
{
	gint64 until = deadline(LEAVE_SECONDS);
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0) {
		if (g_get_monotonic_time() > until)
			fail_msg("somebody is left after %d s: ps -eo pid,comm | grep pinbench",
				 LEAVE_SECONDS);
		if (!pid)
			g_usleep(PAUSE_US);
	}
}

static void test_interrupt(void **state)
{
	char *out = scratch("interrupt");
	g_autofree char *to = out_option(out);
	struct running running = start_long(to, "null/user", "syscall/vmsplice");
	json_t *root, *environment;
	struct outcome o;

	(void)state;
	/* It is there after the first round. */
	await_file(&running, out, "result.json");
	kill(running.pid, SIGINT);
	o = pinbench_wait(&running);
	assert_status(&o, PB_EXIT_INTERRUPTED);
	assert_true(*o.err);
	root = load_result(out);
	environment = json_object_get(root, "environment");
	assert_true(json_is_true(json_object_get(json_object_get(root, "run"), "interrupted")));
	assert_true(json_integer_value(json_object_get(environment, "boots")) >= 1);
	filled(environment, "module");
	check_page(out);
	expect_nobody_is_left();
	json_decref(root);
	outcome_clear(&o);
	forget(out);
}

/* What a case with folios of 64k switches; NULL: not in this kernel, or not of this size. */
static char *read_mthp(void)
{
	g_autofree char *small = NULL, *large = NULL;

	if (!g_file_get_contents(MTHP, &small, NULL, NULL) ||
	    !g_file_get_contents(PMD_THP, &large, NULL, NULL))
		return NULL;
	return g_strconcat(small, large, NULL);
}

/* Until the case has switched them for itself. Looked at often: it is not for long. */
static void await_switch(const struct running *running, const char *before)
{
	gint64 until = deadline(PATIENCE_SECONDS);
	bool is_switched = false;

	while (!is_switched) {
		g_autofree char *now = read_mthp();

		is_switched = strcmp(now, before) != 0;
		assert_true(is_running(running->pid));
		assert_true(g_get_monotonic_time() < until);
		g_usleep(POLL_US);
	}
}

/* Killed while a case has changed the machine: it is as it was, and nobody stays. */
static void test_kill(void **state)
{
	g_autofree char *before = read_mthp(), *after = NULL;
	/* Where it is as the case wants it already, nothing is switched. */
	bool switches =
		before && !geteuid() && !(strstr(before, "[madvise]") && strstr(before, "[never]"));
	char *out = scratch("kill");
	g_autofree char *to = out_option(out);
	struct running running = start_long(to, "syscall/mlock[page=64k,size=64m]",
					    "uring/register[page=64k,size=64m]");
	struct outcome o;

	(void)state;
	if (switches)
		await_switch(&running, before);
	else
		await_file(&running, out, "result.json");
	kill(running.pid, SIGKILL);
	o = pinbench_wait(&running);
	assert_int_equal(o.status, 128 + SIGKILL);
	expect_nobody_is_left();
	after = read_mthp();
	if (before)
		assert_string_equal(after, before);
	outcome_clear(&o);
	forget(out);
}

static void measure_into(const char *directory)
{
	g_autofree char *to = out_option(directory);
	struct outcome o = pinbench("run", "--env=native", "--boots=4", "--quiet", to, CASES, NULL);

	assert_status(&o, PB_EXIT_OK);
	outcome_clear(&o);
}

/* Words, and one space where lines were broken. */
static char *unbroken(const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);
	GString *ret = g_string_new(NULL);

	for (char **word = words; *word; word++) {
		if (**word)
			g_string_append_printf(ret, "%s%s", ret->len ? " " : "", *word);
	}
	return g_string_free(ret, FALSE);
}

static void test_two_runs_compared(void **state)
{
	char *one = scratch("one"), *other = scratch("other"), *out = scratch("compared");
	g_autofree char *to = out_option(out);
	g_autofree char *said = NULL;
	struct outcome o;

	(void)state;
	measure_into(one);
	measure_into(other);
	o = pinbench("compare", one, other, to, NULL);
	assert_status(&o, PB_EXIT_OK);
	said = unbroken(o.out);
	assert_says(said, "the replicate is rounds of one and the same boot");
	assert_says(said, "0 regressed");
	outcome_clear(&o);
	forget(one);
	forget(other);
	forget(out);
}

static void test_the_default_is_quick(void **state)
{
	char *out = scratch("default");
	g_autofree char *to = out_option(out);
	struct outcome o = pinbench("run", "--env=native", "--quiet", to, NULL);
	json_t *root;

	(void)state;
	assert_status(&o, PB_EXIT_OK);
	root = load_result(out);
	print_message("run --env native: %.1f s, %zu cases, %lld rounds\n", o.seconds,
		      json_array_size(json_object_get(root, "cases")),
		      (long long)json_integer_value(
			      json_object_get(json_object_get(root, "environment"), "boots")));
	assert_true(o.seconds < DEFAULT_SECONDS);
	json_decref(root);
	outcome_clear(&o);
	forget(out);
}

static int lines_of(const char *text, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	int count = 0;

	for (char **line = lines; *line; line++)
		count += strstr(*line, name) != NULL;
	return count;
}

/* One line each: whether, and why not. */
static void test_doctor(void **state)
{
	struct outcome o = pinbench("doctor", NULL);

	(void)state;
	assert_status(&o, PB_EXIT_OK);
	assert_int_equal(lines_of(o.out, " loading modules  "), 1);
	assert_int_equal(lines_of(o.out, " counters (PMU)  "), 1);
	assert_int_equal(lines_of(o.out, " without a guest  "), 1);
	outcome_clear(&o);
}

/* Who is left behind comes here. */
static int adopt(void **state)
{
	(void)state;
	return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_run),
		cmocka_unit_test(test_a_limit_is_told),
		cmocka_unit_test(test_wrong_input),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_two_runs_compared),
		cmocka_unit_test(test_the_default_is_quick),
		cmocka_unit_test(test_doctor),
	};

	return cmocka_run_group_tests(tests, adopt, NULL);
}
