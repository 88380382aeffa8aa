/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The ioctl interface of /dev/pinbench, shared by kernel-side/ and bench/.
 *
 * Fields are fixed-width and naturally aligned, so that the layout is the same
 * for 32-bit and 64-bit callers. Each is marked in or out. Reserved fields and
 * unknown flags must be zero: the module refuses the rest with EINVAL.
 */
#ifndef PINBENCH_UAPI_H
#define PINBENCH_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define PINBENCH_DEVICE	   "/dev/pinbench"
#define PINBENCH_ABI	   7
#define PINBENCH_MAX_PAGES (1u << 20) /* 4 GiB of 4 KiB pages in one region */
#define PINBENCH_MAX_CALLS (1u << 20)

/* Which clock is read on both sides of a measured call. */
enum pinbench_clock {
	PINBENCH_CLOCK_NS = 0,	   /* ktime_get_raw_ns(), in ns */
	PINBENCH_CLOCK_CYCLES = 1, /* the cycle counter; in a counted guest, instructions */
};

/* Start each call with at least half a timer tick to go, if it is that short. */
#define PINBENCH_SAMPLES_AVOID_TICK (1u << 0)
/* Put the markers of pinbench/marker.h around each call: its duration becomes a figure. */
#define PINBENCH_SAMPLES_MARK (1u << 1)
/* Let the caller's perf events count during each call, and only then. */
#define PINBENCH_SAMPLES_COUNT (1u << 2)

#define PINBENCH_MAX_COUNTERS 7

/* Where the durations of the single calls go: one per call, in call order. */
struct pinbench_samples {
	__u64 durations; /* in: address of an array of __u64 */
	__u32 capacity;	 /* in: its length; too short is ENOSPC, never a shorter sample */
	__u32 count;	 /* out: calls measured */
	__u32 clock;	 /* in: enum pinbench_clock */
	__u32 flags;	 /* in: PINBENCH_SAMPLES_* */
	__u32 ticks;	 /* out: timer ticks that fell into measured calls */
	__u32 region;	 /* in: with MARK, below PINBENCH_REGIONS; else 0 */
	/*
	 * In: with COUNT, at least one; else 0. File descriptors of perf_event_open(), each of the
	 * leader of a group that is disabled: each call enables them in this order and disables
	 * them in the other. EINVAL: one is of something else.
	 */
	__u32 nr_counters;
	__s32 counters[PINBENCH_MAX_COUNTERS]; /* in: those beyond nr_counters are 0 */
};

/* PINBENCH_IOC_INFO: what this module, on this kernel, can do. */
struct pinbench_info {
	__u32 abi;	   /* out: PINBENCH_ABI */
	__u32 gup_acquire; /* out: bit N set: enum pinbench_gup_acquire_method N */
	__u32 gup_release; /* out: bit N set: enum pinbench_gup_release_method N */
	__u32 reserved;
};

/* PINBENCH_IOC_NULL: nothing, measured as everything else is: the harness's own cost. */
struct pinbench_null {
	struct pinbench_samples samples; /* in, out */
	__u32 calls;			 /* in */
	__u32 loops; /* in: 0, or how often each call goes round a loop of two instructions */
};

#define PINBENCH_NULL_MAX_LOOPS 1000000

/* PINBENCH_IOC_NOTHING: answers 0 at once; without an argument. */

enum pinbench_gup_acquire_method {
	PINBENCH_GUP_GET_FAST,
	PINBENCH_GUP_GET_FAST_ONLY,
	PINBENCH_GUP_PIN_FAST,
	PINBENCH_GUP_PIN,
	PINBENCH_GUP_PIN_UNLOCKED,
	PINBENCH_GUP_PIN_REMOTE,
	PINBENCH_GUP_MEMFD_PIN_FOLIOS,
	PINBENCH_GUP_NR_ACQUIRE,
};

enum pinbench_gup_release_method {
	PINBENCH_GUP_PUT_PAGE,
	PINBENCH_GUP_UNPIN,
	PINBENCH_GUP_UNPIN_DIRTY_LOCK,
	PINBENCH_GUP_UNPIN_RANGE_DIRTY_LOCK,
	PINBENCH_GUP_UNPIN_FOLIO,
	PINBENCH_GUP_UNPIN_FOLIOS,
	PINBENCH_GUP_NR_RELEASE,
};

