/*
 * The hostile program, continued: events of perf that the module is to switch on and off. Those
 * that are none are refused; those that are some count in the calls alone, under whatever lock a
 * region lies, and lockdep looks on.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/module/hostile.h"

#define PAGE_BYTES 4096ul
#define MIB	   (1ul << 20)
#define IMPORTERS  3
#define WORDS	   8

static char *memory;
static size_t pages;

static int open_event(uint64_t config, pid_t pid, int leader)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = config,
		.disabled = leader < 0,
		.read_format = PERF_FORMAT_GROUP,
	};

	return (int)syscall(SYS_perf_event_open, &attr, pid, -1, leader, 0);
}

/* By way of user memory that is there, with perf's mutex held: what lockdep has to know. */
static uint64_t count_of(int event)
{
	uint64_t words[WORDS] = {0};

	return read(event, words, sizeof(words)) > 0 ? words[1] : 0;
}

static struct pinbench_samples counted(int event)
{
	struct pinbench_samples s = samples();

	s.flags = PINBENCH_SAMPLES_COUNT;
	s.nr_counters = 1;
	s.counters[0] = event;
	return s;
}

#define REFUSE(name, change, want)                                           \
	do {                                                                 \
		struct pinbench_null r = {.samples = samples(), .calls = 1}; \
		change;                                                      \
		refuse(name, fd, PINBENCH_IOC_NULL, &r, want);               \
	} while (0)

static void refuse_what_is_no_event(void)
{
	int fd = device(), event = open_event(PERF_COUNT_SW_CPU_CLOCK, 0, -1), pipes[2];

	if (event < 0 || pipe(pipes)) {
		check("an event", false, strerror(errno));
		return;
	}
	REFUSE("counting nothing", r.samples.flags = PINBENCH_SAMPLES_COUNT, EINVAL);
	REFUSE("events that are not counted", r.samples.nr_counters = 1, EINVAL);
	REFUSE("a left-over event", r.samples.counters[PINBENCH_MAX_COUNTERS - 1] = 1, EINVAL);
	REFUSE("too many events",
	       (r.samples = counted(event), r.samples.nr_counters = PINBENCH_MAX_COUNTERS + 1),
	       EINVAL);
	REFUSE("event without a file", r.samples = counted(-1), EBADF);
	REFUSE("event that is the device", r.samples = counted(fd), EINVAL);
	REFUSE("event that is a pipe", r.samples = counted(pipes[0]), EINVAL);
	REFUSE("second event that is none",
	       (r.samples = counted(event), r.samples.nr_counters = 2, r.samples.counters[1] = fd),
	       EINVAL);
	REFUSE("events of too few samples", (r.samples = counted(event), r.samples.capacity = 0),
	       ENOSPC);
	check("refused events are off", !count_of(event), "");
	close(pipes[0]);
	close(pipes[1]);
	close(event);
	close(fd);
}

/* It has counted, and does not any more. */
static void expect_counted(const char *name, int event, uint64_t *last, bool done)
{
	uint64_t now = count_of(event);
	char detail[96];

	snprintf(detail, sizeof(detail), "%s, errno %d, %llu ns", done ? "done" : "refused", errno,
		 (unsigned long long)(now - *last));
	check(name, done && now > *last && count_of(event) == now, detail);
	*last = now;
}

static bool acquire(int fd, int event, uint32_t method, bool release)
{
	struct pinbench_gup_acquire a = {
		.samples = counted(event),
		.addr = (uintptr_t)memory,
		.nr_pages = pages,
		.batch = (uint32_t)pages,
		.method = method,
		.flags = PINBENCH_GUP_WRITE,
		.memfd = -1,
	};
	struct pinbench_gup_release r = {
		.samples = counted(event),
		.batch = (uint32_t)pages,
		.method = PINBENCH_GUP_UNPIN,
	};

	if (ioctl(fd, PINBENCH_IOC_GUP_ACQUIRE, &a))
		return false;
	return !release || !ioctl(fd, PINBENCH_IOC_GUP_RELEASE, &r);
}

static bool gup_of_mapping(int fd, int event)
{
	struct pinbench_pfnmap_gup r = {
		.samples = counted(event),
		.addr = (uintptr_t)memory,
		.nr_pages = pages,
		.method = PINBENCH_GUP_PIN,
	};
	struct pinbench_pfnmap_follow follow = {
		.samples = counted(event),
		.addr = (uintptr_t)memory,
		.nr_pages = pages,
	};

	return !ioctl(fd, PINBENCH_IOC_PFNMAP_GUP, &r) &&
	       !ioctl(fd, PINBENCH_IOC_PFNMAP_FOLLOW, &follow);
}

