/* What the agent says it can measure: see catalog.h. */
#include <errno.h>
#include <string.h>
#include "lab/run/catalog.h"
#include "lab/run/plan.h"
#include "lab/util/process.h"
#include "reports/error.h"

int pb_catalog_load(const char *agent, struct pb_catalog **ret_catalog, GError **ret_error)
{
	const char *const argv[] = {agent, "list", NULL};
	struct pb_command command = {.argv = argv, .timeout_seconds = 60};
	g_autofree char *output = NULL;
	json_error_t why;
	json_t *list;
	int err = pb_command_run(&command, &output, ret_error);

	if (err)
		return err;
	list = json_loads(output, 0, &why);
	if (!json_is_array(list)) {
		json_decref(list);
		return pb_fail(ret_error, EPROTO, PB_EXIT_ENVIRONMENT,
			       "%s list: line %d: %s; build pinbench again", agent, why.line,
			       why.text);
	}
	*ret_catalog = g_new0(struct pb_catalog, 1);
	(*ret_catalog)->agent = g_strdup(agent);
	(*ret_catalog)->list = list;
	return 0;
}

void pb_catalog_free(struct pb_catalog *catalog)
{
	if (!catalog)
		return;
	g_free(catalog->agent);
	json_decref(catalog->list);
	g_free(catalog);
}

const json_t *pb_catalog_find(const struct pb_catalog *catalog, const char *name)
{
	json_t *one;
	size_t i;

	json_array_foreach (catalog->list, i, one) {
		if (!strcmp(json_string_value(json_object_get(one, "name")), name))
			return one;
	}
	return NULL;
}

const char *pb_catalog_machine(const struct pb_catalog *catalog, const char *id)
{
	g_autofree char *benchmark = pb_case_benchmark(id);
	const json_t *entry = pb_catalog_find(catalog, benchmark);
	const char *ret = json_string_value(json_object_get(entry, "machine"));
	json_t *values = pb_case_params(id), *param;
	size_t i;

	json_array_foreach (json_object_get(entry, "params"), i, param) {
		const char *name = json_string_value(json_object_get(param, "name"));
		const char *value = json_string_value(json_object_get(values, name));
		const json_t *machine = json_object_get(json_object_get(param, "machines"), value);

		if (machine)
			ret = json_string_value(machine);
	}
	json_decref(values);
	return ret;
}

static void append_line(const char *line, void *context)
{
	GString *text = context;

	g_string_append_printf(text, "%s%s", text->len ? "\n" : "", line);
}

int pb_catalog_complete(const struct pb_catalog *catalog, const char *const *cases, char ***ret_ids,
			GError **ret_error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autoptr(GString) complaint = g_string_new(NULL);
	g_autofree char *output = NULL;
	int status = 0, err;
	struct pb_command command = {
		.timeout_seconds = 60,
		.output_limit_bytes = 16 << 20,
		.on_line = append_line,
		.context = complaint,
		.ret_status = &status,
	};

	g_ptr_array_add(argv, catalog->agent);
	g_ptr_array_add(argv, "ids");
	for (; *cases; cases++)
		g_ptr_array_add(argv, (char *)*cases);
	g_ptr_array_add(argv, NULL);
	command.argv = (const char *const *)argv->pdata;
	err = pb_command_run(&command, &output, ret_error);
	if (err)
		return err;
	if (status)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s\n'./run.sh list' says what there is", complaint->str);
	*ret_ids = g_strsplit(g_strchomp(output), "\n", -1);
	return 0;
}
