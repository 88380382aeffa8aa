#include "lab/kernel/spec.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "reports/error.h"

void pb_kernel_spec_free(struct pb_kernel_spec *spec)
{
	if (!spec)
		return;
	g_free(spec->text);
	g_free(spec->base);
	g_free(spec->name);
	g_free(spec->path);
	g_free(spec->revision);
	g_strfreev(spec->patches);
	g_free(spec);
}

static bool is_path(const char *text)
{
	return strchr("/~.", *text) != NULL;
}

static char *absolute(const char *path)
{
	g_autofree char *expanded = NULL;

	if (path[0] == '~' && (path[1] == '/' || !path[1]))
		expanded = g_build_filename(g_get_home_dir(), path + 1, NULL);
	else
		expanded = g_strdup(path);
	return g_canonicalize_filename(expanded, NULL);
}

static bool is_there(const char *text, size_t length, GFileTest kind)
{
	g_autofree char *path = g_strndup(text, length);
	g_autofree char *full = absolute(path);

	return g_file_test(full, kind);
}

/*
 * The length of the path that @text begins with: up to the first of @separators that
 * follows one of @kind which exists, else up to the first.
 */
static size_t path_length(const char *text, const char *separators, GFileTest kind)
{
	size_t first = strcspn(text, separators);

	for (size_t at = first;; at += 1 + strcspn(text + at + 1, separators)) {
		if (is_there(text, at, kind))
			return at;
		if (!text[at])
			return first;
	}
}

static int parse_path(struct pb_kernel_spec *spec, const char *base, GError **ret_error)
{
	size_t length = path_length(base, "@", G_FILE_TEST_IS_DIR);
	g_autofree char *path = g_strndup(base, length);

	spec->kind = PB_KERNEL_TREE;
	spec->path = absolute(path);
	if (!base[length])
		return 0;
	spec->kind = PB_KERNEL_REVISION;
	spec->revision = g_strdup(base + length + 1);
	if (!*spec->revision)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "the kernel \"%s\" has nothing after the @; name a commit, tag or "
			       "branch, or leave the @ out for the tree as it is on disk",
			       spec->text);
	return 0;
}

static int parse_name(struct pb_kernel_spec *spec, const char *base, GError **ret_error)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";

	if (!g_strcmp0(base, "host")) {
		spec->kind = PB_KERNEL_HOST;
		return 0;
	}
	if (base[strspn(base, allowed)])
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "\"%s\" is no kernel; write a name such as 6.12, or a tree as "
			       "/path/to/linux or /path/to/linux@REV",
			       spec->text);
	spec->kind = PB_KERNEL_NAMED;
	spec->name = g_strdup(base);
	return 0;
}

/* A patch may have a + in its path, too. */
static int split_patches(struct pb_kernel_spec *spec, const char *rest, GError **ret_error)
{
	g_autoptr(GPtrArray) patches = g_ptr_array_new_with_free_func(g_free);

	while (*rest) {
		size_t length = path_length(++rest, "+", G_FILE_TEST_EXISTS);

		if (!length)
			return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
				       "the kernel \"%s\" has a + with no patch after it",
				       spec->text);
		g_ptr_array_add(patches, g_strndup(rest, length));
		rest += length;
	}
	g_ptr_array_add(patches, NULL);
	spec->patches = (char **)g_ptr_array_steal(patches, NULL);
	return 0;
}

int pb_kernel_spec_parse(const char *text, struct pb_kernel_spec **ret_spec, GError **ret_error)
{
	g_autoptr(pb_kernel_spec) spec = g_new0(struct pb_kernel_spec, 1);
	size_t length;
	int r;

	spec->text = g_strdup(text);
	if (!*text || *text == '+' || *text == '@')
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "\"%s\" names no kernel; write a name such as 6.12, or a tree as "
			       "/path/to/linux or /path/to/linux@REV",
			       text);
	length = strcspn(text, "+");
	if (is_path(text)) {
		/* A revision ends at the first +, a directory may have one in its name. */
		size_t directory = path_length(text, "+@", G_FILE_TEST_IS_DIR);

		length = directory + strcspn(text + directory, "+");
	}
	spec->base = g_strndup(text, length);
	r = split_patches(spec, text + length, ret_error);
	if (!r)
		r = is_path(spec->base) ? parse_path(spec, spec->base, ret_error)
					: parse_name(spec, spec->base, ret_error);
	if (!r)
		*ret_spec = g_steal_pointer(&spec);
	return r;
}
