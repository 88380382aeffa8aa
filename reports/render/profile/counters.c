/*
 * Counters as tables: for each metric of a benchmark one, of the same cases as the table of its
 * figures. With counted evidence they are of the emulated processor, and exact; with timed evidence
 * they are events of perf, and as different from run to run as times are.
 */
#include <string.h>

#include "reports/render/profile/counters.h"
#include "reports/render/text.h"

#define MODEL_SUFFIX "_misses"
#define EVENT_IPC    "ipc"

/* In this order; what is not named here follows. Those of a table without them are left out. */
static const struct {
	const char *event;
	bool always; /* the others only where a case has some */
} known[] = {
	{"insns", true},	{"loads", true},	{"stores", true},
	{"locked", true},	{"branches", true},	{"user_insns", false},
	{"page_faults", false}, {"interrupts", false},	{"waiting", false},
	{"tlb_flushes", false}, {"ipis", false},	{"rep_iterations", false},
	{"mmio", false},	{"port_io", false},	{"l1d_misses", false},
	{"llc_misses", false},	{"dtlb_misses", false},
};

/* What two others of the table say together. */
static const char *const implied[] = {"kernel_insns", NULL};

/* One table and what of the group's counters is in it. */
struct sheet {
	const struct pb_environment *environment;
	struct pb_view_group *table;
	const struct pb_view_group *group;
	const char *metric;
	const char *per;
};

/* NULL for one that the kernel keeps. */
static const char *event_of(const struct pb_counter *counter)
{
	const char *dot = strchr(counter->name, '.');

	return dot && dot != counter->name && dot[1] ? dot + 1 : NULL;
}

bool pb_counter_of_processor(const struct pb_counter *counter)
{
	return event_of(counter);
}

static bool is_of(const struct sheet *sheet, const struct pb_counter *counter)
{
	const char *event = event_of(counter);
	size_t length = strlen(sheet->metric);

	return event && (size_t)(event - counter->name) == length + 1 &&
	       !strncmp(counter->name, sheet->metric, length) && !strcmp(counter->per, sheet->per);
}

static const struct pb_counter *find(const struct sheet *sheet, const struct pb_case *item,
				     const char *event)
{
	for (size_t i = 0; i < item->counter_count; i++)
		if (is_of(sheet, &item->counters[i]) &&
		    !strcmp(event_of(&item->counters[i]), event))
			return &item->counters[i];
	return NULL;
}

static bool has_column(const struct sheet *sheet, const char *event)
{
	for (guint i = 0; i < sheet->table->columns->len; i++) {
		const struct pb_view_column *column = sheet->table->columns->pdata[i];

		if (!strcmp(column->name, event))
			return true;
	}
	return false;
}

static const char *unit_of(const struct sheet *sheet, const char *event)
{
	const struct pb_perf *perf = &sheet->environment->perf;

	if (sheet->environment->counted)
		return g_str_has_suffix(event, MODEL_SUFFIX) ? PB_VIEW_MODEL : PB_VIEW_EXACT;
	for (size_t i = 0; i < perf->counted_count; i++) {
		if (!strcmp(perf->counted[i].name, event))
			return perf->counted[i].kind;
	}
	return strcmp(event, EVENT_IPC) ? PB_VIEW_PERF : PB_VIEW_DERIVED;
}

/* What was asked for is shown where it is 0, too. */
static bool was_requested(const struct sheet *sheet, const char *event)
{
	const struct pb_perf *perf = &sheet->environment->perf;

	for (size_t i = 0; i < perf->request_count; i++) {
		if (!strcmp(perf->requested[i], event))
			return true;
	}
	return false;
}

static void add_column(const struct sheet *sheet, const char *event, bool always)
{
	bool worth = false;

	for (guint i = 0; i < sheet->group->rows->len && !worth; i++) {
		const struct pb_view_row *row = sheet->group->rows->pdata[i];
		const struct pb_counter *counter = find(sheet, row->source, event);

		worth = counter && (always || counter->value != 0);
	}
	if (!worth || has_column(sheet, event) || g_strv_contains(implied, event))
		return;
	g_ptr_array_add(sheet->table->columns, g_memdup2(
						       &(struct pb_view_column){
							       .name = event,
							       .unit = unit_of(sheet, event),
							       .better = "",
							       .primary = always,
						       },
						       sizeof(struct pb_view_column)));
}

static void add_columns(const struct sheet *sheet)
{
	const struct pb_perf *perf = &sheet->environment->perf;

	for (size_t i = 0; i < G_N_ELEMENTS(known) && sheet->environment->counted; i++)
		add_column(sheet, known[i].event, known[i].always);
	/* As they were asked for; those that are always counted come after them. */
	for (size_t i = 0; i < perf->request_count; i++)
		add_column(sheet, perf->requested[i], true);
	for (guint i = 0; i < sheet->group->rows->len; i++) {
		const struct pb_case *item =
			((const struct pb_view_row *)sheet->group->rows->pdata[i])->source;

		for (size_t n = 0; n < item->counter_count; n++)
			if (is_of(sheet, &item->counters[n]))
				add_column(sheet, event_of(&item->counters[n]),
					   was_requested(sheet, event_of(&item->counters[n])));
	}
}

