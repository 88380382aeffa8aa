/* The names of events: see names.h. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "bench/core/counters/alias.h"
#include "bench/core/counters/pfm.h"
#include "bench/core/counters/pmu.h"
#include "bench/core/counters/tracefs.h"

#define FEWEST 3
#define MOST   5
/* Beyond the fewest, only what is about as near as the nearest. */
#define SLACK 2

void names_each(bool everywhere, name_taker take, void *context)
{
	alias_each(take, context);
	pmu_each(take, context);
	tracefs_each(take, context);
	pfm_each(everywhere, take, context);
}

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static bool is_same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* A row of the usual table at a time; what is longer than a name may be is cut. */
size_t names_distance(const char *a, const char *b)
{
	size_t row[COUNTER_NAME_BYTES], width = strnlen(b, COUNTER_NAME_BYTES - 1);

	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 1; j <= width; j++) {
			size_t above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1,
				       diagonal + !is_same(a[i], b[j - 1]));
			diagonal = above;
		}
	}
	return row[width];
}

struct near {
	const char *name;
	size_t count;
	struct {
		char name[COUNTER_NAME_BYTES];
		size_t distance;
	} best[MOST];
};

static bool has(const struct near *near, const char *name)
{
	for (size_t i = 0; i < near->count; i++) {
		if (!strcasecmp(near->best[i].name, name))
			return true;
	}
	return false;
}

/* The nearest first; of two that are as near, the one that came first. */
static void consider(const char *name, void *context)
{
	struct near *near = context;
	size_t distance, i = near->count;

	if (strlen(name) >= COUNTER_NAME_BYTES)
		return;
	distance = names_distance(near->name, name);
	while (i && near->best[i - 1].distance > distance)
		i--;
	if (i == MOST || has(near, name))
		return;
	if (near->count < MOST)
		near->count++;
	memmove(&near->best[i + 1], &near->best[i], (near->count - i - 1) * sizeof(near->best[0]));
	near->best[i].distance = distance;
	snprintf(near->best[i].name, sizeof(near->best[i].name), "%s", name);
}

void names_near(const char *name, char *ret_list, size_t bytes)
{
	struct near near = {.name = name};
	size_t length = 0;

	*ret_list = '\0';
	names_each(true, consider, &near);
	for (size_t i = 0; i < near.count && length < bytes; i++) {
		if (i >= FEWEST && near.best[i].distance > near.best[0].distance + SLACK)
			break;
		length += (size_t)snprintf(ret_list + length, bytes - length, "%s%s", i ? ", " : "",
					   near.best[i].name);
	}
}
