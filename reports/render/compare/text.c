/* A comparison as plain text: see text.h. */
#include <math.h>
#include <string.h>

#include "reports/render/compare/text.h"
#include "reports/render/compare/text_table.h"
#include "reports/render/compare/where.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"
#include "pinbench/result.h"

#define SHOWN_OPTIONS 5
#define SHOWN_CHANGES 8
#define SHA256_DIGITS 64

static const json_t *validity_of(const struct pb_comparison *c)
{
	return json_object_get(c->root, "validity");
}

static bool is_counted(const struct pb_comparison *c)
{
	const char *evidence = json_string_value(json_object_get(validity_of(c), "evidence"));

	return !g_strcmp0(evidence, PB_EVIDENCE_COUNTED);
}

/* "gup/pin (3), gup/unpin (7)" */
static void add_unmoved(GString *out, const struct pb_comparison *c, guint columns)
{
	g_autoptr(GPtrArray) blocks = pb_compare_blocks(c, PB_VERDICT_UNCHANGED, false);
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < blocks->len; i++) {
		const struct pb_compare_block *block = blocks->pdata[i];

		g_string_append_printf(text, "%s%s %s (%u)", i ? ", " : "", block->first->benchmark,
				       block->first->metric, block->rows->len);
	}
	if (!blocks->len)
		return;
	g_string_append(out,
			is_counted(c) ? "\nExactly equal:\n" : "\nUnchanged, by equivalence:\n");
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

static void add_side(GString *out, const struct pb_comparison *c, const char *side, guint columns)
{
	const json_t *environment = json_object_get(c->root, side);
	const char *spec = member(environment, "kernel", "spec");
	const char *release = member(environment, "kernel", "release");
	bool fits = strlen(spec) + strlen(release) + 13 <= columns;

	g_string_append_printf(out, "%-9s %s%s(%s)\n", side, spec, fits ? " " : "\n          ",
			       release);
}

static void add_difference(GString *out, const json_t *one, const char *key)
{
	g_autofree char *before = short_text(member(one, "baseline", NULL));
	g_autofree char *after = short_text(member(one, "patched", NULL));

	g_string_append_printf(out, "  %s: %s -> %s\n", member(one, key, NULL), before, after);
}

static void add_differences(GString *out, const json_t *list, const char *key, const char *none,
			    const char *some)
{
	json_t *one;
	size_t i;

	if (!json_array_size(list)) {
		g_string_append(out, none);
		return;
	}
	g_string_append(out, some);
	json_array_foreach (list, i, one) {
		if (i == SHOWN_OPTIONS) {
			g_string_append_printf(out, "  and %zu more\n", json_array_size(list) - i);
			break;
		}
		add_difference(out, one, key);
	}
}

/* ", reached by 31 cases" */
static char *reach_text(const json_t *change)
{
	const char *reached = json_string_value(json_object_get(change, "reached"));
	size_t cases = json_array_size(json_object_get(change, "reached_by"));

	if (!reached)
		return g_strdup("");
	if (!strcmp(reached, "measured"))
		return g_strdup_printf(", run by %zu case%s", cases, cases == 1 ? "" : "s");
	return g_strdup(strcmp(reached, "no") ? ", NOT MEASURED" : ", NOT RUN");
}

/* "mm/gup.o: gup_fast_fallback, 2,982 -> 2,989 bytes, run by 31 cases" */
static void add_change(GString *out, const json_t *change, guint columns)
{
	g_autofree char *before =
		pb_text_number(json_number_value(json_object_get(change, "baseline_bytes")));
	g_autofree char *after =
		pb_text_number(json_number_value(json_object_get(change, "patched_bytes")));
	g_autofree char *reach = reach_text(change);
	g_autofree char *line =
		g_strdup_printf("%s: %s, %s -> %s bytes%s", member(change, "object", NULL),
				member(change, "function", NULL), before, after, reach);

	pb_text_append_wrapped(out, line, columns, 2);
}

