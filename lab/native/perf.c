/* Passes of perf record: see perf.h. */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include "lab/native/perf.h"
#include "lab/profile/document.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/file.h"
#include "reports/profile/profile.h"

#define NS_PER_SECOND	  G_GUINT64_CONSTANT(1000000000)
#define CYCLES_PER_SECOND G_GUINT64_CONSTANT(3000000000) /* of a usual processor */
#define MOST_REPETITIONS  1000000
#define MOST_SCRIPT_BYTES (1u << 29)
#define SCRIPT_SECONDS	  300
#define MOST_GROWTH	  100
#define LEAST_GROWTH	  1.2
#define MARGIN		  1.25 /* more than would just do */

#define PLAN_FILE   "perf-plan.json"
#define EVENTS_FILE "perf-events.jsonl"
#define NEW_SUFFIX  ".new"

struct recording {
	const struct pb_perf_options *o;
	const char *event;
	guint64 period;
	char *folder;			       /* below out */
	char *directory;		       /* the same, whole */
	char *plan, *events, *data, *new_data; /* files in it */
	guint repetitions;
	json_t *profile; /* of the last pass */
	guint64 measured;
};

static guint or_default(guint value, guint fallback)
{
	return value ? value : fallback;
}

static void init(struct recording *r, const struct pb_perf_options *o)
{
	g_autofree char *name = pb_profile_folder(o->id);
	guint rate = or_default(o->samples_per_second, 5000);

	*r = (struct recording){.o = o, .event = o->event ? o->event : pb_perf_event()};
	r->period = (strcmp(r->event, PB_PERF_SOFTWARE_EVENT) ? CYCLES_PER_SECOND : NS_PER_SECOND) /
		    rate;
	r->repetitions = or_default(o->repetitions, 3);
	r->folder = g_build_filename(PB_PROFILE_DIR, name, NULL);
	r->directory = g_build_filename(o->out, r->folder, NULL);
	r->plan = g_build_filename(r->directory, PLAN_FILE, NULL);
	r->events = g_build_filename(r->directory, EVENTS_FILE, NULL);
	r->data = g_build_filename(r->directory, PB_PERF_DATA_FILE, NULL);
	r->new_data = g_strconcat(r->data, NEW_SUFFIX, NULL);
}

static void clear(struct recording *r)
{
	g_unlink(r->plan);
	g_unlink(r->events);
	g_unlink(r->new_data);
	json_decref(r->profile);
	g_free(r->folder);
	g_free(r->directory);
	g_free(r->plan);
	g_free(r->events);
	g_free(r->data);
	g_free(r->new_data);
}

static int write_plan(const struct recording *r, GError **ret_error)
{
	json_t *plan =
		json_pack("{s:s, s:b, s:i, s:[s]}", "evidence", PB_EVIDENCE_TIMED, "shares_machine",
			  1, "repetitions", (int)r->repetitions, "cases", r->o->id);
	int err;

	if (r->o->place)
		json_object_set(plan, "place", (json_t *)r->o->place);
	if (r->o->limits)
		json_object_set(plan, "limits", (json_t *)r->o->limits);
	err = pb_write_json(r->directory, PLAN_FILE, plan, ret_error);
	json_decref(plan);
	return err;
}

/* perf record -- agent run PLAN; the caller frees the array, which borrows the rest. */
static GPtrArray *record_words(const struct recording *r, const char *period)
{
	const char *const perf[] = {"perf",	 "record", "-q",    "-N",     "-g",	   "-e",
				    r->event,	 "-c",	   period,  "-o",     r->new_data, "--",
				    r->o->agent, "run",	   "--out", r->events};
	GPtrArray *words = g_ptr_array_new();

	for (gsize i = 0; i < G_N_ELEMENTS(perf); i++)
		g_ptr_array_add(words, (char *)perf[i]);
	if (r->o->scratch_dir) {
		g_ptr_array_add(words, "--dir");
		g_ptr_array_add(words, (char *)r->o->scratch_dir);
	}
	for (const char *const *device = r->o->devices; device && *device; device++) {
		g_ptr_array_add(words, "--device");
		g_ptr_array_add(words, (char *)*device);
	}
	g_ptr_array_add(words, r->plan);
	g_ptr_array_add(words, NULL);
	return words;
}

/* The user's own settings of perf would change what it does and prints. */
static const char *const perf_env[] = {"PERF_CONFIG=/dev/null", "PERF_PAGER=cat", "LC_ALL=C", NULL};

static int record(const struct recording *r, GError **ret_error)
{
	g_autofree char *period = g_strdup_printf("%" G_GUINT64_FORMAT, r->period);
	g_autoptr(GPtrArray) words = record_words(r, period);
	const struct pb_command command = {
		.argv = (const char *const *)words->pdata,
		.env = perf_env,
		.timeout_seconds = or_default(r->o->timeout_seconds, 120),
	};

	return pb_command_run(&command, NULL, ret_error);
}

