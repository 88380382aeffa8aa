/* Checks the sources below ROOT: see check.h. Exit: 0 good, 1 not, 2 wrong usage. */
#include <stdio.h>
#include "check.h"

int main(int argc, char **argv)
{
	g_autoptr(GPtrArray) complaints = NULL;
	g_autoptr(GError) error = NULL;
	gsize files;

	if (argc != 2) {
		fprintf(stderr, "usage: layering ROOT\n");
		return 2;
	}
	complaints = check_tree(argv[1], &files, &error);
	if (!complaints) {
		fprintf(stderr, "layering: %s\n", error->message);
		return 2;
	}
	if (!files) {
		fprintf(stderr, "layering: %s: no files there\n", argv[1]);
		return 2;
	}
	for (guint i = 0; i < complaints->len; i++)
		puts(complaints->pdata[i]);
	printf("layering: %" G_GSIZE_FORMAT " files, %u violations\n", files, complaints->len);
	return complaints->len ? 1 : 0;
}
