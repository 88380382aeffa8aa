/*
 * Guests in the cache: an initramfs and the state of the machine booted with it,
 * under an address made of everything that they were made from.
 */
#ifndef PINBENCH_LAB_GUEST_IMAGE_H
#define PINBENCH_LAB_GUEST_IMAGE_H

#include "lab/guest/guest.h"
#include "lab/guest/machine.h"
#include "lab/kernel/build.h"
#include "lab/util/progress.h"

struct pb_image {
	char *directory; /* CACHE/guests/KEY */
	char *initramfs;
	char *initramfs_sha256;
	char *snapshot;	    /* NULL: this machine is not snapshotted */
	char *boot_console; /* the console of the boot that the snapshot was taken of */
	char *boot_events;  /* what came out of the port in that boot: where modules lie */
};
typedef struct pb_image pb_image;

/* The programs that go into a guest. */
struct pb_image_parts {
	const char *init;
	const char *agent;
	const char *module;
};

/*
 * From the cache, or made now; older ones that nobody used for a while are dropped. A machine
 * that does not boot is an answer in *ret_end (pb_guest_end_clear()), not an error: the
 * image then has no more than its console.
 */
int pb_image_get(const struct pb_kernel *kernel, const struct pb_machine *machine,
		 const struct pb_image_parts *parts, guint hang_seconds,
		 struct pb_progress *progress, struct pb_image **ret_image,
		 struct pb_guest_end *ret_end, GError **ret_error);
void pb_image_free(struct pb_image *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_image, pb_image_free)

#endif
