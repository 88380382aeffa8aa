/* The hostile program, continued: buffers of CMA, held pages, TEE devices. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/tee.h>
#include "bench/core/leftovers.h"
#include "tests/module/hostile.h"

#define PAGE_BYTES 4096ul
#define MIB	   (1ul << 20)
#define POLLS	   500

static struct pinbench_cma_alloc good_alloc(void)
{
	return (struct pinbench_cma_alloc){.samples = samples(), .bytes = MIB};
}

#define REFUSE_ALLOC(name, change, want)                            \
	do {                                                        \
		struct pinbench_cma_alloc r = good_alloc();         \
		change;                                             \
		refuse(name, fd, PINBENCH_IOC_CMA_ALLOC, &r, want); \
	} while (0)

static uint64_t cma_used(void)
{
	struct leftovers now;

	leftovers_note(&now);
	return now.cma_used_pages;
}

static void alloc_badly(void)
{
	struct pinbench_cma_free none = {.samples = samples()};
	int fd = device();

	REFUSE_ALLOC("buffer of no bytes", r.bytes = 0, EINVAL);
	REFUSE_ALLOC("buffer of half a page", r.bytes = 2048, EINVAL);
	REFUSE_ALLOC("buffer without end", r.bytes = ~0ull << 12, EINVAL);
	REFUSE_ALLOC("buffer and more", r.reserved = 1, EINVAL);
	REFUSE_ALLOC("buffer without samples", r.samples.capacity = 0, ENOSPC);
	REFUSE_ALLOC("buffer, samples nowhere", r.samples.durations = 8, EFAULT);
	close(fd);
	fd = device();
	refuse("free of nothing", fd, PINBENCH_IOC_CMA_FREE, &none, EINVAL);
	close(fd);
}

static void alloc_and_forget(void)
{
	struct pinbench_cma_alloc huge = good_alloc();
	uint64_t before = cma_used(), during;
	char detail[96];
	int fd = device();

	huge.bytes = (uint64_t)PINBENCH_MAX_PAGES * PAGE_BYTES;
	check("more than there is",
	      !ioctl(fd, PINBENCH_IOC_CMA_ALLOC, &huge) && huge.error == ENOMEM, "");
	for (int i = 0; i < 8; i++) {
		struct pinbench_cma_alloc one = good_alloc();

		ioctl(fd, PINBENCH_IOC_CMA_ALLOC, &one);
	}
	during = cma_used();
	close(fd);
	snprintf(detail, sizeof(detail), "%llu pages before, %llu held, %llu after",
		 (unsigned long long)before, (unsigned long long)during,
		 (unsigned long long)cma_used());
	check("buffers go with the file", during == before + 8 * 256 && cma_used() == before,
	      detail);
}

#define REFUSE_HOLD(name, count, how, want)                                      \
	do {                                                                     \
		struct pinbench_cma_hold r = {(uintptr_t)addresses, count, how}; \
		refuse(name, fd, PINBENCH_IOC_CMA_HOLD, &r, want);               \
	} while (0)

static void hold_badly(char *memory, size_t pages)
{
	uint64_t addresses[4] = {(uintptr_t)memory, (uintptr_t)memory + PAGE_BYTES, 0, 0};
	struct pinbench_cma_hold nowhere = {.addresses = 8, .nr_pages = 1};
	struct pinbench_cma_hold two = {.addresses = (uintptr_t)addresses, .nr_pages = 2};
	int fd = device();

	REFUSE_HOLD("hold of nothing", 0, 0, EINVAL);
	REFUSE_HOLD("hold without end", ~0u, 0, EINVAL);
	REFUSE_HOLD("hold with other flags", 1, PINBENCH_GUP_WRITE, EINVAL);
	refuse("hold of a list that is not there", fd, PINBENCH_IOC_CMA_HOLD, &nowhere, EFAULT);
	addresses[2] = (uintptr_t)memory + 1;
	REFUSE_HOLD("hold of a page and a bit", 3, 0, EINVAL);
	addresses[2] = 0xffff888000000000ull;
	REFUSE_HOLD("hold of the kernel's memory", 3, 0, EINVAL);
	addresses[2] = (uintptr_t)memory + pages * PAGE_BYTES;
	REFUSE_HOLD("hold of what is not mapped", 3, 0, EFAULT);
	refuse("letting go of nothing", fd, PINBENCH_IOC_CMA_LET_GO, NULL, EINVAL);
	check("hold", !ioctl(fd, PINBENCH_IOC_CMA_HOLD, &two), "");
	check("second hold", ioctl(fd, PINBENCH_IOC_CMA_HOLD, &two) && errno == EBUSY, "");
	close(fd);
	check_no_pins("closed while holding");
}

static int open_tee(int fd, struct pinbench_tee_create *ret_created)
{
	struct tee_ioctl_version_data version;
	char path[32];

	if (ioctl(fd, PINBENCH_IOC_TEE_CREATE, ret_created))
		return -1;
	for (int i = 0; i < 32; i++) {
		int tee;

		snprintf(path, sizeof(path), "/dev/tee%d", i);
		tee = open(path, O_RDWR | O_CLOEXEC);
		if (tee >= 0 && !ioctl(tee, TEE_IOC_VERSION, &version) &&
		    version.impl_caps == ret_created->impl_caps)
			return tee;
		if (tee >= 0)
			close(tee);
	}
	return -1;
}

static int register_with(int tee, char *memory, size_t bytes)
{
	struct tee_ioctl_shm_register_data data = {.addr = (uintptr_t)memory, .length = bytes};

	return ioctl(tee, TEE_IOC_SHM_REGISTER, &data);
}

static bool tee_is_gone(void)
{
	for (int i = 0; i < POLLS && !access("/dev/tee0", F_OK); i++)
		usleep(10000);
	return access("/dev/tee0", F_OK) != 0;
}

static void outlive_the_file(char *memory)
{
	struct pinbench_tee_create created, again;
	int fd = device(), tee = open_tee(fd, &created), shm;

	check("TEE device", tee >= 0, tee < 0 ? strerror(errno) : "");
	check("the same TEE device",
	      !ioctl(fd, PINBENCH_IOC_TEE_CREATE, &again) && again.impl_caps == created.impl_caps,
	      "");
	shm = register_with(tee, memory, 64 * PAGE_BYTES);
	check("registered", shm >= 0, "");
	check("registered what is not mapped", register_with(tee, NULL, PAGE_BYTES) < 0, "");
	/* The device outlives the file that it belongs to while it is in use. */
	close(fd);
	check("registered after the close", register_with(tee, memory, PAGE_BYTES) >= 0, "");
	close(tee);
	close(shm);
}

