/* A series of patches: see series.h. */
#include <string.h>

#include "pinbench/result.h"
#include "reports/compare/series.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static json_t *copy_of(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return value ? json_incref(value) : json_null();
}

/* Names of functions that changed and that no case measured. */
static json_t *unreached_of(const json_t *compare)
{
	const json_t *validity = json_object_get(compare, "validity");
	json_t *list = json_array(), *one;
	size_t i;

	json_array_foreach (json_object_get(validity, "changed_functions"), i, one) {
		const char *reached = json_string_value(json_object_get(one, "reached"));

		if (reached && strcmp(reached, "measured"))
			json_array_append(list, json_object_get(one, "function"));
	}
	return list;
}

static json_t *verdict_object(const json_t *compare)
{
	return json_pack("{s:o, s:o, s:o}", "verdict", copy_of(compare, "verdict"), "counts",
			 copy_of(compare, "counts"), "sentence", copy_of(compare, "sentence"));
}

static json_t *patch_object(const struct pb_series_step *step, guint number)
{
	json_t *patch = json_pack("{s:i, s:s, s:s, s:b}", "number", (int)number, "subject",
				  step->subject, "spec", step->spec, "same_code", step->same_code);
	json_t *files = json_array();

	for (const char *const *file = step->files; *file; file++)
		json_array_append_new(files, json_string(*file));
	json_object_set_new(patch, "files", files);
	if (step->error)
		json_object_set_new(patch, "error", json_string(step->error));
	if (step->previous) {
		json_object_set_new(patch, "directory", json_string(step->directory));
		json_object_set_new(patch, "previous", verdict_object(step->previous));
		json_object_set_new(patch, "unreached", unreached_of(step->previous));
	}
	if (step->base)
		json_object_set_new(patch, "base", verdict_object(step->base));
	return patch;
}

static const json_t *find_row(const json_t *compare, const json_t *like)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(compare, "cases"), i, row) {
		if (!strcmp(text_of(row, "id"), text_of(like, "id")) &&
		    !strcmp(text_of(row, "metric"), text_of(like, "metric")))
			return row;
	}
	return NULL;
}

/* What a patch did to one figure: against the one before ("previous") or against the base. */
static json_t *effect_object(const json_t *row, bool same_code)
{
	json_t *why = json_object_get(row, PB_CASE_NOT_DETERMINISTIC);

	if (row)
		return json_pack("{s:o, s:o, s:o, s:o, s:O*}", "verdict", copy_of(row, "verdict"),
				 "value", copy_of(row, "patched"), "delta", copy_of(row, "delta"),
				 "delta_percent", copy_of(row, "delta_percent"),
				 PB_CASE_NOT_DETERMINISTIC, why);
	if (same_code)
		return json_pack("{s:s}", "verdict", pb_verdict_name(PB_VERDICT_UNCHANGED));
	return json_pack("{s:s}", "verdict", pb_verdict_name(PB_VERDICT_MISSING));
}

static json_t *row_object(const struct pb_series_step *steps, guint count, const json_t *like)
{
	static const char *const keys[] = {"id",     "benchmark", "params",
					   "metric", "unit",	  "primary"};
	json_t *row = json_object(), *previous = json_array(), *base = json_array();
	const struct pb_series_step *last = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		json_object_set_new(row, keys[i], copy_of(like, keys[i]));
	for (guint i = 0; i < count; i++) {
		const struct pb_series_step *step = &steps[i];

		if (step->base)
			last = step;
		json_array_append_new(
			previous, effect_object(find_row(step->previous, like), step->same_code));
		/* A patch without code of its own is what the one before is. */
		json_array_append_new(base, effect_object(last ? find_row(last->base, like) : NULL,
							  !last && !step->error));
	}
	json_object_set_new(row, "previous", previous);
	json_object_set_new(row, "base", base);
	json_object_set_new(row, "whole",
			    effect_object(last ? find_row(last->base, like) : NULL, !last));
	return row;
}

static bool is_known(const json_t *rows, const json_t *like)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		if (!strcmp(text_of(row, "id"), text_of(like, "id")) &&
		    !strcmp(text_of(row, "metric"), text_of(like, "metric")))
			return true;
	}
	return false;
}

