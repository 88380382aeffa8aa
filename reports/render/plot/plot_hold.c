/* Holding all parameters of a benchmark but one at their commonest values. */
#include <math.h>
#include <string.h>

#include "reports/render/plot/plot_hold.h"

/* More groups of bars than this cannot be read. */
#define MOST_CATEGORIES 16

static const struct pb_case *item_at(const GArray *points, guint i)
{
	return g_array_index(points, struct pb_plot_point, i).item;
}

/* A parameter the case does not have is a value of its own. */
static const char *value_of(const struct pb_case *item, const char *name)
{
	const char *value = pb_case_param(item, name);

	return value ? value : "";
}

static void add_once(GPtrArray *list, const char *text)
{
	if (!g_ptr_array_find_with_equal_func(list, text, g_str_equal, NULL))
		g_ptr_array_add(list, (char *)text);
}

GPtrArray *pb_plot_param_names(const GArray *points)
{
	GPtrArray *names = g_ptr_array_new();

	for (guint i = 0; i < points->len; i++)
		for (size_t p = 0; p < item_at(points, i)->param_count; p++)
			add_once(names, item_at(points, i)->params[p].name);
	return names;
}

GPtrArray *pb_plot_param_values(const GArray *points, const char *name)
{
	GPtrArray *values = g_ptr_array_new();

	for (guint i = 0; i < points->len; i++) {
		const char *value = pb_case_param(item_at(points, i), name);

		if (value)
			add_once(values, value);
	}
	return values;
}

double pb_plot_order(const char *value)
{
	static const char suffixes[] = "kmgt";
	const char *suffix;
	char *end;
	double number = g_ascii_strtod(value, &end);

	if (end == value || !isfinite(number))
		return INFINITY;
	if (!*end)
		return number;
	suffix = strchr(suffixes, g_ascii_tolower(*end));
	if (!suffix || end[1])
		return INFINITY;
	return number * pow(1024, (double)(suffix - suffixes + 1));
}

bool pb_plot_is_ordered(const GPtrArray *values)
{
	guint numbers = 0;
	bool switches = true;

	for (guint i = 0; i < values->len; i++) {
		double order = pb_plot_order(values->pdata[i]);

		numbers += isfinite(order);
		switches = switches && (order == 0 || order == 1);
	}
	return numbers >= 2 && numbers + 1 >= values->len && !switches;
}

static GArray *with_value(const GArray *points, const char *name, const char *value)
{
	GArray *kept = g_array_new(FALSE, FALSE, sizeof(struct pb_plot_point));

	for (guint i = 0; i < points->len; i++)
		if (!strcmp(value_of(item_at(points, i), name), value))
			g_array_append_val(kept, g_array_index(points, struct pb_plot_point, i));
	return kept;
}

/*
 * The value at which to hold a parameter: the one that keeps most values of @param, of several the
 * commonest, of several the first.
 */
static const char *best_value(const GArray *points, const char *name, const char *param)
{
	g_autoptr(GPtrArray) values = pb_plot_param_values(points, name);
	guint most_values = 0, most_points = 0;
	const char *best = "";

	for (guint i = 0; i < values->len; i++) {
		g_autoptr(GArray) kept = with_value(points, name, values->pdata[i]);
		g_autoptr(GPtrArray) left = pb_plot_param_values(kept, param);

		if (left->len < most_values ||
		    (left->len == most_values && kept->len <= most_points))
			continue;
		most_values = left->len;
		most_points = kept->len;
		best = values->pdata[i];
	}
	return best;
}

static GArray *of_benchmark(const GArray *points, const char *benchmark, const char *param)
{
	GArray *kept = g_array_new(FALSE, FALSE, sizeof(struct pb_plot_point));

	for (guint i = 0; i < points->len; i++)
		if (!strcmp(item_at(points, i)->benchmark, benchmark) &&
		    pb_case_param(item_at(points, i), param))
			g_array_append_val(kept, g_array_index(points, struct pb_plot_point, i));
	return kept;
}

