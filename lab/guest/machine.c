/* The emulated machine: see machine.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "lab/guest/machine.h"
#include "lab/guest/protocol.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"

/*
 * One virtual nanosecond per instruction, whatever the host does. sleep=off lets an
 * idle guest jump to its next timer instead of waiting for it.
 */
#define ICOUNT "shift=0,align=off,sleep=off"

/*
 * Under icount the tick comes from the PIT: the APIC timer would be calibrated against
 * it in a loop that costs more than the rest of the boot. Not on a machine in real
 * time, where it costs nothing and a second processor would starve without its own.
 *
 * The frequency of the TSC is known: one tick an instruction. Without a timer to refine it by, the
 * kernel takes our word. It would find 1000.000 or 999.999 MHz, by where a few instructions of the
 * boot fall, and from then on two kernels would not sleep and wake alike.
 */
#define CMDLINE_ICOUNT "nolapic_timer tsc_early_khz=1000000 hpet=disable pmtmr=0"

/*
 * Nothing random, nothing calibrated, every lock prefix kept, and the first sign of
 * trouble ends the boot.
 */
#define CMDLINE                                                                     \
	"console=ttyS0 rdinit=/init nokaslr norandmaps noreplace-smp tsc=reliable " \
	"clocksource=tsc%s random.trust_cpu=off "                                   \
	"random.trust_bootloader=off panic=-1 oops=panic brd.rd_nr=1 brd.rd_size=131072"

/* The emulator's timer may come late, and the kernel would give it up for broken; KVM's does not.
 */
#define CMDLINE_TCG " no_timer_check"

/* As the host's is: nothing hidden from the guest so that it could move to another host. */
#define CPU_KVM "host,migratable=off,pmu=%s"
/* What the emulator's processors are, and what the kernel asks beside the family. */
#define CPU_KVM_VENDOR ",vendor=AuthenticAMD"
#define IRQCHIP	       "kernel-irqchip="

/* QEMU 9.0 and later refuse plugins of version 1. */
#define LAST_PLUGIN_V1_MAJOR 8

/* It is made anew in each boot. */
#define MAX_DISK_MIB 1024

static int refuse_unknown_keys(GKeyFile *file, const char *path, GError **ret_error)
{
	static const char *const known[] = {"description", "emulator",	 "type",    "cpu",
					    "cpus",	   "memory_mib", "icount",  "snapshot",
					    "disk_mib",	   "arguments",	 "cmdline", NULL};
	g_auto(GStrv) keys = g_key_file_get_keys(file, "machine", NULL, NULL);

	for (char **key = keys; key && *key; key++) {
		if (!g_strv_contains(known, *key))
			return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
				       "%s: [machine] has no key '%s'", path, *key);
	}
	return 0;
}

/* A saved state has what the disk's driver thinks of it, and not what is on it. */
static int check_disk(const struct pb_machine *m, const char *path, GError **ret_error)
{
	if (m->disk_mib >= 0 && m->disk_mib <= MAX_DISK_MIB && !(m->disk_mib && m->snapshot))
		return 0;
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "%s: [machine] disk_mib is 0 to %d, and 0 where snapshot=true", path,
		       MAX_DISK_MIB);
}

static int read_keys(struct pb_machine *m, GKeyFile *file, const char *path, GError **ret_error)
{
	g_autofree char *extra = g_key_file_get_string(file, "machine", "cmdline", NULL);
	g_autoptr(GString) cmdline = g_string_new(NULL);

	m->description = g_key_file_get_string(file, "machine", "description", NULL);
	m->emulator = g_key_file_get_string(file, "machine", "emulator", NULL);
	m->type = g_key_file_get_string(file, "machine", "type", NULL);
	m->cpu = g_key_file_get_string(file, "machine", "cpu", NULL);
	m->cpus = g_key_file_get_integer(file, "machine", "cpus", NULL);
	m->memory_mib = g_key_file_get_integer(file, "machine", "memory_mib", NULL);
	m->disk_mib = g_key_file_get_integer(file, "machine", "disk_mib", NULL);
	m->icount = g_key_file_get_boolean(file, "machine", "icount", NULL);
	m->snapshot = g_key_file_get_boolean(file, "machine", "snapshot", NULL);
	m->arguments = g_key_file_get_string_list(file, "machine", "arguments", NULL, NULL);
	g_string_printf(cmdline, CMDLINE, m->kvm ? "" : CMDLINE_TCG);
	if (m->icount)
		g_string_append(cmdline, " " CMDLINE_ICOUNT);
	if (extra)
		g_string_append_printf(cmdline, " %s", extra);
	m->cmdline = g_strdup(cmdline->str);
	if (!m->description || !m->emulator || !m->type || !m->cpu || m->cpus < 1 ||
	    m->memory_mib < 128)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s: [machine] wants description, emulator, type, cpu, cpus and "
			       "memory_mib (128 or more)",
			       path);
	return check_disk(m, path, ret_error);
}

