/* The hostile program, continued: memory of a device that others reach, and a disk of the module's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/context.h"
#include "bench/core/pci.h"
#include "bench/core/sysfile.h"
#include "tests/module/hostile.h"

#define PAGE_BYTES 4096ul
#define MIB	   (1ul << 20)
#define BAR_BYTES  (64ll << 20)
#define PATIENCE   200
#define PAUSE_US   10000
#define KILLS	   60
#define MOST_US	   30000
#define PROCESSES  3
#define WAIT_US	   200000

static struct pci_device memory, other;

static struct pinbench_p2p_distance good_distance(void)
{
	return (struct pinbench_p2p_distance){
		.samples = samples(),
		.provider = memory.address,
		.client = other.address,
		.calls = 4,
	};
}

static struct pinbench_p2p_alloc good_alloc(void)
{
	return (struct pinbench_p2p_alloc){
		.alloc = samples(),
		.free = samples(),
		.bytes = PAGE_BYTES,
		.provider = memory.address,
		.calls = 4,
		.held = 16,
	};
}

static struct pinbench_p2p_map good_map(void)
{
	return (struct pinbench_p2p_map){
		.map = samples(),
		.unmap = samples(),
		.segment_bytes = PAGE_BYTES,
		.segments = 16,
		.provider = memory.address,
		.client = other.address,
		.calls = 4,
	};
}

static struct pinbench_p2p_disk good_disk(void)
{
	return (struct pinbench_p2p_disk){.bytes = MIB, .client = other.address, .depth = 4};
}

static struct pinbench_p2p_engine good_engine(void)
{
	return (struct pinbench_p2p_engine){
		.start = samples(),
		.finish = samples(),
		.bytes = PINBENCH_P2P_ENGINE_MAX_BYTES,
		.provider = memory.address,
		.client = other.address,
		.calls = 1,
	};
}

#define REFUSE(kind, number, name, change, want)              \
	do {                                                  \
		struct pinbench_p2p_##kind r = good_##kind(); \
		change;                                       \
		refuse(name, fd, number, &r, want);           \
	} while (0)
#define REFUSE_DISTANCE(name, change, want) \
	REFUSE(distance, PINBENCH_IOC_P2P_DISTANCE, "distance: " name, change, want)
#define REFUSE_ALLOC(name, change, want) \
	REFUSE(alloc, PINBENCH_IOC_P2P_ALLOC, "p2pmem: " name, change, want)
#define REFUSE_MAP(name, change, want) \
	REFUSE(map, PINBENCH_IOC_P2P_MAP, "p2p map: " name, change, want)
#define REFUSE_DISK(name, change, want) \
	REFUSE(disk, PINBENCH_IOC_P2P_DISK, "disk: " name, change, want)
#define REFUSE_ENGINE(name, change, want) \
	REFUSE(engine, PINBENCH_IOC_P2P_ENGINE, "engine: " name, change, want)

static void ask_badly(int fd)
{
	REFUSE_DISTANCE("no provider", r.provider = ~0u, ENODEV);
	REFUSE_DISTANCE("provider that is none", r.provider = other.address, ENODEV);
	REFUSE_DISTANCE("somebody else's client", r.client = 0, ENODEV);
	REFUSE_DISTANCE("no calls", r.calls = 0, EINVAL);
	REFUSE_DISTANCE("calls without end", r.calls = ~0u, EINVAL);
	REFUSE_DISTANCE("no room", r.samples.capacity = 1, ENOSPC);
	REFUSE_ALLOC("nothing", r.bytes = 0, EINVAL);
	REFUSE_ALLOC("without end", r.bytes = ~0ull, EINVAL);
	REFUSE_ALLOC("more than there is", r.bytes = 64 * MIB, ENOMEM);
	REFUSE_ALLOC("held without end", r.held = ~0u, EINVAL);
	REFUSE_ALLOC("more held than there is", r.held = PINBENCH_P2P_MAX_HELD, ENOMEM);
	REFUSE_ALLOC("unknown flag", r.flags = 2, EINVAL);
	REFUSE_ALLOC("no room for the second", r.free.capacity = 1, ENOSPC);
	REFUSE_ALLOC("nowhere to write to", r.free.durations = 8, EFAULT);
}

static void map_badly(int fd)
{
	REFUSE_MAP("no segments", r.segments = 0, EINVAL);
	REFUSE_MAP("segments without end", r.segments = ~0u, EINVAL);
	REFUSE_MAP("half a page", r.segment_bytes = 2048, EINVAL);
	REFUSE_MAP("three pages", r.segment_bytes = 3 * PAGE_BYTES, EINVAL);
	REFUSE_MAP("segment without end", r.segment_bytes = 1ull << 63, EINVAL);
	REFUSE_MAP("more than there is", r.segment_bytes = 2 * MIB; r.segments = 32, ENOMEM);
	REFUSE_MAP("system memory of a provider", r.flags = PINBENCH_P2P_SYSTEM, EINVAL);
	REFUSE_MAP("nowhere to write to", r.map.durations = 8, EFAULT);
	REFUSE_DISK("of no size", r.bytes = 0, EINVAL);
	REFUSE_DISK("of half a page", r.bytes = 2048, EINVAL);
	REFUSE_DISK("without end", r.bytes = ~0ull << 12, EINVAL);
	REFUSE_DISK("without requests", r.depth = 0, EINVAL);
	REFUSE_DISK("of requests without end", r.depth = ~0u, EINVAL);
	REFUSE_DISK("reserved", r.reserved = 1, EINVAL);
	REFUSE_DISK("of no client", r.client = ~0u, ENODEV);
	REFUSE_ENGINE("a whole page", r.bytes = PAGE_BYTES, EINVAL);
	REFUSE_ENGINE("nothing", r.bytes = 0, EINVAL);
	REFUSE_ENGINE("a third direction", r.direction = 2, EINVAL);
	REFUSE_ENGINE("reserved", r.reserved = 1, EINVAL);
	REFUSE_ENGINE("a device without one", r.client = memory.address, EOPNOTSUPP);
}

/* What has pages of its own is no BAR without. */
static void export_provider(int fd)
{
	struct pinbench_dmabuf_export r = {
		.bytes = MIB,
		.segment_bytes = PAGE_BYTES,
		.flags = PINBENCH_DMABUF_DYNAMIC | PINBENCH_DMABUF_BAR,
		.table = PINBENCH_TABLE_SEGMENTS,
		.pci_address = memory.address,
		.bar = PCI_IVSHMEM_BAR,
	};

	refuse("BAR that is p2pmem", fd, PINBENCH_IOC_DMABUF_EXPORT, &r, EBUSY);
}

