/* CACHE/kernels/KEY/kernel.ini and the stamp beside it. Internal to lab/kernel/. */
#ifndef PINBENCH_LAB_KERNEL_CACHE_RECORD_H
#define PINBENCH_LAB_KERNEL_CACHE_RECORD_H

#include "lab/kernel/build.h"

/* A kernel whose paths follow from @directory and whose facts are not known yet. */
struct pb_kernel *pb_record_new(const char *directory);

/* What the finished build of @kernel says: release, hashes, sizes, date. */
int pb_record_measure(struct pb_kernel *kernel, GError **ret_error);

int pb_record_save(const struct pb_kernel *kernel, GError **ret_error);

/* kernel.ini below @directory, or NULL if it cannot be read. Free with pb_kernel_free. */
struct pb_kernel *pb_record_load(const char *directory);

/* The stamp is written last, so with it everything else is there. */
int pb_record_stamp(const struct pb_kernel *kernel, GError **ret_error);
bool pb_record_stamped(const char *directory);

/* Takes the stamp and every linked image away, so that make links them anew. */
int pb_record_invalidate(const struct pb_kernel *kernel, GError **ret_error);

/* Whether vmlinux and .config are still what the record says. */
bool pb_record_intact(const struct pb_kernel *kernel);

#endif