#define PINBENCH_GUP_WRITE	(1u << 0) /* FOLL_WRITE */
#define PINBENCH_GUP_LONGTERM	(1u << 1) /* FOLL_LONGTERM, for the pinning methods */
#define PINBENCH_GUP_COUNT_SLOW (1u << 2) /* count entries into the slow path */
#define PINBENCH_GUP_PCI_P2PDMA (1u << 3) /* FOLL_PCI_P2PDMA, of attempts alone; no LONGTERM */

#define PINBENCH_GUP_SLOW_UNKNOWN (~0ull)

/*
 * PINBENCH_IOC_GUP_ACQUIRE: take a reference on or pin nr_pages pages, batch pages
 * a call. The open file holds them until RELEASE or until it is closed. Getting
 * fewer pages than asked for is an error (EFAULT, or what the kernel said), after
 * which the file holds none. EBUSY: it holds some already.
 */
struct pinbench_gup_acquire {
	struct pinbench_samples samples; /* in, out */
	__u64 addr;			 /* in: page aligned; for a memfd, the offset in it */
	__u64 nr_pages;			 /* in: at most PINBENCH_MAX_PAGES */
	__u32 batch;			 /* in: pages a call */
	__u32 method;			 /* in: enum pinbench_gup_acquire_method */
	__u32 flags;			 /* in: PINBENCH_GUP_* */
	__s32 memfd;			 /* in: for MEMFD_PIN_FOLIOS, else -1 */
	__u64 slow_calls;		 /* out: with COUNT_SLOW */
	__u64 pages;			 /* out: pages got */
	__u64 folios;			 /* out: distinct neighbouring folios among them */
};

/*
 * PINBENCH_IOC_GUP_RELEASE: give back everything that the file holds. The method
 * must fit how it was acquired (EINVAL): put_page for get, unpin for pin.
 */
struct pinbench_gup_release {
	struct pinbench_samples samples; /* in, out */
	__u32 batch;			 /* in: pages a call, at most */
	__u32 method;			 /* in: enum pinbench_gup_release_method */
	__u64 pages;			 /* out: pages given back */
};

#define PINBENCH_CMA_MAX_BUFFERS 4096

/*
 * PINBENCH_IOC_CMA_ALLOC: one buffer by the DMA API, neither mapped nor cleared, so that
 * it is cma_alloc() and little else. The open file holds it until CMA_FREE or until it is
 * closed. What the kernel refuses is no error of the ioctl. The DMA API goes to the buddy
 * allocator where CMA refuses, and does not say so: /proc/vmstat's cma_alloc_success does.
 */
struct pinbench_cma_alloc {
	struct pinbench_samples samples; /* in, out: capacity 1 */
	__u64 bytes;			 /* in: whole pages, at most PINBENCH_MAX_PAGES of them */
	__u32 error;			 /* out: 0, or ENOMEM */
	__u32 reserved;
};

/* PINBENCH_IOC_CMA_FREE: all buffers that the file holds, the oldest first, each a call. */
struct pinbench_cma_free {
	struct pinbench_samples samples; /* in, out */
	__u32 buffers;			 /* out */
	__u32 reserved;
};

/*
 * PINBENCH_IOC_CMA_HOLD: pins single pages of the caller for writing, wherever they are. The open
 * file holds them until CMA_LET_GO or until it is closed; EBUSY: it holds some already. All or
 * none.
 */
struct pinbench_cma_hold {
	__u64 addresses; /* in: address of an array of __u64, each page aligned */
	__u32 nr_pages;	 /* in: at most PINBENCH_MAX_PAGES */
	__u32 flags;	 /* in: 0 or PINBENCH_GUP_LONGTERM */
};

/* PINBENCH_IOC_CMA_LET_GO: unpins them; without an argument. */

/*
 * PINBENCH_IOC_TEE_CREATE: a TEE device whose registrations succeed and do nothing. It is the
 * /dev/teeN whose TEE_IOC_VERSION says the two values. It goes with the open file, once nobody
 * uses it any more. Asked again, it is the same. EOPNOTSUPP: a kernel without CONFIG_TEE.
 */
