/* A series of patches: see series.h. */
#include <errno.h>
#include <string.h>
#include "commit.h"
#include "lab/compare/interleave.h"
#include "lab/compare/proof.h"
#include "lab/compare/series.h"
#include "lab/compare/steps.h"
#include "lab/util/files.h"
#include "pinbench/result.h"
#include "reports/compare/series.h"
#include "reports/error.h"
#include "reports/file.h"
#include "reports/render/compare/series_html.h"
#include "reports/render/compare/series_junit.h"
#include "reports/render/compare/series_markdown.h"
#include "reports/render/compare/series_text.h"
#include "reports/render/compare/text.h"

struct series {
	const struct pb_compare_options *options;
	struct pb_progress *progress;
	GPtrArray *steps; /* struct pb_step; the base is the first */
	char *control;	  /* timed: the result directory of the control */
	json_t *counted_control;
	GError *failed; /* of a kernel whose cases were not all measured */
	struct pb_document_times times;
};

static struct pb_step *step_at(const struct series *s, guint i)
{
	return s->steps->pdata[i];
}

static bool is_counted(const struct series *s)
{
	return !strcmp(s->options->run.evidence, PB_EVIDENCE_COUNTED);
}

static struct pb_run_options step_options(const struct series *s, const struct pb_step *step)
{
	struct pb_run_options run = s->options->run;

	run.kernel = step->spec;
	run.out = step->result;
	if (is_counted(s))
		run.watch = step->watch;
	return run;
}

/* Failed cases are no end: the others are compared, and the first failure is told at the end. */
static int settle(struct series *s, const char *what, int err, bool saved, GError *why,
		  GError **ret_error)
{
	if (!err)
		return 0;
	if (!saved || err == -EINTR) {
		g_propagate_prefixed_error(ret_error, why, "%s: ", what);
		return err;
	}
	if (s->failed)
		g_error_free(why);
	else
		g_propagate_prefixed_error(&s->failed, why, "%s: ", what);
	return 0;
}

static int measure_counted(struct series *s, GError **ret_error)
{
	int err = 0;

	for (guint i = 0; !err && i < s->steps->len; i++) {
		struct pb_step *step = step_at(s, i);
		struct pb_run_options run = step_options(s, step);
		GError *why = NULL;
		gboolean saved;

		if (!step->kernel || step->same_code)
			continue;
		err = pb_run(&run, s->progress, &saved, &why);
		err = settle(s, step->name, err, saved, why, ret_error);
	}
	return err;
}

/* Every kernel with code of its own, and the base once more. */
static int begin_timed(struct series *s, GPtrArray *runs, GPtrArray *names, GError **ret_error)
{
	struct pb_begun *begun;
	struct pb_run_options run;
	int err = 0;

	for (guint i = 0; !err && i < s->steps->len; i++) {
		struct pb_step *step = step_at(s, i);

		if (!step->kernel || step->same_code)
			continue;
		run = step_options(s, step);
		err = pb_begun_start(&run, s->progress, &begun, ret_error);
		if (err)
			return err;
		g_ptr_array_add(runs, begun);
		g_ptr_array_add(names, step->name);
	}
	run = step_options(s, step_at(s, 0));
	run.out = s->control;
	run.also_profile = PB_CONTROL_PROFILE;
	err = pb_begun_start(&run, s->progress, &begun, ret_error);
	if (err)
		return err;
	g_ptr_array_add(runs, begun);
	g_ptr_array_add(names, PB_CONTROL_PROFILE);
	return 0;
}

static int measure_timed(struct series *s, GError **ret_error)
{
	g_autoptr(GPtrArray) runs = g_ptr_array_new(), names = g_ptr_array_new();
	GError *broken = NULL;
	int err, ret = 0;

	s->control = g_build_filename(s->options->run.out, PB_CONTROL_PROFILE, NULL);
	err = begin_timed(s, runs, names, &broken);
	if (!err)
		err = pb_interleave((struct pb_begun **)runs->pdata, runs->len,
				    s->options->run.boots, s->progress, &broken);
	for (guint i = 0; i < runs->len; i++) {
		GError *why = NULL;
		gboolean saved;
		int ended = pb_begun_end(runs->pdata[i], err, broken ? g_error_copy(broken) : NULL,
					 &saved, &why);

		if (err)
			g_clear_error(&why);
		else
			ended = settle(s, names->pdata[i], ended, saved, why,
				       ret ? NULL : ret_error);
		ret = ret ? ret : ended;
	}
	if (!err)
		return ret;
	g_propagate_error(ret_error, broken);
	return err;
}

/* Compares two kernels that were measured; the result is in @step's folder as @leaf. */
static int compare_pair(struct series *s, struct pb_step *before, struct pb_step *step,
			const char *leaf, json_t **ret_root, GError **ret_error)
{
	g_autofree char *out = g_build_filename(s->options->run.out, step->name, leaf, NULL);
	g_autoptr(pb_comparison) comparison = NULL;
	struct pb_compare_options options = *s->options;
	struct pb_sides sides = {.options = &options, .progress = s->progress, .times = s->times};
	int err = pb_make_directory(out, ret_error);

	options.run.out = out;
	options.baseline = before->spec;
	options.patched = step->spec;
	if (!err)
		err = pb_step_sides(before, step, &sides, ret_error);
	if (!err && s->control)
		sides.results[PB_CONTROL] = g_strdup(s->control);
	if (!err)
		err = pb_compare_sides(&sides, s->counted_control, ret_error);
	if (!err)
		err = pb_comparison_load(out, &comparison, ret_error);
	if (!err)
		*ret_root = json_incref(comparison->root);
	pb_step_return_sides(&sides);
	return err;
}