/* A case that has none of them has no row. */
static void add_row(struct pb_view *view, const struct sheet *sheet, const struct pb_view_row *from)
{
	const GPtrArray *columns = sheet->table->columns;
	struct pb_view_row *row = g_new0(struct pb_view_row, 1);
	bool any = false;

	row->source = from->source;
	row->name = from->name;
	row->command = from->command;
	row->params =
		g_memdup2(from->params, sizeof(*row->params) * (sheet->group->varying->len + 1));
	row->cells = g_new0(struct pb_view_cell, columns->len);
	for (guint i = 0; i < columns->len; i++) {
		const struct pb_view_column *column = columns->pdata[i];
		const struct pb_counter *counter = find(sheet, from->source, column->name);
		const char *mark = from->source->not_deterministic ? PB_VIEW_INEXACT : "";
		const char *text =
			counter ? pb_view_take(view, pb_text_number(counter->value)) : "";

		any |= counter != NULL;
		row->cells[i] = (struct pb_view_cell){
			.median = counter ? pb_view_say(view, "%s%s", mark, text) : "",
			.low = text,
			.high = text,
		};
	}
	if (any)
		g_ptr_array_add(sheet->table->rows, row);
	else
		pb_view_row_free(row);
}

static void add_table(struct pb_view *view, const struct pb_view_group *group, const char *metric,
		      const char *per)
{
	struct sheet sheet = {
		.environment = &view->result->environment,
		.group = group,
		.metric = metric,
		.per = per,
	};

	sheet.table = pb_view_group_new(
		pb_view_say(view, "%s %s, per %s", group->benchmark, metric, per));
	for (guint i = 0; i < group->varying->len; i++)
		g_ptr_array_add(sheet.table->varying, group->varying->pdata[i]);
	g_ptr_array_extend(sheet.table->notes, group->notes, NULL, NULL);
	add_columns(&sheet);
	for (guint i = 0; i < group->rows->len; i++)
		add_row(view, &sheet, group->rows->pdata[i]);
	if (sheet.table->columns->len)
		g_ptr_array_add(view->counters, sheet.table);
	else
		pb_view_group_free(sheet.table);
}

/* A table for each metric, in the order in which the cases name them. */
static void add_tables(struct pb_view *view, const struct pb_view_group *group)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < group->rows->len; i++) {
		const struct pb_case *item =
			((const struct pb_view_row *)group->rows->pdata[i])->source;

		for (size_t n = 0; n < item->counter_count; n++) {
			const struct pb_counter *counter = &item->counters[n];
			const char *event = event_of(counter), *metric;

			if (!event)
				continue;
			metric = pb_view_say(view, "%.*s", (int)(event - counter->name) - 1,
					     counter->name);
			if (g_hash_table_add(seen,
					     g_strdup_printf("%s per %s", metric, counter->per)))
				add_table(view, group, metric, counter->per);
		}
	}
}

static bool has_model(const struct pb_view *view)
{
	for (guint i = 0; i < view->counters->len; i++) {
		const struct pb_view_group *table = view->counters->pdata[i];

		for (guint n = 0; n < table->columns->len; n++) {
			const struct pb_view_column *column = table->columns->pdata[n];

			if (!strcmp(column->unit, PB_VIEW_MODEL))
				return true;
		}
	}
	return false;
}

static void say_perf(struct pb_view *view)
{
	view->counted = "Counters of perf";
	view->processor =
		"What perf counted inside the measured calls, of all repetitions of the first boot "
		"and for one operation, less what as many empty calls count. Hardware events are "
		"the processor's, and :u and :k what of them is user space's and the kernel's; "
		"software events and tracepoints are the kernel's; cpu-clock is in ns. They differ "
		"from run to run, and no verdict rests on them.";
}

void pb_view_add_counters(struct pb_view *view)
{
	const char *model = view->result->environment.counters.model;

	view->counters = g_ptr_array_new_with_free_func(pb_view_group_free);
	for (guint i = 0; i < view->groups->len; i++)
		add_tables(view, view->groups->pdata[i]);
	view->counted = "Counters of the processor";
	view->processor =
		"What the emulated processor did inside the measured calls, without the clock and "
		"the empty calls: the same on every run. The rarer ones are shown where a case "
		"has some.";
	if (!view->result->environment.counted)
		say_perf(view);
	if (!has_model(view))
		return;
	view->model =
		"Columns marked " PB_VIEW_MODEL " are what a simple model of caches and a TLB "
		"makes of the accesses. They tell one access pattern from another; they are "
		"no time, and not what a real processor misses.";
	if (model)
		view->model_words = pb_view_say(view, "The model: %s.", model);
}
