/* A machine with a kernel: see station.h. */
#include "lab/guest/kvm.h"
#include "lab/paths.h"
#include "lab/run/station.h"
#include "lab/util/files.h"
#include "lab/util/pmu.h"

void pb_station_free(struct pb_station *station)
{
	if (!station)
		return;
	pb_machine_free(station->machine);
	pb_image_free(station->image);
	if (station->snapshots)
		g_ptr_array_unref(station->snapshots);
	pb_guest_end_clear(&station->boot);
	g_free(station->boot_console);
	pb_symbols_free(station->symbols);
	g_free(station->symbols_text);
	g_free(station->accelerator_reason);
	g_free(station);
}

/* The state of a second boot is never taken from the cache: it is there to prove the first. */
static int add_boots(const struct pb_station_parts *parts, struct pb_progress *progress,
		     struct pb_station *station, GError **ret_error)
{
	int err = 0;

	station->snapshots = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(station->snapshots, g_strdup(station->image->snapshot));
	for (guint boot = 1; boot < parts->boots && !err && !station->boot.failure; boot++) {
		g_autofree char *leaf =
			g_strdup_printf(".boot-%s-%u", station->machine->name, boot + 1);
		g_autofree char *relative = g_build_filename(parts->out, leaf, NULL);
		/* QEMU runs in that directory and writes its state from there. */
		g_autofree char *directory = g_canonicalize_filename(relative, NULL);
		struct pb_guest guest = {
			.machine = station->machine,
			.vmlinux = parts->kernel->vmlinux,
			.initramfs = station->image->initramfs,
			.directory = directory,
			.hang_seconds = parts->hang_seconds,
		};
		g_autofree char *snapshot = NULL;

		if (station->image->snapshot) {
			pb_progress_stage(progress, "booting %u of %u", boot + 1, parts->boots);
			snapshot = g_build_filename(directory, "snapshot", NULL);
			err = pb_make_directory(directory, ret_error);
			if (!err)
				err = pb_guest_snapshot(&guest, snapshot, &station->boot,
							ret_error);
		}
		g_ptr_array_add(station->snapshots, g_steal_pointer(&snapshot));
	}
	return err;
}

static int read_symbols(const struct pb_station_parts *parts, struct pb_station *station,
			GError **ret_error)
{
	g_autofree char *events = NULL;
	struct pb_symbols_inputs inputs = {
		.vmlinux = parts->kernel->vmlinux,
		.agent = PB_PATH_AGENT,
		.module = parts->module,
	};
	int err;

	g_file_get_contents(station->image->boot_events, &events, NULL, NULL);
	inputs.module_events = events;
	err = pb_symbols_read(&inputs, &station->symbols, ret_error);
	if (!err)
		station->symbols_text = pb_symbols_text(station->symbols);
	return err;
}

static int ask_kvm(const struct pb_station_parts *parts, struct pb_progress *progress,
		   const struct pb_machine *kvm, struct pb_station *station, GError **ret_error)
{
	g_autofree char *leaf = g_strdup_printf(".boot-kvm-%s", kvm->name);
	g_autofree char *relative = g_build_filename(parts->out, leaf, NULL);
	g_autofree char *directory = g_canonicalize_filename(relative, NULL);
	struct pb_guest guest = {
		.machine = kvm,
		.vmlinux = parts->kernel->vmlinux,
		.initramfs = station->image->initramfs,
		.directory = directory,
		.hang_seconds = parts->hang_seconds,
	};
	int err = pb_make_directory(directory, ret_error);

	if (!err)
		err = pb_kvm_ask(&guest, PB_KVM_DEVICE, PB_KVM_BOOT_SECONDS, progress,
				 &station->accelerator_reason, ret_error);
	pb_remove_tree(directory, NULL);
	return err;
}

/* A processor of the host measures time; an emulator is what there is without. */
static int choose_accelerator(const struct pb_station_parts *parts, struct pb_progress *progress,
			      struct pb_station *station, GError **ret_error)
{
	g_autoptr(pb_machine) kvm = NULL;
	int err = pb_machine_load_kvm(PB_PATH_CONFIGS, parts->machine, !pb_pmu_try(), &kvm,
				      ret_error);

	if (!err)
		err = ask_kvm(parts, progress, kvm, station, ret_error);
	if (err || station->accelerator_reason)
		return err;
	pb_machine_free(station->machine);
	station->machine = g_steal_pointer(&kvm);
	station->accelerator = PB_ACCELERATOR_KVM;
	return 0;
}

int pb_station_make(const struct pb_station_parts *parts, struct pb_progress *progress,
		    struct pb_station **ret_station, GError **ret_error)
{
	const struct pb_image_parts image = {
		.init = PB_PATH_INIT,
		.agent = PB_PATH_AGENT,
		.module = parts->module,
	};
	g_autoptr(pb_station) station = g_new0(struct pb_station, 1);
	int err;

	station->accelerator = PB_ACCELERATOR_TCG;
	station->boot_console = g_strdup_printf("console-boot-%s.log", parts->machine);
	err = parts->counted ? pb_machine_load(PB_PATH_CONFIGS, parts->machine, &station->machine,
					       ret_error)
			     : pb_machine_load_timed(PB_PATH_CONFIGS, parts->machine,
						     &station->machine, ret_error);
	if (!err)
		err = pb_image_get(parts->kernel, station->machine, &image, parts->hang_seconds,
				   progress, &station->image, &station->boot, ret_error);
	if (!err && !parts->counted)
		err = choose_accelerator(parts, progress, station, ret_error);
	if (!err)
		err = add_boots(parts, progress, station, ret_error);
	if (!err && parts->needs_symbols)
		err = read_symbols(parts, station, ret_error);
	if (!err)
		*ret_station = g_steal_pointer(&station);
	return err;
}
