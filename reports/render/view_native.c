/* What a report says of a run on the machine itself: see view_native.h. */
#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/render/view_native.h"

static const json_t *member(const struct pb_view *view, const char *name)
{
	return json_object_get(json_object_get(view->result->root, "environment"), name);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static const char *module_words(struct pb_view *view)
{
	const json_t *module = member(view, "module");
	const char *state = text_of(module, "state");

	if (!strcmp(state, "loaded"))
		return "loaded for this run, and unloaded after it";
	if (!strcmp(state, "there"))
		return "was loaded already, and is left as it was";
	if (!strcmp(state, "absent"))
		return pb_view_say(view, "not loaded, so only what user space can measure: %s",
				   text_of(module, "reason"));
	return "";
}

static const char *place_words(struct pb_view *view)
{
	const json_t *place = member(view, "place");
	const json_t *cpus = json_object_get(place, "cpus");
	const json_t *node = json_object_get(place, "numa_node");
	g_autoptr(GString) text = g_string_new(NULL);
	json_t *one;
	size_t i;

	json_array_foreach (cpus, i, one)
		g_string_append_printf(text, "%s%" JSON_INTEGER_FORMAT, i ? ", " : "CPU ",
				       json_integer_value(one));
	if (json_array_size(cpus) > 1)
		g_string_append(text, "; what runs alone is on the first");
	if (json_is_integer(node))
		g_string_append_printf(text, "; memory of NUMA node %" JSON_INTEGER_FORMAT,
				       json_integer_value(node));
	return pb_view_say(view, "%s", text->str);
}

/* Before and after, and what that makes of every figure. */
static const char *drift_words(struct pb_view *view)
{
	const json_t *floor = member(view, "floor");
	const json_t *first = json_array_get(member(view, PB_ENVIRONMENT_FLOORS), 0);
	const json_t *drift = json_object_get(floor, "drift_percent");

	if (!floor)
		return "";
	if (!json_is_number(drift))
		return "not known: the run ended before its floor was measured again";
	return pb_view_say(view,
			   "%+.1f%% at most, of %zu figures measured before everything else and "
			   "again after it%s: no smaller difference to another run is one",
			   json_number_value(drift),
			   json_array_size(json_object_get(first ? first : floor, "cases")),
			   first ? ", in each boot" : "");
}

static const char *limit_words(struct pb_view *view)
{
	const json_t *limits = member(view, "limits");
	double mib = json_number_value(json_object_get(limits, "memory_bytes")) / (1 << 20);
	double seconds = json_number_value(json_object_get(limits, "seconds"));

	if (!limits)
		return "";
	return pb_view_say(view, "a case may map and pin %.0f MiB, and take %.0f s", mib, seconds);
}

void pb_view_add_native(struct pb_view *view)
{
	if (!view->result->environment.native)
		return;
	pb_view_trust(view, "Module", module_words(view));
	pb_view_trust(view, "Measured on", place_words(view));
	pb_view_trust(view, "Drift", drift_words(view));
	pb_view_trust(view, "Limits", limit_words(view));
}

const char *pb_view_environment_option(const struct pb_result *result)
{
	return result->environment.native ? "--env native " : "";
}
