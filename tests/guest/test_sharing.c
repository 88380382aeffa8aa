/*
 * Shared buffers, odd mappings and subscribers, end to end on a real kernel: who is told, who is
 * refused, who waits; what KVM and a camera get; and the same figures again.
 */
#include <string.h>
#include "tests/guest/harness.h"

#define MOVE(users) "dmabuf/move[users=" users ",count=4,size=2m,segment=2m,remap=lazy,copy=0]"
#define GUP(what, way) \
	"pfnmap/gup[mapping=" what ",way=" way ",write=1,present=1,size=2m,segment=4k]"
#define TOLD(n) \
	"notifier/invalidate[change=munmap,kind=notifier,subscribers=" n ",where=here,size=2m]"
#define MOVED(n)	    "notifier/migrate[kind=notifier,subscribers=" n ",where=here,size=2m]"
#define REAPED(kind, n, ms) "notifier/reap[kind=" kind ",subscribers=" n ",delay_ms=" ms ",size=2m]"
#define SLOW		    "notifier/release[subscribers=8,delay_ms=100]"
#define MAP		    "dmabuf/map[size=2m,segment=64k,table=pages,importers=2,importer=dynamic]"

#define KVM(what, segment) "pfnmap/kvm[mapping=" what ",size=2m,segment=" segment ",present=1]"
#define CAMERA(what)	   "pfnmap/v4l2[mapping=" what ",size=2m,segment=4k,present=1]"

#define VFIO(memory, what, segment) \
	"pfnmap/vfio[memory=" memory ",mapping=" what ",size=2m,segment=" segment ",present=1]"
#define BAR(table)  "dmabuf/bar[size=2m,segment=64k,table=" table ",importers=2]"
#define STOCK(what) "dmabuf/stock[exporter=" what ",size=64k]"

#define PAGES	  512. /* of 2 MiB */
#define NS_PER_MS 1000000.

static const char *const cases[] = {
	MAP,
	MOVE("importers"),
	MOVE("pfn"),
	MOVE("batch"),
	MOVE("pmd"),
	MOVE("page"),
	GUP("anon", "pin_fast"),
	GUP("pfn", "pin_fast"),
	GUP("mixed", "pin"),
	GUP("page", "pin_fast"),
	GUP("page", "longterm"),
	TOLD("0"),
	TOLD("1"),
	TOLD("64"),
	SLOW,
	MOVED("0"),
	MOVED("1"),
	MOVED("64"),
	REAPED("notifier", "0", "0"),
	REAPED("notifier", "1", "0"),
	REAPED("notifier", "64", "0"),
	REAPED("notifier", "1", "50"),
	REAPED("interval", "1", "50"),
};

/* What KVM and a camera's driver ask for, and a pin of the same to compare with. */
static const char *const askers[] = {
	GUP("anon", "longterm_fast"),
	KVM("anon", "4k"),
	KVM("thp", "2m"),
	KVM("pfn", "4k"),
	KVM("pmd", "2m"),
	KVM("mixed", "4k"),
	CAMERA("anon"),
	CAMERA("page"),
	CAMERA("pfn"),
};

/* Memory of a device, and what takes it; on a machine that has such. */
static const char *const devices[] = {
	BAR("segments"),
	BAR("ranges"),
	STOCK("system_heap"),
	STOCK("vgem"),
	STOCK("vfio"),
	VFIO("system", "anon", "4k"),
	VFIO("system", "page", "4k"),
	VFIO("system", "pfn", "4k"),
	VFIO("bar", "pfn", "4k"),
	VFIO("bar", "pmd", "whole"),
	VFIO("vfio", "pfn", "whole"),
};

/* Each of the four users had it taken and has it again, by as many faults as its way takes. */
static void check_moves(const json_t *result)
{
	assert_true(fact_in(result, MAP, "segments") == 32);
	assert_true(fact_in(result, MOVE("importers"), "maps") == 4);
	assert_true(fact_in(result, MOVE("pfn"), "faults") == 4 * 512);
	assert_true(fact_in(result, MOVE("page"), "faults") == 4 * 512);
	assert_true(fact_in(result, MOVE("batch"), "faults") == 4);
	assert_true(fact_in(result, MOVE("pmd"), "faults") == 4);
	assert_true(figure_in(result, MOVE("pmd"), "whole") <
		    figure_in(result, MOVE("importers"), "whole"));
	assert_true(figure_in(result, MOVE("importers"), "whole") <
		    figure_in(result, MOVE("batch"), "whole"));
	assert_true(figure_in(result, MOVE("batch"), "whole") <
		    figure_in(result, MOVE("pfn"), "whole"));
	assert_true(figure_in(result, MOVE("pfn"), "whole") <
		    figure_in(result, MOVE("page"), "whole"));
}

