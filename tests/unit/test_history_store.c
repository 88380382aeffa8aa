/* The database of a history: what is added is there, once, whole, and what is no history stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/history/store.h"
#include "tests/history/made.h"
#include "tests/unit/scratch.h"

#define SERIES 4

static double hundred(const struct made_result *r, guint series, void *context)
{
	return 100 * (series + 1) + r->run;
}

static struct made_result result_of(const char *release, guint run)
{
	return (struct made_result){
		.release = release,
		.spec = release,
		.text_sha256 = release,
		.evidence = PB_EVIDENCE_COUNTED,
		.run = run,
		.series = SERIES,
		.skipped = 2,
		.value = hundred,
	};
}

static struct pb_store *open_store(void **state, const char *name, enum pb_store_access access)
{
	g_autofree char *path = scratch_path(state, name);
	g_autoptr(GError) error = NULL;
	struct pb_store *store = NULL;

	if (pb_store_open(path, access, &store, &error))
		fail_msg("%s", error->message);
	return store;
}

static struct pb_store_added add(void **state, struct pb_store *store, const struct made_result *r)
{
	g_autofree char *name = g_strdup_printf("%s-%u", r->release, r->run);
	g_autofree char *directory = scratch_path(state, name);
	struct pb_store_added added = {0};
	g_autoptr(GError) error = NULL;

	assert_int_equal(made_write(r, directory), 0);
	if (pb_store_add(store, directory, NULL, &added, &error))
		fail_msg("%s", error->message);
	return added;
}

static guint count_runs(struct pb_store *store)
{
	g_autoptr(pb_history_runs) runs = NULL;

	assert_int_equal(pb_store_runs(store, &runs, NULL), 0);
	return runs->count;
}

static void the_same_result_twice_is_one(void **state)
{
	g_autoptr(pb_store) store = open_store(state, "twice.db", PB_STORE_WRITE);
	struct made_result r = result_of("6.12.117", 1);
	struct pb_store_added first = add(state, store, &r), second = add(state, store, &r);

	assert_true(first.is_new);
	assert_int_equal(first.rows, SERIES + 2);
	assert_false(second.is_new);
	assert_int_equal(second.rows, 0);
	assert_int_equal(count_runs(store), 1);
}

static int check_series(const struct pb_history_series *series, void *context, GError **ret_error)
{
	guint *seen = context;

	assert_int_equal(series->count, 3);
	assert_true(series->is_exact);
	assert_true(series->primary);
	assert_string_equal(series->machine, "plain");
	for (guint i = 0; i < 3; i++) {
		assert_int_equal(series->points[i].run, i);
		assert_true(series->points[i].low == series->points[i].value);
	}
	/* 7.2 was measured first. */
	assert_true(series->points[0].value < series->points[1].value);
	assert_true(series->points[2].value < series->points[0].value);
	(*seen)++;
	return 0;
}

static int check_gap(const struct pb_history_gap *gap, void *context, GError **ret_error)
{
	assert_string_equal(gap->outcome, PB_OUTCOME_SKIP);
	assert_string_equal(gap->reason, "this kernel has no such thing");
	(*(guint *)context)++;
	return 0;
}

static void runs_are_in_the_order_of_kernels(void **state)
{
	g_autoptr(pb_store) store = open_store(state, "order.db", PB_STORE_WRITE);
	struct made_result r[] = {result_of("7.2.1", 1), result_of("6.12.117", 2),
				  result_of("7.2.0-rc1", 3)};
	static const char *const wanted[] = {"6.12.117", "7.2.0-rc1", "7.2.1"};
	g_autoptr(pb_history_runs) runs = NULL;
	guint seen = 0, gaps = 0;

	for (guint i = 0; i < G_N_ELEMENTS(r); i++)
		add(state, store, &r[i]);
	assert_int_equal(pb_store_runs(store, &runs, NULL), 0);
	assert_int_equal(runs->count, 3);
	for (guint i = 0; i < 3; i++)
		assert_string_equal(runs->runs[i].name, wanted[i]);
	assert_int_equal(pb_store_each_series(store, runs, NULL, check_series, &seen, NULL), 0);
	assert_int_equal(seen, SERIES);
	seen = 0;
	assert_int_equal(pb_store_each_series(store, runs, "gup/*", check_series, &seen, NULL), 0);
	assert_int_equal(seen, 1);
	assert_int_equal(pb_store_each_gap(store, runs, check_gap, &gaps, NULL), 0);
	assert_int_equal(gaps, 6);
}

static int count_series(const struct pb_history_series *series, void *context, GError **ret_error)
{
	(*(guint *)context)++;
	return 0;
}

