/* What was measured of which kernel: see coverage.h. */
#include "reports/history/coverage.h"

#include <string.h>

#include "pinbench/result.h"

enum word {
	NO_WORD,
	MEASURED,
	SKIPPED,
	FAILED,
};

/* What the newest run of a release that has a word of a case says. */
struct said {
	guint32 run;
	guint32 reason; /* index of reasons; 0: none */
	guint8 word;
};

struct row {
	char *case_id;
	const char *evidence; /* the runs' own, or the series' as interned */
	struct said *said;    /* of each release */
};

struct pb_coverage {
	const struct pb_history_runs *runs;
	const struct pb_releases *releases;
	guint *release_of_run;
	guint *class_of_run; /* runs of one evidence, kind and profile are of one class */
	guint classes;
	/* Of class and release: the last release up to and with it that has a run of it, plus 1. */
	guint *newest_of_class;
	GHashTable *row_of; /* "evidence\ncase" to index + 1 */
	GPtrArray *rows;
	GStringChunk *texts;
	GHashTable *reason_of; /* text to index */
	GPtrArray *reasons;    /* [0] is NULL */
};

static void row_free(gpointer data)
{
	struct row *row = data;

	g_free(row->case_id);
	g_free(row->said);
	g_free(row);
}

static void set_classes(struct pb_coverage *c)
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < c->runs->count; i++) {
		const struct pb_history_run *run = &c->runs->runs[i];
		char *name = g_strjoin("\n", run->evidence, run->kind, run->profile, NULL);
		gpointer class;

		if (g_hash_table_lookup_extended(known, name, NULL, &class)) {
			g_free(name);
		} else {
			class = GUINT_TO_POINTER(c->classes++);
			g_hash_table_insert(known, name, class);
		}
		c->class_of_run[i] = GPOINTER_TO_UINT(class);
	}
}

static void set_releases(struct pb_coverage *c)
{
	guint count = c->releases->count;

	for (guint i = 0; i < count; i++) {
		for (guint k = 0; i && k < c->classes; k++)
			c->newest_of_class[k * count + i] = c->newest_of_class[k * count + i - 1];
		for (guint k = c->releases->list[i].first_run; k < c->releases->list[i].end_run;
		     k++) {
			c->release_of_run[k] = i;
			c->newest_of_class[c->class_of_run[k] * count + i] = i + 1;
		}
	}
}

struct pb_coverage *pb_coverage_new(const struct pb_history_runs *runs,
				    const struct pb_releases *releases)
{
	struct pb_coverage *c = g_new0(struct pb_coverage, 1);

	c->runs = runs;
	c->releases = releases;
	c->release_of_run = g_new0(guint, runs->count + 1);
	c->class_of_run = g_new0(guint, runs->count + 1);
	c->row_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	c->rows = g_ptr_array_new_with_free_func(row_free);
	c->texts = g_string_chunk_new(1024);
	c->reason_of = g_hash_table_new(g_str_hash, g_str_equal);
	c->reasons = g_ptr_array_new();
	g_ptr_array_add(c->reasons, NULL);
	set_classes(c);
	c->newest_of_class = g_new0(guint, (gsize)c->classes * releases->count + 1);
	set_releases(c);
	return c;
}

void pb_coverage_free(struct pb_coverage *coverage)
{
	if (!coverage)
		return;
	g_free(coverage->release_of_run);
	g_free(coverage->class_of_run);
	g_free(coverage->newest_of_class);
	g_hash_table_unref(coverage->row_of);
	g_ptr_array_unref(coverage->rows);
	g_string_chunk_free(coverage->texts);
	g_hash_table_unref(coverage->reason_of);
	g_ptr_array_unref(coverage->reasons);
	g_free(coverage);
}

static struct row *row_of(struct pb_coverage *c, const char *evidence, const char *case_id)
{
	g_autofree char *name = g_strjoin("\n", evidence, case_id, NULL);
	guint at = GPOINTER_TO_UINT(g_hash_table_lookup(c->row_of, name));
	struct row *row;

