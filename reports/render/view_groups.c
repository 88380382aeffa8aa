/* The tables of a report: the measured cases, one group per benchmark. */
#include <string.h>

#include "reports/render/profile/counters.h"
#include "reports/render/text.h"
#include "reports/render/view.h"
#include "reports/render/view_native.h"

void pb_view_row_free(void *data)
{
	struct pb_view_row *row = data;

	g_clear_pointer(&row->counters, g_ptr_array_unref);
	g_clear_pointer(&row->facts, g_ptr_array_unref);
	g_free(row->params);
	g_free(row->cells);
	g_free(row);
}

void pb_view_group_free(void *data)
{
	struct pb_view_group *group = data;

	g_ptr_array_unref(group->varying);
	g_ptr_array_unref(group->columns);
	g_ptr_array_unref(group->rows);
	g_ptr_array_unref(group->notes);
	g_free(group);
}

struct pb_view_group *pb_view_group_new(const char *benchmark)
{
	struct pb_view_group *group = g_new0(struct pb_view_group, 1);

	group->benchmark = benchmark;
	group->fixed = "";
	group->varying = g_ptr_array_new();
	group->columns = g_ptr_array_new_with_free_func(g_free);
	group->rows = g_ptr_array_new_with_free_func(pb_view_row_free);
	group->notes = g_ptr_array_new();
	return group;
}

static void add_pair(GPtrArray *pairs, const char *name, const char *value)
{
	struct pb_view_pair *pair = g_new(struct pb_view_pair, 1);

	*pair = (struct pb_view_pair){.name = name, .value = value};
	g_ptr_array_add(pairs, pair);
}

static struct pb_view_row *row_new(struct pb_view *view, const struct pb_case *item)
{
	struct pb_view_row *row = g_new0(struct pb_view_row, 1);
	g_autofree char *quoted = g_shell_quote(item->id);

	row->source = item;
	row->command = pb_view_say(view, "./run.sh run %s%s",
				   pb_view_environment_option(view->result), quoted);
	row->counters = g_ptr_array_new_with_free_func(g_free);
	row->facts = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < item->counter_count; i++) {
		const struct pb_counter *counter = &item->counters[i];
		g_autofree char *number = pb_text_number(counter->value);

		/* They have tables of their own. */
		if (pb_counter_of_processor(counter))
			continue;
		add_pair(row->counters, counter->name,
			 pb_view_say(view, "%s per %s", number, counter->per));
	}
	if (item->not_deterministic)
		add_pair(row->facts, "not deterministic", item->not_deterministic);
	for (size_t i = 0; i < item->fact_count; i++)
		add_pair(row->facts, item->facts[i].name,
			 pb_view_take(view, pb_text_fact(item->facts[i].value)));
	return row;
}

static bool has_column(const struct pb_view_group *group, const struct pb_metric *metric)
{
	for (guint i = 0; i < group->columns->len; i++) {
		const struct pb_view_column *column = group->columns->pdata[i];

		if (!strcmp(column->name, metric->name) && !strcmp(column->unit, metric->unit))
			return true;
	}
	return false;
}

static void add_columns(struct pb_view_group *group, bool primary)
{
	for (guint i = 0; i < group->rows->len; i++) {
		const struct pb_view_row *row = group->rows->pdata[i];

		for (size_t m = 0; m < row->source->metric_count; m++) {
			const struct pb_metric *metric = &row->source->metrics[m];
			struct pb_view_column *column;

			if (metric->primary != primary || has_column(group, metric))
				continue;
			column = g_new(struct pb_view_column, 1);
			*column = (struct pb_view_column){
				.name = metric->name,
				.unit = metric->unit,
				.better = metric->higher_is_better ? "higher is better"
								   : "lower is better",
				.primary = primary,
			};
			g_ptr_array_add(group->columns, column);
		}
	}
}

