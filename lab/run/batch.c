/* A batch of cases in one guest: see batch.h. */
#include <string.h>
#include "lab/paths.h"
#include "lab/run/batch.h"
#include "lab/util/files.h"

static char *plan_text(const struct pb_schedule *s, const GPtrArray *batch)
{
	json_t *cases = json_array();
	json_t *plan = json_pack("{s:s, s:i, s:o}", "evidence", s->evidence, "repetitions",
				 s->plan->repetitions, "cases", cases);
	char *text, *ret;

	for (guint i = 0; i < batch->len; i++) {
		const struct pb_attempt *attempt = batch->pdata[i];

		json_array_append_new(cases, json_string(attempt->id));
	}
	if (s->counter_events)
		json_object_set_new(plan, "counters", pb_counter_events_json(s->counter_events));
	text = json_dumps(plan, JSON_COMPACT);
	ret = g_strdup(text);
	free(text);
	json_decref(plan);
	return ret;
}

static void keep_console(const struct pb_schedule *s, const char *directory, const char *name)
{
	g_autofree char *from = g_build_filename(directory, PB_MACHINE_CONSOLE, NULL);
	g_autofree char *to = g_build_filename(s->out, name, NULL);

	pb_copy_file(from, to, NULL);
}

static bool was_begun(const GPtrArray *begun, const char *id)
{
	for (guint i = 0; i < begun->len; i++) {
		if (!strcmp(begun->pdata[i], id))
			return true;
	}
	return false;
}

/* A guest that failed before any case settles all: it would not do better for the next. */
static void settle(GPtrArray *batch, const struct pb_guest_end *end, const char *console,
		   bool *ret_failed)
{
	g_autoptr(GPtrArray) begun = pb_begun_cases(end);
	bool all = !end->failure || !begun->len;

	*ret_failed = false;
	for (guint i = 0; i < batch->len;) {
		struct pb_attempt *attempt = batch->pdata[i];

		if (!all && !was_begun(begun, attempt->id)) {
			i++;
			continue;
		}
		pb_attempt_fill(attempt, end, console);
		*ret_failed |= attempt->failure != NULL;
		g_ptr_array_remove_index(batch, i);
	}
}

/* One guest has one plugin: what is counted shows more than what was reached. */
static void attach_plugin(const struct pb_schedule *s, const struct pb_station *station,
			  const char *ranges, struct pb_guest *guest)
{
	if (s->counters) {
		pb_counters_attach(guest, s->counters, station->symbols_text);
	} else if (s->watch) {
		guest->plugin = PB_PATH_REACH_PLUGIN;
		guest->plugin_input = ranges;
	}
}

static void read_plugin(const struct pb_schedule *s, const struct pb_station *station,
			const struct pb_guest_end *end, struct pb_attempt *alone)
{
	const struct pb_counted_inputs inputs = {
		.counters = s->counters,
		.output = end->plugin_output,
		.regions = alone->regions,
		.symbols = station->symbols,
		.id = alone->id,
		.kernel = s->kernel->spec,
		.release = s->kernel->release,
		.repetitions = s->plan->repetitions,
	};

	if (s->counters)
		pb_counted_read(&inputs, &alone->counted);
	else if (s->watch)
		alone->reached = pb_watch_reached(s->watch, end->plugin_output);
}

static int run_in(const struct pb_schedule *s, const struct pb_station *station, guint number,
		  const char *directory, GPtrArray *batch, GError **ret_error)
{
	const struct pb_attempt *first = batch->pdata[0];
	g_autofree char *console = g_strdup_printf("console-%u.log", number);
	g_autofree char *plan = plan_text(s, batch);
	g_autofree char *ranges = s->watch ? pb_watch_ranges(s->watch) : NULL;
	struct pb_guest guest = {
		.machine = station->machine,
		.vmlinux = s->kernel->vmlinux,
		.initramfs = station->image->initramfs,
		.directory = directory,
		.hang_seconds = s->hang_seconds,
		.cpus = s->cpus,
	};
	struct pb_attempt *alone = batch->len == 1 ? batch->pdata[0] : NULL;
	struct pb_guest_end end;
	bool failed;
	int err;

	attach_plugin(s, station, ranges, &guest);
	err = pb_guest_run(&guest, station->snapshots->pdata[first->boot], plan, &end, ret_error);
	if (err)
		return err;
	settle(batch, &end, console, &failed);
	if (alone)
		read_plugin(s, station, &end, alone);
	if (failed)
		keep_console(s, directory, console);
	pb_guest_end_clear(&end);
	return 0;
}

int pb_batch_run(const struct pb_schedule *s, const struct pb_station *station, guint number,
		 GPtrArray *batch, GError **ret_error)
{
	g_autofree char *leaf = g_strdup_printf(".guest-%u", number);
	g_autofree char *directory = g_build_filename(s->out, leaf, NULL);
	bool failed;
	int err;

	/* What did not boot for its snapshot would not do better for a case. */
	if (station->boot.failure) {
		settle(batch, &station->boot, station->boot_console, &failed);
		return 0;
	}
	err = pb_make_directory(directory, ret_error);
	if (!err)
		err = run_in(s, station, number, directory, batch, ret_error);
	pb_remove_tree(directory, NULL);
	return err;
}
