/* A comparison as plain text: see compare_text.h. */
#include <math.h>
#include <string.h>

#include "reports/render/compare_text.h"
#include "reports/render/text.h"

#define NUMBER_WIDTH  11
#define PERCENT_WIDTH 9
#define SHOWN_OPTIONS 5
#define SHOWN_CHANGES 8
#define SHA256_DIGITS 64

/* Rows of one benchmark's metric with one verdict, as one table. */
struct block {
	const struct pb_comparison_row *first;
	GPtrArray *rows;    /* borrowed */
	GPtrArray *varying; /* names of the parameters that differ among them, borrowed */
};

static void block_free(gpointer data)
{
	struct block *block = data;

	g_ptr_array_unref(block->rows);
	g_ptr_array_unref(block->varying);
	g_free(block);
}

static const char *param_of(const struct pb_comparison_row *row, const char *name)
{
	for (size_t i = 0; i < row->param_count; i++) {
		if (!strcmp(row->params[i].name, name))
			return row->params[i].value;
	}
	return "";
}

static bool varies(const struct block *block, const char *name)
{
	const char *value = param_of(block->first, name);

	for (guint i = 1; i < block->rows->len; i++) {
		if (strcmp(param_of(block->rows->pdata[i], name), value))
			return true;
	}
	return false;
}

static bool belongs(const struct block *block, const struct pb_comparison_row *row)
{
	return !strcmp(block->first->benchmark, row->benchmark) &&
	       !strcmp(block->first->metric, row->metric) && block->first->verdict == row->verdict;
}

static struct block *block_for(GPtrArray *blocks, const struct pb_comparison_row *row)
{
	struct block *block;

	for (guint i = 0; i < blocks->len; i++) {
		if (belongs(blocks->pdata[i], row))
			return blocks->pdata[i];
	}
	block = g_new0(struct block, 1);
	block->first = row;
	block->rows = g_ptr_array_new();
	block->varying = g_ptr_array_new();
	g_ptr_array_add(blocks, block);
	return block;
}

/* In the order of rows, which is the worst first. */
static GPtrArray *blocks_of(const struct pb_comparison *c, enum pb_verdict verdict, bool negligible)
{
	GPtrArray *blocks = g_ptr_array_new_with_free_func(block_free);

	for (size_t i = 0; i < c->row_count; i++) {
		const struct pb_comparison_row *row = &c->rows[i];

		if (row->primary && row->verdict == verdict && row->negligible == negligible)
			g_ptr_array_add(block_for(blocks, row)->rows, (gpointer)row);
	}
	for (guint i = 0; i < blocks->len; i++) {
		struct block *block = blocks->pdata[i];

		for (size_t p = 0; p < block->first->param_count; p++) {
			if (varies(block, block->first->params[p].name))
				g_ptr_array_add(block->varying,
						(gpointer)block->first->params[p].name);
		}
	}
	return blocks;
}

static void add_heading(GString *out, const struct block *block)
{
	const struct pb_comparison_row *row = block->first;
	const char *before = "\n  ";

	g_string_append_printf(out, "\n%s: %s, %s", row->benchmark, row->metric, row->unit);
	for (size_t i = 0; i < row->param_count; i++) {
		if (g_ptr_array_find(block->varying, row->params[i].name, NULL))
			continue;
		g_string_append_printf(out, "%s%s=%s", before, row->params[i].name,
				       row->params[i].value);
		before = " ";
	}
	g_string_append_c(out, '\n');
}

static guint width_of(const struct block *block, const char *name)
{
	size_t width = strlen(name);

	for (guint i = 0; i < block->rows->len; i++)
		width = MAX(width, strlen(param_of(block->rows->pdata[i], name)));
	return (guint)width;
}

static void add_cells(GString *out, const struct block *block, const struct pb_comparison_row *row)
{
	g_string_append(out, " ");
	for (guint p = 0; p < block->varying->len; p++) {
		const char *name = block->varying->pdata[p];

		g_string_append_printf(out, " %-*s", (int)width_of(block, name),
				       row ? param_of(row, name) : name);
	}
}

static char *signed_number(double value)
{
	g_autofree char *text = pb_text_number(fabs(value));

	return g_strconcat(value < 0 ? "-" : "+", text, NULL);
}

static char *percent_text(double percent)
{
	return isnan(percent) ? g_strdup("new") : g_strdup_printf("%+.2f%%", percent);
}

