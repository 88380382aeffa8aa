/* One run: see run.h. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include "lab/run/document.h"
#include "lab/kernel/module.h"
#include "lab/paths.h"
#include "lab/run/run.h"
#include "lab/run/schedule.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/render/html.h"
#include "reports/render/markdown.h"
#include "reports/result.h"

#define OUT_BYTES (64ull << 20)

struct run {
	const struct pb_run_options *options;
	struct pb_progress *progress;
	struct pb_catalog *catalog;
	struct pb_plan *plan;
	struct pb_kernel *kernel;
	char *module;
	GHashTable *stations; /* machine name -> struct pb_station */
	struct pb_station **station_of;
	struct pb_attempt *attempts;
	guint attempt_count;
	struct pb_document_times times;
};

static void station_free(gpointer data)
{
	struct pb_station *station = data;

	pb_machine_free(station->machine);
	pb_image_free(station->image);
	if (station->snapshots)
		g_ptr_array_unref(station->snapshots);
	g_free(station);
}

static void run_clear(struct run *r)
{
	for (guint i = 0; i < r->attempt_count; i++)
		pb_attempt_clear(&r->attempts[i]);
	g_free(r->attempts);
	g_free(r->station_of);
	if (r->stations)
		g_hash_table_unref(r->stations);
	g_free(r->module);
	pb_kernel_free(r->kernel);
	pb_plan_free(r->plan);
	pb_catalog_free(r->catalog);
}

/* The state of a second boot is never taken from the cache: it is there to prove the first. */
static int add_boots(struct run *r, struct pb_station *station, GError **ret_error)
{
	int err = 0;

	station->snapshots = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(station->snapshots, g_strdup(station->image->snapshot));
	for (guint boot = 1; boot < r->options->boots && !err; boot++) {
		g_autofree char *leaf =
			g_strdup_printf(".boot-%s-%u", station->machine->name, boot + 1);
		g_autofree char *relative = g_build_filename(r->options->out, leaf, NULL);
		/* QEMU runs in that directory and writes its state from there. */
		g_autofree char *directory = g_canonicalize_filename(relative, NULL);
		struct pb_guest guest = {
			.machine = station->machine,
			.vmlinux = r->kernel->vmlinux,
			.initramfs = station->image->initramfs,
			.directory = directory,
			.hang_seconds = r->options->hang_seconds,
		};
		g_autofree char *snapshot = NULL;

		if (station->image->snapshot) {
			pb_progress_stage(r->progress, "booting %u of %u", boot + 1,
					  r->options->boots);
			snapshot = g_build_filename(directory, "snapshot", NULL);
			err = pb_make_directory(directory, ret_error);
			if (!err)
				err = pb_guest_snapshot(&guest, snapshot, ret_error);
		}
		g_ptr_array_add(station->snapshots, g_steal_pointer(&snapshot));
	}
	return err;
}

static int make_station(struct run *r, const char *name, struct pb_station **ret_station,
			GError **ret_error)
{
	struct pb_image_parts parts = {
		.init = PB_PATH_INIT,
		.agent = PB_PATH_AGENT,
		.module = r->module,
	};
	struct pb_station *station = g_new0(struct pb_station, 1);
	int err;

	g_hash_table_insert(r->stations, g_strdup(name), station);
	err = pb_machine_load(PB_PATH_CONFIGS, name, &station->machine, ret_error);
	if (!err)
		err = pb_image_get(r->kernel, station->machine, &parts, r->options->hang_seconds,
				   r->progress, &station->image, ret_error);
	if (!err)
		err = add_boots(r, station, ret_error);
	*ret_station = station;
	return err;
}

static int prepare_stations(struct run *r, GError **ret_error)
{
	guint cases = g_strv_length(r->plan->ids);

	r->stations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, station_free);
	r->station_of = g_new0(struct pb_station *, cases);
	for (guint i = 0; i < cases; i++) {
		g_autofree char *benchmark = pb_case_benchmark(r->plan->ids[i]);
		const json_t *entry = pb_catalog_find(r->catalog, benchmark);
		const char *machine = json_string_value(json_object_get(entry, "machine"));
		int err = 0;

		r->station_of[i] = g_hash_table_lookup(r->stations, machine);
		if (!r->station_of[i])
			err = make_station(r, machine, &r->station_of[i], ret_error);
		if (err)
			return err;
	}
	return 0;
}

static int keep_boot_consoles(struct run *r, GError **ret_error)
{
	GHashTableIter iter;
	gpointer value;
	int err = 0;

	g_hash_table_iter_init(&iter, r->stations);
	while (!err && g_hash_table_iter_next(&iter, NULL, &value)) {
		struct pb_station *station = value;
		g_autofree char *leaf =
			g_strdup_printf("console-boot-%s.log", station->machine->name);
		g_autofree char *to = g_build_filename(r->options->out, leaf, NULL);

		if (station->image->snapshot)
			err = pb_copy_file(station->image->boot_console, to, ret_error);
	}
	return err;
}

