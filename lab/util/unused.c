#include "lab/util/unused.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lab/util/files.h"

#define KEEP_SECONDS (24 * 3600)

void pb_mark_used(const char *directory, const char *stamp)
{
	g_autofree char *path = g_build_filename(directory, stamp, NULL);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	futimens(fd, NULL);
	close(fd);
}

static gint by_age(gconstpointer a, gconstpointer b)
{
	GStatBuf x, y;

	if (g_stat(*(char *const *)a, &x) || g_stat(*(char *const *)b, &y))
		return 0;
	return (y.st_mtime > x.st_mtime) - (y.st_mtime < x.st_mtime);
}

/* Under another name first, so that nobody finds half of it. */
static void drop(const char *stamp)
{
	g_autofree char *directory = g_path_get_dirname(stamp);
	g_autofree char *dropped = g_strconcat(directory, ".dropped", NULL);
	GStatBuf info;

	if (g_stat(stamp, &info) || time(NULL) - info.st_mtime <= KEEP_SECONDS)
		return;
	pb_remove_tree(dropped, NULL);
	if (!g_rename(directory, dropped))
		pb_remove_tree(dropped, NULL);
}

void pb_drop_unused(const char *parent, const char *stamp, guint newest)
{
	g_autoptr(GPtrArray) stamps = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(parent, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(parent, name, stamp, NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			g_ptr_array_add(stamps, g_steal_pointer(&path));
	}
	g_ptr_array_sort(stamps, by_age);
	for (guint i = newest; i < stamps->len; i++)
		drop(stamps->pdata[i]);
}
