/* What a release has so far: see keep.h. */
#include "lab/release/keep.h"

#include <errno.h>
#include <string.h>

#include "commit.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"
#include "reports/file.h"
#include "reports/render/history/release/markdown.h"
#include "reports/history/rows.h"
#include "reports/render/history/release/text.h"

static int check_history(const char *path, GError **ret_error)
{
	g_autofree char *above = g_path_get_dirname(path);
	g_autoptr(pb_store) store = NULL;
	int err = pb_make_directory(above, ret_error);

	return err ? err : pb_store_open(path, PB_STORE_WRITE, &store, ret_error);
}

int pb_release_keeper_open(struct pb_release_keeper *keeper, GError **ret_error)
{
	int err = keeper->options->history ? check_history(keeper->options->history, ret_error) : 0;

	pb_document_times_start(&keeper->times);
	return err ? err : pb_store_open(":memory:", PB_STORE_WRITE, &keeper->own, ret_error);
}

void pb_release_keeper_close(struct pb_release_keeper *keeper)
{
	pb_store_close(keeper->own);
}

/* Opened for each: a run of hours keeps nobody else from the history. */
static int add_to_history(const char *history, const char *directory, GError **ret_error)
{
	g_autoptr(pb_store) store = NULL;
	struct pb_store_added added;
	int err = pb_store_open(history, PB_STORE_WRITE, &store, ret_error);

	return err ? err : pb_store_add(store, directory, NULL, &added, ret_error);
}

void pb_release_keep_result(struct pb_release_keeper *keeper, struct pb_release_kernel *kernel)
{
	const char *history = keeper->options->history;
	struct pb_store_added added;
	GError *why = NULL;
	int err;

	if (!kernel->finished)
		return;
	err = pb_store_add(keeper->own, kernel->result, NULL, &added, &why);
	if (!err && history) {
		err = add_to_history(history, kernel->result, &why);
		kernel->added = !err;
	}
	if (!err)
		return;
	kernel->outcome = PB_RELEASE_FAILED;
	g_free(kernel->reason);
	kernel->reason = g_strdup_printf("measured, but not added to the history: %s; "
					 "'./run.sh history add %s' tries again",
					 why->message, kernel->result);
	g_error_free(why);
}

static json_t *run_object(const struct pb_release_keeper *k)
{
	const struct pb_run_options *run = &k->options->run;
	g_autofree char *command = g_utf8_make_valid(run->command ? run->command : "", -1);
	g_autofree char *profile = g_utf8_make_valid(run->profile, -1);

	return json_pack("{s:s, s:s, s:f, s:s, s:s, s:i, s:b}", "command", command, "started",
			 k->times.started, "wall_seconds",
			 (double)(g_get_monotonic_time() - k->times.monotonic) / G_USEC_PER_SEC,
			 "profile", profile, "evidence", run->evidence, "boots", (int)run->boots,
			 "interrupted", pb_interrupted != 0);
}

/* A kernel that did not boot, or was not finished, has no column. */
static int make_rows(struct pb_release_keeper *k, json_t **ret_members, GError **ret_error)
{
	g_autofree const char **directories = g_new0(const char *, k->kernels->len + 1);

	for (guint i = 0; i < k->kernels->len; i++) {
		const struct pb_release_kernel *kernel = k->kernels->pdata[i];

		directories[i] = kernel->measured ? kernel->result : NULL;
	}
	return pb_release_rows(k->own, directories, k->kernels->len, ret_members, ret_error);
}

int pb_release_keep_files(struct pb_release_keeper *k, GError **ret_error)
{
	json_t *root, *members;
	int err = make_rows(k, &members, ret_error);

	if (err)
		return err;
	root = json_pack("{s:s, s:{s:s, s:s}, s:o, s:o}", "schema", PB_RELEASE_SCHEMA, "tool",
			 "version", PINBENCH_VERSION, "commit", PINBENCH_COMMIT, "run",
			 run_object(k), "kernels", pb_release_kernels_json(k->kernels));
	json_object_update(root, members);
	json_decref(members);
	err = pb_write_json(k->options->run.out, PB_RELEASE_FILE, root, ret_error);
	json_decref(root);
	return err ? err : pb_write_release(k->options->run.out, ret_error);
}

int pb_write_release(const char *directory, GError **ret_error)
{
	g_autofree char *text = NULL;
	json_t *root;
	int err = pb_read_json(directory, PB_RELEASE_FILE, &root, ret_error);

	if (err)
		return err;
	text = pb_render_release_text(root, PB_RELEASE_COLUMNS);
	err = pb_write_file(directory, PB_RELEASE_TEXT_FILE, text, strlen(text), ret_error);
	if (!err)
		err = pb_render_release_markdown(root, directory, ret_error);
	json_decref(root);
	return err;
}