static bool was_lost(const struct pb_step *step)
{
	const char *verdict = json_string_value(json_object_get(step->previous, "verdict"));

	return !g_strcmp0(verdict, pb_verdict_name(PB_VERDICT_MISSING));
}

static int compare_all(struct series *s, GError **ret_error)
{
	struct pb_step *base = step_at(s, 0), *last = base;
	int err = 0;

	if (is_counted(s))
		err = pb_proof_control(s->options, s->progress, &s->counted_control, ret_error);
	for (guint i = 1; !err && i < s->steps->len; i++) {
		struct pb_step *step = step_at(s, i);

		if (!step->kernel || step->same_code)
			continue;
		err = compare_pair(s, last, step, "previous", &step->previous, ret_error);
		if (!err && last == base)
			step->base = json_incref(step->previous);
		else if (!err)
			err = compare_pair(s, base, step, "base", &step->base, ret_error);
		/* One that cannot be measured (it does not boot) is no ground for the next. */
		if (!err && !was_lost(step))
			last = step;
	}
	return err;
}

static int save(struct series *s, GError **ret_error)
{
	guint count = s->steps->len - 1;
	g_autofree struct pb_series_step *steps = g_new0(struct pb_series_step, count + 1);
	json_t *members, *root;
	int err;

	for (guint i = 0; i < count; i++)
		steps[i] = pb_step_view(step_at(s, i + 1));
	members = pb_series_build(steps, count);
	root = json_pack("{s:s, s:{s:s, s:s}, s:{s:s, s:s, s:f}, s:s, s:s}", "schema",
			 PB_SERIES_SCHEMA, "tool", "version", PINBENCH_VERSION, "commit",
			 PINBENCH_COMMIT, "run", "command", s->options->command, "started",
			 s->times.started, "wall_seconds",
			 (double)(g_get_monotonic_time() - s->times.monotonic) / G_USEC_PER_SEC,
			 "base", s->options->baseline, "evidence", s->options->run.evidence);
	json_object_update(root, members);
	json_decref(members);
	if (s->counted_control)
		json_object_set(root, "control", s->counted_control);
	err = pb_write_json(s->options->run.out, PB_SERIES_FILE, root, ret_error);
	json_decref(root);
	return err ? err : pb_write_series(s->options->run.out, ret_error);
}

static int judge(struct series *s, GError *unbuilt, GError **ret_error)
{
	json_t *root;
	g_autofree char *path = g_build_filename(s->options->run.out, PB_SERIES_FILE, NULL);
	const char *verdict;
	int err = 0;

	if (unbuilt) {
		g_propagate_error(ret_error, unbuilt);
		return -EINVAL;
	}
	if (s->failed) {
		g_propagate_error(ret_error, g_steal_pointer(&s->failed));
		return -EIO;
	}
	if (s->counted_control && !json_is_true(json_object_get(s->counted_control, "ok")))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT,
			       "the control failed: two boots of the base differ, or a known delay "
			       "was not seen; do not trust this series, and look into %s/control",
			       s->options->run.out);
	root = json_load_file(path, 0, NULL);
	verdict = json_string_value(json_object_get(root, "verdict"));
	if (!g_strcmp0(verdict, pb_verdict_name(PB_VERDICT_REGRESSION)))
		err = pb_fail(ret_error, EBADE, PB_EXIT_REGRESSION, "%s",
			      json_string_value(json_object_get(root, "sentence")));
	json_decref(root);
	return err;
}

static void series_clear(struct series *s)
{
	if (s->steps)
		g_ptr_array_unref(s->steps);
	g_free(s->control);
	json_decref(s->counted_control);
	g_clear_error(&s->failed);
}

static bool has_pair(const struct series *s)
{
	for (guint i = 1; i < s->steps->len; i++) {
		if (step_at(s, i)->kernel && !step_at(s, i)->same_code)
			return true;
	}
	return false;
}

static int measure(struct series *s, GError **ret_error)
{
	int err = is_counted(s) ? measure_counted(s, ret_error) : measure_timed(s, ret_error);

	return err ? err : compare_all(s, ret_error);
}

int pb_series(const struct pb_compare_options *options, const char *patches,
	      struct pb_progress *progress, gboolean *ret_saved, GError **ret_error)
{
	struct series s = {.options = options, .progress = progress};
	GError *unbuilt = NULL;
	int err;

	*ret_saved = FALSE;
	pb_document_times_start(&s.times);
	err = pb_make_directory(options->run.out, ret_error);
	if (!err)
		err = pb_steps_make(options, patches, &s.steps, ret_error);
	if (!err)
		err = pb_steps_build(s.steps, progress, &unbuilt, ret_error);
	if (!err && has_pair(&s))
		err = measure(&s, ret_error);
	if (!err)
		err = save(&s, ret_error);
	*ret_saved = !err;
	if (!err)
		err = judge(&s, g_steal_pointer(&unbuilt), ret_error);
	g_clear_error(&unbuilt);
	series_clear(&s);
	return err;
}

int pb_write_series(const char *directory, GError **ret_error)
{
	g_autofree char *text = NULL;
	json_t *root;
	int err = pb_read_json(directory, PB_SERIES_FILE, &root, ret_error);

	if (err)
		return err;
	text = pb_render_series_text(root, PB_MAIL_COLUMNS);
	err = pb_write_file(directory, PB_COMPARE_TEXT_FILE, text, strlen(text), ret_error);
	if (!err)
		err = pb_render_series_markdown(root, directory, ret_error);
	if (!err)
		err = pb_render_series_junit(root, directory, ret_error);
	if (!err)
		err = pb_render_series_html(root, directory, ret_error);
	json_decref(root);
	return err;
}
