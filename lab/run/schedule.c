/* Running the cases of a plan in guests: see schedule.h. */
#include <errno.h>
#include "lab/run/batch.h"
#include "lab/run/schedule.h"
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

static int run_attempt(struct work *w, guint number, GError **ret_error)
{
	const struct pb_schedule *s = w->schedule;
	g_autoptr(GPtrArray) alone = g_ptr_array_new();

	g_ptr_array_add(alone, &w->attempts[number]);
	return pb_batch_run(s, s->station_of[number / s->boots], number + 1, alone, ret_error);
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

void pb_schedule_name(const struct pb_schedule *s, struct pb_attempt *attempts)
{
	guint count = g_strv_length(s->plan->ids) * s->boots;

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
