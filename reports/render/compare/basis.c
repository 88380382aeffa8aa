/* What a comparison rests on, in full: see parts.h. */
#include <string.h>

#include "pinbench/result.h"
#include "reports/render/compare/parts.h"
#include "reports/render/compare/words.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define element pb_html_element
#define NONE	"–"

/* "2,982 → 2,990" */
static void add_bytes(GString *out, const json_t *before, const json_t *after)
{
	g_autofree char *left = json_is_number(before) ? pb_text_fact(before) : g_strdup(NONE);
	g_autofree char *right = json_is_number(after) ? pb_text_fact(after) : g_strdup(NONE);
	g_autofree char *both = g_strdup_printf("%s → %s", left, right);

	element(out, "td", both);
}

static void add_reached(GString *out, const json_t *function)
{
	static const struct {
		const char *reached;
		const char *words;
		const char *class;
	} kinds[] = {
		{"measured", "✓ inside the clock", "better"},
		{"outside", "! only while a case prepared or cleaned up", "open"},
		{"no", "✗ never", "worse"},
	};
	const char *reached = pb_compare_text_at(function, "reached");
	size_t cases = json_array_size(json_object_get(function, "reached_by"));

	g_string_append(out, "<td>");
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (strcmp(reached, kinds[i].reached))
			continue;
		g_string_append_printf(out, "<b class=\"%s\">%s</b>", kinds[i].class,
				       kinds[i].words);
		if (cases)
			g_string_append_printf(out, "<small>by %zu case%s</small>", cases,
					       cases == 1 ? "" : "s");
		g_string_append(out, "</td>");
		return;
	}
	pb_text_append_html(out, *reached ? reached : "not found out");
	g_string_append(out, "</td>");
}

static void add_function(GString *out, const json_t *function)
{
	static const struct {
		const char *how;
		const char *words;
	} kinds[] = {{"code", "other code"}, {"new", "new"}, {"gone", "gone"}};
	const char *how = pb_compare_text_at(function, "how");
	g_autofree char *where = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		how = strcmp(how, kinds[i].how) ? how : kinds[i].words;
	where = g_strdup_printf("%s, %s", pb_compare_text_at(function, "object"), how);
	g_string_append(out, "<tr><th scope=\"row\">");
	element(out, "code", pb_compare_text_at(function, "function"));
	element(out, "small", where);
	g_string_append(out, "</th>");
	add_bytes(out, json_object_get(function, "baseline_bytes"),
		  json_object_get(function, "patched_bytes"));
	add_reached(out, function);
	g_string_append(out, "</tr>\n");
}

void pb_compare_add_functions(GString *out, const struct pb_compare_page *page)
{
	const json_t *list = pb_compare_at(page->comparison, "validity", "changed_functions");
	json_int_t count =
		json_integer_value(pb_compare_at(page->comparison, "validity", "changed_count"));
	json_t *one;
	size_t i;

	if (!json_array_size(list))
		return;
	pb_html_heading(out, "functions", "Changed functions");
	g_string_append(out, "<table class=\"plain\"><thead><tr><th scope=\"col\">function</th>"
			     "<th scope=\"col\">bytes</th>"
			     "<th scope=\"col\">executed</th></tr></thead><tbody>\n");
	json_array_foreach (list, i, one)
		add_function(out, one);
	g_string_append(out, "</tbody></table>\n");
	if ((size_t)count > json_array_size(list))
		g_string_append_printf(out, "<p class=\"muted\">The first %zu of %d.</p>\n",
				       json_array_size(list), (int)count);
}

/* A line of two cells, or of one if both sides say the same. */
static void add_line(GString *out, const char *name, const json_t *before, const json_t *after)
{
	g_autofree char *left = before ? pb_text_fact(before) : g_strdup("unknown");
	g_autofree char *right = after ? pb_text_fact(after) : g_strdup("unknown");
	g_autofree char *left_short = pb_text_short_value(left);
	g_autofree char *right_short = pb_text_short_value(right);

	if (!before && !after)
		return;
	g_string_append(out, "<tr>");
	element(out, "th scope=\"row\"", name);
	if (strcmp(left, right)) {
		element(out, "td", left_short);
		element(out, "td", right_short);
	} else {
		element(out, "td colspan=\"2\"", left_short);
	}
	g_string_append(out, "</tr>\n");
}

