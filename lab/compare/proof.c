/* What shows that a comparison is one: see proof.h. */
#include <string.h>
#include "lab/compare/proof.h"
#include "lab/kernel/changed/changed.h"
#include "lab/util/files.h"
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

/* Which functions the patch changed. Of two releases nearly all: nothing to be learnt from. */
static int note_changes(struct pb_sides *c, json_t *validity, GError **ret_error)
{
	const struct pb_kernel *baseline = c->kernels[PB_BASELINE],
			       *patched = c->kernels[PB_PATCHED];
	g_autoptr(GPtrArray) changes = NULL;
	json_t *list;
	int err;

	if (strcmp(baseline->release, patched->release))
		return 0;
	err = pb_changed_functions(baseline->build, patched->build, &changes, ret_error);
	if (err)
		return err;
	list = json_array();
	for (guint i = 0; i < MIN(changes->len, MOST_CHANGES); i++)
		json_array_append_new(list, change_object(changes->pdata[i]));
	json_object_set_new(validity, "changed_functions", list);
	json_object_set_new(validity, "changed_count", json_integer(changes->len));
	return 0;
}

/* The baseline against itself in another boot, and a delay that must be seen. */
static int run_control(struct pb_sides *c, json_t **ret_control, GError **ret_error)
{
	g_autofree char *out = g_build_filename(c->options->run.out, PB_CONTROL_PROFILE, NULL);
	struct pb_run_options run = c->options->run;
	g_autoptr(pb_result) result = NULL;
	gboolean saved;
	int err;

	run.kernel = c->options->baseline;
	run.profile = PB_CONTROL_PROFILE;
	run.globs = NULL;
	run.boots = CONTROL_BOOTS;
	run.out = out;
	run.command = c->options->command;
	err = pb_run(&run, c->progress, &saved, ret_error);
	if (!err)
		err = pb_result_load(out, &result, ret_error);
	if (!err)
		*ret_control = pb_control_judge(result);
	return err;
}

/* What only the builds, and a control of our own, can tell. */
int pb_proof_gather(struct pb_sides *c, json_t *validity, GError **ret_error)
{
	json_t *control = NULL;
	int err = note_module(c, validity, ret_error);

	if (!err)
		err = note_changes(c, validity, ret_error);
	if (!err && pb_sides_are_counted(c))
		err = run_control(c, &control, ret_error);
	if (control)
		json_object_set_new(validity, "control", control);
	return err;
}