/* "hugetlb 2m": the value of the parameter and of those that had to join it. */
static char *category(const struct pb_case *item, const char *param, const GPtrArray *joined)
{
	GString *out = g_string_new(pb_case_param(item, param));

	for (guint i = 0; i < joined->len; i++) {
		const char *value = pb_case_param(item, joined->pdata[i]);

		if (value)
			g_string_append_printf(out, " %s", value);
	}
	return g_string_free(out, FALSE);
}

/* Whether holding @name at @value would lose values of @param that bars should show. */
static bool must_join(const GArray *points, const GArray *kept, const char *param, const char *name)
{
	g_autoptr(GPtrArray) before = pb_plot_param_values(points, param);
	g_autoptr(GPtrArray) after = pb_plot_param_values(kept, param);
	g_autoptr(GPtrArray) values = pb_plot_param_values(points, name);

	return after->len < before->len && before->len + values->len <= MOST_CATEGORIES;
}

static void fix(struct pb_plot_held *held, const char *name, const char *value)
{
	struct pb_param *param = g_new(struct pb_param, 1);

	*param = (struct pb_param){.name = name, .value = value};
	g_ptr_array_add(held->fixed, param);
}

struct pb_plot_held *pb_plot_hold(const GArray *points, const char *benchmark, const char *param,
				  bool lines, GPtrArray *joined)
{
	struct pb_plot_held *held = g_new0(struct pb_plot_held, 1);
	g_autoptr(GPtrArray) names = NULL;

	held->benchmark = benchmark;
	held->points = of_benchmark(points, benchmark, param);
	held->labels = g_ptr_array_new_with_free_func(g_free);
	held->fixed = g_ptr_array_new_with_free_func(g_free);
	names = pb_plot_param_names(held->points);
	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		const char *value = best_value(held->points, name, param);
		g_autoptr(GArray) kept = NULL;

		if (!strcmp(name, param) ||
		    g_ptr_array_find_with_equal_func(joined, name, g_str_equal, NULL))
			continue;
		kept = with_value(held->points, name, value);
		if (!lines && must_join(held->points, kept, param, name)) {
			add_once(joined, name);
			continue;
		}
		g_array_unref(held->points);
		held->points = g_steal_pointer(&kept);
		fix(held, name, value);
	}
	for (guint i = 0; i < held->points->len; i++)
		g_ptr_array_add(held->labels, category(item_at(held->points, i), param, joined));
	return held;
}

/* The points of the benchmark that are fixed as @held, but for @name, which is @value. */
static GArray *beside(const GArray *points, const struct pb_plot_held *held, const char *param,
		      const char *name, const char *value)
{
	GArray *kept = of_benchmark(points, held->benchmark, param);

	for (guint i = 0; i < held->fixed->len; i++) {
		const struct pb_param *fixed = held->fixed->pdata[i];
		bool is_this = !strcmp(fixed->name, name);
		GArray *fewer = with_value(kept, fixed->name, is_this ? value : fixed->value);

		g_array_unref(kept);
		kept = fewer;
	}
	return kept;
}

static struct pb_plot_held *sibling_new(const struct pb_plot_held *held, GArray *points,
					const char *param, const char *name, const char *value)
{
	struct pb_plot_held *sibling = g_new0(struct pb_plot_held, 1);

	sibling->benchmark = held->benchmark;
	sibling->points = points;
	sibling->labels = g_ptr_array_new_with_free_func(g_free);
	sibling->fixed = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < points->len; i++)
		g_ptr_array_add(sibling->labels,
				g_strdup(pb_case_param(item_at(points, i), param)));
	for (guint i = 0; i < held->fixed->len; i++) {
		const struct pb_param *fixed = held->fixed->pdata[i];

		fix(sibling, fixed->name, strcmp(fixed->name, name) ? fixed->value : value);
	}
	return sibling;
}

