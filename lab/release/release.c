/* Several kernels with one profile: see release.h. */
#include "lab/release/release.h"

#include <errno.h>
#include <string.h>

#include "lab/compare/interleave.h"
#include "lab/paths.h"
#include "lab/release/keep.h"
#include "lab/release/kernels.h"
#include "lab/run/catalog.h"
#include "lab/run/plan.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/history/rows.h"

struct releasing {
	const struct pb_release_options *options;
	struct pb_progress *progress;
	GPtrArray *kernels;
	struct pb_release_keeper keeper;
};

static struct pb_release_kernel *kernel_at(const struct releasing *r, guint i)
{
	return r->kernels->pdata[i];
}

static struct pb_run_options options_of(const struct releasing *r,
					const struct pb_release_kernel *kernel)
{
	struct pb_run_options run = r->options->run;

	run.kernel = kernel->spec->text;
	run.out = kernel->result;
	return run;
}

/* Told at once: the others may take an hour yet. What cannot be written is told at the end. */
static void settle(struct releasing *r, struct pb_release_kernel *kernel, int err, bool saved,
		   GError *why)
{
	pb_release_kernel_settle(kernel, err, saved, why);
	pb_release_keep_result(&r->keeper, kernel);
	pb_progress_done(r->progress);
	if (kernel->outcome != PB_RELEASE_OK)
		pb_progress_note(r->progress, "%s: %s", kernel->spec->text, kernel->reason);
	else if (kernel->added)
		pb_progress_note(r->progress, "%s: added to %s", kernel->spec->text,
				 r->options->history);
	pb_release_keep_files(&r->keeper, NULL);
}

static void announce(const struct releasing *r, guint i)
{
	pb_progress_note(r->progress, "%s (kernel %u of %u)", kernel_at(r, i)->spec->text, i + 1,
			 r->kernels->len);
}

/* One after the other, each with guests side by side. */
static void measure_counted(struct releasing *r)
{
	int err = 0;

	for (guint i = 0; i < r->kernels->len && err != -EINTR; i++) {
		struct pb_release_kernel *kernel = kernel_at(r, i);
		struct pb_run_options run = options_of(r, kernel);
		gboolean saved = FALSE;
		GError *why = NULL;

		announce(r, i);
		err = pb_run(&run, r->progress, &saved, &why);
		settle(r, kernel, err, saved, why);
	}
}

/* @begun: one for each kernel, NULL of one that cannot be built. 0 or -EINTR. */
static int begin_timed(struct releasing *r, struct pb_begun **begun)
{
	int err = 0;

	for (guint i = 0; i < r->kernels->len && err != -EINTR; i++) {
		struct pb_run_options run = options_of(r, kernel_at(r, i));
		GError *why = NULL;

		announce(r, i);
		err = pb_begun_start(&run, r->progress, &begun[i], &why);
		if (err)
			settle(r, kernel_at(r, i), err, false, why);
	}
	return err == -EINTR ? err : 0;
}

static int run_boots(struct releasing *r, struct pb_begun **begun, GError **ret_error)
{
	g_autofree struct pb_begun **there = g_new0(struct pb_begun *, r->kernels->len);
	guint count = 0;

	for (guint i = 0; i < r->kernels->len; i++) {
		if (begun[i])
			there[count++] = begun[i];
	}
	return count ? pb_interleave(there, count, r->options->run.boots, r->progress, ret_error)
		     : 0;
}

/* Boots in turn, so that what drifts on this machine falls on all kernels alike. */
static void measure_timed(struct releasing *r)
{
	g_autofree struct pb_begun **begun = g_new0(struct pb_begun *, r->kernels->len);
	g_autoptr(GError) why = NULL;
	int err = begin_timed(r, begun);

	if (err)
		pb_check_interrupted(&why);
	else
		err = run_boots(r, begun, &why);
	for (guint i = 0; i < r->kernels->len; i++) {
		GError *own = NULL;
		gboolean saved = FALSE;
		int end;

		if (!begun[i])
			continue;
		end = pb_begun_end(begun[i], err, why ? g_error_copy(why) : NULL, &saved, &own);
		settle(r, kernel_at(r, i), end, saved, own);
	}
}

/* What every kernel would fail for. */
static int check_plan(const struct pb_run_options *run, GError **ret_error)
{
	g_autoptr(pb_catalog) catalog = NULL;
	g_autoptr(pb_plan) plan = NULL;
	int err = pb_catalog_load(PB_PATH_AGENT, &catalog, ret_error);

	return err ? err
		   : pb_plan_make(catalog, PB_PATH_CONFIGS, run->profile, run->globs, &plan,
				  ret_error);
}

static int prepare(struct releasing *r, GError **ret_error)
{
	const struct pb_run_options *run = &r->options->run;
	int err = pb_release_kernels_make(r->options->specs, PB_PATH_CONFIGS, run->out, &r->kernels,
					  ret_error);

	if (!err)
		err = check_plan(run, ret_error);
	if (err)
		return err;
	r->keeper.options = r->options;
	r->keeper.kernels = r->kernels;
	err = pb_release_keeper_open(&r->keeper, ret_error);
	return err ? err : pb_make_directory(run->out, ret_error);
}

static guint count_outcome(const struct releasing *r, enum pb_release_outcome outcome)
{
	guint count = 0;

	for (guint i = 0; i < r->kernels->len; i++)
		count += kernel_at(r, i)->outcome == outcome;
	return count;
}

/* One line for each kernel that failed. */
static char *failures_text(const struct releasing *r)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < r->kernels->len; i++) {
		const struct pb_release_kernel *kernel = kernel_at(r, i);

		if (kernel->outcome == PB_RELEASE_FAILED)
			g_string_append_printf(text, "\n  %s: %s", kernel->spec->text,
					       kernel->reason);
	}
	return g_string_free(text, FALSE);
}

static int judge(const struct releasing *r, GError **ret_error)
{
	guint failed = count_outcome(r, PB_RELEASE_FAILED), ok = count_outcome(r, PB_RELEASE_OK);
	g_autofree char *failures = failures_text(r);

	if (ok == r->kernels->len)
		return 0;
	if (ok + failed < r->kernels->len)
		return pb_fail(
			ret_error, EINTR, PB_EXIT_INTERRUPTED,
			"interrupted; %u of %u kernels were finished, and are kept in %s%s%s", ok,
			r->kernels->len, r->options->run.out, failed ? "; failed:" : "", failures);
	return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT,
		       "%u of %u kernels could not be measured whole:%s", failed, r->kernels->len,
		       failures);
}

static int measure(struct releasing *r, gboolean *ret_saved, GError **ret_error)
{
	bool counted = !strcmp(r->options->run.evidence, PB_EVIDENCE_COUNTED);
	int err = pb_release_keep_files(&r->keeper, ret_error);

	if (err)
		return err;
	if (counted)
		measure_counted(r);
	else
		measure_timed(r);
	err = pb_release_keep_files(&r->keeper, ret_error);
	*ret_saved = !err;
	return err ? err : judge(r, ret_error);
}

int pb_release_measure(const struct pb_release_options *options, struct pb_progress *progress,
		       gboolean *ret_saved, GError **ret_error)
{
	struct releasing r = {.options = options, .progress = progress};
	int err = prepare(&r, ret_error);

	*ret_saved = FALSE;
	if (!err)
		err = measure(&r, ret_saved, ret_error);
	pb_release_keeper_close(&r.keeper);
	if (r.kernels)
		g_ptr_array_unref(r.kernels);
	return err;
}