static void check_answer(const json_t *result, const char *id, const char *answer)
{
	const json_t *one = find_case(result, id);

	assert_string_equal(text_at(one, "outcome"), "ok");
	assert_string_equal(text_at(json_object_get(one, "conditions"), "answer"), answer);
}

static void check_gup(const json_t *result)
{
	check_answer(result, GUP("anon", "pin_fast"), "granted");
	check_answer(result, GUP("page", "pin_fast"), "granted");
	check_answer(result, GUP("page", "longterm"), "granted");
	check_answer(result, GUP("pfn", "pin_fast"), "refused with EFAULT");
	check_answer(result, GUP("mixed", "pin"), "refused with EEXIST");
}

static void check_told(const json_t *result)
{
	double none = figure_in(result, TOLD("0"), "change");
	double one = figure_in(result, TOLD("1"), "change") - none;
	double many = figure_in(result, TOLD("64"), "change") - none;

	assert_true(fact_in(result, TOLD("64"), "told") == 64);
	assert_true(one > 0);
	/* What telling one more costs is the same for each. */
	assert_true(many > one && many < 64 * one);
	/* Who has nothing to do with it waits all the same. */
	assert_true(figure_in(result, SLOW, "end") > 100 * NS_PER_MS);
	assert_true(figure_in(result, SLOW, "bystander") > 100 * NS_PER_MS);
	assert_true(figure_in(result, SLOW, "alone") < NS_PER_MS);
}

/* As many callbacks as pages and subscribers, and the same for each from the second on. */
static void check_moved(const json_t *result)
{
	double none = figure_in(result, MOVED("0"), "migrate");
	double one = figure_in(result, MOVED("1"), "migrate") - none;
	double many = figure_in(result, MOVED("64"), "migrate") - none;
	double each = (many - one) / 63;

	assert_true(fact_in(result, MOVED("0"), "told") == 0);
	assert_true(fact_in(result, MOVED("1"), "told") == 512);
	assert_true(fact_in(result, MOVED("64"), "told") == 512 * 64);
	assert_true(fact_in(result, MOVED("64"), "told_of_pin") == 0);
	assert_true(each > 10 && one > each && many < 64 * one);
	assert_true(figure_in(result, MOVED("0"), "pin") < none / 10);
}

static void check_reaped(const json_t *result, const char *id, double reaped, const char *answer)
{
	assert_true(fact_in(result, id, "reaped_pages") == reaped);
	assert_true(fact_in(result, id, "left_pages") == 1024 - reaped);
	check_answer(result, id, answer);
}

/* Who would sleep keeps his memory from being taken: of an interval, that; else, all. */
static void check_reaper(const json_t *result)
{
	double none = figure_in(result, REAPED("notifier", "0", "0"), "reap");
	double many = figure_in(result, REAPED("notifier", "64", "0"), "reap");

	check_reaped(result, REAPED("notifier", "0", "0"), 1024, "reaped");
	check_reaped(result, REAPED("notifier", "1", "0"), 1024, "reaped");
	check_reaped(result, REAPED("notifier", "64", "0"), 1024, "reaped");
	check_reaped(result, REAPED("notifier", "1", "50"), 0, "EAGAIN");
	check_reaped(result, REAPED("interval", "1", "50"), 512, "EAGAIN");
	assert_true(fact_in(result, REAPED("notifier", "64", "0"), "told") ==
		    64 * fact_in(result, REAPED("notifier", "1", "0"), "told"));
	assert_true(many - none > 10 * fact_in(result, REAPED("notifier", "64", "0"), "told"));
	assert_true(figure_in(result, REAPED("notifier", "1", "50"), "unmap") > 100 * NS_PER_MS);
	assert_true(figure_in(result, REAPED("notifier", "1", "50"), "reap") < NS_PER_MS);
}

static void test_who_is_told_and_who_waits(void **state)
{
	json_t *result = measure_cases("6.12", "2", cases, G_N_ELEMENTS(cases));
	json_t *again = measure_cases("6.12", "1", cases, G_N_ELEMENTS(cases));

	check_moves(result);
	check_gup(result);
	check_told(result);
	check_moved(result);
	check_reaper(result);
	assert_true(json_equal(json_object_get(result, "cases"), json_object_get(again, "cases")));
	json_decref(result);
	json_decref(again);
}

