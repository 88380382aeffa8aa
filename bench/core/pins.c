/* The kernel's count of pins: see pins.h. */
#include <errno.h>
#include "bench/core/pins.h"
#include "bench/core/sysfile.h"

int pins_read(struct bench_ctx *ctx, struct pins *ret_pins)
{
	if (vmstat_read("nr_foll_pin_acquired", &ret_pins->acquired) ||
	    vmstat_read("nr_foll_pin_released", &ret_pins->released))
		return bench_fail(ctx, ENOENT,
				  "/proc/vmstat has no nr_foll_pin_acquired to check pins against");
	return 0;
}

int pins_account(struct bench_ctx *ctx, const struct pins *before, struct pins *ret_pins)
{
	int err = pins_read(ctx, ret_pins);

	if (err)
		return err;
	ret_pins->acquired -= before->acquired;
	ret_pins->released -= before->released;
	bench_counter(ctx, "nr_foll_pin_acquired", (double)ret_pins->acquired, "region");
	bench_counter(ctx, "nr_foll_pin_released", (double)ret_pins->released, "region");
	if (ret_pins->acquired != ret_pins->released)
		return bench_fail(ctx, EPROTO, "%llu pins were taken and %llu given back",
				  (unsigned long long)ret_pins->acquired,
				  (unsigned long long)ret_pins->released);
	return 0;
}
