#include "lab/kernel/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lab/kernel/cache/record.h"
#include "lab/kernel/clone.h"
#include "lab/kernel/make/compile.h"
#include "lab/kernel/make/kconfig.h"
#include "lab/kernel/near.h"
#include "lab/kernel/patch/patch.h"
#include "lab/util/files.h"
#include "lab/util/unused.h"
#include "reports/error.h"

#define BUILD_BYTES (4ULL << 30)
#define KEY_LENGTH  32

/* In the folder of a patched kernel; its time is that of the last use. About 150 MiB each. */
#define PATCHED_STAMP "patched"
#define KEEP_PATCHED  16

/* Steps of a build with guest.config, until a complete one has counted its own. */
#define USUAL_STEPS 1900

/* One build: what goes in, and the kernel that comes out. */
struct job {
	const struct pb_kernel_source *source;
	const struct pb_kernel_definition *definition;
	const struct pb_kernel *base; /* whose objects to begin with, or NULL */
	const char *const *files;     /* in which the base's source differs */
	const GPtrArray *patches;     /* on top of the source, or NULL */
	const struct pb_near *near;   /* the base is this one, or NULL */
	struct pb_progress *progress;
	struct pb_kernel *kernel;
	struct pb_lock *lock;
	char *tree; /* KEY/source */
	char *log_path;
	char *what;
	char *steps_path;
};

static void job_clear(struct job *job)
{
	pb_lock_release(job->lock);
	pb_kernel_free(job->kernel);
	g_free(job->tree);
	g_free(job->log_path);
	g_free(job->what);
	g_free(job->steps_path);
}

static struct pb_make make_for(const struct job *job)
{
	return (struct pb_make){
		.directory = job->tree,
		.log_path = job->log_path,
		.what = job->what,
		.lock = job->lock,
		.progress = job->progress,
		.fault = job->source->user_tree || job->patches ? PB_EXIT_USAGE
								: PB_EXIT_ENVIRONMENT,
	};
}

static int lay_out_source(const struct job *job, const char *to, GError **ret_error)
{
	if (job->near)
		return pb_near_lay_out(job->near, job->source->directory, to, ret_error);
	return pb_copy_tree(job->source->directory, to, true, ret_error);
}

/* KEY/source and in it an empty build, if they are not there from an earlier try. */
static int lay_out(const struct job *job, GError **ret_error)
{
	g_autofree char *partial = g_strconcat(job->tree, ".partial", NULL);
	g_autofree char *build = g_build_filename(partial, "build", NULL);
	int r = 0;

	if (!g_file_test(job->tree, G_FILE_TEST_IS_DIR)) {
		pb_progress_stage(job->progress, "laying out the source of %s", job->kernel->spec);
		r = pb_remove_tree(partial, ret_error);
		if (!r)
			r = lay_out_source(job, partial, ret_error);
		if (!r && job->patches)
			r = pb_patches_apply(job->patches, partial, ret_error);
		if (!r && job->base)
			r = pb_clone_objects(job->base, build, job->tree, ret_error);
		if (!r && rename(partial, job->tree) < 0)
			r = pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT, "cannot create %s: %s",
				    job->tree, g_strerror(errno));
	}
	if (!r)
		r = pb_make_directory(job->kernel->build, ret_error);
	return r;
}

static guint64 expected_steps(const struct job *job)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents(job->steps_path, &text, NULL, NULL))
		return USUAL_STEPS;
	return g_ascii_strtoull(text, NULL, 10);
}

static void remember_steps(const struct job *job, guint64 steps)
{
	g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT "\n", steps);
	g_autofree char *directory = g_path_get_dirname(job->steps_path);

	/* A build that went on from an earlier one printed only the rest. */
	if (steps > USUAL_STEPS / 2 && !pb_make_directory(directory, NULL))
		pb_write_atomic(job->steps_path, text, NULL);
}

/* The configuration, unless it is the base's and nothing can have changed it. */
static int configure(struct job *job, GError **ret_error)
{
	struct pb_make make = make_for(job);
	int r;

	if (job->base && !pb_touch_kconfig(job->files)) {
		g_strfreev(job->kernel->dropped);
		job->kernel->dropped = g_strdupv(job->base->dropped);
		return 0;
	}
	pb_progress_stage(job->progress, "configuring %s", job->kernel->spec);
	g_clear_pointer(&job->kernel->dropped, g_strfreev);
	r = pb_kconfig_make(&make, job->definition, &job->kernel->dropped, ret_error);
	if (r)
		job->kernel->dropped = g_new0(char *, 1);
	return r;
}

/* What a build on top of another one will cost, as far as the files tell. */
static void announce(const struct job *job)
{
	const char *wide = job->base ? pb_wide_file(job->files) : NULL;

	if (wide)
		pb_progress_stage(job->progress, "building %s: all that depends on %s",
				  job->kernel->spec, wide);
	else
		pb_progress_stage(job->progress, "building %s", job->kernel->spec);
}