static void add_changes(GString *out, const json_t *validity, guint columns)
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
			add_change(out, one, columns);
	}
	if (count > SHOWN_CHANGES)
		g_string_append_printf(out, "  and %d more\n", (int)(count - SHOWN_CHANGES));
}

/* The first thing to know of a patch: of what it changed, what did nobody measure? */
static void add_unreached(GString *out, const struct pb_comparison *c, guint columns)
{
	const json_t *list = json_object_get(validity_of(c), "changed_functions");
	g_autoptr(GString) text = g_string_new(NULL);
	size_t i, unreached = 0;
	json_t *one;

	json_array_foreach (list, i, one) {
		const char *reached = json_string_value(json_object_get(one, "reached"));

		if (!reached || !strcmp(reached, "measured"))
			continue;
		if (unreached++ < SHOWN_CHANGES)
			g_string_append_printf(text, "%s%s", text->len ? ", " : "",
					       member(one, "function", NULL));
	}
	if (!unreached)
		return;
	if (unreached > SHOWN_CHANGES)
		g_string_append_printf(text, " and %zu more", unreached - SHOWN_CHANGES);
	g_string_prepend(text, unreached == json_array_size(list)
				       ? "NOT MEASURED: no chosen benchmark runs anything that the "
					 "patch changed: "
				       : "Of what the patch changed, no chosen benchmark runs: ");
	pb_text_append_wrapped(out, text->str, columns, 0);
}

static double number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static void add_known_delay(GString *out, const json_t *control)
{
	const char *failed = json_is_true(json_object_get(control, "ok")) ? "" : ": FAILED";
	const json_t *ci = json_object_get(control, "seen_ci_percent");
	g_autofree char *known = pb_text_number(number(control, "known_insns"));
	g_autofree char *seen = NULL;

	if (!ci) {
		seen = pb_text_number(number(control, "seen_insns"));
		g_string_append_printf(out, "          %s known instructions seen as %s%s\n", known,
				       seen, failed);
		return;
	}
	g_string_append_printf(
		out, "          %s more instructions seen as %+.0f%% [%+.0f, %+.0f]%s\n", known,
		number(control, "seen_percent"), json_number_value(json_array_get(ci, 0)),
		json_number_value(json_array_get(ci, 1)), failed);
}

static void add_control(GString *out, const struct pb_comparison *c, const json_t *control)
{
	int figures = (int)number(control, "figures"), boots = (int)number(control, "boots");
	int differing = (int)number(control, "differing");

	if (!control)
		return;
	if (is_counted(c))
		g_string_append_printf(out,
				       "control   %d of %d figures equal in %d boots of the "
				       "baseline;\n",
				       figures - differing, figures, boots);
	else
		g_string_append_printf(out,
				       "control   baseline against itself, %d boots: %d of %d "
				       "figures differ,\n          by %.1f%% at most; the floor "
				       "of each is in the report\n",
				       boots, differing, figures,
				       number(control, "largest_percent"));
	add_known_delay(out, control);
}

static void add_turns(GString *out, const struct pb_comparison *c)
{
	if (json_is_false(json_object_get(validity_of(c), "paired")))
		g_string_append(out, "          boots were not run in turn: what drifted looks "
				     "like an effect\n");
}

/* Of machines as they are: what is a replicate there, and what the drift is. */
static void add_native(GString *out, const struct pb_comparison *c, guint columns)
{
	const json_t *drift = json_object_get(validity_of(c), "drift_percent");
	bool enough;
	const char *replicate = pb_compare_replicate(c, &enough);

	g_string_append(out, "evidence  timed: ns of this machine; the replicate is\n");
	pb_text_append_wrapped(out, replicate, columns, strlen("evidence  "));
	if (!strcmp(pb_compare_text_at(validity_of(c), "replicate"), PB_REPLICATE_BOOT))
		add_turns(out, c);
	if (json_is_number(drift))
		g_string_append_printf(out,
				       "drift     %.1f%%: what was measured before and after moved "
				       "by that\n",
				       json_number_value(drift));
	else
		g_string_append(out, "drift     not known: a run ended before its end, so no "
				     "difference is shown\n");
}

