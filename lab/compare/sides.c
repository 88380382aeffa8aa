/* The sides of a comparison: see sides.h. */
#include <errno.h>
#include <string.h>
#include "lab/compare/interleave.h"
#include "lab/compare/sides.h"
#include "lab/kernel/changed/changed.h"
#include "lab/kernel/changed/locate.h"
#include "lab/kernel/module.h"
#include "lab/paths.h"
#include "lab/util/files.h"
#include "pinbench/result.h"

static const char *const names[] = {"baseline", "patched", "control"};

const char *pb_side_name(enum pb_side side)
{
	return names[side];
}

void pb_sides_clear(struct pb_sides *c)
{
	for (int side = 0; side < PB_CONTROL; side++) {
		pb_kernel_free(c->kernels[side]);
		g_free(c->modules[side]);
		pb_watch_free(c->watches[side]);
	}
	if (c->changes)
		g_ptr_array_unref(c->changes);
	for (int side = 0; side < PB_SIDES; side++) {
		g_free(c->results[side]);
		g_free(c->commands[side]);
	}
	g_clear_error(&c->failed);
}

bool pb_sides_is_result(const char *path)
{
	g_autofree char *file = g_build_filename(path, PB_RESULT_FILE, NULL);

	return g_file_test(file, G_FILE_TEST_EXISTS);
}

bool pb_sides_are_counted(const struct pb_sides *c)
{
	return !strcmp(c->options->run.evidence, PB_EVIDENCE_COUNTED);
}

static const char *wanted(const struct pb_sides *c, int side)
{
	return side == PB_PATCHED ? c->options->patched : c->options->baseline;
}

/* The command that measures one side alone. */
static char *side_command(const struct pb_sides *c, int side)
{
	const struct pb_run_options *run = &c->options->run;
	g_autofree char *kernel = g_shell_quote(wanted(c, side));
	GString *text = g_string_new("./run.sh run");

	g_string_append_printf(text, " --kernel %s --profile %s", kernel, run->profile);
	for (const char *const *glob = run->globs; glob && *glob; glob++) {
		g_autofree char *quoted = g_shell_quote(*glob);

		g_string_append_printf(text, " %s", quoted);
	}
	if (!pb_sides_are_counted(c))
		g_string_append_printf(text, " --evidence %s --boots %u", run->evidence,
				       run->boots);
	return g_string_free(text, FALSE);
}

static struct pb_run_options side_options(struct pb_sides *c, int side)
{
	struct pb_run_options run = c->options->run;

	if (!c->commands[side])
		c->commands[side] = side_command(c, side);
	if (!c->results[side])
		c->results[side] = g_build_filename(run.out, names[side], NULL);
	run.kernel = wanted(c, side);
	run.out = c->results[side];
	run.command = c->commands[side];
	if (side == PB_CONTROL)
		run.also_profile = PB_CONTROL_PROFILE;
	else if (pb_sides_are_counted(c))
		run.watch = c->watches[side];
	return run;
}

/* A failed case is no end: the rest is compared, and the failure told afterwards. */
static int settle_side(struct pb_sides *c, int side, int err, bool saved, GError *why,
		       GError **ret_error)
{
	if (!err)
		return 0;
	if (!saved || err == -EINTR) {
		g_propagate_prefixed_error(ret_error, why, "the %s side: ", names[side]);
		return err;
	}
	if (c->failed)
		g_error_free(why);
	else
		g_propagate_prefixed_error(&c->failed, why, "the %s side: ", names[side]);
	return 0;
}

static int measure_side(struct pb_sides *c, int side, GError **ret_error)
{
	struct pb_run_options run = side_options(c, side);
	GError *why = NULL;
	gboolean saved;
	int err = pb_run(&run, c->progress, &saved, &why);

	return settle_side(c, side, err, saved, why, ret_error);
}

static int measure_counted(struct pb_sides *c, GError **ret_error)
{
	int err = measure_side(c, PB_BASELINE, ret_error);

	return err ? err : measure_side(c, PB_PATCHED, ret_error);
}

