/*
 * Memory of a device that another reaches, end to end on a real kernel: by which way, who is
 * refused, that data arrives, what no exact figure is; and the same figures again.
 */
#include <string.h>
#include "tests/guest/harness.h"

#define DISTANCE(topology) "p2p/distance[topology=" topology "]"
#define MAP(memory, topology) \
	"p2p/map[memory=" memory ",segments=64,segment=4k,topology=" topology "]"
#define PIN(way) "p2p/pin[memory=p2p,way=" way ",pages=512,topology=switch]"
#define TRANSFER(topology, memory, direction)                                        \
	"p2p/transfer[topology=" topology ",client=disk,provider=bar,memory=" memory \
	",direction=" direction ",io=128k,depth=1]"
#define EDU(io)                                                                           \
	"p2p/transfer[topology=switch,client=edu,provider=bar,memory=p2p,direction=read," \
	"io=" io ",depth=1]"
#define NVME                                                                          \
	"p2p/transfer[topology=switch,client=nvme,provider=bar,memory=p2p,direction=" \
	"write,io=128k,depth=1]"
#define CPU(via) "p2p/cpu[topology=switch,via=" via ",direction=write,size=64k]"

static const char *const cases[] = {
	DISTANCE("switch"),
	DISTANCE("hostbridge"),
	DISTANCE("distrusted"),
	DISTANCE("none"),
	"p2p/alloc[size=64k,held=0,table=0,topology=switch]",
	"p2p/alloc[size=64k,held=8192,table=0,topology=switch]",
	MAP("p2p", "switch"),
	MAP("p2p", "hostbridge"),
	MAP("p2p", "distrusted"),
	MAP("system", "distrusted"),
	PIN("pin_fast"),
	PIN("pin_fast_p2p"),
	PIN("pin_longterm"),
	TRANSFER("switch", "p2p", "read"),
	TRANSFER("switch", "bounce", "read"),
	TRANSFER("switch", "system", "read"),
	TRANSFER("switch", "p2p", "write"),
	TRANSFER("switch", "bounce", "write"),
	TRANSFER("distrusted", "p2p", "read"),
	TRANSFER("distrusted", "bounce", "read"),
	EDU("4088"),
	EDU("4k"),
	CPU("uc"),
	CPU("p2pmem"),
	CPU("dma"),
};

static void check_text(const json_t *result, const char *id, const char *name, const char *want)
{
	const json_t *facts = json_object_get(find_case(result, id), "facts");

	assert_string_equal(text_at(facts, name), want);
}

static void check_reason(const json_t *result, const char *id, const char *want)
{
	assert_outcome(result, id, "skip");
	assert_says(text_at(find_case(result, id), "reason"), want);
}

static void check_ways(const json_t *result)
{
	assert_true(fact_in(result, DISTANCE("switch"), "distance") == 4);
	check_text(result, DISTANCE("switch"), "route", "bus addresses");
	assert_true(fact_in(result, DISTANCE("hostbridge"), "distance") == 2);
	check_text(result, DISTANCE("hostbridge"), "route", "through the host bridge");
	assert_true(fact_in(result, DISTANCE("distrusted"), "distance") == -1);
	check_text(result, DISTANCE("distrusted"), "route", "refused");
	check_reason(result, DISTANCE("none"), "1af4:1110");
	/* Two devices in their roles, and what is above them. */
	assert_non_null(json_object_get(find_case(result, DISTANCE("switch")), "topology"));
}

static void check_mappings(const json_t *result)
{
	/* Where the peer is looked up at all, that costs; by the host bridge each segment again. */
	assert_true(figure_in(result, MAP("p2p", "switch"), "map") >
		    figure_in(result, MAP("system", "distrusted"), "map"));
	assert_true(figure_in(result, MAP("p2p", "hostbridge"), "map") >
		    figure_in(result, MAP("p2p", "switch"), "map"));
	assert_true(figure_in(result, MAP("p2p", "distrusted"), "refusal") > 0);
	assert_true(fact_in(result, MAP("p2p", "distrusted"), "mapped_segments") == 0);
	assert_true(fact_in(result, MAP("p2p", "switch"), "mapped_segments") == 64);
	check_text(result, PIN("pin_fast"), "answer", "refused with EREMOTEIO");
	check_text(result, PIN("pin_fast_p2p"), "answer", "granted");
	assert_true(fact_in(result, PIN("pin_fast_p2p"), "pages") == 512);
	assert_true(figure_in(result, PIN("pin_longterm"), "refusal") > 0);
}

/* A bounce costs what the copy does, and is there where the direct way is refused. */
static void check_transfers(const json_t *result)
{
	double direct = figure_in(result, TRANSFER("switch", "p2p", "read"), "transfer");
	double bounced = figure_in(result, TRANSFER("switch", "bounce", "read"), "transfer");
	double system = figure_in(result, TRANSFER("switch", "system", "read"), "transfer");

	assert_true(bounced > system + 131072 / 64);
	assert_true(direct < bounced);
	assert_true(direct > 0.9 * system && direct < 1.1 * system);
	assert_true(figure_in(result, TRANSFER("switch", "p2p", "write"), "transfer") <
		    figure_in(result, TRANSFER("switch", "bounce", "write"), "transfer"));
	check_reason(result, TRANSFER("distrusted", "p2p", "read"), "EREMOTEIO");
	assert_outcome(result, TRANSFER("distrusted", "bounce", "read"), "ok");
	assert_outcome(result, EDU("4088"), "ok");
	check_reason(result, EDU("4k"), "4088");
	assert_true(figure_in(result, CPU("dma"), "start") < figure_in(result, CPU("uc"), "copy"));
	assert_outcome(result, CPU("p2pmem"), "ok");
}

static void test_who_reaches_whom(void **state)
{
	json_t *result = measure_cases("6.12", "2", cases, G_N_ELEMENTS(cases));
	json_t *again = measure_cases("6.12", "1", cases, G_N_ELEMENTS(cases));

	check_ways(result);
	check_mappings(result);
	check_transfers(result);
	assert_true(json_equal(json_object_get(result, "cases"), json_object_get(again, "cases")));
	json_decref(result);
	json_decref(again);
}

/* It is measured, verified, and said to be what it is. */
static void test_what_is_not_exact_says_so(void **state)
{
	static const char *const nvme[] = {NVME};
	json_t *result = measure_cases("6.12", "1", nvme, 1);

	assert_outcome(result, NVME, "ok");
	assert_non_null(json_object_get(find_case(result, NVME), "not_deterministic"));
	assert_true(figure_in(result, NVME, "transfer") > 0);
	json_decref(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_reaches_whom),
		cmocka_unit_test(test_what_is_not_exact_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
