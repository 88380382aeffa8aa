/* One comparison: see compare.h. */
#include <errno.h>
#include <string.h>
#include "commit.h"
#include "lab/compare/compare.h"
#include "lab/run/document.h"
#include "lab/kernel/changed/changed.h"
#include "lab/kernel/module.h"
#include "lab/kernel/same.h"
#include "lab/paths.h"
#include "lab/util/files.h"
#include "pinbench/result.h"
#include "reports/compare/control.h"
#include "reports/error.h"
#include "reports/file.h"
#include "reports/render/compare_text.h"

#define CONTROL_PROFILE "control"
#define CONTROL_BOOTS	2
/* Of a change of a header a list would be no help. */
#define MOST_CHANGES 100

enum side {
	BASELINE,
	PATCHED,
	SIDES
};

static const char *const side_names[] = {"baseline", "patched"};

struct compare {
	const struct pb_compare_options *options;
	struct pb_progress *progress;
	struct pb_kernel *kernels[SIDES];
	char *modules[SIDES];
	char *results[SIDES]; /* directories */
	struct pb_document_times times;
	GError *failed; /* a side that could not be measured whole */
};

static void compare_clear(struct compare *c)
{
	for (int side = 0; side < SIDES; side++) {
		pb_kernel_free(c->kernels[side]);
		g_free(c->modules[side]);
		g_free(c->results[side]);
	}
	g_clear_error(&c->failed);
}

static bool is_result(const char *path)
{
	g_autofree char *file = g_build_filename(path, PB_RESULT_FILE, NULL);

	return g_file_test(file, G_FILE_TEST_EXISTS);
}

static const char *wanted(const struct compare *c, int side)
{
	return side == BASELINE ? c->options->baseline : c->options->patched;
}

/* The command that measures one side alone. */
static char *side_command(const struct compare *c, int side)
{
	const struct pb_run_options *run = &c->options->run;
	g_autofree char *kernel = g_shell_quote(wanted(c, side));
	GString *text = g_string_new("./run.sh run");

	g_string_append_printf(text, " --kernel %s --profile %s", kernel, run->profile);
	for (const char *const *glob = run->globs; glob && *glob; glob++) {
		g_autofree char *quoted = g_shell_quote(*glob);

		g_string_append_printf(text, " %s", quoted);
	}
	return g_string_free(text, FALSE);
}

/* A failed case is no end: the rest is compared, and the failure told afterwards. */
static int measure_side(struct compare *c, int side, GError **ret_error)
{
	g_autofree char *command = side_command(c, side);
	struct pb_run_options run = c->options->run;
	g_autoptr(GError) why = NULL;
	gboolean saved;
	int err;

	run.kernel = wanted(c, side);
	run.out = c->results[side];
	run.command = command;
	err = pb_run(&run, c->progress, &saved, &why);
	if (!err)
		return 0;
	if (!saved || err == -EINTR) {
		g_propagate_prefixed_error(ret_error, g_steal_pointer(&why),
					   "the %s side: ", side_names[side]);
		return err;
	}
	if (!c->failed)
		g_propagate_prefixed_error(&c->failed, g_steal_pointer(&why),
					   "the %s side: ", side_names[side]);
	return 0;
}

static int get_kernels(struct compare *c, GError **ret_error)
{
	int err = 0;

	for (int side = 0; !err && side < SIDES; side++) {
		err = pb_kernel_get(wanted(c, side), PB_PATH_CONFIGS, 0, c->progress,
				    &c->kernels[side], ret_error);
		if (!err)
			err = pb_module_build(c->kernels[side], PB_PATH_KERNEL_SIDE,
					      PB_PATH_INCLUDE, c->progress, &c->modules[side],
					      ret_error);
	}
	return err;
}

