// SPDX-License-Identifier: GPL-2.0
/* The drivers, which bind what driver_override gives them: see pci.h. */
#include <linux/dma-mapping.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pci-p2pdma.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include "compat.h"
#include "family.h"
#include "pci.h"

struct pinbench_pci {
	struct list_head node;
	struct pci_dev *pdev;
	unsigned int users;
	bool is_provider;
	unsigned int max_seg_bytes; /* before it was ours */
};

static int p2p_bar = -1;
module_param(p2p_bar, int, 0600);
MODULE_PARM_DESC(p2p_bar, "the BAR of which pinbench-p2p makes p2pmem, -1 for the largest");

/* Guards the list and everybody's users; taken by who is about to wait, too. */
static DEFINE_SPINLOCK(devices_lock);
static LIST_HEAD(devices);
static DECLARE_WAIT_QUEUE_HEAD(unused);

static bool is_at(const struct pci_dev *pdev, u32 address)
{
	return address ==
	       ((u32)pci_domain_nr(pdev->bus) << 16 | (u32)pdev->bus->number << 8 | pdev->devfn);
}

static struct pinbench_pci *get(u32 address, bool as_provider)
{
	struct pinbench_pci *device, *found = ERR_PTR(-ENODEV);

	spin_lock(&devices_lock);
	list_for_each_entry(device, &devices, node)
	{
		if (!is_at(device->pdev, address) || (as_provider && !device->is_provider))
			continue;
		device->users++;
		found = device;
		break;
	}
	spin_unlock(&devices_lock);
	return found;
}

struct pinbench_pci *pinbench_pci_get(u32 address)
{
	return get(address, false);
}

struct pinbench_pci *pinbench_pci_get_provider(u32 address)
{
	return get(address, true);
}

void pinbench_pci_put(struct pinbench_pci *device)
{
	if (!device)
		return;
	spin_lock(&devices_lock);
	device->users--;
	/* Within the lock: remove() frees the device as soon as it sees no user. */
	wake_up_all(&unused);
	spin_unlock(&devices_lock);
}

bool pinbench_pci_is_provider(const struct pinbench_pci *device)
{
	return device->is_provider;
}

struct pci_dev *pinbench_pci_dev(const struct pinbench_pci *device)
{
	return device->pdev;
}

int pinbench_pci_check_bar(const struct pinbench_pci *device, u32 bar, u64 offset, u64 bytes)
{
	u64 all;

	if (bar >= PCI_STD_NUM_BARS || !(pci_resource_flags(device->pdev, bar) & IORESOURCE_MEM))
		return -EINVAL;
	all = pci_resource_len(device->pdev, bar);
	return bytes > all || offset > all - bytes ? -EINVAL : 0;
}

static int prepare(struct pci_dev *pdev)
{
	int err = pci_enable_device_mem(pdev);

	if (err)
		return err;
	/* Whoever else uses a BAR has asked for it. */
	err = pci_request_regions(pdev, KBUILD_MODNAME);
	if (err)
		goto disable;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (!err)
		err = compat_p2pdma_init(pdev);
	if (!err)
		return 0;
	pci_release_regions(pdev);
disable:
	pci_disable_device(pdev);
	return err;
}

static void settle(struct pci_dev *pdev)
{
	pci_release_regions(pdev);
	pci_disable_device(pdev);
}

static int add(struct pci_dev *pdev, bool is_provider)
{
	struct pinbench_pci *device = kzalloc(sizeof(*device), GFP_KERNEL);

	if (!device)
		return -ENOMEM;
	device->pdev = pdev;
	device->is_provider = is_provider;
	device->max_seg_bytes = dma_get_max_seg_size(&pdev->dev);
	/* A segment is as long as it is: no table is split or merged for the device's sake. */
	dma_set_max_seg_size(&pdev->dev, UINT_MAX);
	pci_set_drvdata(pdev, device);
	spin_lock(&devices_lock);
	list_add_tail(&device->node, &devices);
	spin_unlock(&devices_lock);
	return 0;
}

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = prepare(pdev);

	if (err)
		return err;
	err = add(pdev, false);
	if (err)
		settle(pdev);
	return err;
}

static int choose_bar(const struct pci_dev *pdev)
{
	int bar, best = p2p_bar;

	if (best >= PCI_STD_NUM_BARS)
		return -EINVAL;
	for (bar = 0; p2p_bar < 0 && bar < PCI_STD_NUM_BARS; bar++) {
		if (pci_resource_flags(pdev, bar) & IORESOURCE_MEM &&
		    (best < 0 || pci_resource_len(pdev, bar) > pci_resource_len(pdev, best)))
			best = bar;
	}
	return best < 0 ? -ENODEV : best;
}

/* What it adds goes when the driver does, after remove(): it waits for who has pages of it. */
static int probe_provider(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int bar = choose_bar(pdev), err;

	if (bar < 0)
		return bar;
	err = prepare(pdev);
	if (err)
		return err;
	err = pci_p2pdma_add_resource(pdev, bar, 0, 0);
	if (err)
		goto settle;
	err = add(pdev, true);
	if (err)
		goto settle;
	pci_p2pmem_publish(pdev, true);
	return 0;
settle:
	settle(pdev);
	return err;
}

static bool is_unused(struct pinbench_pci *device)
{
	bool unused;

	spin_lock(&devices_lock);
	unused = !device->users;
	spin_unlock(&devices_lock);
	return unused;
}

/* Buffers of its memory and importers that are it keep it: their files must be closed before. */
static void remove(struct pci_dev *pdev)
{
	struct pinbench_pci *device = pci_get_drvdata(pdev);

	spin_lock(&devices_lock);
	list_del(&device->node);
	spin_unlock(&devices_lock);
	wait_event(unused, is_unused(device));
	dma_set_max_seg_size(&pdev->dev, device->max_seg_bytes);
	settle(pdev);
	kfree(device);
}

static struct pci_driver driver = {
	.name = KBUILD_MODNAME,
	.probe = probe,
	.remove = remove,
};

static struct pci_driver provider_driver = {
	.name = KBUILD_MODNAME "-p2p",
	.probe = probe_provider,
	.remove = remove,
};

static int pci_init(void)
{
	int err = pci_register_driver(&driver);

	if (err)
		return err;
	err = pci_register_driver(&provider_driver);
	if (err)
		pci_unregister_driver(&driver);
	return err;
}

static void pci_exit(void)
{
	pci_unregister_driver(&provider_driver);
	pci_unregister_driver(&driver);
}

const struct pinbench_family pinbench_family_pci = {
	.name = "pci",
	.init = pci_init,
	.exit = pci_exit,
};
