/*
 * The history's command, as its user starts it: killed in the middle, twice at once, with many
 * results.
 *
 *	test_history PINBENCH
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "pinbench/exit.h"
#include "pinbench/result.h"
#include "reports/history/store.h"
#include "tests/history/made.h"
#include "tests/unit/scratch.h"

#define KILLS		 24
#define MOST_TRIES	 200
#define LARGE_SERIES	 2000
#define WRITERS		 4
#define RESULTS		 12
#define MANY_RUNS	 400
#define MANY_SERIES	 300
#define LEAST_ROWS_PER_S 2000

static const char *pinbench;

static double by_run(const struct made_result *r, guint series, void *context)
{
	return 100 + series + r->run;
}

static char *make(void **state, const char *folder, guint run, guint series)
{
	g_autofree char *name = g_strdup_printf("%s/%u", folder, run);
	g_autofree char *text = g_strdup_printf("text-%u", run);
	char *directory = scratch_path(state, name);
	const struct made_result r = {
		.release = "7.3.4",
		.spec = "7.3",
		.text_sha256 = text,
		.evidence = PB_EVIDENCE_COUNTED,
		.run = run,
		.series = series,
		.skipped = 1,
		.value = by_run,
	};

	assert_int_equal(made_write(&r, directory), 0);
	return directory;
}

/* The command with @words, as many as there are up to NULL. */
static pid_t start(const char *const *words)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child)
		return child;
	if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
		_exit(126);
	execv(pinbench, (char *const *)words);
	_exit(127);
}

static int finish(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

struct content {
	guint runs, points;
};

static int count_points(const struct pb_history_series *series, void *context, GError **ret_error)
{
	((struct content *)context)->points += series->count;
	return 0;
}

/* Opening it looks at every page; an add that was cut off before the database was there made none.
 */
static struct content content_of(const char *db)
{
	g_autoptr(pb_history_runs) runs = NULL;
	g_autoptr(pb_store) store = NULL;
	g_autoptr(GError) error = NULL;
	struct content content = {0};

	if (pb_store_open(db, PB_STORE_WRITE, &store, &error))
		fail_msg("%s", error->message);
	assert_int_equal(pb_store_runs(store, &runs, NULL), 0);
	content.runs = runs->count;
	assert_int_equal(pb_store_each_series(store, runs, NULL, count_points, &content, NULL), 0);
	return content;
}

static void a_kill_leaves_all_or_nothing(void **state)
{
	g_autofree char *db = scratch_path(state, "killed.db");
	guint killed = 0, whole = 0;
	gint64 whole_us;

	/* How long it takes, so that the kills fall all over it. */
	{
		g_autofree char *directory = make(state, "killed", 1000, LARGE_SERIES);
		const char *const words[] = {pinbench, "history", "add", "--db",
					     db,       directory, NULL};

		whole_us = g_get_monotonic_time();
		assert_int_equal(finish(start(words)), 0);
		whole_us = g_get_monotonic_time() - whole_us;
	}
	for (guint i = 0; i < MOST_TRIES && killed < KILLS; i++) {
		g_autofree char *directory = make(state, "killed", i, LARGE_SERIES);
		const char *const words[] = {pinbench, "history", "add", "--db",
					     db,       directory, NULL};
		struct content before = content_of(db), after;
		pid_t child = start(words);
		bool is_killed;

		g_usleep((gulong)(whole_us * (i % KILLS + 1) / KILLS));
		kill(child, SIGKILL);
		is_killed = finish(child) == -SIGKILL;
		killed += is_killed;
		/* It was quicker than thought: the machine has less to do now. */
		if (!is_killed)
			whole_us = whole_us * 9 / 10;
		after = content_of(db);
		whole += after.runs > before.runs;
		assert_true(after.runs == before.runs || after.runs == before.runs + 1);
		assert_int_equal(after.points, after.runs * LARGE_SERIES);
		/* Whatever was left half done is in nobody's way. */
		assert_int_equal(finish(start(words)), 0);
		assert_int_equal(content_of(db).runs, before.runs + 1);
	}
	print_message("%u killed; %u times all was added\n", killed, whole);
	assert_int_equal(killed, KILLS);
}

/* All of them make the database, and each adds results of its own and one that all add. */
static void writers_at_once_lose_nothing(void **state)
{
	g_autofree char *db = scratch_path(state, "at-once.db");
	g_autofree char *shared = make(state, "at-once", 9999, 100);
	pid_t children[WRITERS];

	for (guint i = 0; i < WRITERS; i++) {
		g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

		for (guint k = 0; k < 5; k++)
			g_ptr_array_add(words, g_strdup((const char *const[]){
						       pinbench, "history", "add", "--db", db}[k]));
		g_ptr_array_add(words, g_strdup(shared));
		for (guint k = 0; k < RESULTS; k++)
			g_ptr_array_add(words, make(state, "at-once", i * RESULTS + k, 100));
		g_ptr_array_add(words, NULL);
		children[i] = start((const char *const *)words->pdata);
	}
	for (guint i = 0; i < WRITERS; i++)
		assert_int_equal(finish(children[i]), 0);
	assert_int_equal(content_of(db).runs, WRITERS * RESULTS + 1);
	assert_int_equal(content_of(db).points, (WRITERS * RESULTS + 1) * 100);
}

static gint64 add_many(void **state, const char *db, guint first)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	gint64 begin;

	for (guint k = 0; k < 5; k++)
		g_ptr_array_add(words, g_strdup((const char *const[]){pinbench, "history", "add",
								      "--db", db}[k]));
	for (guint run = 0; run < MANY_RUNS; run++)
		g_ptr_array_add(words, make(state, "many", first + run, MANY_SERIES));
	g_ptr_array_add(words, NULL);
	begin = g_get_monotonic_time();
	assert_int_equal(finish(start((const char *const *)words->pdata)), 0);
	return g_get_monotonic_time() - begin;
}

