/*
 * gup/pin_fast: What pin_user_pages_fast() costs per page, and unpin_user_pages() after it
 *
 * Timed: the calls of pin_user_pages_fast(), then the calls of unpin_user_pages().
 * Excluded: faulting the memory in, the clock.
 * Path: pin_user_pages_fast() -> gup_fast_fallback() -> gup_fast_pte_range(), or the slow path
 */
#include "bench/gup/gup.h"

static const struct gup_spec spec = {
	.acquire_function = "pin_user_pages_fast",
	.release_function = "unpin_user_pages",
	.acquire = PINBENCH_GUP_PIN_FAST,
	.release = PINBENCH_GUP_UNPIN,
	.acquire_metrics = &gup_metrics_pin,
	.release_metrics = &gup_metrics_unpin,
};

const struct bench bench_gup_pin_fast = {
	.name = "gup/pin_fast",
	.summary = "What pin_user_pages_fast() costs per page, and unpin_user_pages() after it",
	.path = "pin_user_pages_fast() -> gup_fast_fallback() -> gup_fast_pte_range(), or the slow "
		"path",
	.inside = "the calls of pin_user_pages_fast(), then the calls of unpin_user_pages()",
	.outside = GUP_OUTSIDE,
	.metrics = gup_pin_then_unpin,
	.params = gup_params_pin,
	.needs = BENCH_NEEDS_MODULE,
	.setup = gup_setup,
	.run = gup_run,
	.teardown = gup_teardown,
	.data = &spec,
};