static json_t *rows_of(const struct pb_series_step *steps, guint count)
{
	json_t *rows = json_array(), *like;
	size_t k;

	for (guint i = 0; i < count; i++) {
		json_array_foreach (json_object_get(steps[i].base, "cases"), k, like) {
			json_t *row;

			if (is_known(rows, like))
				continue;
			row = row_object(steps, count, like);
			json_object_set_new(row, "baseline", copy_of(like, "baseline"));
			json_array_append_new(rows, row);
		}
	}
	return rows;
}

static guint count_of(const json_t *compare, enum pb_verdict verdict)
{
	const json_t *counts = json_object_get(compare, "counts");

	return (guint)json_integer_value(json_object_get(counts, pb_verdict_name(verdict)));
}

static bool moves(const struct pb_series_step *step)
{
	return count_of(step->previous, PB_VERDICT_REGRESSION) ||
	       count_of(step->previous, PB_VERDICT_IMPROVEMENT);
}

static void add_moved(GString *text, const json_t *compare)
{
	guint worse = count_of(compare, PB_VERDICT_REGRESSION);
	guint better = count_of(compare, PB_VERDICT_IMPROVEMENT);

	if (worse)
		g_string_append_printf(text, "%u worse", worse);
	if (better)
		g_string_append_printf(text, "%s%u better", worse ? ", " : "", better);
}

static bool is_verdict(const json_t *compare, enum pb_verdict verdict)
{
	return !strcmp(text_of(compare, "verdict"), pb_verdict_name(verdict));
}

static char *sentence_of(const struct pb_series_step *steps, guint count, guint first)
{
	const struct pb_series_step *last = NULL;
	GString *text = g_string_new(NULL);
	guint unbuilt = 0, lost = 0;

	for (guint i = 0; i < count; i++) {
		if (steps[i].base)
			last = &steps[i];
		if (!unbuilt && steps[i].error)
			unbuilt = i + 1;
		if (!lost && is_verdict(steps[i].previous, PB_VERDICT_MISSING))
			lost = i + 1;
	}
	if (first) {
		g_string_append_printf(text,
				       "Patch %u of %u is the first that moves something: "
				       "\"%s\", ",
				       first, count, steps[first - 1].subject);
		add_moved(text, steps[first - 1].previous);
		g_string_append(text, ". ");
	} else {
		g_string_append_printf(text, "None of %u patches is shown to move anything. ",
				       count);
	}
	if (lost)
		g_string_append_printf(text, "Patch %u could not be measured. ", lost);
	if (unbuilt)
		g_string_append_printf(text,
				       "Patch %u has no kernel: the series was measured up to "
				       "it. ",
				       unbuilt);
	if (last)
		g_string_append_printf(text, "Against the base: %s",
				       text_of(last->base, "sentence"));
	else if (!first)
		g_string_append(text, "No code changed that could have been measured.");
	return g_string_free(text, FALSE);
}

/* The worst of all patches, each by itself: what a later one repairs was broken before. */
static enum pb_verdict verdict_of(const struct pb_series_step *steps, guint count)
{
	static const enum pb_verdict order[] = {PB_VERDICT_REGRESSION, PB_VERDICT_INCONCLUSIVE,
						PB_VERDICT_IMPROVEMENT, PB_VERDICT_MISSING};

	for (size_t v = 0; v < G_N_ELEMENTS(order); v++) {
		for (guint i = 0; i < count; i++) {
			if (is_verdict(steps[i].previous, order[v]))
				return order[v];
		}
	}
	return count && steps[0].error ? PB_VERDICT_MISSING : PB_VERDICT_UNCHANGED;
}

json_t *pb_series_build(const struct pb_series_step *steps, guint count)
{
	json_t *patches = json_array(), *root;
	g_autofree char *sentence = NULL;
	guint first = 0;

	for (guint i = 0; i < count; i++) {
		json_array_append_new(patches, patch_object(&steps[i], i + 1));
		if (!first && moves(&steps[i]))
			first = i + 1;
	}
	sentence = sentence_of(steps, count, first);
	root = json_pack("{s:o, s:o, s:s, s:s}", "patches", patches, "rows", rows_of(steps, count),
			 "verdict", pb_verdict_name(verdict_of(steps, count)), "sentence",
			 sentence);
	json_object_set_new(root, "first", first ? json_integer(first) : json_null());
	return root;
}
