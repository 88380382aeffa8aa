/* One comparison: see compare.h. */
#include <errno.h>
#include <string.h>
#include "commit.h"
#include "lab/compare/compare.h"
#include "lab/compare/explain.h"
#include "lab/compare/proof.h"
#include "lab/kernel/same.h"
#include "lab/util/files.h"
#include "pinbench/result.h"
#include "reports/compare/control.h"
#include "reports/error.h"
#include "reports/file.h"
#include "reports/render/compare/html.h"
#include "reports/render/compare/junit.h"
#include "reports/render/compare/markdown.h"
#include "reports/render/compare/text.h"

static json_t *finish(struct pb_sides *c, json_t *members)
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

static int save(struct pb_sides *c, json_t *members, GError **ret_error)
{
	json_t *root = finish(c, members);
	int err = pb_comparison_save(root, c->options->run.out, ret_error);

	json_decref(root);
	return err ? err : pb_write_comparison(c->options->run.out, ret_error);
}

static struct pb_compare_rules rules_for(const struct pb_sides *c, const struct pb_result *baseline)
{
	struct pb_compare_rules rules = pb_compare_default_rules(baseline->environment.counted);

	if (c->options->min_effect >= 0)
		rules.min_effect = c->options->min_effect;
	return rules;
}

static int load_sides(struct pb_sides *c, struct pb_result **ret_results, GError **ret_error)
{
	int err = 0;

	for (int side = 0; !err && side < PB_SIDES; side++) {
		if (c->results[side])
			err = pb_result_load(c->results[side], &ret_results[side], ret_error);
	}
	return err;
}

static int compare_loaded(struct pb_sides *c, struct pb_result *const *results,
			  json_t **ret_members, GError **ret_error)
{
	const struct pb_compare_inputs inputs = {
		.baseline = results[PB_BASELINE],
		.patched = results[PB_PATCHED],
		.control = results[PB_CONTROL],
		.rules = rules_for(c, results[PB_BASELINE]),
	};
	int err = pb_compare_results(&inputs, ret_members, ret_error);

	if (!err && inputs.control)
		json_object_set_new(json_object_get(*ret_members, "validity"), "control",
				    pb_control_judge_timed(inputs.baseline, inputs.control));
	return err;
}

/* Kernels that are at hand can be asked again; results say what they have. */
static int explain(struct pb_sides *c, json_t *members, const struct pb_result *const *results,
		   GError **ret_error)
{
	return c->kernels[PB_BASELINE] ? pb_explain(c, members, results, ret_error)
				       : pb_explain_kept(c, members, results, ret_error);
}

int pb_compare_sides(struct pb_sides *c, json_t *control, GError **ret_error)
{
	struct pb_result *results[PB_SIDES] = {NULL};
	json_t *members = NULL, *validity;
	int err = load_sides(c, results, ret_error);

	if (!err)
		err = compare_loaded(c, results, &members, ret_error);
	validity = json_object_get(members, "validity");
	if (!err && c->modules[PB_BASELINE])
		err = pb_proof_gather(c, results[PB_BASELINE], results[PB_PATCHED], validity,
				      ret_error);
	if (control)
		json_object_set(validity, "control", control);
	if (!err)
		err = explain(c, members, (const struct pb_result *const *)results, ret_error);
	for (int side = 0; side < PB_SIDES; side++)
		pb_result_free(results[side]);
	if (err) {
		json_decref(members);
		return err;
	}
	return save(c, members, ret_error);
}

static int compare_measured(struct pb_sides *c, GError **ret_error)
{
	json_t *control = NULL;
	int err = 0;

	if (pb_sides_are_counted(c))
		err = pb_proof_control(c->options, c->progress, &control, ret_error);
	if (!err)
		err = pb_compare_sides(c, control, ret_error);
	json_decref(control);
	return err;
}

static int compare_kernels(struct pb_sides *c, GError **ret_error)
{
	const char *out = c->options->run.out;
	bool same = false;
	int err = pb_sides_get_kernels(c, ret_error);

	if (!err)
		err = pb_kernel_same_code(c->kernels[PB_BASELINE], c->kernels[PB_PATCHED], &same,
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
	err = pb_sides_find_changes(c, ret_error);
	if (!err)
		err = pb_sides_measure(c, ret_error);
	return err ? err : compare_measured(c, ret_error);
}

static int compare_directories(struct pb_sides *c, GError **ret_error)
{
	int err = pb_make_directory(c->options->run.out, ret_error);

	pb_sides_find(c);
	return err ? err : pb_compare_sides(c, NULL, ret_error);
}

static int judge(struct pb_sides *c, GError **ret_error)
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
			       "%s/control",
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
	struct pb_sides c = {.options = options, .progress = progress};
	bool results =
		pb_sides_is_result(options->baseline) && pb_sides_is_result(options->patched);
	int err;

	*ret_saved = FALSE;
	pb_document_times_start(&c.times);
	err = results ? compare_directories(&c, ret_error) : compare_kernels(&c, ret_error);
	*ret_saved = !err;
	if (!err)
		err = judge(&c, ret_error);
	pb_sides_clear(&c);
	return err;
}

int pb_write_comparison(const char *directory, GError **ret_error)
{
	g_autoptr(pb_comparison) comparison = NULL;
	g_autofree char *text = NULL;
	int err = pb_comparison_load(directory, &comparison, ret_error);

	if (err)
		return err;
	text = pb_render_comparison_text(comparison, PB_MAIL_COLUMNS);
	err = pb_write_file(directory, PB_COMPARE_TEXT_FILE, text, strlen(text), ret_error);
	if (!err)
		err = pb_render_comparison_markdown(comparison, directory, ret_error);
	if (!err)
		err = pb_render_comparison_junit(comparison, directory, ret_error);
	if (!err)
		err = pb_render_comparison_html(comparison, directory, ret_error);
	return err;
}