/* As the baseline says; the other side's is the same, or they were not compared. */
static const char *whose_time(const struct pb_comparison *c)
{
	const char *accelerator =
		pb_compare_text_at(pb_compare_at(c, "baseline", NULL), "accelerator");

	if (!*accelerator)
		return "this machine";
	return strcmp(accelerator, "kvm") ? "an emulator (TCG)" : "a guest under KVM";
}

static void add_evidence(GString *out, const struct pb_comparison *c, guint columns)
{
	guint unjudged = pb_compare_unjudged(c);

	if (is_counted(c)) {
		g_string_append(out, "evidence  counted: instructions, exact; says nothing about "
				     "time\n");
		if (unjudged)
			g_string_append_printf(out,
					       "          but for %u figures that are not "
					       "deterministic\n",
					       unjudged);
		return;
	}
	if (json_object_get(validity_of(c), "replicate")) {
		add_native(out, c, columns);
		return;
	}
	g_string_append_printf(out, "evidence  timed: ns of %s; the boot is the replicate\n",
			       whose_time(c));
	add_turns(out, c);
	if (!json_object_get(validity_of(c), "control"))
		g_string_append(out, "          no control: without a floor no difference is "
				     "shown\n");
}

static void add_emulated(GString *out, const struct pb_comparison *c, guint columns)
{
	g_autoptr(GPtrArray) sentences = pb_compare_emulated(validity_of(c));

	for (guint i = 0; i < sentences->len; i++)
		pb_text_append_wrapped(out, sentences->pdata[i], columns, strlen("evidence  "));
}

static void add_basis(GString *out, const struct pb_comparison *c, guint columns)
{
	const json_t *validity = validity_of(c);

	if (!validity)
		return;
	g_string_append_c(out, '\n');
	add_side(out, c, "baseline", columns);
	add_side(out, c, "patched", columns);
	add_evidence(out, c, columns);
	add_emulated(out, c, columns);
	add_differences(out, json_object_get(validity, "config_differences"), "option",
			"configs   equal\n",
			json_is_true(json_object_get(validity, "same_base"))
				? "configs   equal but for what the patch itself changes:\n"
				: "configs   DIFFER:\n");
	add_differences(out, json_object_get(validity, "setup_differences"), "what",
			"setup     equal: machine, emulator, toolchain\n", "setup     DIFFERS:\n");
	add_changes(out, validity, columns);
	add_control(out, c, json_object_get(validity, "control"));
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

static void add_where(GString *out, const struct pb_comparison *c, guint columns)
{
	g_autofree char *line = pb_compare_where_line(c), *text = NULL;

	if (!line)
		return;
	text = g_strconcat("where: ", line, NULL);
	pb_text_append_wrapped(out, text, columns, 0);
}

char *pb_render_comparison_text(const struct pb_comparison *c, guint columns)
{
	g_autoptr(GString) out = g_string_new(NULL);

	pb_text_append_wrapped(out, c->sentence, columns, 0);
	add_where(out, c, columns);
	add_unreached(out, c, columns);
	if (c->row_count)
		add_counts(out, c);
	add_basis(out, c, columns);
	pb_compare_text_tables(out, c, "Worse:", PB_VERDICT_REGRESSION, false, columns);
	pb_compare_text_tables(out, c, "Better:", PB_VERDICT_IMPROVEMENT, false, columns);
	pb_compare_text_where(out, c, columns);
	pb_compare_text_tables(out, c, "Inconclusive:", PB_VERDICT_INCONCLUSIVE, false, columns);
	pb_compare_text_tables(out, c,
			       "Moved, but by less than is worth a verdict:", PB_VERDICT_UNCHANGED,
			       true, columns);
	add_missing(out, c, columns);
	add_unmoved(out, c, columns);
	return pb_text_plain_lines(out->str);
}
