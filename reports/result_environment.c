/* Reading the environment of a result: see result_environment.h. */
#include <string.h>

#include "pinbench/result.h"
#include "reports/hardware.h"
#include "reports/result_cases.h"
#include "reports/result_environment.h"

static const struct pb_text_field environment_fields[] = {
	PB_TEXT(struct pb_environment, kind, "kind", false),
	PB_TEXT(struct pb_environment, evidence, "evidence", false),
	PB_TEXT(struct pb_environment, emulator, "emulator", true),
	PB_TEXT(struct pb_environment, boot_id, "boot_id", true),
	PB_TEXT(struct pb_environment, replicate, "replicate", true),
	PB_TEXT(struct pb_environment, accelerator, "accelerator", true),
	PB_TEXT(struct pb_environment, accelerator_reason, "accelerator_reason", true),
	PB_TEXT(struct pb_environment, initramfs_sha256, "initramfs_sha256", true),
	PB_TEXT(struct pb_environment, cpu, "cpu", false),
	PB_TEXT(struct pb_environment, memory, "memory", false),
	PB_TEXT(struct pb_environment, toolchain, "toolchain", false),
};

static const struct pb_text_field kernel_fields[] = {
	PB_TEXT(struct pb_result_kernel, spec, "spec", false),
	PB_TEXT(struct pb_result_kernel, release, "release", false),
	PB_TEXT(struct pb_result_kernel, version, "version", true),
	PB_TEXT(struct pb_result_kernel, config_sha256, "config_sha256", false),
	PB_TEXT(struct pb_result_kernel, text_sha256, "text_sha256", false),
	PB_TEXT(struct pb_result_kernel, cmdline, "cmdline", true),
	PB_TEXT(struct pb_result_kernel, build_id, "build_id", true),
};

static const struct pb_text_field machine_fields[] = {
	PB_TEXT(struct pb_result_machine, name, "name", false),
	PB_TEXT(struct pb_result_machine, description, "description", true),
	PB_TEXT(struct pb_result_machine, sha256, "sha256", true),
};

static int read_kernel(struct pb_reader *reader, json_t *parent, struct pb_result_kernel *kernel)
{
	json_t *object;
	size_t mark;
	int ret = pb_read_object(reader, parent, "kernel", &object);

	if (ret < 0)
		return ret;
	mark = pb_reader_enter(reader, "kernel");
	ret = PB_READ_TEXTS(reader, object, kernel_fields, kernel);
	if (ret < 0)
		return ret;
	ret = pb_read_params(reader, object, "options", &kernel->options, &kernel->option_count);
	if (ret < 0)
		return ret;
	pb_reader_leave(reader, mark);
	return 0;
}

static int read_machine(struct pb_reader *reader, json_t *parent, struct pb_result_machine *machine)
{
	json_t *object;
	size_t mark;
	int ret = pb_read_object(reader, parent, "machine", &object);

	if (ret < 0)
		return ret;
	mark = pb_reader_enter(reader, "machine");
	ret = PB_READ_TEXTS(reader, object, machine_fields, machine);
	if (ret < 0)
		return ret;
	pb_reader_leave(reader, mark);
	return 0;
}

/* Absent when the machine never came far enough to say anything about its clock. */
static int read_clock(struct pb_reader *reader, json_t *parent, struct pb_clock *clock)
{
	json_t *object, *overhead;
	size_t mark;
	int ret;

	if (!json_object_get(parent, "clock"))
		return 0;
	ret = pb_read_object(reader, parent, "clock", &object);
	if (ret < 0)
		return ret;
	mark = pb_reader_enter(reader, "clock");
	ret = pb_read_text(reader, object, "source", false, &clock->source);
	if (ret < 0)
		return ret;
	ret = pb_read_number(reader, object, "per_insn", true, &clock->per_insn);
	if (ret < 0)
		return ret;
	ret = pb_read_object(reader, object, "overhead", &overhead);
	if (ret < 0)
		return ret;
	pb_reader_enter(reader, "overhead");
	ret = pb_read_number(reader, overhead, "value", false, &clock->overhead);
	if (ret < 0)
		return ret;
	ret = pb_read_text(reader, overhead, "unit", false, &clock->overhead_unit);
	if (ret < 0)
		return ret;
	pb_reader_leave(reader, mark);
	return pb_read_number(reader, object, "sample_insns", true, &clock->sample_insns);
}

static int read_kinds(struct pb_reader *reader, json_t *object, struct pb_processor *counters)
{
	json_t *kinds, *kind;
	size_t i;
	int ret = pb_read_array(reader, object, "kinds", &kinds);

	if (ret < 0)
		return ret;
	counters->kinds = g_new0(const char *, json_array_size(kinds));
	json_array_foreach (kinds, i, kind) {
		if (!json_is_string(kind))
			return pb_reader_fail(reader, "kinds", "kind %zu is not a string", i);
		counters->kinds[counters->kind_count++] = json_string_value(kind);
	}
	return 0;
}

