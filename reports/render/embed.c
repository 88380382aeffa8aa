/*
 * A build-time program: writes a C header with the text of each file given, so that
 * the built program needs none of them at run time.
 *
 *	embed OUTPUT INPUT...
 *
 * render/plot/plot_bars.gp becomes the string pb_asset_plot_bars_gp.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void write_name(FILE *out, const char *path)
{
	const char *slash = strrchr(path, '/');

	for (const char *at = slash ? slash + 1 : path; *at; at++)
		fputc(isalnum((unsigned char)*at) ? *at : '_', out);
}

/* Every byte as an octal escape of fixed length: nothing can run into the next one. */
static void write_string(FILE *out, FILE *in)
{
	int c;

	fputs("\t\"", out);
	while ((c = fgetc(in)) != EOF) {
		if (c == '\n')
			fputs("\\n\"\n\t\"", out);
		else if (isalnum(c) || c == ' ')
			fputc(c, out);
		else
			fprintf(out, "\\%03o", (unsigned int)c);
	}
	fputs("\";\n", out);
}

static int embed(FILE *out, const char *path)
{
	FILE *in = fopen(path, "r");
	int failed;

	if (!in) {
		perror(path);
		return 1;
	}
	fputs("static const char pb_asset_", out);
	write_name(out, path);
	fputs("[] __attribute__((unused)) =\n", out);
	write_string(out, in);
	failed = ferror(in);
	fclose(in);
	return failed;
}

int main(int argc, char **argv)
{
	FILE *out = argc > 2 ? fopen(argv[1], "w") : NULL;
	int failed = 0;

	if (!out) {
		fprintf(stderr, "usage: embed OUTPUT INPUT...; OUTPUT must be writable\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		failed |= embed(out, argv[i]);
	failed |= ferror(out);
	failed |= fclose(out);
	return failed ? 1 : 0;
}
