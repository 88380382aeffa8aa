/* Words and numbers as every renderer shows them. */
#include <math.h>
#include <string.h>

#include "reports/render/text.h"

#define SHA256_DIGITS 64

/* Writes commas between the thousands of the digits before the point. */
static char *group_thousands(const char *digits)
{
	GString *out = g_string_new(NULL);
	size_t whole;

	if (*digits == '-')
		g_string_append_c(out, *digits++);
	whole = strspn(digits, "0123456789");
	for (size_t i = 0; i < whole; i++) {
		if (i && (whole - i) % 3 == 0)
			g_string_append_c(out, ',');
		g_string_append_c(out, digits[i]);
	}
	g_string_append(out, digits + whole);
	return g_string_free(out, FALSE);
}

static void trim_zeros(char *digits)
{
	size_t length = strlen(digits);

	if (!strchr(digits, '.'))
		return;
	while (digits[length - 1] == '0')
		digits[--length] = '\0';
	if (digits[length - 1] == '.')
		digits[length - 1] = '\0';
}

char *pb_text_number(double value)
{
	char digits[64], format[16];
	double size = fabs(value);
	int decimals;

	if (!isfinite(value))
		return g_strdup("not a number");
	if (size != 0 && (size < 1e-5 || size >= 1e15)) {
		g_ascii_formatd(digits, sizeof(digits), "%.4e", value);
		return g_strdup(digits);
	}
	decimals = size == floor(size) ? 0 : 4 - (int)floor(log10(size));
	g_snprintf(format, sizeof(format), "%%.%df", CLAMP(decimals, 0, 9));
	g_ascii_formatd(digits, sizeof(digits), format, value);
	trim_zeros(digits);
	return group_thousands(digits);
}

char *pb_text_fact(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return g_strdup(json_string_value(value));
	case JSON_TRUE:
		return g_strdup("yes");
	case JSON_FALSE:
		return g_strdup("no");
	case JSON_INTEGER:
	case JSON_REAL:
		return pb_text_number(json_number_value(value));
	default:
		return g_strdup("none");
	}
}

char *pb_text_short_hash(const char *hash)
{
	return g_strndup(hash, 12);
}

char *pb_text_short_value(const char *text)
{
	if (strlen(text) == SHA256_DIGITS && strspn(text, "0123456789abcdef") == SHA256_DIGITS)
		return pb_text_short_hash(text);
	return g_strdup(text);
}

char *pb_text_duration(double seconds)
{
	double minutes = floor(seconds / 60);

	if (seconds < 60) {
		char digits[32];

		g_ascii_formatd(digits, sizeof(digits), "%.1f", seconds);
		return g_strdup_printf("%s s", digits);
	}
	return g_strdup_printf("%.0f min %02.0f s", minutes, floor(seconds - minutes * 60));
}

char *pb_text_params(const struct pb_case *item)
{
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < item->param_count; i++)
		g_string_append_printf(out, "%s%s=%s", i ? " " : "", item->params[i].name,
				       item->params[i].value);
	return g_string_free(out, FALSE);
}

char *pb_text_family(const char *benchmark)
{
	return g_strndup(benchmark, strcspn(benchmark, "/"));
}

void pb_text_append_html(GString *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			g_string_append(out, "&amp;");
			break;
		case '<':
			g_string_append(out, "&lt;");
			break;
		case '>':
			g_string_append(out, "&gt;");
			break;
		case '"':
			g_string_append(out, "&quot;");
			break;
		case '\'':
			g_string_append(out, "&#39;");
			break;
		default:
			/* HTML has no way to write most of them; the console does send them. */
			if ((unsigned char)*text < ' ' && !strchr("\n\t", *text))
				g_string_append(out, "\xef\xbf\xbd");
			else
				g_string_append_c(out, *text);
		}
	}
}

void pb_text_append_markdown(GString *out, const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ') {
			g_string_append_c(out, ' ');
			continue;
		}
		if (*text == '<' || *text == '>' || *text == '&') {
			const char one[2] = {*text, '\0'};

			pb_text_append_html(out, one);
			continue;
		}
		if (strchr("\\`*_[]|#~$", *text))
			g_string_append_c(out, '\\');
		g_string_append_c(out, *text);
	}
}

void pb_text_append_markdown_code(GString *out, const char *text)
{
	g_string_append(out, "<code>");
	pb_text_append_markdown(out, text);
	g_string_append(out, "</code>");
}

void pb_text_append_plain(GString *out, const char *text)
{
	while (*text) {
		gunichar c = g_utf8_get_char_validated(text, -1);

		/* U+0080 to U+009F are control characters too: U+009B starts a colour. */
		if (c == (gunichar)-1 || c == (gunichar)-2) {
			g_string_append_c(out, '?');
			text++;
			continue;
		}
		if (g_unichar_iscntrl(c))
			g_string_append_c(out, '?');
		else
			g_string_append_unichar(out, c);
		text = g_utf8_next_char(text);
	}
}

void pb_text_append_wrapped(GString *out, const char *text, size_t columns, size_t indent)
{
	g_autoptr(GString) clean = g_string_new(NULL);
	g_auto(GStrv) words = NULL;
	size_t at = indent;

	pb_text_append_plain(clean, text);
	words = g_strsplit(clean->str, " ", -1);
	g_string_append_printf(out, "%*s", (int)indent, "");
	for (size_t i = 0; words[i]; i++) {
		size_t width = (size_t)g_utf8_strlen(words[i], -1);

		if (i && at + 1 + width > columns) {
			g_string_append_printf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (i) {
			g_string_append_c(out, ' ');
			at++;
		}
		g_string_append(out, words[i]);
		at += width;
	}
	g_string_append_c(out, '\n');
}

char *pb_text_plain_lines(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *plain = g_string_new(NULL);

	for (char **line = lines; *line; line++) {
		pb_text_append_plain(plain, *line);
		if (line[1])
			g_string_append_c(plain, '\n');
	}
	return g_string_free(plain, FALSE);
}
