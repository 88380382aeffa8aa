/* What the plugin wrote: see record.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lab/profile/record.h"
#include "reports/error.h"

static const char *const event_names[EVENTS] = {EVENT_NAMES};

const char *pb_event_name(int event)
{
	return event_names[event];
}

int pb_record_events(const struct pb_record *record)
{
	return record->has_model ? EVENTS : EVENTS_EXACT;
}

void pb_record_free(struct pb_record *record)
{
	if (!record)
		return;
	g_array_unref(record->nodes);
	g_array_unref(record->insns);
	g_free(record);
}

/* Takes a number off the front of *@text. */
static bool take(const char **text, gint64 *ret)
{
	char *end;

	errno = 0;
	*ret = g_ascii_strtoll(*text, &end, 10);
	if (end == *text || errno)
		return false;
	*text = end;
	return true;
}

/* The rest of a line. */
static bool take_counts(const char *text, guint64 *counts, int events)
{
	gint64 value;

	for (int i = 0; i < events; i++) {
		if (!take(&text, &value) || value < 0)
			return false;
		counts[i] = (guint64)value;
	}
	return !*text;
}

static bool is_region(gint64 number)
{
	return number >= 0 && number < PINBENCH_REGIONS;
}

static bool read_region(struct pb_record *r, const char *text)
{
	static const char word[] = " calls";
	struct pb_record_region *region;
	gint64 number, calls;

	if (!take(&text, &number) || !is_region(number) || !g_str_has_prefix(text, word))
		return false;
	text += strlen(word);
	if (!take(&text, &calls) || calls < 0)
		return false;
	region = &r->regions[number];
	region->calls = (guint64)calls;
	return take_counts(text, region->counts, r->has_graph ? 0 : pb_record_events(r));
}

static bool read_node(struct pb_record *r, const char *text)
{
	gint64 id, region, parent, function, calls;
	struct pb_record_node node;

	if (!take(&text, &id) || !take(&text, &region) || !take(&text, &parent) ||
	    !take(&text, &function) || !take(&text, &calls))
		return false;
	if (id != r->nodes->len || !is_region(region) || parent < -1 || parent >= id || calls < 0)
		return false;
	node = (struct pb_record_node){.region = (int)region,
				       .parent = (int)parent,
				       .function = (int)function,
				       .calls = (guint64)calls};
	if (!take_counts(text, node.counts, pb_record_events(r)))
		return false;
	for (int i = 0; i < EVENTS; i++)
		r->regions[region].counts[i] += node.counts[i];
	g_array_append_val(r->nodes, node);
	return true;
}

static bool read_insn(struct pb_record *r, const char *text)
{
	unsigned long long address, count;
	struct pb_record_insn insn;

	if (sscanf(text, "%d %llx %llu %31s", &insn.region, &address, &count, insn.bytes) != 4 ||
	    !is_region(insn.region))
		return false;
	insn.address = address;
	insn.count = count;
	g_array_append_val(r->insns, insn);
	return true;
}

static bool read_line(struct pb_record *r, const char *line)
{
	if (g_str_has_prefix(line, "region "))
		return read_region(r, line + strlen("region "));
	if (g_str_has_prefix(line, "node "))
		return read_node(r, line + strlen("node "));
	if (g_str_has_prefix(line, "insn "))
		return read_insn(r, line + strlen("insn "));
	return false;
}

int pb_record_read(const char *text, bool has_graph, bool has_model, struct pb_record **ret_record,
		   GError **ret_error)
{
	g_autoptr(pb_record) r = g_new0(struct pb_record, 1);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	char **line = lines;

	r->has_graph = has_graph;
	r->has_model = has_model;
	r->nodes = g_array_new(FALSE, FALSE, sizeof(struct pb_record_node));
	r->insns = g_array_new(FALSE, FALSE, sizeof(struct pb_record_insn));
	while (*line && strcmp(*line, "end") && read_line(r, *line))
		line++;
	if (*line && !strcmp(*line, "end")) {
		*ret_record = g_steal_pointer(&r);
		return 0;
	}
	return pb_fail(ret_error, EPROTO, PB_EXIT_ENVIRONMENT,
		       "the counting plugin's answer ends or goes wrong at its line %u",
		       (guint)(line - lines) + 1);
}

