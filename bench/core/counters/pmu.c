/* The machine's own events: see pmu.h. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench/core/counters/pmu.h"
#include "bench/core/sysfile.h"

#define PMUS_DIR   "/sys/bus/event_source/devices"
#define TEXT_BYTES 256

struct place {
	char pmu[COUNTER_NAME_BYTES];
	char event[COUNTER_NAME_BYTES];
};

/* "PMU/EVENT/" with nothing behind it. */
static bool take_apart(const char *name, struct place *ret_place)
{
	const char *slash = strchr(name, '/');
	const char *end = slash ? strchr(slash + 1, '/') : NULL;

	if (!end || end[1] || slash == name || end == slash + 1 || *name == '.' ||
	    strlen(name) >= COUNTER_NAME_BYTES)
		return false;
	snprintf(ret_place->pmu, sizeof(ret_place->pmu), "%.*s", (int)(slash - name), name);
	snprintf(ret_place->event, sizeof(ret_place->event), "%.*s", (int)(end - slash) - 1,
		 slash + 1);
	return true;
}

static int read_of(const struct place *place, const char *folder, const char *file,
		   char ret_text[TEXT_BYTES])
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PMUS_DIR "/%s/%s%s", place->pmu, folder, file);
	return sysfile_read(path, ret_text, TEXT_BYTES);
}

/* Puts a value's bits where a format says: "config1:0-7,32-35", the lowest first. */
static int put(const char *format, uint64_t value, struct counter_event *event)
{
	const char *at;
	uint64_t *word = !strncmp(format, "config1:", 8)   ? &event->config1
			 : !strncmp(format, "config2:", 8) ? &event->config2
			 : !strncmp(format, "config:", 7)  ? &event->config
							   : NULL;

	if (!word)
		return -ENOENT;
	/* At the colon first, then at each comma. */
	for (at = strchr(format, ':'); at; at = strchr(at + 1, ',')) {
		unsigned long low = 0, high = 0;

		if (sscanf(at + 1, "%lu-%lu", &low, &high) < 2)
			high = low;
		for (unsigned long bit = low; bit <= high && bit < 64; bit++, value >>= 1)
			*word |= (value & 1) << bit;
	}
	return 0;
}

/* "event=0x3c" or "any", which is any=1; "config" and its like are whole words. */
static int add_term(const struct place *place, const char *term, struct counter_event *event)
{
	const char *equals = strchr(term, '=');
	uint64_t value = equals ? strtoull(equals + 1, NULL, 0) : 1;
	char name[COUNTER_NAME_BYTES], format[TEXT_BYTES];
	int err;

	snprintf(name, sizeof(name), "%.*s", equals ? (int)(equals - term) : (int)strlen(term),
		 term);
	if (!strncmp(name, "config", 6)) {
		snprintf(format, sizeof(format), "%s:0-63", name);
		return put(format, value, event);
	}
	err = read_of(place, "format/", name, format);
	return err ? err : put(format, value, event);
}

static int add_terms(const struct place *place, char *terms, struct counter_event *event)
{
	char *rest = terms, *term;
	int err = 0;

	while (!err && (term = strsep(&rest, ",")))
		err = add_term(place, term, event);
	return err ? -ENOENT : 0;
}

int pmu_event_find(const char *name, struct counter_event *ret_event)
{
	char type[TEXT_BYTES], terms[TEXT_BYTES];
	struct place place;

	if (!take_apart(name, &place))
		return -ENOENT;
	if (read_of(&place, "", "type", type))
		return -ENODEV;
	*ret_event = (struct counter_event){.type = (uint32_t)strtoul(type, NULL, 10)};
	if (read_of(&place, "events/", place.event, terms))
		snprintf(terms, sizeof(terms), "%s", place.event);
	return add_terms(&place, terms, ret_event);
}

static void tell_events(const char *pmu, name_taker take, void *context)
{
	char path[PATH_MAX], name[2 * NAME_MAX + 3];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), PMUS_DIR "/%s/events", pmu);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		/* With a dot: the unit or the scale of another. */
		if (strchr(entry->d_name, '.'))
			continue;
		snprintf(name, sizeof(name), "%s/%s/", pmu, entry->d_name);
		take(name, context);
	}
	if (dir)
		closedir(dir);
}

void pmu_each(name_taker take, void *context)
{
	struct dirent *entry;
	DIR *dir = opendir(PMUS_DIR);

	while (dir && (entry = readdir(dir))) {
		if (*entry->d_name != '.')
			tell_events(entry->d_name, take, context);
	}
	if (dir)
		closedir(dir);
}
