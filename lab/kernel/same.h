/* Whether two kernels would do the same. */
#ifndef PINBENCH_LAB_KERNEL_SAME_H
#define PINBENCH_LAB_KERNEL_SAME_H

#include "lab/kernel/build.h"

/*
 * *ret_same: code (.text), constants (.rodata) and initialised data (.data) of the two are
 * the same bytes. Line numbers, which a comment moves too, lie elsewhere (__bug_table).
 */
int pb_kernel_same_code(const struct pb_kernel *one, const struct pb_kernel *other, bool *ret_same,
			GError **ret_error);

#endif
