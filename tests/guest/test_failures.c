/*
 * Every way in which a guest can be lost: told apart, the case named, the console's end
 * shown, the finished cases kept, exit code 3. And what a user may get wrong: 2.
 */
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/guest/harness.h"

#define GOOD "null/empty"

struct loss {
	const char *id;
	const char *kind;
	const char *detail;
	const char *console; /* to be found in the last lines; NULL: the kernel lives on */
};

static const json_t *only_failure(const json_t *result)
{
	json_t *failures = json_object_get(result, "failures");

	assert_int_equal(json_array_size(failures), 1);
	return json_array_get(failures, 0);
}

static void assert_tail_has(const json_t *failure, const char *what)
{
	json_t *line;
	size_t i;

	json_array_foreach (json_object_get(failure, "tail"), i, line) {
		if (strstr(json_string_value(line), what))
			return;
	}
	fail_msg("'%s' is not in the console's last lines", what);
}

static void lose(const struct loss *loss)
{
	char *out = scratch("loss");
	struct outcome o =
		pinbench("run", "--quiet", "--hang-seconds=5", "--out", out, GOOD, loss->id, NULL);
	json_t *result = load_result(out);
	const json_t *failure = only_failure(result);

	assert_status(&o, 3);
	assert_says(o.err, loss->id);
	assert_says(o.out, "report:");
	assert_string_equal(text_at(failure, "kind"), loss->kind);
	assert_string_equal(text_at(failure, "case"), loss->id);
	assert_says(text_at(failure, "detail"), loss->detail);
	if (loss->console)
		assert_tail_has(failure, loss->console);
	assert_string_equal(text_at(find_case(result, GOOD), "outcome"), "ok");
	assert_string_equal(text_at(find_case(result, loss->id), "outcome"), "fail");
	json_decref(result);
	outcome_clear(&o);
	forget(out);
}

static void test_panic(void **state)
{
	lose(&(struct loss){"null/fault[kind=panic]", "panic", "Kernel panic", "Kernel panic"});
}

static void test_oops(void **state)
{
	lose(&(struct loss){"null/fault[kind=oops]", "oops", "BUG: ", "RIP"});
}

static void test_hang(void **state)
{
	lose(&(struct loss){"null/fault[kind=hang]", "hang", "5 seconds", NULL});
}

static void test_agent_crash(void **state)
{
	lose(&(struct loss){"null/fault[kind=crash]", "agent-crashed", "signal 11", NULL});
}

static void test_agent_exit(void **state)
{
	lose(&(struct loss){"null/fault[kind=exit]", "agent-crashed", "no result", NULL});
}

/* The machine lives on, so it is no lost machine; but the case is no result either. */
static void test_warning_fails_the_case(void **state)
{
	char *out = scratch("warning");
	struct outcome o =
		pinbench("run", "--quiet", "--out", out, "null/fault[kind=warning]", NULL);
	json_t *result = load_result(out);
	const json_t *one = find_case(result, "null/fault[kind=warning]");

	assert_status(&o, 3);
	assert_string_equal(text_at(one, "outcome"), "fail");
	assert_says(text_at(one, "reason"), "the kernel complained: WARNING:");
	json_decref(result);
	outcome_clear(&o);
	forget(out);
}

static pid_t child_of(pid_t parent)
{
	for (int tries = 0; tries < 600; tries++) {
		g_autofree char *path = g_strdup_printf("/proc/%d/task", parent);
		g_autoptr(GDir) tasks = g_dir_open(path, 0, NULL);
		const char *task;

		/* Each guest is the child of the thread that runs it. */
		while (tasks && (task = g_dir_read_name(tasks))) {
			g_autofree char *file = g_strdup_printf("%s/%s/children", path, task);
			g_autofree char *text = NULL;

			if (g_file_get_contents(file, &text, NULL, NULL) && *text)
				return atoi(text);
		}
		g_usleep(10000);
	}
	fail_msg("no child of %d", parent);
	return 0;
}

static gboolean is_qemu(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/comm", pid);
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) && g_str_has_prefix(text, "qemu");
}

static pid_t await_qemu(pid_t pinbench_pid)
{
	for (int tries = 0; tries < 600; tries++) {
		pid_t child = child_of(pinbench_pid);

		if (is_qemu(child)) {
			/* Past its boot: the case has begun and hangs. */
			g_usleep(2500000);
			if (is_qemu(child))
				return child;
		}
		g_usleep(10000);
	}
	fail_msg("no QEMU was started");
	return 0;
}

static struct running start_hanging(const char *out)
{
	const char *const arguments[] = {
		"run", "--quiet", "--jobs=1", "--out", out, GOOD, "null/fault[kind=hang]", NULL};

	return pinbench_start(NULL, arguments);
}

