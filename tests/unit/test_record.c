/* What the counting plugin wrote: read, checked against the guest, and made figures of. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lab/profile/record.h"
#include "reports/error.h"
#include "tests/unit/rendered.h"
#include "tests/unit/scratch.h"

/* Thirteen events: insns user rep loads stores locked branches, flushes ipis mmio ports, faults. */
static const char graph_text[] = "region 0 calls 2\n"
				 "region 2 calls 4\n"
				 "node 0 0 -1 0 2 6 0 0 3 1 0 2 0 0 0 0 0 0\n"
				 "node 1 2 -1 0 4 60 10 0 20 8 2 9 1 0 0 0 0 0\n"
				 "node 2 2 1 7 8 40 0 5 10 4 0 3 0 1 0 2 1 1\n"
				 "insn 2 ffffffff81000010 60 f0ff00\n"
				 "insn 2 ffffffff81000020 40 c3\n"
				 "end\n";
static const char sums_text[] = "region 0 calls 2 6 0 0 3 1 0 2 0 0 0 0 0 0\n"
				"region 2 calls 4 100 10 5 30 12 2 12 1 1 0 2 1 1\n"
				"end\n";

static struct pb_record *read_text(const char *text, bool has_graph, bool has_model)
{
	struct pb_record *record = NULL;
	g_autoptr(GError) error = NULL;

	if (pb_record_read(text, has_graph, has_model, &record, &error))
		fail_msg("%s in:\n%s", error->message, text);
	assert_null(error);
	return record;
}

/* @line: the first that is wrong. */
static void refused(const char *text, bool has_graph, bool has_model, guint line)
{
	g_autofree char *wanted = g_strdup_printf("at its line %u", line);
	struct pb_record *record = NULL;
	g_autoptr(GError) error = NULL;

	if (pb_record_read(text, has_graph, has_model, &record, &error) != -EPROTO)
		fail_msg("this was taken:\n%s", text);
	assert_null(record);
	scratch_check_error(error, PB_EXIT_ENVIRONMENT, (const char *[]){NULL});
	if (!g_str_has_suffix(error->message, wanted))
		fail_msg("%s, not %s:\n%s", error->message, wanted, text);
}

static void a_whole_record(void **state)
{
	g_autoptr(pb_record) record = read_text(graph_text, true, false);
	const struct pb_record_node *node = &g_array_index(record->nodes, struct pb_record_node, 2);
	const struct pb_record_insn *insn = &g_array_index(record->insns, struct pb_record_insn, 0);

	assert_int_equal(pb_record_events(record), EVENTS_EXACT);
	assert_int_equal(record->nodes->len, 3);
	assert_int_equal(node->region, 2);
	assert_int_equal(node->parent, 1);
	assert_int_equal(node->function, 7);
	assert_int_equal(node->calls, 8);
	assert_int_equal(node->counts[EVENT_REP_ITERATIONS], 5);
	assert_int_equal(node->counts[EVENT_INTERRUPTS], 1);
	assert_int_equal(record->regions[2].calls, 4);
	assert_int_equal(record->regions[2].counts[EVENT_INSNS], 100);
	assert_int_equal(record->regions[0].counts[EVENT_LOADS], 3);
	assert_int_equal(record->insns->len, 2);
	assert_int_equal(insn->region, 2);
	assert_true(insn->address == 0xffffffff81000010);
	assert_int_equal(insn->count, 60);
	assert_string_equal(insn->bytes, "f0ff00");
}

/* Sums alone, and with a model's three more. */
static void sums(void **state)
{
	g_autoptr(pb_record) record = read_text(sums_text, false, false), modelled = NULL;

	assert_int_equal(record->regions[2].counts[EVENT_INTERRUPTS], 1);
	assert_int_equal(record->regions[2].counts[EVENT_L1D_MISSES], 0);
	assert_int_equal(record->nodes->len, 0);
	modelled = read_text("region 2 calls 1 9 0 0 0 0 0 0 0 0 0 0 0 0 5 6 7\nend", false, true);
	assert_int_equal(pb_record_events(modelled), EVENTS);
	assert_int_equal(modelled->regions[2].counts[EVENT_DTLB_MISSES], 7);
	refused(sums_text, false, true, 1);
	refused("region 2 calls 1 9 0 0 0 0 0 0 0 0 0 0 0 0 5 6 7\nend", false, false, 1);
}

/* A guest that was killed: no beginning of the text is taken for all of it. */
static void cut_short(void **state)
{
	const size_t without_newline = strlen(graph_text) - 1;

	for (size_t bytes = 0; bytes < without_newline; bytes++) {
		g_autofree char *part = g_strndup(graph_text, bytes);
		struct pb_record *record = NULL;

		assert_int_equal(pb_record_read(part, true, false, &record, NULL), -EPROTO);
		assert_null(record);
	}
	refused("", true, false, 1);
	refused("region 0 calls 2\n", true, false, 2);
}

