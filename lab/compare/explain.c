/* Where cases moved: see explain.h. */
#include <errno.h>
#include <string.h>
#include "lab/compare/explain.h"
#include "lab/compare/moved.h"
#include "lab/run/counters.h"
#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/profile/profile.h"

/* The cases to profile, in order, and what was found out about each side. */
struct explaining {
	struct pb_sides *sides;
	GPtrArray *ids; /* NULL-terminated; owned by the rows and the results */
	struct pb_result *results[PB_CONTROL];
};

static bool holds(const GPtrArray *ids, const char *id)
{
	for (guint i = 0; i < ids->len; i++) {
		if (!strcmp(ids->pdata[i], id))
			return true;
	}
	return false;
}

static bool differs(const json_t *row)
{
	const json_t *before = json_object_get(row, "baseline");
	const json_t *after = json_object_get(row, "patched");

	return before && after && json_number_value(before) != json_number_value(after);
}

/* What the layout of memory moved, in a metric that says so, has no place in the code. */
static bool is_layout(const json_t *row)
{
	return json_is_true(json_object_get(row, "negligible")) &&
	       json_object_get(row, "min_effect_percent");
}

/* Exploratory figures move with the others, or where the benchmark is not asked. */
static bool moved(const json_t *row)
{
	return json_is_true(json_object_get(row, "primary")) && differs(row) && !is_layout(row);
}

/* Did the case execute changed code inside its clock? */
static bool reached(const struct pb_result *result, const char *id)
{
	const json_t *seen = json_object_get(pb_moved_case(result, id), "reached");

	return json_array_size(json_object_get(seen, "measured")) > 0;
}

static void choose(struct explaining *e, const json_t *rows,
		   const struct pb_result *const *measured)
{
	const json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		const char *id = json_string_value(json_object_get(row, "id"));
		bool wanted = moved(row) || reached(measured[PB_BASELINE], id) ||
			      reached(measured[PB_PATCHED], id);

		/* What is not the same in two runs of one kernel would blame any function. */
		if (json_object_get(row, PB_CASE_NOT_DETERMINISTIC))
			continue;
		/* What is on one side alone has nothing to be compared with. */
		if (wanted && json_object_get(row, "baseline") && json_object_get(row, "patched") &&
		    !holds(e->ids, id))
			g_ptr_array_add(e->ids, (char *)id);
	}
}

static int profile_side(struct explaining *e, int side, GError **ret_error)
{
	const struct pb_compare_options *options = e->sides->options;
	g_autofree char *out =
		g_build_filename(options->run.out, PB_EXPLAIN_DIR, pb_side_name(side), NULL);
	struct pb_run_options run = options->run;
	g_autoptr(GError) why = NULL;
	gboolean saved = FALSE;
	int err;

	run.kernel = side == PB_PATCHED ? options->patched : options->baseline;
	run.out = out;
	run.globs = (const char *const *)e->ids->pdata;
	run.command = options->command;
	run.boots = 1;
	run.watch = NULL;
	run.counters = PB_COUNTERS_EXACT | PB_COUNTERS_PROFILE;
	err = pb_run(&run, e->sides->progress, &saved, &why);
	/* A case that failed was measured before, and its failure told: here it has no profile. */
	if (err && (err == -EINTR || !saved)) {
		g_propagate_error(ret_error, g_steal_pointer(&why));
		return err;
	}
	return pb_result_load(out, &e->results[side], ret_error);
}

static int load_profile(struct explaining *e, int side, const char *id,
			struct pb_profile **ret_profile, GError **ret_error)
{
	const json_t *one = pb_moved_case(e->results[side], id);
	const char *folder = json_string_value(json_object_get(one, "profile"));
	const char *error = json_string_value(json_object_get(one, "profile_error"));
	g_autofree char *directory = NULL;

	if (!folder)
		return pb_fail(ret_error, ENODATA, PB_EXIT_ENVIRONMENT, "the %s side: %s",
			       pb_side_name(side), error ? error : "the case left no profile");
	directory = g_build_filename(e->sides->options->run.out, PB_EXPLAIN_DIR, pb_side_name(side),
				     folder, NULL);
	return pb_profile_load(directory, ret_profile, ret_error);
}

static int explain_row(struct explaining *e, json_t *row, struct pb_profile *const *profiles,
		       GError **ret_error)
{
	const char *id = json_string_value(json_object_get(row, "id"));
	const json_t *one = pb_moved_case(e->results[PB_PATCHED], id);
	const char *path = json_string_value(json_object_get(one, "profile"));
	g_autofree char *folder = path ? g_path_get_basename(path) : NULL;

	return pb_moved_add(e->sides->options->run.out, folder, row, profiles, ret_error);
}

static int explain_rows(struct explaining *e, const char *id, struct pb_profile *const *profiles,
			json_t *rows, GError **ret_error)
{
	json_t *row;
	size_t i;
	int err = 0;

	json_array_foreach (rows, i, row) {
		if (!err && !g_strcmp0(json_string_value(json_object_get(row, "id")), id))
			err = explain_row(e, row, profiles, ret_error);
	}
	return err;
}

static int explain_case(struct explaining *e, const char *id, json_t *rows, GError **ret_error)
{
	struct pb_profile *profiles[PB_CONTROL] = {NULL};
	g_autoptr(GError) why = NULL;
	int err = 0;

	for (int side = 0; !why && side < PB_CONTROL; side++)
		load_profile(e, side, id, &profiles[side], &why);
	if (why)
		pb_moved_note_error(rows, id, why->message);
	else
		err = explain_rows(e, id, profiles, rows, ret_error);
	for (int side = 0; side < PB_CONTROL; side++)
		pb_profile_free(profiles[side]);
	return err;
}

static int explain_all(struct explaining *e, json_t *rows, GError **ret_error)
{
	g_autoptr(GError) why = NULL;
	int err = 0;

	for (int side = 0; !err && side < PB_CONTROL; side++)
		err = profile_side(e, side, &why);
	/* A QEMU without plugins compares all the same; it cannot say where. */
	if (err && err != -ENOTSUP) {
		g_propagate_error(ret_error, g_steal_pointer(&why));
		return err;
	}
	for (guint i = 0; e->ids->pdata[i]; i++) {
		if (why)
			pb_moved_note_error(rows, e->ids->pdata[i], why->message);
		else if (!err)
			err = explain_case(e, e->ids->pdata[i], rows, ret_error);
	}
	return why ? 0 : err;
}

int pb_explain(struct pb_sides *sides, json_t *members, const struct pb_result *const *measured,
	       GError **ret_error)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new();
	struct explaining e = {.sides = sides, .ids = ids};
	json_t *rows = json_object_get(members, "cases");
	int err = 0;

	if (!pb_sides_are_counted(sides) || !sides->kernels[PB_BASELINE])
		return 0;
	choose(&e, rows, measured);
	if (ids->len) {
		g_ptr_array_add(ids, NULL);
		err = explain_all(&e, rows, ret_error);
	}
	for (int side = 0; side < PB_CONTROL; side++)
		pb_result_free(e.results[side]);
	return err;
}