static bool varies(const struct pb_view_group *group, const char *name)
{
	const struct pb_view_row *first = group->rows->pdata[0];
	const char *value = pb_case_param(first->source, name);

	for (guint i = 1; i < group->rows->len; i++) {
		const struct pb_view_row *row = group->rows->pdata[i];

		if (g_strcmp0(pb_case_param(row->source, name), value))
			return true;
	}
	return false;
}

/* Sorts the parameters of the group into those that vary and those that do not. */
static void split_params(struct pb_view *view, struct pb_view_group *group)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GString) fixed = g_string_new(NULL);

	for (guint i = 0; i < group->rows->len; i++) {
		const struct pb_case *item = ((struct pb_view_row *)group->rows->pdata[i])->source;

		for (size_t p = 0; p < item->param_count; p++) {
			const struct pb_param *param = &item->params[p];

			if (!g_hash_table_add(seen, (char *)param->name))
				continue;
			if (varies(group, param->name))
				g_ptr_array_add(group->varying, (char *)param->name);
			else
				g_string_append_printf(fixed, "%s%s=%s", fixed->len ? " " : "",
						       param->name, param->value);
		}
	}
	group->fixed = pb_view_say(view, "%s", fixed->str);
}

static const char *samples_of(struct pb_view *view, const struct pb_metric *metric)
{
	size_t samples = 0;

	for (size_t i = 0; i < metric->boot_count; i++)
		samples += metric->boots[i].count;
	return pb_view_say(view, "%zu sample%s in %zu %s%s", samples, samples == 1 ? "" : "s",
			   metric->boot_count, view->result->environment.rounds ? "round" : "boot",
			   metric->boot_count == 1 ? "" : "s");
}

static void fill_cell(struct pb_view *view, struct pb_view_cell *cell,
		      const struct pb_metric *metric, const struct pb_case *item)
{
	cell->median = pb_view_take(view, pb_text_number(metric->median));
	cell->low = pb_view_take(view, pb_text_number(metric->min));
	cell->high = pb_view_take(view, pb_text_number(metric->max));
	cell->spread = strcmp(cell->low, cell->median) || strcmp(cell->high, cell->median);
	cell->samples = samples_of(view, metric);
	if (item->not_deterministic)
		cell->median = pb_view_say(view, PB_VIEW_INEXACT "%s", cell->median);
}

static const struct pb_metric *find_metric(const struct pb_case *item,
					   const struct pb_view_column *column)
{
	for (size_t m = 0; m < item->metric_count; m++)
		if (!strcmp(item->metrics[m].name, column->name) &&
		    !strcmp(item->metrics[m].unit, column->unit))
			return &item->metrics[m];
	return NULL;
}

static void fill_row(struct pb_view *view, const struct pb_view_group *group,
		     struct pb_view_row *row)
{
	g_autoptr(GString) name = g_string_new(NULL);

	row->params = g_new0(const char *, group->varying->len + 1);
	for (guint i = 0; i < group->varying->len; i++) {
		const char *value = pb_case_param(row->source, group->varying->pdata[i]);

		row->params[i] = value ? value : "";
		if (value && value[0])
			g_string_append_printf(name, "%s%s=%s", name->len ? " " : "",
					       (char *)group->varying->pdata[i], value);
	}
	row->name = pb_view_say(view, "%s", name->str);
	row->cells = g_new0(struct pb_view_cell, group->columns->len);
	for (guint i = 0; i < group->columns->len; i++) {
		const struct pb_metric *metric = find_metric(row->source, group->columns->pdata[i]);

		row->cells[i].median = "";
		if (metric)
			fill_cell(view, &row->cells[i], metric, row->source);
	}
}

static void describe_range(struct pb_view *view, const struct pb_view_group *group,
			   const struct pb_view_column *column, struct pb_view_key *key)
{
	double low = 0, high = 0;
	guint cases = 0;

	for (guint i = 0; i < group->rows->len; i++) {
		const struct pb_view_row *row = group->rows->pdata[i];
		const struct pb_metric *metric = find_metric(row->source, column);

		if (!metric)
			continue;
		low = cases ? MIN(low, metric->median) : metric->median;
		high = cases ? MAX(high, metric->median) : metric->median;
		cases++;
	}
	key->cases = pb_view_say(view, "%u", cases);
	key->range = "";
	if (cases > 1) {
		g_autofree char *from = pb_text_number(low);
		g_autofree char *to = pb_text_number(high);

		key->range = pb_view_say(view, "%s – %s", from, to);
	}
}

