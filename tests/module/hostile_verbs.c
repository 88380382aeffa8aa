/* What a process can do, at random: see hostile_verbs.h. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/pci.h"
#include "tests/module/hostile.h"
#include "tests/module/hostile_verbs.h"

#define PAGE_BYTES    4096ul
#define MOST_BYTES    (16 * PAGE_BYTES)
#define BAR_BYTES     (64ul << 20)
#define FENCE_NS      10000000
#define NOTIFIED_NS   10000000
#define SUBSCRIPTIONS 2 /* ending one waits for a grace period */
/*
 * CONFIG_DMA_API_DEBUG knows eight mappings of one cache line: so many importers of a buffer that
 * nobody else has; of one that all processes have, one each; and one of the file that they share.
 */
#define IMPORTERS 3

static sigjmp_buf after_fault;

uint32_t below(uint32_t end)
{
	return (uint32_t)random() % end;
}

static void leap(int signal)
{
	siglongjmp(after_fault, 1);
}

void survive_faults(void)
{
	struct sigaction action = {.sa_handler = leap, .sa_flags = SA_NODEFER};

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

static struct pinbench_dmabuf_export draw_bar(uint64_t bytes, uint64_t segment_bytes)
{
	static const uint32_t inserts[] = {PINBENCH_INSERT_PFN, PINBENCH_INSERT_BATCH,
					   PINBENCH_INSERT_MIXED, PINBENCH_INSERT_REMAP};

	return (struct pinbench_dmabuf_export){
		.bytes = bytes,
		.segment_bytes = segment_bytes,
		.flags = PINBENCH_DMABUF_DYNAMIC | PINBENCH_DMABUF_BAR,
		.insert = inserts[below(4)],
		.table = below(2) ? PINBENCH_TABLE_SEGMENTS : PINBENCH_TABLE_RANGES,
		.pci_address = provider,
		.bar = PCI_IVSHMEM_BAR,
		.bar_offset = below((uint32_t)(BAR_BYTES / MOST_BYTES)) * MOST_BYTES,
	};
}

int make_buffer(int fd, size_t *ret_bytes, bool *ret_is_bar)
{
	uint64_t segment_bytes = PAGE_BYTES << 2 * below(3);
	struct pinbench_dmabuf_export r = {
		.bytes = segment_bytes * (1 + below((uint32_t)(MOST_BYTES / segment_bytes))),
		.segment_bytes = segment_bytes,
		.flags = below(4) ? PINBENCH_DMABUF_DYNAMIC | PINBENCH_DMABUF_TWO : below(4),
		.insert = below(PINBENCH_NR_INSERT),
		.table = below(PINBENCH_NR_TABLE),
	};

	*ret_is_bar = provider && !below(8);
	if (*ret_is_bar)
		r = draw_bar(r.bytes, segment_bytes);
	*ret_bytes = r.bytes;
	return ioctl(fd, PINBENCH_IOC_DMABUF_EXPORT, &r) ? -1 : r.fd;
}

static bool act_attach(struct player *p)
{
	static const uint32_t flags[] = {
		0,
		PINBENCH_ATTACH_DYNAMIC,
		PINBENCH_ATTACH_DYNAMIC | PINBENCH_ATTACH_PEER,
		PINBENCH_ATTACH_DYNAMIC | PINBENCH_ATTACH_MARK,
		PINBENCH_ATTACH_DYNAMIC | PINBENCH_ATTACH_PEER | PINBENCH_ATTACH_PCI,
	};
	uint32_t which = below(client ? 5 : 4);
	bool is_common = !below(8);
	struct pinbench_dmabuf_attach r = {
		.samples = samples(),
		.fd = p->buffer,
		.importers = is_common || p->is_shared ? 1 : 1 + below(IMPORTERS),
		.flags = flags[which],
		.pci_address = flags[which] & PINBENCH_ATTACH_PCI ? client : 0,
	};

	return !ioctl(is_common ? p->common : p->fd, PINBENCH_IOC_DMABUF_ATTACH, &r);
}

static bool operate(struct player *p, uint32_t operation)
{
	struct pinbench_dmabuf_importers r = {.samples = samples(), .operation = operation};

	return !ioctl(below(8) ? p->fd : p->common, PINBENCH_IOC_DMABUF_IMPORTERS, &r);
}

static bool act_map(struct player *p)
{
	return operate(p, PINBENCH_IMPORTER_MAP);
}

static bool act_unmap(struct player *p)
{
	return operate(p, PINBENCH_IMPORTER_UNMAP);
}

static bool act_pin(struct player *p)
{
	return operate(p, PINBENCH_IMPORTER_PIN);
}

static bool act_unpin(struct player *p)
{
	return operate(p, PINBENCH_IMPORTER_UNPIN);
}

static bool act_detach(struct player *p)
{
	return operate(p, PINBENCH_IMPORTER_DETACH);
}

static bool act_move(struct player *p)
{
	struct pinbench_dmabuf_move r = {
		.samples = samples(),
		.fd = p->buffer,
		.flags = below(4) ? PINBENCH_MOVE_ZAP | below(8) : below(8),
	};

	return !ioctl(p->fd, PINBENCH_IOC_DMABUF_MOVE, &r);
}

/* The same, when a device is done with it. */
static bool act_fence(struct player *p)
{
	struct pinbench_dmabuf_move r = {
		.samples = samples(),
		.fd = p->buffer,
		.flags = PINBENCH_MOVE_ZAP | below(8),
		.delay_ns = FENCE_NS,
	};

	return !ioctl(p->fd, PINBENCH_IOC_DMABUF_MOVE, &r);
}

static bool export_operation(struct player *p, uint32_t operation)
{
	struct pinbench_dmabuf_exporter r = {
		.samples = samples(), .fd = p->buffer, .operation = operation};

	return !ioctl(p->fd, PINBENCH_IOC_DMABUF_EXPORTER, &r);
}

static bool act_invalidate(struct player *p)
{
	return export_operation(p, PINBENCH_EXPORTER_INVALIDATE);
}

static bool act_zap(struct player *p)
{
	return export_operation(p, PINBENCH_EXPORTER_ZAP);
}

static bool act_revoke(struct player *p)
{
	return export_operation(p, PINBENCH_EXPORTER_REVOKE);
}

static bool act_restore(struct player *p)
{
	return export_operation(p, PINBENCH_EXPORTER_RESTORE);
}

static bool act_mmap(struct player *p)
{
	if (p->map)
		return false;
	p->map = mmap(NULL, p->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, p->buffer, 0);
	if (p->map == MAP_FAILED)
		p->map = NULL;
	return p->map != NULL;
}

static void touch_some(const struct player *p)
{
	uint32_t pages = (uint32_t)(p->bytes / PAGE_BYTES);

	for (uint32_t touches = 1 + below(pages); touches; touches--) {
		volatile char *page = p->map + below(pages) * PAGE_BYTES;

		if (below(2))
			*page = 1;
		else
			(void)*page;
	}
}

static bool act_fault(struct player *p)
{
	if (!p->map && !act_mmap(p))
		return false;
	if (sigsetjmp(after_fault, 0))
		return false;
	touch_some(p);
	return true;
}

/* Some of it, which later faults find missing. */
static bool act_munmap(struct player *p)
{
	size_t bytes = p->bytes / PAGE_BYTES / 2 * PAGE_BYTES;

	return p->map && bytes && !munmap(p->map, bytes);
}

static bool act_gup(struct player *p)
{
	bool is_mapped = p->map || act_mmap(p);
	struct pinbench_pfnmap_gup r = {
		.samples = samples(),
		.addr = (uintptr_t)p->map,
		.nr_pages = p->bytes / PAGE_BYTES,
		.method = below(PINBENCH_GUP_MEMFD_PIN_FOLIOS),
		.flags = below(4),
	};

	return is_mapped && !ioctl(p->fd, PINBENCH_IOC_PFNMAP_GUP, &r) && r.got;
}

static bool act_follow(struct player *p)
{
	struct pinbench_pfnmap_follow r = {
		.samples = samples(),
		.addr = (uintptr_t)p->map,
		.nr_pages = p->bytes / PAGE_BYTES,
	};

	return p->map && !ioctl(p->fd, PINBENCH_IOC_PFNMAP_FOLLOW, &r);
}

static bool act_subscribe(struct player *p)
{
	bool is_interval = p->map && below(2);
	struct pinbench_notifier_subscribe r = {
		.samples = samples(),
		.addr = is_interval ? (uintptr_t)p->map : 0,
		.bytes = is_interval ? p->bytes : 0,
		.count = 1 + below(SUBSCRIPTIONS),
		.kind = is_interval ? PINBENCH_SUBSCRIBER_INTERVAL
				    : below(PINBENCH_SUBSCRIBER_INTERVAL),
		.flags = below(2) ? PINBENCH_SUBSCRIBE_KEEP : 0,
		.invalidate_delay_ns = below(32) ? 0 : NOTIFIED_NS,
	};

	return !ioctl(below(8) ? p->fd : p->common, PINBENCH_IOC_NOTIFIER_SUBSCRIBE, &r);
}

static bool notifier_operation(struct player *p, uint32_t operation)
{
	struct pinbench_notifier r = {.samples = samples(), .operation = operation};

	r.calls = operation == PINBENCH_NOTIFIER_READ ? 4 : 0;
	return !ioctl(below(8) ? p->fd : p->common, PINBENCH_IOC_NOTIFIER, &r);
}

static bool act_unsubscribe(struct player *p)
{
	return notifier_operation(p, PINBENCH_NOTIFIER_UNSUBSCRIBE);
}

static bool act_read(struct player *p)
{
	return notifier_operation(p, PINBENCH_NOTIFIER_READ);
}

static bool act_end(struct player *p)
{
	return notifier_operation(p, PINBENCH_NOTIFIER_END);
}

/* A child has all that this process has, and goes with it or in the middle of it. */
static bool act_fork(struct player *p)
{
	pid_t child = fork();

	if (!child) {
		act_fault(p);
		if (below(2))
			raise(SIGKILL);
		_exit(0);
	}
	return child > 0 && waitpid(child, NULL, 0) == child;
}

/* The buffer stays for as long as anybody else has it. */
static bool act_close(struct player *p)
{
	if (p->buffer < 0)
		return false;
	close(p->buffer);
	p->buffer = -1;
	return true;
}

const struct verb verbs[NR_VERBS] = {
	{"attach", act_attach, 6, false},
	{"map", act_map, 6, false},
	{"unmap", act_unmap, 3, false},
	{"pin", act_pin, 2, false},
	{"unpin", act_unpin, 2, false},
	{"detach", act_detach, 2, false},
	{"move", act_move, 6, false},
	{"fence", act_fence, 1, false},
	{"invalidate", act_invalidate, 3, false},
	{"zap", act_zap, 3, false},
	{"revoke", act_revoke, 2, true},
	{"restore", act_restore, 2, true},
	{"mmap", act_mmap, 6, false},
	{"fault", act_fault, 8, false},
	{"munmap", act_munmap, 1, false},
	{"gup", act_gup, 4, false},
	{"follow", act_follow, 3, false},
	{"subscribe", act_subscribe, 2, false},
	{"unsubscribe", act_unsubscribe, 1, false},
	{"read", act_read, 2, false},
	{"end", act_end, 1, false},
	{"fork", act_fork, 1, false},
	{"close", act_close, 1, false},
};
