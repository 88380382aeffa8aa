/* The functions of a profile as a table: see table.h. */
#include <string.h>

#include "reports/render/profile/figures.h"
#include "reports/render/profile/table.h"
#include "reports/render/text.h"

enum column {
	SELF,
	SHARE,
	INCLUSIVE,
	CALLS,
	LOCKED,
	NAME,
	COLUMNS
};

/* The least width of a number's column: a blank before it is one of them. */
static const int widths[] = {
	[SELF] = 10, [SHARE] = 8, [INCLUSIVE] = 11, [CALLS] = 10, [LOCKED] = 8,
};

struct table {
	GString *out;
	const struct pb_profile_region *region;
	gint locked; /* the event; -1: no column for it */
};

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

/* The event's index if any function has something of it. */
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

/* @cells: NULL for an empty one. */
static void add_row(const struct table *table, const char *const *cells)
{
	for (guint i = SELF; i < NAME; i++)
		if (i != LOCKED || table->locked >= 0)
			g_string_append_printf(table->out, " %*s", widths[i] - 1,
					       cells[i] ? cells[i] : "");
	g_string_append(table->out, "  ");
	pb_text_append_plain(table->out, cells[NAME]);
	g_string_append_c(table->out, '\n');
}

static char *per_operation(const struct table *table, double count)
{
	return pb_text_number(pb_profile_per_operation(table->region, count));
}

static void add_function(const struct table *table, const struct pb_profile_function *function)
{
	double own = (double)function->self[PB_PROFILE_INSNS];
	g_autofree char *self = per_operation(table, own);
	g_autofree char *share = pb_profile_share(own, (double)table->region->insns);
	g_autofree char *inclusive =
		per_operation(table, (double)function->inclusive[PB_PROFILE_INSNS]);
	g_autofree char *calls = per_operation(table, (double)function->calls);
	g_autofree char *locked =
		table->locked < 0 ? NULL
				  : per_operation(table, (double)function->self[table->locked]);

	add_row(table, (const char *const[COLUMNS]){self, share, inclusive, calls, locked,
						    function->name});
}

/* A line that takes part in the sum of the first column. */
static void add_sum(const struct table *table, const char *figure, const char *share,
		    const char *what)
{
	add_row(table,
		(const char *const[COLUMNS]){[SELF] = figure, [SHARE] = share, [NAME] = what});
}

static void add_rest(const struct table *table, const GPtrArray *functions, guint from)
{
	g_autofree char *unit = pb_profile_unit(table->region);
	g_autofree char *figure = NULL, *share = NULL, *what = NULL;
	guint64 rest = 0;

	if (from >= functions->len)
		return;
	for (guint i = from; i < functions->len; i++) {
		const struct pb_profile_function *function = functions->pdata[i];

		rest += function->self[PB_PROFILE_INSNS];
	}
	figure = per_operation(table, (double)rest);
	share = pb_profile_share((double)rest, (double)table->region->insns);
	what = g_strdup_printf("%u more function%s: %s %s", functions->len - from,
			       functions->len - from > 1 ? "s" : "", figure, unit);
	add_sum(table, figure, share, what);
}

static void add_total(const struct table *table)
{
	const struct pb_profile_region *region = table->region;
	g_autofree char *unit = pb_profile_unit(region);
	g_autofree char *overhead = per_operation(table, -(double)region->overhead_insns);
	g_autofree char *figure = pb_text_number(pb_profile_figure(region));
	g_autofree char *what = g_strconcat(unit, " in total", NULL);

	add_sum(table, region->overhead_insns ? overhead : "0", NULL,
		"the clock and the empty calls");
	add_sum(table, figure, NULL, what);
}

static void add_heading(const struct table *table)
{
	const struct pb_profile_region *region = table->region;
	g_autofree char *name = region->operations
					? g_strconcat("function, for one ", region->per, NULL)
					: g_strdup("function, in all");

	add_row(table, (const char *const[COLUMNS]){"self", "share", "inclusive", "calls", "locked",
						    name});
}

char *pb_render_profile_text(const struct pb_profile *profile,
			     const struct pb_profile_region *region, guint most)
{
	g_autoptr(GPtrArray) functions = sorted_functions(region);
	struct table table = {
		.out = g_string_new(NULL),
		.region = region,
		.locked = locked_event(profile, region),
	};

	add_heading(&table);
	for (guint i = 0; i < functions->len && i < most; i++)
		add_function(&table, functions->pdata[i]);
	add_rest(&table, functions, most);
	add_total(&table);
	return g_string_free(table.out, FALSE);
}
