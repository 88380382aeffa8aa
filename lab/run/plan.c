/* Profiles, and the plan made of one: see plan.h. */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include "lab/run/plan.h"
#include "lab/run/profile.h"
#include "reports/error.h"

char *pb_case_benchmark(const char *id)
{
	return g_strndup(id, strcspn(id, "["));
}

json_t *pb_case_params(const char *id)
{
	json_t *params = json_object();
	const char *bracket = strchr(id, '[');
	g_autofree char *inside = NULL;
	g_auto(GStrv) pairs = NULL;

	if (!bracket)
		return params;
	inside = g_strndup(bracket + 1, strcspn(bracket + 1, "]"));
	pairs = g_strsplit(inside, ",", -1);
	for (char **pair = pairs; *pair; pair++) {
		char *value = strchr(*pair, '=');

		if (!value)
			continue;
		*value++ = '\0';
		json_object_set_new(params, *pair, json_string(value));
	}
	return params;
}

struct selection {
	const struct pb_catalog *catalog;
	char **profile_ids;
	GPtrArray *ids; /* borrowed from profile_ids or owned by strings */
	GHashTable *seen;
	GPtrArray *defaults; /* names whose default case is wanted, borrowed */
};

static void take(struct selection *s, const char *id)
{
	if (g_hash_table_add(s->seen, g_strdup(id)))
		g_ptr_array_add(s->ids, g_strdup(id));
}

static bool take_of_profile(struct selection *s, const char *glob)
{
	bool found = false;

	for (char **id = s->profile_ids; *id; id++) {
		g_autofree char *benchmark = pb_case_benchmark(*id);

		if (fnmatch(glob, benchmark, 0))
			continue;
		take(s, *id);
		found = true;
	}
	return found;
}

/* One that breaks its machine is not meant by "*", only by its name. */
static bool take_defaults(struct selection *s, const char *glob)
{
	bool found = false;
	json_t *one;
	size_t i;

	json_array_foreach (s->catalog->list, i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));

		if (json_is_true(json_object_get(one, "hazard")) && strcmp(glob, name))
			continue;
		if (fnmatch(glob, name, 0))
			continue;
		take(s, name);
		found = true;
	}
	return found;
}

static int select_one(struct selection *s, const char *glob, GError **ret_error)
{
	if (strchr(glob, '[')) {
		take(s, glob);
		return 0;
	}
	if (take_of_profile(s, glob) || take_defaults(s, glob))
		return 0;
	return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE,
		       "no benchmark matches '%s'; './run.sh list' says what there is", glob);
}

static int select_cases(struct selection *s, const char *const *globs, GError **ret_error)
{
	int err = 0;

	if (!globs || !*globs)
		return select_one(s, "*", ret_error);
	for (; *globs && !err; globs++)
		err = select_one(s, *globs, ret_error);
	return err;
}

/* Two spellings of one case become the same id only when they are complete. */
static char **without_repeats(char **ids)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *kept = g_ptr_array_new();

	for (char **id = ids; *id; id++) {
		if (g_hash_table_add(seen, *id))
			g_ptr_array_add(kept, g_strdup(*id));
	}
	g_ptr_array_add(kept, NULL);
	return (char **)g_ptr_array_free(kept, FALSE);
}

static int complete(const struct pb_catalog *catalog, GPtrArray *ids, char ***ret_ids,
		    GError **ret_error)
{
	g_auto(GStrv) all = NULL;
	int err;

	g_ptr_array_add(ids, NULL);
	err = pb_catalog_complete(catalog, (const char *const *)ids->pdata, &all, ret_error);
	if (!err)
		*ret_ids = without_repeats(all);
	return err;
}

int pb_plan_make(const struct pb_catalog *catalog, const char *configs_dir, const char *profile,
		 const char *const *globs, struct pb_plan **ret_plan, GError **ret_error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(pb_plan) plan = g_new0(struct pb_plan, 1);
	g_autoptr(GPtrArray) expanded = NULL;
	g_auto(GStrv) profile_ids = NULL;
	struct selection s = {.catalog = catalog, .ids = ids, .seen = seen};
	int err;

	err = pb_profile_expand(catalog, configs_dir, profile, &plan->repetitions, &expanded,
				ret_error);
	if (!err)
		err = complete(catalog, expanded, &profile_ids, ret_error);
	s.profile_ids = profile_ids;
	if (!err)
		err = select_cases(&s, globs, ret_error);
	if (!err)
		err = complete(catalog, ids, &plan->ids, ret_error);
	if (err)
		return err;
	plan->profile = g_strdup(profile);
	*ret_plan = g_steal_pointer(&plan);
	return 0;
}

void pb_plan_join(struct pb_plan *plan, const struct pb_plan *other)
{
	GPtrArray *all = g_ptr_array_new();
	char **ids = plan->ids;

	for (char **id = ids; *id; id++)
		g_ptr_array_add(all, *id);
	for (char **id = other->ids; *id; id++)
		g_ptr_array_add(all, *id);
	g_ptr_array_add(all, NULL);
	plan->ids = without_repeats((char **)all->pdata);
	g_ptr_array_free(all, TRUE);
	g_strfreev(ids);
}

void pb_plan_free(struct pb_plan *plan)
{
	if (!plan)
		return;
	g_free(plan->profile);
	g_strfreev(plan->ids);
	g_free(plan);
}
