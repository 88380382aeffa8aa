/* What a comparison rests on, item by item: see words.h. */
#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"

#define SHOWN_DIFFERENCES 3

static const struct {
	const char *word;
	const char *sign;
} states[] = {
	[PB_TRUST_OK] = {"ok", "✓"},
	[PB_TRUST_WARNING] = {"warning", "!"},
	[PB_TRUST_FAILED] = {"failed", "✗"},
	[PB_TRUST_UNKNOWN] = {"unknown", "?"},
};

const char *pb_trust_word(enum pb_trust_state state)
{
	return states[state].word;
}

const char *pb_trust_sign(enum pb_trust_state state)
{
	return states[state].sign;
}

static void item_free(gpointer data)
{
	struct pb_trust_item *item = data;

	g_free(item->text);
	g_free(item);
}

/* Takes @text. */
static void add(GPtrArray *items, enum pb_trust_state state, const char *name, char *text)
{
	struct pb_trust_item *item = g_new(struct pb_trust_item, 1);

	*item = (struct pb_trust_item){state, name, text};
	g_ptr_array_add(items, item);
}

/* NAN for what is not there. */
static double number_at(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static void add_evidence(GPtrArray *items, const json_t *validity, guint unjudged)
{
	static const struct {
		const char *kind;
		const char *text; /* %s: what is not exact */
	} kinds[] = {
		{PB_EVIDENCE_COUNTED, "counted: executed instructions, exact and the same in every "
				      "run%s. Says nothing about time: an added atomic or a cache "
				      "miss is one instruction."},
		{PB_EVIDENCE_TIMED, "timed: what this machine took, with its uncertainty. Says "
				    "nothing below the floor of each figure, or about another "
				    "machine."},
	};
	const char *kind = pb_compare_text_at(validity, "evidence");
	g_autofree char *but = unjudged ? g_strdup_printf(", but for %u figures that are not "
							  "deterministic and get no verdict",
							  unjudged)
					: g_strdup("");

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(GString) text = g_string_new(kinds[i].text);

		if (strcmp(kind, kinds[i].kind))
			continue;
		g_string_replace(text, "%s", but, 0);
		add(items, PB_TRUST_OK, "evidence", g_strdup(text->str));
		return;
	}
	add(items, PB_TRUST_UNKNOWN, "evidence", g_strdup(*kind ? kind : "not recorded"));
}

static void add_accelerator(GPtrArray *items, const struct pb_comparison *c)
{
	const json_t *environment = pb_compare_at(c, "baseline", NULL);
	const char *accelerator = pb_compare_text_at(environment, "accelerator");

	if (!strcmp(accelerator, "kvm"))
		add(items, PB_TRUST_OK, "accelerator",
		    g_strdup("KVM: the guests ran on a processor of the host"));
	else if (*accelerator)
		add(items, PB_TRUST_WARNING, "accelerator",
		    g_strdup_printf("TCG: time of an emulator. It shows that the procedure works, "
				    "not what a processor takes. No KVM: %s",
				    pb_compare_text_at(environment, "accelerator_reason")));
}

static void add_emulated(GPtrArray *items, const json_t *validity)
{
	g_autoptr(GPtrArray) sentences = pb_compare_emulated(validity);

	for (guint i = 0; i < sentences->len; i++)
		add(items, PB_TRUST_OK, "emulated devices", g_strdup(sentences->pdata[i]));
}

static void add_flag(GPtrArray *items, const json_t *flag, const char *name, const char *yes,
		     const char *no)
{
	if (!json_is_boolean(flag))
		return;
	add(items, json_is_true(flag) ? PB_TRUST_OK : PB_TRUST_WARNING, name,
	    g_strdup(json_is_true(flag) ? yes : no));
}

/* "CONFIG_HZ: 100 → 250, and 3 more" */
static char *differences(const json_t *list, const char *key)
{
	GString *out = g_string_new(NULL);
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		g_autofree char *before = pb_text_short_value(pb_compare_text_at(one, "baseline"));
		g_autofree char *after = pb_text_short_value(pb_compare_text_at(one, "patched"));

		if (i == SHOWN_DIFFERENCES) {
			g_string_append_printf(out, "; and %zu more", json_array_size(list) - i);
			break;
		}
		g_string_append_printf(out, "%s%s: %s → %s", i ? "; " : "",
				       pb_compare_text_at(one, key), before, after);
	}
	return g_string_free(out, FALSE);
}

static void add_differences(GPtrArray *items, const json_t *list, const char *name, const char *key,
			    const char *none)
{
	if (!json_is_array(list))
		add(items, PB_TRUST_UNKNOWN, name, g_strdup("not recorded"));
	else if (!json_array_size(list))
		add(items, PB_TRUST_OK, name, g_strdup(none));
	else
		add(items, PB_TRUST_WARNING, name, differences(list, key));
}

