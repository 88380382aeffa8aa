/* One history out of two: see store.h. */
#include <errno.h>
#include <string.h>

#include "reports/history/store/sql.h"
#include "reports/history/store/write.h"

struct merging {
	struct pb_store *into, *from;
	struct pb_writer *writer;
	const struct pb_history_runs *runs; /* of from */
	gint64 *ids;			    /* of its runs, in into; 0: was there already */
	guint added;
};

static int merge_runs(struct merging *m, GError **ret_error)
{
	int err = 0;

	for (guint i = 0; !err && i < m->runs->count; i++) {
		const struct pb_history_run *run = &m->runs->runs[i];
		gint64 there;

		err = pb_write_find_run(m->writer, run->sha256, &there, ret_error);
		if (err || there)
			continue;
		err = pb_write_run(m->writer, run, &m->ids[i], ret_error);
		m->added++;
	}
	return err;
}

static int merge_series(const struct pb_history_series *series, void *context, GError **ret_error)
{
	struct merging *m = context;
	gint64 id = 0;
	int err = 0;

	for (guint i = 0; !err && i < series->count; i++) {
		const struct pb_history_point *point = &series->points[i];

		if (!m->ids[point->run])
			continue;
		if (!id)
			err = pb_write_series_row(m->writer, series, &id, ret_error);
		if (!err)
			err = pb_write_point(m->writer, id, m->ids[point->run], point, ret_error);
	}
	return err;
}

static int merge_gap(const struct pb_history_gap *gap, void *context, GError **ret_error)
{
	struct merging *m = context;

	if (!m->ids[gap->run])
		return 0;
	return pb_write_gap(m->writer, m->ids[gap->run], gap->case_id, gap->outcome, gap->reason,
			    ret_error);
}

static const struct pb_store_said *same_said(const GPtrArray *all, const struct pb_store_said *said)
{
	for (guint i = 0; i < all->len; i++) {
		const struct pb_store_said *one = all->pdata[i];

		if (!strcmp(one->series, said->series) && !strcmp(one->run, said->run))
			return one;
	}
	return NULL;
}

/* What was said last holds. */
static int merge_said(struct merging *m, GError **ret_error)
{
	g_autoptr(GPtrArray) ours = NULL, theirs = NULL;
	int err = pb_store_said(m->into, &ours, ret_error);

	if (!err)
		err = pb_store_said(m->from, &theirs, ret_error);
	for (guint i = 0; !err && i < theirs->len; i++) {
		const struct pb_store_said *said = theirs->pdata[i];
		const struct pb_store_said *own = same_said(ours, said);

		if (!own || strcmp(own->when, said->when) < 0)
			err = pb_write_said(m->writer, said, ret_error);
	}
	return err;
}

static int merge_all(struct merging *m, GError **ret_error)
{
	int err = pb_writer_open(m->into, &m->writer, ret_error);

	if (!err)
		err = merge_runs(m, ret_error);
	if (!err)
		err = pb_store_each_series(m->from, m->runs, NULL, merge_series, m, ret_error);
	if (!err)
		err = pb_store_each_gap(m->from, m->runs, merge_gap, m, ret_error);
	if (!err)
		err = merge_said(m, ret_error);
	pb_writer_close(m->writer);
	return err;
}

int pb_store_merge(struct pb_store *store, struct pb_store *other, guint *ret_runs,
		   GError **ret_error)
{
	struct merging m = {.into = store, .from = other};
	g_autoptr(pb_history_runs) runs = NULL;
	g_autofree gint64 *ids = NULL;
	int err = pb_store_runs(other, &runs, ret_error);

	if (!err)
		err = pb_sql_begin(store, ret_error);
	if (err)
		return err;
	m.runs = runs;
	m.ids = ids = g_new0(gint64, runs->count + 1);
	err = pb_sql_end(store, merge_all(&m, ret_error), ret_error);
	*ret_runs = err ? 0 : m.added;
	return err;
}