/* KVM has entries for all of it, as large as those of the process, and loses them with them. */
static void check_kvm(const json_t *result)
{
	assert_true(fact_in(result, KVM("anon", "4k"), "entries_4k") == PAGES);
	assert_true(fact_in(result, KVM("pfn", "4k"), "entries_4k") == PAGES);
	assert_true(fact_in(result, KVM("thp", "2m"), "entries_2m") == 1);
	assert_true(fact_in(result, KVM("pmd", "2m"), "entries_2m") == 1);
	assert_true(fact_in(result, KVM("pmd", "2m"), "entries_4k") == 0);
	check_answer(result, KVM("mixed", "4k"), "refused with EFAULT");
	/* Where GUP refuses, the lookup of the PFN comes on top. */
	assert_true(figure_in(result, KVM("anon", "4k"), "map") <
		    figure_in(result, KVM("pfn", "4k"), "map"));
	assert_true(figure_in(result, KVM("pmd", "2m"), "map") * 10 <
		    figure_in(result, KVM("pfn", "4k"), "map"));
	assert_true(figure_in(result, KVM("pfn", "4k"), "unmap") >
		    figure_in(result, KVM("pfn", "4k"), "unmap_alone") + 100);
	assert_true(figure_in(result, KVM("pmd", "2m"), "unmap") >
		    figure_in(result, KVM("pmd", "2m"), "unmap_alone"));
}

/* A camera's driver pins for the long term: what it does is that and more, or refused. */
static void check_camera(const json_t *result)
{
	check_answer(result, CAMERA("anon"), "granted");
	check_answer(result, CAMERA("page"), "granted");
	check_answer(result, CAMERA("pfn"), "refused with EFAULT");
	assert_true(fact_in(result, CAMERA("anon"), "pages") == PAGES);
	assert_true(figure_in(result, CAMERA("anon"), "prepare") * PAGES >
		    figure_in(result, GUP("anon", "longterm_fast"), "attempt"));
	assert_true(figure_in(result, CAMERA("page"), "release") > 100);
	assert_true(figure_in(result, CAMERA("pfn"), "refusal") <
		    figure_in(result, CAMERA("anon"), "prepare") * PAGES);
}

static void test_what_kvm_and_a_camera_get(void **state)
{
	json_t *result = measure_cases("6.12", "2", askers, G_N_ELEMENTS(askers));
	json_t *again = measure_cases("6.12", "1", askers, G_N_ELEMENTS(askers));

	check_kvm(result);
	check_camera(result);
	assert_true(json_equal(json_object_get(result, "cases"), json_object_get(again, "cases")));
	json_decref(result);
	json_decref(again);
}

/* On 6.12: what came with 7.0 is a skip. */
static void check_devices(const json_t *result)
{
	assert_true(fact_in(result, BAR("segments"), "segments") == 32);
	assert_outcome(result, BAR("ranges"), "skip");
	assert_outcome(result, STOCK("vfio"), "skip");
	assert_true(figure_in(result, STOCK("vgem"), "map") > 0);
	check_answer(result, VFIO("system", "anon", "4k"), "granted");
	check_answer(result, VFIO("system", "page", "4k"), "granted");
	check_answer(result, VFIO("system", "pfn", "4k"), "refused with EFAULT");
	check_answer(result, VFIO("bar", "pfn", "4k"), "granted");
	assert_true(fact_in(result, VFIO("bar", "pfn", "4k"), "pages") == PAGES);
	/* A PFN is looked up, and then the page is mapped for the device: more than for a pin. */
	assert_true(figure_in(result, VFIO("bar", "pfn", "4k"), "map") >
		    figure_in(result, VFIO("system", "anon", "4k"), "map"));
	assert_true(figure_in(result, VFIO("bar", "pmd", "whole"), "map") ==
		    figure_in(result, VFIO("vfio", "pfn", "whole"), "map"));
}

static void test_what_becomes_of_a_device_s_memory(void **state)
{
	json_t *result = measure_cases("6.12", "2", devices, G_N_ELEMENTS(devices));
	json_t *again = measure_cases("6.12", "1", devices, G_N_ELEMENTS(devices));

	check_devices(result);
	assert_true(json_equal(json_object_get(result, "cases"), json_object_get(again, "cases")));
	json_decref(result);
	json_decref(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_is_told_and_who_waits),
		cmocka_unit_test(test_what_kvm_and_a_camera_get),
		cmocka_unit_test(test_what_becomes_of_a_device_s_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
