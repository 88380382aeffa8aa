/*
 * Writes results that nobody measured, for trying a history of any size:
 *
 *	make_results DIR RUNS SERIES [FIRST]
 *
 * DIR/00000 and so on, from run FIRST (0) on. Of timed evidence, with 0.3 % of noise; every tenth
 * series has a step of 1 % in the middle of 10,000 runs, every seventh a spike. A release lasts for
 * 250 runs.
 */
#include <stdio.h>
#include <stdlib.h>

#include "pinbench/result.h"
#include "tests/history/made.h"

#define RUNS_OF_A_RELEASE 250
#define STEP_RUN	  5000
#define NOISE		  0.003

static double value(const struct made_result *r, guint series, void *context)
{
	double level = 50 + series * 3;

	if (series % 10 == 0 && r->run >= STEP_RUN)
		level *= 1.01;
	if (series % 7 == 3 && r->run % 1000 == 500)
		level *= 1.2;
	return level * (1 + NOISE * made_normal(context));
}

static int make(const char *directory, guint run, guint series)
{
	guint release = run / RUNS_OF_A_RELEASE;
	g_autofree char *path = g_strdup_printf("%s/%05u", directory, run);
	g_autofree char *name = g_strdup_printf("%u.%u.0", 6 + release / 20, release % 20);
	g_autofree char *text = g_strdup_printf("%064x", run + 1);
	struct made_noise noise = {.state = 88172645463325252ull + run * 7919ull};
	const struct made_result r = {
		.release = name,
		.spec = name,
		.text_sha256 = text,
		.evidence = PB_EVIDENCE_TIMED,
		.run = run,
		.series = series,
		.skipped = 3,
		.value = value,
		.context = &noise,
	};

	return made_write(&r, path);
}

int main(int argc, char **argv)
{
	guint runs, series, first;

	if (argc < 4) {
		fputs("usage: make_results DIR RUNS SERIES [FIRST]\n", stderr);
		return 2;
	}
	runs = (guint)atoi(argv[2]);
	series = (guint)atoi(argv[3]);
	first = argc > 4 ? (guint)atoi(argv[4]) : 0;
	for (guint run = first; run < first + runs; run++) {
		if (make(argv[1], run, series))
			return 3;
	}
	return 0;
}
