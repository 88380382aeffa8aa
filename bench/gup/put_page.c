/*
 * gup/put_page: What put_page() costs per page after get_user_pages_fast()
 *
 * Timed: the calls of put_page(), one batch of pages between two readings of the clock.
 * Excluded: faulting the memory in, the clock.
 * Path: put_page() -> folio_put()
 */
#include "bench/gup/gup.h"

static const struct gup_spec spec = {
	.acquire_function = "get_user_pages_fast",
	.release_function = "put_page",
	.acquire = PINBENCH_GUP_GET_FAST,
	.release = PINBENCH_GUP_PUT_PAGE,
	.acquire_metrics = NULL,
	.release_metrics = &gup_metrics_put,
};

const struct bench bench_gup_put_page = {
	.name = "gup/put_page",
	.summary = "What put_page() costs per page after get_user_pages_fast()",
	.path = "put_page() -> folio_put()",
	.inside = "the calls of put_page(), one batch of pages between two readings of the clock",
	.outside = GUP_OUTSIDE,
	.metrics = gup_put_alone,
	.params = gup_params_get,
	.needs = BENCH_NEEDS_MODULE,
	.setup = gup_setup,
	.run = gup_run,
	.teardown = gup_teardown,
	.data = &spec,
};