/* Another evidence, another machine, other options: no line of what is unlike. */
static void unlike_things_form_no_line(void **state)
{
	g_autoptr(pb_store) store = open_store(state, "unlike.db", PB_STORE_WRITE);
	struct made_result counted = result_of("6.12.117", 1), timed = result_of("6.12.117", 2);
	g_autoptr(pb_history_runs) runs = NULL;
	guint seen = 0;

	timed.evidence = PB_EVIDENCE_TIMED;
	add(state, store, &counted);
	add(state, store, &timed);
	assert_int_equal(pb_store_runs(store, &runs, NULL), 0);
	assert_int_equal(pb_store_each_series(store, runs, NULL, count_series, &seen, NULL), 0);
	assert_int_equal(seen, 2 * SERIES);
}

/* Boots that are appended to a result make it another one, in place of what it was. */
static void a_longer_form_takes_the_place(void **state)
{
	g_autoptr(pb_store) store = open_store(state, "longer.db", PB_STORE_WRITE);
	struct made_result r = result_of("6.12.117", 1);

	r.started = "2026-11-29T00:00:00Z";
	add(state, store, &r);
	r.skipped = 1;
	assert_true(add(state, store, &r).is_new);
	assert_int_equal(count_runs(store), 1);
}

static void refuse(void **state, const char *name, enum pb_store_access access, const char *why)
{
	g_autofree char *path = scratch_path(state, name), *before = NULL, *after = NULL;
	g_autoptr(GError) error = NULL;
	struct pb_store *store = NULL;
	gsize length = 0, left = 0;
	bool is_there = g_file_get_contents(path, &before, &length, NULL);

	assert_true(pb_store_open(path, access, &store, &error) < 0);
	assert_int_equal(error->code, PB_EXIT_USAGE);
	if (!strstr(error->message, why))
		fail_msg("'%s' is not in: %s", why, error->message);
	assert_non_null(strstr(error->message, name));
	assert_int_equal(g_file_get_contents(path, &after, &left, NULL), is_there);
	assert_int_equal(left, length);
	if (is_there)
		assert_memory_equal(before, after, length);
}