struct pinbench_tee_create {
	__u32 impl_id;	 /* out */
	__u32 impl_caps; /* out: of this device alone */
};

#define PINBENCH_DMABUF_MAX_BYTES     (1ull << 28)
#define PINBENCH_DMABUF_MAX_IMPORTERS 64
#define PINBENCH_DMABUF_MAX_DELAY_NS  1000000000u

/* How the exporter fills in a page table when its buffer is mapped by a program. */
enum pinbench_insert {
	PINBENCH_INSERT_PFN,	  /* vmf_insert_pfn(), one a fault */
	PINBENCH_INSERT_BATCH,	  /* vmf_insert_pfn() of the whole mapping in one fault */
	PINBENCH_INSERT_PMD,	  /* vmf_insert_pfn_pmd(); one a fault where it is no whole PMD */
	PINBENCH_INSERT_MIXED,	  /* vmf_insert_mixed(), one a fault */
	PINBENCH_INSERT_PAGE,	  /* vm_insert_page(), one a fault */
	PINBENCH_INSERT_RETURNED, /* none: the handler returns the page */
	PINBENCH_INSERT_REMAP,	  /* remap_pfn_range() in mmap(): never a fault */
	PINBENCH_NR_INSERT,
};

/* How the exporter makes a table of what an importer maps. */
enum pinbench_table {
	PINBENCH_TABLE_PAGES,	 /* from its array of pages, as most exporters do */
	PINBENCH_TABLE_SEGMENTS, /* from its list of physical ranges */
	PINBENCH_TABLE_RANGES,	 /* by dma_buf_phys_vec_to_sgt(), which is for a BAR alone */
	PINBENCH_NR_TABLE,
};

#define PINBENCH_DMABUF_DYNAMIC (1u << 0) /* can move: has pin and unpin */
#define PINBENCH_DMABUF_TWO	(1u << 1) /* has two places to be at, to move between */
#define PINBENCH_DMABUF_BAR	(1u << 2) /* is memory of a device, and has one place */

/*
 * What the kernel shows as DDDD:BB:DD.F. A PCI device that the module is to use must be bound to
 * its driver, which is called "pinbench" and binds what driver_override gives it.
 */
#define PINBENCH_PCI_ADDRESS(domain, bus, device, function) \
	((__u32)(domain) << 16 | (__u32)(bus) << 8 | (__u32)(device) << 3 | (__u32)(function))

/*
 * PINBENCH_IOC_DMABUF_EXPORT: a buffer as a file descriptor, the caller's own. Its memory goes with
 * the last user of it, wherever that is. Segments are physically contiguous, and no segment lies
 * right behind the one before it. That of a BAR has no pages: TABLE_PAGES,
 * INSERT_PAGE and INSERT_RETURNED are EINVAL there, and so is an importer that is no peer.
 * EOPNOTSUPP: TABLE_RANGES before 7.0. ENODEV: no such device is bound to the module. EBUSY: its
 * memory is p2pmem.
 */
struct pinbench_dmabuf_export {
	__u64 bytes;	     /* in: whole segments, at most PINBENCH_DMABUF_MAX_BYTES */
	__u64 segment_bytes; /* in: a power of two of whole pages */
	__u32 flags;	     /* in: PINBENCH_DMABUF_* */
	__u32 insert;	     /* in: enum pinbench_insert */
	__u32 table;	     /* in: enum pinbench_table */
	__s32 fd;	     /* out */
	__u32 pci_address;   /* in: with BAR: of the device; else 0 */
	__u32 bar;	     /* in: with BAR: its number; else 0 */
	__u64 bar_offset;    /* in: with BAR: where in it, page aligned; else 0 */
};

/* What the exporter was asked for so far, since the buffer was made. */
struct pinbench_dmabuf_counts {
	__u64 maps; /* of an attachment */
	__u64 unmaps;
	__u64 pins;
	__u64 unpins;
	__u64 faults;	/* calls of the fault handler */
	__u64 inserted; /* page table entries made, of any size */
	__u64 moves;
};

