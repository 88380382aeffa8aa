/*
 * Reading profile.json. What is read is put into the profile before it is filled in, so that a
 * failure anywhere leaves the whole of it to one destructor.
 */
#include <errno.h>
#include <string.h>

#include "reports/error.h"
#include "reports/profile/profile.h"
#include "reports/result_read.h"

/* No kernel stack has room for so many; what follows callers up the tree stays fast. */
#define MOST_DEPTH 4096

static void function_free(gpointer data)
{
	struct pb_profile_function *function = data;

	g_free(function->name);
	g_free(function->file);
	g_free(function->where);
	g_free(function->self);
	g_free(function->inclusive);
	g_free(function);
}

static void node_free(gpointer data)
{
	struct pb_profile_node *node = data;

	g_free(node->self);
	g_free(node);
}

static void line_free(gpointer data)
{
	struct pb_profile_line *line = data;

	g_free(line->symbol);
	g_free(line->bytes);
	g_free(line->text);
	g_free(line);
}

static void region_free(gpointer data)
{
	struct pb_profile_region *region = data;

	g_free(region->metric);
	g_free(region->per);
	g_free(region->overhead);
	g_clear_pointer(&region->functions, g_ptr_array_unref);
	g_clear_pointer(&region->nodes, g_ptr_array_unref);
	g_clear_pointer(&region->lines, g_ptr_array_unref);
	g_free(region);
}

void pb_profile_free(struct pb_profile *profile)
{
	if (!profile)
		return;
	g_free(profile->id);
	g_free(profile->kernel);
	g_free(profile->release);
	g_free(profile->model);
	g_free(profile->event);
	g_free(profile->period_unit);
	g_strfreev(profile->events);
	g_ptr_array_unref(profile->regions);
	g_free(profile);
}

/* A member of a struct that is read as it stands in the file. */
struct field {
	const char *key;
	enum {
		TEXT,
		COUNT,
		VECTOR
	} kind;
	size_t offset;
};

#define FIELD(type, kind, member)                                   \
	{                                                           \
#member, kind, G_STRUCT_OFFSET(struct type, member) \
	}

static const struct field function_fields[] = {
	FIELD(pb_profile_function, TEXT, name),	  FIELD(pb_profile_function, TEXT, file),
	FIELD(pb_profile_function, TEXT, where),  FIELD(pb_profile_function, COUNT, calls),
	FIELD(pb_profile_function, VECTOR, self), FIELD(pb_profile_function, VECTOR, inclusive),
};

static const struct field node_fields[] = {
	FIELD(pb_profile_node, COUNT, calls),
	FIELD(pb_profile_node, VECTOR, self),
};

static const struct field line_fields[] = {
	FIELD(pb_profile_line, TEXT, symbol), FIELD(pb_profile_line, COUNT, offset),
	FIELD(pb_profile_line, COUNT, count), FIELD(pb_profile_line, TEXT, bytes),
	FIELD(pb_profile_line, TEXT, text),
};

static const struct field region_fields[] = {
	FIELD(pb_profile_region, TEXT, metric),
	FIELD(pb_profile_region, TEXT, per),
	FIELD(pb_profile_region, COUNT, operations),
	FIELD(pb_profile_region, COUNT, calls),
	FIELD(pb_profile_region, COUNT, insns),
	FIELD(pb_profile_region, COUNT, overhead_insns),
	FIELD(pb_profile_region, VECTOR, overhead),
};

static const struct field profile_fields[] = {
	FIELD(pb_profile, TEXT, id),
	FIELD(pb_profile, TEXT, kernel),
	FIELD(pb_profile, TEXT, release),
};

/* Of samples there is no more. */
static const struct field sampled_function_fields[] = {
	FIELD(pb_profile_function, TEXT, name),	       FIELD(pb_profile_function, TEXT, file),
	FIELD(pb_profile_function, TEXT, where),       FIELD(pb_profile_function, VECTOR, self),
	FIELD(pb_profile_function, VECTOR, inclusive),
};

static const struct field sampled_region_fields[] = {
	FIELD(pb_profile_region, TEXT, metric),
	{PB_PROFILE_SAMPLES, COUNT, G_STRUCT_OFFSET(struct pb_profile_region, insns)},
};

