/* A history as other programs read it: see export.h. */
#include "reports/render/history/export/export.h"

#include <errno.h>
#include <string.h>

#include "reports/error.h"
#include "reports/render/history/export/format.h"
#include "reports/render/history/export/walk.h"

static const struct pb_export_format *const formats[] = {
	&pb_export_csv,	 &pb_export_json,  &pb_export_junit,
	&pb_export_ktap, &pb_export_kcidb, &pb_export_openmetrics,
};

const char *const *pb_history_export_formats(void)
{
	static const char *names[G_N_ELEMENTS(formats) + 1];

	for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
		names[i] = formats[i]->name;
	return names;
}

static int find_format(const char *name, const struct pb_export_format **ret_format,
		       GError **ret_error)
{
	g_autofree char *names = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (strcmp(name, formats[i]->name))
			continue;
		*ret_format = formats[i];
		return 0;
	}
	names = g_strjoinv(", ", (char **)pb_history_export_formats());
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "'%s' is no format that a history can be written in; there are: %s", name,
		       names);
}

static int check(const struct pb_export *e, GError **ret_error)
{
	if (e->err || ferror(e->out))
		return pb_walk_unwritten(e->err ? e->err : errno, ret_error);
	return 0;
}

int pb_export_begin(struct pb_export *e, const char *format, const struct pb_history_runs *runs,
		    FILE *out, GError **ret_error)
{
	int err;

	*e = (struct pb_export){.out = out, .runs = runs};
	err = find_format(format, &e->format, ret_error);
	if (err)
		return err;
	pb_releases_of(runs, &e->releases);
	e->format->begin(e);
	return check(e, ret_error);
}

int pb_export_take_series(struct pb_export *e, const struct pb_history_series *series,
			  const struct pb_moves *moves, GError **ret_error)
{
	for (guint i = 0; i < moves->step_count; i++)
		e->open += pb_step_is_open(series, &moves->steps[i]);
	e->format->series(e, series, moves);
	return check(e, ret_error);
}

int pb_export_take_gap(struct pb_export *e, const struct pb_history_gap *gap, GError **ret_error)
{
	if (e->format->gap)
		e->format->gap(e, gap);
	return check(e, ret_error);
}

int pb_export_end(struct pb_export *e, GError **ret_error)
{
	int err;

	if (e->format->end)
		e->format->end(e);
	err = check(e, ret_error);
	return err ? err : pb_walk_flush(e->out, ret_error);
}

void pb_export_clear(struct pb_export *e)
{
	if (e->format && e->format->free_state && e->state)
		e->format->free_state(e->state);
	pb_releases_clear(&e->releases);
	*e = (struct pb_export){0};
}

struct chosen {
	struct pb_export *e;
	const char *glob;
	GHashTable *cases; /* of the series that were written */
};

static int take_series(const struct pb_history_series *series, const struct pb_moves *moves,
		       void *context, GError **ret_error)
{
	struct chosen *chosen = context;

	if (chosen->glob)
		g_hash_table_add(chosen->cases, g_strdup(series->case_id));
	return pb_export_take_series(chosen->e, series, moves, ret_error);
}

/* As series are chosen: a key chooses its case, and a pattern also cases that have no series. */
static bool is_chosen(const struct chosen *chosen, const char *case_id)
{
	gsize length = strcspn(case_id, "[");

	return !chosen->glob || g_hash_table_contains(chosen->cases, case_id) ||
	       (strlen(chosen->glob) == length && !strncmp(chosen->glob, case_id, length)) ||
	       g_pattern_match_simple(chosen->glob, case_id);
}

static int take_gap(const struct pb_history_gap *gap, void *context, GError **ret_error)
{
	const struct chosen *chosen = context;

	return is_chosen(chosen, gap->case_id) ? pb_export_take_gap(chosen->e, gap, ret_error) : 0;
}

/* A pattern that nothing matches is said when the document is whole, which a reader may have. */
static int write_all(struct pb_export *e, const struct pb_walk *walk, const char *glob,
		     GError **ret_error)
{
	g_autoptr(GHashTable) cases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct chosen chosen = {.e = e, .glob = glob, .cases = cases};
	int missing = 0;
	int err = pb_walk_series(walk, glob, take_series, &chosen, ret_error);

	if (err == -ENOENT)
		missing = err;
	else if (err)
		return err;
	err = pb_store_each_gap(walk->store, walk->runs, take_gap, &chosen,
				missing ? NULL : ret_error);
	if (!err)
		err = pb_export_end(e, missing ? NULL : ret_error);
	return missing ? missing : err;
}

int pb_history_export(struct pb_store *store, const char *format, const char *glob, FILE *out,
		      GError **ret_error)
{
	struct pb_export e = {0};
	struct pb_walk walk;
	int err = pb_walk_open(store, &walk, ret_error);

	if (!err)
		err = pb_export_begin(&e, format, walk.runs, out, ret_error);
	if (!err)
		err = write_all(&e, &walk, glob, ret_error);
	pb_export_clear(&e);
	pb_walk_clear(&walk);
	return err;
}