/* PINBENCH_IOC_DMABUF_COUNTS: of a buffer of this module. */
struct pinbench_dmabuf_query {
	__s32 fd; /* in */
	__u32 reserved;
	struct pinbench_dmabuf_counts counts; /* out */
};

#define PINBENCH_ATTACH_DYNAMIC (1u << 0) /* takes part in moves: has a callback for them */
#define PINBENCH_ATTACH_PEER	(1u << 1) /* takes memory of another device; dynamic only */
#define PINBENCH_ATTACH_MARK	(1u << 2) /* the callback only marks the mapping as stale */
#define PINBENCH_ATTACH_PCI	(1u << 3) /* all are one PCI device, not each one of its own */

/*
 * PINBENCH_IOC_DMABUF_ATTACH: importers, each a device of its own, attached to any dma-buf, each
 * attachment a call. The open file holds them until DMABUF_DETACH or until it is closed. EBUSY: it
 * has some already. The ioctls below are about all of them, in the order of their making.
 */
struct pinbench_dmabuf_attach {
	struct pinbench_samples samples; /* in, out */
	__s32 fd;			 /* in: any dma-buf */
	__u32 importers;		 /* in: at most PINBENCH_DMABUF_MAX_IMPORTERS */
	__u32 flags;			 /* in: PINBENCH_ATTACH_* */
	__u32 pci_address;		 /* in: with ATTACH_PCI: of the device; else 0 */
};

enum pinbench_importer_operation {
	PINBENCH_IMPORTER_MAP,	  /* those that are not mapped: dma_buf_map_attachment() */
	PINBENCH_IMPORTER_UNMAP,  /* those that are */
	PINBENCH_IMPORTER_PIN,	  /* dynamic ones that are not pinned: dma_buf_pin() */
	PINBENCH_IMPORTER_UNPIN,  /* those that are */
	PINBENCH_IMPORTER_DETACH, /* unmapped and unpinned first, which is not measured */
	PINBENCH_NR_IMPORTER,
};

/* PINBENCH_IOC_DMABUF_IMPORTERS: one operation of all importers, each a call. */
struct pinbench_dmabuf_importers {
	struct pinbench_samples samples; /* in, out */
	__u32 operation;		 /* in: enum pinbench_importer_operation */
	__u32 segments;			 /* out: of the first importer's table, if it is mapped */
	__u32 mapped;			 /* out: importers that are mapped now */
	__u32 invalidated;		 /* out: callbacks so far */
};

#define PINBENCH_MOVE_COPY  (1u << 0) /* the contents go along */
#define PINBENCH_MOVE_ZAP   (1u << 1) /* take it from programs: unmap_mapping_range() */
#define PINBENCH_MOVE_REMAP (1u << 2) /* and let the importers of this open file map it anew */

/*
 * PINBENCH_IOC_DMABUF_MOVE: to its other place, a buffer of this module that has two: take its
 * lock, invalidate its attachments, wait for its fences, copy, let importers map it anew, give the
 * lock back. One call. EBUSY: it is pinned, or without ZAP mapped by a program.
 */
struct pinbench_dmabuf_move {
	struct pinbench_samples samples; /* in, out: capacity 1 */
	__s32 fd;			 /* in */
	__u32 flags;			 /* in: PINBENCH_MOVE_* */
	__u32 delay_ns; /* in: a fence is outstanding, and signals so long after; 0: none is */
	__u32 reserved;
};

enum pinbench_exporter_operation {
	PINBENCH_EXPORTER_INVALIDATE, /* tell the attachments, as before a move */
	PINBENCH_EXPORTER_ZAP,	      /* unmap_mapping_range() of all of it */
	/*
	 * Take it from all importers for good: lock, tell them, wait for fences and for the last of
	 * them. Mapping it is ENODEV from then on. EOPNOTSUPP before 7.0; EBUSY: one of them is
	 * static, or keeps its mapping.
	 */
	PINBENCH_EXPORTER_REVOKE,
	PINBENCH_EXPORTER_RESTORE, /* and let them have it again; not measured */
	PINBENCH_NR_EXPORTER,
};

