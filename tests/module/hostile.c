/*
 * Runs in a guest instead of the agent: asks the module for what it must refuse, kills
 * processes that hold pins, and looks whether anything is left behind. Each check is
 * one line of output; the host's test reads them.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/kmsg.h"
#include "bench/core/sysfile.h"
#include "pinbench/marker.h"
#include "tests/module/hostile.h"

#define PAGE_BYTES 4096ul
#define PAGES	   1024ul
#define STEPS	   2000
#define SEQUENCES  10000

static uint64_t durations[PAGES];
static char *memory;

void check(const char *name, bool ok, const char *detail)
{
	printf("{\"event\":\"check\",\"name\":\"%s\",\"ok\":%s,\"detail\":\"%s\"}\n", name,
	       ok ? "true" : "false", detail);
	fflush(stdout);
}

int device(void)
{
	int fd = open(PINBENCH_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		check("open", false, strerror(errno));
		exit(EXIT_FAILURE);
	}
	return fd;
}

struct pinbench_samples samples(void)
{
	return (struct pinbench_samples){
		.durations = (uintptr_t)durations,
		.capacity = PAGES,
		.clock = PINBENCH_CLOCK_NS,
	};
}

static struct pinbench_gup_acquire good_acquire(void)
{
	return (struct pinbench_gup_acquire){
		.samples = samples(),
		.addr = (uintptr_t)memory,
		.nr_pages = PAGES,
		.batch = 16,
		.method = PINBENCH_GUP_PIN_FAST,
		.flags = PINBENCH_GUP_WRITE,
		.memfd = -1,
	};
}

static struct pinbench_gup_release good_release(void)
{
	return (struct pinbench_gup_release){
		.samples = samples(),
		.batch = 16,
		.method = PINBENCH_GUP_UNPIN,
	};
}

static int64_t pins_outstanding(void)
{
	uint64_t acquired = 0, released = 0;

	if (vmstat_read("nr_foll_pin_acquired", &acquired) ||
	    vmstat_read("nr_foll_pin_released", &released))
		check("vmstat", false, "no nr_foll_pin counters");
	return (int64_t)(acquired - released);
}

void check_no_pins(const char *name)
{
	char detail[64];
	int64_t pins = pins_outstanding();

	snprintf(detail, sizeof(detail), "%lld pins outstanding", (long long)pins);
	check(name, !pins, detail);
}

void refuse(const char *name, int fd, unsigned long ioctl_number, void *request, int want)
{
	char detail[96];
	int got = ioctl(fd, ioctl_number, request) ? errno : 0;

	snprintf(detail, sizeof(detail), "wanted errno %d, got %d", want, got);
	check(name, got == want && !pins_outstanding(), detail);
}

#define REFUSE_ACQUIRE(name, change, want)                            \
	do {                                                          \
		struct pinbench_gup_acquire r = good_acquire();       \
		change;                                               \
		refuse(name, fd, PINBENCH_IOC_GUP_ACQUIRE, &r, want); \
	} while (0)

static void refuse_bad_acquires(void)
{
	int fd = device();

	REFUSE_ACQUIRE("no pages", r.nr_pages = 0, EINVAL);
	REFUSE_ACQUIRE("too many pages", r.nr_pages = PINBENCH_MAX_PAGES + 1ull, EINVAL);
	REFUSE_ACQUIRE("pages overflow", r.nr_pages = ~0ull, EINVAL);
	REFUSE_ACQUIRE("no batch", r.batch = 0, EINVAL);
	REFUSE_ACQUIRE("batch beyond pages", r.batch = PAGES + 1, EINVAL);
	REFUSE_ACQUIRE("unaligned", r.addr += 1, EINVAL);
	REFUSE_ACQUIRE("kernel address", r.addr = 0xffff888000000000ull, EINVAL);
	REFUSE_ACQUIRE("address wraps", r.addr = ~0ull << 12, EINVAL);
	REFUSE_ACQUIRE("unmapped", r.addr = (uintptr_t)memory + PAGES * PAGE_BYTES, EFAULT);
	REFUSE_ACQUIRE("unknown method", r.method = PINBENCH_GUP_NR_ACQUIRE, EINVAL);
	REFUSE_ACQUIRE("huge method", r.method = ~0u, EINVAL);
	REFUSE_ACQUIRE("unknown flag", r.flags |= 1u << 31, EINVAL);
	REFUSE_ACQUIRE("long-term without a pin",
		       (r.method = PINBENCH_GUP_GET_FAST, r.flags |= PINBENCH_GUP_LONGTERM),
		       EINVAL);
	REFUSE_ACQUIRE("bad memfd",
		       (r.method = PINBENCH_GUP_MEMFD_PIN_FOLIOS, r.addr = 0, r.memfd = -1), EBADF);
	REFUSE_ACQUIRE("no memfd",
		       (r.method = PINBENCH_GUP_MEMFD_PIN_FOLIOS, r.addr = 0, r.memfd = fd),
		       EINVAL);
	REFUSE_ACQUIRE(
		"memfd offset beyond a file",
		(r.method = PINBENCH_GUP_MEMFD_PIN_FOLIOS, r.addr = 1ull << 63, r.memfd = fd),
		EINVAL);
	REFUSE_ACQUIRE("samples too short", r.samples.capacity = 1, ENOSPC);
	REFUSE_ACQUIRE("samples nowhere", r.samples.durations = 8, EFAULT);
	REFUSE_ACQUIRE("samples in the kernel", r.samples.durations = 0xffff888000000000ull,
		       EFAULT);
	REFUSE_ACQUIRE("unknown clock", r.samples.clock = 7, EINVAL);
	REFUSE_ACQUIRE("unknown samples flag", r.samples.flags = 1u << 9, EINVAL);
	REFUSE_ACQUIRE("region without marks", r.samples.region = 1, EINVAL);
	REFUSE_ACQUIRE(
		"unknown region",
		(r.samples.flags |= PINBENCH_SAMPLES_MARK, r.samples.region = PINBENCH_REGIONS),
		EINVAL);
	refuse("no argument", fd, PINBENCH_IOC_GUP_ACQUIRE, NULL, EFAULT);
	refuse("unknown ioctl", fd, _IOWR('b', 0xff, int), NULL, ENOTTY);
	close(fd);
}

static void refuse_endless_nothing(void)
{
	int fd = device();
	struct pinbench_null r = {
		.samples = good_acquire().samples,
		.calls = 1,
		.loops = PINBENCH_NULL_MAX_LOOPS + 1,
	};

	refuse("too many loops", fd, PINBENCH_IOC_NULL, &r, EINVAL);
	r.loops = PINBENCH_NULL_MAX_LOOPS;
	check("as many as may be", !ioctl(fd, PINBENCH_IOC_NULL, &r), "");
	close(fd);
}

static void refuse_bad_releases(void)
{
	struct pinbench_gup_acquire acquire = good_acquire();
	struct pinbench_gup_release r = good_release();
	int fd = device();

	refuse("release of nothing", fd, PINBENCH_IOC_GUP_RELEASE, &r, EINVAL);
	acquire.method = PINBENCH_GUP_GET_FAST;
	check("get", !ioctl(fd, PINBENCH_IOC_GUP_ACQUIRE, &acquire), "");
	refuse("unpin of a reference", fd, PINBENCH_IOC_GUP_RELEASE, &r, EINVAL);
	refuse("second acquire", fd, PINBENCH_IOC_GUP_ACQUIRE, &acquire, EBUSY);
	r.method = PINBENCH_GUP_NR_RELEASE;
	refuse("unknown release", fd, PINBENCH_IOC_GUP_RELEASE, &r, EINVAL);
	r.method = PINBENCH_GUP_PUT_PAGE;
	r.batch = 0;
	refuse("release without batch", fd, PINBENCH_IOC_GUP_RELEASE, &r, EINVAL);
	r.batch = ~0u;
	check("release in one", !ioctl(fd, PINBENCH_IOC_GUP_RELEASE, &r) && r.pages == PAGES, "");
	close(fd);
}

static void close_while_pinned(void)
{
	struct pinbench_gup_acquire r = good_acquire();
	int fd = device();

	check("pin", !ioctl(fd, PINBENCH_IOC_GUP_ACQUIRE, &r) && r.pages == PAGES, "");
	check("pins are counted", pins_outstanding() == PAGES, "");
	close(fd);
	check_no_pins("closed while pinned");
}

/* The child pins and then never stops pinning; it dies somewhere in the middle. */
static void kill_while_pinning(void)
{
	for (int i = 0; i < 20; i++) {
		pid_t child = fork();
		int status;

		if (!child) {
			int fd = device();

			for (;;) {
				struct pinbench_gup_acquire a = good_acquire();
				struct pinbench_gup_release r = good_release();

				a.batch = 1;
				a.samples.flags = i & 1 ? PINBENCH_SAMPLES_AVOID_TICK : 0;
				ioctl(fd, PINBENCH_IOC_GUP_ACQUIRE, &a);
				ioctl(fd, PINBENCH_IOC_GUP_RELEASE, &r);
			}
		}
		usleep(10000 + 7000 * i);
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
	}
	check_no_pins("killed while pinning");
}

