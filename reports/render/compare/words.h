/*
 * What the renderers of a comparison share: the words and signs of a verdict, its figures as
 * text, and the facts that it rests on. Strings are not escaped; the caller frees char *.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_WORDS_H
#define PINBENCH_REPORTS_RENDER_COMPARE_WORDS_H

#include "reports/compare/comparison.h"

/* Static strings: for what must be told apart without colours. */
const char *pb_compare_sign(enum pb_verdict verdict);
const char *pb_compare_counted_word(enum pb_verdict verdict); /* "regressed" */

/* "14 regressed, 0 improved, ..." */
char *pb_compare_counts(const struct pb_comparison *comparison);

/* "6.12 → 6.12+fix.patch"; "" for a comparison that measured nothing. */
char *pb_compare_specs(const struct pb_comparison *comparison);

/* How many figures, primary or not, are not deterministic. */
guint pb_compare_unjudged(const struct pb_comparison *comparison);

/*
 * What figures of emulated devices say and cannot say: a sentence each that is of the same
 * benchmarks; of char, empty if there are none. Free with g_ptr_array_unref.
 */
GPtrArray *pb_compare_emulated(const json_t *validity);

/*
 * Of machines as they are: what counts once, and what that leaves open; static. *ret_enough:
 * whether a difference can be shown at all. NULL for guests.
 */
const char *pb_compare_replicate(const struct pb_comparison *comparison, bool *ret_enough);

bool pb_compare_is_timed(const struct pb_comparison *comparison);

/* "+0.88%"; "new" for NAN: of a baseline of 0. */
char *pb_compare_percent(double percent);
char *pb_compare_signed(double value); /* "+1,024" */
/* "-0.40% to +2.10%"; NULL if the row has none. */
char *pb_compare_interval(const struct pb_comparison_row *row);
/* "8.8×", the delta as a multiple of its threshold; NULL if there is none. */
char *pb_compare_factor(const struct pb_comparison_row *row);
/* Of an inconclusive row: what would have been found, what would settle it; or why nothing can. */
char *pb_compare_outlook(const struct pb_comparison_row *row);

/*
 * The parameters that differ among the rows of a benchmark: its name to a GPtrArray of const
 * char, the parameters' names. Borrows from @comparison; free with g_hash_table_unref.
 */
GHashTable *pb_compare_varying(const struct pb_comparison *comparison);
/* "page=4k batch=512": those of a row. */
char *pb_compare_params(GHashTable *varying, const struct pb_comparison_row *row);

/* Members of compare.json; NULL and "" for what is not there. */
json_t *pb_compare_at(const struct pb_comparison *comparison, const char *outer, const char *inner);
const char *pb_compare_text_at(const json_t *object, const char *key);

enum pb_trust_state {
	PB_TRUST_OK,
	PB_TRUST_WARNING,
	PB_TRUST_FAILED,
	PB_TRUST_UNKNOWN,
};

struct pb_trust_item {
	enum pb_trust_state state;
	const char *name;
	char *text;
};

const char *pb_trust_word(enum pb_trust_state state);
const char *pb_trust_sign(enum pb_trust_state state);

/* struct pb_trust_item; none for a comparison that measured nothing. */
GPtrArray *pb_compare_trust(const struct pb_comparison *comparison);
/* The same of series.json: what holds for all of its comparisons. */
GPtrArray *pb_compare_series_trust(const json_t *series);

/*
 * The changed functions (borrowed json_t, members of changed_functions) that no case executed
 * inside the clock. Those of which it was not found out are not among them.
 */
GPtrArray *pb_compare_unreached(const struct pb_comparison *comparison);

/* One sentence on them, without their names; static. NULL if there are none. */
const char *pb_compare_unreached_warning(const struct pb_comparison *comparison);

#endif
