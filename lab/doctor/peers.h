/* Devices that could pass data to one another, P2P: what there is in a machine. Nothing is touched.
 */
#ifndef PINBENCH_LAB_DOCTOR_PEERS_H
#define PINBENCH_LAB_DOCTOR_PEERS_H

#include <jansson.h>

/*
 * Of the machine whose files are below @root ("": this one), free with json_decref:
 *   providers[]  memory that a driver gives out: device, id, driver, bytes, available_bytes,
 *                published
 *   cmbs[]       controller memory of NVMe: controller, device, bytes (0: not known), bar, uses
 *   bars[]       memory of devices that no driver has, 64 KiB or more, those that can be
 *                prefetched first: device, id, bar, bytes, prefetchable
 *   clients[]    NVMe namespaces: disk, device, bytes, and "held" if they are in use: by what
 *   pairs[]      each provider, CMB or BAR with each client that is not held and not itself:
 *                provider, client, meet: the device or host bridge below which both are; absent
 *                for none
 */
json_t *pb_doctor_peers(const char *root);

#endif
