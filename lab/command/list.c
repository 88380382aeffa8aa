/* ./run.sh list: what can be measured. */
#include <stdio.h>
#include <string.h>
#include "lab/run/catalog.h"
#include "lab/command/command.h"
#include "lab/paths.h"
#include "pinbench/result.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void print_metrics(const json_t *benchmark)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(benchmark, "metrics"), i, one) {
		const char *unit = text_of(one, "unit"), *per = text_of(one, "per");

		printf("    metric     %-16s %s%s, %s is better%s: %s\n", text_of(one, "name"),
		       *unit ? unit : "insn|ns per ", *unit ? "" : per, text_of(one, "better"),
		       json_is_true(json_object_get(one, "primary")) ? "" : ", exploratory",
		       text_of(one, "help"));
	}
}

static void print_machines(const json_t *param)
{
	const char *value;
	json_t *machine;

	json_object_foreach (json_object_get(param, "machines"), value, machine)
		printf("    machine    %s with %s=%s\n", json_string_value(machine),
		       text_of(param, "name"), value);
}

static void print_params(const json_t *benchmark)
{
	json_t *one, *value;
	size_t i, k;

	json_array_foreach (json_object_get(benchmark, "params"), i, one) {
		printf("    parameter  %-16s ", text_of(one, "name"));
		json_array_foreach (json_object_get(one, "allowed"), k, value)
			printf("%s%s", k ? " " : "", json_string_value(value));
		printf(" (%s): %s\n", text_of(one, "default"), text_of(one, "help"));
		print_machines(one);
	}
}

static void print_emulated(const json_t *emulated)
{
	if (emulated)
		printf("    emulated   says %s\n               cannot say %s\n",
		       text_of(emulated, "says"), text_of(emulated, "cannot_say"));
}

static void print_benchmark(const json_t *benchmark)
{
	json_t *need;
	size_t i;

	printf("%s\n    %s\n", text_of(benchmark, "name"), text_of(benchmark, "summary"));
	printf("    path       %s\n    inside     %s\n    outside    %s\n",
	       text_of(benchmark, "path"), text_of(benchmark, "inside"),
	       text_of(benchmark, "outside"));
	print_emulated(json_object_get(benchmark, PB_BENCHMARK_EMULATED));
	print_metrics(benchmark);
	print_params(benchmark);
	printf("    needs     ");
	json_array_foreach (json_object_get(benchmark, "needs"), i, need)
		printf(" %s", json_string_value(need));
	printf("%s; machine %s%s%s\n\n", i ? "" : " nothing", text_of(benchmark, "machine"),
	       json_is_true(json_object_get(benchmark, "timed_only")) ? "; only --evidence timed"
								      : "",
	       json_is_true(json_object_get(benchmark, "hazard"))
		       ? "; breaks its machine on purpose, runs only when named in full"
		       : "");
}

int pb_command_list(int argc, char **argv, GError **ret_error)
{
	g_autoptr(pb_catalog) catalog = NULL;
	gboolean as_json = FALSE;
	const GOptionEntry entries[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "As JSON", NULL},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	json_t *one;
	size_t i;
	int err = pb_cli_parse(&argc, &argv, entries, NULL, "",
			       "Every benchmark, its metrics, parameters and needs.", ret_error);

	if (!err)
		err = pb_catalog_load(PB_PATH_AGENT, &catalog, ret_error);
	if (err)
		return err;
	if (as_json) {
		json_dumpf(catalog->list, stdout, JSON_INDENT(1));
		putchar('\n');
		return 0;
	}
	json_array_foreach (catalog->list, i, one)
		print_benchmark(one);
	return 0;
}