/* What is finished is written; the error is that of the boot, told once. */
static void abandon_sides(const struct pb_sides *c, struct pb_begun **runs, int err, GError **why)
{
	const char *out = c->options->run.out;
	gboolean saved, all = TRUE;

	for (int side = 0; side < PB_SIDES; side++) {
		saved = FALSE;
		if (runs[side])
			pb_begun_end(runs[side], err, g_error_copy(*why), &saved, NULL);
		all &= saved;
	}
	if (all)
		g_prefix_error(why,
			       "the boots that were finished can be compared: ./run.sh compare "
			       "%s/%s %s/%s\n  ",
			       out, names[PB_BASELINE], out, names[PB_PATCHED]);
}

static int end_sides(struct pb_sides *c, struct pb_begun **runs, GError **ret_error)
{
	int ret = 0;

	for (int side = 0; side < PB_SIDES; side++) {
		GError *why = NULL;
		gboolean saved = FALSE;
		int err = pb_begun_end(runs[side], 0, NULL, &saved, &why);

		err = settle_side(c, side, err, saved, why, ret ? NULL : ret_error);
		ret = ret ? ret : err;
	}
	return ret;
}

/* An error of a boot is no failed case: nothing after it was measured, so nothing is compared. */
static int measure_timed(struct pb_sides *c, GError **ret_error)
{
	struct pb_begun *runs[PB_SIDES] = {NULL};
	GError *why = NULL;
	int err = 0;

	for (int side = 0; !err && side < PB_SIDES; side++) {
		struct pb_run_options run = side_options(c, side);

		err = pb_begun_start(&run, c->progress, &runs[side], &why);
	}
	if (!err)
		err = pb_interleave(runs, PB_SIDES, c->options->run.boots, c->progress, &why);
	if (!err)
		return end_sides(c, runs, ret_error);
	abandon_sides(c, runs, err, &why);
	g_propagate_error(ret_error, why);
	return err;
}

int pb_sides_get_kernels(struct pb_sides *c, GError **ret_error)
{
	int err = 0;

	for (int side = 0; !err && side < PB_CONTROL; side++) {
		err = pb_kernel_get(wanted(c, side), PB_PATH_CONFIGS, 0, c->progress,
				    &c->kernels[side], ret_error);
		if (!err)
			err = pb_module_build(c->kernels[side], PB_PATH_KERNEL_SIDE,
					      PB_PATH_INCLUDE, c->progress, &c->modules[side],
					      ret_error);
	}
	return err;
}

int pb_sides_find_changes(struct pb_sides *c, GError **ret_error)
{
	struct pb_kernel *const *kernels = c->kernels;
	int err = 0;

	if (strcmp(kernels[PB_BASELINE]->release, kernels[PB_PATCHED]->release))
		return 0;
	err = pb_find_changed_functions(kernels[PB_BASELINE]->build, kernels[PB_PATCHED]->build,
					&c->changes, ret_error);
	for (int side = 0; !err && side < PB_CONTROL; side++) {
		struct pb_watch *watch = g_new0(struct pb_watch, 1);

		err = pb_locate_functions(kernels[side]->vmlinux, c->changes, &watch->names,
					  &watch->places, ret_error);
		if (err)
			g_free(watch);
		else
			c->watches[side] = watch;
	}
	return err;
}

int pb_sides_measure(struct pb_sides *c, GError **ret_error)
{
	return pb_sides_are_counted(c) ? measure_counted(c, ret_error)
				       : measure_timed(c, ret_error);
}

/* Two sides that were measured together have their control beside them. */
static char *control_beside(const char *baseline)
{
	g_autofree char *plain = g_canonicalize_filename(baseline, NULL);
	g_autofree char *parent = g_path_get_dirname(plain);
	g_autofree char *control = g_build_filename(parent, names[PB_CONTROL], NULL);
	g_autofree char *own = g_path_get_basename(plain);

	if (strcmp(own, names[PB_BASELINE]) || !pb_sides_is_result(control))
		return NULL;
	return g_steal_pointer(&control);
}

static bool is_timed_result(const char *path)
{
	g_autoptr(pb_result) result = NULL;

	return !pb_result_load(path, &result, NULL) && !result->environment.counted;
}

void pb_sides_find(struct pb_sides *c)
{
	for (int side = 0; side < PB_CONTROL; side++)
		c->results[side] = g_strdup(wanted(c, side));
	if (is_timed_result(c->results[PB_BASELINE]))
		c->results[PB_CONTROL] = control_beside(c->results[PB_BASELINE]);
}
