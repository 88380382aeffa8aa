/* Huge pages for a run: see hugepages.h. */
#include "lab/native/hugepages.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DIR "/sys/kernel/mm/hugepages/hugepages-2048kB/"
/* As configs/machines/plain.ini has it: the largest region of the benchmarks, and a little. */
#define WANTED_PAGES 36
#define PAGE_MIB     2
/* A machine that has so little left is not to lose that. */
#define LEAST_LEFT 16

static gint64 read_number(const char *name)
{
	g_autofree char *path = g_strconcat(DIR, name, NULL);
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? g_ascii_strtoll(text, NULL, 10) : -1;
}

static bool write_pages(gint64 pages)
{
	FILE *file = fopen(DIR "nr_hugepages", "we");
	bool ok;

	if (!file)
		return false;
	ok = fprintf(file, "%" G_GINT64_FORMAT "\n", pages) > 0;
	return !fclose(file) && ok;
}

static bool has_room(void)
{
	gint64 free_mib = (gint64)sysconf(_SC_AVPHYS_PAGES) * sysconf(_SC_PAGESIZE) / (1024 * 1024);

	return free_mib > (gint64)LEAST_LEFT * WANTED_PAGES * PAGE_MIB;
}

static json_t *answer(gint64 reserved, const char *reason)
{
	gint64 free_pages = read_number("free_hugepages");

	return json_pack("{s:I, s:I, s:s*}", "free", (json_int_t)MAX(free_pages, 0), "reserved",
			 (json_int_t)reserved, "reason", reason);
}

int pb_hugepages_reserve(struct pb_guard *guard, json_t **ret_hugepages, GError **ret_error)
{
	gint64 all = read_number("nr_hugepages"), free_pages = read_number("free_hugepages");
	g_autofree char *old = g_strdup_printf("%" G_GINT64_FORMAT, all);
	int err;

	*ret_hugepages = NULL;
	if (all < 0 || free_pages < 0)
		*ret_hugepages = answer(0, "the running kernel has no huge pages of 2 MiB");
	else if (free_pages >= WANTED_PAGES)
		*ret_hugepages = answer(0, NULL);
	else if (geteuid())
		*ret_hugepages = answer(0, "reserving some needs root");
	else if (!has_room())
		*ret_hugepages = answer(0, "too little memory is free to reserve some");
	if (*ret_hugepages)
		return 0;
	err = pb_guard_file(guard, DIR "nr_hugepages", old, ret_error);
	if (err)
		return err;
	if (write_pages(all + WANTED_PAGES - free_pages))
		*ret_hugepages = answer(MAX(read_number("nr_hugepages") - all, 0), NULL);
	else
		*ret_hugepages = answer(0, g_strerror(errno));
	return 0;
}
