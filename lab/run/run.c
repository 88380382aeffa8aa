/* One run: see run.h. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include "lab/run/boot.h"
#include "lab/profile/document.h"
#include "lab/guest/pin.h"
#include "lab/run/document.h"
#include "lab/kernel/module.h"
#include "lab/paths.h"
#include "lab/run/run.h"
#include "lab/run/schedule.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/profile/profile.h"
#include "reports/render/html.h"
#include "reports/render/markdown.h"
#include "reports/result.h"

#define OUT_BYTES (64ull << 20)
/*
 * A boot takes seconds and a repetition milliseconds, so there are more of those where a disturbed
 * one is to be seen as that: the median of three is one of two disturbed ones soon.
 */
#define TIMED_TIMES 5

struct pb_begun {
	struct pb_run_options options;
	struct pb_progress *progress;
	struct pb_catalog *catalog;
	struct pb_plan *plan;
	struct pb_kernel *kernel;
	char *module;
	GArray *cpus;	      /* timed: what guests run on; or NULL */
	GHashTable *stations; /* machine name -> struct pb_station */
	struct pb_station **station_of;
	struct pb_attempt *attempts;
	guint boots_done;  /* timed: those before this one are whole */
	GPtrArray *starts; /* timed: when each boot began, ISO 8601 in ms */
	struct pb_document_times times;
};

static bool is_counted(const struct pb_begun *r)
{
	return !strcmp(r->options.evidence, PB_EVIDENCE_COUNTED);
}

static guint attempt_count(const struct pb_begun *r)
{
	return g_strv_length(r->plan->ids) * r->options.boots;
}

static void begun_free(struct pb_begun *r)
{
	for (guint i = 0; r->attempts && i < attempt_count(r); i++)
		pb_attempt_clear(&r->attempts[i]);
	g_free(r->attempts);
	g_ptr_array_unref(r->starts);
	g_free(r->station_of);
	if (r->stations)
		g_hash_table_unref(r->stations);
	g_free(r->module);
	if (r->cpus)
		g_array_unref(r->cpus);
	pb_kernel_free(r->kernel);
	pb_plan_free(r->plan);
	pb_catalog_free(r->catalog);
	g_free(r);
}

static void station_free(gpointer data)
{
	pb_station_free(data);
}

static int refuse_counters(struct pb_station *station, GError **ret_error)
{
	int err =
		pb_fail(ret_error, ENOTSUP, PB_EXIT_ENVIRONMENT,
			"--counters needs a QEMU that loads plugins of version 1 of its interface: "
			"4.2 to 8.2, built with --enable-plugins; here it is: %s",
			station->machine->emulator_version);

	pb_station_free(station);
	return err;
}

static int make_station(struct pb_begun *r, const char *machine, struct pb_station **ret_station,
			GError **ret_error)
{
	const struct pb_station_parts parts = {
		.machine = machine,
		.kernel = r->kernel,
		.module = r->module,
		.out = r->options.out,
		.counted = is_counted(r),
		.needs_symbols = r->options.counters != 0,
		.boots = r->options.boots,
		.hang_seconds = r->options.hang_seconds,
	};
	int err = pb_station_make(&parts, r->progress, ret_station, ret_error);

	if (!err && r->options.counters && !pb_machine_has_plugins((*ret_station)->machine))
		err = refuse_counters(*ret_station, ret_error);
	if (!err)
		g_hash_table_insert(r->stations, g_strdup(machine), *ret_station);
	return err;
}

static int prepare_stations(struct pb_begun *r, GError **ret_error)
{
	guint cases = g_strv_length(r->plan->ids);

	r->stations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, station_free);
	r->station_of = g_new0(struct pb_station *, cases);
	for (guint i = 0; i < cases; i++) {
		const char *machine = pb_catalog_machine(r->catalog, r->plan->ids[i]);
		int err = 0;

		r->station_of[i] = g_hash_table_lookup(r->stations, machine);
		if (!r->station_of[i])
			err = make_station(r, machine, &r->station_of[i], ret_error);
		if (err)
			return err;
	}
	return 0;
}

static int keep_boot_consoles(struct pb_begun *r, GError **ret_error)
{
	GHashTableIter iter;
	gpointer value;
	int err = 0;

	g_hash_table_iter_init(&iter, r->stations);
	while (!err && g_hash_table_iter_next(&iter, NULL, &value)) {
		struct pb_station *station = value;
		g_autofree char *to = g_build_filename(r->options.out, station->boot_console, NULL);

		if (station->image->snapshot)
			err = pb_copy_file(station->image->boot_console, to, ret_error);
	}
	return err;
}