static void *hammer(void *context)
{
	int fd = *(int *)context;

	for (int i = 0; i < 200; i++) {
		struct pinbench_gup_acquire a = good_acquire();
		struct pinbench_gup_release r = good_release();

		ioctl(fd, PINBENCH_IOC_GUP_ACQUIRE, &a);
		ioctl(fd, PINBENCH_IOC_GUP_RELEASE, &r);
	}
	return NULL;
}

static void share_a_file(void)
{
	pthread_t threads[4];
	int fd = device();

	for (size_t i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, hammer, &fd);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	close(fd);
	check_no_pins("four threads on one file");
}

/* Every method and random sizes, in random order; a fixed seed keeps it repeatable. */
static void random_sequence(int memfd)
{
	int fd = device();

	srandom(1);
	for (int i = 0; i < STEPS; i++) {
		struct pinbench_gup_acquire a = good_acquire();
		struct pinbench_gup_release r = good_release();

		a.method = (uint32_t)random() % (PINBENCH_GUP_NR_ACQUIRE + 1);
		a.nr_pages = 1 + (uint64_t)random() % PAGES;
		a.batch = 1 + (uint32_t)random() % (PAGES + 8);
		a.flags = (uint32_t)random() % 8;
		if (a.method == PINBENCH_GUP_MEMFD_PIN_FOLIOS) {
			a.addr = 0;
			a.memfd = memfd;
		}
		ioctl(fd, PINBENCH_IOC_GUP_ACQUIRE, &a);
		r.method = (uint32_t)random() % (PINBENCH_GUP_NR_RELEASE + 1);
		r.batch = 1 + (uint32_t)random() % (PAGES + 8);
		ioctl(fd, PINBENCH_IOC_GUP_RELEASE, &r);
		if (random() % 8 == 0) {
			close(fd);
			fd = device();
		}
	}
	close(fd);
	check_no_pins("random sequence");
}

