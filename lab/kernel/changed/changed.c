#include "lab/kernel/changed/changed.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lab/kernel/changed/function.h"
#include "lab/kernel/changed/tree.h"
#include "lab/util/process.h"
#include "reports/error.h"

/* Far more than an object with all its debug information. */
#define MAX_OBJECT_BYTES ((guint64)256 << 20)

/* One object of both builds. Either side may be absent. */
struct side {
	const char *build;
	const struct pb_object_file *file;
	char *path;
	char *contents;
	gsize bytes;
	GPtrArray *functions; /* struct pb_function */
};

static void change_free(gpointer data)
{
	struct pb_function_change *change = data;

	g_free(change->object);
	g_free(change->folded);
	g_free(change->baseline_name);
	g_free(change->patched_name);
	g_free(change);
}

/* Symbols of functions are never empty. */
char *pb_folded_name(const char *name)
{
	return g_strndup(name, 1 + strcspn(name + 1, "."));
}

/* One of @baseline and @patched may be NULL. */
static void add_change(const char *object, const struct pb_function *baseline,
		       const struct pb_function *patched, GPtrArray *changes)
{
	struct pb_function_change *change = g_new0(struct pb_function_change, 1);

	change->object = g_strdup(object);
	change->how = !baseline ? PB_CHANGE_NEW : patched ? PB_CHANGE_CODE : PB_CHANGE_GONE;
	if (baseline) {
		change->folded = pb_folded_name(baseline->name);
		change->baseline_name = g_strdup(baseline->name);
		change->baseline_bytes = baseline->bytes;
	}
	if (patched) {
		if (!change->folded)
			change->folded = pb_folded_name(patched->name);
		change->patched_name = g_strdup(patched->name);
		change->patched_bytes = patched->bytes;
	}
	g_ptr_array_add(changes, change);
}

static bool same_code(const struct pb_function *a, const struct pb_function *b)
{
	for (gsize i = 0; i < G_N_ELEMENTS(a->digests); i++)
		if (!memcmp(a->digests[i], b->digests[i], PB_DIGEST_BYTES))
			return a->bytes == b->bytes;
	return false;
}

static int by_variant(gconstpointer a, gconstpointer b)
{
	const struct pb_function *first = *(const struct pb_function *const *)a;
	const struct pb_function *second = *(const struct pb_function *const *)b;
	int order = strcmp(first->variant, second->variant);

	return order ? order : strcmp(first->name, second->name);
}

/* Pairs functions of the same name in lists that are sorted by it. */
static void pair_names(const char *object, const GPtrArray *baseline, const GPtrArray *patched,
		       GPtrArray *changes)
{
	guint i = 0, k = 0;

	while (i < baseline->len && k < patched->len) {
		struct pb_function *first = baseline->pdata[i], *second = patched->pdata[k];
		int order = strcmp(first->name, second->name);

		if (!order && !same_code(first, second))
			add_change(object, first, second, changes);
		if (!order)
			first->paired = second->paired = true;
		i += order <= 0;
		k += order >= 0;
	}
}

/* Those of @functions that have no partner, sorted by variant. Caller unrefs. */
static GPtrArray *left_over(const GPtrArray *functions)
{
	GPtrArray *left = g_ptr_array_new();

	for (guint i = 0; i < functions->len; i++) {
		struct pb_function *function = functions->pdata[i];

		if (!function->paired)
			g_ptr_array_add(left, function);
	}
	g_ptr_array_sort(left, by_variant);
	return left;
}

/* What pair_names() left: another variant of a function, or one that is only on one side. */
static void pair_variants(const char *object, const GPtrArray *baseline, const GPtrArray *patched,
			  GPtrArray *changes)
{
	g_autoptr(GPtrArray) before = left_over(baseline), after = left_over(patched);
	guint i = 0, k = 0;

	while (i < before->len || k < after->len) {
		const struct pb_function *first = i < before->len ? before->pdata[i] : NULL;
		const struct pb_function *second = k < after->len ? after->pdata[k] : NULL;
		int order = !first ? 1 : !second ? -1 : strcmp(first->variant, second->variant);

		add_change(object, order <= 0 ? first : NULL, order >= 0 ? second : NULL, changes);
		i += order <= 0;
		k += order >= 0;
	}
}

