#include "lab/kernel/options.h"

#include <errno.h>
#include <string.h>

#include "reports/error.h"

#define NOT_SET " is not set"

/* The option and its value in one line of a .config; false if it has none. */
static gboolean parse_line(const char *line, char **ret_option, char **ret_value)
{
	const char *equals = strchr(line, '=');

	if (g_str_has_prefix(line, "CONFIG_") && equals) {
		*ret_option = g_strndup(line, equals - line);
		*ret_value = g_strdup(equals + 1);
		return TRUE;
	}
	if (g_str_has_prefix(line, "# CONFIG_") && g_str_has_suffix(line, NOT_SET)) {
		*ret_option = g_strndup(line + 2, strlen(line) - 2 - strlen(NOT_SET));
		*ret_value = g_strdup("n");
		return TRUE;
	}
	return FALSE;
}

GHashTable *pb_config_parse(const char *text)
{
	GHashTable *options = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		char *option, *value;

		if (parse_line(g_strstrip(lines[i]), &option, &value))
			g_hash_table_replace(options, option, value);
	}
	return options;
}

int pb_config_load(const char *path, GHashTable **ret_options, GError **ret_error)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, &error))
		return pb_fail(ret_error, ENOENT, PB_EXIT_ENVIRONMENT,
			       "cannot read the kernel's config: %s", error->message);
	*ret_options = pb_config_parse(text);
	return 0;
}

GPtrArray *pb_config_missing(const char *wanted, GHashTable *config)
{
	GPtrArray *missing = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) lines = g_strsplit(wanted, "\n", -1);
	g_autoptr(GHashTable) final = pb_config_parse(wanted);

	for (size_t i = 0; lines[i]; i++) {
		g_autofree char *option = NULL, *value = NULL;
		const char *got;

		if (!parse_line(g_strstrip(lines[i]), &option, &value))
			continue;
		/* A later fragment may overrule an earlier one. */
		if (strcmp(value, g_hash_table_lookup(final, option)))
			continue;
		got = g_hash_table_lookup(config, option);
		if (strcmp(got ? got : "n", value))
			g_ptr_array_add(missing, g_strdup_printf("%s=%s", option, value));
	}
	return missing;
}
