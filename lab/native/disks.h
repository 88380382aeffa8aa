/* NVMe namespaces, and whether somebody uses them. */
#ifndef PINBENCH_LAB_NATIVE_DISKS_H
#define PINBENCH_LAB_NATIVE_DISKS_H

#include <jansson.h>

/*
 * clients[] of peers.h. A disk is held if it, or a part of it, is mounted, is swapped to, or has
 * another block device on top of it; of this machine also if it cannot be opened for oneself alone,
 * and if that cannot be tried. Free with json_decref.
 */
json_t *pb_doctor_disks(const char *root);

/*
 * Why the block device @disk ("nvme0n1", "sda1") of this machine is held, as above; NULL if it is
 * not. To be freed.
 */
char *pb_disk_held(const char *disk);

#endif