static const struct field sampling_fields[] = {
	FIELD(pb_profile, TEXT, event),
	FIELD(pb_profile, COUNT, period),
	FIELD(pb_profile, TEXT, period_unit),
	FIELD(pb_profile, COUNT, wanted),
};

/* What is being read: a list of @region, whose numbers are summed up. */
struct scope {
	struct pb_reader *reader;
	struct pb_profile *profile;
	struct pb_profile_region *region;
	guint64 *totals; /* one an event */
	guint *depths;	 /* of the nodes so far */
};

typedef int (*read_one)(struct scope *scope, json_t *object, size_t own, void *element);

static int read_text(struct pb_reader *reader, json_t *object, const char *key, char **ret_text)
{
	const char *text;
	int ret = pb_read_text(reader, object, key, false, &text);

	if (ret == 0)
		*ret_text = g_strdup(text);
	return ret;
}

static int read_count(struct pb_reader *reader, json_t *object, const char *key, guint64 *ret_count)
{
	size_t count;
	int ret = pb_read_count(reader, object, key, &count);

	if (ret == 0)
		*ret_count = count;
	return ret;
}

/* One number for each event. */
static int read_vector(struct pb_reader *reader, json_t *object, const char *key, guint events,
		       guint64 **ret_vector)
{
	json_t *array, *value;
	size_t i;
	int ret = pb_read_array(reader, object, key, &array);

	if (ret < 0)
		return ret;
	if (json_array_size(array) != events)
		return pb_reader_fail(reader, key, "has %zu numbers, and there are %u events",
				      json_array_size(array), events);
	*ret_vector = g_new0(guint64, events);
	json_array_foreach (array, i, value) {
		if (!json_is_integer(value) || json_integer_value(value) < 0)
			return pb_reader_fail(reader, key,
					      "number %zu is no whole number from 0 up", i);
		(*ret_vector)[i] = (guint64)json_integer_value(value);
	}
	return 0;
}

static int read_fields(struct scope *scope, json_t *object, const struct field *fields,
		       size_t count, void *into)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < count; i++) {
		void *member = (char *)into + fields[i].offset;
		const char *key = fields[i].key;

		if (fields[i].kind == TEXT)
			ret = read_text(scope->reader, object, key, member);
		else if (fields[i].kind == COUNT)
			ret = read_count(scope->reader, object, key, member);
		else
			ret = read_vector(scope->reader, object, key, scope->profile->event_count,
					  member);
	}
	return ret;
}

/* An array of objects, each into a new element of @size bytes. */
static int read_list(struct scope *scope, json_t *object, const char *key, GPtrArray *into,
		     size_t size, read_one one)
{
	json_t *array, *value;
	size_t i;
	int ret = pb_read_array(scope->reader, object, key, &array);

	if (ret < 0)
		return ret;
	json_array_foreach (array, i, value) {
		size_t mark = pb_reader_enter(scope->reader, "%s[%zu]", key, i);
		void *element = g_malloc0(size);

		g_ptr_array_add(into, element);
		ret = pb_read_is_object(scope->reader, value);
		if (ret == 0)
			ret = one(scope, value, i, element);
		if (ret < 0)
			return ret;
		pb_reader_leave(scope->reader, mark);
	}
	return 0;
}

/* The same of what has instructions of its own, all of which the region knows of. */
static int read_summed(struct scope *scope, json_t *object, const char *key, GPtrArray *into,
		       size_t size, read_one one)
{
	g_autofree guint64 *totals = g_new0(guint64, scope->profile->event_count);
	int ret;

	scope->totals = totals;
	ret = read_list(scope, object, key, into, size, one);
	if (ret < 0 || totals[PB_PROFILE_INSNS] == scope->region->insns)
		return ret;
	return pb_reader_fail(scope->reader, key,
			      "sum to %" G_GUINT64_FORMAT " %s of their own, and %s is "
			      "%" G_GUINT64_FORMAT,
			      totals[PB_PROFILE_INSNS],
			      scope->profile->sampled ? PB_PROFILE_SAMPLES : "instructions",
			      scope->profile->sampled ? PB_PROFILE_SAMPLES : "insns",
			      scope->region->insns);
}

