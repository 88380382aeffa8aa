/* The kernels of a release: see kernels.h. */
#include "lab/release/kernels.h"

#include <errno.h>
#include <string.h>

#include "lab/kernel/obtain.h"
#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/history/rows.h"
#include "reports/render/markdown.h"
#include "reports/result.h"

#define LONGEST_NAME 100
#define ALLOWED                                                          \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" \
	"._+-"

static const char *const outcomes[] = {
	[PB_RELEASE_MISSING] = "missing",
	[PB_RELEASE_OK] = PB_OUTCOME_OK,
	[PB_RELEASE_FAILED] = PB_OUTCOME_FAIL,
	[PB_RELEASE_INTERRUPTED] = "interrupted",
};

static void kernel_free(gpointer data)
{
	struct pb_release_kernel *kernel = data;

	pb_kernel_spec_free(kernel->spec);
	g_free(kernel->name);
	g_free(kernel->result);
	g_free(kernel->reason);
	g_free(kernel->release);
	g_free(kernel);
}

static char *absolute(const char *patch)
{
	return g_canonicalize_filename(patch, NULL);
}

static bool same_patches(char **a, char **b)
{
	if (g_strv_length(a) != g_strv_length(b))
		return false;
	for (; *a; a++, b++) {
		g_autofree char *left = absolute(*a), *right = absolute(*b);

		if (strcmp(left, right))
			return false;
	}
	return true;
}

static bool is_same(const struct pb_kernel_spec *a, const struct pb_kernel_spec *b)
{
	return a->kind == b->kind && !g_strcmp0(a->name, b->name) && !g_strcmp0(a->path, b->path) &&
	       !g_strcmp0(a->revision, b->revision) && same_patches(a->patches, b->patches);
}

static int refuse_twice(const GPtrArray *kernels, const struct pb_kernel_spec *spec,
			GError **ret_error)
{
	for (guint i = 0; i < kernels->len; i++) {
		const struct pb_release_kernel *other = kernels->pdata[i];

		if (is_same(other->spec, spec))
			return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
				       "%s and %s are one kernel; name each once, and say --boots "
				       "to measure it more than once",
				       other->spec->text, spec->text);
	}
	return 0;
}

/* "6.12", "linux@v6.13", each with "+fix.patch": directories say nothing that a reader needs. */
static char *plain_name(const struct pb_kernel_spec *spec)
{
	GString *name = g_string_new(spec->name);

	if (spec->path) {
		g_autofree char *leaf = g_path_get_basename(spec->path);

		g_string_append(name, leaf);
	}
	if (spec->revision)
		g_string_append_printf(name, "-%s", spec->revision);
	for (char **patch = spec->patches; *patch; patch++) {
		g_autofree char *leaf = g_path_get_basename(*patch);

		g_string_append_printf(name, "+%s", leaf);
	}
	g_strcanon(name->str, ALLOWED, '-');
	while (name->len && strchr(".-", name->str[0]))
		g_string_erase(name, 0, 1);
	if (!name->len)
		g_string_append(name, "kernel");
	if (name->len > LONGEST_NAME)
		g_string_truncate(name, LONGEST_NAME);
	return g_string_free(name, FALSE);
}

static bool is_taken(const GPtrArray *kernels, const char *name)
{
	static const char *const files[] = {PB_RELEASE_FILE, PB_RELEASE_TEXT_FILE, PB_MARKDOWN_FILE,
					    NULL};

	for (guint i = 0; i < kernels->len; i++) {
		if (!strcmp(((struct pb_release_kernel *)kernels->pdata[i])->name, name))
			return true;
	}
	return g_strv_contains(files, name);
}

static char *free_name(const GPtrArray *kernels, const struct pb_kernel_spec *spec)
{
	g_autofree char *plain = plain_name(spec);
	char *name = g_strdup(plain);

	for (guint n = 2; is_taken(kernels, name); n++) {
		g_free(name);
		name = g_strdup_printf("%s-%u", plain, n);
	}
	return name;
}

