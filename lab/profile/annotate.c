/* Instructions with counts: see annotate.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "lab/kernel/changed/changed.h"
#include "lab/profile/annotate.h"
#include "lab/profile/elf.h"
#include "lab/profile/symbols.h"
#include "lab/util/process.h"
#include "reports/error.h"
#include "reports/render/profile/figures.h"

#define MOST_SUGGESTED 8
#define OUTPUT_BYTES   (8u << 20)

/* An instruction of a symbol: as the file has it, or as it ran. */
struct row {
	guint64 offset;
	char *bytes; /* hexadecimal */
	char *text;
	bool is_patched; /* not what the file has */
	guint64 *counts; /* of each region */
};

struct symbol_rows {
	const struct pb_profile *profile;
	const char *function;
	const char *symbol;
	GPtrArray *rows; /* by offset */
};

static void row_free(gpointer data)
{
	struct row *row = data;

	g_free(row->bytes);
	g_free(row->text);
	g_free(row->counts);
	g_free(row);
}

static bool is_wanted(const struct pb_profile_function *function, const char *name)
{
	g_autofree char *folded = pb_folded_name(name);

	return *function->where && !strcmp(function->name, folded);
}

static const struct pb_profile_function *find(const struct pb_profile_region *region,
					      const char *name)
{
	for (guint i = 0; i < region->functions->len; i++) {
		const struct pb_profile_function *function = region->functions->pdata[i];

		if (is_wanted(function, name) && function->self[PB_PROFILE_INSNS])
			return function;
	}
	return NULL;
}

static int not_executed(const struct pb_annotate_inputs *in, GError **ret_error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < in->profile->regions->len; i++) {
		const struct pb_profile_region *region = in->profile->regions->pdata[i];

		g_string_append_printf(text, "\n  %s:", region->metric);
		for (guint k = 0; k < MIN(region->functions->len, MOST_SUGGESTED); k++)
			g_string_append_printf(
				text, " %s",
				((struct pb_profile_function *)region->functions->pdata[k])->name);
	}
	return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE,
		       "no measured call of %s executed %s(). Most instructions are in:%s",
		       in->profile->id, in->function, text->str);
}

static char *file_of(const struct pb_annotate_inputs *in, const char *where)
{
	if (!strcmp(where, PB_WHERE_KERNEL))
		return g_strdup(in->vmlinux);
	return g_strdup(strcmp(where, PB_WHERE_MODULE) ? in->agent : in->module);
}

/* "ffffffff81105700:\t48 8b 05 \tmov ..." */
static bool parse_line(const char *line, guint64 start, struct row *ret)
{
	g_auto(GStrv) parts = g_strsplit(line, "\t", 3);
	g_autoptr(GString) bytes = g_string_new(NULL);
	char *end;

	if (g_strv_length(parts) != 3)
		return false;
	ret->offset = g_ascii_strtoull(g_strstrip(parts[0]), &end, 16) - start;
	if (*end != ':')
		return false;
	for (const char *c = parts[1]; *c; c++) {
		if (g_ascii_isxdigit(*c))
			g_string_append_c(bytes, *c);
	}
	ret->bytes = g_strdup(bytes->str);
	ret->text = g_strdup(g_strstrip(parts[2]));
	return true;
}

static int run_objdump(const char *const *argv, char **ret_output, GError **ret_error)
{
	const struct pb_command command = {
		.argv = argv, .output_limit_bytes = OUTPUT_BYTES, .timeout_seconds = 120};

	return pb_command_run(&command, ret_output, ret_error);
}

static void take_lines(struct symbol_rows *s, const char *output, guint64 start)
{
	g_auto(GStrv) lines = g_strsplit(output, "\n", -1);

	for (char **line = lines; *line; line++) {
		struct row *row = g_new0(struct row, 1);

		row->counts = g_new0(guint64, s->profile->regions->len);
		if (parse_line(*line, start, row))
			g_ptr_array_add(s->rows, row);
		else
			row_free(row);
	}
}

