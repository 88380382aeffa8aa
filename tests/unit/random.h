/* Synthetic timed boots for tests: seeded, and by another generator's code than what is tested. */
#ifndef PINBENCH_TESTS_RANDOM_H
#define PINBENCH_TESTS_RANDOM_H

#include <math.h>
#include <glib.h>

#include "reports/stats/paired.h"

/* Figures around 100; spreads are standard deviations of the ln. */
#define RANDOM_LEVEL 100.0

#define RANDOM_MAX_PAIRS   64
#define RANDOM_MAX_SAMPLES 32

struct random_boots {
	struct pb_boot_pair pairs[RANDOM_MAX_PAIRS];
	double samples[RANDOM_MAX_PAIRS][2][RANDOM_MAX_SAMPLES];
};

/* A standard normal deviate (G. E. P. Box and M. E. Muller 1958). */
static inline double random_normal(GRand *rand)
{
	double u = 1 - g_rand_double(rand), v = g_rand_double(rand);

	return sqrt(-2 * log(u)) * cos(2 * G_PI * v);
}

/*
 * @pairs of boots with @samples each: a boot has its own offset of @between, each sample another
 * of @within, and the patched ones @ln more.
 */
static inline void random_fill(struct random_boots *boots, GRand *rand, size_t pairs,
			       size_t samples, double between, double within, double ln)
{
	for (size_t i = 0; i < pairs; i++) {
		for (size_t side = 0; side < 2; side++) {
			double *to = boots->samples[i][side];
			double offset = between * random_normal(rand) + (side ? ln : 0);

			for (size_t k = 0; k < samples; k++)
				to[k] = RANDOM_LEVEL * exp(offset + within * random_normal(rand));
		}
		boots->pairs[i] = (struct pb_boot_pair){
			{boots->samples[i][0], samples},
			{boots->samples[i][1], samples},
		};
	}
}

#endif
