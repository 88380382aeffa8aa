/* The processor's help: virtualisation and counters. What is only there may not work, so try. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lab/doctor/checks.h"

#define KVM_FILE "/dev/kvm"
/* A loop of as many is counted as as many at least. */
#define LOOPS 100000

/* What fails first on the way to a virtual processor, or NULL; errno says why. */
static const char *try_kvm(int kvm)
{
	const char *failed = "KVM_CREATE_VM";
	int vm = ioctl(kvm, KVM_CREATE_VM, 0ul), cpu = -1, err;

	if (vm >= 0) {
		failed = "KVM_CREATE_VCPU";
		cpu = ioctl(vm, KVM_CREATE_VCPU, 0ul);
	}
	err = errno;
	if (cpu >= 0)
		close(cpu);
	if (vm >= 0)
		close(vm);
	errno = err;
	return cpu >= 0 ? NULL : failed;
}

static void check_kvm(json_t *checks)
{
	int kvm = open(KVM_FILE, O_RDWR | O_CLOEXEC);
	const char *failed;

	if (kvm < 0) {
		pb_doctor_add(checks, "KVM", PB_DOCTOR_NO,
			      errno == EACCES
				      ? "sudo ./run.sh, or be of the group that has " KVM_FILE
				      : "modprobe kvm_intel (kvm_amd), on a machine with "
					"virtualisation",
			      KVM_FILE ": %s", strerror(errno));
		return;
	}
	failed = try_kvm(kvm);
	if (failed)
		pb_doctor_add(checks, "KVM", PB_DOCTOR_NO,
			      "a machine whose virtualisation works, or a guest that is given it",
			      KVM_FILE " opens, and %s fails: %s", failed, strerror(errno));
	else
		pb_doctor_add(checks, "KVM", PB_DOCTOR_NOT_TRIED, NULL,
			      "a virtual processor can be made; no guest was booted on it. Guests "
			      "run in the emulator either way");
	close(kvm);
}

static int open_instructions(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static void check_counters(json_t *checks)
{
	int counter = open_instructions();
	guint64 count = 0;

	if (counter < 0) {
		pb_doctor_add(
			checks, "counters (PMU)", PB_DOCTOR_NO,
			errno == EACCES || errno == EPERM ? "sysctl kernel.perf_event_paranoid=1"
							  : "a machine, or a guest, that has a PMU",
			"instructions of the processor cannot be counted: %s", strerror(errno));
		return;
	}
	for (volatile int i = 0; i < LOOPS; i++)
		;
	if (read(counter, &count, sizeof(count)) != sizeof(count))
		count = 0;
	close(counter);
	if (count < LOOPS)
		pb_doctor_add(checks, "counters (PMU)", PB_DOCTOR_NO,
			      "a machine, or a guest, that has a PMU",
			      "a counter can be opened, but it does not count");
	else
		pb_doctor_add(checks, "counters (PMU)", PB_DOCTOR_YES, NULL,
			      "instructions of the processor are counted");
}

void pb_doctor_processor(json_t *checks)
{
	check_kvm(checks);
	check_counters(checks);
}
