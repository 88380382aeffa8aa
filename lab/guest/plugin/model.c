/*
 * Caches and TLB: see model.h. Least recently used goes first. L1 is looked up by virtual
 * address, the last level by physical address, which is asked for only when L1 has missed. Pages
 * are 4 KiB; the kernel's own memory and code are mapped in pages of 2 MiB.
 */
#include "lab/guest/plugin/model.h"
#include "lab/guest/plugin/rare.h"

#define LINE_SHIFT 6
#define L1_SETS	   64 /* times 8 ways times 64 bytes: 32 KiB */
#define L1_WAYS	   8
#define LLC_SETS   2048 /* times 16 ways times 64 bytes: 2 MiB */
#define LLC_WAYS   16
#define TLB_SETS   16 /* times 4 ways: 64 entries */
#define TLB_WAYS   4

#define PAGE_SHIFT	 12
#define LARGE_PAGE_SHIFT 21
#define KERNEL_HALF	 (1ull << 63)
/* The direct map and the kernel's image: Documentation/arch/x86/x86_64/mm.rst. */
#define DIRECT_MAP_START 0xffff888000000000ull
#define DIRECT_MAP_END	 0xffffc88000000000ull
#define IMAGE_START	 0xffffffff80000000ull
#define IMAGE_END	 0xffffffffa0000000ull

/* Keys are kept one higher: zero is an empty way. Most recently used first. */
static uint64_t l1[L1_SETS][L1_WAYS];
static uint64_t llc[LLC_SETS][LLC_WAYS];
static uint64_t tlb[TLB_SETS][TLB_WAYS];

/* 1 if it was there; in any case it is the first now. */
static int look_up(uint64_t *ways, unsigned int count, uint64_t key)
{
	unsigned int i = 0;
	uint64_t moved = key + 1;

	if (ways[0] == key + 1)
		return 1;
	for (; i < count; i++) {
		uint64_t old = ways[i];

		ways[i] = moved;
		if (old == key + 1)
			return 1;
		moved = old;
	}
	return 0;
}

static void miss(uint64_t *count)
{
	(*count)++;
	rare.any++;
}

static int is_large(uint64_t address)
{
	return (address >= DIRECT_MAP_START && address < DIRECT_MAP_END) ||
	       (address >= IMAGE_START && address < IMAGE_END);
}

static void access_tlb(uint64_t address)
{
	unsigned int shift = is_large(address) ? LARGE_PAGE_SHIFT : PAGE_SHIFT;
	uint64_t page = address >> shift;

	/* The size is part of the key: two sizes never share an entry. */
	if (!look_up(tlb[page % TLB_SETS], TLB_WAYS, page << 1 | (shift == PAGE_SHIFT)))
		miss(&rare.dtlb);
}

static void access_llc(qemu_plugin_meminfo_t info, uint64_t address)
{
	const struct qemu_plugin_hwaddr *hwaddr = qemu_plugin_get_hwaddr(info, address);
	uint64_t line;

	if (!hwaddr || qemu_plugin_hwaddr_is_io(hwaddr))
		return;
	line = qemu_plugin_hwaddr_phys_addr(hwaddr) >> LINE_SHIFT;
	if (!look_up(llc[line % LLC_SETS], LLC_WAYS, line))
		miss(&rare.llc);
}

void model_access(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	uint64_t line = address >> LINE_SHIFT;

	access_tlb(address);
	if (look_up(l1[line % L1_SETS], L1_WAYS, line))
		return;
	miss(&rare.l1d);
	access_llc(info, address);
}

void model_flush_tlb(void)
{
	for (unsigned int set = 0; set < TLB_SETS; set++) {
		for (unsigned int way = 0; way < TLB_WAYS; way++) {
			uint64_t key = tlb[set][way] - 1;
			unsigned int shift = key & 1 ? PAGE_SHIFT : LARGE_PAGE_SHIFT;

			if (tlb[set][way] && !(key >> 1 << shift & KERNEL_HALF))
				tlb[set][way] = 0;
		}
	}
}
