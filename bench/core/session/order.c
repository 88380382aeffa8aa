/* The order of a round: see order.h. */
#include "bench/core/session/order.h"

/* SplitMix64: S. Vigna's constants; any generator that is the same everywhere would do. */
static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* Fisher and Yates. */
void order_draw(size_t *ret_order, size_t count, uint32_t round)
{
	uint64_t state = ORDER_SEED + (uint64_t)round;

	for (size_t i = 0; i < count; i++)
		ret_order[i] = i;
	for (size_t i = count; i > 1; i--) {
		size_t k = (size_t)(next(&state) % i), last = ret_order[i - 1];

		ret_order[i - 1] = ret_order[k];
		ret_order[k] = last;
	}
}
