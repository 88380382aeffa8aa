/* The kernel's count of pins: see pins.h. */
#include <errno.h>
#include <time.h>
#include "bench/core/pins.h"
#include "bench/core/sysfile.h"

#define LOOKS	      100
#define LOOK_AGAIN_NS 10000000

int pins_read(struct bench_ctx *ctx, struct pins *ret_pins)
{
	if (vmstat_read("nr_foll_pin_acquired", &ret_pins->acquired) ||
	    vmstat_read("nr_foll_pin_released", &ret_pins->released))
		return bench_fail(ctx, ENOENT,
				  "/proc/vmstat has no nr_foll_pin_acquired to check pins against");
	return 0;
}

static int since(struct bench_ctx *ctx, const struct pins *before, struct pins *ret_pins)
{
	int err = pins_read(ctx, ret_pins);

	if (err)
		return err;
	ret_pins->acquired -= before->acquired;
	ret_pins->released -= before->released;
	return 0;
}

static int account(struct bench_ctx *ctx, const struct pins *pins)
{
	bench_counter(ctx, "nr_foll_pin_acquired", (double)pins->acquired, "region");
	bench_counter(ctx, "nr_foll_pin_released", (double)pins->released, "region");
	return pins_judge(ctx, (int64_t)(pins->acquired - pins->released),
			  "pins more were taken than given back");
}

int pins_account(struct bench_ctx *ctx, const struct pins *before, struct pins *ret_pins)
{
	int err = since(ctx, before, ret_pins);

	return err ? err : account(ctx, ret_pins);
}

int pins_account_among_others(struct bench_ctx *ctx, const struct pins *before,
			      struct pins *ret_pins)
{
	struct timespec pause = {.tv_nsec = LOOK_AGAIN_NS};
	int err = since(ctx, before, ret_pins);

	for (int i = 0; !err && i < LOOKS && ret_pins->acquired != ret_pins->released; i++) {
		nanosleep(&pause, NULL);
		err = since(ctx, before, ret_pins);
	}
	return err ? err : account(ctx, ret_pins);
}

int pins_judge(struct bench_ctx *ctx, int64_t held, const char *what)
{
	if (!held)
		return 0;
	if (!bench_shares_machine(ctx))
		return bench_fail(ctx, EPROTO, "%lld %s", (long long)held, what);
	bench_fact_number(ctx, "pins_of_others", (double)held);
	return 0;
}
