/* One boot of timed evidence: see boot.h. */
#include "lab/run/batch.h"
#include "lab/run/boot.h"
#include "lab/util/process.h"

/* Any number would do; what matters is that it is stated and the order can be had again. */
#define ORDER_SEED 20120101u

static GPtrArray *batch_of(const struct pb_schedule *s, const struct pb_station *station,
			   guint boot, struct pb_attempt *attempts)
{
	GPtrArray *batch = g_ptr_array_new();
	guint cases = g_strv_length(s->plan->ids);

	for (guint i = 0; i < cases; i++) {
		if (s->station_of[i] == station)
			g_ptr_array_add(batch, &attempts[i * s->boots + boot]);
	}
	return batch;
}

/* Fisher and Yates. */
static void shuffle(GPtrArray *batch, guint boot)
{
	GRand *random = g_rand_new_with_seed(ORDER_SEED + boot);

	for (guint i = batch->len; i > 1; i--) {
		guint k = (guint)g_rand_int_range(random, 0, (gint32)i);
		gpointer last = batch->pdata[i - 1];

		batch->pdata[i - 1] = batch->pdata[k];
		batch->pdata[k] = last;
	}
	g_rand_free(random);
}

static bool is_first_of_its_station(const struct pb_schedule *s, guint number)
{
	for (guint i = 0; i < number; i++) {
		if (s->station_of[i] == s->station_of[number])
			return false;
	}
	return true;
}

int pb_boot_run(const struct pb_schedule *s, guint boot, struct pb_attempt *attempts,
		GError **ret_error)
{
	guint cases = g_strv_length(s->plan->ids), number = boot * cases;
	int err = 0;

	for (guint i = 0; !err && i < cases; i++) {
		g_autoptr(GPtrArray) batch = NULL;

		if (!is_first_of_its_station(s, i))
			continue;
		batch = batch_of(s, s->station_of[i], boot, attempts);
		shuffle(batch, boot);
		while (!err && batch->len) {
			err = pb_batch_run(s, s->station_of[i], ++number, batch, ret_error);
			if (!err)
				err = pb_check_interrupted(ret_error);
		}
	}
	return err;
}