/* The contents of @side's file, if there is one. */
static int load(struct side *side, GError **ret_error)
{
	g_autoptr(GError) error = NULL;

	if (!side->file)
		return 0;
	side->path = g_build_filename(side->build, side->file->name, NULL);
	if (side->file->bytes > MAX_OBJECT_BYTES)
		return pb_fail(ret_error, EFBIG, PB_EXIT_ENVIRONMENT, "%s is too large",
			       side->path);
	if (!g_file_get_contents(side->path, &side->contents, &side->bytes, &error))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "%s", error->message);
	return 0;
}

static int find_functions(struct side *side, GError **ret_error)
{
	if (side->file)
		return pb_functions_read(side->path, side->contents, side->bytes, &side->functions,
					 ret_error);
	side->functions = g_ptr_array_new();
	return 0;
}

static void clear_side(struct side *side)
{
	g_clear_pointer(&side->functions, g_ptr_array_unref);
	g_free(side->contents);
	g_free(side->path);
}

/* The object @name of both builds. Either may be NULL. */
static int compare_objects(const char *name, const char *baseline_build,
			   const struct pb_object_file *baseline, const char *patched_build,
			   const struct pb_object_file *patched, GPtrArray *changes,
			   GError **ret_error)
{
	struct side before = {.build = baseline_build, .file = baseline};
	struct side after = {.build = patched_build, .file = patched};
	int err;

	if (baseline && patched && pb_object_files_same(baseline, patched))
		return 0;
	err = load(&before, ret_error);
	if (!err)
		err = load(&after, ret_error);
	if (!err && before.contents && after.contents && before.bytes == after.bytes &&
	    !memcmp(before.contents, after.contents, before.bytes))
		goto done;
	if (!err)
		err = find_functions(&before, ret_error);
	if (!err)
		err = find_functions(&after, ret_error);
	if (!err) {
		pair_names(name, before.functions, after.functions, changes);
		pair_variants(name, before.functions, after.functions, changes);
	}
done:
	clear_side(&before);
	clear_side(&after);
	return err;
}

static const char *sort_name(const struct pb_function_change *change)
{
	return change->patched_name ? change->patched_name : change->baseline_name;
}

static int by_place(gconstpointer a, gconstpointer b)
{
	const struct pb_function_change *first = *(const struct pb_function_change *const *)a;
	const struct pb_function_change *second = *(const struct pb_function_change *const *)b;
	int order = strcmp(first->object, second->object);

	return order ? order : strcmp(sort_name(first), sort_name(second));
}

int pb_find_changed_functions(const char *baseline_build, const char *patched_build,
			      GPtrArray **ret_changes, GError **ret_error)
{
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func(change_free);
	g_autoptr(GPtrArray) before = NULL, after = NULL;
	guint i = 0, k = 0;
	int err = pb_object_files(baseline_build, &before, ret_error);

	if (!err)
		err = pb_object_files(patched_build, &after, ret_error);
	while (!err && (i < before->len || k < after->len)) {
		const struct pb_object_file *first = i < before->len ? before->pdata[i] : NULL;
		const struct pb_object_file *second = k < after->len ? after->pdata[k] : NULL;
		int order = !first ? 1 : !second ? -1 : strcmp(first->name, second->name);

		err = pb_check_interrupted(ret_error);
		if (!err)
			err = compare_objects(order <= 0 ? first->name : second->name,
					      baseline_build, order <= 0 ? first : NULL,
					      patched_build, order >= 0 ? second : NULL, changes,
					      ret_error);
		i += order <= 0;
		k += order >= 0;
	}
	if (err)
		return err;
	g_ptr_array_sort(changes, by_place);
	*ret_changes = g_steal_pointer(&changes);
	return 0;
}
