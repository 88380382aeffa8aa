/* Measured regions: see region.h. */
#include "lab/guest/plugin/region.h"
#include "pinbench/marker.h"

bool region_is_open;

static const struct region_counter *counter;
static bool is_armed;
static int region;
static uint64_t calls[PINBENCH_REGIONS];

void region_init(const struct region_counter *the_counter)
{
	counter = the_counter;
}

static void begin(void)
{
	is_armed = true;
	region_is_open = false;
}

static void end(void)
{
	if (!region_is_open)
		return;
	region_is_open = false;
	counter->close(region);
	calls[region]++;
}

void region_at_marker(uint32_t marker)
{
	if (marker == PINBENCH_MARKER_BEGIN)
		begin();
	else if (marker == PINBENCH_MARKER_END)
		end();
	else
		region = (int)(marker - PINBENCH_MARKER_REGION);
}

void region_at_clock(const struct block *block, struct block *rest)
{
	if (is_armed) {
		is_armed = false;
		region_is_open = true;
		counter->open(region, block, rest);
	} else if (region_is_open) {
		counter->clock(rest);
	}
}

uint64_t region_calls(int number)
{
	return calls[number];
}