static const struct pb_code_symbol *find_symbol(const GPtrArray *symbols, const char *name,
						const char *file)
{
	const struct pb_code_symbol *found = NULL;

	for (guint i = 0; i < symbols->len; i++) {
		const struct pb_code_symbol *symbol = symbols->pdata[i];

		if (strcmp(symbol->name, name))
			continue;
		/* Of several static functions the one in the right source. */
		if (!found || !strcmp(symbol->file, file))
			found = symbol;
	}
	return found;
}

static int disassemble(struct symbol_rows *s, const char *path, const char *file,
		       GError **ret_error)
{
	g_autofree char *from = NULL, *to = NULL, *output = NULL;
	g_autoptr(GPtrArray) symbols = NULL;
	const struct pb_code_symbol *symbol;
	int err = pb_code_symbols_read(path, &symbols, ret_error);

	if (err)
		return err;
	symbol = find_symbol(symbols, s->symbol, file);
	if (!symbol)
		return 0;
	from = g_strdup_printf("--start-address=0x%" G_GINT64_MODIFIER "x", symbol->start);
	to = g_strdup_printf("--stop-address=0x%" G_GINT64_MODIFIER "x",
			     symbol->start + symbol->bytes);
	err = run_objdump((const char *const[]){"objdump", "-d", "-w", "-j", symbol->section, from,
						to, path, NULL},
			  &output, ret_error);
	if (!err)
		take_lines(s, output, symbol->start);
	return err;
}

/* One instruction from its bytes: what ran, where the file has something else. */
static char *disassemble_bytes(const char *hex)
{
	g_autofree char *path = NULL, *output = NULL;
	guchar bytes[16];
	gsize count = 0;
	char *tab;
	int fd;

	for (; hex[2 * count] && hex[2 * count + 1] && count < sizeof(bytes); count++)
		bytes[count] = (guchar)(g_ascii_xdigit_value(hex[2 * count]) << 4 |
					g_ascii_xdigit_value(hex[2 * count + 1]));
	fd = g_file_open_tmp("pinbench-insn-XXXXXX", &path, NULL);
	if (fd < 0)
		return g_strdup("");
	if (write(fd, bytes, count) == (ssize_t)count)
		run_objdump((const char *const[]){"objdump", "-D", "-w", "-b", "binary", "-m",
						  "i386:x86-64", path, NULL},
			    &output, NULL);
	close(fd);
	unlink(path);
	tab = output ? strrchr(output, '\t') : NULL;
	return tab ? g_strdup(g_strstrip(tab + 1)) : g_strdup("");
}

static struct row *row_at(struct symbol_rows *s, const struct pb_profile_line *line)
{
	struct row *row;

	for (guint i = 0; i < s->rows->len; i++) {
		row = s->rows->pdata[i];
		if (row->offset == line->offset && !strcmp(row->bytes, line->bytes))
			return row;
	}
	row = g_new0(struct row, 1);
	row->offset = line->offset;
	row->bytes = g_strdup(line->bytes);
	row->text = disassemble_bytes(line->bytes);
	row->is_patched = true;
	row->counts = g_new0(guint64, s->profile->regions->len);
	g_ptr_array_add(s->rows, row);
	return row;
}

static void count_lines(struct symbol_rows *s, const char *name)
{
	for (guint i = 0; i < s->profile->regions->len; i++) {
		const struct pb_profile_region *region = s->profile->regions->pdata[i];

		for (guint k = 0; k < region->lines->len; k++) {
			const struct pb_profile_line *line = region->lines->pdata[k];

			if (!strcmp(line->symbol, s->symbol) &&
			    is_wanted(region->functions->pdata[line->function], name))
				row_at(s, line)->counts[i] += line->count;
		}
	}
}

static gint by_offset(gconstpointer a, gconstpointer b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->is_patched - y->is_patched;
}

/* The count of one operation; blank where it was never executed. */
static void append_count(GString *text, const struct pb_profile_region *region, guint64 count)
{
	if (count)
		g_string_append_printf(text, "%14.4f",
				       pb_profile_per_operation(region, (double)count));
	else
		g_string_append_printf(text, "%14s", "");
}

