#include "lab/kernel/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lab/kernel/cache/record.h"
#include "lab/kernel/make/compile.h"
#include "lab/kernel/make/kconfig.h"
#include "lab/util/files.h"
#include "reports/error.h"

#define BUILD_BYTES (4ULL << 30)
#define KEY_LENGTH  32

/* Steps of a build with guest.config, until a complete one has counted its own. */
#define USUAL_STEPS 1500

/* One build: what goes in, and the kernel that comes out. */
struct job {
	const struct pb_kernel_source *source;
	const struct pb_kernel_definition *definition;
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
		.fault = job->source->user_tree ? PB_EXIT_USAGE : PB_EXIT_ENVIRONMENT,
	};
}

/* KEY/source and in it an empty build, if they are not there from an earlier try. */
static int lay_out(const struct job *job, GError **ret_error)
{
	g_autofree char *partial = g_strconcat(job->tree, ".partial", NULL);
	int r = 0;

	if (!g_file_test(job->tree, G_FILE_TEST_IS_DIR)) {
		pb_progress_stage(job->progress, "laying out the source of %s", job->kernel->spec);
		r = pb_remove_tree(partial, ret_error);
		if (!r)
			r = pb_copy_tree(job->source->directory, partial, true, ret_error);
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

static int compile(struct job *job, GError **ret_error)
{
	static const char *const targets[] = {"O=build", "vmlinux", "modules", NULL};
	struct pb_make make = make_for(job);
	guint64 steps = 0;
	int r;

	pb_progress_stage(job->progress, "configuring %s", job->kernel->spec);
	g_clear_pointer(&job->kernel->dropped, g_strfreev);
	r = pb_kconfig_make(&make, job->definition, &job->kernel->dropped, ret_error);
	if (r) {
		job->kernel->dropped = g_new0(char *, 1);
		return r;
	}
	pb_progress_stage(job->progress, "building %s", job->kernel->spec);
	make.arguments = targets;
	make.expected_steps = expected_steps(job);
	r = pb_make_run(&make, &steps, ret_error);
	if (r)
		return r;
	remember_steps(job, steps);
	return 0;
}

/* Under the lock: from whatever an earlier try left to a complete kernel. */
static int build_locked(struct job *job, GError **ret_error)
{
	int r = pb_require_space(job->kernel->directory, BUILD_BYTES, ret_error);

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

static char *key_of(const struct pb_kernel_source *source,
		    const struct pb_kernel_definition *definition, const char *toolchain)
{
	char *key = pb_sha256_strings((const char *[]){"kernel", PB_MAKE_RECIPE, source->id,
						       definition->wanted, definition->optional,
						       toolchain, NULL});

	key[KEY_LENGTH] = '\0';
	return key;
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
	job->kernel->origin = g_strdup(job->source->origin);
	job->tree = g_build_filename(directory, "source", NULL);
	job->log_path = g_build_filename(directory, "build.log", NULL);
	job->what = g_strdup_printf("building the kernel %s", spec);
	job->steps_path = g_build_filename(root, "steps", steps_key, NULL);
}

int pb_kernel_build(const char *spec, const struct pb_kernel_source *source,
		    const struct pb_kernel_definition *definition, struct pb_progress *progress,
		    struct pb_kernel **ret_kernel, GError **ret_error)
{
	g_autofree char *root = NULL, *toolchain = NULL, *key = NULL;
	g_autofree char *directory = NULL, *lock_path = NULL;
	struct job job = {.source = source, .definition = definition, .progress = progress};
	int r = pb_cache_root(&root, ret_error);

	if (!r)
		r = pb_make_toolchain(&toolchain, ret_error);
	if (r)
		return r;
	key = key_of(source, definition, toolchain);
	directory = g_build_filename(root, "kernels", key, NULL);
	*ret_kernel = cached(directory, spec);
	if (*ret_kernel)
		return 0;
	lock_path = g_strdup_printf("%s/locks/kernel-%s", root, key);
	prepare_job(&job, root, directory, spec, toolchain);
	r = pb_lock_acquire(lock_path, progress, &job.lock, ret_error);
	if (!r)
		r = pb_make_directory(directory, ret_error);
	if (!r)
		*ret_kernel = cached(directory, spec);
	if (!r && !*ret_kernel) {
		r = build_locked(&job, ret_error);
		if (!r)
			*ret_kernel = g_steal_pointer(&job.kernel);
	}
	job_clear(&job);
	return r;
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
	if (!r)
		r = pb_kernel_build(spec, source, definition, progress, ret_kernel, ret_error);
	return r;
}
