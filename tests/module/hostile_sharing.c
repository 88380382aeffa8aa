/* The hostile program, continued: buffers that are shared, odd mappings, subscribers. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/module/hostile.h"

#define PAGE_BYTES 4096ul
#define MIB	   (1ul << 20)
/* Two files have so many each: CONFIG_DMA_API_DEBUG knows up to eight mappings of one cache line.
 */
#define IMPORTERS 3

static struct pinbench_dmabuf_export good_export(void)
{
	return (struct pinbench_dmabuf_export){
		.bytes = MIB,
		.segment_bytes = PAGE_BYTES,
		.flags = PINBENCH_DMABUF_DYNAMIC | PINBENCH_DMABUF_TWO,
	};
}

#define REFUSE_EXPORT(name, change, want)                               \
	do {                                                            \
		struct pinbench_dmabuf_export r = good_export();        \
		change;                                                 \
		refuse(name, fd, PINBENCH_IOC_DMABUF_EXPORT, &r, want); \
	} while (0)

static int export(int fd, uint32_t insert)
{
	struct pinbench_dmabuf_export r = good_export();

	r.insert = insert;
	return ioctl(fd, PINBENCH_IOC_DMABUF_EXPORT, &r) ? -1 : r.fd;
}

static void export_badly(void)
{
	int fd = device();

	REFUSE_EXPORT("buffer of nothing", r.bytes = 0, EINVAL);
	REFUSE_EXPORT("buffer without end", r.bytes = ~0ull << 12, EINVAL);
	REFUSE_EXPORT("buffer of half a piece", r.bytes = MIB + 2048, EINVAL);
	REFUSE_EXPORT("piece of nothing", r.segment_bytes = 0, EINVAL);
	REFUSE_EXPORT("piece of half a page", r.segment_bytes = 2048, EINVAL);
	REFUSE_EXPORT("piece of three pages", r.segment_bytes = 3 * PAGE_BYTES, EINVAL);
	REFUSE_EXPORT("buffer with other flags", r.flags = 8, EINVAL);
	REFUSE_EXPORT("no such insertion", r.insert = PINBENCH_NR_INSERT, EINVAL);
	REFUSE_EXPORT("no such table", r.table = ~0u, EINVAL);
	close(fd);
}

static struct pinbench_dmabuf_attach attachment(int buffer)
{
	return (struct pinbench_dmabuf_attach){
		.samples = samples(),
		.fd = buffer,
		.importers = IMPORTERS,
		.flags = PINBENCH_ATTACH_DYNAMIC,
	};
}

#define REFUSE_ATTACH(name, change, want)                               \
	do {                                                            \
		struct pinbench_dmabuf_attach r = attachment(buffer);   \
		change;                                                 \
		refuse(name, fd, PINBENCH_IOC_DMABUF_ATTACH, &r, want); \
	} while (0)

static void attach_badly(void)
{
	int fd = device(), buffer = export(fd, PINBENCH_INSERT_PFN);
	struct pinbench_dmabuf_importers none = {.samples = samples()};

	REFUSE_ATTACH("importer of the module itself", r.fd = fd, EINVAL);
	REFUSE_ATTACH("importer of nothing", r.fd = -1, EBADF);
	REFUSE_ATTACH("no importers", r.importers = 0, EINVAL);
	REFUSE_ATTACH("importers without end", r.importers = ~0u, EINVAL);
	REFUSE_ATTACH("importers of no kind", r.flags = 16, EINVAL);
	REFUSE_ATTACH("static, but takes a peer's", r.flags = PINBENCH_ATTACH_PEER, EINVAL);
	REFUSE_ATTACH("importers and more", r.pci_address = 1, EINVAL);
	REFUSE_ATTACH("importers without samples", r.samples.capacity = 1, ENOSPC);
	refuse("mapping for nobody", fd, PINBENCH_IOC_DMABUF_IMPORTERS, &none, EINVAL);
	close(buffer);
	close(fd);
}

static int operate(int fd, uint32_t operation)
{
	struct pinbench_dmabuf_importers r = {.samples = samples(), .operation = operation};

	return ioctl(fd, PINBENCH_IOC_DMABUF_IMPORTERS, &r) ? -errno : 0;
}

