/*
 * gup/unpin_range_dirty_lock: What unpin_user_page_range_dirty_lock() costs per page; one
 * call takes one run of physically contiguous pages
 *
 * Timed: the calls of unpin_user_page_range_dirty_lock(..., true).
 * Excluded: faulting the memory in, the clock.
 * Path: unpin_user_page_range_dirty_lock() -> folio_mark_dirty(), gup_put_folio()
 */
#include "bench/gup/gup.h"

static const struct gup_spec spec = {
	.acquire_function = "pin_user_pages_fast",
	.release_function = "unpin_user_page_range_dirty_lock",
	.acquire = PINBENCH_GUP_PIN_FAST,
	.release = PINBENCH_GUP_UNPIN_RANGE_DIRTY_LOCK,
	.acquire_metrics = NULL,
	.release_metrics = &gup_metrics_unpin,
};

const struct bench bench_gup_unpin_range_dirty_lock = {
	.name = "gup/unpin_range_dirty_lock",
	.summary = "What unpin_user_page_range_dirty_lock() costs per page; one call takes one run "
		   "of physically contiguous pages",
	.path = "unpin_user_page_range_dirty_lock() -> folio_mark_dirty(), gup_put_folio()",
	.inside = "the calls of unpin_user_page_range_dirty_lock(..., true)",
	.outside = GUP_OUTSIDE,
	.metrics = gup_unpin_alone,
	.params = gup_params_pin,
	.needs = BENCH_NEEDS_MODULE,
	.setup = gup_setup,
	.run = gup_run,
	.teardown = gup_teardown,
	.data = &spec,
};
