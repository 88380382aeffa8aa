/*
 * Results that nobody measured, for the tests of a history: as many as are wanted, with steps,
 * spikes and noise where they are wanted.
 */
#ifndef PINBENCH_TESTS_HISTORY_MADE_H
#define PINBENCH_TESTS_HISTORY_MADE_H

#include <glib.h>
#include <jansson.h>

/* Small, quick and the same everywhere: not for figures that anybody measures. */
struct made_noise {
	guint64 state;
};
/* Of a normal distribution, mean 0 and deviation 1. */
double made_normal(struct made_noise *noise);

struct made_result {
	const char *release; /* "7.3.0" */
	const char *spec;
	const char *text_sha256; /* of the kernel */
	const char *started;	 /* ISO 8601; NULL: by the number of the run */
	const char *evidence;	 /* PB_EVIDENCE_* */
	const char *toolchain;	 /* NULL: the usual one */
	const char *emulator;	 /* NULL: the usual one */
	const char *commit;	 /* of pinbench; NULL: the usual one */
	guint run;
	guint series;  /* cases, of one metric each */
	guint skipped; /* further ones, without */
	/* The figure of a case. */
	double (*value)(const struct made_result *result, guint series, void *context);
	void *context;
};

/* The document; the caller owns it. */
json_t *made_document(const struct made_result *result);

/* The same as @directory/result.json. 0, or -1 with a message on stderr. */
int made_write(const struct made_result *result, const char *directory);

#endif
