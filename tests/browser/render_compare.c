/*
 * Renders the compare.json of a directory into it, in every way there is.
 *
 *	render_compare DIR
 */
#include <stdio.h>

#include "reports/render/compare/html.h"
#include "reports/render/compare/junit.h"
#include "reports/render/compare/markdown.h"

int main(int argc, char **argv)
{
	g_autoptr(pb_comparison) comparison = NULL;
	g_autoptr(GError) error = NULL;
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: render_compare DIR\n");
		return 2;
	}
	err = pb_comparison_load(argv[1], &comparison, &error);
	if (!err)
		err = pb_render_comparison_html(comparison, argv[1], &error);
	if (!err)
		err = pb_render_comparison_markdown(comparison, argv[1], &error);
	if (!err)
		err = pb_render_comparison_junit(comparison, argv[1], &error);
	if (err)
		fprintf(stderr, "render_compare: %s\n", error->message);
	return err ? 1 : 0;
}
