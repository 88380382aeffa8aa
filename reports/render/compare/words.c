/* Words and figures of a comparison: see words.h. */
#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/compare/native.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"

#define MANY_BOOTS 1000 /* nobody runs these, so their number does not matter */

static const struct {
	const char *sign;
	const char *counted;
} words[] = {
	[PB_VERDICT_REGRESSION] = {"✗", "regressed"},
	[PB_VERDICT_IMPROVEMENT] = {"✓", "improved"},
	[PB_VERDICT_UNCHANGED] = {"=", "unchanged"},
	[PB_VERDICT_INCONCLUSIVE] = {"?", "inconclusive"},
	[PB_VERDICT_MISSING] = {"–", "missing"},
};

const char *pb_compare_sign(enum pb_verdict verdict)
{
	return words[verdict].sign;
}

const char *pb_compare_counted_word(enum pb_verdict verdict)
{
	return words[verdict].counted;
}

char *pb_compare_counts(const struct pb_comparison *c)
{
	GString *out = g_string_new(NULL);

	for (size_t v = 0; v < G_N_ELEMENTS(words); v++)
		g_string_append_printf(out, "%s%u %s", v ? ", " : "", c->counts[v],
				       words[v].counted);
	return g_string_free(out, FALSE);
}

json_t *pb_compare_at(const struct pb_comparison *c, const char *outer, const char *inner)
{
	json_t *value = json_object_get(c->root, outer);

	return inner ? json_object_get(value, inner) : value;
}

const char *pb_compare_text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

char *pb_compare_specs(const struct pb_comparison *c)
{
	const char *before = pb_compare_text_at(pb_compare_at(c, "baseline", "kernel"), "spec");
	const char *after = pb_compare_text_at(pb_compare_at(c, "patched", "kernel"), "spec");

	return *before || *after ? g_strdup_printf("%s → %s", before, after) : g_strdup("");
}

guint pb_compare_unjudged(const struct pb_comparison *c)
{
	guint count = 0;

	for (size_t i = 0; i < c->row_count; i++)
		count += c->rows[i].not_deterministic != NULL;
	return count;
}

/* The names of those behind @from that say the same; 0 of them if an earlier one did. */
static char *names_of(json_t *emulated, const char *from)
{
	json_t *wanted = json_object_get(emulated, from), *one;
	GString *names = g_string_new(NULL);
	const char *name;

	json_object_foreach (emulated, name, one) {
		if (!json_equal(one, wanted))
			continue;
		if (!names->len && strcmp(name, from))
			break;
		g_string_append_printf(names, "%s%s", names->len ? ", " : "", name);
	}
	return g_string_free(names, FALSE);
}

GPtrArray *pb_compare_emulated(const json_t *validity)
{
	json_t *emulated = json_object_get(validity, PB_BENCHMARK_EMULATED), *one;
	GPtrArray *ret = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	json_object_foreach (emulated, name, one) {
		g_autofree char *names = names_of(emulated, name);

		if (*names)
			g_ptr_array_add(ret,
					g_strdup_printf("%s: of emulated devices. Says: %s. "
							"Cannot say: %s.",
							names, pb_compare_text_at(one, "says"),
							pb_compare_text_at(one, "cannot_say")));
	}
	return ret;
}

bool pb_compare_is_timed(const struct pb_comparison *c)
{
	return !strcmp(pb_compare_text_at(pb_compare_at(c, "validity", NULL), "evidence"),
		       PB_EVIDENCE_TIMED);
}

char *pb_compare_percent(double percent)
{
	double size = fabs(percent);

	if (isnan(percent))
		return g_strdup("new");
	if (size == 0)
		return g_strdup("0%");
	/* A figure that is not zero must not look like one. */
	if (size < 0.0001)
		return g_strdup_printf("%+.1e%%", percent);
	return g_strdup_printf("%+.*f%%", size < 0.1 ? 4 : 2, percent);
}

char *pb_compare_signed(double value)
{
	g_autofree char *text = pb_text_number(fabs(value));

	return g_strconcat(value < 0 ? "-" : value > 0 ? "+" : "", text, NULL);
}