static int ask_version(struct pb_machine *m, GError **ret_error)
{
	const char *const argv[] = {m->emulator, "--version", NULL};
	struct pb_command command = {.argv = argv, .timeout_seconds = 30};
	g_autofree char *output = NULL, *program = g_find_program_in_path(m->emulator);

	if (!program)
		return pb_fail(ret_error, ENOENT, PB_EXIT_ENVIRONMENT,
			       "%s is not installed; on Debian: apt-get install qemu-system-x86",
			       m->emulator);
	if (pb_command_run(&command, &output, ret_error))
		return -EIO;
	output[strcspn(output, "\n")] = '\0';
	m->emulator_version = g_steal_pointer(&output);
	return 0;
}

static void compute_sha256(struct pb_machine *m)
{
	g_autoptr(GPtrArray) arguments = pb_machine_arguments(m, "vmlinux", "initramfs");

	g_ptr_array_add(arguments, g_strdup(m->emulator_version));
	if (m->disk_mib)
		g_ptr_array_add(arguments, g_strdup_printf("disk_mib=%d", m->disk_mib));
	if (!m->snapshot)
		g_ptr_array_add(arguments, g_strdup("snapshot=false"));
	g_ptr_array_add(arguments, NULL);
	m->sha256 = pb_sha256_strings((const char *const *)arguments->pdata);
}

static int unknown_machine(const char *configs_dir, const char *name, GError **ret_error)
{
	g_autofree char *dir_path = g_build_filename(configs_dir, "machines", NULL);
	g_autoptr(GDir) dir = g_dir_open(dir_path, 0, NULL);
	g_autoptr(GString) names = g_string_new(NULL);
	const char *entry;

	while (dir && (entry = g_dir_read_name(dir))) {
		if (g_str_has_suffix(entry, ".ini"))
			g_string_append_printf(names, " %.*s", (int)strlen(entry) - 4, entry);
	}
	return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE, "no machine is called '%s'; there are:%s",
		       name, names->str);
}

static int read_file(const char *configs_dir, const char *name, GKeyFile *file, char **ret_path,
		     GError **ret_error)
{
	g_autofree char *leaf = g_strconcat(name, ".ini", NULL);
	g_autofree char *path = g_build_filename(configs_dir, "machines", leaf, NULL);
	g_autoptr(GError) why = NULL;

	if (strchr(name, '/') || !g_file_test(path, G_FILE_TEST_EXISTS))
		return unknown_machine(configs_dir, name, ret_error);
	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &why))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "%s: %s", path, why->message);
	*ret_path = g_steal_pointer(&path);
	return refuse_unknown_keys(file, *ret_path, ret_error);
}

/* Of -cpu what says who the processor is ("family=25"); what it can do is the host's affair. */
static char *kvm_cpu(const char *defined, bool pmu)
{
	g_auto(GStrv) words = g_strsplit(defined, ",", -1);
	GString *cpu = g_string_new(NULL);
	bool has_family = false;

	g_string_append_printf(cpu, CPU_KVM, pmu ? "on" : "off");
	for (char **word = words; *word; word++) {
		has_family |= g_str_has_prefix(*word, "family=");
		if (strchr(*word, '='))
			g_string_append_printf(cpu, ",%s", *word);
	}
	if (has_family && !strstr(defined, "vendor="))
		g_string_append(cpu, CPU_KVM_VENDOR);
	return g_string_free(cpu, FALSE);
}

static void make_kvm(struct pb_machine *m, bool pmu)
{
	char *cpu = kvm_cpu(m->cpu, pmu);

	g_free(m->cpu);
	m->cpu = cpu;
	/* Interrupts are the kernel's own business, but where an emulated IOMMU translates them. */
	if (!strstr(m->type, IRQCHIP)) {
		char *type = g_strconcat(m->type, "," IRQCHIP "on", NULL);

		g_free(m->type);
		m->type = type;
	}
}

/* What else than the definition decides what the machine is. */
struct variant {
	bool timed;
	bool kvm; /* timed alone */
	bool pmu;
};

static int make(const char *name, GKeyFile *file, const char *path, const struct variant *variant,
		struct pb_machine **ret_machine, GError **ret_error)
{
	g_autoptr(pb_machine) m = g_new0(struct pb_machine, 1);
	int err;

	m->name = g_strdup(name);
	m->kvm = variant->kvm;
	err = read_keys(m, file, path, ret_error);
	if (!err && m->kvm)
		make_kvm(m, variant->pmu);
	if (!err)
		err = ask_version(m, ret_error);
	if (err)
		return err;
	compute_sha256(m);
	*ret_machine = g_steal_pointer(&m);
	return 0;
}

