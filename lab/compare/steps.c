/* The kernels of a series: see steps.h. */
#include <errno.h>
#include <string.h>
#include "lab/compare/steps.h"
#include "lab/kernel/changed/changed.h"
#include "lab/kernel/changed/locate.h"
#include "lab/kernel/module.h"
#include "lab/kernel/patch/patch.h"
#include "lab/kernel/same.h"
#include "lab/paths.h"
#include "lab/util/files.h"
#include "reports/error.h"
#include "reports/file.h"

static void step_free(gpointer data)
{
	struct pb_step *step = data;

	g_free(step->name);
	g_free(step->subject);
	g_strfreev(step->files);
	g_free(step->spec);
	g_free(step->result);
	pb_kernel_free(step->kernel);
	g_free(step->module);
	if (step->changes)
		g_ptr_array_unref(step->changes);
	pb_watch_free(step->watch);
	g_free(step->error);
	json_decref(step->previous);
	json_decref(step->base);
	g_free(step);
}

static struct pb_step *step_new(const char *out, const char *name, const char *spec)
{
	struct pb_step *step = g_new0(struct pb_step, 1);

	step->name = g_strdup(name);
	step->spec = g_strdup(spec);
	step->result = g_build_filename(out, name, "result", NULL);
	return step;
}

/* The diff with its subject, so that it can be applied, and compared, by itself. */
static int write_patch(const char *directory, guint number, const struct pb_patch *patch,
		       char **ret_path, GError **ret_error)
{
	g_autofree char *leaf = g_strdup_printf("%04u.patch", number);
	g_autofree char *text =
		g_strdup_printf("Subject: [PATCH] %s\n\n---\n%s", patch->subject, patch->diff);
	g_autofree char *relative = g_build_filename(directory, leaf, NULL);

	*ret_path = g_canonicalize_filename(relative, NULL);
	return pb_write_file(directory, leaf, text, strlen(text), ret_error);
}

static int add_step(GPtrArray *steps, const char *out, const struct pb_patch *patch,
		    GError **ret_error)
{
	const struct pb_step *before = steps->pdata[steps->len - 1];
	g_autofree char *directory = g_build_filename(out, "patches", NULL);
	g_autofree char *name = g_strdup_printf("%02u", steps->len);
	g_autofree char *path = NULL, *spec = NULL;
	struct pb_step *step;
	int err = pb_make_directory(directory, ret_error);

	if (!err)
		err = write_patch(directory, steps->len, patch, &path, ret_error);
	if (err)
		return err;
	spec = g_strconcat(before->spec, "+", path, NULL);
	step = step_new(out, name, spec);
	step->subject = g_strdup(patch->subject);
	step->files = g_strdupv(patch->files);
	g_ptr_array_add(steps, step);
	return 0;
}

int pb_steps_make(const struct pb_compare_options *options, const char *patches,
		  GPtrArray **ret_steps, GError **ret_error)
{
	const char *const paths[] = {patches, NULL};
	g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(step_free);
	g_autoptr(GPtrArray) loaded = NULL;
	int err = pb_patches_load(paths, &loaded, ret_error);

	if (err)
		return err;
	g_ptr_array_add(steps, step_new(options->run.out, "base", options->baseline));
	for (guint i = 0; !err && i < loaded->len; i++)
		err = add_step(steps, options->run.out, loaded->pdata[i], ret_error);
	if (!err)
		*ret_steps = g_steal_pointer(&steps);
	return err;
}

static int build(struct pb_step *step, struct pb_progress *progress, GError **ret_error)
{
	int err = pb_kernel_get(step->spec, PB_PATH_CONFIGS, 0, progress, &step->kernel, ret_error);

	if (!err)
		err = pb_module_build(step->kernel, PB_PATH_KERNEL_SIDE, PB_PATH_INCLUDE, progress,
				      &step->module, ret_error);
	return err;
}

