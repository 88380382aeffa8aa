/* What a release has so far: in the history, and in its own files. */
#ifndef PINBENCH_LAB_RELEASE_KEEP_H
#define PINBENCH_LAB_RELEASE_KEEP_H

#include "lab/release/kernels.h"
#include "lab/release/release.h"
#include "lab/run/document.h"
#include "reports/history/store.h"

struct pb_release_keeper {
	const struct pb_release_options *options;
	const GPtrArray *kernels; /* struct pb_release_kernel */
	struct pb_store *own;	  /* of these kernels alone, in memory: what the table is made of */
	struct pb_document_times times;
};

/* Whether there is a history that can be written to, before hours are spent on what goes there. */
int pb_release_keeper_open(struct pb_release_keeper *keeper, GError **ret_error);
void pb_release_keeper_close(struct pb_release_keeper *keeper);

/* Adds the result of @kernel, if it is finished; it fails if that cannot be done. */
void pb_release_keep_result(struct pb_release_keeper *keeper, struct pb_release_kernel *kernel);

/* Writes release.json and its reports. */
int pb_release_keep_files(struct pb_release_keeper *keeper, GError **ret_error);

#endif