static int add_up(struct scope *scope, const guint64 *vector)
{
	for (guint i = 0; i < scope->profile->event_count; i++)
		if (!g_uint64_checked_add(&scope->totals[i], scope->totals[i], vector[i]))
			return pb_reader_fail(scope->reader, "self", "sums to more than 64 bits");
	return 0;
}

#define READ_FIELDS(scope, object, fields, into) \
	read_fields(scope, object, fields, G_N_ELEMENTS(fields), into)

static int read_function(struct scope *scope, json_t *object, size_t own, void *element)
{
	struct pb_profile_function *function = element;
	int ret = scope->profile->sampled
			  ? READ_FIELDS(scope, object, sampled_function_fields, function)
			  : READ_FIELDS(scope, object, function_fields, function);

	if (ret < 0)
		return ret;
	if (!*function->name)
		return pb_reader_fail(scope->reader, "name", "is empty");
	return add_up(scope, function->self);
}

static int read_function_index(struct scope *scope, json_t *object, guint *ret_function)
{
	guint64 index = 0;
	int ret = read_count(scope->reader, object, "function", &index);

	if (ret < 0)
		return ret;
	if (index >= scope->region->functions->len)
		return pb_reader_fail(scope->reader, "function",
				      "is %" G_GUINT64_FORMAT ", and there are %u functions", index,
				      scope->region->functions->len);
	*ret_function = (guint)index;
	return 0;
}

static int read_parent(struct scope *scope, json_t *object, size_t own, gint *ret_parent)
{
	json_t *value = json_object_get(object, "parent");
	json_int_t parent = json_integer_value(value);

	if (!json_is_integer(value))
		return pb_reader_fail(scope->reader, "parent", "expected a whole number");
	if (parent < -1 || parent >= (json_int_t)own || parent > G_MAXINT)
		return pb_reader_fail(scope->reader, "parent",
				      "is %lld; expected -1 or a node before this one",
				      (long long)parent);
	scope->depths[own] = parent < 0 ? 1 : scope->depths[parent] + 1;
	if (scope->depths[own] > MOST_DEPTH)
		return pb_reader_fail(scope->reader, "parent", "is the end of more than %d calls",
				      MOST_DEPTH);
	*ret_parent = (gint)parent;
	return 0;
}

static int read_node(struct scope *scope, json_t *object, size_t own, void *element)
{
	struct pb_profile_node *node = element;
	const struct field *fields = node_fields;
	int ret;

	/* Of samples self alone, the last: how often a function was called they do not say. */
	ret = scope->profile->sampled ? read_fields(scope, object, fields + 1, 1, node)
				      : READ_FIELDS(scope, object, node_fields, node);

	if (ret == 0)
		ret = read_function_index(scope, object, &node->function);
	if (ret == 0)
		ret = read_parent(scope, object, own, &node->parent);
	return ret < 0 ? ret : add_up(scope, node->self);
}

static int read_line(struct scope *scope, json_t *object, size_t own, void *element)
{
	struct pb_profile_line *line = element;
	int ret = READ_FIELDS(scope, object, line_fields, line);

	return ret < 0 ? ret : read_function_index(scope, object, &line->function);
}

static int read_region_fields(struct scope *scope, json_t *object, struct pb_profile_region *region)
{
	if (!scope->profile->sampled)
		return READ_FIELDS(scope, object, region_fields, region);
	region->sampled = true;
	region->per = g_strdup("");
	region->overhead = g_new0(guint64, scope->profile->event_count);
	return READ_FIELDS(scope, object, sampled_region_fields, region);
}

static int read_region(struct scope *scope, json_t *object, size_t own, void *element)
{
	struct pb_profile_region *region = element;
	g_autofree guint *depths = NULL;
	int ret = read_region_fields(scope, object, region);

	if (ret < 0)
		return ret;
	depths = g_new0(guint, json_array_size(json_object_get(object, "nodes")));
	scope->region = region;
	scope->depths = depths;
	region->functions = g_ptr_array_new_with_free_func(function_free);
	region->nodes = g_ptr_array_new_with_free_func(node_free);
	region->lines = g_ptr_array_new_with_free_func(line_free);
	ret = read_summed(scope, object, "functions", region->functions,
			  sizeof(struct pb_profile_function), read_function);
	if (ret == 0)
		ret = read_summed(scope, object, "nodes", region->nodes,
				  sizeof(struct pb_profile_node), read_node);
	if (ret < 0 || region->sampled)
		return ret;
	return read_list(scope, object, "lines", region->lines, sizeof(struct pb_profile_line),
			 read_line);
}