static int note_module(struct compare *c, json_t *validity, GError **ret_error)
{
	g_autofree char *one = NULL, *other = NULL;
	int err = pb_sha256_file(c->modules[BASELINE], &one, ret_error);

	if (!err)
		err = pb_sha256_file(c->modules[PATCHED], &other, ret_error);
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
static int note_changes(struct compare *c, json_t *validity, GError **ret_error)
{
	const struct pb_kernel *baseline = c->kernels[BASELINE], *patched = c->kernels[PATCHED];
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
static int run_control(struct compare *c, json_t **ret_control, GError **ret_error)
{
	g_autofree char *out = g_build_filename(c->options->run.out, CONTROL_PROFILE, NULL);
	struct pb_run_options run = c->options->run;
	g_autoptr(pb_result) result = NULL;
	gboolean saved;
	int err;

	run.kernel = c->options->baseline;
	run.profile = CONTROL_PROFILE;
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

static json_t *finish(struct compare *c, json_t *members)
{
	json_t *root = json_pack(
		"{s:s, s:{s:s, s:s}, s:{s:s, s:s, s:f}}", "schema", PB_COMPARE_SCHEMA, "tool",
		"version", PINBENCH_VERSION, "commit", PINBENCH_COMMIT, "run", "command",
		c->options->command, "started", c->times.started, "wall_seconds",
		(double)(g_get_monotonic_time() - c->times.monotonic) / G_USEC_PER_SEC);

	json_object_update(root, members);
	json_decref(members);
	return root;
}

static int save(struct compare *c, json_t *members, GError **ret_error)
{
	json_t *root = finish(c, members);
	int err = pb_comparison_save(root, c->options->run.out, ret_error);

	json_decref(root);
	return err ? err : pb_write_comparison(c->options->run.out, ret_error);
}

static int compare_results(struct compare *c, GError **ret_error)
{
	g_autoptr(pb_result) baseline = NULL;
	g_autoptr(pb_result) patched = NULL;
	json_t *members = NULL, *control = NULL;
	int err = pb_result_load(c->results[BASELINE], &baseline, ret_error);

	if (!err)
		err = pb_result_load(c->results[PATCHED], &patched, ret_error);
	if (!err)
		err = pb_compare_results(&(struct pb_compare_inputs){.baseline = baseline,
								     .patched = patched,
								     .rules = c->options->rules},
					 &members, ret_error);
	if (!err && c->modules[BASELINE])
		err = note_module(c, json_object_get(members, "validity"), ret_error);
	if (!err && c->modules[BASELINE])
		err = note_changes(c, json_object_get(members, "validity"), ret_error);
	if (!err && c->modules[BASELINE])
		err = run_control(c, &control, ret_error);
	if (control)
		json_object_set_new(json_object_get(members, "validity"), "control", control);
	if (err) {
		json_decref(members);
		return err;
	}
	return save(c, members, ret_error);
}

static int compare_kernels(struct compare *c, GError **ret_error)
{
	const char *out = c->options->run.out;
	bool same = false;
	int err = get_kernels(c, ret_error);

	if (!err)
		err = pb_kernel_same_code(c->kernels[BASELINE], c->kernels[PATCHED], &same,
					  ret_error);
	if (!err)
		err = pb_make_directory(out, ret_error);
	if (err)
		return err;
	if (same && !c->options->force)
		return save(c,
			    pb_compare_nothing("The patch changes no code in this config: .text, "
					       ".rodata and .data are the same bytes. Nothing was "
					       "measured; --force measures all the same."),
			    ret_error);
	for (int side = 0; !err && side < SIDES; side++) {
		c->results[side] = g_build_filename(out, side_names[side], NULL);
		err = measure_side(c, side, ret_error);
	}
	return err ? err : compare_results(c, ret_error);
}

static int compare_directories(struct compare *c, GError **ret_error)
{
	int err = pb_make_directory(c->options->run.out, ret_error);

	for (int side = 0; side < SIDES; side++)
		c->results[side] = g_strdup(wanted(c, side));
	return err ? err : compare_results(c, ret_error);
}

static int judge(struct compare *c, GError **ret_error)
{
	g_autoptr(pb_comparison) comparison = NULL;
	int err = pb_comparison_load(c->options->run.out, &comparison, ret_error);

	if (err)
		return err;
	if (c->failed) {
		g_propagate_error(ret_error, g_steal_pointer(&c->failed));
		return -EIO;
	}
	if (json_is_false(json_object_get(
		    json_object_get(json_object_get(comparison->root, "validity"), "control"),
		    "ok")))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT,
			       "the control failed: two boots of the baseline differ, or a known "
			       "delay was not seen; do not trust this comparison, and look into "
			       "%s/" CONTROL_PROFILE,
			       c->options->run.out);
	if (comparison->verdict == PB_VERDICT_REGRESSION)
		return pb_fail(ret_error, EBADE, PB_EXIT_REGRESSION, "%s", comparison->sentence);
	if (comparison->verdict == PB_VERDICT_MISSING)
		return pb_fail(ret_error, ENODATA, PB_EXIT_ENVIRONMENT,
			       "no figure is on both sides; the report has the reasons");
	return 0;
}

int pb_compare(const struct pb_compare_options *options, struct pb_progress *progress,
	       gboolean *ret_saved, GError **ret_error)
{
	struct compare c = {.options = options, .progress = progress};
	bool results = is_result(options->baseline) && is_result(options->patched);
	int err;

	*ret_saved = FALSE;
	pb_document_times_start(&c.times);
	err = results ? compare_directories(&c, ret_error) : compare_kernels(&c, ret_error);
	*ret_saved = !err;
	if (!err)
		err = judge(&c, ret_error);
	compare_clear(&c);
	return err;
}

int pb_write_comparison(const char *directory, GError **ret_error)
{
	g_autoptr(pb_comparison) comparison = NULL;
	g_autofree char *text = NULL, *markdown = NULL;
	int err = pb_comparison_load(directory, &comparison, ret_error);

	if (err)
		return err;
	text = pb_render_comparison_text(comparison, PB_MAIL_COLUMNS);
	markdown = g_strdup_printf("**%s**\n\n```\n%s```\n", comparison->sentence, text);
	err = pb_write_file(directory, PB_COMPARE_TEXT_FILE, text, strlen(text), ret_error);
	if (!err)
		err = pb_write_file(directory, PB_COMPARE_MARKDOWN_FILE, markdown, strlen(markdown),
				    ret_error);
	return err;
}
