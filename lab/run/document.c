/* The result document: see document.h. */
#include <string.h>
#include "lab/run/document.h"
#include "commit.h"
#include "lab/kernel/options.h"
#include "lab/util/files.h"
#include "pinbench/result.h"

void pb_document_times_start(struct pb_document_times *times)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *text = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");

	times->monotonic = g_get_monotonic_time();
	g_strlcpy(times->started, text, sizeof(times->started));
}

static json_t *run_object(const struct pb_document_inputs *in)
{
	double seconds = (double)(g_get_monotonic_time() - in->times->monotonic) / G_USEC_PER_SEC;

	return json_pack("{s:s, s:s, s:s, s:f, s:b, s:i}", "command", in->command, "profile",
			 in->plan->profile, "started", in->times->started, "wall_seconds", seconds,
			 "interrupted", in->interrupted, "repetitions", in->plan->repetitions);
}

static gint compare_strings(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every option that is on, sorted, so that two results can be compared by eye. */
static int options_object(const struct pb_kernel *kernel, json_t **ret_options, GError **ret_error)
{
	g_autoptr(GHashTable) options = NULL;
	g_autofree gpointer *names = NULL;
	guint count;
	int err = pb_config_load(kernel->config, &options, ret_error);

	if (err)
		return err;
	*ret_options = json_object();
	names = g_hash_table_get_keys_as_array(options, &count);
	qsort(names, count, sizeof(*names), compare_strings);
	for (guint i = 0; i < count; i++) {
		const char *value = g_hash_table_lookup(options, names[i]);

		if (strcmp(value, "n"))
			json_object_set_new(*ret_options, names[i], json_string(value));
	}
	return 0;
}

static const struct pb_attempt *first_measured(const struct pb_document_inputs *in)
{
	guint count = g_strv_length(in->plan->ids) * in->boots;

	for (guint i = 0; i < count; i++) {
		if (in->attempts[i].environment)
			return &in->attempts[i];
	}
	return NULL;
}

/* The cost of a call of nothing is the same in every case; the first tells it. */
static json_t *clock_object(const struct pb_document_inputs *in)
{
	guint count = g_strv_length(in->plan->ids) * in->boots;
	const struct pb_attempt *a = first_measured(in);
	json_t *overhead = NULL;

	for (guint i = 0; i < count && !overhead; i++)
		overhead = json_object_get(json_object_get(in->attempts[i].measured, "facts"),
					   "call_overhead");
	if (!a || !overhead)
		return NULL;
	if (strcmp(in->evidence, PB_EVIDENCE_COUNTED))
		return json_pack("{s:s, s:{s:O, s:s}}", "source", "ktime_get_raw_ns", "overhead",
				 "value", overhead, "unit", "ns");
	return json_pack("{s:s, s:O, s:{s:O, s:s}}", "source", "tsc", "per_insn",
			 json_object_get(a->environment, "clock_ticks_per_insn"), "overhead",
			 "value", overhead, "unit", "insn");
}

/* The machines of the cases, each once, in the order in which they are needed. */
static GPtrArray *machines_of(const struct pb_document_inputs *in)
{
	GPtrArray *machines = g_ptr_array_new();

	for (guint i = 0; in->plan->ids[i]; i++) {
		struct pb_machine *machine = in->station_of[i]->machine;

		if (!g_ptr_array_find(machines, machine, NULL))
			g_ptr_array_add(machines, machine);
	}
	return machines;
}

/* What one machine says, or "NAME: what it says; NAME: ..." of several. */
static char *of_machines(const struct pb_document_inputs *in,
			 char *(*say)(const struct pb_machine *machine))
{
	g_autoptr(GPtrArray) machines = machines_of(in);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < machines->len; i++) {
		const struct pb_machine *machine = machines->pdata[i];
		g_autofree char *text = say(machine);

		if (machines->len > 1)
			g_string_append_printf(out, "%s%s: ", i ? "; " : "", machine->name);
		g_string_append(out, text);
	}
	return g_string_free(out, FALSE);
}

