/* What people said of steps: see store.h. */
#include <errno.h>

#include "reports/history/store/sql.h"
#include "reports/history/store/write.h"

int pb_store_say(struct pb_store *store, const struct pb_store_said *said, GError **ret_error)
{
	struct pb_writer *writer = NULL;
	int err = pb_sql_begin(store, ret_error);

	if (err)
		return err;
	err = pb_writer_open(store, &writer, ret_error);
	if (!err)
		err = pb_write_said(writer, said, ret_error);
	pb_writer_close(writer);
	return pb_sql_end(store, err, ret_error);
}

static void said_free(gpointer data)
{
	struct pb_store_said *said = data;

	g_free(said->series);
	g_free(said->run);
	g_free(said->step);
	g_free(said->text);
	g_free(said->when);
	g_free(said);
}

static int read_said(sqlite3_stmt *s, struct pb_store_said **ret_said, GError **ret_error)
{
	enum pb_step_state state;
	struct pb_store_said *said;
	int err = pb_step_state_parse(pb_sql_column(s, 3), &state, ret_error);

	if (err)
		return err;
	said = g_new0(struct pb_store_said, 1);
	said->series = g_strdup(pb_sql_column(s, 0));
	said->run = g_strdup(pb_sql_column(s, 1));
	said->step = g_strdup(pb_sql_column(s, 2));
	said->state = state;
	said->text = g_strdup(pb_sql_column(s, 4));
	said->when = g_strdup(pb_sql_column(s, 5));
	*ret_said = said;
	return 0;
}

int pb_store_said(struct pb_store *store, GPtrArray **ret_said, GError **ret_error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(said_free);
	g_autoptr(sqlite3_stmt) s = pb_sql_prepare(
		store,
		"SELECT series, run, step, state, text, said_at FROM said ORDER BY series, run",
		ret_error);
	int err = s ? 0 : -EIO;

	while (!err && (err = pb_sql_step(store, s, ret_error)) > 0) {
		struct pb_store_said *said;

		err = read_said(s, &said, ret_error);
		if (!err)
			g_ptr_array_add(all, said);
	}
	if (err)
		return err;
	*ret_said = g_steal_pointer(&all);
	return 0;
}
