/* The memory under test: see backing.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/backing.h"
#include "bench/core/pageflags.h"
#include "bench/core/sysfile.h"
#include "bench/core/undo.h"

#define BASE_PAGE_BYTES 4096ul
#define HUGE_PAGE_BYTES (2ul << 20)
#define THP_DIR		"/sys/kernel/mm/transparent_hugepage"
#define THP_2M		THP_DIR "/hugepages-2048kB/enabled"
#define THP_64K		THP_DIR "/hugepages-64kB/enabled"

enum populate {
	POPULATE_WRITE,
	POPULATE_READ,
	POPULATE_NOT
};

struct backing_kind {
	const char *name;
	const char *pages; /* folio sizes that it comes in */
	int (*map)(struct bench_ctx *ctx, struct backing *b);
	enum populate populate;
	bool shared_by_child;
	bool consumed;
	bool read_only;
	bool anon; /* promised page flags, besides the folio size */
	bool hugetlb;
	bool zero;
};

const struct bench_param backing_param_backing = {
	.name = "backing",
	.fallback = "anon",
	.allowed = (const char *const[]){"anon", "hugetlb", "memfd", "tmpfs", "file", "zero",
					 "forked", "unfaulted", NULL},
	.help = "the memory: anonymous, hugetlb, memfd, tmpfs file, file on a filesystem, the zero "
		"page, shared with a forked child, or not faulted in yet",
};

const struct bench_param backing_param_page = {
	.name = "page",
	.fallback = "4k",
	.allowed = (const char *const[]){"4k", "64k", "2m", "1g", "any", NULL},
	.help = "its folio size: 4k, 64k (mTHP), 2m (THP or hugetlb), 1g (hugetlb), any (the "
		"filesystem decides)",
};

const struct bench_param backing_param_size = {
	.name = "size",
	.fallback = "16m",
	.allowed = (const char *const[]){"2m", "4m", "8m", "16m", "32m", "64m", "1g", NULL},
	.help = "size of the region",
};

static int reserve(struct bench_ctx *ctx, struct backing *b)
{
	size_t align = b->folio_bytes > HUGE_PAGE_BYTES ? b->folio_bytes : HUGE_PAGE_BYTES;

	/* A hugetlb mapping is made of whole pages, even where the region is a part of one. */
	b->mapped_bytes = (b->bytes + align - 1) & ~(align - 1);
	b->reserved_bytes = b->mapped_bytes + align;
	b->reserved = mmap(NULL, b->reserved_bytes, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (b->reserved == MAP_FAILED) {
		b->reserved = NULL;
		return bench_fail(ctx, errno, "cannot reserve %zu bytes of address space: %s",
				  b->reserved_bytes, strerror(errno));
	}
	b->addr = (void *)(((uintptr_t)b->reserved + align - 1) & ~(align - 1));
	return 0;
}

static int map_at(struct bench_ctx *ctx, struct backing *b, int flags, int fd)
{
	int prot = b->kind->read_only ? PROT_READ : PROT_READ | PROT_WRITE;
	void *addr = mmap(b->addr, b->mapped_bytes, prot, flags | MAP_FIXED, fd, 0);

	if (addr != MAP_FAILED)
		return 0;
	if (flags & MAP_HUGETLB)
		return bench_skip(ctx,
				  "not enough free hugetlb pages of %s for %zu bytes (%s); more "
				  "by nr_hugepages in /sys/kernel/mm/hugepages, those of 1g best "
				  "at boot: hugepagesz=1G hugepages=1",
				  bench_param(ctx, "page"), b->mapped_bytes, strerror(errno));
	return bench_fail(ctx, errno, "cannot map %zu bytes: %s", b->bytes, strerror(errno));
}

/* mTHP sizes are switched system-wide, so the smaller one needs the larger one off. */
static int choose_thp(struct bench_ctx *ctx, struct backing *b)
{
	if (b->folio_bytes == BASE_PAGE_BYTES)
		return madvise(b->addr, b->bytes, MADV_NOHUGEPAGE) && errno != EINVAL
			       ? bench_fail(ctx, errno, "MADV_NOHUGEPAGE: %s", strerror(errno))
			       : 0;
	if (b->folio_bytes < HUGE_PAGE_BYTES) {
		if (undo_swap_choice(THP_64K, "madvise", b->mthp_saved, sizeof(b->mthp_saved)) ||
		    undo_swap_choice(THP_2M, "never", b->thp_saved, sizeof(b->thp_saved)))
			return bench_skip(ctx, "this kernel has no 64k mTHP to switch on (%s)",
					  THP_64K);
	}
	if (madvise(b->addr, b->bytes, MADV_HUGEPAGE))
		return bench_skip(ctx, "this kernel has no transparent huge pages: %s",
				  strerror(errno));
	return 0;
}

static int map_anon(struct bench_ctx *ctx, struct backing *b)
{
	int err = map_at(ctx, b, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	return err ? err : choose_thp(ctx, b);
}

static int map_hugetlb(struct bench_ctx *ctx, struct backing *b)
{
	int size = __builtin_ctzl(b->folio_bytes) << MAP_HUGE_SHIFT;

	return map_at(ctx, b, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | size, -1);
}

static int map_file(struct bench_ctx *ctx, struct backing *b)
{
	if (ftruncate(b->fd, (off_t)b->bytes))
		return bench_fail(ctx, errno, "cannot grow the file to %zu bytes: %s", b->bytes,
				  strerror(errno));
	return map_at(ctx, b, MAP_SHARED, b->fd);
}

static int map_memfd(struct bench_ctx *ctx, struct backing *b)
{
	unsigned int flags = MFD_CLOEXEC;

	if (b->folio_bytes == HUGE_PAGE_BYTES)
		flags |= MFD_HUGETLB | (21u << MAP_HUGE_SHIFT);
	b->fd = memfd_create("pinbench", flags);
	if (b->fd < 0)
		return bench_skip(ctx, "memfd_create: %s", strerror(errno));
	return map_file(ctx, b);
}

static int open_unlinked(struct bench_ctx *ctx, const char *dir)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/pinbench-XXXXXX", dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return bench_fail(ctx, errno, "cannot create a file in %s: %s", dir,
				  strerror(errno));
	unlink(path);
	return fd;
}