/* Those of one kernel with and without patches are what the patches do. */
static void add_config(GPtrArray *items, const json_t *validity)
{
	const json_t *list = json_object_get(validity, "config_differences");
	g_autofree char *shown = NULL;

	if (!json_array_size(list) || !json_is_true(json_object_get(validity, "same_base"))) {
		add_differences(items, list, "configuration", "option", "equal");
		return;
	}
	shown = differences(list, "option");
	add(items, PB_TRUST_OK, "configuration",
	    g_strdup_printf("equal but for what the patch itself changes: %s", shown));
}

static bool is_measured(const json_t *function)
{
	return !strcmp(pb_compare_text_at(function, "reached"), "measured");
}

GPtrArray *pb_compare_unreached(const struct pb_comparison *c)
{
	GPtrArray *found = g_ptr_array_new();
	json_t *one;
	size_t i;

	json_array_foreach (pb_compare_at(c, "validity", "changed_functions"), i, one) {
		if (json_object_get(one, "reached") && !is_measured(one))
			g_ptr_array_add(found, one);
	}
	return found;
}

const char *pb_compare_unreached_warning(const struct pb_comparison *c)
{
	g_autoptr(GPtrArray) unreached = pb_compare_unreached(c);
	double all = number_at(pb_compare_at(c, "validity", NULL), "changed_count");

	if (!unreached->len)
		return NULL;
	if (unreached->len == all)
		return "No chosen benchmark executed any changed function inside the clock: these "
		       "figures say nothing about what the patch changes.";
	return "No chosen benchmark executed these changed functions inside the clock: the "
	       "figures say nothing about them.";
}

static void add_functions(GPtrArray *items, const struct pb_comparison *c)
{
	const json_t *list = pb_compare_at(c, "validity", "changed_functions");
	double all = number_at(pb_compare_at(c, "validity", NULL), "changed_count");
	g_autoptr(GPtrArray) unreached = pb_compare_unreached(c);
	size_t listed = json_array_size(list), known = 0;
	json_t *one;
	size_t i;

	if (!json_is_array(list))
		return;
	all = isnan(all) ? (double)listed : all;
	json_array_foreach (list, i, one)
		known += json_object_get(one, "reached") != NULL;
	if (!listed)
		add(items, PB_TRUST_WARNING, "changed functions",
		    g_strdup("none found in the objects of the two builds"));
	else if (!known)
		add(items, PB_TRUST_UNKNOWN, "changed functions",
		    g_strdup_printf("%.0f changed; whether a case executed them was not found out",
				    all));
	else
		add(items, unreached->len || known < all ? PB_TRUST_WARNING : PB_TRUST_OK,
		    "changed functions",
		    g_strdup_printf("%zu of %.0f executed inside the clock%s",
				    known - unreached->len, all,
				    known < all ? "; not found out for the others" : ""));
}

/* The baseline against itself: timed, a few intervals of many exclude 0 by chance. */
static void add_equal_kernels(GPtrArray *items, const json_t *control, bool timed)
{
	double figures = number_at(control, "figures"), differing = number_at(control, "differing");
	double largest = number_at(control, "largest_percent");
	g_autofree char *boots = NULL;
	GString *text;

	if (isnan(figures) || isnan(differing))
		return;
	boots = isnan(number_at(control, "boots"))
			? g_strdup("")
			: g_strdup_printf(" in %.0f boots", number_at(control, "boots"));
	text = g_string_new(NULL);
	if (timed)
		g_string_append_printf(text, "%.0f of %.0f figures seem to differ%s", differing,
				       figures, boots);
	else
		g_string_append_printf(text, "%.0f of %.0f figures equal%s of the baseline",
				       figures - differing, figures, boots);
	if (!isnan(largest) && (timed || differing > 0))
		g_string_append_printf(text, ", by %.2f%% at most", largest);
	add(items, figures > 0 && (timed || !differing) ? PB_TRUST_OK : PB_TRUST_FAILED,
	    "same kernel twice", g_string_free(text, FALSE));
}

/* What was known to be there, and what of it was seen. */
static void add_known_delay(GPtrArray *items, const json_t *control)
{
	double known = number_at(control, "known_insns"), seen = number_at(control, "seen_insns");
	double percent = number_at(control, "seen_percent");
	const json_t *ci = json_object_get(control, "seen_ci_percent");
	g_autofree char *known_text = pb_text_number(known);

	if (!isnan(known) && !isnan(seen)) {
		g_autofree char *seen_text = pb_text_number(seen);

		add(items, known == seen && known > 0 ? PB_TRUST_OK : PB_TRUST_FAILED,
		    "known delay",
		    g_strdup_printf("%s instructions seen as %s", known_text, seen_text));
	} else if (!isnan(percent) && json_is_number(json_array_get(ci, 0)) &&
		   json_is_number(json_array_get(ci, 1))) {
		double low = json_number_value(json_array_get(ci, 0));
		double high = json_number_value(json_array_get(ci, 1));
		g_autofree char *what = isnan(known)
						? g_strdup("a known delay")
						: g_strconcat(known_text, " instructions", NULL);

		add(items, low > 0 ? PB_TRUST_OK : PB_TRUST_FAILED, "known delay",
		    g_strdup_printf("%s seen as %+.2f%% (%+.2f%% to %+.2f%%)", what, percent, low,
				    high));
	} else {
		add(items, PB_TRUST_UNKNOWN, "known delay", g_strdup("no figure of it"));
	}
}

