/*
 * gup/pin_unlocked: What pin_user_pages_unlocked() costs per page: the slow path, taking
 * mmap_lock itself
 *
 * Timed: the calls of pin_user_pages_unlocked() with its mmap_lock, then the calls of
 * unpin_user_pages().
 * Excluded: faulting the memory in, the clock.
 * Path: pin_user_pages_unlocked() -> __gup_longterm_locked() -> __get_user_pages()
 */
#include "bench/gup/gup.h"

static const struct gup_spec spec = {
	.acquire_function = "pin_user_pages_unlocked",
	.release_function = "unpin_user_pages",
	.acquire = PINBENCH_GUP_PIN_UNLOCKED,
	.release = PINBENCH_GUP_UNPIN,
	.acquire_metrics = &gup_metrics_pin,
	.release_metrics = &gup_metrics_unpin,
};

const struct bench bench_gup_pin_unlocked = {
	.name = "gup/pin_unlocked",
	.summary = "What pin_user_pages_unlocked() costs per page: the slow path, taking mmap_lock "
		   "itself",
	.path = "pin_user_pages_unlocked() -> __gup_longterm_locked() -> __get_user_pages()",
	.inside = "the calls of pin_user_pages_unlocked() with its mmap_lock, then the calls of "
		  "unpin_user_pages()",
	.outside = GUP_OUTSIDE,
	.metrics = gup_pin_then_unpin,
	.params = gup_params_pin,
	.needs = BENCH_NEEDS_MODULE,
	.setup = gup_setup,
	.run = gup_run,
	.teardown = gup_teardown,
	.data = &spec,
};