static int move(int fd, int buffer, uint32_t flags, uint32_t delay_ns)
{
	struct pinbench_dmabuf_move r = {
		.samples = samples(), .fd = buffer, .flags = flags, .delay_ns = delay_ns};

	return ioctl(fd, PINBENCH_IOC_DMABUF_MOVE, &r) ? -errno : 0;
}

/* Everything at once, and then gone with the file. */
static void share_and_forget(void)
{
	int fd = device(), other = device(), buffer = export(fd, PINBENCH_INSERT_PAGE);
	struct pinbench_dmabuf_attach first = attachment(buffer), second = first;
	char *map = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_SHARED, buffer, 0);

	check("attached twice",
	      !ioctl(fd, PINBENCH_IOC_DMABUF_ATTACH, &first) &&
		      !ioctl(other, PINBENCH_IOC_DMABUF_ATTACH, &second),
	      "");
	check("attached again", ioctl(fd, PINBENCH_IOC_DMABUF_ATTACH, &first) && errno == EBUSY,
	      "");
	check("mapped for devices",
	      !operate(fd, PINBENCH_IMPORTER_MAP) && !operate(other, PINBENCH_IMPORTER_MAP), "");
	check("mapped by a program", map != MAP_FAILED, "");
	memset(map, 1, MIB);
	check("no move below a program", move(fd, buffer, 0, 0) == -EBUSY, "");
	check("moves and copies",
	      !move(fd, buffer, PINBENCH_MOVE_ZAP | PINBENCH_MOVE_COPY | PINBENCH_MOVE_REMAP, 0) &&
		      map[MIB - 1] == 1,
	      "");
	check("moves when a device is done",
	      !move(other, buffer, PINBENCH_MOVE_ZAP | PINBENCH_MOVE_REMAP, 20000000), "");
	check("pins", !operate(fd, PINBENCH_IMPORTER_PIN), "");
	check("no move while pinned", move(fd, buffer, PINBENCH_MOVE_ZAP, 0) == -EBUSY, "");
	check("moves like nothing known", move(fd, buffer, 8, 0) == -EINVAL, "");
	check("moves never", move(fd, buffer, 0, ~0u) == -EINVAL, "");
	check("move of something else", move(fd, fd, 0, 0) == -EINVAL, "");
	close(buffer);
	close(fd);
	check("it is still there", map[0] == 1, "");
	close(other);
	munmap(map, MIB);
}

static void map_badly(void)
{
	int fd = device();

	for (uint32_t insert = 0; insert < PINBENCH_NR_INSERT; insert++) {
		int buffer = export(fd, insert);
		void *private = mmap(NULL, MIB, PROT_READ, MAP_PRIVATE, buffer, 0);
		void *behind = mmap(NULL, MIB, PROT_READ, MAP_SHARED, buffer, PAGE_BYTES);
		char *good = mmap(NULL, MIB / 2, PROT_READ, MAP_SHARED, buffer, MIB / 2);

		check("private mapping", private == MAP_FAILED, "");
		check("mapping of more", behind == MAP_FAILED, "");
		check("mapping of a part", good != MAP_FAILED && !good[MIB / 2 - 1], "");
		/* Some of it goes, and what is left is told of the end of the buffer. */
		munmap(good, MIB / 4);
		close(buffer);
		munmap(good + MIB / 4, MIB / 4);
	}
	close(fd);
}

static void ask_badly(char *memory, size_t pages)
{
	struct pinbench_pfnmap_gup gup = {
		.samples = samples(), .addr = (uintptr_t)memory, .nr_pages = pages + 1};
	struct pinbench_pfnmap_follow follow = {
		.samples = samples(), .addr = (uintptr_t)memory, .nr_pages = pages + 1};
	int fd = device();

	check("what is not all there",
	      !ioctl(fd, PINBENCH_IOC_PFNMAP_GUP, &gup) && gup.got <= pages, "");
	check_no_pins("asked for more than there is");
	refuse("PFNs beyond a mapping", fd, PINBENCH_IOC_PFNMAP_FOLLOW, &follow, EFAULT);
	gup.addr = 0xffff888000000000ull;
	refuse("the kernel's memory", fd, PINBENCH_IOC_PFNMAP_GUP, &gup, EINVAL);
	gup.addr = (uintptr_t)memory;
	gup.nr_pages = ~0ull;
	refuse("all the memory there is", fd, PINBENCH_IOC_PFNMAP_GUP, &gup, EINVAL);
	gup.nr_pages = 1;
	gup.method = PINBENCH_GUP_MEMFD_PIN_FOLIOS;
	refuse("folios, not pages", fd, PINBENCH_IOC_PFNMAP_GUP, &gup, EINVAL);
	gup.method = PINBENCH_GUP_GET_FAST;
	gup.flags = PINBENCH_GUP_LONGTERM;
	refuse("long-term without a pin", fd, PINBENCH_IOC_PFNMAP_GUP, &gup, EINVAL);
	close(fd);
}

