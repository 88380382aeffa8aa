/* Devices that somebody names: see named.h. */
#include <errno.h>
#include <string.h>
#include "bench/core/named.h"

int named_add(struct named *named, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : 0;

	if (!length || !equals[1] || named->count == NAMED_MOST ||
	    length >= sizeof(named->devices[0].role))
		return -EINVAL;
	memcpy(named->devices[named->count].role, text, length);
	named->devices[named->count].role[length] = '\0';
	named->devices[named->count].name = equals + 1;
	named->count++;
	return 0;
}

const char *named_find(const struct named *named, const char *role)
{
	for (size_t i = named ? named->count : 0; i; i--) {
		if (!strcmp(named->devices[i - 1].role, role))
			return named->devices[i - 1].name;
	}
	return NULL;
}
