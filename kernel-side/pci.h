/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PCI devices that were given to this module to use: as who has memory that others map, and as who
 * maps it. Nothing is done to a device beside enabling it; it is not driven. One that is bound as
 * "pinbench-p2p" has p2pmem of one of its BARs as long as it is.
 */
#ifndef PINBENCH_MODULE_PCI_H
#define PINBENCH_MODULE_PCI_H

#include <linux/pci.h>
#include <linux/types.h>

struct pinbench_pci;

/*
 * The device at @address (PINBENCH_PCI_ADDRESS), bound to us until it is put: taking it away waits
 * so long. -ENODEV: there is none, or it is not bound to us.
 */
struct pinbench_pci *pinbench_pci_get(u32 address);
/* The same of one that has p2pmem. */
struct pinbench_pci *pinbench_pci_get_provider(u32 address);
/* Takes NULL. */
void pinbench_pci_put(struct pinbench_pci *device);

bool pinbench_pci_is_provider(const struct pinbench_pci *device);
struct pci_dev *pinbench_pci_dev(const struct pinbench_pci *device);
/* -EINVAL: it has no such BAR of memory, or not so much of it from @offset on. */
int pinbench_pci_check_bar(const struct pinbench_pci *device, u32 bar, u64 offset, u64 bytes);

#endif