static void make_foreign(void **state, const char *name, const char *sql)
{
	g_autofree char *path = scratch_path(state, name);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void what_is_no_history_is_refused_and_stays(void **state)
{
	g_autofree char *text = scratch_write(state, "text.db",
					      "not a database, but long enough "
					      "to be taken for one, perhaps\n");

	make_foreign(state, "foreign.db", "CREATE TABLE bookmarks(url TEXT)");
	refuse(state, "text.db", PB_STORE_WRITE, "not a database");
	refuse(state, "text.db", PB_STORE_READ, "not a database");
	refuse(state, "foreign.db", PB_STORE_WRITE, "another program");
	refuse(state, "nothing.db", PB_STORE_READ, "there is no history");
	pb_store_close(open_store(state, "newer.db", PB_STORE_WRITE));
	make_foreign(state, "newer.db", "PRAGMA user_version = 99");
	refuse(state, "newer.db", PB_STORE_WRITE, "newer pinbench");
	refuse(state, "newer.db", PB_STORE_READ, "newer pinbench");
}

static void a_damaged_one_is_refused(void **state)
{
	g_autofree char *path = scratch_path(state, "damaged.db"), *bytes = NULL;
	struct pb_store *store = open_store(state, "damaged.db", PB_STORE_WRITE);
	gsize length;

	for (guint run = 0; run < 20; run++) {
		struct made_result r = result_of("6.12.117", run);

		add(state, store, &r);
	}
	pb_store_close(store);
	assert_true(g_file_get_contents(path, &bytes, &length, NULL));
	assert_true(length > 4 * 4096);
	memset(bytes + 4096, 0xa5, length - 4096);
	assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
	refuse(state, "damaged.db", PB_STORE_WRITE, "was left as it is");
	assert_true(g_file_set_contents(path, bytes, (gssize)length / 2 + 100, NULL));
	refuse(state, "damaged.db", PB_STORE_READ, "was left as it is");
}

static void refuse_result(void **state, struct pb_store *store, const char *name, const char *text)
{
	g_autofree char *file = g_build_filename(name, "result.json", NULL);
	g_autofree char *path = scratch_write(state, file, text);
	g_autofree char *directory = g_path_get_dirname(path);
	struct pb_store_added added = {0};
	g_autoptr(GError) error = NULL;

	assert_true(pb_store_add(store, directory, NULL, &added, &error) < 0);
	assert_int_equal(error->code, PB_EXIT_USAGE);
	assert_int_equal(count_runs(store), 0);
}

static void what_is_no_result_is_refused_whole(void **state)
{
	g_autoptr(pb_store) store = open_store(state, "results.db", PB_STORE_WRITE);
	struct made_result r = result_of("6.12.117", 1);
	json_t *document = made_document(&r), *cases = json_object_get(document, "cases");
	g_autofree char *whole = json_dumps(document, 0), *twice = NULL, *never = NULL;
	g_autofree char *half = g_strndup(whole, strlen(whole) / 2);

	refuse_result(state, store, "half", half);
	refuse_result(state, store, "foreign", "{\"schema\":\"other/1\"}");
	/* The last case is there twice: found when all others are in the database already. */
	json_array_append(cases, json_array_get(cases, 0));
	twice = json_dumps(document, 0);
	refuse_result(state, store, "twice", twice);
	json_array_remove(cases, json_array_size(cases) - 1);
	json_object_set_new(json_object_get(document, "run"), "started", json_string("yesterday"));
	never = json_dumps(document, 0);
	refuse_result(state, store, "never", never);
	json_decref(document);
}

static void an_older_one_is_brought_up(void **state)
{
	g_autofree char *path = scratch_path(state, "older.db"), *before = NULL, *after = NULL;
	struct pb_store *store = open_store(state, "older.db", PB_STORE_WRITE);
	struct made_result r = result_of("6.12.117", 1);
	g_autoptr(GPtrArray) said = NULL;
	gsize length;

	add(state, store, &r);
	pb_store_close(store);
	/* As the first schema was. */
	make_foreign(state, "older.db", "DROP TABLE said; PRAGMA user_version = 1");
	assert_true(g_file_get_contents(path, &before, &length, NULL));
	store = open_store(state, "older.db", PB_STORE_READ);
	assert_int_equal(count_runs(store), 1);
	assert_int_equal(pb_store_said(store, &said, NULL), 0);
	assert_int_equal(said->len, 0);
	pb_store_close(store);
	assert_true(g_file_get_contents(path, &after, NULL, NULL));
	assert_memory_equal(before, after, length);

	store = open_store(state, "older.db", PB_STORE_WRITE);
	assert_int_equal(count_runs(store), 1);
	assert_int_equal(pb_store_say(store,
				      &(struct pb_store_said){"series", "run", "step",
							      PB_STEP_FIXED, "by a patch", "2026"},
				      NULL),
			 0);
	pb_store_close(store);
}

static void say(struct pb_store *store, enum pb_step_state state, const char *when)
{
	const struct pb_store_said said = {"series", "run", "step", state, "why", (char *)when};

	assert_int_equal(pb_store_say(store, &said, NULL), 0);
}

static enum pb_step_state state_of(struct pb_store *store)
{
	g_autoptr(GPtrArray) said = NULL;

	assert_int_equal(pb_store_said(store, &said, NULL), 0);
	assert_int_equal(said->len, 1);
	return ((struct pb_store_said *)said->pdata[0])->state;
}

static void a_merge_adds_what_is_not_there(void **state)
{
	g_autoptr(pb_store) a = open_store(state, "a.db", PB_STORE_WRITE);
	g_autoptr(pb_store) b = open_store(state, "b.db", PB_STORE_WRITE);
	struct made_result both = result_of("6.12.117", 1), only = result_of("7.3.4", 2);
	g_autoptr(pb_history_runs) runs = NULL;
	guint added = 0, gaps = 0;

	add(state, a, &both);
	add(state, b, &both);
	add(state, b, &only);
	say(a, PB_STEP_ACKNOWLEDGED, "2026-11-01T00:00:00Z");
	say(b, PB_STEP_JUSTIFIED, "2026-11-02T00:00:00Z");
	assert_int_equal(pb_store_merge(a, b, &added, NULL), 0);
	assert_int_equal(added, 1);
	assert_int_equal(count_runs(a), 2);
	assert_int_equal(state_of(a), PB_STEP_JUSTIFIED);
	assert_int_equal(pb_store_merge(a, b, &added, NULL), 0);
	assert_int_equal(added, 0);
	assert_int_equal(pb_store_runs(a, &runs, NULL), 0);
	assert_int_equal(pb_store_each_gap(a, runs, check_gap, &gaps, NULL), 0);
	assert_int_equal(gaps, 4);
	/* What was said earlier does not come back. */
	say(a, PB_STEP_FIXED, "2026-11-03T00:00:00Z");
	assert_int_equal(pb_store_merge(a, b, &added, NULL), 0);
	assert_int_equal(state_of(a), PB_STEP_FIXED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_result_twice_is_one),
		cmocka_unit_test(runs_are_in_the_order_of_kernels),
		cmocka_unit_test(unlike_things_form_no_line),
		cmocka_unit_test(a_longer_form_takes_the_place),
		cmocka_unit_test(what_is_no_history_is_refused_and_stays),
		cmocka_unit_test(a_damaged_one_is_refused),
		cmocka_unit_test(what_is_no_result_is_refused_whole),
		cmocka_unit_test(an_older_one_is_brought_up),
		cmocka_unit_test(a_merge_adds_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_drop);
}
