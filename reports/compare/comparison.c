/* Making compare.json out of two results: see comparison.h. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/compare/comparison.h"
#include "reports/compare/native.h"
#include "reports/compare/order.h"
#include "reports/compare/rows.h"
#include "reports/error.h"
#include "reports/file.h"

static const char *option_value(const struct pb_result_kernel *kernel, const char *name)
{
	for (size_t i = 0; i < kernel->option_count; i++) {
		if (!strcmp(kernel->options[i].name, name))
			return kernel->options[i].value;
	}
	return "n";
}

static void add_option(json_t *list, const char *name, const char *before, const char *after)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "option", name, "baseline", before,
					      "patched", after));
}

static json_t *config_differences(const struct pb_result_kernel *before,
				  const struct pb_result_kernel *after)
{
	json_t *list = json_array();

	for (size_t i = 0; i < before->option_count; i++) {
		const struct pb_param *option = &before->options[i];
		const char *value = option_value(after, option->name);

		if (strcmp(option->value, value))
			add_option(list, option->name, option->value, value);
	}
	for (size_t i = 0; i < after->option_count; i++) {
		const struct pb_param *option = &after->options[i];

		if (!strcmp(option_value(before, option->name), "n"))
			add_option(list, option->name, "n", option->value);
	}
	return list;
}

static void add_difference(json_t *list, const char *what, const char *before, const char *after)
{
	if (g_strcmp0(before, after))
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "what", what, "baseline",
						      before ? before : "unknown", "patched",
						      after ? after : "unknown"));
}

/* What should be the same on both sides of one patch, and is not. */
static json_t *setup_differences(const struct pb_environment *before,
				 const struct pb_environment *after)
{
	json_t *list = json_array();

	add_difference(list, "machine", before->machine.name, after->machine.name);
	add_difference(list, "machine", before->machine.description, after->machine.description);
	add_difference(list, "machine definition", before->machine.sha256, after->machine.sha256);
	add_difference(list, "emulator", before->emulator, after->emulator);
	add_difference(list, "accelerator", before->accelerator, after->accelerator);
	add_difference(list, "cpu", before->cpu, after->cpu);
	add_difference(list, "memory", before->memory, after->memory);
	add_difference(list, "toolchain", before->toolchain, after->toolchain);
	return list;
}

/* What tells one kernel's code from another's: of a running one its build id, where it has one. */
static bool is_other_code(const struct pb_result_kernel *before,
			  const struct pb_result_kernel *after)
{
	if (before->build_id && after->build_id)
		return strcmp(before->build_id, after->build_id) != 0;
	return strcmp(before->text_sha256, after->text_sha256) != 0;
}

static json_t *validity_of(const struct pb_environment *before, const struct pb_environment *after)
{
	const char *one = before->initramfs_sha256, *other = after->initramfs_sha256;
	json_t *validity =
		json_pack("{s:s, s:b, s:o, s:o}", "evidence", before->evidence, "text_differs",
			  is_other_code(&before->kernel, &after->kernel), "config_differences",
			  config_differences(&before->kernel, &after->kernel), "setup_differences",
			  setup_differences(before, after));

	if (one && other)
		json_object_set_new(validity, "initramfs_identical",
				    json_boolean(!strcmp(one, other)));
	return validity;
}

/* *ret_unjudged: of the inconclusive ones, those that no verdict can rest on. */
static void count(json_t *rows, guint *ret_counts, guint *ret_unjudged)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		const char *verdict = json_string_value(json_object_get(row, "verdict"));

		if (!json_is_true(json_object_get(row, "primary")))
			continue;
		*ret_unjudged += json_object_get(row, PB_CASE_NOT_DETERMINISTIC) != NULL;
		for (int v = 0; v <= PB_VERDICT_MISSING; v++)
			ret_counts[v] += !strcmp(verdict, pb_verdict_name(v));
	}
}

static json_t *counts_object(const guint *counts)
{
	json_t *object = json_object();

	for (int v = 0; v <= PB_VERDICT_MISSING; v++)
		json_object_set_new(object, pb_verdict_name(v), json_integer(counts[v]));
	return object;
}

