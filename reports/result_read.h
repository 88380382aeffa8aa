/*
 * Typed reading of a JSON object, with errors that say where in the file they
 * are. Used by the result reader.
 */
#ifndef PINBENCH_REPORTS_RESULT_READ_H
#define PINBENCH_REPORTS_RESULT_READ_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>
#include <jansson.h>

/* @where is the path of the object being read; @case_id is NULL outside a case. */
struct pb_reader {
	const char *file;
	GString *where;
	const char *case_id;
	GError **ret_error;
};

/* One string member of a struct: @offset is that of a const char pointer. */
struct pb_text_field {
	const char *key;
	size_t offset;
	bool optional;
};

#define PB_TEXT(type, member, json_key, is_optional)                                              \
	{                                                                                         \
		.key = json_key, .offset = G_STRUCT_OFFSET(type, member), .optional = is_optional \
	}

#define PB_READ_TEXTS(reader, object, fields, into) \
	pb_read_texts(reader, object, fields, G_N_ELEMENTS(fields), into)

/* Appends a step to the path; pass what it returns to pb_reader_leave(). */
size_t pb_reader_enter(struct pb_reader *reader, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void pb_reader_leave(struct pb_reader *reader, size_t mark);

/* Sets the error for @key of the current object (or for the object: NULL). Returns -EINVAL. */
int pb_reader_fail(struct pb_reader *reader, const char *key, const char *fmt, ...)
	G_GNUC_PRINTF(3, 4);

/*
 * What was read stays owned by @object. All return 0 or -EINVAL. An optional
 * member that is absent leaves *ret_... as it is.
 */
int pb_read_texts(struct pb_reader *reader, json_t *object, const struct pb_text_field *fields,
		  size_t count, void *into);
int pb_read_text(struct pb_reader *reader, json_t *object, const char *key, bool optional,
		 const char **ret_text);
int pb_read_number(struct pb_reader *reader, json_t *object, const char *key, bool optional,
		   double *ret_number);
int pb_read_count(struct pb_reader *reader, json_t *object, const char *key, size_t *ret_count);
int pb_read_bool(struct pb_reader *reader, json_t *object, const char *key, bool *ret_bool);
/* A member that must be an object or an array. */
int pb_read_object(struct pb_reader *reader, json_t *object, const char *key, json_t **ret_object);
int pb_read_array(struct pb_reader *reader, json_t *object, const char *key, json_t **ret_array);
/* For a value that is a member of no object: element of an array. */
int pb_read_is_object(struct pb_reader *reader, json_t *value);

#endif
