/*
 * Timed evidence in guests, on a machine that is kept busy: two equal kernels are never told
 * apart, and a delay of a known size is seen.
 */
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab/guest/pin.h"
#include "pinbench/exit.h"
#include "tests/guest/harness.h"

#define BASE  "6.12"
#define BOOTS "3"

static pid_t burn(void)
{
	pid_t child = fork();

	if (!child) {
		for (volatile unsigned long i = 0;; i++)
			;
	}
	assert_true(child > 0);
	return child;
}

static void check_rows(const json_t *root)
{
	json_t *row;
	size_t i;

	assert_true(json_array_size(json_object_get(root, "cases")) > 3);
	json_array_foreach (json_object_get(root, "cases"), i, row) {
		const char *verdict = text_at(row, "verdict");
		const json_t *ci = json_object_get(row, "ci_percent");

		if (!json_is_true(json_object_get(row, "primary")))
			continue;
		assert_true(!strcmp(verdict, "inconclusive") || !strcmp(verdict, "unchanged"));
		assert_int_equal(json_integer_value(json_object_get(row, "pairs")), atoi(BOOTS));
		assert_true(json_number_value(json_array_get(ci, 0)) <
			    json_number_value(json_array_get(ci, 1)));
		assert_true(json_is_number(json_object_get(row, "floor_percent")));
		assert_true(json_is_integer(json_object_get(row, "more_boots")) ||
			    !strcmp(verdict, "unchanged"));
	}
}

static void check_validity(const json_t *root)
{
	const json_t *validity = json_object_get(root, "validity");
	const json_t *control = json_object_get(validity, "control");

	assert_true(json_is_true(json_object_get(validity, "paired")));
	assert_int_equal(strlen(text_at(validity, "boot_order")), 3 * atoi(BOOTS));
	assert_true(json_is_true(json_object_get(control, "ok")));
	assert_true(json_number_value(json_object_get(control, "seen_percent")) > 100);
}

static void test_equal_kernels_on_a_busy_machine(void **state)
{
	pid_t busy[] = {burn(), burn()};
	char *out = scratch("timed");
	g_autofree char *to = g_strconcat("--out=", out, NULL);
	g_autofree char *file = g_build_filename(out, "compare.json", NULL);
	struct outcome o = pinbench("compare", BASE, BASE, "--force", "--evidence=timed",
				    "--boots=" BOOTS, "--profile=smoke", to, NULL);
	json_t *root;

	for (size_t i = 0; i < G_N_ELEMENTS(busy); i++) {
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
	assert_status(&o, PB_EXIT_OK);
	root = json_load_file(file, 0, NULL);
	assert_non_null(root);
	check_rows(root);
	check_validity(root);
	json_decref(root);
	outcome_clear(&o);
	forget(out);
}

/* Why it is not KVM is said where there is none, once. */
static void check_accelerator(const json_t *environment, const char *said)
{
	const char *reason = json_string_value(json_object_get(environment, "accelerator_reason"));
	const char *first = strstr(said, "No KVM: ");

	if (!strcmp(text_at(environment, "accelerator"), "kvm")) {
		assert_null(reason);
		assert_says(said, "time of a guest under KVM");
		return;
	}
	assert_string_equal(text_at(environment, "accelerator"), "tcg");
	assert_true(reason && *reason);
	assert_says(said, "not what a");
	assert_non_null(first);
	assert_null(strstr(first + 1, "No KVM: "));
}

/* The order of cases is drawn for each boot, and every boot has all of them. */
static void test_a_run(void **state)
{
	char *out = scratch("run");
	g_autofree char *to = g_strconcat("--out=", out, NULL);
	struct outcome o = pinbench("run", "--evidence=timed", "--boots=2", "--profile=smoke", to,
				    "--quiet", NULL);
	const json_t *environment, *one;
	json_t *root;
	size_t i;

	assert_status(&o, PB_EXIT_OK);
	root = load_result(out);
	environment = json_object_get(root, "environment");
	assert_string_equal(text_at(environment, "evidence"), "timed");
	assert_int_equal(json_array_size(json_object_get(environment, "boot_starts")), 2);
	check_accelerator(environment, o.out);
	json_array_foreach (json_object_get(root, "cases"), i, one) {
		const json_t *metric = json_array_get(json_object_get(one, "metrics"), 0);

		assert_string_equal(text_at(one, "outcome"), "ok");
		assert_int_equal(json_array_size(json_object_get(metric, "boots")), 2);
		assert_null(strstr(text_at(metric, "unit"), "insn"));
	}
	json_decref(root);
	outcome_clear(&o);
	forget(out);
}

static void check_scaling(const json_t *one, unsigned int workers)
{
	double each, total;

	assert_string_equal(text_at(one, "outcome"), "ok");
	each = median_of(one, "each");
	total = median_of(one, "total");
	assert_true(each > 0 && total > 0);
	/* One sample: each is the workers' time by what they did in total. */
	assert_float_equal(each * total / 1000, workers, 1e-6);
	assert_true(fact_of(one, "cpus") == 2);
	assert_true(fact_of(one, "oversubscribed") == (workers > 2));
	assert_true(fact_of(one, "passes_max") >= fact_of(one, "passes_min"));
}

/* Workers in a guest of two processors; where instructions are counted they are a skip. */
static void test_scaling(void **state)
{
	char *out = scratch("scale");
	g_autofree char *to = g_strconcat("--out=", out, NULL);
	g_autofree char *profile = g_build_filename(out, "once.ini", NULL);
	g_autofree char *use = g_strconcat("--profile=", profile, NULL);
	struct outcome o;
	json_t *root;

	g_file_set_contents(profile,
			    "[profile]\nrepetitions=1\n"
			    "[gup/scale]\nthreads=2\nmm=one\n"
			    "[gup/scale more than CPUs]\nthreads=4\nmm=each\n",
			    -1, NULL);
	o = pinbench("run", "--evidence=timed", "--boots=1", use, to, "--quiet", NULL);
	assert_status(&o, PB_EXIT_OK);
	root = load_result(out);
	check_scaling(json_array_get(json_object_get(root, "cases"), 0), 2);
	check_scaling(json_array_get(json_object_get(root, "cases"), 1), 4);
	json_decref(root);
	outcome_clear(&o);
	o = pinbench("run", use, to, "--quiet", NULL);
	root = load_result(out);
	assert_int_equal(json_array_size(json_object_get(root, "cases")), 2);
	for (size_t i = 0; i < 2; i++) {
		const json_t *one = json_array_get(json_object_get(root, "cases"), i);

		assert_string_equal(text_at(one, "outcome"), "skip");
		assert_says(text_at(one, "reason"), "--evidence timed");
	}
	json_decref(root);
	outcome_clear(&o);
	forget(out);
}

static char *proc_text(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

/* The text of a file of /proc, whose zeros are spaces; "" if it is gone. */
static char *proc_text(const char *fmt, ...)
{
	g_autofree char *path = NULL;
	char *text = NULL;
	gsize bytes = 0;
	va_list args;

	va_start(args, fmt);
	path = g_strdup_vprintf(fmt, args);
	va_end(args);
	if (!g_file_get_contents(path, &text, &bytes, NULL))
		return g_strdup("");
	for (gsize i = 0; i < bytes; i++)
		text[i] = text[i] ? text[i] : ' ';
	return text;
}

static bool still_runs(pid_t child)
{
	siginfo_t info = {0};

	return !waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT | WNOHANG) && !info.si_pid;
}

/* The QEMU that pinbench has given a plan, or 0. */
static int find_qemu(pid_t pinbench)
{
	g_autofree char *parent = g_strdup_printf("PPid:\t%d\n", pinbench);
	g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir))) {
		g_autofree char *status = proc_text("/proc/%s/status", name);
		g_autofree char *line = proc_text("/proc/%s/cmdline", name);

		if (strstr(status, parent) && strstr(line, "plan.json"))
			return atoi(name);
	}
	return 0;
}

