#include "lab/util/files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lab/util/process.h"
#include "reports/error.h"

#define COPY_BYTES (128 * 1024)
#define OPEN_DIRS  32

static int fail_at(GError **ret_error, int err, const char *what, const char *path)
{
	return pb_fail(ret_error, err, PB_EXIT_ENVIRONMENT, "cannot %s %s: %s", what, path,
		       g_strerror(err));
}

int pb_make_directory(const char *path, GError **ret_error)
{
	if (g_mkdir_with_parents(path, 0755) < 0)
		return fail_at(ret_error, errno, "create the directory", path);
	return 0;
}

int pb_cache_root(char **ret_path, GError **ret_error)
{
	const char *own = g_getenv("PINBENCH_CACHE");
	g_autofree char *path = NULL;
	int r;

	if (own && *own)
		path = g_canonicalize_filename(own, NULL);
	else
		path = g_build_filename(g_get_user_cache_dir(), "pinbench", NULL);
	/* The kernel's Makefile takes no space or colon; the others mean something to make. */
	if (strpbrk(path, " \t:%#$\\'\"*?"))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "the cache %s has a character in its path that make cannot take; "
			       "set PINBENCH_CACHE to a directory with a plain name",
			       path);
	r = pb_make_directory(path, ret_error);
	if (!r)
		*ret_path = g_steal_pointer(&path);
	return r;
}

int pb_cache_dir(char **ret_path, GError **ret_error, const char *first, ...)
{
	g_autofree char *path = NULL;
	va_list parts;
	int r = pb_cache_root(&path, ret_error);

	if (r)
		return r;
	va_start(parts, first);
	for (const char *part = first; part; part = va_arg(parts, const char *)) {
		char *longer = g_build_filename(path, part, NULL);

		g_free(path);
		path = longer;
	}
	va_end(parts);
	r = pb_make_directory(path, ret_error);
	if (!r)
		*ret_path = g_steal_pointer(&path);
	return r;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* A directory that may not be read or written (a user's odd tree) would stop its removal. */
static int make_writable(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)ftw;
	if ((type == FTW_D || type == FTW_DNR) && (status->st_mode & 0700) != 0700)
		return chmod(path, 0700);
	return 0;
}

int pb_remove_tree(const char *path, GError **ret_error)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return errno == ENOENT ? 0 : fail_at(ret_error, errno, "remove", path);
	if (!S_ISDIR(status.st_mode)) {
		if (unlink(path) < 0)
			return fail_at(ret_error, errno, "remove", path);
		return 0;
	}
	if (!nftw(path, remove_one, OPEN_DIRS, FTW_DEPTH | FTW_PHYS))
		return 0;
	nftw(path, make_writable, OPEN_DIRS, FTW_PHYS);
	if (nftw(path, remove_one, OPEN_DIRS, FTW_DEPTH | FTW_PHYS))
		return fail_at(ret_error, errno, "remove", path);
	return 0;
}

static int copy_bytes(int from, int to)
{
	g_autofree char *bytes = g_malloc(COPY_BYTES);
	ssize_t count;

	while ((count = read(from, bytes, COPY_BYTES)) != 0) {
		if (count < 0)
			return -errno;
		for (ssize_t done = 0; done < count;) {
			ssize_t wrote = write(to, bytes + done, count - done);

			if (wrote < 0)
				return -errno;
			done += wrote;
		}
	}
	return 0;
}

int pb_copy_file(const char *from, const char *to, GError **ret_error)
{
	g_autofree char *temporary = g_strdup_printf("%s.%d.tmp", to, getpid());
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1, r = 0;
	struct stat status;

	if (in < 0 || fstat(in, &status) < 0) {
		r = fail_at(ret_error, errno, "read", from);
		goto out;
	}
	out = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, status.st_mode & 0777);
	if (out < 0) {
		r = fail_at(ret_error, errno, "create", temporary);
		goto out;
	}
	r = copy_bytes(in, out);
	if (!r && futimens(out, (struct timespec[]){status.st_atim, status.st_mtim}) < 0)
		r = -errno;
	if (r)
		fail_at(ret_error, -r, "copy to", to);
	else if (rename(temporary, to) < 0)
		r = fail_at(ret_error, errno, "create", to);
	if (r)
		unlink(temporary);