static int add_kernel(GPtrArray *kernels, const char *text, const char *configs_dir,
		      const char *out, GError **ret_error)
{
	g_autoptr(pb_kernel_spec) spec = NULL;
	struct pb_release_kernel *kernel;
	int err = pb_kernel_spec_parse(text, &spec, ret_error);

	if (!err)
		err = refuse_twice(kernels, spec, ret_error);
	if (!err)
		err = pb_kernel_check(spec, configs_dir, ret_error);
	if (err)
		return err;
	kernel = g_new0(struct pb_release_kernel, 1);
	kernel->name = free_name(kernels, spec);
	kernel->spec = g_steal_pointer(&spec);
	kernel->result = g_build_filename(out, kernel->name, NULL);
	g_ptr_array_add(kernels, kernel);
	return 0;
}

int pb_release_kernels_make(const char *const *specs, const char *configs_dir, const char *out,
			    GPtrArray **ret_kernels, GError **ret_error)
{
	g_autoptr(GPtrArray) kernels = g_ptr_array_new_with_free_func(kernel_free);
	g_autofree char *top = g_canonicalize_filename(out, NULL);

	for (; *specs; specs++) {
		int err = add_kernel(kernels, *specs, configs_dir, top, ret_error);

		if (err)
			return err;
	}
	*ret_kernels = g_steal_pointer(&kernels);
	return 0;
}

/* Where to look: what a guest said last is most of the answer. */
static char *with_place(const struct pb_release_kernel *kernel, const struct pb_result *result,
			const char *why)
{
	for (size_t i = 0; i < result->failure_count; i++) {
		if (result->failures[i].console)
			return g_strdup_printf("%s; console: %s/%s", why, kernel->result,
					       result->failures[i].console);
	}
	return g_strdup_printf("%s; report: %s", why, kernel->result);
}

static bool has_figures(const struct pb_result *result)
{
	for (size_t i = 0; result && i < result->case_count; i++) {
		if (result->cases[i].outcome == PB_CASE_OK)
			return true;
	}
	return false;
}

void pb_release_kernel_settle(struct pb_release_kernel *kernel, int err, bool saved, GError *why)
{
	g_autoptr(pb_result) result = NULL;
	g_autoptr(GError) own = why;

	if (saved && !pb_result_load(kernel->result, &result, NULL))
		kernel->release = g_strdup(result->environment.kernel.release);
	kernel->saved = saved;
	kernel->finished = saved && err != -EINTR;
	kernel->measured = kernel->finished && has_figures(result);
	kernel->outcome = !err		  ? PB_RELEASE_OK
			  : err == -EINTR ? PB_RELEASE_INTERRUPTED
					  : PB_RELEASE_FAILED;
	if (err && !own)
		kernel->reason = g_strdup("failed without a reason");
	else if (err == -EINTR && saved)
		kernel->reason = g_strdup_printf("stopped by a signal; './run.sh history add %s' "
						 "adds what it has",
						 kernel->result);
	else if (err)
		kernel->reason =
			result ? with_place(kernel, result, own->message) : g_strdup(own->message);
}

static json_t *valid_string(const char *text)
{
	g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

	return valid ? json_string(valid) : json_null();
}

json_t *pb_release_kernels_json(const GPtrArray *kernels)
{
	json_t *all = json_array();

	for (guint i = 0; i < kernels->len; i++) {
		const struct pb_release_kernel *k = kernels->pdata[i];

		json_array_append_new(
			all, json_pack("{s:o, s:s, s:o, s:o, s:s, s:o, s:b, s:b}", "spec",
				       valid_string(k->spec->text), "name", k->name, "release",
				       valid_string(k->release), "directory",
				       valid_string(k->saved ? k->name : NULL), "outcome",
				       outcomes[k->outcome], "reason", valid_string(k->reason),
				       "measured", k->measured, "added", k->added));
	}
	return all;
}
