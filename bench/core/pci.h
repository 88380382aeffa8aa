/*
 * PCI devices, by sysfs: finding one by what it is, and giving it to a driver for a while. What
 * another driver has is never taken from it.
 */
#ifndef PINBENCH_PCI_H
#define PINBENCH_PCI_H

#include <stdbool.h>
#include <stdint.h>
#include "pinbench/bench.h"

/* QEMU's device whose only purpose is its memory, BAR 2; and one that only takes DMA requests. */
#define PCI_IVSHMEM	0x1af41110u
#define PCI_IVSHMEM_BAR 2
#define PCI_EDU		0x123411e8u

struct pci_device {
	char name[16];	  /* "0000:00:02.0" */
	uint32_t address; /* PINBENCH_PCI_ADDRESS */
	bool is_given;	  /* to be taken back */
};

/* What the kernel calls a device, by its name: name and address alone. 0 or -EINVAL. */
int pci_parse_name(const char *name, struct pci_device *ret_device);

/* The others return as bench_skip() and bench_fail() do. */

/*
 * The first that is a @what (vendor and device) and nobody's, and @driver's from here on; a skip if
 * there is none. What is @driver's already, by somebody else or by a case that was killed, is left
 * so, unless the driver is this module's. pci_take_back() in any case.
 */
int pci_give(struct bench_ctx *ctx, uint32_t what, const char *driver,
	     struct pci_device *ret_device);
/* The same of the device @name, whatever it is; one that a driver has is a skip that says whose. */
int pci_give_named(struct bench_ctx *ctx, const char *name, const char *driver,
		   struct pci_device *ret_device);
/* Its largest BAR of memory, as the module's driver for providers chooses it. 0 to 5, or -ENODEV.
 */
int pci_largest_bar(const struct pci_device *device);
/* Takes a zeroed one. What has the device open must be closed before. */
void pci_take_back(struct pci_device *device);

#endif
