/* One case out of its rounds: what the result says of it. */
#ifndef PINBENCH_BENCH_SESSION_MERGE_H
#define PINBENCH_BENCH_SESSION_MERGE_H

#include <jansson.h>
#include <stddef.h>

/*
 * The member of cases[] out of @rounds[0..@count - 1], the case as each round gave it, in order:
 * the sample lists side by side, with median, min and max. It is ok only if every round was; else
 * it is the first round's that was not. Counters and facts are the first round's. @count is 1 or
 * more, no round is NULL. Ownership goes to the caller.
 */
json_t *merge_rounds(json_t *const *rounds, size_t count);

/* The median of a list of numbers, the mean of the two middle ones of an even number; NAN of none.
 */
double merge_median(const json_t *numbers);

#endif