/* A tmpfs of its own, so that huge= is ours to choose; gone when the file is closed. */
static int map_tmpfs(struct bench_ctx *ctx, struct backing *b)
{
	bool huge = b->folio_bytes == HUGE_PAGE_BYTES;
	char dir[] = "/tmp/pinbench-tmpfs-XXXXXX";

	if (!mkdtemp(dir))
		return bench_fail(ctx, errno, "cannot create %s: %s", dir, strerror(errno));
	if (mount("pinbench", dir, "tmpfs", 0, huge ? "huge=always" : "huge=never")) {
		rmdir(dir);
		return bench_skip(ctx, "cannot mount a tmpfs: %s", strerror(errno));
	}
	b->fd = open_unlinked(ctx, dir);
	umount2(dir, MNT_DETACH);
	rmdir(dir);
	return b->fd < 0 ? b->fd : map_file(ctx, b);
}

static int map_filesystem(struct bench_ctx *ctx, struct backing *b)
{
	const char *dir = bench_scratch_dir(ctx);
	struct statfs fs;

	if (statfs(dir, &fs))
		return bench_skip(ctx, "no folder for files: %s: %s", dir, strerror(errno));
	if (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC)
		return bench_skip(
			ctx, "%s is in memory, not on a filesystem; name another with --dir", dir);
	b->fd = open_unlinked(ctx, dir);
	if (b->fd < 0)
		return b->fd;
	/* Blocks are allocated now: a hole's first write would take the filesystem's path. */
	if (posix_fallocate(b->fd, 0, (off_t)b->bytes))
		return bench_skip(ctx, "%s has no room for %zu bytes", dir, b->bytes);
	return map_file(ctx, b);
}

/* clang-format off */
static const struct backing_kind kinds[] = {
	{.name = "anon", .pages = "4k 64k 2m", .map = map_anon, .anon = true},
	{.name = "hugetlb", .pages = "2m 1g", .map = map_hugetlb, .hugetlb = true},
	{.name = "memfd", .pages = "4k 2m", .map = map_memfd},
	{.name = "tmpfs", .pages = "4k 2m", .map = map_tmpfs},
	{.name = "file", .pages = "any", .map = map_filesystem},
	{.name = "zero", .pages = "4k", .map = map_anon, .populate = POPULATE_READ,
	 .consumed = true, .read_only = true, .zero = true},
	{.name = "forked", .pages = "4k 2m", .map = map_anon, .shared_by_child = true,
	 .consumed = true, .anon = true},
	{.name = "unfaulted", .pages = "4k 64k 2m", .map = map_anon, .populate = POPULATE_NOT,
	 .consumed = true},
};
/* clang-format on */

