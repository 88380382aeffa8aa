/* Typed reading of a JSON object, with errors that say where in the file they are. */
#include <errno.h>

#include "reports/error.h"
#include "reports/result_read.h"

size_t pb_reader_enter(struct pb_reader *reader, const char *fmt, ...)
{
	size_t mark = reader->where->len;
	va_list args;

	if (mark && fmt[0] != '[')
		g_string_append_c(reader->where, '.');
	va_start(args, fmt);
	g_string_append_vprintf(reader->where, fmt, args);
	va_end(args);
	return mark;
}

void pb_reader_leave(struct pb_reader *reader, size_t mark)
{
	g_string_truncate(reader->where, mark);
}

int pb_reader_fail(struct pb_reader *reader, const char *key, const char *fmt, ...)
{
	size_t mark = key ? pb_reader_enter(reader, "%s", key) : reader->where->len;
	g_autofree char *what = NULL;
	va_list args;
	int ret;

	va_start(args, fmt);
	what = g_strdup_vprintf(fmt, args);
	va_end(args);
	ret = pb_fail(reader->ret_error, EINVAL, PB_EXIT_USAGE,
		      "%s: %s%s%s%s: %s; this is not a whole pinbench result: "
		      "measure again, or restore the file",
		      reader->file, reader->where->len ? reader->where->str : "the file",
		      reader->case_id ? " (case " : "", reader->case_id ? reader->case_id : "",
		      reader->case_id ? ")" : "", what);
	pb_reader_leave(reader, mark);
	return ret;
}

static const char *kind_of(const json_t *value)
{
	static const char *const kinds[] = {
		[JSON_OBJECT] = "an object",   [JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string",    [JSON_INTEGER] = "a whole number",
		[JSON_REAL] = "a real number", [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",	       [JSON_NULL] = "null",
	};

	return kinds[json_typeof(value)];
}

/* *ret_value is NULL with 0 only if the member is optional and absent. */
static int find(struct pb_reader *reader, json_t *object, const char *key, bool optional,
		json_t **ret_value)
{
	*ret_value = json_object_get(object, key);
	if (*ret_value || optional)
		return 0;
	return pb_reader_fail(reader, key, "the key is missing");
}

static int wrong_kind(struct pb_reader *reader, const char *key, const char *wanted,
		      const json_t *value)
{
	return pb_reader_fail(reader, key, "expected %s, found %s", wanted, kind_of(value));
}

int pb_read_text(struct pb_reader *reader, json_t *object, const char *key, bool optional,
		 const char **ret_text)
{
	json_t *value;
	int ret = find(reader, object, key, optional, &value);

	if (ret < 0 || !value)
		return ret;
	if (!json_is_string(value))
		return wrong_kind(reader, key, "a string", value);
	*ret_text = json_string_value(value);
	return 0;
}

int pb_read_texts(struct pb_reader *reader, json_t *object, const struct pb_text_field *fields,
		  size_t count, void *into)
{
	for (size_t i = 0; i < count; i++) {
		const char **member = (const char **)((char *)into + fields[i].offset);
		int ret = pb_read_text(reader, object, fields[i].key, fields[i].optional, member);

		if (ret < 0)
			return ret;
	}
	return 0;
}

int pb_read_number(struct pb_reader *reader, json_t *object, const char *key, bool optional,
		   double *ret_number)
{
	json_t *value;
	int ret = find(reader, object, key, optional, &value);

	if (ret < 0 || !value)
		return ret;
	if (!json_is_number(value))
		return wrong_kind(reader, key, "a number", value);
	*ret_number = json_number_value(value);
	return 0;
}

int pb_read_count(struct pb_reader *reader, json_t *object, const char *key, size_t *ret_count)
{
	json_t *value;
	int ret = find(reader, object, key, false, &value);

	if (ret < 0)
		return ret;
	if (!json_is_integer(value))
		return wrong_kind(reader, key, "a whole number", value);
	if (json_integer_value(value) < 0)
		return pb_reader_fail(reader, key, "must not be negative");
	*ret_count = (size_t)json_integer_value(value);
	return 0;
}

int pb_read_bool(struct pb_reader *reader, json_t *object, const char *key, bool *ret_bool)
{
	json_t *value;
	int ret = find(reader, object, key, false, &value);

	if (ret < 0)
		return ret;
	if (!json_is_boolean(value))
		return wrong_kind(reader, key, "true or false", value);
	*ret_bool = json_is_true(value);
	return 0;
}

int pb_read_object(struct pb_reader *reader, json_t *object, const char *key, json_t **ret_object)
{
	int ret = find(reader, object, key, false, ret_object);

	if (ret < 0)
		return ret;
	if (!json_is_object(*ret_object))
		return wrong_kind(reader, key, "an object", *ret_object);
	return 0;
}

int pb_read_array(struct pb_reader *reader, json_t *object, const char *key, json_t **ret_array)
{
	int ret = find(reader, object, key, false, ret_array);

	if (ret < 0)
		return ret;
	if (!json_is_array(*ret_array))
		return wrong_kind(reader, key, "an array", *ret_array);
	return 0;
}

int pb_read_is_object(struct pb_reader *reader, json_t *value)
{
	if (json_is_object(value))
		return 0;
	return wrong_kind(reader, NULL, "an object", value);
}