static int load(const char *configs_dir, const char *name, const struct variant *variant,
		struct pb_machine **ret_machine, GError **ret_error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree char *path = NULL;
	int err = read_file(configs_dir, name, file, &path, ret_error);

	if (err)
		return err;
	if (variant->timed) {
		g_key_file_set_boolean(file, "machine", "icount", FALSE);
		g_key_file_set_boolean(file, "machine", "snapshot", FALSE);
	}
	return make(name, file, path, variant, ret_machine, ret_error);
}

int pb_machine_load(const char *configs_dir, const char *name, struct pb_machine **ret_machine,
		    GError **ret_error)
{
	return load(configs_dir, name, &(struct variant){0}, ret_machine, ret_error);
}

int pb_machine_load_timed(const char *configs_dir, const char *name,
			  struct pb_machine **ret_machine, GError **ret_error)
{
	return load(configs_dir, name, &(struct variant){.timed = true}, ret_machine, ret_error);
}

int pb_machine_load_kvm(const char *configs_dir, const char *name, bool pmu,
			struct pb_machine **ret_machine, GError **ret_error)
{
	const struct variant variant = {.timed = true, .kvm = true, .pmu = pmu};

	return load(configs_dir, name, &variant, ret_machine, ret_error);
}

bool pb_machine_has_plugins(const struct pb_machine *m)
{
	const char *const argv[] = {m->emulator, "--help", NULL};
	struct pb_command command = {.argv = argv, .timeout_seconds = 30};
	const char *version = strstr(m->emulator_version, "version ");
	g_autofree char *output = NULL;

	if (!version || atoi(version + strlen("version ")) > LAST_PLUGIN_V1_MAJOR ||
	    pb_command_run(&command, &output, NULL))
		return false;
	return strstr(output, "\n-plugin ") != NULL;
}

void pb_machine_free(struct pb_machine *m)
{
	if (!m)
		return;
	g_free(m->name);
	g_free(m->description);
	g_free(m->emulator);
	g_free(m->type);
	g_free(m->cpu);
	g_free(m->cmdline);
	g_strfreev(m->arguments);
	g_free(m->sha256);
	g_free(m->emulator_version);
	g_free(m);
}

static void add(GPtrArray *arguments, const char *option, const char *fmt, ...) G_GNUC_PRINTF(3, 4);

static void add(GPtrArray *arguments, const char *option, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	g_ptr_array_add(arguments, g_strdup(option));
	g_ptr_array_add(arguments, g_strdup_vprintf(fmt, args));
	va_end(args);
}

GPtrArray *pb_machine_arguments(const struct pb_machine *m, const char *vmlinux,
				const char *initramfs)
{
	GPtrArray *a = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(a, g_strdup(m->emulator));
	g_ptr_array_add(a, g_strdup("-nodefaults"));
	g_ptr_array_add(a, g_strdup("-no-user-config"));
	g_ptr_array_add(a, g_strdup("-no-reboot"));
	add(a, "-display", "none");
	add(a, "-net", "none");
	add(a, "-machine", "%s", m->type);
	add(a, "-accel", m->kvm ? "kvm" : "tcg");
	if (m->icount)
		add(a, "-icount", ICOUNT);
	add(a, "-cpu", "%s", m->cpu);
	add(a, "-smp", "%d", m->cpus);
	add(a, "-m", "%d", m->memory_mib);
	add(a, "-seed", "1");
	add(a, "-rtc", "base=2026-01-01,clock=vm");
	add(a, "-action", "panic=pause");
	add(a, "-kernel", "%s", vmlinux);
	add(a, "-initrd", "%s", initramfs);
	add(a, "-append", "%s", m->cmdline);
	add(a, "-serial", "file:" PB_MACHINE_CONSOLE);
	add(a, "-device", "isa-debug-exit,iobase=0x%x", GUEST_EXIT_PORT);
	add(a, "-device", "pvpanic,ioport=0x%x", GUEST_PAUSE_PORT);
	/* Without ioeventfd a write is complete when its instruction is: no race in time. */
	add(a, "-device", "virtio-serial-pci,ioeventfd=off");
	add(a, "-chardev", "file,id=events,path=" PB_MACHINE_EVENTS);
	add(a, "-device", "virtserialport,chardev=events,name=" GUEST_PORT_NAME);
	if (m->disk_mib)
		add(a, "-drive", "if=none,id=disk,format=raw,file=" PB_MACHINE_DISK);
	for (char **one = m->arguments; one && *one; one++)
		g_ptr_array_add(a, g_strdup(*one));
	return a;
}