static void add_row(GString *out, const struct block *block, const struct pb_comparison_row *row)
{
	g_autofree char *before = pb_text_number(row->baseline);
	g_autofree char *after = pb_text_number(row->patched);
	g_autofree char *delta = signed_number(row->delta);
	g_autofree char *percent = percent_text(row->delta_percent);

	add_cells(out, block, row);
	g_string_append_printf(out, " %*s %*s %*s %*s\n", NUMBER_WIDTH, before, NUMBER_WIDTH, after,
			       NUMBER_WIDTH, delta, PERCENT_WIDTH, percent);
}

static void add_table(GString *out, const struct block *block)
{
	add_heading(out, block);
	add_cells(out, block, NULL);
	g_string_append_printf(out, " %*s %*s %*s\n", NUMBER_WIDTH, "baseline", NUMBER_WIDTH,
			       "patched", NUMBER_WIDTH, "delta");
	for (guint i = 0; i < block->rows->len; i++)
		add_row(out, block, block->rows->pdata[i]);
}

static void add_tables(GString *out, const struct pb_comparison *c, const char *title,
		       enum pb_verdict verdict, bool negligible)
{
	g_autoptr(GPtrArray) blocks = blocks_of(c, verdict, negligible);

	if (!blocks->len)
		return;
	g_string_append_printf(out, "\n%s\n", title);
	for (guint i = 0; i < blocks->len; i++)
		add_table(out, blocks->pdata[i]);
}

/* "gup/pin (3), gup/unpin (7)" */
static void add_unmoved(GString *out, const struct pb_comparison *c, guint columns)
{
	g_autoptr(GPtrArray) blocks = blocks_of(c, PB_VERDICT_UNCHANGED, false);
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = blocks->pdata[i];

		g_string_append_printf(text, "%s%s %s (%u)", i ? ", " : "", block->first->benchmark,
				       block->first->metric, block->rows->len);
	}
	if (!blocks->len)
		return;
	g_string_append(out, "\nExactly equal:\n");
	pb_text_append_wrapped(out, text->str, columns, 2);
}

static void add_missing(GString *out, const struct pb_comparison *c, guint columns)
{
	bool any = false;

	for (size_t i = 0; i < c->row_count; i++) {
		const struct pb_comparison_row *row = &c->rows[i];

		if (row->verdict != PB_VERDICT_MISSING || !row->primary)
			continue;
		if (!any)
			g_string_append(out, "\nMissing:\n");
		any = true;
		g_string_append_printf(out, "  %s%s%s\n", row->id, *row->metric ? " " : "",
				       row->metric);
		if (row->reason)
			pb_text_append_wrapped(out, row->reason, columns, 4);
	}
}

static const char *member(const json_t *object, const char *outer, const char *inner)
{
	const json_t *value = json_object_get(object, outer);

	value = inner ? json_object_get(value, inner) : value;
	return json_is_string(value) ? json_string_value(value) : "";
}

/* A hash by its first digits, anything else as it is. */
static char *short_text(const char *text)
{
	if (strlen(text) == SHA256_DIGITS && strspn(text, "0123456789abcdef") == SHA256_DIGITS)
		return pb_text_short_hash(text);
	return g_strdup(text);
}

static void add_side(GString *out, const struct pb_comparison *c, const char *side)
{
	const json_t *environment = json_object_get(c->root, side);

	g_string_append_printf(out, "%-9s %s (%s)\n", side, member(environment, "kernel", "spec"),
			       member(environment, "kernel", "release"));
}

static void add_difference(GString *out, const json_t *one, const char *key)
{
	g_autofree char *before = short_text(member(one, "baseline", NULL));
	g_autofree char *after = short_text(member(one, "patched", NULL));

	g_string_append_printf(out, "  %s: %s -> %s\n", member(one, key, NULL), before, after);
}

static void add_differences(GString *out, const json_t *list, const char *key, const char *none)
{
	json_t *one;
	size_t i;

	if (!json_array_size(list)) {
		g_string_append(out, none);
		return;
	}
	json_array_foreach (list, i, one) {
		if (i == SHOWN_OPTIONS) {
			g_string_append_printf(out, "  and %zu more\n", json_array_size(list) - i);
			break;
		}
		add_difference(out, one, key);
	}
}

