/* Reading a profile and writing out its combinations: see profile.h. */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include "lab/run/profile.h"
#include "reports/error.h"

#define HEAD "profile"

struct profile {
	const struct pb_catalog *catalog;
	GKeyFile *file;
	char *path;
	GPtrArray *cases;
};

static int unknown_profile(const char *configs_dir, const char *name, GError **ret_error)
{
	g_autofree char *dir_path = g_build_filename(configs_dir, "profiles", NULL);
	g_autoptr(GDir) dir = g_dir_open(dir_path, 0, NULL);
	g_autoptr(GString) names = g_string_new(NULL);
	const char *entry;

	while (dir && (entry = g_dir_read_name(dir))) {
		if (g_str_has_suffix(entry, ".ini"))
			g_string_append_printf(names, " %.*s", (int)strlen(entry) - 4, entry);
	}
	return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE,
		       "no profile is called '%s'; there are:%s (or name a file)", name,
		       names->str);
}

static int open_profile(struct profile *p, const char *configs_dir, const char *name,
			GError **ret_error)
{
	g_autofree char *leaf = g_strconcat(name, ".ini", NULL);
	g_autoptr(GError) why = NULL;

	p->path = strchr(name, '/') || g_str_has_suffix(name, ".ini")
			  ? g_strdup(name)
			  : g_build_filename(configs_dir, "profiles", leaf, NULL);
	if (!g_file_test(p->path, G_FILE_TEST_EXISTS))
		return unknown_profile(configs_dir, name, ret_error);
	if (!g_key_file_load_from_file(p->file, p->path, G_KEY_FILE_NONE, &why))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "%s: %s", p->path, why->message);
	return 0;
}

static bool contains(const json_t *list, const char *text)
{
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		if (!strcmp(json_string_value(one), text))
			return true;
	}
	return false;
}

static const json_t *find_param(const json_t *benchmark, const char *name)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(benchmark, "params"), i, one) {
		if (!strcmp(json_string_value(json_object_get(one, "name")), name))
			return one;
	}
	return NULL;
}

/* Each case so far becomes one for each value that the benchmark allows. */
static GPtrArray *multiply(GPtrArray *cases, const json_t *param, char **values)
{
	GPtrArray *product = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < cases->len; i++) {
		const char *so_far = cases->pdata[i];

		for (char **value = values; *value; value++) {
			if (!contains(json_object_get(param, "allowed"), *value))
				continue;
			g_ptr_array_add(
				product,
				g_strdup_printf("%s%s%s=%s", so_far, *so_far ? "," : "",
						json_string_value(json_object_get(param, "name")),
						*value));
		}
	}
	g_ptr_array_unref(cases);
	return product;
}

static void expand_benchmark(struct profile *p, const char *section, const json_t *benchmark)
{
	GPtrArray *cases = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) keys = g_key_file_get_keys(p->file, section, NULL, NULL);
	const char *name = json_string_value(json_object_get(benchmark, "name"));

	g_ptr_array_add(cases, g_strdup(""));
	for (char **key = keys; *key; key++) {
		const json_t *param = find_param(benchmark, *key);
		g_auto(GStrv) values =
			g_key_file_get_string_list(p->file, section, *key, NULL, NULL);

		if (param)
			cases = multiply(cases, param, values);
	}
	for (guint i = 0; i < cases->len; i++) {
		const char *params = cases->pdata[i];

		g_ptr_array_add(p->cases,
				*params ? g_strdup_printf("%s[%s]", name, params) : g_strdup(name));
	}
	g_ptr_array_unref(cases);
}

/* A key or value that no benchmark of the section knows is a slip of the pen. */
static int check_key(struct profile *p, const char *section, const char *key, GPtrArray *benchmarks,
		     GError **ret_error)
{
	g_autoptr(GError) why = NULL;
	g_auto(GStrv) values = g_key_file_get_string_list(p->file, section, key, NULL, &why);

	if (!values || !*values)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "%s: [%s]: %s: %s", p->path,
			       section, key, why ? why->message : "no value");
	for (char **value = values; *value; value++) {
		bool known = false, allowed = false;

		for (guint i = 0; i < benchmarks->len; i++) {
			const json_t *param = find_param(benchmarks->pdata[i], key);

			known |= param != NULL;
			allowed |= param && contains(json_object_get(param, "allowed"), *value);
		}
		if (!known)
			return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
				       "%s: [%s]: no benchmark there has a parameter '%s'", p->path,
				       section, key);
		if (!allowed)
			return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
				       "%s: [%s]: no benchmark there allows %s=%s", p->path,
				       section, key, *value);
	}
	return 0;
}

static GPtrArray *benchmarks_of(struct profile *p, const char *section)
{
	g_autofree char *glob = g_strndup(section, strcspn(section, " "));
	GPtrArray *found = g_ptr_array_new();
	json_t *one;
	size_t i;

	json_array_foreach (p->catalog->list, i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));

		/* Neither what breaks its machine nor what counted runs skip is meant by "*". */
		if ((json_is_true(json_object_get(one, "hazard")) ||
		     json_is_true(json_object_get(one, "timed_only"))) &&
		    strcmp(glob, name))
			continue;
		if (!fnmatch(glob, name, 0))
			g_ptr_array_add(found, one);
	}
	return found;
}

static int expand_section(struct profile *p, const char *section, GError **ret_error)
{
	g_autoptr(GPtrArray) benchmarks = benchmarks_of(p, section);
	g_auto(GStrv) keys = g_key_file_get_keys(p->file, section, NULL, NULL);
	int err = 0;

	if (!benchmarks->len)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s: [%s]: no benchmark is called that", p->path, section);
	for (char **key = keys; *key && !err; key++)
		err = check_key(p, section, *key, benchmarks, ret_error);
	for (guint i = 0; i < benchmarks->len && !err; i++)
		expand_benchmark(p, section, benchmarks->pdata[i]);
	return err;
}

static int expand_all(struct profile *p, int *ret_repetitions, GError **ret_error)
{
	g_auto(GStrv) sections = g_key_file_get_groups(p->file, NULL);
	int err = 0;

	*ret_repetitions = g_key_file_get_integer(p->file, HEAD, "repetitions", NULL);
	if (*ret_repetitions < 1)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s: [" HEAD "] wants repetitions=1 or more", p->path);
	for (char **section = sections; *section && !err; section++) {
		if (strcmp(*section, HEAD))
			err = expand_section(p, *section, ret_error);
	}
	if (!err && !p->cases->len)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "%s: no case in it", p->path);
	return err;
}

int pb_profile_expand(const struct pb_catalog *catalog, const char *configs_dir,
		      const char *profile, int *ret_repetitions, GPtrArray **ret_cases,
		      GError **ret_error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	struct profile p = {
		.catalog = catalog,
		.file = file,
		.cases = g_ptr_array_new_with_free_func(g_free),
	};
	int err = open_profile(&p, configs_dir, profile, ret_error);

	if (!err)
		err = expand_all(&p, ret_repetitions, ret_error);
	g_free(p.path);
	if (err) {
		g_ptr_array_unref(p.cases);
		return err;
	}
	*ret_cases = p.cases;
	return 0;
}
