/*
 * A machine on a processor of the host: what it has of its definition, and that it is another
 * machine than that of the emulator. QEMU is a script that says its version.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab/guest/machine.h"
#include "reports/error.h"
#include "scratch.h"

/* One key of the definition. */
struct change {
	const char *key;
	const char *value;
};

static bool has_pair(const GPtrArray *arguments, const char *option, const char *value)
{
	for (guint i = 0; i + 1 < arguments->len; i++)
		if (!strcmp(arguments->pdata[i], option) && !strcmp(arguments->pdata[i + 1], value))
			return true;
	return false;
}

/* Of a key that stands twice in a definition the last counts. */
static void write_definition(void **state, const struct change *change)
{
	g_autofree char *emulator =
		scratch_program(state, "fake-qemu", "echo 'QEMU emulator version 9.9.9'\n");
	g_autofree char *text = g_strdup_printf(
		"[machine]\ndescription=x\nemulator=%s\ntype=pc\ncpu=max,-rdrand\ncpus=1\n"
		"memory_mib=512\nicount=true\nsnapshot=true\n%s=%s\n",
		emulator, change ? change->key : "cmdline", change ? change->value : "");
	g_autofree char *path = scratch_write(state, "machines/test.ini", text);
}

static struct pb_machine *loaded_kvm(void **state, const struct change *change, bool pmu)
{
	struct pb_machine *machine = NULL;
	g_autoptr(GError) error = NULL;

	write_definition(state, change);
	if (pb_machine_load_kvm(*state, "test", pmu, &machine, &error))
		fail_msg("%s", error->message);
	return machine;
}

/* Nothing of what is there for the emulator's sake, and the timer that a processor has. */
static void a_processor_of_the_host(void **state)
{
	static const char *const unwanted[] = {"no_timer_check", "nolapic_timer", "tsc_early_khz",
					       "hpet=disable", "pmtmr"};
	static const char *const kept[] = {"hugepages=36", "nokaslr", "rdinit=/init",
					   "clocksource=tsc", "random.trust_cpu=off"};
	const struct change change = {"cmdline", "hugepages=36"};
	g_autoptr(pb_machine) machine = loaded_kvm(state, &change, false);
	g_autoptr(GPtrArray) a = pb_machine_arguments(machine, "vmlinux", "initramfs");

	assert_true(machine->kvm);
	assert_false(machine->icount || machine->snapshot);
	assert_true(has_pair(a, "-accel", "kvm"));
	assert_true(has_pair(a, "-cpu", "host,migratable=off,pmu=off"));
	assert_true(has_pair(a, "-machine", "pc,kernel-irqchip=on"));
	for (guint i = 0; i < a->len; i++)
		assert_null(strstr(a->pdata[i], "icount"));
	for (gsize i = 0; i < G_N_ELEMENTS(unwanted); i++)
		assert_null(strstr(machine->cmdline, unwanted[i]));
	for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
		if (!strstr(machine->cmdline, kept[i]))
			fail_msg("%s is not in: %s", kept[i], machine->cmdline);
}

/* What a definition says of who its processor is and who serves interrupts is meant. */
static void what_a_processor_of_the_host_keeps(void **state)
{
	const struct change split = {"type", "q35,sata=off,kernel-irqchip=split"};
	const struct change zen = {"cpu", "max,-rdrand,-erms,family=25,model=1"};
	g_autoptr(pb_machine) iommu = loaded_kvm(state, &split, true);
	g_autoptr(pb_machine) trusted = loaded_kvm(state, &zen, true);

	assert_string_equal(iommu->type, split.value);
	assert_string_equal(iommu->cpu, "host,migratable=off,pmu=on");
	assert_string_equal(trusted->cpu, "host,migratable=off,pmu=on,family=25,model=1,"
					  "vendor=AuthenticAMD");
}

/* A result of one is never that of the other. */
static void an_accelerator_is_part_of_the_hash(void **state)
{
	g_autoptr(pb_machine) with = loaded_kvm(state, NULL, true);
	g_autoptr(pb_machine) without = loaded_kvm(state, NULL, false);
	struct pb_machine *tcg = NULL;

	assert_int_equal(pb_machine_load_timed(*state, "test", &tcg, NULL), 0);
	assert_false(tcg->kvm);
	assert_string_not_equal(with->sha256, without->sha256);
	assert_string_not_equal(with->sha256, tcg->sha256);
	assert_string_not_equal(without->sha256, tcg->sha256);
	pb_machine_free(tcg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_processor_of_the_host),
		IN_SCRATCH(what_a_processor_of_the_host_keeps),
		IN_SCRATCH(an_accelerator_is_part_of_the_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