static struct pinbench_notifier_subscribe subscription(uint32_t kind)
{
	bool is_interval = kind == PINBENCH_SUBSCRIBER_INTERVAL;

	return (struct pinbench_notifier_subscribe){
		.samples = samples(),
		.addr = is_interval ? 1ul << 30 : 0,
		.bytes = is_interval ? MIB : 0,
		.count = 16,
		.kind = kind,
	};
}

#define REFUSE_SUBSCRIBE(name, kind, change, want)                           \
	do {                                                                 \
		struct pinbench_notifier_subscribe r = subscription(kind);   \
		change;                                                      \
		refuse(name, fd, PINBENCH_IOC_NOTIFIER_SUBSCRIBE, &r, want); \
	} while (0)

static void subscribe_badly(void)
{
	struct pinbench_notifier nothing = {.samples = samples(),
					    .operation = PINBENCH_NOTIFIER_UNSUBSCRIBE};
	int fd = device();

	REFUSE_SUBSCRIBE("no subscribers", 0, r.count = 0, EINVAL);
	REFUSE_SUBSCRIBE("subscribers without end", 0, r.count = ~0u, EINVAL);
	REFUSE_SUBSCRIBE("subscribers of no kind", 0, r.kind = 9, EINVAL);
	REFUSE_SUBSCRIBE("subscribers somewhere", 0, r.bytes = MIB, EINVAL);
	REFUSE_SUBSCRIBE("subscribers for ever", 0, r.release_delay_ns = ~0u, EINVAL);
	REFUSE_SUBSCRIBE("an interval of nothing", 2, r.bytes = 0, EINVAL);
	REFUSE_SUBSCRIBE("an interval without end", 2, r.bytes = ~0ull << 12, EINVAL);
	REFUSE_SUBSCRIBE("an interval of the kernel", 2, r.addr = 0xffff888000000000ull, EINVAL);
	refuse("nothing to unsubscribe", fd, PINBENCH_IOC_NOTIFIER, &nothing, EINVAL);
	nothing.operation = PINBENCH_NOTIFIER_END;
	refuse("nothing to end", fd, PINBENCH_IOC_NOTIFIER, &nothing, EINVAL);
	nothing.operation = PINBENCH_NOTIFIER_READ;
	nothing.calls = 1;
	refuse("nothing to read", fd, PINBENCH_IOC_NOTIFIER, &nothing, EINVAL);
	close(fd);
}

static int subscribe(int fd, uint32_t kind, uint32_t flags)
{
	struct pinbench_notifier_subscribe r = subscription(kind);

	r.flags = flags;
	return ioctl(fd, PINBENCH_IOC_NOTIFIER_SUBSCRIBE, &r) ? -errno : 0;
}

/* Subscribers of a process that is killed, by a file that outlives it, and the other way round. */
static void subscribe_and_die(uint32_t kind, uint32_t flags)
{
	int fd = device();
	pid_t child = fork();

	if (!child) {
		if (subscribe(fd, kind, flags))
			_exit(1);
		raise(SIGKILL);
	}
	waitpid(child, NULL, 0);
	check("the file is still busy", subscribe(fd, kind, 0) == -EBUSY, "");
	close(fd);
	fd = device();
	child = fork();
	if (!child) {
		int own = device();

		_exit(subscribe(own, kind, flags) ? 1 : 0);
	}
	waitpid(child, NULL, 0);
	close(fd);
}

void hostile_sharing(char *memory, size_t pages)
{
	export_badly();
	attach_badly();
	share_and_forget();
	map_badly();
	ask_badly(memory, pages);
	subscribe_badly();
	for (uint32_t kind = 0; kind < PINBENCH_NR_SUBSCRIBER; kind++) {
		subscribe_and_die(kind, 0);
		subscribe_and_die(kind, PINBENCH_SUBSCRIBE_KEEP);
	}
}
