/* See sysfs.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lab/native/sysfs.h"

static char *path_of(const char *root, const char *fmt, va_list args)
{
	g_autofree char *path = g_strdup_vprintf(fmt, args);

	return g_strconcat(root, path, NULL);
}

char *pb_sysfs_read(const char *root, const char *fmt, ...)
{
	g_autofree char *path = NULL;
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	path = path_of(root, fmt, args);
	va_end(args);
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	return g_strchomp(text);
}

bool pb_sysfs_number(const char *root, guint64 *ret_number, const char *fmt, ...)
{
	g_autofree char *path = NULL, *text = NULL;
	char *end = NULL;
	va_list args;

	va_start(args, fmt);
	path = path_of(root, fmt, args);
	va_end(args);
	if (!g_file_get_contents(path, &text, NULL, NULL) || !g_ascii_isdigit(*text))
		return false;
	*ret_number = g_ascii_strtoull(text, &end, 0);
	return !*g_strchomp(end);
}

char *pb_sysfs_link(const char *root, const char *fmt, ...)
{
	g_autofree char *path = NULL, *target = NULL;
	va_list args;

	va_start(args, fmt);
	path = path_of(root, fmt, args);
	va_end(args);
	target = g_file_read_link(path, NULL);
	return target ? g_path_get_basename(target) : NULL;
}

static gint by_name(gconstpointer left, gconstpointer right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

GPtrArray *pb_sysfs_list(const char *root, const char *fmt, ...)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *path = NULL;
	g_autoptr(GDir) dir = NULL;
	const char *name;
	va_list args;

	va_start(args, fmt);
	path = path_of(root, fmt, args);
	va_end(args);
	dir = g_dir_open(path, 0, NULL);
	while (dir && (name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_name);
	return names;
}

char *pb_sysfs_real(const char *root, const char *fmt, ...)
{
	g_autofree char *path = NULL;
	char *real, *kept;
	va_list args;

	va_start(args, fmt);
	path = path_of(root, fmt, args);
	va_end(args);
	real = realpath(path, NULL);
	kept = g_strdup(real);
	free(real);
	return kept;
}

bool pb_sysfs_is_pci_name(const char *name)
{
	unsigned int domain, bus, device, function;
	char rest;

	return sscanf(name, "%x:%x:%x.%x%c", &domain, &bus, &device, &function, &rest) == 4;
}