/*
 * The worst that was found; nothing compared is no "unchanged". Figures that are not deterministic
 * are a ground of nothing, unless there are no others.
 */
static enum pb_verdict overall(const guint *counts, guint unjudged)
{
	static const enum pb_verdict order[] = {PB_VERDICT_REGRESSION, PB_VERDICT_INCONCLUSIVE,
						PB_VERDICT_IMPROVEMENT, PB_VERDICT_UNCHANGED};

	for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
		bool open = order[i] == PB_VERDICT_INCONCLUSIVE;

		if (counts[order[i]] > (open ? unjudged : 0))
			return order[i];
	}
	return unjudged ? PB_VERDICT_INCONCLUSIVE : PB_VERDICT_MISSING;
}

static void append_others(GString *text, const guint *counts, enum pb_verdict but)
{
	static const struct {
		enum pb_verdict verdict;
		const char *words;
	} others[] = {
		{PB_VERDICT_IMPROVEMENT, "better"},
		{PB_VERDICT_INCONCLUSIVE, "inconclusive"},
		{PB_VERDICT_UNCHANGED, "unchanged"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		if (others[i].verdict != but && counts[others[i].verdict])
			g_string_append_printf(text, ", %u %s", counts[others[i].verdict],
					       others[i].words);
	}
	g_string_append_c(text, '.');
}

static guint judged_of(const guint *counts)
{
	return counts[PB_VERDICT_REGRESSION] + counts[PB_VERDICT_IMPROVEMENT] +
	       counts[PB_VERDICT_UNCHANGED] + counts[PB_VERDICT_INCONCLUSIVE];
}

/* Of what can be judged; the rest is named behind it. */
static void append_judged(GString *text, const guint *counts)
{
	static const char *const leads[] = {
		[PB_VERDICT_REGRESSION] = "Regression: %u of %u figures got worse",
		[PB_VERDICT_IMPROVEMENT] = "Improvement: %u of %u figures got better, none worse",
		[PB_VERDICT_UNCHANGED] = "Unchanged: %u of %u figures",
		[PB_VERDICT_INCONCLUSIVE] = "Inconclusive: %u of %u figures, none shown worse",
	};
	enum pb_verdict verdict = overall(counts, 0);

	g_string_append_printf(text, leads[verdict], counts[verdict], judged_of(counts));
	append_others(text, counts, verdict);
}

static char *sentence_of(const guint *all, guint unjudged)
{
	GString *text = g_string_new(NULL);
	guint counts[PB_VERDICT_MISSING + 1];

	memcpy(counts, all, sizeof(counts));
	counts[PB_VERDICT_INCONCLUSIVE] -= unjudged;
	if (judged_of(counts))
		append_judged(text, counts);
	else
		g_string_append(text, unjudged ? "Nothing could be judged."
					       : "Nothing could be compared.");
	if (unjudged)
		g_string_append_printf(text, " %u not deterministic, without a verdict.", unjudged);
	if (counts[PB_VERDICT_MISSING])
		g_string_append_printf(text, " %u missing.", counts[PB_VERDICT_MISSING]);
	return g_string_free(text, FALSE);
}

static void conclude(json_t *root, const guint *counts, enum pb_verdict verdict,
		     const char *sentence)
{
	json_object_set_new(root, "counts", counts_object(counts));
	json_object_set_new(root, "verdict", json_string(pb_verdict_name(verdict)));
	json_object_set_new(root, "sentence", json_string(sentence));
}

static int check(const struct pb_environment *before, const struct pb_environment *after,
		 GError **ret_error)
{
	if (strcmp(before->evidence, after->evidence))
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "the baseline's evidence is %s and the patched one's %s: the two "
			       "are never compared; measure both in the same way",
			       before->evidence, after->evidence);
	if (strcmp(before->kind, after->kind))
		return pb_fail(
			ret_error, EINVAL, PB_EXIT_USAGE,
			"the baseline was measured in a %s environment and the patched one "
			"in a %s one: their times are of different machines; measure both in "
			"the same way",
			before->kind, after->kind);
	/* An older result does not say; that it does not stands among the differences. */
	if (before->accelerator && after->accelerator &&
	    strcmp(before->accelerator, after->accelerator) != 0)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "the baseline's time is that of a guest under %s and the patched "
			       "one's under %s: the two are never compared; measure both on one "
			       "machine",
			       before->accelerator, after->accelerator);
	return 0;
}

