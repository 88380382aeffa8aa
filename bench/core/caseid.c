/* Case ids: see caseid.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "bench/core/caseid.h"

static int why(char *ret_why, size_t bytes, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static int why(char *ret_why, size_t bytes, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(ret_why, bytes, fmt, args);
	va_end(args);
	return -err;
}

const struct bench *bench_find(const char *name)
{
	for (size_t i = 0; bench_table[i]; i++) {
		if (!strcmp(bench_table[i]->name, name))
			return bench_table[i];
	}
	return NULL;
}

static const char *allowed_value(const struct bench_param *param, const char *value)
{
	for (size_t i = 0; param->allowed[i]; i++) {
		if (!strcmp(param->allowed[i], value))
			return param->allowed[i];
	}
	return NULL;
}

static void list_allowed(const struct bench_param *param, char *text, size_t bytes)
{
	size_t used = 0;

	for (size_t i = 0; param->allowed[i] && used < bytes; i++)
		used += snprintf(text + used, bytes - used, "%s%s", i ? ", " : "",
				 param->allowed[i]);
}

static int set_param(struct case_id *id, char *assignment, char *ret_why, size_t bytes)
{
	const struct bench_param *const *params = id->bench->params;
	char *value = strchr(assignment, '=');
	char allowed[256] = "";

	if (!value)
		return why(ret_why, bytes, EINVAL, "'%s' is not of the form name=value",
			   assignment);
	*value++ = '\0';
	for (size_t i = 0; params[i]; i++) {
		if (strcmp(params[i]->name, assignment))
			continue;
		if (id->values[i])
			return why(ret_why, bytes, EINVAL, "%s is given twice", assignment);
		id->values[i] = allowed_value(params[i], value);
		if (id->values[i])
			return 0;
		list_allowed(params[i], allowed, sizeof(allowed));
		return why(ret_why, bytes, EINVAL, "%s cannot be '%s'; allowed: %s", assignment,
			   value, allowed);
	}
	return why(ret_why, bytes, EINVAL, "%s has no parameter '%s'", id->bench->name, assignment);
}

static void write_text(struct case_id *id)
{
	const struct bench_param *const *params = id->bench->params;
	size_t bytes = sizeof(id->text), used;

	used = snprintf(id->text, bytes, "%s", id->bench->name);
	for (size_t i = 0; params[i] && used < bytes; i++)
		used += snprintf(id->text + used, bytes - used, "%s%s=%s", i ? "," : "[",
				 params[i]->name, id->values[i]);
	if (params[0] && used < bytes)
		snprintf(id->text + used, bytes - used, "]");
}

static int parse_params(struct case_id *id, char *text, char *ret_why, size_t bytes)
{
	size_t length = strlen(text);
	int err = 0;

	if (!length || text[length - 1] != ']')
		return why(ret_why, bytes, EINVAL, "the parameters do not end with ']'");
	text[length - 1] = '\0';
	/* Nothing is named: every parameter has its default. */
	if (length == 1)
		return 0;
	for (char *one = strsep(&text, ","); one && !err; one = strsep(&text, ","))
		err = set_param(id, one, ret_why, bytes);
	return err;
}

static void fill_in(struct case_id *id)
{
	for (size_t i = 0; id->bench->params[i]; i++) {
		if (!id->values[i])
			id->values[i] = id->bench->params[i]->fallback;
	}
}

int case_id_parse(const char *text, struct case_id *ret_id, char *ret_why, size_t why_bytes)
{
	char copy[CASE_MAX_ID_BYTES];
	char *bracket;
	int err = 0;

	if (strlen(text) >= sizeof(copy))
		return why(ret_why, why_bytes, EINVAL, "the case is longer than %zu bytes",
			   sizeof(copy));
	strcpy(copy, text);
	bracket = strchr(copy, '[');
	if (bracket)
		*bracket++ = '\0';
	*ret_id = (struct case_id){.bench = bench_find(copy)};
	if (!ret_id->bench)
		return why(ret_why, why_bytes, ENOENT, "no benchmark is called '%s'", copy);
	if (bracket)
		err = parse_params(ret_id, bracket, ret_why, why_bytes);
	if (err)
		return err;
	fill_in(ret_id);
	write_text(ret_id);
	return 0;
}
