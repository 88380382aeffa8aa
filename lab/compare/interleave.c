/* Boots of several runs in turn: see interleave.h. */
#include "lab/compare/interleave.h"

/* Any number would do: the order that was drawn stands in the result. */
#define ORDER_SEED 20120101u

static void draw(GRand *random, guint *order, guint count)
{
	for (guint i = count; i > 1; i--) {
		guint k = (guint)g_rand_int_range(random, 0, (gint32)i);
		guint last = order[i - 1];

		order[i - 1] = order[k];
		order[k] = last;
	}
}

static void mirror(guint *order, guint count)
{
	for (guint i = 0; i < count / 2; i++) {
		guint one = order[i];

		order[i] = order[count - 1 - i];
		order[count - 1 - i] = one;
	}
}

static int run_block(struct pb_begun **runs, const guint *order, guint count, GError **ret_error)
{
	int err = 0;

	for (guint i = 0; !err && i < count; i++)
		err = pb_begun_boot(runs[order[i]], ret_error);
	return err;
}

int pb_interleave(struct pb_begun **runs, guint count, guint boots, struct pb_progress *progress,
		  GError **ret_error)
{
	g_autofree guint *order = g_new(guint, count);
	GRand *random = g_rand_new_with_seed(ORDER_SEED);
	int err = 0;

	for (guint i = 0; i < count; i++)
		order[i] = i;
	pb_progress_stage(progress, "measuring %u kernels in turn", count);
	for (guint block = 0; !err && block < boots; block++) {
		if (block % 2)
			mirror(order, count);
		else
			draw(random, order, count);
		pb_progress_update(progress, block, boots, "boots of each");
		err = run_block(runs, order, count, ret_error);
	}
	pb_progress_done(progress);
	g_rand_free(random);
	return err;
}
