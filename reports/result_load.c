/*
 * Reading result.json into the typed view. Each function fills one struct from
 * one object; the reader carries the path for the error message.
 */
#include <errno.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/result.h"
#include "reports/result_cases.h"
#include "reports/result_environment.h"
#include "reports/result_read.h"

static const struct pb_text_field tool_fields[] = {
	PB_TEXT(struct pb_tool, version, "version", false),
	PB_TEXT(struct pb_tool, commit, "commit", false),
};

static const struct pb_text_field run_fields[] = {
	PB_TEXT(struct pb_run, command, "command", false),
	PB_TEXT(struct pb_run, profile, "profile", false),
	PB_TEXT(struct pb_run, started, "started", false),
};

static const struct pb_text_field benchmark_fields[] = {
	PB_TEXT(struct pb_benchmark, summary, "summary", false),
	PB_TEXT(struct pb_benchmark, path, "path", false),
	PB_TEXT(struct pb_benchmark, inside, "inside", false),
	PB_TEXT(struct pb_benchmark, outside, "outside", false),
};

static const struct pb_text_field emulated_fields[] = {
	PB_TEXT(struct pb_benchmark, emulated_says, "says", false),
	PB_TEXT(struct pb_benchmark, emulated_cannot_say, "cannot_say", false),
};

static const struct pb_text_field failure_fields[] = {
	PB_TEXT(struct pb_failure, kind, "kind", false),
	PB_TEXT(struct pb_failure, detail, "detail", false),
	PB_TEXT(struct pb_failure, console, "console", true),
};

static int read_run(struct pb_reader *reader, struct pb_result *result)
{
	json_t *object;
	size_t mark;
	int ret = pb_read_object(reader, result->root, "tool", &object);

	if (ret < 0)
		return ret;
	mark = pb_reader_enter(reader, "tool");
	ret = PB_READ_TEXTS(reader, object, tool_fields, &result->tool);
	if (ret < 0)
		return ret;
	pb_reader_leave(reader, mark);
	ret = pb_read_object(reader, result->root, "run", &object);
	if (ret < 0)
		return ret;
	mark = pb_reader_enter(reader, "run");
	ret = PB_READ_TEXTS(reader, object, run_fields, &result->run);
	if (ret < 0)
		return ret;
	ret = pb_read_number(reader, object, "wall_seconds", false, &result->run.wall_seconds);
	if (ret < 0)
		return ret;
	ret = pb_read_bool(reader, object, "interrupted", &result->run.interrupted);
	if (ret < 0)
		return ret;
	pb_reader_leave(reader, mark);
	return 0;
}

/* Absent where no device is emulated, and in all that older versions wrote. */
static int read_emulated(struct pb_reader *reader, json_t *parent, struct pb_benchmark *benchmark)
{
	json_t *object;
	size_t mark;
	int ret;

	if (!json_object_get(parent, PB_BENCHMARK_EMULATED))
		return 0;
	ret = pb_read_object(reader, parent, PB_BENCHMARK_EMULATED, &object);
	if (ret < 0)
		return ret;
	mark = pb_reader_enter(reader, PB_BENCHMARK_EMULATED);
	ret = PB_READ_TEXTS(reader, object, emulated_fields, benchmark);
	if (ret < 0)
		return ret;
	pb_reader_leave(reader, mark);
	return 0;
}

static int read_benchmarks(struct pb_reader *reader, struct pb_result *result)
{
	json_t *object, *value;
	const char *name;
	int ret = pb_read_object(reader, result->root, "benchmarks", &object);

	if (ret < 0)
		return ret;
	result->benchmarks = g_new0(struct pb_benchmark, json_object_size(object));
	json_object_foreach (object, name, value) {
		struct pb_benchmark *benchmark = &result->benchmarks[result->benchmark_count++];
		size_t mark = pb_reader_enter(reader, "benchmarks[\"%s\"]", name);

		benchmark->name = name;
		ret = pb_read_is_object(reader, value);
		if (ret < 0)
			return ret;
		ret = PB_READ_TEXTS(reader, value, benchmark_fields, benchmark);
		if (ret == 0)
			ret = read_emulated(reader, value, benchmark);
		if (ret < 0)
			return ret;
		pb_reader_leave(reader, mark);
	}
	return 0;
}