/* "mm/gup.o: gup_fast_fallback, 2,982 -> 2,989 bytes" */
static void add_change(GString *out, const json_t *change)
{
	g_autofree char *before =
		pb_text_number(json_number_value(json_object_get(change, "baseline_bytes")));
	g_autofree char *after =
		pb_text_number(json_number_value(json_object_get(change, "patched_bytes")));

	g_string_append_printf(out, "  %s: %s, %s -> %s bytes\n", member(change, "object", NULL),
			       member(change, "function", NULL), before, after);
}

static void add_changes(GString *out, const json_t *validity)
{
	const json_t *list = json_object_get(validity, "changed_functions");
	json_int_t count = json_integer_value(json_object_get(validity, "changed_count"));
	json_t *one;
	size_t i;

	if (!list)
		return;
	g_string_append_printf(out, "code      %d function%s changed%s\n", (int)count,
			       count == 1 ? "" : "s", count ? ":" : "");
	json_array_foreach (list, i, one) {
		if (i < SHOWN_CHANGES)
			add_change(out, one);
	}
	if (count > SHOWN_CHANGES)
		g_string_append_printf(out, "  and %d more\n", (int)(count - SHOWN_CHANGES));
}

static void add_control(GString *out, const json_t *control)
{
	g_autofree char *known = NULL, *seen = NULL;
	json_int_t figures = json_integer_value(json_object_get(control, "figures"));
	json_int_t differing = json_integer_value(json_object_get(control, "differing"));

	if (!control)
		return;
	known = pb_text_number(json_number_value(json_object_get(control, "known_insns")));
	seen = pb_text_number(json_number_value(json_object_get(control, "seen_insns")));
	g_string_append_printf(out,
			       "control   %d of %d figures equal in %d boots of the baseline;\n",
			       (int)(figures - differing), (int)figures,
			       (int)json_integer_value(json_object_get(control, "boots")));
	g_string_append_printf(out, "          %s known instructions seen as %s%s\n", known, seen,
			       json_is_true(json_object_get(control, "ok")) ? "" : ": FAILED");
}

static void add_basis(GString *out, const struct pb_comparison *c)
{
	const json_t *validity = json_object_get(c->root, "validity");

	if (!validity)
		return;
	g_string_append_c(out, '\n');
	add_side(out, c, "baseline");
	add_side(out, c, "patched");
	g_string_append_printf(out, "evidence  %s: instructions, exact; says nothing about time\n",
			       member(validity, "evidence", NULL));
	add_differences(out, json_object_get(validity, "config_differences"), "option",
			"configs   equal\n");
	add_differences(out, json_object_get(validity, "setup_differences"), "what",
			"setup     equal: machine, emulator, toolchain\n");
	add_changes(out, validity);
	add_control(out, json_object_get(validity, "control"));
}

static void add_counts(GString *out, const struct pb_comparison *c)
{
	g_string_append_printf(out,
			       "%u regressed, %u improved, %u unchanged, %u inconclusive, "
			       "%u missing\n",
			       c->counts[PB_VERDICT_REGRESSION], c->counts[PB_VERDICT_IMPROVEMENT],
			       c->counts[PB_VERDICT_UNCHANGED], c->counts[PB_VERDICT_INCONCLUSIVE],
			       c->counts[PB_VERDICT_MISSING]);
}

char *pb_render_comparison_text(const struct pb_comparison *c, guint columns)
{
	g_autoptr(GString) out = g_string_new(NULL);
	GString *plain = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;

	pb_text_append_wrapped(out, c->sentence, columns, 0);
	if (c->row_count)
		add_counts(out, c);
	add_basis(out, c);
	add_tables(out, c, "Worse:", PB_VERDICT_REGRESSION, false);
	add_tables(out, c, "Better:", PB_VERDICT_IMPROVEMENT, false);
	add_tables(out, c, "Inconclusive:", PB_VERDICT_INCONCLUSIVE, false);
	add_tables(out, c, "Moved, but by less than is worth a verdict:", PB_VERDICT_UNCHANGED,
		   true);
	add_missing(out, c, columns);
	add_unmoved(out, c, columns);
	lines = g_strsplit(out->str, "\n", -1);
	for (char **line = lines; *line; line++) {
		pb_text_append_plain(plain, *line);
		if (line[1])
			g_string_append_c(plain, '\n');
	}
	return g_string_free(plain, FALSE);
}
