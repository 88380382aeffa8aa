/* What `perf script -F ip,sym,dso` prints: one stack a sample. */
#ifndef PINBENCH_LAB_NATIVE_STACKS_H
#define PINBENCH_LAB_NATIVE_STACKS_H

#include <glib.h>

/* A function in a stack. Strings live as long as the struct pb_stacks. */
struct pb_frame {
	const char *name;  /* folded: without .isra.0 and the like */
	const char *file;  /* of another module than ours "[nvme]"; else "" */
	const char *where; /* as in a profile: "kernel", "module", "user"; "" of unknown code */
};

struct pb_stack {
	guint first; /* of frames */
	guint count;
};

struct pb_stacks {
	GStringChunk *strings;
	GArray *frames; /* struct pb_frame, of each stack the outermost caller first */
	GArray *stacks; /* struct pb_stack, one a sample; none is empty */
};
typedef struct pb_stacks pb_stacks;

/*
 * Reads @text. Lines that say whose a sample is, and comments, are skipped. -EINVAL if it has no
 * sample, has a line that is none of these, or ends in the middle of one.
 */
int pb_stacks_read(const char *text, struct pb_stacks **ret_stacks, GError **ret_error);
/* Takes NULL. */
void pb_stacks_free(struct pb_stacks *stacks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_stacks, pb_stacks_free)

#endif
