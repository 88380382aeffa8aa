/*
 * Memory that is mapped for devices, end to end on a real kernel: what VFIO and iommufd charge and
 * pin, behind each kind of IOMMU, and nothing without a device; what lies side by side is cheaper;
 * pages leave a CMA area for it; a driver's mappings; and the same figures again.
 */
#include <stdbool.h>
#include <string.h>
#include "tests/guest/harness.h"

#define MAP(iommu, api, page, layout)                                            \
	"iommu/map[iommu=" iommu ",api=" api ",domain=1,backing=anon,page=" page \
	",size=16m,layout=" layout ",call=whole]"
#define NOBODY                                                                      \
	"iommu/map[iommu=intel,api=iommufd,domain=0,backing=anon,page=4k,size=16m," \
	"layout=contiguous,call=whole]"
#define NO_GROUP                                                                  \
	"iommu/map[iommu=intel,api=type1,domain=0,backing=anon,page=4k,size=16m," \
	"layout=any,call=whole]"
#define MIGRATE(api) "iommu/migrate[api=" api ",size=16m]"
#define DRIVER(mode) "iommu/dma_map[iommu=intel,mode=" mode ",granule=1,direction=both]"
#define BAR(domain)  "iommu/bar[iommu=intel,domain=" domain ",size=2m]"

#define BYTES 16777216.
#define PAGES 4096.
/* Of newer kernels, which need not be there. */
#define NEWER "7.3"

static const char *const cases[] = {
	MAP("intel", "type1", "4k", "contiguous"),
	MAP("intel", "type1", "4k", "scattered"),
	MAP("intel", "iommufd", "4k", "contiguous"),
	MAP("intel", "iommufd", "4k", "scattered"),
	MAP("intel", "type1", "2m", "any"),
	MAP("intel", "iommufd", "2m", "any"),
	MAP("amd", "type1", "4k", "contiguous"),
	MAP("amd", "iommufd", "4k", "contiguous"),
	MAP("virtio", "type1", "4k", "contiguous"),
	MAP("virtio", "iommufd", "4k", "contiguous"),
	NOBODY,
	NO_GROUP,
	MIGRATE("type1"),
	MIGRATE("iommufd"),
	DRIVER("strict"),
	DRIVER("direct"),
	BAR("1"),
};

static const char *const newer_cases[] = {
	MAP("intel", "type1", "2m", "any"),
	MAP("intel", "iommufd", "2m", "any"),
	BAR("1"),
	BAR("0"),
};

/* All of it is pinned. Type 1 charges it as locked, iommufd as pinned. */
static void check_charged(const json_t *result, const char *id, double locked, double pinned)
{
	assert_outcome(result, id, "ok");
	assert_true(fact_in(result, id, "vm_lck_bytes") == locked);
	assert_true(fact_in(result, id, "vm_pin_bytes") == pinned);
	assert_true(fact_in(result, id, "pinned_pages") == (locked || pinned ? PAGES : 0));
}

static void check_accounts(const json_t *result)
{
	check_charged(result, MAP("intel", "type1", "4k", "contiguous"), BYTES, 0);
	check_charged(result, MAP("intel", "type1", "4k", "scattered"), BYTES, 0);
	check_charged(result, MAP("intel", "type1", "2m", "any"), BYTES, 0);
	check_charged(result, MAP("amd", "type1", "4k", "contiguous"), BYTES, 0);
	check_charged(result, MAP("virtio", "type1", "4k", "contiguous"), BYTES, 0);
	check_charged(result, MIGRATE("type1"), BYTES, 0);
	check_charged(result, MAP("intel", "iommufd", "4k", "contiguous"), 0, BYTES);
	check_charged(result, MAP("intel", "iommufd", "2m", "any"), 0, BYTES);
	check_charged(result, MAP("amd", "iommufd", "4k", "contiguous"), 0, BYTES);
	check_charged(result, MAP("virtio", "iommufd", "4k", "contiguous"), 0, BYTES);
	check_charged(result, MIGRATE("iommufd"), 0, BYTES);
	check_charged(result, NOBODY, 0, 0);
	assert_outcome(result, NO_GROUP, "skip");
	/* On 6.12. */
	assert_outcome(result, BAR("1"), "skip");
}