/* The case of the agent's events: the line that says how it ended, or NULL. */
static json_t *case_in(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	json_t *found = NULL;

	for (char **line = lines; !found && *line; line++) {
		json_t *event = json_loads(*line, 0, NULL);
		json_t *one = json_object_get(event, PB_EVENT_CASE);

		if (json_is_object(one))
			found = json_incref(one);
		json_decref(event);
	}
	return found;
}

/* What was not measured has nothing to be profiled. */
static int check_case(const struct recording *r, GError **ret_error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) why = NULL;
	const char *outcome, *reason;
	json_t *one;
	int err = 0;

	if (!g_file_get_contents(r->events, &text, NULL, &why))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT,
			       "the agent under perf left no events: %s", why->message);
	one = case_in(text);
	outcome = json_string_value(json_object_get(one, "outcome"));
	reason = json_string_value(json_object_get(one, "reason"));
	if (g_strcmp0(outcome, PB_OUTCOME_OK))
		err = pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "the case under perf: %s%s%s",
			      outcome ? outcome : "no result", reason ? ": " : "",
			      reason ? reason : "");
	json_decref(one);
	return err;
}

/* Symbols of this boot's kernel and modules: later they would be others. */
static int read_samples(struct recording *r, GError **ret_error)
{
	const char *const argv[] = {"perf", "script",	  "-i",		 r->new_data,
				    "-F",   "ip,sym,dso", "--no-inline", NULL};
	const struct pb_command command = {
		.argv = argv,
		.env = perf_env,
		.output_limit_bytes = MOST_SCRIPT_BYTES,
		.timeout_seconds = SCRIPT_SECONDS,
	};
	const struct pb_perf_inputs inputs = {
		.id = r->o->id,
		.kernel = r->o->kernel,
		.release = r->o->release,
		.event = r->event,
		.period = r->period,
		.repetitions = r->repetitions,
		.wanted_samples = or_default(r->o->wanted_samples, 500),
	};
	g_autofree char *text = NULL;
	json_t *profile = NULL;
	int err = pb_command_run(&command, &text, ret_error);

	if (!err)
		err = pb_perf_profile(text, &inputs, &profile, &r->measured, ret_error);
	if (err)
		return err;
	json_decref(r->profile);
	r->profile = profile;
	return 0;
}

static int pass(struct recording *r, GError **ret_error)
{
	int err = write_plan(r, ret_error);

	if (!err)
		err = record(r, ret_error);
	if (!err)
		err = check_case(r, ret_error);
	if (!err)
		err = read_samples(r, ret_error);
	if (!err && g_rename(r->new_data, r->data))
		err = pb_fail(ret_error, errno, PB_EXIT_ENVIRONMENT, "%s: cannot be renamed: %s",
			      r->new_data, g_strerror(errno));
	return err;
}

/* How many times the repetitions of this pass the next one gets; below LEAST_GROWTH: there is none.
 */
static double growth(const struct recording *r, double pass_seconds, double left_seconds)
{
	double wanted = or_default(r->o->wanted_samples, 500);
	double factor = r->measured ? MARGIN * wanted / (double)r->measured : MOST_GROWTH;

	if ((double)r->measured >= wanted)
		return 0;
	factor = MIN(factor, MOST_GROWTH);
	factor = MIN(factor, left_seconds / pass_seconds);
	return MIN(factor, (double)MOST_REPETITIONS / r->repetitions);
}

static int record_enough(struct recording *r, GError **ret_error)
{
	gint64 begun = g_get_monotonic_time();
	double factor = 1;

	do {
		gint64 pass_begun = g_get_monotonic_time(), now;
		int err;

		r->repetitions = (guint)(r->repetitions * factor);
		err = pass(r, ret_error);
		if (err)
			return err;
		now = g_get_monotonic_time();
		factor = growth(r, (double)(now - pass_begun) / G_USEC_PER_SEC,
				or_default(r->o->most_seconds, 10) -
					(double)(now - begun) / G_USEC_PER_SEC);
	} while (factor >= LEAST_GROWTH);
	if (r->measured)
		return 0;
	return pb_fail(ret_error, ENODATA, PB_EXIT_ENVIRONMENT,
		       "none of the samples of %u repetitions was in a measured call: they are too "
		       "short, or are made by another process; all samples are in %s",
		       r->repetitions, r->data);
}

int pb_perf_record(const struct pb_perf_options *options, char **ret_folder, GError **ret_error)
{
	g_autofree char *name = pb_profile_folder(options->id);
	struct recording r;
	int err;

	init(&r, options);
	err = pb_make_directory(r.directory, ret_error);
	if (!err)
		err = record_enough(&r, ret_error);
	if (!err)
		err = pb_profile_write(r.profile, options->out, name, ret_error);
	if (!err && ret_folder)
		*ret_folder = g_steal_pointer(&r.folder);
	clear(&r);
	return err;
}