/* PINBENCH_IOC_DMABUF_EXPORTER: one operation on a buffer of this module, one call. */
struct pinbench_dmabuf_exporter {
	struct pinbench_samples samples; /* in, out: capacity 1 */
	__s32 fd;			 /* in */
	__u32 operation;		 /* in: enum pinbench_exporter_operation */
};

/*
 * PINBENCH_IOC_PFNMAP_GUP: one call of GUP for a range, whatever it is of. That it is refused is no
 * error of the ioctl. What was got is given back at once. EOPNOTSUPP: PCI_P2PDMA before 6.2.
 * Together with LONGTERM it is EINVAL: the kernel refuses that too, but with a warning in its log.
 */
struct pinbench_pfnmap_gup {
	struct pinbench_samples samples; /* in, out: capacity 1 */
	__u64 addr;			 /* in: page aligned */
	__u64 nr_pages;			 /* in: at most PINBENCH_MAX_PAGES */
	__u32 method;			 /* in: enum pinbench_gup_acquire_method, of pages */
	__u32 flags;			 /* in: PINBENCH_GUP_WRITE, _LONGTERM, _PCI_P2PDMA */
	__u64 got;			 /* out: pages */
	__u32 error;			 /* out: 0 or an errno */
	__u32 reserved;
};

/* A lookup for each entry, however much it maps, not for each page: EOPNOTSUPP before 6.17. */
#define PINBENCH_FOLLOW_LEAVES (1u << 0)

/* PINBENCH_IOC_PFNMAP_FOLLOW: the PFNs of a range, until one is not found. One call. */
struct pinbench_pfnmap_follow {
	struct pinbench_samples samples; /* in, out: capacity 1 */
	__u64 addr;			 /* in: page aligned */
	__u64 nr_pages;			 /* in: at most PINBENCH_MAX_PAGES */
	__u64 found;			 /* out: pages */
	__u32 lookups;			 /* out */
	__u32 flags;			 /* in: PINBENCH_FOLLOW_* */
};

#define PINBENCH_NOTIFIER_MAX_SUBSCRIBERS 1024
#define PINBENCH_NOTIFIER_MAX_DELAY_NS	  1000000000u

enum pinbench_subscriber {
	PINBENCH_SUBSCRIBER_NOTIFIER, /* mmu_notifier_register() */
	PINBENCH_SUBSCRIBER_SHARED,   /* mmu_notifier_get(): one for all that ask */
	PINBENCH_SUBSCRIBER_INTERVAL, /* mmu_interval_notifier_insert() */
	PINBENCH_NR_SUBSCRIBER,
};

/* Keep the address space from ending with its last process: NOTIFIER_END ends it. */
#define PINBENCH_SUBSCRIBE_KEEP (1u << 0)

/*
 * PINBENCH_IOC_NOTIFIER_SUBSCRIBE: to what happens to the caller's address space, each subscription
 * a call. The open file holds them until UNSUBSCRIBE or until it is closed, whoever does either.
 * EBUSY: it has some already. EOPNOTSUPP: a kernel without CONFIG_MMU_NOTIFIER.
 */
struct pinbench_notifier_subscribe {
	struct pinbench_samples samples; /* in, out */
	__u64 addr;			 /* in: of an interval, page aligned; else 0 */
	__u64 bytes;			 /* in: of an interval, whole pages; else 0 */
	__u32 count; /* in: at most PINBENCH_NOTIFIER_MAX_SUBSCRIBERS; with KEEP perhaps 0 */
	__u32 kind;  /* in: enum pinbench_subscriber */
	__u32 flags; /* in: PINBENCH_SUBSCRIBE_* */
	__u32 release_delay_ns;	   /* in: the first one sleeps so long when it is released */
	__u32 invalidate_delay_ns; /* in: and so long when it is told; where it may not: EAGAIN */
	__u32 reserved;
};

enum pinbench_notifier_operation {
	PINBENCH_NOTIFIER_COUNT,       /* none: for what comes out */
	PINBENCH_NOTIFIER_UNSUBSCRIBE, /* each subscription a call */
	PINBENCH_NOTIFIER_READ,	       /* of an interval: mmu_interval_read_begin() and _retry() */
	PINBENCH_NOTIFIER_END,	       /* mmput() of what KEEP keeps; its last process has ended */
	PINBENCH_NR_NOTIFIER,
};