struct threads {
	int bound;	     /* whose only processor is the wanted one */
	int free;	     /* that may use it beside others, or cannot be told */
	bool bound_ran_most; /* the bound one took more time than any other */
};

static struct threads look(int qemu, int cpu)
{
	g_autofree char *wanted = g_strdup_printf("Cpus_allowed_list:\t%d\n", cpu);
	g_autofree char *path = g_strdup_printf("/proc/%d/task", qemu);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	struct threads seen = {0};
	guint64 bound_ns = 0, other_ns = 0;
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *status = proc_text("/proc/%d/task/%s/status", qemu, name);
		g_autofree char *time = proc_text("/proc/%d/task/%s/schedstat", qemu, name);
		guint64 ns = g_ascii_strtoull(time, NULL, 10);
		bool is_bound = strstr(status, wanted) != NULL;
		cpu_set_t set;

		if (sched_getaffinity(atoi(name), sizeof(set), &set))
			continue;
		seen.bound += is_bound;
		seen.free += !is_bound && CPU_ISSET(cpu, &set);
		bound_ns = is_bound ? ns : bound_ns;
		other_ns = is_bound ? other_ns : MAX(other_ns, ns);
	}
	seen.bound_ran_most = bound_ns > other_ns;
	return seen;
}

/* Each virtual processor is where the result says, and nothing else of QEMU is there. */
static void test_virtual_processors_are_bound(void **state)
{
	g_autoptr(GArray) cpus = pb_pin_cpus();
	int cpu = g_array_index(cpus, int, 0), looks = 0;
	char *out = scratch("bound");
	g_autofree char *to = g_strconcat("--out=", out, NULL);
	const char *const arguments[] = {"run",	    "--evidence=timed", "--boots=1", to,
					 "--quiet", "null/empty",	NULL};
	struct threads last = {0};
	struct running running;
	struct outcome o;
	json_t *root, *vcpus;

	if (cpus->len < 2) {
		forget(out);
		skip();
	}
	running = pinbench_start(NULL, arguments);
	while (still_runs(running.pid)) {
		int qemu = find_qemu(running.pid);
		struct threads seen = qemu ? look(qemu, cpu) : (struct threads){0};

		if (seen.bound && !seen.free) {
			last = seen;
			looks++;
		}
		g_usleep(50000);
	}
	o = pinbench_wait(&running);
	assert_status(&o, PB_EXIT_OK);
	assert_true(looks > 3);
	assert_int_equal(last.bound, 1);
	assert_true(last.bound_ran_most);
	root = load_result(out);
	vcpus = json_object_get(json_object_get(root, "environment"), "vcpus");
	assert_int_equal(json_array_size(vcpus), 1);
	assert_int_equal(json_integer_value(json_array_get(json_array_get(vcpus, 0), 1)), cpu);
	json_decref(root);
	outcome_clear(&o);
	forget(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_kernels_on_a_busy_machine),
		cmocka_unit_test(test_a_run),
		cmocka_unit_test(test_scaling),
		cmocka_unit_test(test_virtual_processors_are_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
