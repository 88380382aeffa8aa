/* What a guest's console tells: see console.h. */
#include <stdbool.h>
#include <string.h>
#include "pinbench/result.h"
#include "lab/guest/console.h"

/*
 * An oops ends in a panic here (oops=panic), so its own words are looked for first. Other
 * reports that begin with BUG: (KASAN, sleeping in atomic context) do not end a machine.
 */
static const struct {
	const char *text;
	const char *kind;
} signs[] = {
	/* clang-format off */
	{"Oops: ", PB_FAILURE_OOPS},
	{"BUG: kernel NULL pointer", PB_FAILURE_OOPS},
	{"BUG: unable to handle", PB_FAILURE_OOPS},
	{" [#1]", PB_FAILURE_OOPS},
	{"kernel BUG at", PB_FAILURE_OOPS},
	{"general protection fault", PB_FAILURE_OOPS},
	{"Kernel panic", PB_FAILURE_PANIC},
	/* clang-format on */
};

static char *line_at(const char *console, const char *place)
{
	const char *begin = place, *end = strchr(place, '\n');

	while (begin > console && begin[-1] != '\n')
		begin--;
	return g_strchomp(end ? g_strndup(begin, (gsize)(end - begin)) : g_strdup(begin));
}

char *pb_console_trouble(const char *console, const char **ret_kind)
{
	const char *first = NULL;

	/* Of an oops the earliest sign counts: what follows is its consequence. */
	for (gsize i = 0; i < G_N_ELEMENTS(signs); i++) {
		const char *place = strstr(console, signs[i].text);

		if (!place || (first && place > first))
			continue;
		first = place;
		*ret_kind = signs[i].kind;
	}
	return first ? line_at(console, first) : NULL;
}

static bool is_c1_control(const char *place)
{
	return (guchar)place[0] == 0xc2 && (guchar)place[1] >= 0x80 && (guchar)place[1] < 0xa0;
}

/* Control characters, those of two bytes too (U+0080 to U+009F), become spaces. */
static void clean(char *line)
{
	for (; *line; line++) {
		if (is_c1_control(line))
			memmove(line, line + 1, strlen(line));
		else if (!g_ascii_iscntrl(*line) || *line == '\t')
			continue;
		*line = ' ';
	}
}

char **pb_console_tail(const char *console, guint count)
{
	g_autofree char *valid = g_utf8_make_valid(console, -1);
	g_auto(GStrv) lines = g_strsplit(g_strchomp(valid), "\n", -1);
	guint total = g_strv_length(lines);
	guint skip = total > count ? total - count : 0;

	for (char **line = lines; *line; line++)
		clean(g_strchomp(*line));
	return g_strdupv(lines + skip);
}
