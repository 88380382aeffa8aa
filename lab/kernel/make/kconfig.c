#include "lab/kernel/make/kconfig.h"

#include <errno.h>
#include <string.h>

#include "lab/kernel/options.h"
#include "lab/util/process.h"
#include "reports/error.h"

/* Whether any Kconfig file below @source declares @option ("CONFIG_CMA=y"). */
static bool declared(const char *source, const char *option)
{
	g_autofree char *name =
		g_strndup(option + strlen("CONFIG_"), strcspn(option, "=") - strlen("CONFIG_"));
	g_autofree char *pattern = g_strdup_printf("^[[:space:]]*(menu)?config %s$", name);
	const char *const argv[] = {
		"grep", "-rqE", "--include=Kconfig*", "--exclude-dir=build", "-e", pattern,
		source, NULL};
	int status = 1;
	struct pb_command command = {.argv = argv, .ret_status = &status, .timeout_seconds = 120};

	return !pb_command_run(&command, NULL, NULL) && status == 0;
}

static int complain(const struct pb_make *make, GPtrArray *missing, GHashTable *config,
		    GError **ret_error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < missing->len; i++) {
		const char *line = missing->pdata[i];
		g_autofree char *option = g_strndup(line, strcspn(line, "="));
		const char *got = g_hash_table_lookup(config, option);

		if (got && strcmp(got, "n"))
			g_string_append_printf(text, "\n  %s: it became %s", line, got);
		else if (got || declared(make->directory, line))
			g_string_append_printf(
				text, "\n  %s: it is off, as something that it depends on is",
				line);
		else
			g_string_append_printf(text, "\n  %s: this kernel has no such option",
					       line);
	}
	return pb_fail(ret_error, EINVAL, make->fault,
		       "%s: %u of the lines in the config fragments did not survive "
		       "olddefconfig:%s\ncorrect the fragments in configs/kernels",
		       make->what, missing->len, text->str);
}

static int run_target(const struct pb_make *make, const char *allconfig, const char *target,
		      GError **ret_error)
{
	const char *const arguments[] = {"-s", "O=build", target, allconfig, NULL};
	struct pb_make copy = *make;

	copy.arguments = arguments;
	return pb_make_run(&copy, NULL, ret_error);
}

int pb_kconfig_make(const struct pb_make *make, const struct pb_kernel_definition *definition,
		    char ***ret_dropped, GError **ret_error)
{
	g_autofree char *merged_text = g_strconcat(definition->wanted, definition->optional, NULL);
	g_autofree char *merged = g_build_filename(make->directory, "build", "wanted.config", NULL);
	g_autofree char *config_path = g_build_filename(make->directory, "build", ".config", NULL);
	g_autofree char *allconfig = g_strconcat("KCONFIG_ALLCONFIG=", merged, NULL);
	g_autoptr(GPtrArray) missing = NULL, dropped = NULL;
	g_autoptr(GHashTable) config = NULL;
	int r = pb_write_atomic(merged, merged_text, ret_error);

	if (!r)
		r = run_target(make, allconfig, "allnoconfig", ret_error);
	if (!r)
		r = run_target(make, NULL, "olddefconfig", ret_error);
	if (!r)
		r = pb_config_load(config_path, &config, ret_error);
	if (r)
		return r;
	missing = pb_config_missing(definition->wanted, config);
	if (missing->len)
		return complain(make, missing, config, ret_error);
	dropped = pb_config_missing(definition->optional, config);
	g_ptr_array_add(dropped, NULL);
	*ret_dropped = g_strdupv((char **)dropped->pdata);
	return 0;
}