/* Of machines as they are the floor is each side against itself, and the drift on top. */
static void add_drift(GPtrArray *items, const struct pb_comparison *c)
{
	const json_t *drift = pb_compare_at(c, "validity", "drift_percent");
	bool enough;
	const char *replicate = pb_compare_replicate(c, &enough);

	add(items, enough ? PB_TRUST_OK : PB_TRUST_WARNING, "replicate", g_strdup(replicate));
	if (json_is_number(drift))
		add(items, PB_TRUST_OK, "drift",
		    g_strdup_printf("%.1f%%, which is part of every floor",
				    json_number_value(drift)));
	else
		add(items, PB_TRUST_UNKNOWN, "drift",
		    g_strdup("a run ended before its end: without a floor no difference is shown"));
}

static void add_control(GPtrArray *items, const json_t *control, bool timed)
{
	guint first = items->len;

	if (!json_is_object(control)) {
		add(items, PB_TRUST_UNKNOWN, "control",
		    g_strdup(timed ? "none was measured: without a floor no difference is shown"
				   : "none was measured: nothing shows that equal kernels give "
				     "equal figures"));
		return;
	}
	add_equal_kernels(items, control, timed);
	add_known_delay(items, control);
	if (!json_is_false(json_object_get(control, "ok")))
		return;
	for (guint i = first; i < items->len; i++) {
		if (((struct pb_trust_item *)items->pdata[i])->state == PB_TRUST_FAILED)
			return;
	}
	add(items, PB_TRUST_FAILED, "control", g_strdup("did not pass"));
}

/* Timed: kernels that do not take turns leave the machine's drift between them. */
static void add_order(GPtrArray *items, const struct pb_comparison *c)
{
	const json_t *validity = pb_compare_at(c, "validity", NULL);
	const char *order = pb_compare_text_at(validity, "boot_order");
	bool mixed = !json_is_false(json_object_get(validity, "paired"));

	if (!pb_compare_is_timed(c))
		return;
	if (!*order)
		add(items, PB_TRUST_UNKNOWN, "order of boots", g_strdup("not recorded"));
	else
		add(items, mixed ? PB_TRUST_OK : PB_TRUST_WARNING, "order of boots",
		    g_strdup_printf("%s (B baseline, P patched, C control)%s", order,
				    mixed ? ""
					  : ": the kernels did not take turns, so a drift of the "
					    "machine looks like an effect"));
}

GPtrArray *pb_compare_trust(const struct pb_comparison *c)
{
	const json_t *validity = pb_compare_at(c, "validity", NULL);
	GPtrArray *items = g_ptr_array_new_with_free_func(item_free);

	if (!validity)
		return items;
	add_evidence(items, validity, pb_compare_unjudged(c));
	add_accelerator(items, c);
	add_emulated(items, validity);
	add_flag(items, json_object_get(validity, "text_differs"), "code differs",
		 "the two kernels have different .text", "both kernels have the same .text");
	add_functions(items, c);
	add_config(items, validity);
	add_differences(items, json_object_get(validity, "setup_differences"), "setup", "what",
			"equal: machine, emulator, toolchain");
	add_flag(items, json_object_get(validity, "initramfs_identical"), "initramfs",
		 "the same bytes on both sides", "not the same bytes on both sides");
	add_flag(items, json_object_get(validity, "module_identical"), "module",
		 "the same bytes on both sides",
		 "built anew for each side, and not the same bytes");
	if (json_object_get(validity, "replicate")) {
		add_drift(items, c);
		if (!strcmp(pb_compare_text_at(validity, "replicate"), PB_REPLICATE_BOOT))
			add_order(items, c);
		return items;
	}
	add_control(items, pb_compare_at(c, "validity", "control"), pb_compare_is_timed(c));
	add_order(items, c);
	return items;
}

GPtrArray *pb_compare_series_trust(const json_t *series)
{
	bool timed = !strcmp(pb_compare_text_at(series, "evidence"), PB_EVIDENCE_TIMED);
	GPtrArray *items = g_ptr_array_new_with_free_func(item_free);

	if (!json_array_size(json_object_get(series, "rows")))
		return items;
	add_evidence(items, series, 0);
	/* Timed, each figure has a floor of its own, which its comparison tells. */
	if (!timed)
		add_control(items, json_object_get(series, "control"), timed);
	return items;
}
