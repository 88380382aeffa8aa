/* Does the wrong thing it is asked for: a sanitizer that watches must end it. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void *volatile kept;

static void overflow(volatile int index)
{
	volatile char *bytes = malloc(8);

	bytes[index] = 1;
	free((void *)bytes);
}

static void leak(void)
{
	kept = malloc(8);
	kept = NULL;
}

static void wrap(volatile int number)
{
	number += INT_MAX;
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	if (!strcmp(what, "overflow"))
		overflow(8);
	else if (!strcmp(what, "leak"))
		leak();
	else if (!strcmp(what, "wrap"))
		wrap(1);
	return 0;
}
