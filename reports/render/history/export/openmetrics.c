/*
 * A history as OpenMetrics text, version 1.0: gauges with the newest figure of each series on each
 * kernel by name. Figures of one unit are one family, for its name has to end in the unit, and the
 * ends of intervals, which timed figures have, two more.
 *
 * Families must not be mixed, and series come in order of case: each is kept in a temporary file
 * until the end.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "reports/render/history/export/format.h"
#include "reports/render/history/export/words.h"

#define PREFIX "pinbench_"

struct family {
	char *name;
	char *unit; /* as the end of the name */
	char *help;
	FILE *samples;
};

struct openmetrics_state {
	GPtrArray *families;
	GHashTable *by_name; /* to the families' own */
};

static void family_free(void *data)
{
	struct family *family = data;

	g_free(family->name);
	g_free(family->unit);
	g_free(family->help);
	if (family->samples)
		fclose(family->samples);
	g_free(family);
}

static void begin(struct pb_export *e)
{
	struct openmetrics_state *state = g_new0(struct openmetrics_state, 1);

	state->families = g_ptr_array_new_with_free_func(family_free);
	state->by_name = g_hash_table_new(g_str_hash, g_str_equal);
	e->state = state;
}

/* "insn_per_page" of "insn/page", "percent" of "%". */
static char *unit_name(const char *unit)
{
	GString *out = g_string_new(NULL);

	for (; *unit; unit++) {
		if (*unit == '/')
			g_string_append(out, "_per_");
		else if (*unit == '%')
			g_string_append(out, "percent");
		else
			g_string_append_c(out, g_ascii_isalnum(*unit) ? *unit : '_');
	}
	return g_string_free(out, FALSE);
}

/* Of a label and of a help text; other control characters are no text. */
static void add_escaped(GString *out, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (c == '\n')
			g_string_append(out, "\\n");
		else if (c == '"' || c == '\\')
			g_string_append_printf(out, "\\%c", (char)c);
		else if (g_unichar_iscntrl(c))
			g_string_append(out, "\xef\xbf\xbd");
		else
			g_string_append_unichar(out, c);
	}
}

/* @which: "value", "low", "high". NULL if it can be kept nowhere. */
static struct family *family_of(struct pb_export *e, const char *which, const char *unit)
{
	struct openmetrics_state *state = e->state;
	g_autofree char *end = unit_name(unit);
	g_autofree char *name = g_strconcat(PREFIX, which, *end ? "_" : "", end, NULL);
	struct family *family = g_hash_table_lookup(state->by_name, name);

	if (family)
		return family;
	family = g_new0(struct family, 1);
	family->name = g_steal_pointer(&name);
	family->unit = g_steal_pointer(&end);
	family->help = strcmp(which, "value")
			       ? g_strdup_printf("The %s end of the 95 %% interval of timed "
						 "figures, in %s.",
						 which, *unit ? unit : "no unit")
			       : g_strdup_printf("The newest figure of each kernel, in %s.",
						 *unit ? unit : "no unit");
	family->samples = tmpfile();
	if (!family->samples && !e->err)
		e->err = errno;
	g_ptr_array_add(state->families, family);
	g_hash_table_insert(state->by_name, family->name, family);
	return family;
}

static void add_label(GString *labels, const char *name, const char *value)
{
	if (!*value)
		return;
	g_string_append_printf(labels, "%s%s=\"", labels->len ? "," : "", name);
	add_escaped(labels, value);
	g_string_append_c(labels, '"');
}

static void write_sample(struct pb_export *e, const char *which, const char *unit,
			 const char *labels, double value)
{
	struct family *family = family_of(e, which, unit);
	char digits[PB_EXPORT_NUMBER_BYTES];

	if (!family->samples || !isfinite(value))
		return;
	fprintf(family->samples, "%s{%s} %s\n", family->name, labels,
		pb_export_number(value, digits));
	if (ferror(family->samples) && !e->err)
		e->err = errno ? errno : EIO;
}

static void write_series(struct pb_export *e, const struct pb_history_series *series,
			 const struct pb_moves *moves)
{
	g_autofree struct pb_release_level *levels = pb_release_levels(series, &e->releases);
	g_autoptr(GString) labels = g_string_new(NULL);
	gsize head;

	add_label(labels, "case", series->case_id);
	add_label(labels, "metric", series->metric);
	add_label(labels, "evidence", series->evidence);
	add_label(labels, "machine", series->machine);
	add_label(labels, "series", series->key);
	head = labels->len;
	for (guint i = 0; i < e->releases.count; i++) {
		const struct pb_release_level *level = &levels[i];

		if (!level->points)
			continue;
		g_string_truncate(labels, head);
		add_label(labels, "kernel", e->releases.list[i].name);
		add_label(labels, "release", e->runs->runs[level->last_run].release);
		write_sample(e, "value", series->unit, labels->str, level->value);
		if (series->is_exact)
			continue;
		write_sample(e, "low", series->unit, labels->str, level->low);
		write_sample(e, "high", series->unit, labels->str, level->high);
	}
}

static void write_head(FILE *out, const char *name, const char *unit, const char *help)
{
	g_autoptr(GString) head = g_string_new(NULL);

	g_string_append_printf(head, "# TYPE %s gauge\n", name);
	if (*unit)
		g_string_append_printf(head, "# UNIT %s %s\n", name, unit);
	g_string_append_printf(head, "# HELP %s ", name);
	add_escaped(head, help);
	g_string_append_c(head, '\n');
	fputs(head->str, out);
}

static void copy(struct pb_export *e, FILE *from)
{
	char buffer[16384];
	size_t length;

	rewind(from);
	while ((length = fread(buffer, 1, sizeof(buffer), from)) > 0)
		fwrite(buffer, 1, length, e->out);
	if (ferror(from) && !e->err)
		e->err = EIO;
}

static void end(struct pb_export *e)
{
	const struct openmetrics_state *state = e->state;

	for (guint i = 0; i < state->families->len; i++) {
		const struct family *family = state->families->pdata[i];

		write_head(e->out, family->name, family->unit, family->help);
		if (fflush(family->samples) && !e->err)
			e->err = errno ? errno : EIO;
		copy(e, family->samples);
	}
	write_head(e->out, PREFIX "open_regressions", "",
		   "Steps for the worse that nobody has justified, fixed or found invalid.");
	fprintf(e->out, PREFIX "open_regressions %u\n# EOF\n", e->open);
}

static void free_state(void *data)
{
	struct openmetrics_state *state = data;

	g_hash_table_unref(state->by_name);
	g_ptr_array_unref(state->families);
	g_free(state);
}

const struct pb_export_format pb_export_openmetrics = {
	.name = "openmetrics",
	.begin = begin,
	.series = write_series,
	.end = end,
	.free_state = free_state,
};