static void damage(void **state)
{
	static const struct {
		const char *old, *new;
		guint line;
	} all[] = {
		{"region 2", "region 8", 2},
		{"region 2", "region -1", 2},
		{"region 2", "region two", 2},
		{"calls 4", "calls -4", 2},
		{"calls 4", "calls", 2},
		{"calls 4", "called 4", 2},
		{"calls 4", "calls 4 7", 2},
		{"calls 4", "calls 99999999999999999999", 2},
		{"region 2 calls 4\n", "\n", 2},
		{"region 2 calls 4\n", "regions\n", 2},
		{"node 1 2", "node 2 2", 4},
		{"node 1 2", "node 0 2", 4},
		{"node 1 2", "node 1 8", 4},
		{"node 1 2", "node 1 -2", 4},
		{"node 2 2 1 7", "node 2 2 2 7", 5},
		{"node 2 2 1 7", "node 2 2 3 7", 5},
		{"node 2 2 1 7", "node 2 2 -2 7", 5},
		{"node 2 2 1 7", "node 2 2 1 x", 5},
		{"7 8 40", "7 -8 40", 5},
		{"7 8 40", "7 8 -40", 5},
		{"7 8 40", "7 8 4o", 5},
		{"7 8 40", "7 8 99999999999999999999", 5},
		{"0 2 1 1\n", "0 2 1\n", 5},
		{"0 2 1 1\n", "0 2 1 1 0 0 0\n", 5},
		{"0 2 1 1\n", "0 2 1 1x\n", 5},
		{"insn 2", "insn 8", 6},
		{"insn 2", "insn -1", 6},
		{"insn 2", "insn", 6},
		{" c3\n", "\n", 7},
		{"insn 2 ffffffff81000020", "insn 2 xyz", 7},
		{"end", "END", 8},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		g_autoptr(GString) text = g_string_new(graph_text);

		assert_int_equal(g_string_replace(text, all[i].old, all[i].new, 1), 1);
		refused(text->str, true, false, all[i].line);
	}
}

#define REGION(number, calls, total, overhead, operations)                          \
	"{'region':" number ",'empty':0,'metric':'pin','per':'page','calls':" calls \
	",'total':" total ",'overhead':" overhead ",'operations':" operations "}"

/* Of @list, which must outlive what is returned. */
static GArray *regions_of(const char *text, json_t **ret_list)
{
	*ret_list = parse(text);
	return pb_regions_read(*ret_list);
}

static void regions(void **state)
{
	json_t *list;
	g_autoptr(GArray) found = regions_of(
		"[" REGION("2", "4", "112", "3.0", "8") "," REGION(
			"8", "4", "1", "3.0",
			"8") "," REGION("3", "0", "112", "3.0",
					"8") "," REGION("3", "4", "112", "3.0",
							"0") "," REGION("-1", "4", "112", "3.0",
									"8") ",{},7," REGION("4",
											     "1",
											     "0",
											     "3",
											     "1") "]",
		&list);
	const struct pb_region *region = &g_array_index(found, struct pb_region, 0);

	assert_int_equal(found->len, 2);
	assert_int_equal(region->number, 2);
	assert_string_equal(region->metric, "pin");
	assert_string_equal(region->per, "page");
	assert_int_equal(region->total, 112);
	assert_true(region->overhead == 3.0);
	assert_int_equal(region->operations, 8);
	assert_int_equal(g_array_index(found, struct pb_region, 1).number, 4);
	json_decref(list);
}

/* @words: in the message; NULL if plugin and guest agree. */
static void check(bool has_graph, const char *region, guint64 insns, const char *words)
{
	g_autoptr(pb_record) record =
		read_text(has_graph ? graph_text : sums_text, has_graph, false);
	json_t *list;
	g_autoptr(GArray) guest = regions_of(region, &list);
	g_autoptr(GError) error = NULL;

	assert_int_equal(guest->len, 1);
	if (words) {
		assert_int_equal(pb_record_check(record, guest, &error), -EPROTO);
		scratch_check_error(error, PB_EXIT_ENVIRONMENT,
				    (const char *[]){"region pin", words, NULL});
	} else {
		assert_int_equal(pb_record_check(record, guest, &error), 0);
		assert_int_equal(record->regions[2].counts[EVENT_INSNS], insns);
	}
	json_decref(list);
}

