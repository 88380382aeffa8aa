/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* The requests of family p2p: a part of uapi.h, which alone includes it and has their numbers. */
#ifndef PINBENCH_UAPI_P2P_H
#define PINBENCH_UAPI_P2P_H

/*
 * Peer-to-peer DMA. A provider is a device whose BAR is bound to the module's driver
 * "pinbench-p2p", which makes p2pmem of it as long as it is bound; its parameter p2p_bar says of
 * which BAR, of the largest if it is -1. A client is bound to "pinbench". ENODEV: it is not. None
 * of these ioctls leaves anything allocated or mapped, but for P2P_DISK.
 */
#define PINBENCH_P2P_MAX_CALLS	  4096
#define PINBENCH_P2P_MAX_BYTES	  (1ull << 26)
#define PINBENCH_P2P_MAX_HELD	  65536
#define PINBENCH_P2P_MAX_SEGMENTS 512

/* The way between two devices, as a mapping for DMA takes it. */
enum pinbench_p2p_route {
	PINBENCH_P2P_NO_PEER,	  /* system memory */
	PINBENCH_P2P_BUS,	  /* by bus addresses, through a switch */
	PINBENCH_P2P_HOST_BRIDGE, /* by what addresses system memory has, through the host bridge */
	PINBENCH_P2P_REFUSED,	  /* EREMOTEIO: no way that is known to work */
};

/* PINBENCH_IOC_P2P_DISTANCE: pci_p2pdma_distance_many() of one client, each a call. */
struct pinbench_p2p_distance {
	struct pinbench_samples samples; /* in, out */
	__u32 provider;			 /* in: PINBENCH_PCI_ADDRESS */
	__u32 client;			 /* in: PINBENCH_PCI_ADDRESS */
	__u32 calls;			 /* in: at most PINBENCH_P2P_MAX_CALLS */
	__s32 distance;			 /* out: links between them; -1: no way */
};

#define PINBENCH_P2P_SGL    (1u << 0) /* with a scatterlist: pci_p2pmem_alloc_sgl() */
#define PINBENCH_P2P_SYSTEM (1u << 1) /* the machine's memory instead; provider is 0 */

/*
 * PINBENCH_IOC_P2P_ALLOC: pci_alloc_p2pmem() each a call, and then pci_free_p2pmem() each a call.
 * ENOMEM: there is not so much of it.
 */
struct pinbench_p2p_alloc {
	struct pinbench_samples alloc; /* in, out */
	struct pinbench_samples free;  /* in, out */
	__u64 bytes;		       /* in: of one, at most PINBENCH_P2P_MAX_BYTES */
	__u32 provider;		       /* in: PINBENCH_PCI_ADDRESS */
	__u32 calls;		       /* in: at most PINBENCH_P2P_MAX_CALLS */
	__u32 held;		       /* in: pages that are allocated before, each alone */
	__u32 flags;		       /* in: 0 or PINBENCH_P2P_SGL */
};

/*
 * PINBENCH_IOC_P2P_MAP: dma_map_sgtable() and dma_unmap_sgtable() for the client, alternating, each
 * a call. No segment lies right behind another. That it is refused is no error of the ioctl.
 */
struct pinbench_p2p_map {
	struct pinbench_samples map;   /* in, out */
	struct pinbench_samples unmap; /* in, out: of none where it is refused */
	__u64 segment_bytes;	       /* in: a power of two of whole pages, at most 2 MiB */
	__u32 segments;		       /* in: of at most PINBENCH_P2P_MAX_BYTES in all */
	__u32 provider;		       /* in: PINBENCH_PCI_ADDRESS */
	__u32 client;		       /* in: PINBENCH_PCI_ADDRESS */
	__u32 calls;		       /* in: at most PINBENCH_P2P_MAX_CALLS */
	__u32 flags;		       /* in: 0 or PINBENCH_P2P_SYSTEM */
	__u32 route;		       /* out: enum pinbench_p2p_route */
	__u32 mapped_segments;	       /* out: of the table as the device sees it */
	__u32 error;		       /* out: 0 or an errno */
};

/*
 * PINBENCH_IOC_P2P_DISK: a block device of memory, /dev/pinbench-diskN, whose transfers are mapped
 * for the client as a real one's are, and then copied by the processor. It takes P2P memory where
 * the kernel lets programs have that. It goes with the open file, or by P2P_DISK_DROP, which has no
 * argument; until then the client stays bound. EBUSY: the file has one already.
 */
struct pinbench_p2p_disk {
	__u64 bytes;  /* in: whole pages, at most PINBENCH_P2P_MAX_BYTES */
	__u32 client; /* in: PINBENCH_PCI_ADDRESS */
	__u32 number; /* out: N */
	__u32 depth;  /* in: requests at once, at most PINBENCH_P2P_MAX_DEPTH */
	__u32 reserved;
};

#define PINBENCH_P2P_MAX_DEPTH 64

#define PINBENCH_P2P_ENGINE_MAX_BYTES 4088

enum pinbench_p2p_direction {
	PINBENCH_P2P_READ,  /* by the device, from memory */
	PINBENCH_P2P_WRITE, /* by the device, to memory */
};

/*
 * PINBENCH_IOC_P2P_ENGINE: the client's own DMA engine, of QEMU's edu, takes bytes from memory and
 * puts them elsewhere in it, which is verified: EBADMSG if they are others. Of one direction
 * are measured, each a call, mapping and starting it, and having seen it ended and unmapping. The
 * wait between is not. ETIMEDOUT: it did not end. EOPNOTSUPP: it is another device.
 */
struct pinbench_p2p_engine {
	struct pinbench_samples start;	/* in, out */
	struct pinbench_samples finish; /* in, out */
	__u32 bytes;			/* in: at most PINBENCH_P2P_ENGINE_MAX_BYTES */
	__u32 provider;			/* in: PINBENCH_PCI_ADDRESS */
	__u32 client;			/* in: PINBENCH_PCI_ADDRESS */
	__u32 calls;			/* in: at most PINBENCH_P2P_MAX_CALLS */
	__u32 direction;		/* in: enum pinbench_p2p_direction */
	__u32 flags;			/* in: 0 or PINBENCH_P2P_SYSTEM */
	__u32 error;			/* out: 0, or EREMOTEIO where memory may not be mapped */
	__u32 reserved;
};

#endif