/* What one station says, or "NAME: what it says; NAME: ..." where they differ. NULL: nothing. */
static char *of_stations(const struct pb_document_inputs *in,
			 const char *(*say)(const struct pb_station *station))
{
	const char *first = say(in->station_of[0]);
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	g_autoptr(GString) out = g_string_new(NULL);
	bool same = true;

	for (guint i = 0; in->plan->ids[i]; i++) {
		const struct pb_station *station = in->station_of[i];
		const char *text = say(station);

		same = same && !g_strcmp0(text, first);
		if (text && g_hash_table_add(seen, (gpointer)station))
			g_string_append_printf(out, "%s%s: %s", out->len ? "; " : "",
					       station->machine->name, text);
	}
	return g_strdup(same ? first : out->str);
}

static const char *say_accelerator(const struct pb_station *station)
{
	return station->accelerator;
}

static const char *say_accelerator_reason(const struct pb_station *station)
{
	return station->accelerator_reason;
}

/* Which of the host's processors each virtual one had: of the machine with the most of them. */
static json_t *vcpus_of(const struct pb_document_inputs *in)
{
	guint count = g_strv_length(in->plan->ids) * in->boots;
	json_t *most = NULL;

	for (guint i = 0; i < count; i++)
		if (json_array_size(in->attempts[i].vcpus) > json_array_size(most))
			most = in->attempts[i].vcpus;
	return json_incref(most);
}

/* The first "model name" of this machine's processors. */
static char *host_cpu(void)
{
	g_autofree char *text = NULL;
	const char *line, *value;

	g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL);
	line = text ? strstr(text, "model name") : NULL;
	value = line ? strchr(line, ':') : NULL;
	if (!value)
		return g_strdup("a processor of the host");
	return g_strstrip(g_strndup(value + 1, strcspn(value + 1, "\n")));
}

static char *say_memory(const struct pb_machine *machine)
{
	return g_strdup_printf("%d MiB", machine->memory_mib);
}

static char *say_cpu(const struct pb_machine *machine)
{
	g_autofree char *host = machine->kvm ? host_cpu() : NULL;

	if (machine->kvm)
		return g_strdup_printf("%d x %s by KVM, -cpu %s", machine->cpus, host,
				       machine->cpu);
	return g_strdup_printf("%d x QEMU TCG, -cpu %s", machine->cpus, machine->cpu);
}

static char *say_description(const struct pb_machine *machine)
{
	return g_strdup(machine->description);
}

static char *say_cmdline(const struct pb_machine *machine)
{
	return g_strdup(machine->cmdline);
}

/* Which of several machines has changed is to be seen from the hash of each. */
static json_t *machine_parts(const GPtrArray *machines)
{
	json_t *parts = json_object();

	for (guint i = 0; i < machines->len; i++) {
		const struct pb_machine *machine = machines->pdata[i];

		json_object_set_new(parts, machine->name, json_string(machine->sha256));
	}
	return parts;
}

/* One is what it always was; several are what they are together. */
static json_t *machine_object(const struct pb_document_inputs *in)
{
	g_autoptr(GPtrArray) machines = machines_of(in);
	g_autoptr(GPtrArray) hashes = g_ptr_array_new();
	g_autoptr(GString) names = g_string_new(NULL);
	g_autofree char *description = of_machines(in, say_description);
	g_autofree char *sha256 = NULL;

	for (guint i = 0; i < machines->len; i++) {
		const struct pb_machine *machine = machines->pdata[i];

		g_string_append_printf(names, "%s%s", i ? ", " : "", machine->name);
		g_ptr_array_add(hashes, machine->sha256);
	}
	g_ptr_array_add(hashes, NULL);
	sha256 = machines->len > 1 ? pb_sha256_strings((const char *const *)hashes->pdata)
				   : g_strdup(hashes->pdata[0]);
	return json_pack("{s:s, s:s, s:s, s:o*}", "name", names->str, "description", description,
			 "sha256", sha256, "parts",
			 machines->len > 1 ? machine_parts(machines) : NULL);
}

static json_t *kernel_object(const struct pb_document_inputs *in, json_t *options)
{
	const struct pb_kernel *k = in->kernel;
	g_autofree char *cmdline = of_machines(in, say_cmdline);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "spec", k->spec, "release",
			 k->release, "config_sha256", k->config_sha256, "text_sha256",
			 k->text_sha256, "source", k->source_id, "origin", k->origin, "cmdline",
			 cmdline, "options", options);
}

