/*
 * gup/memfd_pin_folios: What memfd_pin_folios() costs per page, and unpin_folios() after it
 *
 * Timed: the calls of memfd_pin_folios(), then the calls of unpin_folios().
 * Excluded: faulting the memory in, the clock.
 * Path: memfd_pin_folios() -> filemap_get_folios_contig() -> try_grab_folio()
 */
#include "bench/gup/gup.h"

static const struct gup_spec spec = {
	.acquire_function = "memfd_pin_folios",
	.release_function = "unpin_folios",
	.acquire = PINBENCH_GUP_MEMFD_PIN_FOLIOS,
	.release = PINBENCH_GUP_UNPIN_FOLIOS,
	.acquire_metrics = &gup_metrics_pin,
	.release_metrics = &gup_metrics_unpin,
};

const struct bench bench_gup_memfd_pin_folios = {
	.name = "gup/memfd_pin_folios",
	.summary = "What memfd_pin_folios() costs per page, and unpin_folios() after it",
	.path = "memfd_pin_folios() -> filemap_get_folios_contig() -> try_grab_folio()",
	.inside = "the calls of memfd_pin_folios(), then the calls of unpin_folios()",
	.outside = GUP_OUTSIDE,
	.metrics = gup_pin_then_unpin,
	.params = gup_params_memfd,
	.needs = BENCH_NEEDS_MODULE,
	.setup = gup_setup,
	.run = gup_run,
	.teardown = gup_teardown,
	.data = &spec,
};
