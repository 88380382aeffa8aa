/* Data as scripts: see script.h. */
#include "reports/render/history/dashboard/script.h"

#include <math.h>
#include <string.h>

static void append_escaped(GString *out, const char *text)
{
	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (c == '"' || c == '\\')
			g_string_append_printf(out, "\\%c", (int)c);
		else if (c < ' ' || c == 0x7f || c == '<' || c == '>' || c == '&' || c == 0x2028 ||
			 c == 0x2029)
			g_string_append_printf(out, "\\u%04x", c);
		else
			g_string_append_unichar(out, c);
	}
}

void pb_script_string(GString *out, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	g_string_append_c(out, '"');
	append_escaped(out, valid);
	g_string_append_c(out, '"');
}

void pb_script_integer(GString *out, gint64 value)
{
	char digits[24], *at = digits + sizeof(digits);
	guint64 rest = value < 0 ? -(guint64)value : (guint64)value;

	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--at = '-';
	g_string_append_len(out, at, digits + sizeof(digits) - at);
}

/* @whole is @value times 10^decimals. */
static void append_decimal(GString *out, guint64 whole, int decimals)
{
	char digits[32], *at = digits + sizeof(digits);

	for (; decimals > 0 && whole % 10 == 0; decimals--)
		whole /= 10;
	for (int i = 0; i < decimals; i++, whole /= 10)
		*--at = (char)('0' + whole % 10);
	if (decimals > 0)
		*--at = '.';
	do {
		*--at = (char)('0' + whole % 10);
		whole /= 10;
	} while (whole);
	g_string_append_len(out, at, digits + sizeof(digits) - at);
}

/* There are millions of them, and printf() takes ten times as long. */
void pb_script_number(GString *out, double value, int digits)
{
	static const double powers[] = {1e0, 1e1,  1e2,	 1e3,  1e4,  1e5,  1e6,	 1e7, 1e8,
					1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16};
	char text[G_ASCII_DTOSTR_BUF_SIZE], format[8];
	double size = fabs(value);
	int before = 0;

	if (!isfinite(value)) {
		g_string_append(out, " null");
		return;
	}
	if (size != 0 && (size < 0.1 || size >= 1e15)) {
		g_snprintf(format, sizeof(format), "%%.%dg", digits);
		g_string_append(out, g_ascii_formatd(text, sizeof(text), format, value));
		return;
	}
	while (before < 15 && size >= powers[before])
		before++;
	if (value < 0)
		g_string_append_c(out, '-');
	append_decimal(out, (guint64)llround(size * powers[MAX(digits - before, 0)]),
		       MAX(digits - before, 0));
}

void pb_script_next(GString *out)
{
	char last = out->len ? out->str[out->len - 1] : '[';

	if (last != '[' && last != '{' && last != '(' && last != ':')
		g_string_append_c(out, ',');
}

void pb_script_texts_init(struct pb_script_texts *texts)
{
	texts->numbers = g_hash_table_new(g_str_hash, g_str_equal);
	texts->list = g_ptr_array_new_with_free_func(g_free);
}

void pb_script_texts_clear(struct pb_script_texts *texts)
{
	g_clear_pointer(&texts->numbers, g_hash_table_unref);
	g_clear_pointer(&texts->list, g_ptr_array_unref);
}

guint pb_script_text(struct pb_script_texts *texts, const char *text)
{
	gpointer found;
	char *own;

	if (g_hash_table_lookup_extended(texts->numbers, text, NULL, &found))
		return GPOINTER_TO_UINT(found);
	own = g_strdup(text);
	g_ptr_array_add(texts->list, own);
	g_hash_table_insert(texts->numbers, own, GUINT_TO_POINTER(texts->list->len - 1));
	return texts->list->len - 1;
}

void pb_script_put_text(GString *out, struct pb_script_texts *texts, const char *text)
{
	pb_script_next(out);
	pb_script_integer(out, pb_script_text(texts, text));
}

void pb_script_append_texts(GString *out, const struct pb_script_texts *texts)
{
	g_string_append_c(out, '[');
	for (guint i = 0; i < texts->list->len; i++) {
		g_string_append(out, i ? ",\n" : "");
		pb_script_string(out, texts->list->pdata[i]);
	}
	g_string_append_c(out, ']');
}