static void check_costs_of(const json_t *result, const char *contiguous, const char *scattered)
{
	assert_true(fact_in(result, contiguous, "contiguous_pieces") <= 8);
	assert_true(fact_in(result, scattered, "contiguous_pieces") == PAGES);
	assert_true(figure_in(result, scattered, "map") >
		    1.5 * figure_in(result, contiguous, "map"));
	assert_true(figure_in(result, scattered, "unmap") > figure_in(result, contiguous, "unmap"));
}

static void check_costs(const json_t *result)
{
	check_costs_of(result, MAP("intel", "type1", "4k", "contiguous"),
		       MAP("intel", "type1", "4k", "scattered"));
	check_costs_of(result, MAP("intel", "iommufd", "4k", "contiguous"),
		       MAP("intel", "iommufd", "4k", "scattered"));
	assert_true(figure_in(result, MAP("intel", "type1", "2m", "any"), "map") * 5 <
		    figure_in(result, MAP("intel", "type1", "4k", "contiguous"), "map"));
	/* Noted, and nothing else. */
	assert_true(figure_in(result, NOBODY, "map") < 1);
}

static void check_moved(const json_t *result, const char *id)
{
	assert_true(fact_in(result, id, "inside_pages_before") == PAGES);
	assert_true(fact_in(result, id, "inside_pages_after") == 0);
	assert_true(figure_in(result, id, "map_inside") > 5 * figure_in(result, id, "map_outside"));
}

static void test_what_is_pinned_and_charged(void **state)
{
	json_t *result = measure_cases("6.12", "2", cases, G_N_ELEMENTS(cases));
	json_t *again = measure_cases("6.12", "1", cases, G_N_ELEMENTS(cases));

	check_accounts(result);
	check_costs(result);
	check_moved(result, MIGRATE("type1"));
	check_moved(result, MIGRATE("iommufd"));
	assert_true(figure_in(result, DRIVER("strict"), "map") >
		    figure_in(result, DRIVER("direct"), "map"));
	assert_true(figure_in(result, DRIVER("strict"), "unmap") >
		    figure_in(result, DRIVER("direct"), "unmap"));
	assert_true(json_equal(json_object_get(result, "cases"), json_object_get(again, "cases")));
	json_decref(result);
	json_decref(again);
}

/* What is taken away costs more where somebody has it, and is not to be had any more. */
static void check_bar(const json_t *result)
{
	const json_t *facts = json_object_get(find_case(result, BAR("1")), "facts");

	assert_outcome(result, BAR("1"), "ok");
	assert_outcome(result, BAR("0"), "ok");
	assert_string_equal(text_at(facts, "mapping_while_revoked"), "No such device");
	assert_true(figure_in(result, BAR("1"), "revoke") >
		    figure_in(result, BAR("1"), "revoke_unmapped"));
	assert_true(figure_in(result, BAR("1"), "revoke_unmapped") >
		    figure_in(result, BAR("1"), "turn_off"));
	assert_true(figure_in(result, BAR("0"), "revoke") < figure_in(result, BAR("1"), "revoke"));
	assert_true(figure_in(result, BAR("0"), "map") < figure_in(result, BAR("1"), "map"));
}

/*
 * Building one more kernel takes minutes: where somebody has it, it is looked at. One with a patch
 * has another name.
 */
static bool is_built(const char *kernel)
{
	struct outcome o = pinbench("kernel", "list", NULL);
	g_autofree char *pattern = g_strdup_printf("(^|\\s)%s\\s", kernel);
	bool ret = g_regex_match_simple(pattern, o.out, G_REGEX_MULTILINE, 0);

	assert_status(&o, 0);
	outcome_clear(&o);
	return ret;
}

static void test_a_device_s_memory(void **state)
{
	json_t *result, *again;

	if (!is_built(NEWER))
		skip();
	result = measure_cases(NEWER, "2", newer_cases, G_N_ELEMENTS(newer_cases));
	again = measure_cases(NEWER, "1", newer_cases, G_N_ELEMENTS(newer_cases));
	check_charged(result, MAP("intel", "type1", "2m", "any"), BYTES, 0);
	check_charged(result, MAP("intel", "iommufd", "2m", "any"), 0, BYTES);
	check_bar(result);
	assert_true(json_equal(json_object_get(result, "cases"), json_object_get(again, "cases")));
	json_decref(result);
	json_decref(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_pinned_and_charged),
		cmocka_unit_test(test_a_device_s_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