static void unload(void)
{
	bool gone = !syscall(SYS_delete_module, "pinbench", O_NONBLOCK);

	check("module unloads", gone, gone ? "" : strerror(errno));
}

static void ask_badly_and_leave(int memfd)
{
	refuse_bad_acquires();
	refuse_bad_releases();
	refuse_endless_nothing();
	close_while_pinned();
	kill_while_pinning();
	share_a_file();
	random_sequence(memfd);
	hostile_memory(memory, PAGES);
	hostile_sharing(memory, PAGES);
}

/* {"seed":N} repeats the sequences of which a log says so, and nothing else. */
static unsigned int seed_of(const json_t *plan)
{
	const json_t *seed = json_object_get(plan, "seed");
	unsigned int drawn = 1;

	if (seed)
		return (unsigned int)json_integer_value(seed);
	/* Not the time: a guest's begins where it likes. */
	if (getrandom(&drawn, sizeof(drawn), GRND_NONBLOCK) < 0)
		check("random seed", true, "none: 1");
	return drawn;
}

static unsigned int sequences_of(const json_t *plan)
{
	const json_t *sequences = json_object_get(plan, "sequences");

	return sequences ? (unsigned int)json_integer_value(sequences) : SEQUENCES;
}

int main(int argc, char **argv)
{
	json_t *plan = json_load_file(argv[argc - 1], 0, NULL);
	int kmsg = kmsg_open();
	char line[256] = "";
	int memfd = memfd_create("hostile", 0);

	memory = mmap(NULL, 2 * PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* Behind the region lies nothing. */
	munmap(memory + PAGES * PAGE_BYTES, PAGES * PAGE_BYTES);
	memset(memory, 1, PAGES * PAGE_BYTES);
	memset(durations, 0, sizeof(durations));
	if (memfd < 0 || ftruncate(memfd, PAGES * PAGE_BYTES))
		check("memfd", false, strerror(errno));

	if (!json_object_get(plan, "seed"))
		hostile_p2p();
	if (!json_object_get(plan, "seed"))
		hostile_counters(memory, PAGES);
	hostile_devices();
	if (!json_object_get(plan, "seed"))
		ask_badly_and_leave(memfd);
	/* Processes that come and go by the hundred do not need a copy of it. */
	madvise(memory, PAGES * PAGE_BYTES, MADV_DONTFORK);
	hostile_random(seed_of(plan), sequences_of(plan));
	unload();
	check("no splat", !kmsg_find_splat(kmsg, line, sizeof(line)), line);
	check("end", true, "");
	return 0;
}
