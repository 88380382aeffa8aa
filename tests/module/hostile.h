/* What the files of the hostile program share: one check is one line of output. */
#ifndef PINBENCH_TESTS_HOSTILE_H
#define PINBENCH_TESTS_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include "pinbench/uapi.h"

void check(const char *name, bool ok, const char *detail);
/* /dev/pinbench, or the end of the program. */
int device(void);
/* Room for the durations of many calls. */
struct pinbench_samples samples(void);
void check_no_pins(const char *name);
/* A request that must be refused with this errno, and leave no pins. */
void refuse(const char *name, int fd, unsigned long ioctl_number, void *request, int want);

/* hostile_counters.c: events of perf, that are some and that are none. The same @memory. */
void hostile_counters(char *memory, size_t pages);
/* hostile_memory.c: buffers, held pages and TEE devices. @memory has @pages pages, behind it none.
 */
void hostile_memory(char *memory, size_t pages);
/* hostile_sharing.c: shared buffers, odd mappings, subscribers. The same. */
void hostile_sharing(char *memory, size_t pages);
/* hostile_devices.c: a device's memory, and a device as importer, of a machine that has both. */
void hostile_devices(void);
/* hostile_p2p.c: the same two, as who provides memory and who reaches it; free again after it. */
void hostile_p2p(void);
/* The addresses of hostile_devices()' two, which are the module's from then on; 0: there are none.
 */
extern uint32_t provider, client;

/*
 * hostile_random.c: so many sequences of sharing, in random order, of processes that are killed
 * in between.
 */
void hostile_random(unsigned int seed, unsigned int sequences);

#endif
