/* Reading back where a figure moved: see functions.h. */
#include <errno.h>
#include <string.h>

#include "reports/compare/functions.h"

#define NUMBER(member)                                                     \
	{                                                                  \
#member, G_STRUCT_OFFSET(struct pb_moved_function, member) \
	}

struct number {
	const char *key;
	size_t offset;
};

static const struct number counted_numbers[] = {
	NUMBER(baseline_calls),
	NUMBER(patched_calls),
};

static const struct number sampled_numbers[] = {
	NUMBER(noise),
};

static const struct number numbers[] = {
	NUMBER(baseline_self),	    NUMBER(patched_self),      NUMBER(self_delta),
	NUMBER(baseline_inclusive), NUMBER(patched_inclusive), NUMBER(inclusive_delta),
};

static const struct pb_text_field function_texts[] = {
	PB_TEXT(struct pb_moved_function, name, "name", false),
	PB_TEXT(struct pb_moved_function, file, "file", false),
	PB_TEXT(struct pb_moved_function, where, "where", false),
	PB_TEXT(struct pb_moved_function, how, "how", false),
};

static const struct pb_text_field texts[] = {
	PB_TEXT(struct pb_moved_functions, unit, "unit", false),
	PB_TEXT(struct pb_moved_functions, sentence, "sentence", false),
	PB_TEXT(struct pb_moved_functions, flame, "flame", true),
};

static int check_changes(struct pb_reader *reader, json_t *events)
{
	const char *name;
	json_t *change;

	json_object_foreach (events, name, change) {
		if (!json_is_number(change))
			return pb_reader_fail(reader, "events", "\"%s\" is no number", name);
	}
	return 0;
}

static int read_numbers(struct pb_reader *reader, json_t *object, const struct number *fields,
			size_t count, struct pb_moved_function *function)
{
	int err = 0;

	for (size_t i = 0; !err && i < count; i++) {
		void *member = (char *)function + fields[i].offset;

		err = pb_read_number(reader, object, fields[i].key, false, member);
	}
	return err;
}

#define READ_NUMBERS(reader, object, fields, function) \
	read_numbers(reader, object, fields, G_N_ELEMENTS(fields), function)

static int read_function(struct pb_reader *reader, json_t *object, bool sampled,
			 struct pb_moved_function *function)
{
	static const char *const ways[] = {"changed", "new", "gone", NULL};
	int err = pb_read_is_object(reader, object);

	if (!err)
		err = PB_READ_TEXTS(reader, object, function_texts, function);
	if (!err && !g_strv_contains(ways, function->how))
		err = pb_reader_fail(reader, "how", "\"%s\" is none that this version knows",
				     function->how);
	if (!err)
		err = READ_NUMBERS(reader, object, numbers, function);
	if (!err)
		err = sampled ? READ_NUMBERS(reader, object, sampled_numbers, function)
			      : READ_NUMBERS(reader, object, counted_numbers, function);
	if (!err)
		err = pb_read_object(reader, object, "events", &function->events);
	return err ? err : check_changes(reader, function->events);
}

static int read_functions(struct pb_reader *reader, json_t *object,
			  struct pb_moved_functions *functions)
{
	json_t *array = NULL, *one;
	size_t i;
	int err = pb_read_count(reader, object, "function_count", &functions->count);

	if (!err)
		err = pb_read_array(reader, object, "functions", &array);
	if (err)
		return err;
	functions->functions = g_new0(struct pb_moved_function, json_array_size(array));
	json_array_foreach (array, i, one) {
		size_t mark = pb_reader_enter(reader, "functions[%zu]", i);

		err = read_function(reader, one, functions->sampled,
				    &functions->functions[functions->listed++]);
		pb_reader_leave(reader, mark);
		if (err)
			return err;
	}
	if (functions->listed > functions->count)
		return pb_reader_fail(reader, "function_count", "is %zu, and %zu are listed",
				      functions->count, functions->listed);
	return 0;
}

static int check_total(struct pb_reader *reader, json_t *total)
{
	static const char *const keys[] = {"baseline", "patched", "delta"};
	const char *name = NULL;
	double number = 0;
	int err = pb_read_is_object(reader, total);

	if (!err)
		err = pb_read_text(reader, total, "name", false, &name);
	for (size_t i = 0; !err && i < G_N_ELEMENTS(keys); i++)
		err = pb_read_number(reader, total, keys[i], false, &number);
	return err;
}

static int check_totals(struct pb_reader *reader, json_t *object)
{
	json_t *array = NULL, *one;
	size_t i;
	int err = pb_read_array(reader, object, "events", &array);

	if (err)
		return err;
	json_array_foreach (array, i, one) {
		size_t mark = pb_reader_enter(reader, "events[%zu]", i);

		err = check_total(reader, one);
		pb_reader_leave(reader, mark);
		if (err)
			return err;
	}
	return 0;
}

/* A file is read by this path, and a page links to it: it leads nowhere but further down. */
static int check_path(struct pb_reader *reader, const char *path)
{
	g_auto(GStrv) steps = g_strsplit(path, "/", -1);

	for (const char *at = path; *at; at++) {
		if (g_ascii_iscntrl(*at) || *at == '\\')
			return pb_reader_fail(reader, "flame", "has a character that no path has");
	}
	for (size_t i = 0; steps[i]; i++) {
		if (!*steps[i] || !strcmp(steps[i], ".") || !strcmp(steps[i], ".."))
			return pb_reader_fail(reader, "flame",
					      "\"%s\" is no path below this directory", path);
	}
	return *path ? 0 : pb_reader_fail(reader, "flame", "is empty");
}

int pb_moved_functions_read(struct pb_reader *reader, json_t *object,
			    struct pb_moved_functions **ret_functions)
{
	g_autoptr(pb_moved_functions) functions = g_new0(struct pb_moved_functions, 1);
	int err = PB_READ_TEXTS(reader, object, texts, functions);

	functions->sampled = json_object_get(object, PB_PROFILE_SAMPLES);
	if (!err)
		err = read_functions(reader, object, functions);
	if (!err)
		err = check_totals(reader, object);
	if (!err)
		err = pb_read_number(reader, object, "accounted", false, &functions->accounted);
	if (!err && functions->flame)
		err = check_path(reader, functions->flame);
	if (!err)
		*ret_functions = g_steal_pointer(&functions);
	return err;
}

void pb_moved_functions_free(struct pb_moved_functions *functions)
{
	if (!functions)
		return;
	g_free(functions->functions);
	g_free(functions);
}