static void add_config(GString *out, const struct pb_comparison *c)
{
	const json_t *list = pb_compare_at(c, "validity", "config_differences");
	size_t count = json_array_size(list);
	json_t *one;
	size_t i;

	if (!count)
		return;
	g_string_append_printf(
		out,
		"<details class=\"fold\"><summary>%zu option%s of the configurations "
		"differ%s</summary>\n<table class=\"plain\"><thead><tr>"
		"<th scope=\"col\">option</th><th scope=\"col\">baseline</th>"
		"<th scope=\"col\">patched</th></tr></thead><tbody>\n",
		count, count == 1 ? "" : "s", count == 1 ? "s" : "");
	json_array_foreach (list, i, one) {
		g_string_append(out, "<tr><th scope=\"row\">");
		element(out, "code", pb_compare_text_at(one, "option"));
		g_string_append(out, "</th>");
		element(out, "td", pb_compare_text_at(one, "baseline"));
		element(out, "td", pb_compare_text_at(one, "patched"));
		g_string_append(out, "</tr>\n");
	}
	g_string_append(out, "</tbody></table></details>\n");
}

void pb_compare_add_kernels(GString *out, const struct pb_compare_page *page)
{
	static const struct {
		const char *name;
		const char *outer; /* an object of the environment, or NULL */
		const char *key;
	} lines[] = {
		{"spec", "kernel", "spec"},
		{"release", "kernel", "release"},
		{"source", "kernel", "origin"},
		{".text, SHA-256", "kernel", "text_sha256"},
		{"configuration, SHA-256", "kernel", "config_sha256"},
		{"boots", NULL, "boots"},
		{"machine", "machine", "name"},
		{"its definition, SHA-256", "machine", "sha256"},
		{"processor", NULL, "cpu"},
		{"memory", NULL, "memory"},
		{"emulator", NULL, "emulator"},
		{"accelerator", NULL, "accelerator"},
		{"toolchain", NULL, "toolchain"},
	};
	const json_t *before = pb_compare_at(page->comparison, "baseline", NULL);
	const json_t *after = pb_compare_at(page->comparison, "patched", NULL);

	if (!before && !after)
		return;
	pb_html_heading(out, "kernels", "Both kernels");
	g_string_append(out, "<table class=\"plain sides\"><thead><tr><th scope=\"col\">Linux</th>"
			     "<th scope=\"col\">baseline</th><th scope=\"col\">patched</th></tr>"
			     "</thead><tbody>\n");
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		const char *outer = lines[i].outer, *key = lines[i].key;

		add_line(out, lines[i].name,
			 json_object_get(outer ? json_object_get(before, outer) : before, key),
			 json_object_get(outer ? json_object_get(after, outer) : after, key));
	}
	g_string_append(out, "</tbody></table>\n");
	add_config(out, page->comparison);
}

static void add_counted_method(GString *out, const char *least, const char *absolute)
{
	g_autofree char *rule = g_strdup_printf(
		"A delta of at least %s%% of the baseline and at least %s of the metric's unit is "
		"a "
		"regression or an improvement. A smaller one is unchanged, and listed with its "
		"figure. No chance is involved, so there is neither an interval nor a test: equal "
		"kernels give equal figures, which the control shows.",
		least, absolute);

	element(out, "p",
		"A figure is the number of instructions executed between two readings of the "
		"clock, "
		"right before and right after the measured call, in a guest whose clock advances "
		"by "
		"executed instructions alone.");
	element(out, "p", rule);
	element(out, "p",
		"This is path length, not time. A locked instruction or a cache miss counts as "
		"one; "
		"there is one processor, so contention and IPIs do not occur. It says which path "
		"got "
		"longer and by how much, not what that costs on a machine.");
}