struct pb_compare_rules pb_compare_default_rules(bool counted)
{
	return counted ? (struct pb_compare_rules){PB_COUNTED_MIN_EFFECT, PB_COUNTED_MIN_ABSOLUTE}
		       : (struct pb_compare_rules){PB_TIMED_MIN_EFFECT, 0};
}

/* What figures of emulated devices say, by benchmark; NULL if none has any. */
static json_t *emulated_of(const struct pb_compare_inputs *in)
{
	const struct pb_result *baseline = in->baseline;
	json_t *emulated = json_object();

	for (size_t i = 0; i < baseline->benchmark_count; i++) {
		const struct pb_benchmark *one = &baseline->benchmarks[i];

		if (one->emulated_says && !strcmp(baseline->environment.kind, "guest"))
			json_object_set_new(emulated, one->name,
					    json_pack("{s:s, s:s}", "says", one->emulated_says,
						      "cannot_say", one->emulated_cannot_say));
	}
	if (json_object_size(emulated))
		return emulated;
	json_decref(emulated);
	return NULL;
}

static void add_replicate(const struct pb_compare_inputs *in, json_t *validity)
{
	enum pb_replicate replicate = pb_replicate_of(in->baseline, in->patched);
	double drift = pb_native_drift(in->baseline, in->patched);

	if (replicate == PB_REPLICATE_BOOTS)
		return;
	json_object_set_new(validity, "replicate", json_string(pb_replicate_name(replicate)));
	json_object_set_new(validity, "drift_percent", pb_number_or_null(drift * 100));
}

static void add_order(const struct pb_compare_inputs *in, json_t *validity)
{
	g_autofree char *order = pb_boot_order(in);

	if (!order)
		return;
	json_object_set_new(validity, "boot_order", json_string(order));
	json_object_set_new(validity, "paired", json_boolean(pb_boot_order_is_paired(order)));
}

int pb_compare_results(const struct pb_compare_inputs *in, json_t **ret_root, GError **ret_error)
{
	const struct pb_environment *before = &in->baseline->environment;
	const struct pb_environment *after = &in->patched->environment;
	guint counts[PB_VERDICT_MISSING + 1] = {0}, unjudged = 0;
	g_autofree char *sentence = NULL;
	int err = check(before, after, ret_error);
	json_t *rows;

	if (err)
		return err;
	rows = pb_compare_rows(in);
	count(rows, counts, &unjudged);
	sentence = sentence_of(counts, unjudged);
	*ret_root = json_object();
	json_object_set(*ret_root, "baseline", json_object_get(in->baseline->root, "environment"));
	json_object_set(*ret_root, "patched", json_object_get(in->patched->root, "environment"));
	json_object_set_new(*ret_root, "validity", validity_of(before, after));
	add_order(in, json_object_get(*ret_root, "validity"));
	add_replicate(in, json_object_get(*ret_root, "validity"));
	json_object_set_new(json_object_get(*ret_root, "validity"), PB_BENCHMARK_EMULATED,
			    emulated_of(in));
	json_object_set_new(*ret_root, "rules",
			    json_pack("{s:f, s:f}", "min_effect_percent",
				      in->rules.min_effect * 100, "min_absolute",
				      in->rules.min_absolute));
	json_object_set_new(*ret_root, "cases", rows);
	conclude(*ret_root, counts, overall(counts, unjudged), sentence);
	return 0;
}

json_t *pb_compare_nothing(const char *sentence)
{
	const guint counts[PB_VERDICT_MISSING + 1] = {0};
	json_t *root = json_pack("{s:[]}", "cases");

	conclude(root, counts, PB_VERDICT_UNCHANGED, sentence);
	return root;
}

int pb_comparison_save(json_t *root, const char *dir, GError **ret_error)
{
	return pb_write_json(dir, PB_COMPARE_FILE, root, ret_error);
}
