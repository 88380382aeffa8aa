/* What shows that a comparison is one: see proof.h. */
#include <errno.h>
#include <string.h>
#include "lab/compare/proof.h"
#include "lab/kernel/changed/changed.h"
#include "lab/kernel/changed/locate.h"
#include "lab/kernel/spec.h"
#include "lab/util/files.h"
#include "pinbench/result.h"
#include "reports/compare/control.h"

#define CONTROL_BOOTS 2
/* Of a change of a header a list would be no help. */
#define MOST_CHANGES 100

static int note_module(struct pb_sides *c, json_t *validity, GError **ret_error)
{
	g_autofree char *one = NULL, *other = NULL;
	int err = pb_sha256_file(c->modules[PB_BASELINE], &one, ret_error);

	if (!err)
		err = pb_sha256_file(c->modules[PB_PATCHED], &other, ret_error);
	if (!err)
		json_object_set_new(validity, "module_identical",
				    json_boolean(!strcmp(one, other)));
	return err;
}

static json_t *change_object(const struct pb_function_change *change)
{
	static const char *const how[] = {
		[PB_CHANGE_CODE] = "code", [PB_CHANGE_NEW] = "new", [PB_CHANGE_GONE] = "gone"};

	return json_pack("{s:s, s:s, s:s, s:I, s:I}", "function", change->folded, "object",
			 change->object, "how", how[change->how], "baseline_bytes",
			 (json_int_t)change->baseline_bytes, "patched_bytes",
			 (json_int_t)change->patched_bytes);
}

/* Cases that executed a function: in the clock, or only around it. */
struct reached {
	json_t *measured; /* ids */
	bool outside;
};

static bool names(const json_t *list, const char *key)
{
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		if (!g_strcmp0(json_string_value(one), key))
			return true;
	}
	return false;
}

/* *ret_known: some case was watched. */
static void look_in(const struct pb_result *result, const char *key, struct reached *reached,
		    bool *ret_known)
{
	const json_t *cases = json_object_get(result->root, "cases");
	json_t *one;
	size_t i;

	json_array_foreach (cases, i, one) {
		const json_t *seen = json_object_get(one, "reached");
		json_t *id = json_object_get(one, "id");

		*ret_known |= seen != NULL;
		if (names(json_object_get(seen, "measured"), key) &&
		    !names(reached->measured, json_string_value(id)))
			json_array_append(reached->measured, id);
		reached->outside |= names(json_object_get(seen, "outside"), key);
	}
}

/* Code of a module lies where it was loaded, and is not watched. */
static bool is_watched(const struct pb_sides *c, const char *key)
{
	for (int side = 0; side < PB_CONTROL; side++) {
		const struct pb_watch *watch = c->watches[side];

		if (watch && g_strv_contains((const char *const *)watch->names, key))
			return true;
	}
	return false;
}

static void note_reached(const struct pb_sides *c, const struct pb_result *const *results,
			 guint count, json_t *change)
{
	g_autofree char *key =
		pb_function_key(json_string_value(json_object_get(change, "object")),
				json_string_value(json_object_get(change, "function")));
	struct reached reached = {.measured = json_array()};
	const char *how;
	bool known = false;

	for (guint i = 0; i < count; i++)
		look_in(results[i], key, &reached, &known);
	how = json_array_size(reached.measured) ? "measured" : reached.outside ? "outside" : "no";
	if (known && is_watched(c, key)) {
		json_object_set_new(change, "reached", json_string(how));
		json_object_set(change, "reached_by", reached.measured);
	}
	json_decref(reached.measured);
}

static void note_changes(struct pb_sides *c, const struct pb_result *const *results, guint count,
			 json_t *validity)
{
	json_t *list = json_array();

	for (guint i = 0; i < MIN(c->changes->len, MOST_CHANGES); i++) {
		json_t *change = change_object(c->changes->pdata[i]);

		note_reached(c, results, count, change);
		json_array_append_new(list, change);
	}
	json_object_set_new(validity, "changed_functions", list);
	json_object_set_new(validity, "changed_count", json_integer(c->changes->len));
}

/* What failed cases mean is judged by who asked; the result is there. */
static int run_and_load(const struct pb_run_options *run, struct pb_progress *progress,
			struct pb_result **ret_result, GError **ret_error)
{
	GError *why = NULL;
	gboolean saved;
	int err = pb_run(run, progress, &saved, &why);

	if (err && (err == -EINTR || !saved)) {
		g_propagate_error(ret_error, why);
		return err;
	}
	g_clear_error(&why);
	return pb_result_load(run->out, ret_result, ret_error);
}

int pb_proof_control(const struct pb_compare_options *options, struct pb_progress *progress,
		     json_t **ret_control, GError **ret_error)
{
	g_autofree char *out = g_build_filename(options->run.out, PB_CONTROL_PROFILE, NULL);
	struct pb_run_options run = options->run;
	g_autoptr(pb_result) result = NULL;
	int err;

	run.kernel = options->baseline;
	run.profile = PB_CONTROL_PROFILE;
	run.globs = NULL;
	run.boots = CONTROL_BOOTS;
	run.out = out;
	run.command = options->command;
	err = run_and_load(&run, progress, &result, ret_error);
	if (!err)
		*ret_control = pb_control_judge(result);
	return err;
}

/* Timed guests are not watched, for that would slow them: the cases run once more, counted. */
static int run_watched(struct pb_sides *c, struct pb_result **ret_result, GError **ret_error)
{
	g_autofree char *out = g_build_filename(c->options->run.out, "reached", NULL);
	struct pb_run_options run = c->options->run;

	run.kernel = c->options->patched;
	run.evidence = PB_EVIDENCE_COUNTED;
	run.boots = 1;
	run.watch = c->watches[PB_PATCHED];
	run.out = out;
	run.command = c->options->command;
	return run_and_load(&run, c->progress, ret_result, ret_error);
}

static int gather_changes(struct pb_sides *c, const struct pb_result *baseline,
			  const struct pb_result *patched, json_t *validity, GError **ret_error)
{
	const struct pb_result *results[] = {baseline, patched};
	g_autoptr(pb_result) watched = NULL;
	int err = 0;

	if (!c->changes)
		return 0;
	if (!pb_sides_are_counted(c))
		err = run_watched(c, &watched, ret_error);
	if (watched)
		results[1] = watched;
	if (!err)
		note_changes(c, results, G_N_ELEMENTS(results), validity);
	return err;
}

/* What differs between the configurations of one kernel with and without patches is their doing. */
static int note_base(struct pb_sides *c, json_t *validity, GError **ret_error)
{
	g_autoptr(pb_kernel_spec) before = NULL, after = NULL;
	int err = pb_kernel_spec_parse(c->options->baseline, &before, ret_error);

	if (!err)
		err = pb_kernel_spec_parse(c->options->patched, &after, ret_error);
	if (!err)
		json_object_set_new(validity, "same_base",
				    json_boolean(!strcmp(before->base, after->base)));
	return err;
}

int pb_proof_gather(struct pb_sides *c, const struct pb_result *baseline,
		    const struct pb_result *patched, json_t *validity, GError **ret_error)
{
	int err = note_base(c, validity, ret_error);

	if (!err)
		err = note_module(c, validity, ret_error);
	return err ? err : gather_changes(c, baseline, patched, validity, ret_error);
}
