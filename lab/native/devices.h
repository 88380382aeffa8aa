/* Devices that the user names for a run. */
#ifndef PINBENCH_LAB_NATIVE_DEVICES_H
#define PINBENCH_LAB_NATIVE_DEVICES_H

#include <glib.h>

/*
 * @devices: ROLE=NAME, NULL-terminated; NULL is none. Refused, with PB_EXIT_USAGE and what holds
 * it, is a block device that is mounted, swapped to, part of another or has a part that is, carries
 * a filesystem or any other signature that somebody gave a name to, or cannot be had for oneself.
 */
int pb_native_check_devices(const char *const *devices, GError **ret_error);

#endif