static int compile(struct job *job, GError **ret_error)
{
	static const char *const targets[] = {"O=build", "vmlinux", "modules", NULL};
	struct pb_make make = make_for(job);
	guint64 steps = 0;
	int r = configure(job, ret_error);

	if (r)
		return r;
	announce(job);
	make.arguments = targets;
	make.expected_steps = job->base ? 0 : expected_steps(job);
	r = pb_make_run(&make, &steps, ret_error);
	if (!r && !job->base)
		remember_steps(job, steps);
	return r;
}

/* What an earlier try left is gone on with as it was begun. */
static void forget_near(struct job *job)
{
	if (!job->near || !g_file_test(job->tree, G_FILE_TEST_IS_DIR))
		return;
	job->near = NULL;
	job->base = NULL;
	job->files = NULL;
}

/* Under the lock: from whatever an earlier try left to a complete kernel. */
static int build_locked(struct job *job, GError **ret_error)
{
	int r = pb_require_space(job->kernel->directory, BUILD_BYTES, ret_error);

	forget_near(job);
	if (!r)
		r = pb_record_invalidate(job->kernel, ret_error);
	/* For `kernel list`, which shows the incomplete too. */
	if (!r)
		r = pb_record_save(job->kernel, ret_error);
	if (!r)
		r = lay_out(job, ret_error);
	if (!r)
		r = compile(job, ret_error);
	if (!r)
		r = pb_record_measure(job->kernel, ret_error);
	if (!r)
		r = pb_record_save(job->kernel, ret_error);
	if (!r)
		r = pb_record_stamp(job->kernel, ret_error);
	if (!r)
		pb_progress_done(job->progress);
	return r;
}

/* The kernel below @directory if it is complete and intact, under the name the caller gave it. */
static struct pb_kernel *cached(const char *directory, const char *spec)
{
	g_autoptr(pb_kernel) kernel = NULL;

	if (!pb_record_stamped(directory))
		return NULL;
	kernel = pb_record_load(directory);
	if (!kernel || !pb_record_intact(kernel))
		return NULL;
	g_free(kernel->spec);
	kernel->spec = g_strdup(spec);
	return g_steal_pointer(&kernel);
}

static char *key_of(const struct job *job, const char *toolchain)
{
	g_autoptr(GStrvBuilder) parts = g_strv_builder_new();
	g_auto(GStrv) all = NULL;
	char *key;

	g_strv_builder_add_many(parts, "kernel", PB_MAKE_RECIPE, job->source->id,
				job->definition->wanted, job->definition->optional, toolchain,
				NULL);
	for (guint i = 0; job->patches && i < job->patches->len; i++) {
		const struct pb_patch *patch = job->patches->pdata[i];

		g_strv_builder_add(parts, patch->diff);
	}
	all = g_strv_builder_end(parts);
	key = pb_sha256_strings((const char *const *)all);
	key[KEY_LENGTH] = '\0';
	return key;
}

/* "linux-source-6.12 6.12.117-1 + mm/gup: count pages" */
static char *origin_of(const struct job *job)
{
	GString *text = g_string_new(job->source->origin);

	for (guint i = 0; job->patches && i < job->patches->len; i++) {
		const struct pb_patch *patch = job->patches->pdata[i];

		g_string_append_printf(text, " + %s", patch->subject);
	}
	return g_string_free(text, FALSE);
}

static void prepare_job(struct job *job, const char *root, const char *directory, const char *spec,
			const char *toolchain)
{
	g_autofree char *steps_key =
		pb_sha256_strings((const char *[]){job->definition->wanted, NULL});

	job->kernel = pb_record_new(directory);
	job->kernel->spec = g_strdup(spec);
	job->kernel->toolchain = g_strdup(toolchain);
	job->kernel->source_id = g_strdup(job->source->id);
	job->kernel->origin = origin_of(job);
	job->tree = g_build_filename(directory, "source", NULL);
	/* Outside: of a patched kernel that cannot be built nothing else is kept. */
	job->log_path = g_strdup_printf("%s/logs/%s.log", root, job->kernel->key);
	job->what = g_strdup_printf("building the kernel %s", spec);
	job->steps_path = g_build_filename(root, "steps", steps_key, NULL);
}

/* Patches come and go: their kernels are not kept for ever. */
static void note_use(const struct job *job, const char *directory)
{
	g_autofree char *kernels = g_path_get_dirname(directory);

	if (!job->patches)
		return;
	pb_mark_used(directory, PATCHED_STAMP);
	pb_drop_unused(kernels, PATCHED_STAMP, KEEP_PATCHED);
}