static int read_events(struct pb_reader *reader, json_t *root, struct pb_profile *profile)
{
	json_t *array, *value;
	size_t i;
	int ret = pb_read_array(reader, root, "events", &array);

	if (ret < 0)
		return ret;
	profile->events = g_new0(char *, json_array_size(array) + 1);
	json_array_foreach (array, i, value) {
		if (!json_is_string(value) || !json_string_length(value))
			return pb_reader_fail(reader, "events", "name %zu is no text", i);
		profile->events[profile->event_count++] = g_strdup(json_string_value(value));
	}
	if (g_strcmp0(profile->events[PB_PROFILE_INSNS],
		      profile->sampled ? PB_PROFILE_SAMPLES : "insns"))
		return pb_reader_fail(reader, "events", "the first must be \"%s\"",
				      profile->sampled ? PB_PROFILE_SAMPLES : "insns");
	return 0;
}

static int read_schema(struct pb_reader *reader, json_t *root)
{
	const char *schema;
	int ret = pb_read_text(reader, root, "schema", false, &schema);

	if (ret < 0 || !strcmp(schema, PB_PROFILE_SCHEMA))
		return ret;
	return pb_fail(reader->ret_error, EINVAL, PB_EXIT_USAGE,
		       "%s: schema is \"%s\", and this pinbench reads \"%s\"; read it with the "
		       "pinbench that wrote it, or profile the case again",
		       reader->file, schema, PB_PROFILE_SCHEMA);
}

static int read_unit(struct scope *scope, json_t *root)
{
	struct pb_profile *profile = scope->profile;
	const char *unit = NULL;
	json_t *sampling;
	int ret = pb_read_text(scope->reader, root, "unit", true, &unit);

	if (ret < 0 || !unit)
		return ret;
	if (strcmp(unit, PB_PROFILE_SAMPLES))
		return pb_reader_fail(scope->reader, "unit", "is \"%s\"; this pinbench knows %s",
				      unit, PB_PROFILE_SAMPLES);
	profile->sampled = true;
	ret = pb_read_object(scope->reader, root, "sampling", &sampling);
	return ret < 0 ? ret : READ_FIELDS(scope, sampling, sampling_fields, profile);
}

static int read_head(struct scope *scope, json_t *root)
{
	struct pb_profile *profile = scope->profile;
	guint64 repetitions = 0;
	int ret = READ_FIELDS(scope, root, profile_fields, profile);

	if (ret < 0)
		return ret;
	ret = read_count(scope->reader, root, "repetitions", &repetitions);
	if (ret < 0)
		return ret;
	if (repetitions > G_MAXUINT)
		return pb_reader_fail(scope->reader, "repetitions", "is more than %u", G_MAXUINT);
	profile->repetitions = (guint)repetitions;
	if (!json_is_null(json_object_get(root, "model")))
		return read_text(scope->reader, root, "model", &profile->model);
	return 0;
}

int pb_profile_read(const json_t *root, const char *what, struct pb_profile **ret_profile,
		    GError **ret_error)
{
	g_autoptr(pb_profile) profile = g_new0(struct pb_profile, 1);
	g_autoptr(GString) where = g_string_new(NULL);
	struct pb_reader reader = {.file = what, .where = where, .ret_error = ret_error};
	struct scope scope = {.reader = &reader, .profile = profile};
	json_t *object = (json_t *)root; /* nothing writes to it */
	int ret = pb_read_is_object(&reader, object);

	profile->regions = g_ptr_array_new_with_free_func(region_free);
	if (ret == 0)
		ret = read_schema(&reader, object);
	if (ret == 0)
		ret = read_unit(&scope, object);
	if (ret == 0)
		ret = read_head(&scope, object);
	if (ret == 0)
		ret = read_events(&reader, object, profile);
	if (ret == 0)
		ret = read_list(&scope, object, "regions", profile->regions,
				sizeof(struct pb_profile_region), read_region);
	if (ret == 0)
		*ret_profile = g_steal_pointer(&profile);
	return ret;
}
