/*
 * gup/pin_remote: What pin_user_pages_remote() costs per page, on the caller's own mm
 *
 * Timed: the calls of pin_user_pages_remote(), then the calls of unpin_user_pages().
 * Excluded: faulting the memory in, the clock.
 * Path: pin_user_pages_remote() -> __gup_longterm_locked() with FOLL_REMOTE
 */
#include "bench/gup/gup.h"

static const struct gup_spec spec = {
	.acquire_function = "pin_user_pages_remote",
	.release_function = "unpin_user_pages",
	.acquire = PINBENCH_GUP_PIN_REMOTE,
	.release = PINBENCH_GUP_UNPIN,
	.acquire_metrics = &gup_metrics_pin,
	.release_metrics = &gup_metrics_unpin,
};

const struct bench bench_gup_pin_remote = {
	.name = "gup/pin_remote",
	.summary = "What pin_user_pages_remote() costs per page, on the caller's own mm",
	.path = "pin_user_pages_remote() -> __gup_longterm_locked() with FOLL_REMOTE",
	.inside = "the calls of pin_user_pages_remote(), then the calls of unpin_user_pages()",
	.outside = GUP_OUTSIDE,
	.metrics = gup_pin_then_unpin,
	.params = gup_params_pin,
	.needs = BENCH_NEEDS_MODULE,
	.setup = gup_setup,
	.run = gup_run,
	.teardown = gup_teardown,
	.data = &spec,
};