/* The kernel of @job from the cache, or built now. Clears the job. */
static int run_job(struct job *job, const char *spec, struct pb_kernel **ret_kernel,
		   GError **ret_error)
{
	g_autofree char *root = NULL, *toolchain = NULL, *key = NULL;
	g_autofree char *directory = NULL, *lock_path = NULL, *logs = NULL;
	int r = pb_cache_root(&root, ret_error);

	if (!r)
		r = pb_make_toolchain(&toolchain, ret_error);
	if (r)
		return r;
	key = key_of(job, toolchain);
	directory = g_build_filename(root, "kernels", key, NULL);
	*ret_kernel = cached(directory, spec);
	if (*ret_kernel) {
		note_use(job, directory);
		return 0;
	}
	lock_path = g_strdup_printf("%s/locks/kernel-%s", root, key);
	prepare_job(job, root, directory, spec, toolchain);
	r = pb_cache_dir(&logs, ret_error, "logs", NULL);
	if (!r)
		r = pb_lock_acquire(lock_path, job->progress, &job->lock, ret_error);
	if (!r)
		r = pb_make_directory(directory, ret_error);
	if (!r)
		*ret_kernel = cached(directory, spec);
	if (!r && !*ret_kernel) {
		r = build_locked(job, ret_error);
		/* What was built on something else is not gone on with. */
		if (r && (job->near || (r != -EINTR && job->patches)))
			pb_remove_tree(directory, NULL);
		if (!r)
			*ret_kernel = g_steal_pointer(&job->kernel);
	}
	if (!r)
		note_use(job, directory);
	job_clear(job);
	return r;
}

int pb_kernel_build(const char *spec, const struct pb_kernel_source *source,
		    const struct pb_kernel_definition *definition, struct pb_progress *progress,
		    struct pb_kernel **ret_kernel, GError **ret_error)
{
	struct job job = {.source = source, .definition = definition, .progress = progress};

	return run_job(&job, spec, ret_kernel, ret_error);
}

struct making {
	const struct pb_kernel_definition *definition;
	const char *toolchain;
};

static char *key_of_source(const char *id, const void *context)
{
	struct pb_kernel_source source = {.id = (char *)id};
	const struct making *making = context;
	struct job job = {.source = &source, .definition = making->definition};

	return key_of(&job, making->toolchain);
}

/* The kernel of a user's tree begins as a copy of one that differs in few files. */
static int build_unpatched(const struct pb_kernel_spec *parsed, const char *spec,
			   const struct pb_kernel_source *source,
			   const struct pb_kernel_definition *definition,
			   struct pb_progress *progress, struct pb_kernel **ret_kernel,
			   GError **ret_error)
{
	struct job job = {.source = source, .definition = definition, .progress = progress};
	g_autofree char *toolchain = NULL;
	g_autoptr(pb_near) near = NULL;
	struct making making = {.definition = definition};
	int r = 0;

	if (parsed->path)
		r = pb_make_toolchain(&toolchain, ret_error);
	if (r)
		return r;
	making.toolchain = toolchain;
	if (parsed->path)
		near = pb_near_find(parsed->path, source->id, key_of_source, &making);
	if (near) {
		job.base = near->kernel;
		job.files = (const char *const *)near->files;
		job.near = near;
	}
	return run_job(&job, spec, ret_kernel, ret_error);
}

/* The unpatched kernel first: it is the other side of a comparison, and saves most of the work. */
static int build_patched(const struct pb_kernel_spec *spec, const struct pb_kernel_source *source,
			 const struct pb_kernel_definition *definition,
			 struct pb_progress *progress, struct pb_kernel **ret_kernel,
			 GError **ret_error)
{
	struct job job = {.source = source, .definition = definition, .progress = progress};
	g_autoptr(GPtrArray) patches = NULL;
	g_autoptr(pb_kernel) base = NULL;
	g_auto(GStrv) files = NULL;
	int r = pb_patches_load((const char *const *)spec->patches, &patches, ret_error);

	if (!r)
		r = build_unpatched(spec, spec->base, source, definition, progress, &base,
				    ret_error);
	if (r)
		return r;
	files = pb_patches_files(patches);
	job.base = base;
	job.files = (const char *const *)files;
	job.patches = patches;
	return run_job(&job, spec->text, ret_kernel, ret_error);
}

int pb_kernel_get(const char *spec, const char *configs_dir, unsigned int flags,
		  struct pb_progress *progress, struct pb_kernel **ret_kernel, GError **ret_error)
{
	g_autoptr(pb_kernel_definition) definition = NULL;
	g_autoptr(pb_kernel_source) source = NULL;
	g_autoptr(pb_kernel_spec) parsed = NULL;
	int r = pb_kernel_spec_parse(spec, &parsed, ret_error);

	if (!r)
		r = pb_kernel_definition_load(configs_dir,
					      parsed->name ? parsed->name : PB_DEFINITION_TREE,
					      &definition, ret_error);
	if (!r)
		r = pb_kernel_obtain(parsed, definition, flags & PB_KERNEL_REFRESH, progress,
				     &source, ret_error);
	if (r)
		return r;
	if (parsed->patches[0])
		return build_patched(parsed, source, definition, progress, ret_kernel, ret_error);
	return build_unpatched(parsed, spec, source, definition, progress, ret_kernel, ret_error);
}
