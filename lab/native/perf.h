/*
 * Profiling a case by samples: perf record around the agent, in a pass of its own that no figure
 * is taken from. What perf wrote is kept, and made into a profile (reports/profile/profile.h) of
 * samples.
 */
#ifndef PINBENCH_LAB_NATIVE_PERF_H
#define PINBENCH_LAB_NATIVE_PERF_H

#include <glib.h>
#include <jansson.h>

#define PB_PERF_HARDWARE_EVENT "cycles"
#define PB_PERF_SOFTWARE_EVENT "cpu-clock"
#define PB_PERF_DATA_FILE      "perf.data"

/* All strings are borrowed; 0 and NULL are the default that is named. */
struct pb_perf_options {
	const char *agent;  /* path of pinbench-agent */
	const char *id;	    /* of the case, complete */
	const char *out;    /* of the result: files go to its PB_PROFILE_DIR/CASE */
	const char *kernel; /* kernel.spec and kernel.release of the result */
	const char *release;
	const char *scratch_dir;    /* of the agent; NULL: its own default */
	const char *const *devices; /* "ROLE=NAME", NULL-terminated; or NULL */
	const json_t *place;	    /* members "place" and "limits" of the plan; or NULL */
	const json_t *limits;
	const char *event;	  /* NULL: pb_perf_event() */
	guint repetitions;	  /* of the first pass; 0: 3 */
	guint wanted_samples;	  /* in the measured calls; 0: 500 */
	guint most_seconds;	  /* for all passes: none is begun that would last longer; 0: 10 */
	guint timeout_seconds;	  /* of one pass, which is an error; 0: 120 */
	guint samples_per_second; /* 0: 5000 */
};

/*
 * 0 if perf is there, may look into the kernel, and sees the names of its functions; else one line
 * that says what is missing and what to do, -ENOENT, -EACCES or -EPERM with PB_EXIT_ENVIRONMENT. To
 * be asked once, before any case.
 */
int pb_perf_usable(GError **ret_error);

/* PB_PERF_HARDWARE_EVENT if the processor counts it here, else PB_PERF_SOFTWARE_EVENT. */
const char *pb_perf_event(void);

/*
 * Profiles the case: passes with ever more repetitions until there are enough samples or no time.
 * The last one is kept, with however many samples it has; none at all in the measured calls is
 * an error. Writes perf.data, profile.json and what is made of it to *@ret_folder below out (the
 * "profile" of the case; free with g_free). Errors are of this case ("profile_error"), but -EINTR.
 */
int pb_perf_record(const struct pb_perf_options *options, char **ret_folder, GError **ret_error);

/* Of what a text of perf script is. */
struct pb_perf_inputs {
	const char *id, *kernel, *release;
	const char *event;
	guint64 period; /* a sample stands for so many ns of cpu-clock, or events */
	guint repetitions;
	guint wanted_samples;
};

/*
 * The document of @script_text; *ret_measured is how many samples were below a measured call.
 * -EINVAL if it is empty, damaged or cut short. Free with json_decref.
 */
int pb_perf_profile(const char *script_text, const struct pb_perf_inputs *inputs,
		    json_t **ret_profile, guint64 *ret_measured, GError **ret_error);

#endif
