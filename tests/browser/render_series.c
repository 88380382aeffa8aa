/*
 * Renders the series.json of a directory into it, in every way there is.
 *
 *	render_series DIR
 */
#include <stdio.h>

#include "reports/compare/series.h"
#include "reports/render/compare/series_html.h"
#include "reports/render/compare/series_junit.h"
#include "reports/render/compare/series_markdown.h"

int main(int argc, char **argv)
{
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;
	json_t *series;
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: render_series DIR\n");
		return 2;
	}
	path = g_build_filename(argv[1], PB_SERIES_FILE, NULL);
	series = json_load_file(path, 0, NULL);
	if (!series) {
		fprintf(stderr, "render_series: %s: no JSON\n", path);
		return 1;
	}
	err = pb_render_series_html(series, argv[1], &error);
	if (!err)
		err = pb_render_series_markdown(series, argv[1], &error);
	if (!err)
		err = pb_render_series_junit(series, argv[1], &error);
	if (err)
		fprintf(stderr, "render_series: %s\n", error->message);
	json_decref(series);
	return err ? 1 : 0;
}