static GPtrArray *siblings_by(const GArray *points, const struct pb_plot_held *held,
			      const char *param, const struct pb_param *fixed)
{
	GPtrArray *siblings = g_ptr_array_new_with_free_func(pb_plot_held_free);
	g_autoptr(GArray) all = of_benchmark(points, held->benchmark, param);
	g_autoptr(GPtrArray) values = pb_plot_param_values(all, fixed->name);

	for (guint i = 0; i < values->len; i++) {
		const char *value = values->pdata[i];
		g_autoptr(GArray) kept = NULL;
		g_autoptr(GPtrArray) left = NULL;

		if (!strcmp(value, fixed->value))
			continue;
		kept = beside(points, held, param, fixed->name, value);
		left = pb_plot_param_values(kept, param);
		if (left->len >= 2)
			g_ptr_array_add(siblings, sibling_new(held, g_steal_pointer(&kept), param,
							      fixed->name, value));
	}
	return siblings;
}

static bool is_named(const GArray *points, const struct pb_plot_held *held, const char *name)
{
	g_autoptr(GArray) all = of_benchmark(points, held->benchmark, name);
	g_autoptr(GPtrArray) values = pb_plot_param_values(all, name);

	return !pb_plot_is_ordered(values);
}

GPtrArray *pb_plot_siblings(const GArray *points, const struct pb_plot_held *held,
			    const char *param, const char **ret_name)
{
	GPtrArray *most = g_ptr_array_new_with_free_func(pb_plot_held_free);
	bool most_named = false;

	*ret_name = NULL;
	for (guint i = 0; i < held->fixed->len; i++) {
		const struct pb_param *fixed = held->fixed->pdata[i];
		GPtrArray *siblings = siblings_by(points, held, param, fixed);
		bool named = is_named(points, held, fixed->name);

		if (siblings->len > most->len ||
		    (siblings->len && siblings->len == most->len && named && !most_named)) {
			GPtrArray *fewer = most;

			most = siblings;
			siblings = fewer;
			most_named = named;
			*ret_name = fixed->name;
		}
		g_ptr_array_unref(siblings);
	}
	return most;
}

void pb_plot_held_free(void *data)
{
	struct pb_plot_held *held = data;

	if (!held)
		return;
	g_array_unref(held->points);
	g_ptr_array_unref(held->labels);
	g_ptr_array_unref(held->fixed);
	g_free(held);
}

static const char *fixed_at(const struct pb_plot_held *held, const char *name)
{
	for (guint i = 0; i < held->fixed->len; i++) {
		const struct pb_param *param = held->fixed->pdata[i];

		if (!strcmp(param->name, name))
			return param->value;
	}
	return NULL;
}

GHashTable *pb_plot_common(const GPtrArray *held, guint first, guint last)
{
	GHashTable *common = g_hash_table_new(g_str_hash, g_str_equal);
	const struct pb_plot_held *model = held->pdata[first];

	for (guint i = 0; i < model->fixed->len; i++) {
		const struct pb_param *param = model->fixed->pdata[i];
		bool same = true;

		for (guint h = first; h < last; h++)
			same = same &&
			       !g_strcmp0(fixed_at(held->pdata[h], param->name), param->value);
		if (same)
			g_hash_table_insert(common, (char *)param->name, (char *)param->value);
	}
	return common;
}

char *pb_plot_common_words(const struct pb_plot_held *held, GHashTable *common)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < held->fixed->len; i++) {
		const struct pb_param *param = held->fixed->pdata[i];

		if (g_hash_table_contains(common, param->name))
			g_string_append_printf(out, "%s%s=%s", out->len ? ", " : "", param->name,
					       param->value);
	}
	return g_string_free(out, FALSE);
}

char *pb_plot_label(const struct pb_plot_held *held, GHashTable *common)
{
	const char *slash = strchr(held->benchmark, '/');
	GString *out = g_string_new(slash ? slash + 1 : held->benchmark);

	for (guint i = 0; i < held->fixed->len; i++) {
		const struct pb_param *param = held->fixed->pdata[i];

		if (!g_hash_table_contains(common, param->name) && param->value[0])
			g_string_append_printf(out, " %s=%s", param->name, param->value);
	}
	return g_string_free(out, FALSE);
}