	if (at)
		return c->rows->pdata[at - 1];
	row = g_new0(struct row, 1);
	row->case_id = g_strdup(case_id);
	row->evidence = g_string_chunk_insert_const(c->texts, evidence);
	row->said = g_new0(struct said, c->releases->count + 1);
	g_ptr_array_add(c->rows, row);
	g_hash_table_insert(c->row_of, g_steal_pointer(&name), GUINT_TO_POINTER(c->rows->len));
	return row;
}

void pb_coverage_take_series(struct pb_coverage *coverage, const struct pb_history_series *series,
			     const struct pb_release_level *levels)
{
	struct row *row = row_of(coverage, series->evidence, series->case_id);

	for (guint i = 0; i < coverage->releases->count; i++) {
		struct said *said = &row->said[i];

		if (!levels[i].points || (said->word && said->run > levels[i].last_run))
			continue;
		*said = (struct said){.run = levels[i].last_run, .word = MEASURED};
	}
}

static guint32 reason_index(struct pb_coverage *c, const char *reason)
{
	gpointer found;
	const char *kept;

	if (g_hash_table_lookup_extended(c->reason_of, reason, NULL, &found))
		return GPOINTER_TO_UINT(found);
	kept = g_string_chunk_insert(c->texts, reason);
	g_hash_table_insert(c->reason_of, (gpointer)kept, GUINT_TO_POINTER(c->reasons->len));
	g_ptr_array_add(c->reasons, (gpointer)kept);
	return c->reasons->len - 1;
}

/* A gap and a figure of one run: the figure is of an exploratory metric. */
void pb_coverage_take_gap(struct pb_coverage *coverage, const struct pb_history_gap *gap)
{
	const char *evidence = coverage->runs->runs[gap->run].evidence;
	struct row *row = row_of(coverage, evidence, gap->case_id);
	struct said *said = &row->said[coverage->release_of_run[gap->run]];
	bool is_skip = !strcmp(gap->outcome, PB_OUTCOME_SKIP);

	if (said->word && said->run > gap->run)
		return;
	said->run = gap->run;
	said->reason = reason_index(coverage, gap->reason);
	said->word = is_skip ? SKIPPED : FAILED;
}

guint pb_coverage_cases(const struct pb_coverage *coverage)
{
	return coverage->rows->len;
}

const char *pb_coverage_case(const struct pb_coverage *coverage, guint at,
			     const char **ret_evidence)
{
	const struct row *row = coverage->rows->pdata[at];

	*ret_evidence = row->evidence;
	return row->case_id;
}

/* Whether @release was measured as @before was, and nothing between. */
static bool is_next_of_class(const struct pb_coverage *c, const struct said *said, guint before,
			     guint release)
{
	const guint *newest =
		c->newest_of_class + (gsize)c->class_of_run[said->run] * c->releases->count;

	return newest[release] == release + 1 && newest[release - 1] == before + 1;
}

struct pb_coverage_entry pb_coverage_of(const struct pb_coverage *coverage, guint at, guint release)
{
	const struct row *row = coverage->rows->pdata[at];
	const struct said *said = &row->said[release];
	struct pb_coverage_entry entry = {.before = (int)release - 1};
	bool was_measured;

	while (entry.before >= 0 && !row->said[entry.before].word)
		entry.before--;
	was_measured = entry.before >= 0 && row->said[entry.before].word == MEASURED;
	entry.reason = coverage->reasons->pdata[said->reason];
	if (said->word == MEASURED)
		entry.kind = PB_COVERAGE_MEASURED;
	else if (said->word == FAILED)
		entry.kind = PB_COVERAGE_FAILED;
	else if (said->word == SKIPPED)
		entry.kind = was_measured ? PB_COVERAGE_NEWLY_SKIPPED : PB_COVERAGE_SKIPPED;
	else if (was_measured &&
		 is_next_of_class(coverage, &row->said[entry.before], (guint)entry.before, release))
		entry.kind = PB_COVERAGE_DISAPPEARED;
	else
		entry.kind = PB_COVERAGE_NOT_RUN;
	return entry;
}