const char *pb_compare_replicate(const struct pb_comparison *c, bool *ret_enough)
{
	const char *replicate = pb_compare_text_at(pb_compare_at(c, "validity", NULL), "replicate");
	json_int_t before = json_integer_value(pb_compare_at(c, "baseline", "boots"));
	json_int_t after = json_integer_value(pb_compare_at(c, "patched", "boots"));

	*ret_enough = true;
	if (!*replicate)
		return NULL;
	if (!strcmp(replicate, PB_REPLICATE_ROUND))
		return "rounds of one and the same boot: nothing is said of what differs between "
		       "boots";
	*ret_enough =
		!strcmp(replicate, PB_REPLICATE_BOOT) && MIN(before, after) >= PB_NATIVE_LEAST;
	if (*ret_enough)
		return "the boot; what each side shows against itself, every other boot against "
		       "those between, is the floor";
	if (!strcmp(replicate, PB_REPLICATE_BOOT))
		return "the boot, and a side has fewer than four, which a floor takes: no "
		       "difference is shown";
	return "one boot of a side: what two boots of one kernel differ by is not known, so no "
	       "difference is shown";
}

char *pb_compare_interval(const struct pb_comparison_row *row)
{
	g_autofree char *low = NULL, *high = NULL;

	if (isnan(row->ci_low_percent) || isnan(row->ci_high_percent))
		return NULL;
	low = pb_compare_percent(row->ci_low_percent);
	high = pb_compare_percent(row->ci_high_percent);
	return g_strdup_printf("%s to %s", low, high);
}

char *pb_compare_factor(const struct pb_comparison_row *row)
{
	double factor = fabs(row->delta_percent) / row->threshold_percent;

	return isfinite(factor) ? g_strdup_printf(factor < 10 ? "%.1f×" : "%.0f×", factor) : NULL;
}

char *pb_compare_outlook(const struct pb_comparison_row *row)
{
	GString *out;

	if (row->not_deterministic)
		return g_strdup_printf("not deterministic: %s", row->not_deterministic);
	out = g_string_new(NULL);
	if (isinf(row->mde_percent))
		g_string_append(out, "no effect could have been shown");
	else if (!isnan(row->mde_percent))
		g_string_append_printf(out, "an effect of %.2f%% would have been found",
				       row->mde_percent);
	if (isnan(row->more_boots))
		return g_string_free(out, FALSE);
	g_string_append(out, out->len ? "; " : "");
	if (row->more_boots > MANY_BOOTS)
		g_string_append_printf(out, "more than %d more %ss would settle it", MANY_BOOTS,
				       row->replicate);
	else if (row->more_boots > 0)
		g_string_append_printf(out, "%.0f more %s%s would settle it", row->more_boots,
				       row->replicate, row->more_boots == 1 ? "" : "s");
	else
		g_string_append_printf(out, "more %ss would not settle it", row->replicate);
	return g_string_free(out, FALSE);
}

static const char *param_of(const struct pb_comparison_row *row, const char *name)
{
	for (size_t i = 0; i < row->param_count; i++) {
		if (!strcmp(row->params[i].name, name))
			return row->params[i].value;
	}
	return NULL;
}

/* Adds the parameters of @one that @other does not have, or not with that value. */
static void add_varying(GPtrArray *names, const struct pb_comparison_row *one,
			const struct pb_comparison_row *other)
{
	for (size_t i = 0; i < one->param_count; i++) {
		const char *name = one->params[i].name;

		if (g_strcmp0(one->params[i].value, param_of(other, name)) &&
		    !g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
			g_ptr_array_add(names, (gpointer)name);
	}
}

GHashTable *pb_compare_varying(const struct pb_comparison *c)
{
	g_autoptr(GHashTable) firsts = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTable *varying = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
						    (GDestroyNotify)g_ptr_array_unref);

	for (size_t i = 0; i < c->row_count; i++) {
		const struct pb_comparison_row *row = &c->rows[i];
		const struct pb_comparison_row *first = g_hash_table_lookup(firsts, row->benchmark);
		GPtrArray *names = g_hash_table_lookup(varying, row->benchmark);

		if (!first) {
			g_hash_table_insert(firsts, (gpointer)row->benchmark, (gpointer)row);
			g_hash_table_insert(varying, (gpointer)row->benchmark, g_ptr_array_new());
			continue;
		}
		add_varying(names, first, row);
		add_varying(names, row, first);
	}
	return varying;
}

char *pb_compare_params(GHashTable *varying, const struct pb_comparison_row *row)
{
	const GPtrArray *names = g_hash_table_lookup(varying, row->benchmark);
	GString *out = g_string_new(NULL);

	/* In the order of the row, not in that of finding them. */
	for (size_t i = 0; i < row->param_count; i++) {
		if (g_ptr_array_find_with_equal_func((GPtrArray *)names, row->params[i].name,
						     g_str_equal, NULL))
			g_string_append_printf(out, "%s%s=%s", out->len ? " " : "",
					       row->params[i].name, row->params[i].value);
	}
	return g_string_free(out, FALSE);
}
