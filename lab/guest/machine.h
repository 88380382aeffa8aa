/*
 * configs/machines/NAME.ini: the emulated machine a case runs on.
 *
 *   [machine]
 *   description=...        for people
 *   emulator=...           the QEMU program
 *   type= cpu= cpus= memory_mib=
 *   icount=true|false      whether its clock counts instructions: counted evidence
 *   snapshot=true|false    whether its state can be saved and restored
 *   disk_mib=              a disk of zeros, new in each boot, for -device NAME,drive=disk; not
 *                          for a machine whose state can be saved
 *   arguments=-device;...  further QEMU arguments
 *   cmdline=...            further kernel parameters
 */
#ifndef PINBENCH_LAB_GUEST_MACHINE_H
#define PINBENCH_LAB_GUEST_MACHINE_H

#include <glib.h>
#include <stdbool.h>

struct pb_machine {
	char *name;
	char *description;
	char *emulator;
	char *type;
	char *cpu;
	char *cmdline; /* of the kernel, whole */
	int cpus;
	int memory_mib;
	int disk_mib; /* 0: none */
	bool icount;
	bool snapshot;
	bool kvm; /* on a processor of the host, else in the emulator */
	char **arguments;
	char *sha256;		/* of the definition and of the recipe below */
	char *emulator_version; /* "QEMU emulator version 7.2.22 ..." */
};
typedef struct pb_machine pb_machine;

/*
 * Reads @configs_dir/machines/@name.ini and asks the emulator for its version.
 * -ENOENT: PB_EXIT_USAGE with the known names, or PB_EXIT_ENVIRONMENT if the emulator
 * is missing; -EINVAL for a wrong definition.
 */
int pb_machine_load(const char *configs_dir, const char *name, struct pb_machine **ret_machine,
		    GError **ret_error);
/*
 * The same machine in real time, for timed evidence: its clock is the host's, and nothing
 * is restored from a snapshot, for the boot is the replicate. Errors as above.
 */
int pb_machine_load_timed(const char *configs_dir, const char *name,
			  struct pb_machine **ret_machine, GError **ret_error);
/*
 * The same in real time on a processor of the host, which the guest sees as it is: nothing of the
 * definition that is there for the emulator's sake. @pmu: it gets the host's counters as well. It
 * is another machine than that of pb_machine_load_timed(), with another hash. Errors as above.
 */
int pb_machine_load_kvm(const char *configs_dir, const char *name, bool pmu,
			struct pb_machine **ret_machine, GError **ret_error);
/*
 * Whether the emulator loads plugins that were written for version 1 of their interface: QEMU
 * before 9.0, if it was built with plugins.
 */
bool pb_machine_has_plugins(const struct pb_machine *machine);
/* Takes NULL. */
void pb_machine_free(struct pb_machine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_machine, pb_machine_free)

/*
 * QEMU's arguments for this machine, with the relative file names
 * console.log and events.jsonl, and disk.img, which must be there if disk_mib says so; to be run in
 * a folder of its own. The caller adds QMP,
 * plan and incoming state, and frees with g_ptr_array_unref.
 */
GPtrArray *pb_machine_arguments(const struct pb_machine *machine, const char *vmlinux,
				const char *initramfs);

#define PB_MACHINE_CONSOLE "console.log"
#define PB_MACHINE_EVENTS  "events.jsonl"
#define PB_MACHINE_DISK	   "disk.img"

#endif
