/* One way through a history: see walk.h. */
#include "reports/render/history/export/walk.h"

#include <errno.h>

#include "reports/error.h"

int pb_walk_open(struct pb_store *store, struct pb_walk *ret_walk, GError **ret_error)
{
	int err;

	*ret_walk = (struct pb_walk){.store = store};
	err = pb_store_runs(store, &ret_walk->runs, ret_error);
	return err ? err : pb_store_said(store, &ret_walk->said, ret_error);
}

void pb_walk_clear(struct pb_walk *walk)
{
	g_clear_pointer(&walk->runs, pb_history_runs_free);
	g_clear_pointer(&walk->said, g_ptr_array_unref);
}

struct taking {
	const struct pb_walk *walk;
	pb_walk_fn take;
	void *context;
	bool any;
};

static int take_series(const struct pb_history_series *series, void *context, GError **ret_error)
{
	struct taking *taking = context;
	struct pb_moves moves;
	int err;

	taking->any = true;
	pb_steps_find(series, taking->walk->runs, taking->walk->said, &moves);
	err = taking->take(series, &moves, taking->context, ret_error);
	pb_moves_clear(&moves);
	return err;
}

int pb_walk_series(const struct pb_walk *walk, const char *glob, pb_walk_fn take, void *context,
		   GError **ret_error)
{
	struct taking taking = {.walk = walk, .take = take, .context = context};
	int err = pb_store_each_series(walk->store, walk->runs, glob, take_series, &taking,
				       ret_error);

	if (!err && glob && !taking.any)
		return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE,
			       "the history has no series that '%s' matches, which is a "
			       "benchmark, a pattern of cases ('FAMILY/*') or a series' key",
			       glob);
	return err;
}

int pb_walk_unwritten(int err, GError **ret_error)
{
	return pb_fail(ret_error, err ? err : EIO, PB_EXIT_ENVIRONMENT,
		       "the history cannot be written to the output: %s; free some space or send "
		       "it elsewhere",
		       g_strerror(err ? err : EIO));
}

int pb_walk_flush(FILE *out, GError **ret_error)
{
	errno = 0;
	return fflush(out) || ferror(out) ? pb_walk_unwritten(errno, ret_error) : 0;
}
