/* Counters of the emulated processor: see counters.h. */
#include <errno.h>
#include <string.h>
#include "lab/paths.h"
#include "lab/profile/document.h"
#include "lab/run/counters.h"
#include "reports/error.h"

static const struct {
	const char *name;
	enum pb_counters bit;
} kinds[] = {
	{"exact", PB_COUNTERS_EXACT},
	{"profile", PB_COUNTERS_PROFILE},
	{"model", PB_COUNTERS_MODEL},
};

static int add_kind(const char *name, unsigned int *counters, GError **ret_error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (!strcmp(kinds[i].name, name)) {
			*counters |= kinds[i].bit;
			return 0;
		}
	}
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "--counters '%s': it is exact (sums), profile (by function and caller too), "
		       "model (with a model of caches), or several with commas",
		       name);
}

int pb_counters_parse(const char *text, unsigned int *ret_counters, GError **ret_error)
{
	g_auto(GStrv) names = g_strsplit(text, ",", -1);
	int err = *names ? 0 : add_kind("", ret_counters, ret_error);

	/* Whatever else is wanted, sums are there. */
	*ret_counters = PB_COUNTERS_EXACT;
	for (char **name = names; !err && *name; name++)
		err = add_kind(*name, ret_counters, ret_error);
	return err;
}

/* To the comma that ends the name. */
static gsize name_length(const char *text)
{
	bool inside = false;
	gsize length = 0;

	for (; text[length] && (inside || text[length] != ','); length++)
		inside ^= text[length] == '/';
	return length;
}

int pb_counter_events_parse(const char *text, char ***ret_names, GError **ret_error)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	const char *rest = text;

	*ret_names = NULL;
	for (bool more = true; more;) {
		gsize length = name_length(rest);
		g_autofree char *name = g_strndup(rest, length);

		if (!*g_strstrip(name))
			return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
				       "--counters '%s': it is names of events with commas between "
				       "them, as page-faults,instructions; 'build/bench/"
				       "pinbench-agent events' lists them",
				       text);
		g_strv_builder_add(names, name);
		more = rest[length];
		rest += length + more;
	}
	*ret_names = g_strv_builder_end(names);
	return 0;
}

json_t *pb_counter_events_json(char *const *names)
{
	json_t *ret = json_array();

	for (; *names; names++)
		json_array_append_new(ret, json_string(*names));
	return ret;
}

json_t *pb_counters_json(unsigned int counters)
{
	json_t *names = json_array();

	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (counters & kinds[i].bit)
			json_array_append_new(names, json_string(kinds[i].name));
	}
	return json_pack("{s:o, s:o}", "kinds", names, "model",
			 counters & PB_COUNTERS_MODEL ? json_string(PB_MODEL_WORDS) : json_null());
}

void pb_counted_clear(struct pb_counted *counted)
{
	json_decref(counted->counters);
	json_decref(counted->profile);
	g_free(counted->error);
	*counted = (struct pb_counted){0};
}

void pb_counters_attach(struct pb_guest *guest, unsigned int counters, const char *input)
{
	/* By the bits for a call graph and for a model. */
	static const char *const options[2][2] = {{"", ",model=on"},
						  {",graph=on", ",graph=on,model=on"}};

	guest->plugin = PB_PATH_PROFILE_PLUGIN;
	guest->plugin_input = input;
	guest->plugin_options =
		options[!!(counters & PB_COUNTERS_PROFILE)][!!(counters & PB_COUNTERS_MODEL)];
}

static int read_counted(const struct pb_counted_inputs *in, struct pb_counted *ret_counted,
			GError **ret_error)
{
	g_autoptr(GArray) regions = pb_regions_read(in->regions);
	bool has_graph = in->counters & PB_COUNTERS_PROFILE;
	g_autoptr(pb_record) record = NULL;
	int err = pb_record_read(in->output, has_graph, in->counters & PB_COUNTERS_MODEL, &record,
				 ret_error);

	if (!err)
		err = pb_record_check(record, regions, ret_error);
	if (err)
		return err;
	ret_counted->counters = pb_record_counters(record, regions);
	if (has_graph && regions->len)
		ret_counted->profile = pb_profile_build(&(struct pb_profile_inputs){
			.id = in->id,
			.kernel = in->kernel,
			.release = in->release,
			.repetitions = in->repetitions,
			.record = record,
			.regions = regions,
			.symbols = in->symbols,
		});
	return 0;
}

void pb_counted_read(const struct pb_counted_inputs *in, struct pb_counted *ret_counted)
{
	g_autoptr(GError) why = NULL;

	*ret_counted = (struct pb_counted){0};
	/* A case that was skipped, or failed, has nothing to be counted. */
	if (in->regions && read_counted(in, ret_counted, &why))
		ret_counted->error = g_strdup(why->message);
}