/* Bytes of the provider's that nobody has. */
static long long available(void)
{
	char path[128], text[32] = "-1";

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/p2pmem/available", memory.name);
	sysfile_read(path, text, sizeof(text));
	return strtoll(text, NULL, 10);
}

/* What a process had is given back when the last that uses it is done. */
static void check_all_is_free(const char *name)
{
	char detail[64];
	int polls = 0;

	while (available() != BAR_BYTES && polls++ < PATIENCE)
		usleep(PAUSE_US);
	snprintf(detail, sizeof(detail), "%lld bytes are free", available());
	check(name, available() == BAR_BYTES, detail);
}

static bool ask(int fd, uint32_t which)
{
	struct pinbench_p2p_distance distance = good_distance();
	struct pinbench_p2p_alloc alloc = good_alloc();
	struct pinbench_p2p_map map = good_map();
	struct pinbench_p2p_engine engine = good_engine();

	switch (which) {
	case 0:
		return !ioctl(fd, PINBENCH_IOC_P2P_DISTANCE, &distance);
	case 1:
		alloc.flags = PINBENCH_P2P_SGL;
		alloc.held = 4096;
		return !ioctl(fd, PINBENCH_IOC_P2P_ALLOC, &alloc);
	case 2:
		map.segments = 512;
		return !ioctl(fd, PINBENCH_IOC_P2P_MAP, &map);
	case 3:
		map.flags = PINBENCH_P2P_SYSTEM;
		map.provider = 0;
		return !ioctl(fd, PINBENCH_IOC_P2P_MAP, &map);
	default:
		return !ioctl(fd, PINBENCH_IOC_P2P_ENGINE, &engine);
	}
}

static void *map_provider(uint64_t bytes)
{
	char path[128];
	void *ret;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/p2pmem/allocate", memory.name);
	fd = open(path, O_RDWR);
	ret = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return ret == MAP_FAILED ? NULL : ret;
}

static int open_disk(int fd)
{
	struct pinbench_p2p_disk r = good_disk();
	char path[64];

	if (ioctl(fd, PINBENCH_IOC_P2P_DISK, &r))
		return -1;
	snprintf(path, sizeof(path), "/dev/pinbench-disk%u", r.number);
	return open(path, O_RDWR | O_DIRECT);
}

/* Both ways, and then the file goes below an open disk. */
static void use_disk(void)
{
	int fd = device(), disk = open_disk(fd);
	char *bar = map_provider(MIB);
	struct pinbench_p2p_disk second = good_disk();

	check("a disk", disk >= 0, strerror(errno));
	check("memory of a device", bar != NULL, strerror(errno));
	if (disk < 0 || !bar)
		return;
	refuse("a second disk", fd, PINBENCH_IOC_P2P_DISK, &second, EBUSY);
	memset(bar, 0x5a, MIB);
	check("written to", pwrite(disk, bar, MIB, 0) == (ssize_t)MIB, strerror(errno));
	memset(bar, 0, MIB);
	check("read from", pread(disk, bar, MIB, 0) == (ssize_t)MIB, strerror(errno));
	check("the same", bar[0] == 0x5a && bar[MIB - 1] == 0x5a, "");
	close(fd);
	/* Without one it has no size. */
	check("no disk any more", pread(disk, bar, MIB, 0) <= 0, "");
	munmap(bar, MIB);
	close(disk);
	check_all_is_free("its memory is free again");
}