static int read_failure(struct pb_reader *reader, json_t *object, struct pb_failure *failure)
{
	json_t *tail, *line;
	size_t i;
	int ret = pb_read_is_object(reader, object);

	if (ret < 0)
		return ret;
	ret = PB_READ_TEXTS(reader, object, failure_fields, failure);
	if (ret < 0)
		return ret;
	/* A machine that dies while it boots has no case to blame. */
	if (!json_is_null(json_object_get(object, "case"))) {
		ret = pb_read_text(reader, object, "case", true, &failure->case_id);
		if (ret < 0)
			return ret;
	}
	if (!json_object_get(object, "tail"))
		return 0;
	ret = pb_read_array(reader, object, "tail", &tail);
	if (ret < 0)
		return ret;
	failure->tail = g_new0(const char *, json_array_size(tail));
	json_array_foreach (tail, i, line) {
		if (!json_is_string(line))
			return pb_reader_fail(reader, "tail", "line %zu is not a string", i);
		failure->tail[failure->tail_count++] = json_string_value(line);
	}
	return 0;
}

static int read_failures(struct pb_reader *reader, struct pb_result *result)
{
	json_t *failures, *value;
	size_t i;
	int ret = pb_read_array(reader, result->root, "failures", &failures);

	if (ret < 0)
		return ret;
	result->failures = g_new0(struct pb_failure, json_array_size(failures));
	json_array_foreach (failures, i, value) {
		size_t mark = pb_reader_enter(reader, "failures[%zu]", i);

		ret = read_failure(reader, value, &result->failures[result->failure_count++]);
		if (ret < 0)
			return ret;
		pb_reader_leave(reader, mark);
	}
	return 0;
}

static int read_schema(struct pb_reader *reader, struct pb_result *result)
{
	const char *schema;
	int ret = pb_read_is_object(reader, result->root);

	if (ret < 0)
		return ret;
	ret = pb_read_text(reader, result->root, "schema", false, &schema);
	if (ret < 0)
		return ret;
	if (!strcmp(schema, PB_RESULT_SCHEMA))
		return 0;
	return pb_fail(reader->ret_error, EINVAL, PB_EXIT_USAGE,
		       "%s: schema is \"%s\", and this pinbench reads \"%s\"; read it with the "
		       "pinbench that wrote it, or give a result directory",
		       reader->file, schema, PB_RESULT_SCHEMA);
}

static int parse(const char *file, json_t **ret_root, GError **ret_error)
{
	json_error_t error;

	if (!g_file_test(file, G_FILE_TEST_EXISTS))
		return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE,
			       "%s: no such file; give a directory that `run` wrote", file);
	*ret_root = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
	if (*ret_root)
		return 0;
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "%s: line %d, column %d: %s; the file is damaged or incomplete: measure "
		       "again, or restore it",
		       file, error.line, error.column, error.text);
}

int pb_result_load(const char *path, struct pb_result **ret_result, GError **ret_error)
{
	static int (*const parts[])(struct pb_reader *, struct pb_result *) = {
		read_schema,	 read_run,	pb_read_environment,
		read_benchmarks, pb_read_cases, read_failures,
	};
	g_autoptr(pb_result) result = g_new0(struct pb_result, 1);
	g_autoptr(GString) where = g_string_new(NULL);
	struct pb_reader reader = {.where = where, .ret_error = ret_error};
	int ret;

	result->file = g_file_test(path, G_FILE_TEST_IS_DIR)
			       ? g_build_filename(path, PB_RESULT_FILE, NULL)
			       : g_strdup(path);
	reader.file = result->file;
	ret = parse(result->file, &result->root, ret_error);
	for (size_t i = 0; ret == 0 && i < G_N_ELEMENTS(parts); i++)
		ret = parts[i](&reader, result);
	if (ret < 0)
		return ret;
	*ret_result = g_steal_pointer(&result);
	return 0;
}
