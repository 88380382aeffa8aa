/*
 * gup/get_fast_only: What get_user_pages_fast_only() costs per page: the fast path without
 * a fallback
 *
 * Timed: the calls of get_user_pages_fast_only(), then the calls of put_page().
 * Excluded: faulting the memory in, the clock.
 * Path: get_user_pages_fast_only() -> gup_fast_fallback() with FOLL_FAST_ONLY
 */
#include "bench/gup/gup.h"

static const struct gup_spec spec = {
	.acquire_function = "get_user_pages_fast_only",
	.release_function = "put_page",
	.acquire = PINBENCH_GUP_GET_FAST_ONLY,
	.release = PINBENCH_GUP_PUT_PAGE,
	.acquire_metrics = &gup_metrics_get,
	.release_metrics = &gup_metrics_put,
};

const struct bench bench_gup_get_fast_only = {
	.name = "gup/get_fast_only",
	.summary =
		"What get_user_pages_fast_only() costs per page: the fast path without a fallback",
	.path = "get_user_pages_fast_only() -> gup_fast_fallback() with FOLL_FAST_ONLY",
	.inside = "the calls of get_user_pages_fast_only(), then the calls of put_page()",
	.outside = GUP_OUTSIDE,
	.metrics = gup_get_then_put,
	.params = gup_params_get,
	.needs = BENCH_NEEDS_MODULE,
	.setup = gup_setup,
	.run = gup_run,
	.teardown = gup_teardown,
	.data = &spec,
};