static void end_with_all_open(char *memory)
{
	pid_t child = fork();

	if (!child) {
		struct pinbench_tee_create created;
		int fd = device(), tee = open_tee(fd, &created);

		for (int i = 0; i < 16; i++)
			register_with(tee, memory + (size_t)i * 4 * PAGE_BYTES, 4 * PAGE_BYTES);
		raise(SIGKILL);
	}
	waitpid(child, NULL, 0);
	check_no_pins("killed with a TEE registration");
}

static void too_many_devices(void)
{
	struct pinbench_tee_create created;
	int fds[40], made = 0;
	char detail[64];

	for (int i = 0; i < 40; i++) {
		fds[i] = device();
		made += !ioctl(fds[i], PINBENCH_IOC_TEE_CREATE, &created);
	}
	for (int i = 0; i < 40; i++)
		close(fds[i]);
	snprintf(detail, sizeof(detail), "%d of 40 were made", made);
	check("as many TEE devices as the kernel has", made > 1 && made < 40, detail);
}

static void open_tees(char *memory)
{
	pid_t child = fork();

	/* A process of its own, so that descriptors that are not closed go all the same. */
	if (!child) {
		outlive_the_file(memory);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	check("TEE device goes with its users", tee_is_gone(), "");
	end_with_all_open(memory);
	too_many_devices();
	check("TEE devices are gone", tee_is_gone(), "");
	check_no_pins("no TEE registration left");
}

void hostile_memory(char *memory, size_t pages)
{
	alloc_badly();
	alloc_and_forget();
	hold_badly(memory, pages);
	open_tees(memory);
}