/* PINBENCH_IOC_NOTIFIER: one operation with the file's subscriptions. */
struct pinbench_notifier {
	struct pinbench_samples samples; /* in, out */
	__u32 operation;		 /* in: enum pinbench_notifier_operation */
	__u32 calls;			 /* in: of READ, else 0 */
	__u64 told;	/* out: callbacks of invalidations so far, of all together */
	__u32 released; /* out: callbacks of an address space's end so far */
	__u32 sleeps;	/* out: of UNSUBSCRIBE: how often the calls have slept */
	__u32 retries;	/* out: of READ: reads that were to be done again */
	__u32 reserved;
};

#include "pinbench/uapi_p2p.h"

#define PINBENCH_IOC_INFO		_IOR('b', 0x80, struct pinbench_info)
#define PINBENCH_IOC_NULL		_IOWR('b', 0x81, struct pinbench_null)
#define PINBENCH_IOC_NOTHING		_IO('b', 0x82)
#define PINBENCH_IOC_GUP_ACQUIRE	_IOWR('b', 0x90, struct pinbench_gup_acquire)
#define PINBENCH_IOC_GUP_RELEASE	_IOWR('b', 0x91, struct pinbench_gup_release)
#define PINBENCH_IOC_CMA_ALLOC		_IOWR('b', 0xa0, struct pinbench_cma_alloc)
#define PINBENCH_IOC_CMA_FREE		_IOWR('b', 0xa1, struct pinbench_cma_free)
#define PINBENCH_IOC_CMA_HOLD		_IOW('b', 0xa2, struct pinbench_cma_hold)
#define PINBENCH_IOC_CMA_LET_GO		_IO('b', 0xa3)
#define PINBENCH_IOC_TEE_CREATE		_IOR('b', 0xb0, struct pinbench_tee_create)
#define PINBENCH_IOC_DMABUF_EXPORT	_IOWR('b', 0xc0, struct pinbench_dmabuf_export)
#define PINBENCH_IOC_DMABUF_COUNTS	_IOWR('b', 0xc1, struct pinbench_dmabuf_query)
#define PINBENCH_IOC_DMABUF_ATTACH	_IOWR('b', 0xc2, struct pinbench_dmabuf_attach)
#define PINBENCH_IOC_DMABUF_IMPORTERS	_IOWR('b', 0xc3, struct pinbench_dmabuf_importers)
#define PINBENCH_IOC_DMABUF_EXPORTER	_IOWR('b', 0xc4, struct pinbench_dmabuf_exporter)
#define PINBENCH_IOC_DMABUF_MOVE	_IOWR('b', 0xc5, struct pinbench_dmabuf_move)
#define PINBENCH_IOC_PFNMAP_GUP		_IOWR('b', 0xd0, struct pinbench_pfnmap_gup)
#define PINBENCH_IOC_PFNMAP_FOLLOW	_IOWR('b', 0xd1, struct pinbench_pfnmap_follow)
#define PINBENCH_IOC_P2P_DISTANCE	_IOWR('b', 0xf0, struct pinbench_p2p_distance)
#define PINBENCH_IOC_P2P_ALLOC		_IOWR('b', 0xf1, struct pinbench_p2p_alloc)
#define PINBENCH_IOC_P2P_MAP		_IOWR('b', 0xf2, struct pinbench_p2p_map)
#define PINBENCH_IOC_P2P_DISK		_IOWR('b', 0xf3, struct pinbench_p2p_disk)
#define PINBENCH_IOC_P2P_ENGINE		_IOWR('b', 0xf4, struct pinbench_p2p_engine)
#define PINBENCH_IOC_P2P_DISK_DROP	_IO('b', 0xf5)
#define PINBENCH_IOC_NOTIFIER_SUBSCRIBE _IOWR('b', 0xe0, struct pinbench_notifier_subscribe)
#define PINBENCH_IOC_NOTIFIER		_IOWR('b', 0xe1, struct pinbench_notifier)

#endif