static void test_killed_qemu(void **state)
{
	char *out = scratch("killed");
	struct running r = start_hanging(out);
	struct outcome o;
	json_t *result;

	kill(await_qemu(r.pid), SIGKILL);
	o = pinbench_wait(&r);
	assert_status(&o, 3);
	result = load_result(out);
	assert_string_equal(text_at(only_failure(result), "kind"), "machine-died");
	assert_says(text_at(only_failure(result), "detail"), "signal 9");
	assert_string_equal(text_at(find_case(result, GOOD), "outcome"), "ok");
	json_decref(result);
	outcome_clear(&o);
	forget(out);
}

static void test_interrupted(void **state)
{
	char *out = scratch("interrupted");
	struct running r = start_hanging(out);
	pid_t qemu = await_qemu(r.pid);
	struct outcome o;
	json_t *result;

	kill(r.pid, SIGINT);
	o = pinbench_wait(&r);
	assert_status(&o, 4);
	assert_int_not_equal(kill(qemu, 0), 0);
	result = load_result(out);
	assert_true(json_is_true(json_object_get(json_object_get(result, "run"), "interrupted")));
	assert_string_equal(text_at(find_case(result, GOOD), "outcome"), "ok");
	json_decref(result);
	outcome_clear(&o);
	forget(out);
}

static void test_wrong_usage(void **state)
{
	static const struct {
		const char *arguments[5];
		const char *says;
	} wrong[] = {
		{{"measure"}, "no command 'measure'"},
		{{"run", "--profile=nosuch"}, "no profile is called 'nosuch'"},
		{{"run", "gup/nosuch"}, "no benchmark matches"},
		{{"run", "gup/pin_fast[batch=7]"}, "batch cannot be '7'"},
		{{"run", "gup/pin_fast[size=1g"}, "do not end with"},
		{{"run", "--boots=0"}, "--boots is 0"},
		{{"run", "--boots=-1"}, "--boots is -1"},
		{{"compare", "--min-effect=-1", "6.12", "6.12"}, "--min-effect is -1"},
		{{"run", "--evidence=guessed"}, "--evidence 'guessed'"},
		{{"run", "--nosuch"}, "nosuch"},
		{{"run", "--kernel=5.0"}, "5.0"},
		{{"run", "--kernel=/tmp"}, "/tmp"},
		{{"report", "/nonexistent"}, "/nonexistent"},
		{{"kernel", "rm", "nosuch"}, "nosuch"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		const char *const *a = wrong[i].arguments;
		struct outcome o = pinbench(a[0], a[1], a[2], a[3], NULL);

		assert_status(&o, 2);
		assert_says(o.err, wrong[i].says);
		outcome_clear(&o);
	}
}

/* Every program of the machine but QEMU. */
static char *path_without_qemu(void)
{
	static const char *const directories[] = {"/usr/bin", "/usr/sbin"};
	char *path = scratch("path");

	for (size_t i = 0; i < G_N_ELEMENTS(directories); i++) {
		g_autoptr(GDir) dir = g_dir_open(directories[i], 0, NULL);
		const char *name;

		while (dir && (name = g_dir_read_name(dir))) {
			g_autofree char *from = g_build_filename(directories[i], name, NULL);
			g_autofree char *to = g_build_filename(path, name, NULL);

			if (!g_str_has_prefix(name, "qemu") && symlink(from, to))
				continue;
		}
	}
	return path;
}

static void test_missing_qemu(void **state)
{
	char *out = scratch("noqemu"), *path = path_without_qemu();
	g_autofree char *environment = g_strconcat("PATH=", path, NULL);
	struct outcome o = pinbench_with(environment, "run", "--quiet", "--out", out, GOOD, NULL);

	assert_status(&o, 3);
	assert_says(o.err, "qemu-system-x86");
	assert_says(o.err, "apt-get install");
	outcome_clear(&o);
	forget(path);
	forget(out);
}

static void test_full_disk(void **state)
{
	char *out = scratch("full");
	struct outcome o;

	if (mount("full", out, "tmpfs", 0, "size=256k")) {
		forget(out);
		skip();
	}
	o = pinbench("run", "--quiet", "--out", out, GOOD, NULL);
	umount(out);
	assert_status(&o, 3);
	assert_says(o.err, out);
	assert_says(o.err, "free");
	outcome_clear(&o);
	forget(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_panic),	    cmocka_unit_test(test_oops),
		cmocka_unit_test(test_hang),	    cmocka_unit_test(test_agent_crash),
		cmocka_unit_test(test_agent_exit),  cmocka_unit_test(test_warning_fails_the_case),
		cmocka_unit_test(test_killed_qemu), cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_wrong_usage), cmocka_unit_test(test_missing_qemu),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
