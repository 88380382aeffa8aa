/* Running the cases of a plan in guests: see schedule.h. */
#include <errno.h>
#include <glib/gstdio.h>
#include "lab/run/schedule.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"

struct work {
	const struct pb_schedule *schedule;
	struct pb_progress *progress;
	struct pb_attempt *attempts;
	guint count;
	GMutex lock; /* of all below, and of progress */
	guint done;
	GError *error; /* the first that was no guest's */
};

static char *plan_text(const struct pb_schedule *s, const char *id)
{
	json_t *plan = json_pack("{s:s, s:i, s:[s]}", "evidence", s->evidence, "repetitions",
				 s->plan->repetitions, "cases", id);
	char *text = json_dumps(plan, JSON_COMPACT);
	char *ret = g_strdup(text);

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

static int attempt_in(const struct pb_schedule *s, guint number, const char *directory,
		      struct pb_attempt *attempt, GError **ret_error)
{
	const struct pb_station *station = s->station_of[number / s->boots];
	g_autofree char *console = g_strdup_printf("console-%u.log", number + 1);
	g_autofree char *plan = plan_text(s, attempt->id);
	struct pb_guest guest = {
		.machine = station->machine,
		.vmlinux = s->kernel->vmlinux,
		.initramfs = station->image->initramfs,
		.directory = directory,
		.hang_seconds = s->hang_seconds,
	};
	struct pb_guest_end end;
	int err = pb_guest_run(&guest, station->snapshots->pdata[attempt->boot], plan, &end,
			       ret_error);

	if (err)
		return err;
	pb_attempt_fill(attempt, &end, console);
	if (attempt->failure)
		keep_console(s, directory, console);
	pb_guest_end_clear(&end);
	return 0;
}

static int run_attempt(struct work *w, guint number, GError **ret_error)
{
	const struct pb_schedule *s = w->schedule;
	g_autofree char *leaf = g_strdup_printf(".guest-%u", number + 1);
	g_autofree char *directory = g_build_filename(s->out, leaf, NULL);
	int err = pb_make_directory(directory, ret_error);

	if (!err)
		err = attempt_in(s, number, directory, &w->attempts[number], ret_error);
	pb_remove_tree(directory, NULL);
	return err;
}

static void work_on(gpointer data, gpointer context)
{
	guint number = GPOINTER_TO_UINT(data) - 1;
	g_autoptr(GError) error = NULL;
	struct work *w = context;
	gboolean stop;

	g_mutex_lock(&w->lock);
	stop = w->error != NULL || pb_interrupted;
	g_mutex_unlock(&w->lock);
	if (!stop)
		run_attempt(w, number, &error);
	g_mutex_lock(&w->lock);
	w->done++;
	if (error && !w->error)
		w->error = g_steal_pointer(&error);
	pb_progress_update(w->progress, w->done, w->count, w->attempts[number].id);
	g_mutex_unlock(&w->lock);
}

static void name_attempts(const struct pb_schedule *s, struct pb_attempt *attempts, guint count)
{
	for (guint i = 0; i < count; i++) {
		attempts[i].id = s->plan->ids[i / s->boots];
		attempts[i].boot = i % s->boots;
	}
}

int pb_schedule_run(const struct pb_schedule *s, struct pb_progress *progress,
		    struct pb_attempt *attempts, GError **ret_error)
{
	struct work w = {
		.schedule = s,
		.progress = progress,
		.attempts = attempts,
		.count = g_strv_length(s->plan->ids) * s->boots,
	};
	GThreadPool *pool;

	name_attempts(s, attempts, w.count);
	g_mutex_init(&w.lock);
	pb_progress_stage(progress, "measuring");
	pool = g_thread_pool_new(work_on, &w, (gint)s->jobs, TRUE, NULL);
	/* Zero is no item to a thread pool, so numbers go in one higher. */
	for (guint i = 0; i < w.count; i++)
		g_thread_pool_push(pool, GUINT_TO_POINTER(i + 1), NULL);
	g_thread_pool_free(pool, FALSE, TRUE);
	g_mutex_clear(&w.lock);
	pb_progress_done(progress);
	if (w.error) {
		int err = w.error->code == PB_EXIT_INTERRUPTED ? -EINTR : -EIO;

		g_propagate_error(ret_error, w.error);
		return err;
	}
	return pb_check_interrupted(ret_error);
}