GArray *pb_regions_read(const json_t *list)
{
	GArray *regions = g_array_new(FALSE, FALSE, sizeof(struct pb_region));
	json_int_t calls, total, operations;
	struct pb_region region;
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		if (json_unpack(one, "{s:i, s:i, s:s, s:s, s:I, s:I, s:F, s:I}", "region",
				&region.number, "empty", &region.empty, "metric", &region.metric,
				"per", &region.per, "calls", &calls, "total", &total, "overhead",
				&region.overhead, "operations", &operations) ||
		    !is_region(region.number) || !is_region(region.empty) || calls <= 0 ||
		    total < 0 || operations <= 0)
			continue;
		region.calls = (guint64)calls;
		region.total = (guint64)total;
		region.operations = (guint64)operations;
		g_array_append_val(regions, region);
	}
	return regions;
}

static int check_region(struct pb_record *record, const struct pb_region *region,
			GError **ret_error)
{
	struct pb_record_region *counted = &record->regions[region->number];
	guint64 *insns = &counted->counts[EVENT_INSNS];
	/* Without a call graph a string instruction that faults is counted as it begins, too. */
	guint64 twice = record->has_graph ? 0 : counted->counts[EVENT_PAGE_FAULTS];

	if (counted->calls != region->calls)
		return pb_fail(ret_error, EPROTO, PB_EXIT_ENVIRONMENT,
			       "region %s: the plugin saw %" G_GUINT64_FORMAT
			       " calls, the guest made %" G_GUINT64_FORMAT,
			       region->metric, counted->calls, region->calls);
	if (*insns > region->total + twice)
		return pb_fail(ret_error, EPROTO, PB_EXIT_ENVIRONMENT,
			       "region %s: the plugin counted %" G_GUINT64_FORMAT
			       " instructions, the guest's clock %" G_GUINT64_FORMAT,
			       region->metric, *insns, region->total);
	*insns = MIN(*insns, region->total);
	return 0;
}

int pb_record_check(struct pb_record *record, const GArray *regions, GError **ret_error)
{
	int err = 0;

	for (guint i = 0; !err && i < regions->len; i++)
		err = check_region(record, &g_array_index(regions, struct pb_region, i), ret_error);
	return err;
}

guint64 pb_record_overhead(const struct pb_record *record, const struct pb_region *region,
			   int event)
{
	const struct pb_record_region *empty = &record->regions[region->empty];

	if (region->overhead == 0)
		return 0;
	if (event == EVENT_INSNS)
		return (guint64)(region->overhead * (double)region->calls + 0.5);
	if (!empty->calls)
		return 0;
	return (empty->counts[event] * region->calls + empty->calls / 2) / empty->calls;
}

static void add_counter(json_t *counters, const struct pb_region *region, const char *event,
			gint64 count)
{
	g_autofree char *name = g_strdup_printf("%s.%s", region->metric, event);

	json_object_set_new(counters, name,
			    json_pack("{s:f, s:s}", "value",
				      (double)count / (double)region->operations, "per",
				      region->per));
}

static void add_region(json_t *counters, const struct pb_record *record,
		       const struct pb_region *region)
{
	const guint64 *counts = record->regions[region->number].counts;
	gint64 net[EVENTS];

	for (int i = 0; i < pb_record_events(record); i++)
		net[i] = (gint64)(counts[i] - pb_record_overhead(record, region, i));
	add_counter(counters, region, event_names[EVENT_INSNS], net[EVENT_INSNS]);
	add_counter(counters, region, "kernel_insns",
		    net[EVENT_INSNS] - net[EVENT_USER_INSNS] - net[EVENT_REP_ITERATIONS]);
	for (int i = EVENT_INSNS + 1; i < pb_record_events(record); i++)
		add_counter(counters, region, event_names[i], net[i]);
	if (region->total > counts[EVENT_INSNS])
		add_counter(counters, region, "waiting",
			    (gint64)(region->total - counts[EVENT_INSNS]));
}

json_t *pb_record_counters(const struct pb_record *record, const GArray *regions)
{
	json_t *counters = json_object();

	for (guint i = 0; i < regions->len; i++)
		add_region(counters, record, &g_array_index(regions, struct pb_region, i));
	return counters;
}