static int prepare(struct pb_begun *r, GError **ret_error)
{
	const struct pb_run_options *o = &r->options;
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

static struct pb_schedule schedule_of(struct pb_begun *r)
{
	return (struct pb_schedule){
		.kernel = r->kernel,
		.plan = r->plan,
		.station_of = r->station_of,
		.evidence = r->options.evidence,
		.boots = r->options.boots,
		.jobs = r->options.jobs,
		.hang_seconds = r->options.hang_seconds,
		.cpus = r->cpus,
		.out = r->options.out,
		.watch = r->options.watch,
		.counters = r->options.counters,
		.counter_events = r->options.counter_events,
	};
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

/* Two ids may make one folder's name only if a value holds what another has as separator. */
static char *free_folder(const struct pb_begun *r, const char *id)
{
	g_autofree char *folder = pb_profile_folder(id);
	g_autofree char *path = g_build_filename(r->options.out, PB_PROFILE_DIR, folder, NULL);

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return g_steal_pointer(&folder);
	return g_strdup_printf("%s-%08x", folder, g_str_hash(id));
}

/* Of the first boot, as counters are. */
static int write_profiles(struct pb_begun *r, GError **ret_error)
{
	int err = 0;

	for (guint i = 0; !err && i < attempt_count(r); i += r->options.boots) {
		struct pb_attempt *attempt = &r->attempts[i];
		g_autofree char *folder = NULL;

		if (!attempt->counted.profile)
			continue;
		folder = free_folder(r, attempt->id);
		err = pb_profile_write(attempt->counted.profile, r->options.out, folder, ret_error);
		attempt->profile_folder = g_build_filename(PB_PROFILE_DIR, folder, NULL);
	}
	return err;
}

static int save(struct pb_begun *r, bool interrupted, GError **ret_error)
{
	struct pb_document_inputs inputs = {
		.command = r->options.command,
		.evidence = r->options.evidence,
		.boots = r->options.boots,
		.boot_starts = r->starts,
		.catalog = r->catalog,
		.plan = r->plan,
		.kernel = r->kernel,
		.station_of = r->station_of,
		.attempts = r->attempts,
		.times = &r->times,
		.interrupted = interrupted,
		.counters = r->options.counters,
	};
	json_t *document = NULL;
	int err = write_profiles(r, ret_error);

	if (!err)
		err = pb_document_build(&inputs, &document, ret_error);

	if (!err)
		err = pb_result_save(document, r->options.out, ret_error);
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
int pb_judge_result(const char *directory, GError **ret_error)
{
	g_autoptr(pb_result) result = NULL;
	const struct pb_case *first = NULL;
	size_t ok = 0, failed = 0;
	int err = pb_result_load(directory, &result, ret_error);

	if (err)
		return err;
	for (size_t i = 0; i < result->case_count; i++) {
		const struct pb_case *one = &result->cases[i];

		ok += one->outcome == PB_CASE_OK;
		failed += one->outcome == PB_CASE_FAIL;
		if (!first && one->outcome == PB_CASE_FAIL)
			first = one;
	}
	if (failed)
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT,
			       "%zu of %zu cases failed; reasons and console lines are in the "
			       "report. The first: %s: %s",
			       failed, result->case_count, first->id,
			       first->reason ? first->reason : "no reason given");
	if (!ok)
		return pb_fail(ret_error, ENODATA, PB_EXIT_ENVIRONMENT,
			       "nothing was measured: every case was skipped; the report has the "
			       "reasons");
	return 0;
}

/* Of timed boots only whole ones count: what an interrupted one has is left out. */
static void drop_unfinished_boots(struct pb_begun *r)
{
	guint boots = r->options.boots, done = r->boots_done, next = 0;

	if (is_counted(r) || !done || done == boots)
		return;
	for (guint i = 0; i < g_strv_length(r->plan->ids) * boots; i++) {
		if (i % boots < done) {
			struct pb_attempt kept = r->attempts[i];

			r->attempts[i] = (struct pb_attempt){0};
			r->attempts[next++] = kept;
		} else {
			pb_attempt_clear(&r->attempts[i]);
		}
	}
	r->options.boots = done;
	g_ptr_array_set_size(r->starts, (gint)done);
}

static int save_all(struct pb_begun *r, int err, GError *why, gboolean *ret_saved,
		    GError **ret_error)
{
	g_autoptr(GError) unsaved = NULL;

	if (err && !is_counted(r) && !r->boots_done) {
		g_propagate_error(ret_error, why);
		return err;
	}
	drop_unfinished_boots(r);
	/* What is finished is written, whatever ended the rest. */
	if (save(r, err == -EINTR, &unsaved)) {
		g_clear_error(&why);
		g_propagate_error(ret_error, g_steal_pointer(&unsaved));
		return -EIO;
	}
	*ret_saved = TRUE;
	if (pb_write_reports(r->options.out, &unsaved) && !err) {
		g_propagate_error(ret_error, g_steal_pointer(&unsaved));
		return -EIO;
	}
	if (err) {
		g_propagate_error(ret_error, why);
		return err;
	}
	return pb_judge_result(r->options.out, ret_error);
}

static int make_plan(struct pb_begun *r, GError **ret_error)
{
	const struct pb_run_options *o = &r->options;
	g_autoptr(pb_plan) also = NULL;
	int err = pb_plan_make(r->catalog, PB_PATH_CONFIGS, o->profile, o->globs, &r->plan,
			       ret_error);

	if (!err && o->also_profile)
		err = pb_plan_make(r->catalog, PB_PATH_CONFIGS, o->also_profile, NULL, &also,
				   ret_error);
	if (!err && also)
		pb_plan_join(r->plan, also);
	if (!err && !is_counted(r))
		r->plan->repetitions *= TIMED_TIMES;
	return err;
}

/* An old or a new QEMU without our kind of plugins measures all the same. */
static bool can_watch(const struct pb_begun *r)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, r->stations);
	while (r->options.watch && g_hash_table_iter_next(&iter, NULL, &value)) {
		if (!pb_machine_has_plugins(((struct pb_station *)value)->machine))
			return false;
	}
	return true;
}

