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
#define PINBENCH_ABI	   3
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

/* Where the durations of the single calls go: one per call, in call order. */
struct pinbench_samples {
	__u64 durations; /* in: address of an array of __u64 */
	__u32 capacity;	 /* in: its length; too short is ENOSPC, never a shorter sample */
	__u32 count;	 /* out: calls measured */
	__u32 clock;	 /* in: enum pinbench_clock */
	__u32 flags;	 /* in: PINBENCH_SAMPLES_* */
	__u32 ticks;	 /* out: timer ticks that fell into measured calls */
	__u32 region;	 /* in: with MARK, below PINBENCH_REGIONS; else 0 */
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

#define PINBENCH_IOC_INFO	 _IOR('b', 0x80, struct pinbench_info)
#define PINBENCH_IOC_NULL	 _IOWR('b', 0x81, struct pinbench_null)
#define PINBENCH_IOC_NOTHING	 _IO('b', 0x82)
#define PINBENCH_IOC_GUP_ACQUIRE _IOWR('b', 0x90, struct pinbench_gup_acquire)
#define PINBENCH_IOC_GUP_RELEASE _IOWR('b', 0x91, struct pinbench_gup_release)
#define PINBENCH_IOC_CMA_ALLOC	 _IOWR('b', 0xa0, struct pinbench_cma_alloc)
#define PINBENCH_IOC_CMA_FREE	 _IOWR('b', 0xa1, struct pinbench_cma_free)
#define PINBENCH_IOC_CMA_HOLD	 _IOW('b', 0xa2, struct pinbench_cma_hold)
#define PINBENCH_IOC_CMA_LET_GO	 _IO('b', 0xa3)
#define PINBENCH_IOC_TEE_CREATE	 _IOR('b', 0xb0, struct pinbench_tee_create)

#endif
