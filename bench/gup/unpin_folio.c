/*
 * gup/unpin_folio: What unpin_user_folio() costs per page; one call takes the pages of one folio
 *
 * Timed: the calls of unpin_user_folio().
 * Excluded: faulting the memory in, the clock.
 * Path: unpin_user_folio() -> gup_put_folio()
 */
#include "bench/gup/gup.h"

static const struct gup_spec spec = {
	.acquire_function = "pin_user_pages_fast",
	.release_function = "unpin_user_folio",
	.acquire = PINBENCH_GUP_PIN_FAST,
	.release = PINBENCH_GUP_UNPIN_FOLIO,
	.acquire_metrics = NULL,
	.release_metrics = &gup_metrics_unpin,
};

const struct bench bench_gup_unpin_folio = {
	.name = "gup/unpin_folio",
	.summary = "What unpin_user_folio() costs per page; one call takes the pages of one folio",
	.path = "unpin_user_folio() -> gup_put_folio()",
	.inside = "the calls of unpin_user_folio()",
	.outside = GUP_OUTSIDE,
	.metrics = gup_unpin_alone,
	.params = gup_params_pin,
	.needs = BENCH_NEEDS_MODULE,
	.setup = gup_setup,
	.run = gup_run,
	.teardown = gup_teardown,
	.data = &spec,
};
