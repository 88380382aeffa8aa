/* Adding a result to a history: see store.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/history/store/describe.h"
#include "reports/history/kernel.h"
#include "reports/history/store/sql.h"
#include "reports/history/store/write.h"

/* One result on its way into the database. */
struct adding {
	struct pb_store *store;
	struct pb_writer *writer;
	struct pb_describe_context context;
	gint64 result_id;
	guint rows;
};

static int add_metric(struct adding *a, size_t index, const struct pb_metric *metric,
		      GError **ret_error)
{
	struct pb_history_series series;
	struct pb_history_point point;
	gint64 id;
	int err;

	if (!pb_describe_point(a->context.result, metric, &point))
		return 0;
	pb_describe_series(&a->context, index, metric, &series);
	err = pb_write_series_row(a->writer, &series, &id, ret_error);
	if (!err)
		err = pb_write_point(a->writer, id, a->result_id, &point, ret_error);
	a->rows += !err;
	return err;
}

static int add_case(struct adding *a, size_t index, GError **ret_error)
{
	const struct pb_case *c = &a->context.result->cases[index];
	int err = 0;

	if (c->outcome != PB_CASE_OK) {
		a->rows++;
		return pb_write_gap(a->writer, a->result_id, c->id,
				    c->outcome == PB_CASE_SKIP ? PB_OUTCOME_SKIP : PB_OUTCOME_FAIL,
				    c->reason ? c->reason : "", ret_error);
	}
	for (size_t i = 0; !err && i < c->metric_count; i++)
		err = add_metric(a, index, &c->metrics[i], ret_error);
	return err;
}

static int add_all(struct adding *a, const struct pb_history_run *run, GError **ret_error)
{
	int err = pb_write_supersede(a->writer, run, ret_error);

	if (!err)
		err = pb_write_run(a->writer, run, &a->result_id, ret_error);
	for (size_t i = 0; !err && i < a->context.result->case_count; i++)
		err = add_case(a, i, ret_error);
	return err;
}

/* Two writers of one result: the second finds it there, inside its own transaction. */
static int add_unless_there(struct adding *a, const struct pb_history_run *run, bool *ret_is_new,
			    GError **ret_error)
{
	gint64 there = 0;
	int err = pb_sql_begin(a->store, ret_error);

	if (err)
		return err;
	err = pb_writer_open(a->store, &a->writer, ret_error);
	if (!err)
		err = pb_write_find_run(a->writer, run->sha256, &there, ret_error);
	*ret_is_new = !there;
	if (!err && !there)
		err = add_all(a, run, ret_error);
	pb_writer_close(a->writer);
	return pb_sql_end(a->store, err, ret_error);
}

int pb_store_add(struct pb_store *store, const char *directory, const char *machine,
		 struct pb_store_added *ret_added, GError **ret_error)
{
	g_autoptr(pb_result) result = NULL;
	g_autofree char *config = NULL, *native = NULL;
	struct pb_history_run run = {0};
	struct adding a = {.store = store};
	int err = pb_result_load(directory, &result, ret_error);

	if (err)
		return err;
	config = pb_kernel_config_words(
		json_object_get(
			json_object_get(json_object_get(result->root, "environment"), "kernel"),
			"options"),
		result->environment.kernel.release);
	if (result->environment.native)
		native = machine ? g_strdup(machine) : pb_describe_machine(result);
	a.context = (struct pb_describe_context){result, config, native};
	err = pb_describe_run(result, directory, &run, ret_error);
	if (!err)
		err = add_unless_there(&a, &run, &ret_added->is_new, ret_error);
	ret_added->rows = a.rows;
	pb_history_run_clear(&run);
	return err;
}