static void many_results_take_their_time_and_no_more(void **state)
{
	g_autofree char *db = scratch_path(state, "many.db");
	double rows = MANY_RUNS * (MANY_SERIES + 1), empty_s = 0, full_s = 0;

	empty_s = (double)add_many(state, db, 0) / G_USEC_PER_SEC;
	add_many(state, db, MANY_RUNS);
	full_s = (double)add_many(state, db, 2 * MANY_RUNS) / G_USEC_PER_SEC;
	print_message("%.0f rows/s into an empty history, %.0f into one with %.0f rows\n",
		      rows / empty_s, rows / full_s, rows * 2);
	assert_true(rows / empty_s >= LEAST_ROWS_PER_S);
	assert_true(rows / full_s >= LEAST_ROWS_PER_S);
}

static void wrong_usage_says_so(void **state)
{
	g_autofree char *db = scratch_path(state, "usage.db"), *nothing = scratch_path(state, "no");
	const struct {
		const char *words[8];
		int code;
	} wrong[] = {
		{{pinbench, "history"}, PB_EXIT_USAGE},
		{{pinbench, "history", "forget"}, PB_EXIT_USAGE},
		{{pinbench, "history", "add", "--db", db}, PB_EXIT_USAGE},
		{{pinbench, "history", "add", "--db", db, nothing}, PB_EXIT_USAGE},
		{{pinbench, "history", "list", "--db", nothing}, PB_EXIT_USAGE},
		{{pinbench, "history", "list", "--db", db, "more"}, PB_EXIT_USAGE},
		{{pinbench, "history", "show", "--db", nothing}, PB_EXIT_USAGE},
		{{pinbench, "history", "mark", "--db", db, "0123", "perhaps"}, PB_EXIT_USAGE},
		{{pinbench, "history", "mark", "--db", db, "0123", "justified"}, PB_EXIT_USAGE},
		{{pinbench, "history", "mark", "--db", db, "0123", "fixed"}, PB_EXIT_USAGE},
		{{pinbench, "history", "export", "--db", db}, PB_EXIT_USAGE},
		{{pinbench, "history", "export", "--db", db, "-f", "xls"}, PB_EXIT_USAGE},
		{{pinbench, "history", "merge", "--db", db, nothing}, PB_EXIT_USAGE},
		{{pinbench, "history", "add", "--db", db, "--help"}, PB_EXIT_OK},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		int code = finish(start(wrong[i].words));

		if (code != wrong[i].code)
			fail_msg("line %zu: %d instead of %d", i, code, wrong[i].code);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_usage_says_so),
		cmocka_unit_test(a_kill_leaves_all_or_nothing),
		cmocka_unit_test(writers_at_once_lose_nothing),
		cmocka_unit_test(many_results_take_their_time_and_no_more),
	};

	if (argc != 2)
		return 2;
	pinbench = argv[1];
	return cmocka_run_group_tests(tests, scratch_make, scratch_drop);
}