static void add_keys(struct pb_view *view, const struct pb_view_group *group)
{
	for (guint c = 0; c < group->columns->len; c++) {
		const struct pb_view_column *column = group->columns->pdata[c];
		const struct pb_view_row *row = NULL;
		struct pb_view_key *key;

		if (!column->primary)
			break;
		for (guint i = 0; i < group->rows->len && !row; i++) {
			const struct pb_view_row *candidate = group->rows->pdata[i];

			if (candidate->cells[c].median[0])
				row = candidate;
		}
		key = g_new0(struct pb_view_key, 1);
		key->benchmark = group->benchmark;
		key->metric = column->name;
		key->unit = column->unit;
		key->median = row->cells[c].median;
		key->params = pb_view_take(view, pb_text_params(row->source));
		describe_range(view, group, column, key);
		g_ptr_array_add(view->keys, key);
	}
}

/* Of real devices there is nothing of the kind to say. */
static void add_emulated(struct pb_view *view, struct pb_view_group *group)
{
	const struct pb_benchmark *about = group->about;

	if (!about || !about->emulated_says || strcmp(view->result->environment.kind, "guest"))
		return;
	g_ptr_array_add(group->notes,
			(char *)pb_view_say(view,
					    "Emulated devices. Says: %s. "
					    "Cannot say: %s.",
					    about->emulated_says, about->emulated_cannot_say));
}

/* A note for each reason, with the number of cases. */
static void add_inexact(struct pb_view *view, struct pb_view_group *group)
{
	g_autoptr(GPtrArray) reasons = pb_view_reasons_new();

	for (guint i = 0; i < group->rows->len; i++) {
		const struct pb_case *item = ((struct pb_view_row *)group->rows->pdata[i])->source;

		if (item->not_deterministic)
			pb_view_add_reason(reasons, item->not_deterministic, item->id);
	}
	for (guint i = 0; i < reasons->len; i++) {
		const struct pb_view_skip *one = reasons->pdata[i];

		g_ptr_array_add(group->notes,
				(char *)pb_view_say(view,
						    PB_VIEW_INEXACT
						    " not deterministic, %u of %u case%s: %s.",
						    one->ids->len, group->rows->len,
						    group->rows->len == 1 ? "" : "s", one->reason));
	}
}

static void finish_group(struct pb_view *view, struct pb_view_group *group)
{
	add_emulated(view, group);
	add_inexact(view, group);
	add_columns(group, true);
	add_columns(group, false);
	split_params(view, group);
	for (guint i = 0; i < group->rows->len; i++)
		fill_row(view, group, group->rows->pdata[i]);
	add_keys(view, group);
}

void pb_view_add_groups(struct pb_view *view)
{
	g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
	const struct pb_result *result = view->result;

	view->keys = g_ptr_array_new_with_free_func(g_free);
	view->groups = g_ptr_array_new_with_free_func(pb_view_group_free);
	for (size_t i = 0; i < result->case_count; i++) {
		const struct pb_case *item = &result->cases[i];
		struct pb_view_group *group;

		if (item->outcome != PB_CASE_OK)
			continue;
		group = g_hash_table_lookup(by_name, item->benchmark);
		if (!group) {
			group = pb_view_group_new(item->benchmark);
			group->about = pb_result_benchmark(result, item->benchmark);
			g_hash_table_insert(by_name, (char *)item->benchmark, group);
			g_ptr_array_add(view->groups, group);
		}
		g_ptr_array_add(group->rows, row_new(view, item));
	}
	for (guint i = 0; i < view->groups->len; i++)
		finish_group(view, view->groups->pdata[i]);
}