static int prepare(struct run *r, GError **ret_error)
{
	const struct pb_run_options *o = r->options;
	int err = pb_make_directory(o->out, ret_error);

	if (!err)
		err = pb_require_space(o->out, OUT_BYTES, ret_error);
	if (!err)
		err = pb_kernel_get(o->kernel, PB_PATH_CONFIGS, 0, r->progress, &r->kernel,
				    ret_error);
	if (!err)
		err = pb_module_build(r->kernel, PB_PATH_KERNEL_SIDE, PB_PATH_INCLUDE, r->progress,
				      &r->module, ret_error);
	if (!err)
		err = prepare_stations(r, ret_error);
	if (!err)
		err = keep_boot_consoles(r, ret_error);
	return err;
}

static int measure(struct run *r, GError **ret_error)
{
	struct pb_schedule schedule = {
		.kernel = r->kernel,
		.plan = r->plan,
		.station_of = r->station_of,
		.evidence = PB_EVIDENCE_COUNTED,
		.boots = r->options->boots,
		.jobs = r->options->jobs,
		.hang_seconds = r->options->hang_seconds,
		.out = r->options->out,
	};

	r->attempt_count = g_strv_length(r->plan->ids) * r->options->boots;
	r->attempts = g_new0(struct pb_attempt, r->attempt_count);
	return pb_schedule_run(&schedule, r->progress, r->attempts, ret_error);
}

int pb_write_reports(const char *directory, GError **ret_error)
{
	g_autoptr(pb_result) result = NULL;
	int err = pb_result_load(directory, &result, ret_error);

	if (!err)
		err = pb_render_markdown(result, directory, ret_error);
	if (!err)
		err = pb_render_html(result, directory, ret_error);
	return err;
}

static int save(struct run *r, bool interrupted, GError **ret_error)
{
	struct pb_document_inputs inputs = {
		.command = r->options->command,
		.boots = r->options->boots,
		.catalog = r->catalog,
		.plan = r->plan,
		.kernel = r->kernel,
		.station_of = r->station_of,
		.attempts = r->attempts,
		.times = &r->times,
		.interrupted = interrupted,
	};
	json_t *document = NULL;
	int err = pb_document_build(&inputs, &document, ret_error);

	if (!err)
		err = pb_result_save(document, r->options->out, ret_error);
	json_decref(document);
	return err;
}

static void remove_boots(const char *out)
{
	g_autoptr(GDir) dir = g_dir_open(out, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(out, name, NULL);

		if (g_str_has_prefix(name, ".boot-") || g_str_has_prefix(name, ".guest-"))
			pb_remove_tree(path, NULL);
	}
}

/* A gate that measured nothing must not stay green, nor one whose cases failed. */
static int judge(const struct run *r, GError **ret_error)
{
	guint ok = 0, failed = 0;
	const char *first = NULL;

	for (guint i = 0; i < r->attempt_count; i += r->options->boots) {
		json_t *one = pb_collect_case(&r->attempts[i], r->options->boots);
		const char *outcome = json_string_value(json_object_get(one, "outcome"));

		ok += !strcmp(outcome, PB_OUTCOME_OK);
		failed += !strcmp(outcome, PB_OUTCOME_FAIL);
		if (!first && !strcmp(outcome, PB_OUTCOME_FAIL))
			first = r->attempts[i].id;
		json_decref(one);
	}
	if (failed)
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT,
			       "%u of %u cases failed, the first: %s; reasons and console lines "
			       "are in the report",
			       failed, r->attempt_count / r->options->boots, first);
	if (!ok)
		return pb_fail(ret_error, ENODATA, PB_EXIT_ENVIRONMENT,
			       "nothing was measured: every case was skipped; the report has the "
			       "reasons");
	return 0;
}

static int measure_and_save(struct run *r, gboolean *ret_saved, GError **ret_error)
{
	g_autoptr(GError) why = NULL, unsaved = NULL;
	int err = measure(r, &why);

	/* What is finished is written, whatever ended the rest. */
	if (save(r, err == -EINTR, &unsaved)) {
		g_propagate_error(ret_error, g_steal_pointer(&unsaved));
		return -EIO;
	}
	*ret_saved = TRUE;
	if (pb_write_reports(r->options->out, &unsaved) && !err) {
		g_propagate_error(ret_error, g_steal_pointer(&unsaved));
		return -EIO;
	}
	if (err) {
		g_propagate_error(ret_error, g_steal_pointer(&why));
		return err;
	}
	return judge(r, ret_error);
}

int pb_run(const struct pb_run_options *options, struct pb_progress *progress, gboolean *ret_saved,
	   GError **ret_error)
{
	struct run r = {.options = options, .progress = progress};
	int err;

	*ret_saved = FALSE;
	pb_document_times_start(&r.times);
	err = pb_catalog_load(PB_PATH_AGENT, &r.catalog, ret_error);
	if (!err)
		err = pb_plan_make(r.catalog, PB_PATH_CONFIGS, options->profile, options->globs,
				   &r.plan, ret_error);
	if (!err)
		err = prepare(&r, ret_error);
	if (!err)
		err = measure_and_save(&r, ret_saved, ret_error);
	remove_boots(options->out);
	if (!*ret_saved)
		g_rmdir(options->out);
	run_clear(&r);
	return err;
}
