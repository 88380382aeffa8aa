/* The processor's help: virtualisation and counters. What is only there may not work, so try. */
#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include "lab/doctor/checks.h"
#include "lab/doctor/kvm.h"
#include "lab/util/pmu.h"

#define KVM_FILE "/dev/kvm"
/* No processor takes so long for an instruction of a loop; a program that reads them does. */
#define SLOW_NS 100

#define OTHER_MACHINE "a machine whose virtualisation works, or a guest that is given it"

static char *how_it_stopped(const struct pb_kvm_trial *trial)
{
	const char *where = trial->offset == PB_KVM_CMPXCHG16B_OFFSET ? " at lock cmpxchg16b" : "";

	if (trial->hung)
		return g_strdup("it does not come back");
	if (trial->exit == KVM_EXIT_INTERNAL_ERROR)
		return g_strdup_printf("KVM stops%s: internal error, suberror %u%s", where,
				       trial->suberror,
				       trial->suberror == KVM_INTERNAL_ERROR_EMULATION
					       ? " (an instruction that it cannot execute)"
					       : "");
	return g_strdup_printf("it ended%s with KVM_EXIT %u", where, trial->exit);
}

static void check_virtual_processor(json_t *checks, const struct pb_kvm_trial *trial)
{
	double ns = (double)trial->loop_ns / (double)MAX(trial->loop_insns, 1);
	g_autofree char *slow = g_strdup_printf("at %.0f ns an instruction: KVM interprets what "
						"guests' kernels execute",
						ns);
	g_autofree char *stopped = trial->ran ? NULL : how_it_stopped(trial);
	bool is_slow = !trial->hung && ns > SLOW_NS;

	if (trial->ran && !is_slow)
		pb_doctor_add(checks, "KVM", PB_DOCTOR_YES, NULL,
			      "a virtual processor ran code; timed guests are tried on it");
	else if (trial->ran)
		pb_doctor_add(checks, "KVM", PB_DOCTOR_NO, OTHER_MACHINE,
			      "a virtual processor ran code, %s", slow);
	else
		pb_doctor_add(checks, "KVM", PB_DOCTOR_NO, OTHER_MACHINE,
			      "a virtual processor can be made, but %s%s%s. An ordinary guest does "
			      "not boot on it; the emulator runs it",
			      stopped, is_slow ? "; it came so far " : "", is_slow ? slow : "");
}

static void check_kvm(json_t *checks)
{
	struct pb_kvm_trial trial;

	pb_kvm_try(KVM_FILE, &trial);
	if (!trial.failed)
		check_virtual_processor(checks, &trial);
	else if (!strcmp(trial.failed, "open"))
		pb_doctor_add(checks, "KVM", PB_DOCTOR_NO,
			      trial.error == EACCES
				      ? "sudo ./run.sh, or be of the group that has " KVM_FILE
				      : "modprobe kvm_intel (kvm_amd), on a machine with "
					"virtualisation",
			      KVM_FILE ": %s", strerror(trial.error));
	else
		pb_doctor_add(checks, "KVM", PB_DOCTOR_NO, OTHER_MACHINE,
			      KVM_FILE " opens, and %s fails: %s", trial.failed,
			      strerror(trial.error));
}

static void check_counters(json_t *checks)
{
	int err = pb_pmu_try();

	if (!err)
		pb_doctor_add(checks, "counters (PMU)", PB_DOCTOR_YES, NULL,
			      "instructions of the processor are counted");
	else if (err == -ENODATA)
		pb_doctor_add(checks, "counters (PMU)", PB_DOCTOR_NO,
			      "a machine, or a guest, that has a PMU",
			      "a counter can be opened, but it does not count");
	else
		pb_doctor_add(checks, "counters (PMU)", PB_DOCTOR_NO,
			      err == -EACCES || err == -EPERM
				      ? "be root, or sysctl kernel.perf_event_paranoid=1"
				      : "a machine, or a guest, that has a PMU",
			      "instructions of the processor cannot be counted: %s",
			      strerror(-err));
}

void pb_doctor_processor(json_t *checks)
{
	check_kvm(checks);
	check_counters(checks);
}