int pb_begun_start(const struct pb_run_options *options, struct pb_progress *progress,
		   struct pb_begun **ret_begun, GError **ret_error)
{
	struct pb_begun *r = g_new0(struct pb_begun, 1);
	int err;

	r->options = *options;
	r->progress = progress;
	r->starts = g_ptr_array_new_with_free_func(g_free);
	if (!is_counted(r))
		r->cpus = options->cpus ? g_array_copy((GArray *)options->cpus) : pb_pin_cpus();
	pb_document_times_start(&r->times);
	err = pb_catalog_load(PB_PATH_AGENT, &r->catalog, ret_error);
	if (!err)
		err = make_plan(r, ret_error);
	if (!err)
		err = prepare(r, ret_error);
	if (err) {
		remove_boots(options->out);
		g_rmdir(options->out);
		begun_free(r);
		return err;
	}
	if (!can_watch(r))
		r->options.watch = NULL;
	r->attempts = g_new0(struct pb_attempt, attempt_count(r));
	pb_schedule_name(&(struct pb_schedule){.plan = r->plan, .boots = options->boots},
			 r->attempts);
	*ret_begun = r;
	return 0;
}

int pb_begun_boot(struct pb_begun *r, GError **ret_error)
{
	struct pb_schedule schedule = schedule_of(r);
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *second = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");
	int err;

	g_ptr_array_add(r->starts, g_strdup_printf("%s.%03dZ", second,
						   g_date_time_get_microsecond(now) / 1000));
	err = pb_boot_run(&schedule, r->boots_done, r->attempts, ret_error);
	if (!err)
		r->boots_done++;
	return err;
}

int pb_begun_end(struct pb_begun *r, int err, GError *why, gboolean *ret_saved, GError **ret_error)
{
	*ret_saved = FALSE;
	err = save_all(r, err, why, ret_saved, ret_error);
	remove_boots(r->options.out);
	if (!*ret_saved)
		g_rmdir(r->options.out);
	begun_free(r);
	return err;
}

static int measure(struct pb_begun *r, GError **ret_error)
{
	struct pb_schedule schedule = schedule_of(r);
	int err = 0;

	if (is_counted(r))
		return pb_schedule_run(&schedule, r->progress, r->attempts, ret_error);
	pb_progress_stage(r->progress, "measuring");
	for (guint boot = 0; !err && boot < r->options.boots; boot++) {
		pb_progress_update(r->progress, boot, r->options.boots, "boots");
		err = pb_begun_boot(r, ret_error);
	}
	pb_progress_done(r->progress);
	return err;
}

int pb_run(const struct pb_run_options *options, struct pb_progress *progress, gboolean *ret_saved,
	   GError **ret_error)
{
	GError *why = NULL;
	struct pb_begun *r;
	int err = pb_begun_start(options, progress, &r, ret_error);

	*ret_saved = FALSE;
	if (err)
		return err;
	err = measure(r, &why);
	return pb_begun_end(r, err, why, ret_saved, ret_error);
}