static const struct backing_kind *find_kind(const struct bench_ctx *ctx)
{
	const char *name = bench_param(ctx, "backing");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	}
	return NULL;
}

bool backing_is_consumed(const struct bench_ctx *ctx)
{
	return find_kind(ctx)->consumed;
}

static bool comes_in(const struct backing_kind *kind, const char *page)
{
	const char *found = strstr(kind->pages, page);

	return found && (found == kind->pages || found[-1] == ' ');
}

static void populate(struct backing *b)
{
	volatile char *addr = b->addr;

	for (size_t i = 0; i < b->bytes && b->kind->populate != POPULATE_NOT;
	     i += BASE_PAGE_BYTES) {
		if (b->kind->populate == POPULATE_WRITE)
			addr[i] = 1;
		else
			(void)addr[i];
	}
}

/* The child only has to be there: its mapping is what makes the pages shared. */
static int share_with_child(struct bench_ctx *ctx, struct backing *b)
{
	b->sharer = fork();
	if (b->sharer < 0)
		return bench_fail(ctx, errno, "fork: %s", strerror(errno));
	if (!b->sharer) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return 0;
}

static int verify(struct bench_ctx *ctx, const struct backing *b)
{
	const struct backing_kind *kind = b->kind;
	struct page_survey s;
	int err = page_survey_take(b->addr, b->mapped_bytes, &s);

	if (err)
		return bench_skip(ctx, "cannot verify what backs the memory (%s); run as root",
				  strerror(-err));
	if (kind->populate == POPULATE_NOT)
		return s.resident ? bench_skip(ctx, "%zu of %zu pages are there already",
					       s.resident, s.pages)
				  : 0;
	if (s.resident != s.pages)
		return bench_skip(ctx, "only %zu of %zu pages are resident", s.resident, s.pages);
	if (kind->zero && s.zero != s.pages)
		return bench_skip(ctx, "only %zu of %zu pages are the zero page", s.zero, s.pages);
	if (kind->anon && s.anon != s.pages)
		return bench_skip(ctx, "only %zu of %zu pages are anonymous", s.anon, s.pages);
	if (kind->shared_by_child && s.exclusive)
		return bench_skip(ctx, "%zu of %zu pages are not shared with the child",
				  s.exclusive, s.pages);
	if (kind->hugetlb && s.hugetlb != s.pages)
		return bench_skip(ctx, "only %zu of %zu pages are hugetlb", s.hugetlb, s.pages);
	if (!b->folio_bytes) {
		bench_fact_number(ctx, "folio_min_bytes", (double)s.smallest_folio);
		bench_fact_number(ctx, "folio_max_bytes", (double)s.largest_folio);
		return 0;
	}
	if (s.smallest_folio != b->folio_bytes || s.largest_folio != b->folio_bytes)
		return bench_skip(ctx, "wanted folios of %zu bytes, got %zu to %zu", b->folio_bytes,
				  s.smallest_folio, s.largest_folio);
	return 0;
}

static int fill(struct bench_ctx *ctx, struct backing *b)
{
	int err = reserve(ctx, b);

	if (!err)
		err = b->kind->map(ctx, b);
	if (err)
		return err;
	populate(b);
	if (b->kind->shared_by_child)
		err = share_with_child(ctx, b);
	return err ? err : verify(ctx, b);
}

int backing_prepare(struct bench_ctx *ctx, struct backing *ret_backing)
{
	const char *page = bench_param(ctx, "page");
	int err;

	*ret_backing = (struct backing){
		.kind = find_kind(ctx),
		.bytes = bench_param_size_bytes(ctx, "size"),
		.folio_bytes = bench_param_size_bytes(ctx, "page"),
		.fd = -1,
	};
	if (!comes_in(ret_backing->kind, page))
		return bench_skip(ctx, "backing=%s does not come in page=%s, only in: %s",
				  ret_backing->kind->name, page, ret_backing->kind->pages);
	err = fill(ctx, ret_backing);
	if (err)
		backing_drop(ret_backing);
	return err;
}

void backing_drop(struct backing *b)
{
	if (b->sharer > 0) {
		kill(b->sharer, SIGKILL);
		waitpid(b->sharer, NULL, 0);
	}
	if (b->reserved)
		munmap(b->reserved, b->reserved_bytes);
	if (b->kind && b->fd >= 0)
		close(b->fd);
	if (b->thp_saved[0])
		undo_now(THP_2M, b->thp_saved);
	if (b->mthp_saved[0])
		undo_now(THP_64K, b->mthp_saved);
	*b = (struct backing){.fd = -1};
}
