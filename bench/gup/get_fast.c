/*
 * gup/get_fast: What get_user_pages_fast() costs per page, and put_page() after it
 *
 * Timed: the calls of get_user_pages_fast(), then the calls of put_page().
 * Excluded: faulting the memory in, the clock.
 * Path: get_user_pages_fast() -> gup_fast_fallback() -> gup_fast_pte_range(), or the slow path
 */
#include "bench/gup/gup.h"

static const struct gup_spec spec = {
	.acquire_function = "get_user_pages_fast",
	.release_function = "put_page",
	.acquire = PINBENCH_GUP_GET_FAST,
	.release = PINBENCH_GUP_PUT_PAGE,
	.acquire_metrics = &gup_metrics_get,
	.release_metrics = &gup_metrics_put,
};

const struct bench bench_gup_get_fast = {
	.name = "gup/get_fast",
	.summary = "What get_user_pages_fast() costs per page, and put_page() after it",
	.path = "get_user_pages_fast() -> gup_fast_fallback() -> gup_fast_pte_range(), or the slow "
		"path",
	.inside = "the calls of get_user_pages_fast(), then the calls of put_page()",
	.outside = GUP_OUTSIDE,
	.metrics = gup_get_then_put,
	.params = gup_params_get,
	.needs = BENCH_NEEDS_MODULE,
	.setup = gup_setup,
	.run = gup_run,
	.teardown = gup_teardown,
	.data = &spec,
};
