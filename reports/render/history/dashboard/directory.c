/* The directory of a dashboard: see directory.h. */
#include "reports/render/history/dashboard/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reports/error.h"
#include "reports/file.h"

#define PAGE "index.html"
/* It says that the directory is a dashboard's, and is what two writers lock. */
#define MARKER	      ".pinbench-dashboard"
#define FOLDER_PREFIX "site-"

static int fail_path(GError **ret_error, int err, const char *path, const char *what)
{
	return pb_fail(ret_error, err, PB_EXIT_ENVIRONMENT,
		       "%s: %s: %s; make room or choose another directory with --out", path, what,
		       g_strerror(err));
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *at)
{
	(void)status;
	(void)kind;
	(void)at;
	return remove(path);
}

static void remove_folder(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool is_folder(const char *name)
{
	const char *stamp = name + strlen(FOLDER_PREFIX);

	return g_str_has_prefix(name, FOLDER_PREFIX) && *stamp &&
	       strspn(stamp, "0123456789abcdef") == strlen(stamp);
}

/* The page's name may have an end: what a writer who was killed left of a new one. */
static bool is_ours(const char *name)
{
	return !strcmp(name, PAGE) || g_str_has_prefix(name, PAGE ".") || !strcmp(name, MARKER) ||
	       is_folder(name);
}

/* A directory with something in it is taken only if it says that it is a dashboard. */
static int check_content(const char *directory, GError **ret_error)
{
	g_autofree char *marker = g_build_filename(directory, MARKER, NULL);
	g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
	bool is_marked = g_file_test(marker, G_FILE_TEST_IS_REGULAR);
	const char *name;

	if (!dir)
		return fail_path(ret_error, errno ? errno : EIO, directory, "cannot be read");
	while ((name = g_dir_read_name(dir))) {
		if (is_marked && is_ours(name))
			continue;
		return pb_fail(
			ret_error, EEXIST, PB_EXIT_USAGE,
			"%s holds %s, which is not of a dashboard; it stays as it is: choose "
			"a new or an empty directory with --out",
			directory, name);
	}
	return 0;
}

static int take_lock(struct pb_site *site, GError **ret_error)
{
	g_autofree char *marker = g_build_filename(site->directory, MARKER, NULL);

	site->lock = open(marker, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (site->lock < 0)
		return fail_path(ret_error, errno, marker, "cannot be written");
	if (flock(site->lock, LOCK_EX))
		return fail_path(ret_error, errno, marker, "cannot be locked");
	return 0;
}

static int make_folders(struct pb_site *site, GError **ret_error)
{
	static const char *const names[] = {"", "data", "data/series", "data/heat"};

	site->name = g_strdup_printf(FOLDER_PREFIX "%" G_GINT64_MODIFIER "x",
				     (guint64)g_get_real_time());
	site->folder = g_build_filename(site->directory, site->name, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(site->folder, names[i], NULL);

		if (mkdir(path, 0755))
			return fail_path(ret_error, errno, path, "cannot be made");
	}
	return 0;
}

int pb_site_open(const char *directory, struct pb_site *ret_site, GError **ret_error)
{
	int err;

	*ret_site = (struct pb_site){.lock = -1};
	if (g_mkdir_with_parents(directory, 0755))
		return fail_path(ret_error, errno, directory, "cannot be made");
	ret_site->directory = realpath(directory, NULL);
	if (!ret_site->directory)
		return fail_path(ret_error, errno, directory, "cannot be found");
	err = check_content(ret_site->directory, ret_error);
	if (!err)
		err = take_lock(ret_site, ret_error);
	return err ? err : make_folders(ret_site, ret_error);
}

void pb_site_clear(struct pb_site *site)
{
	if (site->folder)
		remove_folder(site->folder);
	if (site->lock >= 0)
		close(site->lock);
	free(site->directory);
	g_free(site->name);
	g_free(site->folder);
	*site = (struct pb_site){.lock = -1};
}

int pb_site_write(const struct pb_site *site, const char *name, const char *text, gsize length,
		  GError **ret_error)
{
	g_autofree char *path = g_build_filename(site->folder, name, NULL);
	FILE *out = fopen(path, "we");
	bool is_whole;
	int err;

	if (!out)
		return fail_path(ret_error, errno, path, "cannot be written");
	errno = 0;
	is_whole = fwrite(text, 1, length, out) == length;
	err = errno;
	if (fclose(out)) {
		is_whole = false;
		err = err ? err : errno;
	}
	return is_whole ? 0 : fail_path(ret_error, err ? err : EIO, path, "cannot be written");
}

/* Of dashboards before, and of writers that were killed. */
static void remove_others(const struct pb_site *site)
{
	g_autoptr(GDir) dir = g_dir_open(site->directory, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(site->directory, name, NULL);

		if (is_folder(name) && strcmp(name, site->name))
			remove_folder(path);
	}
}

int pb_site_commit(struct pb_site *site, const char *index_html, GError **ret_error)
{
	int err = pb_write_file(site->directory, PAGE, index_html, strlen(index_html), ret_error);

	if (err)
		return err;
	g_clear_pointer(&site->folder, g_free);
	remove_others(site);
	return 0;
}