/* Absent where none were asked for, as in all that was measured before there were any. */
static int read_processor(struct pb_reader *reader, json_t *parent, struct pb_processor *counters)
{
	json_t *object;
	size_t mark;
	int ret;

	if (!json_object_get(parent, "counters"))
		return 0;
	ret = pb_read_object(reader, parent, "counters", &object);
	if (ret < 0)
		return ret;
	mark = pb_reader_enter(reader, "counters");
	ret = read_kinds(reader, object, counters);
	if (ret == 0 && !json_is_null(json_object_get(object, "model")))
		ret = pb_read_text(reader, object, "model", true, &counters->model);
	if (ret < 0)
		return ret;
	pb_reader_leave(reader, mark);
	return 0;
}

static int read_requested(struct pb_reader *reader, json_t *object, struct pb_perf *perf)
{
	json_t *names, *name;
	size_t i;
	int ret = pb_read_array(reader, object, "requested", &names);

	if (ret < 0)
		return ret;
	perf->requested = g_new0(const char *, json_array_size(names));
	json_array_foreach (names, i, name) {
		if (!json_is_string(name))
			return pb_reader_fail(reader, "requested", "name %zu is not a string", i);
		perf->requested[perf->request_count++] = json_string_value(name);
	}
	return 0;
}

static int read_counted(struct pb_reader *reader, json_t *object, struct pb_perf *perf)
{
	json_t *events, *event;
	size_t i;
	int ret = pb_read_array(reader, object, "counted", &events);

	if (ret < 0)
		return ret;
	perf->counted = g_new0(struct pb_perf_event, json_array_size(events));
	json_array_foreach (events, i, event) {
		struct pb_perf_event *one = &perf->counted[i];
		size_t mark = pb_reader_enter(reader, "counted[%zu]", i);

		ret = pb_read_is_object(reader, event);
		if (ret == 0)
			ret = pb_read_text(reader, event, "name", false, &one->name);
		if (ret == 0)
			ret = pb_read_text(reader, event, "kind", false, &one->kind);
		if (ret < 0)
			return ret;
		pb_reader_leave(reader, mark);
		perf->counted_count++;
	}
	return 0;
}

static int read_gaps(struct pb_reader *reader, json_t *object, struct pb_perf *perf)
{
	json_t *events, *event;
	size_t i;
	int ret = pb_read_array(reader, object, "unavailable", &events);

	if (ret < 0)
		return ret;
	perf->unavailable = g_new0(struct pb_perf_gap, json_array_size(events));
	json_array_foreach (events, i, event) {
		struct pb_perf_gap *one = &perf->unavailable[i];
		size_t mark = pb_reader_enter(reader, "unavailable[%zu]", i);

		ret = pb_read_is_object(reader, event);
		if (ret == 0)
			ret = pb_read_text(reader, event, "name", false, &one->name);
		if (ret == 0)
			ret = pb_read_text(reader, event, "reason", false, &one->reason);
		if (ret < 0)
			return ret;
		pb_reader_leave(reader, mark);
		perf->unavailable_count++;
	}
	return 0;
}

/* Absent where no events were asked for. */
static int read_perf(struct pb_reader *reader, json_t *parent, struct pb_perf *perf)
{
	json_t *object;
	size_t mark;
	int ret;

	if (!json_object_get(parent, PB_ENVIRONMENT_PERF))
		return 0;
	ret = pb_read_object(reader, parent, PB_ENVIRONMENT_PERF, &object);
	if (ret < 0)
		return ret;
	mark = pb_reader_enter(reader, PB_ENVIRONMENT_PERF);
	ret = read_requested(reader, object, perf);
	if (ret == 0)
		ret = read_counted(reader, object, perf);
	if (ret == 0)
		ret = read_gaps(reader, object, perf);
	if (ret < 0)
		return ret;
	pb_reader_leave(reader, mark);
	return 0;
}

int pb_read_environment(struct pb_reader *reader, struct pb_result *result)
{
	struct pb_environment *env = &result->environment;
	json_t *object;
	size_t mark;
	int ret = pb_read_object(reader, result->root, "environment", &object);

	if (ret < 0)
		return ret;
	mark = pb_reader_enter(reader, "environment");
	ret = PB_READ_TEXTS(reader, object, environment_fields, env);
	if (ret < 0)
		return ret;
	env->counted = !strcmp(env->evidence, PB_EVIDENCE_COUNTED);
	env->native = !strcmp(env->kind, PB_KIND_NATIVE);
	env->rounds = !g_strcmp0(env->replicate, PB_REPLICATE_ROUND);
	if (!env->counted && strcmp(env->evidence, PB_EVIDENCE_TIMED))
		return pb_reader_fail(reader, "evidence", "must be %s or %s, is \"%s\"",
				      PB_EVIDENCE_COUNTED, PB_EVIDENCE_TIMED, env->evidence);
	ret = pb_read_count(reader, object, "boots", &env->boots);
	if (ret < 0)
		return ret;
	ret = read_kernel(reader, object, &env->kernel);
	if (ret < 0)
		return ret;
	ret = read_machine(reader, object, &env->machine);
	if (ret < 0)
		return ret;
	ret = read_clock(reader, object, &env->clock);
	if (ret < 0)
		return ret;
	ret = read_processor(reader, object, &env->counters);
	if (ret == 0)
		ret = read_perf(reader, object, &env->perf);
	if (ret < 0)
		return ret;
	ret = pb_hardware_read(reader, object, &env->hardware);
	if (ret < 0)
		return ret;
	pb_reader_leave(reader, mark);
	return 0;
}