static void add_timed_method(GString *out, const char *least)
{
	g_autofree char *rule = g_strdup_printf(
		"A regression or an improvement needs all of: q below 0.05 (exact sign-flip test "
		"over the pairs, Benjamini and Hochberg over all primary metrics), a 95%% interval "
		"that excludes 0, and an effect larger than both %s%% and the floor, which is what "
		"the baseline showed against itself. Unchanged needs the 90%% interval to lie "
		"within "
		"±%s%%. What is neither is inconclusive: it is no verdict of \"unchanged\".",
		least, least);

	element(out, "p",
		"The boot is the replicate: samples of one boot are not independent and are never "
		"pooled. Boots of the two kernels are paired in the order in which they ran. The "
		"effect is the mean ratio over the pairs, so it need not be the ratio of the two "
		"medians beside it.");
	element(out, "p", rule);
	element(out, "p",
		"It says nothing finer than the threshold of each row, nothing about another "
		"machine, and not why: where code and data happen to lie moves a time, too.");
}

/* A page that says why it has no figures. */
static void add_nothing_measured(GString *out)
{
	pb_html_heading(out, "method", "Why there are no figures");
	element(out, "p",
		"No benchmark was run, for the reason above. Before it measures, pinbench compares "
		"the two Linux kernels as they were built. Where they are the same bytes there is "
		"nothing to find: any figure that differed would be an error of the measurement.");
}

void pb_compare_add_method(GString *out, const struct pb_compare_page *page)
{
	const json_t *rules = pb_compare_at(page->comparison, "rules", NULL);
	g_autofree char *least =
		pb_text_number(json_number_value(json_object_get(rules, "min_effect_percent")));
	g_autofree char *absolute =
		pb_text_number(json_number_value(json_object_get(rules, "min_absolute")));

	if (!page->comparison->row_count) {
		add_nothing_measured(out);
		return;
	}
	if (!rules)
		return;
	pb_html_heading(out, "method", "How verdicts are made, and what they cannot say");
	if (page->timed)
		add_timed_method(out, least);
	else
		add_counted_method(out, least, absolute);
	element(out, "p",
		"Counted and timed evidence are never compared with each other. A metric that only "
		"one side has is missing.");
}

void pb_compare_add_again(GString *out, const struct pb_compare_page *page)
{
	const char *command =
		pb_compare_text_at(pb_compare_at(page->comparison, "run", NULL), "command");

	if (!*command)
		return;
	pb_html_heading(out, "again", "Reproduce");
	element(out, "p", "The whole comparison; each case that moved has its own command above.");
	element(out, "pre", command);
}

void pb_compare_add_file_list(GString *out, const char *dir, const struct pb_compare_file *files,
			      size_t count)
{
	pb_html_heading(out, "data", "Raw data");
	g_string_append(out, "<ul>\n");
	for (size_t i = 0; i < count; i++) {
		g_autofree char *path = g_build_filename(dir, files[i].path, NULL);

		/* Two results compared where they lie are not beside the page. */
		if (i && !g_file_test(path, G_FILE_TEST_EXISTS))
			continue;
		g_string_append_printf(out, "<li><a href=\"%s\">%s</a>: %s</li>\n", files[i].path,
				       files[i].path, files[i].what);
	}
	g_string_append(out, "</ul>\n");
}

void pb_compare_add_files(GString *out, const struct pb_compare_page *page)
{
	static const struct pb_compare_file files[] = {
		{PB_COMPARE_FILE, "this comparison"},
		{"baseline/" PB_RESULT_FILE, "the baseline's result, with its samples"},
		{"patched/" PB_RESULT_FILE, "the patched side's"},
		{"control/" PB_RESULT_FILE, "the control's"},
	};

	pb_compare_add_file_list(out, page->dir, files, G_N_ELEMENTS(files));
}