/* @last: the last kernel whose code differs from the one before it. */
static int find_difference(struct pb_step *step, struct pb_step **last, GError **ret_error)
{
	int err = pb_kernel_same_code((*last)->kernel, step->kernel, &step->same_code, ret_error);

	if (!err && !step->same_code)
		err = pb_find_changed_functions((*last)->kernel->build, step->kernel->build,
						&step->changes, ret_error);
	if (!step->same_code)
		*last = step;
	return err;
}

/* Borrowed: every change of every patch. */
static GPtrArray *all_changes(const GPtrArray *steps)
{
	GPtrArray *all = g_ptr_array_new();

	for (guint i = 0; i < steps->len; i++) {
		const struct pb_step *step = steps->pdata[i];

		for (guint k = 0; step->changes && k < step->changes->len; k++)
			g_ptr_array_add(all, step->changes->pdata[k]);
	}
	return all;
}

static int watch_all(GPtrArray *steps, GError **ret_error)
{
	g_autoptr(GPtrArray) all = all_changes(steps);
	int err = 0;

	for (guint i = 0; !err && i < steps->len; i++) {
		struct pb_step *step = steps->pdata[i];
		struct pb_watch *watch;

		if (!step->kernel || step->same_code)
			continue;
		watch = g_new0(struct pb_watch, 1);
		err = pb_locate_functions(step->kernel->vmlinux, all, &watch->names, &watch->places,
					  ret_error);
		if (err)
			g_free(watch);
		else
			step->watch = watch;
	}
	return err;
}

/* Whether @err is the patch's own fault. */
static bool is_patch_error(const GError *error)
{
	return error->domain == PB_ERROR && error->code == PB_EXIT_USAGE;
}

static void leave_out(GPtrArray *steps, guint first, const GError *why)
{
	for (guint i = first; i < steps->len; i++) {
		struct pb_step *step = steps->pdata[i];

		step->error = i == first ? g_strdup(why->message)
					 : g_strdup_printf("patch %u has no kernel", first);
	}
}

int pb_steps_build(GPtrArray *steps, struct pb_progress *progress, GError **ret_unbuilt,
		   GError **ret_error)
{
	struct pb_step *last = steps->pdata[0];
	int err = build(last, progress, ret_error);

	for (guint i = 1; !err && i < steps->len; i++) {
		struct pb_step *step = steps->pdata[i];
		GError *why = NULL;

		err = build(step, progress, &why);
		if (err && is_patch_error(why)) {
			leave_out(steps, i, why);
			g_propagate_prefixed_error(ret_unbuilt, why, "patch %u (%s): ", i,
						   step->subject);
			return watch_all(steps, ret_error);
		}
		if (err)
			g_propagate_error(ret_error, why);
		else
			err = find_difference(step, &last, ret_error);
	}
	return err ? err : watch_all(steps, ret_error);
}

int pb_step_sides(struct pb_step *before, struct pb_step *step, struct pb_sides *sides,
		  GError **ret_error)
{
	sides->kernels[PB_BASELINE] = before->kernel;
	sides->kernels[PB_PATCHED] = step->kernel;
	sides->modules[PB_BASELINE] = before->module;
	sides->modules[PB_PATCHED] = step->module;
	sides->watches[PB_BASELINE] = before->watch;
	sides->watches[PB_PATCHED] = step->watch;
	sides->results[PB_BASELINE] = g_strdup(before->result);
	sides->results[PB_PATCHED] = g_strdup(step->result);
	return pb_find_changed_functions(before->kernel->build, step->kernel->build,
					 &sides->changes, ret_error);
}

void pb_step_return_sides(struct pb_sides *sides)
{
	for (int side = 0; side < PB_CONTROL; side++) {
		sides->kernels[side] = NULL;
		sides->modules[side] = NULL;
		sides->watches[side] = NULL;
	}
	pb_sides_clear(sides);
}

struct pb_series_step pb_step_view(const struct pb_step *step)
{
	return (struct pb_series_step){
		.subject = step->subject,
		.files = (const char *const *)step->files,
		.spec = step->spec,
		.directory = step->name,
		.same_code = step->same_code,
		.previous = step->previous,
		.base = step->base,
		.error = step->error,
	};
}