out:
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return r;
}

int pb_copy_entry(const char *from, const char *to, bool link_files, GError **ret_error)
{
	struct stat status;

	if (lstat(from, &status) < 0)
		return fail_at(ret_error, errno, "read", from);
	if (S_ISDIR(status.st_mode))
		return pb_copy_tree(from, to, link_files, ret_error);
	if (S_ISLNK(status.st_mode)) {
		g_autofree char *target = g_file_read_link(from, NULL);

		if (!target || symlink(target, to) < 0)
			return fail_at(ret_error, errno, "create the link", to);
		return 0;
	}
	if (!S_ISREG(status.st_mode))
		return 0; /* a socket or the like is no part of any source */
	if (link_files && !link(from, to))
		return 0;
	return pb_copy_file(from, to, ret_error);
}

int pb_copy_tree(const char *from, const char *to, bool link_files, GError **ret_error)
{
	g_autoptr(GDir) directory = NULL;
	const char *name;
	int r = pb_check_interrupted(ret_error);

	if (r)
		return r;
	directory = g_dir_open(from, 0, NULL);
	if (!directory)
		return fail_at(ret_error, errno, "read the directory", from);
	if (mkdir(to, 0755) < 0)
		return fail_at(ret_error, errno, "create the directory", to);
	while (!r && (name = g_dir_read_name(directory))) {
		g_autofree char *source = g_build_filename(from, name, NULL);
		g_autofree char *target = g_build_filename(to, name, NULL);

		r = pb_copy_entry(source, target, link_files, ret_error);
	}
	return r;
}

static guint64 *counted_bytes;

static int count_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)path;
	(void)ftw;
	if (type != FTW_F || status->st_nlink == 1)
		*counted_bytes += (guint64)status->st_blocks * 512;
	return 0;
}

guint64 pb_tree_bytes(const char *path)
{
	guint64 bytes = 0;

	counted_bytes = &bytes;
	nftw(path, count_one, OPEN_DIRS, FTW_PHYS);
	counted_bytes = NULL;
	return bytes;
}

int pb_write_atomic(const char *path, const char *text, GError **ret_error)
{
	g_autofree char *temporary = g_strdup_printf("%s.%d.tmp", path, getpid());
	g_autofree char *directory = g_path_get_dirname(path);
	size_t size = strlen(text);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int r = 0;

	if (fd < 0)
		return fail_at(ret_error, errno, "create", temporary);
	if (write(fd, text, size) != (ssize_t)size || fsync(fd) < 0 || rename(temporary, path) < 0)
		r = fail_at(ret_error, errno, "write", path);
	close(fd);
	if (r) {
		unlink(temporary);
		return r;
	}
	/* The name is in the directory, which a crash forgets on its own. */
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	return 0;
}

int pb_require_space(const char *directory, guint64 bytes, GError **ret_error)
{
	g_autofree char *needed = g_format_size_full(bytes, G_FORMAT_SIZE_IEC_UNITS);
	g_autofree char *there = NULL;
	struct statvfs status;
	guint64 available;

	if (statvfs(directory, &status) < 0)
		return fail_at(ret_error, errno, "look at the free space of", directory);
	available = (guint64)status.f_bavail * status.f_frsize;
	if (available >= bytes)
		return 0;
	there = g_format_size_full(available, G_FORMAT_SIZE_IEC_UNITS);
	return pb_fail(ret_error, ENOSPC, PB_EXIT_ENVIRONMENT,
		       "%s is free where %s is, and %s is needed; make room (`kernel list` and "
		       "`kernel rm` help) or set PINBENCH_CACHE to a larger disk",
		       there, directory, needed);
}
