/* See kvm.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "lab/doctor/kvm.h"

#define LIMIT_SECONDS 10
#define LOOPS	      100000
#define PORT	      0xf4

/* Of the virtual machine's memory: tables that map it to itself, the code, what it writes. */
#define MEMORY_BYTES 0x10000
#define PML4	     0x1000
#define PDPT	     0x2000
#define PD	     0x3000
#define CODE	     0x4000
#define DATA	     0x5000
#define STACK	     0x8000
#define PRESENT_RW   0x3
#define HUGE_RW	     0x83

/* Above what the virtual machine has of memory; for old processors of Intel. */
#define TSS_ADDRESS 0xfffbd000ul

#define MAX_CPUID 200

static const unsigned char code[] = {
	0xb9,	     LOOPS & 0xff, LOOPS >> 8 & 0xff,
	LOOPS >> 16, 0x00, /* mov $LOOPS, %ecx */
	0xff,	     0xc9, /* dec %ecx */
	0x75,	     0xfc, /* jnz -4 */
	0x31,	     0xc0, /* xor %eax, %eax */
	0x31,	     0xd2, /* xor %edx, %edx */
	0xf0,	     0x48,	   0x0f,
	0xc7,	     0x0f, /* lock cmpxchg16b (%rdi) */
	0xe6,	     PORT, /* out %al, $PORT */
	0xf4,		   /* hlt */
};

struct parts {
	int kvm, vm, cpu;
	unsigned char *memory;
	struct kvm_run *run;
};

static bool fails(struct pb_kvm_trial *trial, bool failed, const char *what)
{
	if (failed && !trial->failed) {
		trial->failed = what;
		trial->error = errno;
	}
	return trial->failed;
}

static void put64(unsigned char *memory, size_t at, uint64_t value)
{
	memcpy(memory + at, &value, sizeof(value));
}

static void fill_memory(unsigned char *memory)
{
	put64(memory, PML4, PDPT | PRESENT_RW);
	put64(memory, PDPT, PD | PRESENT_RW);
	put64(memory, PD, HUGE_RW);
	memcpy(memory + CODE, code, sizeof(code));
}

static void make_machine(struct parts *p, const char *device, struct pb_kvm_trial *trial)
{
	struct kvm_userspace_memory_region region = {.memory_size = MEMORY_BYTES};

	p->kvm = open(device, O_RDWR | O_CLOEXEC);
	if (fails(trial, p->kvm < 0, "open"))
		return;
	p->vm = ioctl(p->kvm, KVM_CREATE_VM, 0ul);
	if (fails(trial, p->vm < 0, "KVM_CREATE_VM"))
		return;
	ioctl(p->vm, KVM_SET_TSS_ADDR, TSS_ADDRESS);
	p->memory = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	if (fails(trial, p->memory == MAP_FAILED, "mmap of its memory"))
		return;
	fill_memory(p->memory);
	region.userspace_addr = (uintptr_t)p->memory;
	fails(trial, ioctl(p->vm, KVM_SET_USER_MEMORY_REGION, &region) < 0,
	      "KVM_SET_USER_MEMORY_REGION");
}

/* All that KVM can give: a processor that has less than the host's is no trial of it. */
static void set_cpuid(struct parts *p, struct pb_kvm_trial *trial)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entries[MAX_CPUID];
	} all = {.head = {.nent = MAX_CPUID}};

	fails(trial,
	      ioctl(p->kvm, KVM_GET_SUPPORTED_CPUID, &all) < 0 ||
		      ioctl(p->cpu, KVM_SET_CPUID2, &all) < 0,
	      "KVM_SET_CPUID2");
}

static void make_processor(struct parts *p, struct pb_kvm_trial *trial)
{
	int bytes;

	p->cpu = ioctl(p->vm, KVM_CREATE_VCPU, 0ul);
	if (fails(trial, p->cpu < 0, "KVM_CREATE_VCPU"))
		return;
	set_cpuid(p, trial);
	bytes = ioctl(p->kvm, KVM_GET_VCPU_MMAP_SIZE, 0ul);
	if (fails(trial, bytes < 0, "KVM_GET_VCPU_MMAP_SIZE"))
		return;
	p->run = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, p->cpu, 0);
	fails(trial, p->run == MAP_FAILED, "mmap of its processor");
}

/* As a 64-bit kernel runs: paging, ring 0, flat segments. */
static void set_registers(const struct parts *p, struct pb_kvm_trial *trial)
{
	const struct kvm_segment segment = {
		.limit = ~0u, .selector = 8, .type = 11, .present = 1, .s = 1, .l = 1, .g = 1};
	struct kvm_regs regs = {.rip = CODE, .rsp = STACK, .rdi = DATA, .rflags = 2};
	struct kvm_sregs sregs;

	if (fails(trial, ioctl(p->cpu, KVM_GET_SREGS, &sregs) < 0, "KVM_GET_SREGS"))
		return;
	sregs.cr0 = 0x80000033; /* PG, NE, ET, MP, PE */
	sregs.cr3 = PML4;
	sregs.cr4 = 0x20;   /* PAE */
	sregs.efer = 0x500; /* LMA, LME */
	sregs.cs = segment;
	sregs.ss = segment;
	sregs.ss.selector = 16;
	sregs.ss.type = 3;
	sregs.ss.l = 0;
	sregs.ss.db = 1;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss;
	fails(trial,
	      ioctl(p->cpu, KVM_SET_SREGS, &sregs) < 0 || ioctl(p->cpu, KVM_SET_REGS, &regs) < 0,
	      "KVM_SET_SREGS");
}

static uint64_t processor_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void run(const struct parts *p, struct pb_kvm_trial *trial)
{
	uint64_t begin = processor_ns();
	int result = ioctl(p->cpu, KVM_RUN, 0ul);
	struct kvm_regs regs = {0};

	trial->loop_ns = processor_ns() - begin;
	trial->loop_insns = 2 * LOOPS;
	if (fails(trial, result < 0, "KVM_RUN"))
		return;
	trial->exit = p->run->exit_reason;
	if (trial->exit == KVM_EXIT_INTERNAL_ERROR)
		trial->suberror = p->run->internal.suberror;
	ioctl(p->cpu, KVM_GET_REGS, &regs);
	trial->offset = regs.rip - CODE;
	trial->ran = trial->exit == KVM_EXIT_IO && p->run->io.port == PORT;
}

/* In the child; what it holds goes with it. */
static void try_here(const char *device, struct pb_kvm_trial *trial)
{
	struct parts parts = {0};

	make_machine(&parts, device, trial);
	if (!trial->failed)
		make_processor(&parts, trial);
	if (!trial->failed)
		set_registers(&parts, trial);
	if (!trial->failed)
		run(&parts, trial);
}

void pb_kvm_try(const char *device, struct pb_kvm_trial *ret_trial)
{
	struct pb_kvm_trial *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t child;

	*ret_trial = (struct pb_kvm_trial){.failed = "fork"};
	if (shared == MAP_FAILED)
		return;
	child = fork();
	if (!child) {
		alarm(LIMIT_SECONDS);
		try_here(device, shared);
		_exit(0);
	}
	if (child > 0 && waitpid(child, &status, 0) == child) {
		*ret_trial = *shared;
		ret_trial->hung = WIFSIGNALED(status);
	} else {
		ret_trial->error = errno;
	}
	munmap(shared, sizeof(*shared));
}
