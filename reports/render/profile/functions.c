/* The functions of a profile in words and numbers: see functions.h. */
#include <string.h>

#include "reports/render/profile/figures.h"
#include "reports/render/profile/functions.h"
#include "reports/render/text.h"

static gint by_self(gconstpointer left, gconstpointer right)
{
	const struct pb_profile_function *a = *(struct pb_profile_function *const *)left;
	const struct pb_profile_function *b = *(struct pb_profile_function *const *)right;
	guint64 most = a->self[PB_PROFILE_INSNS], other = b->self[PB_PROFILE_INSNS];

	if (most != other)
		return most < other ? 1 : -1;
	return strcmp(a->name, b->name);
}

static GPtrArray *sorted_functions(const struct pb_profile_region *region)
{
	GPtrArray *functions = g_ptr_array_new();

	for (guint i = 0; i < region->functions->len; i++)
		g_ptr_array_add(functions, region->functions->pdata[i]);
	g_ptr_array_sort(functions, by_self);
	return functions;
}

/* The event's index if any function has something of it, else -1. */
static gint locked_event(const struct pb_profile *profile, const struct pb_profile_region *region)
{
	gint event = pb_profile_event(profile, "locked");

	for (guint i = 0; event >= 0 && i < region->functions->len; i++) {
		const struct pb_profile_function *function = region->functions->pdata[i];

		if (function->self[event])
			return event;
	}
	return -1;
}

static void row_clear(struct pb_function_row *row)
{
	for (guint i = 0; i < PB_FUNCTION_COLUMNS; i++)
		g_free(row->cells[i]);
}

static void row_free(gpointer data)
{
	row_clear(data);
	g_free(data);
}

void pb_function_table_free(struct pb_function_table *table)
{
	if (!table)
		return;
	row_clear(&table->head);
	g_ptr_array_unref(table->functions);
	g_ptr_array_unref(table->sums);
	g_free(table);
}

static char *share_of(const struct pb_profile_region *region, guint64 count)
{
	return region->sampled ? pb_profile_sampled_share(count, region->insns)
			       : pb_profile_share((double)count, (double)region->insns);
}

static char *per_operation(const struct pb_profile_region *region, double count)
{
	return pb_text_number(pb_profile_per_operation(region, count));
}

static void add_function(struct pb_function_table *table, const struct pb_profile_region *region,
			 const struct pb_profile_function *function, gint locked)
{
	struct pb_function_row *row = g_new0(struct pb_function_row, 1);
	guint64 self = function->self[PB_PROFILE_INSNS];

	row->cells[PB_FUNCTION_SELF] = per_operation(region, (double)self);
	row->cells[PB_FUNCTION_SHARE] = share_of(region, self);
	row->cells[PB_FUNCTION_INCLUSIVE] =
		per_operation(region, (double)function->inclusive[PB_PROFILE_INSNS]);
	if (!region->sampled)
		row->cells[PB_FUNCTION_CALLS] = per_operation(region, (double)function->calls);
	if (locked >= 0)
		row->cells[PB_FUNCTION_LOCKED] =
			per_operation(region, (double)function->self[locked]);
	row->cells[PB_FUNCTION_NAME] = g_strdup(function->name);
	g_ptr_array_add(table->functions, row);
}

/* A line that takes part in the sum of the first column. Takes the texts. */
static void add_sum(struct pb_function_table *table, char *figure, char *share, char *what)
{
	struct pb_function_row *row = g_new0(struct pb_function_row, 1);

	row->cells[PB_FUNCTION_SELF] = figure;
	row->cells[PB_FUNCTION_SHARE] = share;
	row->cells[PB_FUNCTION_NAME] = what;
	g_ptr_array_add(table->sums, row);
}

static void add_rest(struct pb_function_table *table, const struct pb_profile_region *region,
		     const GPtrArray *functions, guint from)
{
	g_autofree char *unit = pb_profile_unit(region);
	guint64 rest = 0;
	char *figure;

	if (from >= functions->len)
		return;
	for (guint i = from; i < functions->len; i++) {
		const struct pb_profile_function *function = functions->pdata[i];

		rest += function->self[PB_PROFILE_INSNS];
	}
	figure = per_operation(region, (double)rest);
	add_sum(table, figure, share_of(region, rest),
		g_strdup_printf("%u more function%s: %s %s", functions->len - from,
				functions->len - from > 1 ? "s" : "", figure, unit));
}

static void add_total(struct pb_function_table *table, const struct pb_profile_region *region)
{
	g_autofree char *unit = pb_profile_unit(region);
	char *overhead = region->overhead_insns
				 ? per_operation(region, -(double)region->overhead_insns)
				 : g_strdup("0");

	if (region->sampled)
		g_free(overhead);
	else
		add_sum(table, overhead, NULL, g_strdup("the clock and the empty calls"));
	add_sum(table, pb_text_number(pb_profile_figure(region)), NULL,
		g_strconcat(unit, " in total", NULL));
}

static void fill_head(struct pb_function_row *head, const struct pb_profile_region *region)
{
	static const char *const names[] = {"self", "share", "inclusive", "calls", "locked"};

	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		head->cells[i] = g_strdup(names[i]);
	if (region->sampled) {
		head->cells[PB_FUNCTION_NAME] =
			g_strconcat("function, in samples ", pb_profile_region_words(region), NULL);
		return;
	}
	head->cells[PB_FUNCTION_NAME] =
		region->operations ? g_strconcat("function, for one ", region->per, NULL)
				   : g_strdup("function, in all");
}

struct pb_function_table *pb_function_table_new(const struct pb_profile *profile,
						const struct pb_profile_region *region, guint most)
{
	g_autoptr(GPtrArray) functions = sorted_functions(region);
	struct pb_function_table *table = g_new0(struct pb_function_table, 1);
	gint locked = locked_event(profile, region);

	table->sampled = region->sampled;
	table->locked = locked >= 0;
	table->functions = g_ptr_array_new_with_free_func(row_free);
	table->sums = g_ptr_array_new_with_free_func(row_free);
	fill_head(&table->head, region);
	for (guint i = 0; i < functions->len && i < most; i++)
		add_function(table, region, functions->pdata[i], locked);
	add_rest(table, region, functions, most);
	add_total(table, region);
	return table;
}

gboolean pb_function_shown(const struct pb_function_table *table, enum pb_function_column column)
{
	if (column == PB_FUNCTION_CALLS)
		return !table->sampled;
	return column != PB_FUNCTION_LOCKED || table->locked;
}

char **pb_function_leaders(const struct pb_profile_region *region, guint most)
{
	g_autoptr(GPtrArray) functions = sorted_functions(region);
	GPtrArray *leaders = g_ptr_array_new();

	for (guint i = 0; i < functions->len && i < most; i++) {
		const struct pb_profile_function *function = functions->pdata[i];
		g_autofree char *share = pb_profile_share((double)function->self[PB_PROFILE_INSNS],
							  (double)region->insns);

		if (function->self[PB_PROFILE_INSNS])
			g_ptr_array_add(leaders, g_strdup_printf("%s %s", function->name, share));
	}
	g_ptr_array_add(leaders, NULL);
	return (char **)g_ptr_array_free(leaders, FALSE);
}
