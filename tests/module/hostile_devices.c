/* The hostile program, continued: a device's memory, and a device as importer. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/context.h"
#include "bench/core/pci.h"
#include "tests/module/hostile.h"

#define PAGE_BYTES 4096ul
#define MIB	   (1ul << 20)
#define IMPORTERS  3
#define WAIT_US	   200000

uint32_t provider, client;

static struct pinbench_dmabuf_export good_export(void)
{
	return (struct pinbench_dmabuf_export){
		.bytes = MIB,
		.segment_bytes = PAGE_BYTES,
		.flags = PINBENCH_DMABUF_DYNAMIC | PINBENCH_DMABUF_BAR,
		.table = PINBENCH_TABLE_SEGMENTS,
		.pci_address = provider,
		.bar = PCI_IVSHMEM_BAR,
	};
}

#define REFUSE_EXPORT(name, change, want)                               \
	do {                                                            \
		struct pinbench_dmabuf_export r = good_export();        \
		change;                                                 \
		refuse(name, fd, PINBENCH_IOC_DMABUF_EXPORT, &r, want); \
	} while (0)

static void export_badly(void)
{
	int fd = device();

	REFUSE_EXPORT("BAR of no device", r.pci_address = ~0u, ENODEV);
	REFUSE_EXPORT("BAR of somebody else's device", r.pci_address = 0, ENODEV);
	REFUSE_EXPORT("no such BAR", r.bar = 6, EINVAL);
	REFUSE_EXPORT("BAR without end", r.bar = ~0u, EINVAL);
	REFUSE_EXPORT("BAR that is smaller", r.bar = 0, EINVAL);
	REFUSE_EXPORT("more than the BAR", r.bytes = 128 * MIB, EINVAL);
	REFUSE_EXPORT("what is behind the BAR", r.bar_offset = 64 * MIB, EINVAL);
	REFUSE_EXPORT("what is far behind it", r.bar_offset = ~0ull << 12, EINVAL);
	REFUSE_EXPORT("half a page of the BAR", r.bar_offset = 2048, EINVAL);
	REFUSE_EXPORT("static BAR", r.flags = PINBENCH_DMABUF_BAR, EINVAL);
	REFUSE_EXPORT("BAR in two places", r.flags |= PINBENCH_DMABUF_TWO, EINVAL);
	REFUSE_EXPORT("pages of a BAR", r.table = PINBENCH_TABLE_PAGES, EINVAL);
	REFUSE_EXPORT("mapped pages of a BAR", r.insert = PINBENCH_INSERT_PAGE, EINVAL);
	REFUSE_EXPORT("returned pages of a BAR", r.insert = PINBENCH_INSERT_RETURNED, EINVAL);
	REFUSE_EXPORT("BAR that is none", r.flags = PINBENCH_DMABUF_DYNAMIC, EINVAL);
	close(fd);
}

static int export(int fd, uint32_t insert)
{
	struct pinbench_dmabuf_export r = good_export();

	r.insert = insert;
	return ioctl(fd, PINBENCH_IOC_DMABUF_EXPORT, &r) ? -1 : r.fd;
}

static int attach(int fd, int buffer, uint32_t flags, uint32_t address)
{
	struct pinbench_dmabuf_attach r = {
		.samples = samples(),
		.fd = buffer,
		.importers = IMPORTERS,
		.flags = flags,
		.pci_address = address,
	};

	return ioctl(fd, PINBENCH_IOC_DMABUF_ATTACH, &r) ? -errno : 0;
}

static int operate(int fd, uint32_t operation)
{
	struct pinbench_dmabuf_importers r = {.samples = samples(), .operation = operation};

	return ioctl(fd, PINBENCH_IOC_DMABUF_IMPORTERS, &r) ? -errno : 0;
}

static void attach_badly(int fd, int buffer)
{
	uint32_t peer = PINBENCH_ATTACH_DYNAMIC | PINBENCH_ATTACH_PEER;

	check("importer that is no peer", attach(fd, buffer, PINBENCH_ATTACH_DYNAMIC, 0) == -EINVAL,
	      "");
	check("importer that cannot be told", attach(fd, buffer, 0, 0) == -EINVAL, "");
	check("importer that is no device",
	      attach(fd, buffer, peer | PINBENCH_ATTACH_PCI, ~0u) == -ENODEV, "");
	check("importer and its address", attach(fd, buffer, peer, client) == -EINVAL, "");
}

static void touch(int buffer)
{
	volatile char *map = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_SHARED, buffer, 0);

	check("mapped by a program", map != MAP_FAILED, "");
	map[0] = 1;
	map[MIB - 1] = 2;
	check("it is memory", map[0] == 1 && map[MIB - 1] == 2, "");
	munmap((void *)map, MIB);
}

static void use(uint32_t insert)
{
	uint32_t flags = PINBENCH_ATTACH_DYNAMIC | PINBENCH_ATTACH_PEER | PINBENCH_ATTACH_PCI;
	int fd = device(), buffer = export(fd, insert);

	check("BAR as a buffer", buffer >= 0, strerror(errno));
	attach_badly(fd, buffer);
	check("attached", !attach(fd, buffer, flags, client), "");
	check("mapped for a device", !operate(fd, PINBENCH_IMPORTER_MAP), "");
	touch(buffer);
	/* The file goes first, and with it who has the buffer mapped; or the buffer. */
	if (insert == PINBENCH_INSERT_PFN)
		close(fd);
	close(buffer);
	if (insert != PINBENCH_INSERT_PFN)
		close(fd);
}

/* Its driver cannot let go of a device that a buffer is of. */
static void take_away(struct pci_device *device_of, int buffer)
{
	pid_t child = fork();
	int status;

	if (!child) {
		close(buffer);
		pci_take_back(device_of);
		_exit(0);
	}
	usleep(WAIT_US);
	check("taking it away waits", !waitpid(child, &status, WNOHANG), "");
	close(buffer);
	check("and ends", waitpid(child, &status, 0) == child && !status, "");
}

static void take_away_while_used(struct pci_device *given)
{
	int fd = device(), buffer = export(fd, PINBENCH_INSERT_PFN);
	struct bench_ctx ctx = {0};

	take_away(given, buffer);
	check("it is gone", export(fd, PINBENCH_INSERT_PFN) < 0 && errno == ENODEV, "");
	close(fd);
	check("and comes back", !pci_give(&ctx, PCI_IVSHMEM, "pinbench", given), ctx.reason);
}

void hostile_devices(void)
{
	struct pci_device memory = {0}, other = {0};
	struct bench_ctx ctx = {0};
	int err = pci_give(&ctx, PCI_IVSHMEM, "pinbench", &memory);

	if (!err)
		err = pci_give(&ctx, PCI_EDU, "pinbench", &other);
	check("devices", !err, ctx.reason);
	if (err)
		return;
	provider = memory.address;
	client = other.address;
	export_badly();
	use(PINBENCH_INSERT_PFN);
	use(PINBENCH_INSERT_REMAP);
	use(PINBENCH_INSERT_MIXED);
	take_away_while_used(&memory);
}