static bool operate(int fd, int event, uint32_t operation)
{
	struct pinbench_dmabuf_importers r = {.samples = counted(event), .operation = operation};

	return !ioctl(fd, PINBENCH_IOC_DMABUF_IMPORTERS, &r);
}

static bool share(int fd, int event)
{
	struct pinbench_dmabuf_export e = {
		.bytes = MIB,
		.segment_bytes = PAGE_BYTES,
		.flags = PINBENCH_DMABUF_DYNAMIC | PINBENCH_DMABUF_TWO,
	};
	struct pinbench_dmabuf_attach attach = {
		.samples = counted(event),
		.importers = IMPORTERS,
		.flags = PINBENCH_ATTACH_DYNAMIC,
	};
	struct pinbench_dmabuf_exporter tell = {
		.samples = counted(event),
		.operation = PINBENCH_EXPORTER_INVALIDATE,
	};
	struct pinbench_dmabuf_move move = {.samples = counted(event)};
	bool ok = !ioctl(fd, PINBENCH_IOC_DMABUF_EXPORT, &e);

	attach.fd = tell.fd = move.fd = e.fd;
	ok = ok && !ioctl(fd, PINBENCH_IOC_DMABUF_ATTACH, &attach) &&
	     operate(fd, event, PINBENCH_IMPORTER_MAP) &&
	     !ioctl(fd, PINBENCH_IOC_DMABUF_EXPORTER, &tell) &&
	     operate(fd, event, PINBENCH_IMPORTER_MAP) &&
	     operate(fd, event, PINBENCH_IMPORTER_UNMAP) &&
	     !ioctl(fd, PINBENCH_IOC_DMABUF_MOVE, &move) &&
	     operate(fd, event, PINBENCH_IMPORTER_DETACH);
	if (e.fd > 0)
		close(e.fd);
	return ok;
}

static bool subscribe(int fd, int event)
{
	struct pinbench_notifier_subscribe r = {.samples = counted(event), .count = IMPORTERS};
	struct pinbench_notifier end = {
		.samples = counted(event),
		.operation = PINBENCH_NOTIFIER_UNSUBSCRIBE,
	};

	return !ioctl(fd, PINBENCH_IOC_NOTIFIER_SUBSCRIBE, &r) &&
	       !ioctl(fd, PINBENCH_IOC_NOTIFIER, &end);
}

static void count_under_every_lock(void)
{
	int fd = device(), event = open_event(PERF_COUNT_SW_CPU_CLOCK, 0, -1);
	int second = open_event(PERF_COUNT_SW_PAGE_FAULTS, 0, event);
	uint64_t last = 0;

	if (event < 0 || second < 0) {
		check("a group of events", false, strerror(errno));
		return;
	}
	/* Twice: what is taken under what may show only when both ways have been gone. */
	for (int i = 0; i < 2; i++) {
		expect_counted("counted without a lock", event, &last,
			       acquire(fd, event, PINBENCH_GUP_PIN_FAST, true));
		expect_counted("counted under mmap_lock", event, &last,
			       acquire(fd, event, PINBENCH_GUP_PIN, true));
		expect_counted("counted in lookups under mmap_lock", event, &last,
			       gup_of_mapping(fd, event));
		expect_counted("counted under a reservation lock", event, &last, share(fd, event));
		expect_counted("counted in subscriptions", event, &last, subscribe(fd, event));
	}
	/* The file goes with what it holds; the event is still ours. */
	expect_counted("counted in pins that stay", event, &last,
		       acquire(fd, event, PINBENCH_GUP_PIN_FAST, false));
	close(fd);
	check_no_pins("pins that were counted");
	close(second);
	close(event);
}

/* What is left of an event whose task is gone may be switched, and counts nothing. */
static void count_for_the_dead(void)
{
	struct pinbench_null r = {.calls = 16};
	int fd = device(), event;
	pid_t child = fork();

	if (!child)
		pause();
	event = open_event(PERF_COUNT_SW_CPU_CLOCK, child, -1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	r.samples = counted(event);
	check("event of who is dead",
	      event >= 0 && !ioctl(fd, PINBENCH_IOC_NULL, &r) && r.samples.count == 16 &&
		      !count_of(event),
	      strerror(errno));
	close(event);
	close(fd);
}

void hostile_counters(char *region, size_t region_pages)
{
	memory = region;
	pages = region_pages;
	refuse_what_is_no_event();
	count_under_every_lock();
	count_for_the_dead();
}
