// SPDX-License-Identifier: GPL-2.0
/*
 * Family dmabuf: its ioctls. Buffers are files, and go as files do; importers belong to the open
 * file of /dev/pinbench that made them.
 */
#include <linux/slab.h>
#include "../compat.h"
#include "dmabuf.h"

COMPAT_IMPORT_DMA_BUF;

static void *dmabuf_open(void)
{
	return kzalloc(sizeof(struct dmabuf_state), GFP_KERNEL);
}

static void dmabuf_close(void *state)
{
	importers_detach(state);
	kfree(state);
}

static const struct pinbench_command commands[] = {
	{PINBENCH_IOC_DMABUF_EXPORT, dmabuf_export},
	{PINBENCH_IOC_DMABUF_COUNTS, dmabuf_counts},
	{PINBENCH_IOC_DMABUF_ATTACH, dmabuf_attach},
	{PINBENCH_IOC_DMABUF_IMPORTERS, dmabuf_importers},
	{PINBENCH_IOC_DMABUF_EXPORTER, dmabuf_exporter},
	{PINBENCH_IOC_DMABUF_MOVE, dmabuf_move},
};

const struct pinbench_family pinbench_family_dmabuf = {
	.name = "dmabuf",
	.commands = commands,
	.nr_commands = ARRAY_SIZE(commands),
	.open = dmabuf_open,
	.release = dmabuf_close,
};