static void __attribute__((noreturn)) play(unsigned int seed)
{
	int fd = device(), disk = open_disk(fd);
	char *bar = map_provider(MIB);

	srandom(seed);
	for (;;) {
		uint32_t which = (uint32_t)random() % 7;

		if (which < 5)
			ask(fd, which);
		else if (which == 5)
			(void)!pwrite(disk, bar, MIB, 0);
		else
			(void)!pread(disk, bar, MIB, 0);
	}
}

static void kill_some(void)
{
	pid_t pids[PROCESSES] = {0};

	for (unsigned int i = 0; i < KILLS; i++) {
		pid_t *pid = &pids[i % PROCESSES];

		/* Somebody waits for a sign of life. */
		if (i % 10 == 0)
			check("p2p goes on", true, "");

		if (*pid) {
			usleep((useconds_t)random() % MOST_US);
			kill(*pid, SIGKILL);
			waitpid(*pid, NULL, 0);
		}
		*pid = fork();
		if (!*pid)
			play(i);
	}
	for (int i = 0; i < PROCESSES; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	check("killed in the middle", access("/sys/block/pinbench-disk0", F_OK) != 0,
	      "a disk is left");
	check_no_pins("p2p");
	check_all_is_free("and no memory");
}

/* All of it is free again, and the driver lets go, below a mapping too. */
static void take_back(void)
{
	char *bar = map_provider(64 * MIB);

	check("all memory is free again", bar != NULL, strerror(errno));
	pci_take_back(&other);
	pci_take_back(&memory);
	check("the driver lets go", !map_provider(MIB), "");
	if (bar)
		munmap(bar, 64 * MIB);
}

/* Some device that has a driver, and that is nobody's of ours. */
static void find_driven(char *ret_name, size_t bytes)
{
	DIR *dir = opendir("/sys/bus/pci/drivers/virtio-pci");
	const struct dirent *entry;

	*ret_name = '\0';
	while (dir && (entry = readdir(dir))) {
		if (strchr(entry->d_name, ':'))
			snprintf(ret_name, bytes, "%.*s", (int)bytes - 1, entry->d_name);
	}
	if (dir)
		closedir(dir);
}

/* By name: what is not there, what somebody has, and what is free. */
static void give_by_name(void)
{
	struct pci_device named;
	struct bench_ctx ctx = {0};
	char driven[32];

	find_driven(driven, sizeof(driven));
	check("no such device",
	      pci_give_named(&ctx, "0000:fe:1f.7", "pinbench", &named) == BENCH_SKIP &&
		      strstr(ctx.reason, "0000:fe:1f.7"),
	      ctx.reason);
	check("no name", pci_give_named(&ctx, "../..", "pinbench", &named) == BENCH_SKIP,
	      ctx.reason);
	check("somebody's device",
	      *driven && pci_give_named(&ctx, driven, "pinbench", &named) == BENCH_SKIP &&
		      strstr(ctx.reason, "virtio-pci"),
	      ctx.reason);
	check("by its name", !pci_give_named(&ctx, memory.name, "pinbench-p2p", &named),
	      ctx.reason);
	check("its memory", pci_largest_bar(&named) == PCI_IVSHMEM_BAR, "");
	check("p2pmem of it", available() == BAR_BYTES, "");
	pci_take_back(&named);
}

/* Requests for devices that were taken away say so. */
static void ask_for_what_is_gone(void)
{
	struct pinbench_p2p_distance distance = good_distance();
	struct pinbench_p2p_disk disk = good_disk();
	int fd = device();

	refuse("distance of what is gone", fd, PINBENCH_IOC_P2P_DISTANCE, &distance, ENODEV);
	refuse("a disk of what is gone", fd, PINBENCH_IOC_P2P_DISK, &disk, ENODEV);
	close(fd);
}

void hostile_p2p(void)
{
	struct bench_ctx ctx = {0};
	int err = pci_give(&ctx, PCI_IVSHMEM, "pinbench-p2p", &memory), fd;

	if (!err)
		err = pci_give(&ctx, PCI_EDU, "pinbench", &other);
	check("p2p devices", !err, ctx.reason);
	if (err)
		return;
	fd = device();
	ask_badly(fd);
	map_badly(fd);
	export_provider(fd);
	check_all_is_free("after what was refused");
	for (uint32_t i = 0; i < 5; i++)
		check("p2p request", ask(fd, i), strerror(errno));
	close(fd);
	check_all_is_free("after requests");
	use_disk();
	kill_some();
	take_back();
	ask_for_what_is_gone();
	give_by_name();
}