static json_t *starts_array(const struct pb_document_inputs *in)
{
	json_t *starts;

	if (!in->boot_starts->len)
		return NULL;
	starts = json_array();
	for (guint i = 0; i < in->boot_starts->len; i++)
		json_array_append_new(starts, json_string(in->boot_starts->pdata[i]));
	return starts;
}

static void add_accelerator(const struct pb_document_inputs *in, json_t *environment)
{
	g_autofree char *name = of_stations(in, say_accelerator);
	g_autofree char *reason = of_stations(in, say_accelerator_reason);
	json_t *vcpus = vcpus_of(in);

	json_object_set_new(environment, "accelerator", json_string(name));
	if (reason)
		json_object_set_new(environment, "accelerator_reason", json_string(reason));
	if (vcpus)
		json_object_set_new(environment, "vcpus", vcpus);
}

/* The same in every guest of one kernel; the first one's. */
static json_t *perf_object(const struct pb_document_inputs *in)
{
	const struct pb_attempt *a = first_measured(in);

	return a ? json_object_get(a->environment, PB_ENVIRONMENT_PERF) : NULL;
}

static json_t *environment_object(const struct pb_document_inputs *in, json_t *options)
{
	const struct pb_machine *m = in->station_of[0]->machine;
	g_autofree char *memory = of_machines(in, say_memory);
	g_autofree char *cpu = of_machines(in, say_cpu);
	json_t *ret;

	ret = json_pack("{s:s, s:s, s:i, s:o, s:o, s:s, s:s, s:s, s:s, s:s*, s:o*, s:o*, "
			"s:o*, s:O*}",
			"kind", "guest", "evidence", in->evidence, "boots", (int)in->boots,
			"kernel", kernel_object(in, options), "machine", machine_object(in),
			"emulator", m->emulator_version, "cpu", cpu, "memory", memory, "toolchain",
			in->kernel->toolchain, "initramfs_sha256",
			in->station_of[0]->image->initramfs_sha256, "clock", clock_object(in),
			"boot_starts", starts_array(in), "counters",
			in->counters ? pb_counters_json(in->counters) : NULL, PB_ENVIRONMENT_PERF,
			perf_object(in));
	if (strcmp(in->evidence, PB_EVIDENCE_COUNTED))
		add_accelerator(in, ret);
	return ret;
}

/* The descriptions of the benchmarks that have a case here. */
static json_t *benchmarks_object(const struct pb_document_inputs *in)
{
	static const char *const keys[] = {"summary", "path", "inside", "outside",
					   PB_BENCHMARK_EMULATED};
	json_t *ret = json_object();

	for (char **id = in->plan->ids; *id; id++) {
		g_autofree char *name = pb_case_benchmark(*id);
		const json_t *entry = pb_catalog_find(in->catalog, name);
		json_t *one;

		if (json_object_get(ret, name))
			continue;
		one = json_object();
		for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
			json_object_set(one, keys[i], json_object_get(entry, keys[i]));
		json_object_set_new(ret, name, one);
	}
	return ret;
}

static json_t *cases_array(const struct pb_document_inputs *in)
{
	json_t *ret = json_array();

	for (guint i = 0; in->plan->ids[i]; i++) {
		json_t *one = pb_collect_case(&in->attempts[i * in->boots], in->boots);

		json_object_set_new(one, "machine", json_string(in->station_of[i]->machine->name));
		json_array_append_new(ret, one);
	}
	return ret;
}

static json_t *failures_array(const struct pb_document_inputs *in)
{
	guint count = g_strv_length(in->plan->ids) * in->boots;
	json_t *ret = json_array();

	for (guint i = 0; i < count; i++) {
		if (in->attempts[i].failure)
			json_array_append(ret, in->attempts[i].failure);
	}
	return ret;
}

int pb_document_build(const struct pb_document_inputs *in, json_t **ret_document,
		      GError **ret_error)
{
	json_t *options;
	int err = options_object(in->kernel, &options, ret_error);

	if (err)
		return err;
	*ret_document = json_pack(
		"{s:s, s:{s:s, s:s}, s:o, s:o, s:o, s:o, s:o}", "schema", PB_RESULT_SCHEMA, "tool",
		"version", PINBENCH_VERSION, "commit", PINBENCH_COMMIT, "run", run_object(in),
		"environment", environment_object(in, options), "benchmarks", benchmarks_object(in),
		"cases", cases_array(in), "failures", failures_array(in));
	return 0;
}
