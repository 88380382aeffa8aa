/* One more boot: see append.h. */
#include "lab/native/append.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "lab/util/files.h"
#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/native/boots.h"
#include "reports/result.h"

/* In the result's own directory: what cases write is then on the disk that it was in other boots.
 */
#define FOLDER ".boot"

struct pb_append {
	char *directory;
	char *folder;
	struct pb_result *boots; /* what there is */
	struct pb_result *here;	 /* of this boot, without cases */
};

static int check_there_is_one(const char *directory, GError **ret_error)
{
	g_autofree char *path = g_build_filename(directory, PB_RESULT_FILE, NULL);

	if (g_file_test(path, G_FILE_TEST_EXISTS))
		return 0;
	return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE,
		       "%s: there is no result that a boot could be added to; measure the first "
		       "one without --append",
		       path);
}

int pb_append_open(const char *directory, struct pb_append **ret_append, GError **ret_error)
{
	g_autoptr(pb_append) append = g_new0(struct pb_append, 1);
	int err = check_there_is_one(directory, ret_error);

	if (!err)
		err = pb_result_load(directory, &append->boots, ret_error);
	if (err)
		return err;
	append->directory = g_strdup(directory);
	append->folder = g_build_filename(directory, FOLDER, NULL);
	/* A run that was killed left its own. */
	err = pb_remove_tree(append->folder, ret_error);
	if (!err)
		err = pb_make_directory(append->folder, ret_error);
	if (!err)
		*ret_append = g_steal_pointer(&append);
	return err;
}

const char *pb_append_folder(const struct pb_append *append)
{
	return append->folder;
}

int pb_append_check(struct pb_append *append, const char *profile, char *const *ids,
		    GError **ret_error)
{
	int err = pb_result_load(append->folder, &append->here, ret_error);

	if (err)
		return err;
	g_unlink(append->here->file);
	err = pb_boots_check(append->boots, append->here, ret_error);
	return err ? err : pb_boots_check_cases(append->boots, profile, ids, ret_error);
}

int pb_append_check_module(struct pb_append *append, json_t *module, GError **ret_error)
{
	json_object_set(json_object_get(append->here->root, "environment"), "module", module);
	return pb_boots_check(append->boots, append->here, ret_error);
}

/* What is there by now: nothing that was added meanwhile may be lost. */
static int read_both(const struct pb_append *append, struct pb_result **ret_boots,
		     struct pb_result **ret_next, GError **ret_error)
{
	int err = pb_result_load(append->directory, ret_boots, ret_error);

	return err ? err : pb_result_load(append->folder, ret_next, ret_error);
}

int pb_append_save(struct pb_append *append, GError **ret_error)
{
	g_autoptr(pb_result) boots = NULL, next = NULL;
	json_t *root = NULL;
	int err = read_both(append, &boots, &next, ret_error);

	if (!err)
		err = pb_boots_add(boots, next, &root, ret_error);
	if (!err)
		err = pb_result_save(root, append->directory, ret_error);
	json_decref(root);
	return err;
}

void pb_append_close(struct pb_append *append)
{
	if (!append)
		return;
	if (append->folder)
		pb_remove_tree(append->folder, NULL);
	pb_result_free(append->boots);
	pb_result_free(append->here);
	g_free(append->directory);
	g_free(append->folder);
	g_free(append);
}