static void append_row(GString *text, const struct symbol_rows *s, const struct row *row)
{
	for (guint i = 0; i < s->profile->regions->len; i++) {
		if (find(s->profile->regions->pdata[i], s->function))
			append_count(text, s->profile->regions->pdata[i], row->counts[i]);
	}
	g_string_append_printf(text, "  +%-5" G_GINT64_MODIFIER "x %c %s\n", row->offset,
			       row->is_patched ? '*' : ' ', row->text);
}

/* A metric that never came to the function has no column. */
static void append_head(GString *text, const struct symbol_rows *s)
{
	g_string_append_printf(text, "\n%s:\n", s->symbol);
	for (guint i = 0; i < s->profile->regions->len; i++) {
		const struct pb_profile_region *region = s->profile->regions->pdata[i];
		g_autofree char *head = g_strdup_printf("%s/%s", region->metric, region->per);

		if (find(region, s->function))
			g_string_append_printf(text, "%14s", head);
	}
	g_string_append(text, "\n");
}

static int annotate_symbol(const struct pb_annotate_inputs *in,
			   const struct pb_profile_function *function, const char *symbol,
			   GString *text, GError **ret_error)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
	struct symbol_rows s = {
		.profile = in->profile, .function = in->function, .symbol = symbol, .rows = rows};
	g_autofree char *path = file_of(in, function->where);
	int err = disassemble(&s, path, function->file, ret_error);

	if (err)
		return err;
	count_lines(&s, in->function);
	g_ptr_array_sort(rows, by_offset);
	append_head(text, &s);
	for (guint i = 0; i < rows->len; i++)
		append_row(text, &s, rows->pdata[i]);
	return 0;
}

/* The symbols that the function's instructions are in, each once, in order of the lines. */
static GPtrArray *symbols_of(const struct pb_annotate_inputs *in)
{
	GPtrArray *symbols = g_ptr_array_new();

	for (guint i = 0; i < in->profile->regions->len; i++) {
		const struct pb_profile_region *region = in->profile->regions->pdata[i];

		for (guint k = 0; k < region->lines->len; k++) {
			const struct pb_profile_line *line = region->lines->pdata[k];

			if (is_wanted(region->functions->pdata[line->function], in->function) &&
			    !g_ptr_array_find_with_equal_func(symbols, line->symbol, g_str_equal,
							      NULL))
				g_ptr_array_add(symbols, line->symbol);
		}
	}
	return symbols;
}

static void append_sums(GString *text, const struct pb_annotate_inputs *in)
{
	g_string_append_printf(text, "%s\n", in->profile->id);
	for (guint i = 0; i < in->profile->regions->len; i++) {
		const struct pb_profile_region *region = in->profile->regions->pdata[i];
		const struct pb_profile_function *function = find(region, in->function);
		g_autofree char *unit = pb_profile_unit(region);

		if (function)
			g_string_append_printf(
				text, "%s: %s() itself %.4f %s, with what it calls %.4f\n",
				region->metric, function->name,
				pb_profile_per_operation(region, (double)function->self[0]), unit,
				pb_profile_per_operation(region, (double)function->inclusive[0]));
	}
}

int pb_annotate(const struct pb_annotate_inputs *in, char **ret_text, GError **ret_error)
{
	const struct pb_profile_function *function = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GPtrArray) symbols = NULL;
	int err = 0;

	for (guint i = 0; !function && i < in->profile->regions->len; i++)
		function = find(in->profile->regions->pdata[i], in->function);
	if (!function)
		return not_executed(in, ret_error);
	append_sums(text, in);
	symbols = symbols_of(in);
	for (guint i = 0; !err && i < symbols->len; i++)
		err = annotate_symbol(in, function, symbols->pdata[i], text, ret_error);
	g_string_append(text, "\n* as it ran: the kernel had patched it. Blank: never executed.\n");
	if (!err)
		*ret_text = g_string_free(g_steal_pointer(&text), FALSE);
	return err;
}