/* Counted were 100 instructions in 4 calls, with one page fault. */
static void against_the_guest(void **state)
{
	for (int has_graph = 0; has_graph < 2; has_graph++) {
		check(has_graph, "[" REGION("2", "4", "100", "3.0", "8") "]", 100, NULL);
		check(has_graph, "[" REGION("2", "4", "150", "3.0", "8") "]", 100, NULL);
		check(has_graph, "[" REGION("2", "5", "100", "3.0", "8") "]", 0,
		      "saw 4 calls, the guest made 5");
		check(has_graph, "[" REGION("3", "1", "0", "3.0", "8") "]", 0,
		      "saw 0 calls, the guest made 1");
		check(has_graph, "[" REGION("2", "4", "98", "3.0", "8") "]", 0,
		      "counted 100 instructions, the guest's clock 98");
	}
	/* Sums have a string instruction that faulted once too often; a graph has not. */
	check(false, "[" REGION("2", "4", "99", "3.0", "8") "]", 99, NULL);
	check(true, "[" REGION("2", "4", "99", "3.0", "8") "]", 0, "the guest's clock 99");
}

static void counter_is(const json_t *counters, const char *name, double value)
{
	const json_t *counter = json_object_get(counters, name);
	double found = json_number_value(json_object_get(counter, "value"));

	assert_non_null(counter);
	assert_string_equal(json_string_value(json_object_get(counter, "per")), "page");
	if (found != value)
		fail_msg("%s is %.10g, not %.10g", name, found, value);
}

/* Of 100 instructions 12 are overhead, 10 a program's and 5 iterations; by 8 operations. */
static void counters_without_the_overhead(void **state)
{
	static const struct {
		const char *name;
		double value;
	} wanted[] = {
		{"pin.insns", 88 / 8.0},
		{"pin.kernel_insns", (88 - 10 - 5) / 8.0},
		{"pin.user_insns", 10 / 8.0},
		{"pin.rep_iterations", 5 / 8.0},
		{"pin.loads", (30 - 6) / 8.0},
		{"pin.stores", (12 - 2) / 8.0},
		{"pin.locked", 2 / 8.0},
		{"pin.branches", (12 - 4) / 8.0},
		{"pin.tlb_flushes", 1 / 8.0},
		{"pin.ipis", 1 / 8.0},
		{"pin.mmio", 0},
		{"pin.port_io", 2 / 8.0},
		{"pin.page_faults", 1 / 8.0},
		{"pin.interrupts", 1 / 8.0},
	};

	for (int has_graph = 0; has_graph < 2; has_graph++) {
		g_autoptr(pb_record) record =
			read_text(has_graph ? graph_text : sums_text, has_graph, false);
		json_t *list, *counters;
		g_autoptr(GArray) guest =
			regions_of("[" REGION("2", "4", "100", "3.0", "8") "]", &list);

		counters = pb_record_counters(record, guest);
		for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
			counter_is(counters, wanted[i].name, wanted[i].value);
		assert_int_equal(json_object_size(counters), G_N_ELEMENTS(wanted));
		json_decref(counters);
		json_decref(list);
	}
}

/* While the guest waited its clock went on, and nothing was executed. */
static void counters_of_waiting(void **state)
{
	g_autoptr(pb_record) record = read_text(sums_text, false, false);
	json_t *list;
	g_autoptr(GArray) guest = regions_of("[" REGION("2", "4", "180", "0.0", "8") "]", &list);
	json_t *counters = pb_record_counters(record, guest);

	counter_is(counters, "pin.waiting", 10);
	/* Where nothing is taken off the figure nothing is off the events either. */
	counter_is(counters, "pin.insns", 100 / 8.0);
	counter_is(counters, "pin.loads", 30 / 8.0);
	json_decref(counters);
	json_decref(list);
}

static void overhead(void **state)
{
	g_autoptr(pb_record) record = read_text(sums_text, false, false);
	struct pb_region region = {.number = 2, .calls = 5, .overhead = 2.9};

	assert_int_equal(pb_record_overhead(record, &region, EVENT_INSNS), 15);
	/* 3 in 2 calls: 7.5 in 5. */
	assert_int_equal(pb_record_overhead(record, &region, EVENT_LOADS), 8);
	assert_int_equal(pb_record_overhead(record, &region, EVENT_BRANCHES), 5);
	region.empty = 1;
	assert_int_equal(pb_record_overhead(record, &region, EVENT_LOADS), 0);
	assert_int_equal(pb_record_overhead(record, &region, EVENT_INSNS), 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_record),
		cmocka_unit_test(sums),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(damage),
		cmocka_unit_test(regions),
		cmocka_unit_test(against_the_guest),
		cmocka_unit_test(counters_without_the_overhead),
		cmocka_unit_test(counters_of_waiting),
		cmocka_unit_test(overhead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
