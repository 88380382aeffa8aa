/* The functions of an object and what tells them apart. Internal to lab/kernel/changed/. */
#ifndef PINBENCH_LAB_KERNEL_CHANGED_FUNCTION_H
#define PINBENCH_LAB_KERNEL_CHANGED_FUNCTION_H

#include "lab/kernel/changed/object.h"

#define PB_READINGS 4

struct pb_function {
	char *name;
	char *variant; /* pb_variant_name() of it */
	guint64 start; /* within its section */
	guint64 bytes;
	bool paired; /* for the caller */
	/*
	 * One for each way to read what is ambiguous, see enum pb_describe_flags. It is the
	 * same code if there is a way in which it is.
	 */
	guint8 digests[PB_READINGS][PB_DIGEST_BYTES];
};

/*
 * The functions of the object at @contents, which was read from @path: a list of struct
 * pb_function sorted by name for the caller to unref. Empty for what was linked of several
 * objects. Errors as of pb_object_read().
 */
int pb_functions_read(const char *path, const char *contents, gsize bytes,
		      GPtrArray **ret_functions, GError **ret_error);

#endif
