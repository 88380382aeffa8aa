/* Profiles of samples: what they can say, and that all that shows them says that they are samples.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lab/compare/compare.h"
#include "reports/compare/functions.h"
#include "reports/error.h"
#include "reports/profile/samples.h"
#include "reports/render/html.h"
#include "reports/render/markdown.h"
#include "reports/render/profile/callgrind.h"
#include "reports/render/profile/flame.h"
#include "reports/render/profile/folded.h"
#include "reports/render/profile/table.h"
#include "reports/render/terminal.h"
#include "tests/unit/profile_sample.h"
#include "tests/unit/rendered.h"
#include "tests/unit/sample.h"

/* clang-format off */
#define SAMPLED(kernel, event, unit, samples, functions, nodes, outside)                           \
	"{'schema':'pinbench-profile/1','id':'gup/pin[page=4k]','kernel':'" kernel "',"            \
	"'release':'6.12.1','repetitions':30,'model':null,'unit':'samples','sampling':"            \
	"{'event':'" event "','period':200000,'period_unit':'" unit "','wanted':500},"             \
	"'events':['samples'],'regions':[{'metric':'measured','samples':" samples ","              \
	"'functions':[" functions "],'nodes':[" nodes "]},{'metric':'outside','samples':" outside  \
	",'functions':[{'name':'main','file':'','where':'user','self':[" outside "],"              \
	"'inclusive':[" outside "]}],'nodes':[{'function':0,'parent':-1,'self':[" outside "]}]}]}"
#define FUNC(name, where, self, inclusive)                                                         \
	"{'name':'" name "','file':'','where':'" where "','self':[" self "],'inclusive':[" inclusive "]}"
#define PLACE(function, parent, self)                                                              \
	"{'function':" function ",'parent':" parent ",'self':[" self "]}"

static const char before_text[] = SAMPLED("old", "cpu-clock", "ns", "400",
	FUNC("walk", "kernel", "200", "300") "," FUNC("copy", "kernel", "100", "100") ","
	FUNC("measure_one", "user", "60", "400") "," FUNC("[unknown code]", "", "40", "40"),
	PLACE("2", "-1", "60") "," PLACE("0", "0", "200") "," PLACE("1", "1", "100") ","
	PLACE("3", "0", "40"), "1200");
/* walk() from 50 % to 51 %, which is chance; copy() from 25 % to 40 %, which is none. */
static const char after_text[] = SAMPLED("new", "cpu-clock", "ns", "1000",
	FUNC("walk", "kernel", "510", "910") "," FUNC("copy", "kernel", "400", "400") ","
	FUNC("measure_one", "user", "80", "1000") "," FUNC("[unknown code]", "", "10", "10"),
	PLACE("2", "-1", "80") "," PLACE("0", "0", "510") "," PLACE("1", "1", "400") ","
	PLACE("3", "0", "10"), "1000");
/* clang-format on */

static struct pb_profile *profile(const char *text)
{
	return profile_of(parse(text));
}

static void chance(void **state)
{
	assert_true(fabs(pb_samples_error(100, 400) - 2.165) < 0.001);
	assert_true(pb_samples_error(0, 0) == 0);
	assert_true(pb_samples_error(400, 400) == 0);
	/* Few of many: the square root of their number. */
	assert_true(fabs(pb_samples_error(25, 100000) - 0.005) < 0.0001);
	assert_false(pb_samples_differ(200, 400, 510, 1000));
	assert_true(pb_samples_differ(100, 400, 400, 1000));
	assert_false(pb_samples_differ(0, 500, 3, 500));
	assert_false(pb_samples_differ(1, 1, 0, 0));
	/* The same either way round. */
	assert_true(pb_samples_differ(400, 1000, 100, 400));
}

/* Two draws from one population: with as many functions as a profile has, none may differ. */
static void chance_alone_is_no_difference(void **state)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(1);
	guint found = 0;

	for (int function = 0; function < 2000; function++) {
		double share = g_rand_double_range(random, 0.002, 0.5);
		guint64 counts[2] = {0, 0};

		for (int side = 0; side < 2; side++)
			for (int i = 0; i < 500; i++)
				counts[side] += g_rand_double(random) < share;
		found += pb_samples_differ(counts[0], 500, counts[1], 500);
	}
	assert_true(found <= 1);
}

static void no_instruction(const char *text)
{
	if (strstr(text, "insn") || strstr(text, "nstruction"))
		fail_msg("samples are no instructions:\n%s", text);
}

static void a_flame_graph_of_samples(void **state)
{
	g_autoptr(pb_profile) one = profile(before_text);
	g_autofree char *svg = pb_render_flame(one, one->regions->pdata[0]);
	g_autofree char *outside = pb_render_flame(one, one->regions->pdata[1]);

	has(svg, "400 samples of the measured calls, 25.0% of 1600; one each 200000 ns of "
		 "cpu-clock; fewer than the 500 wanted");
	has(svg, "walk: self 200 samples (50.0% ±2.5%), with what it calls 300 samples "
		 "(75.0% ±2.2%)");
	has(svg, "unknown code");
	no_instruction(svg);
	has(outside, "1200 samples outside the measured calls, 75.0% of 1600");
	no_instruction(outside);
}

static void cycles_are_named(void **state)
{
	static const char text[] = SAMPLED("old", "cycles", "cycles", "1",
					   FUNC("a", "user", "1", "1"), PLACE("0", "-1", "1"), "0");
	g_autoptr(pb_profile) one = profile(text);
	g_autofree char *svg = pb_render_flame(one, one->regions->pdata[0]);

	has(svg, "one each 200000 cycles;");
}

static void the_other_files(void **state)
{
	g_autoptr(pb_profile) one = profile(before_text);
	const struct pb_profile_region *region = one->regions->pdata[0];
	g_autofree char *folded = pb_render_folded(region);
	g_autofree char *callgrind = pb_render_callgrind(one, region);
	g_autofree char *table = pb_render_profile_text(one, region, 2);

	assert_string_equal(folded, "measure_one 60\nmeasure_one;walk 200\n"
				    "measure_one;walk;copy 100\nmeasure_one;[unknown_code] 40\n");
	has(callgrind, "events: samples\n");
	has(callgrind, "totals: 400\n");
	assert_string_equal(table,
			    "      self         share  inclusive  function, in samples of the "
			    "measured calls\n"
			    "       200   50.0% ±2.5%        300  walk\n"
			    "       100   25.0% ±2.2%        100  copy\n"
			    "       100   25.0% ±2.2%             2 more functions: 100 samples\n"
			    "       400                           samples in total\n");
}

/* Of the box with this tooltip. */
static void check_class(const char *svg, const char *function, const char *class)
{
	g_autofree char *tooltip = g_strdup_printf("<title>%s: self", function);
	g_autofree char *wanted = g_strdup_printf("<rect class=\"%s\"", class);
	const char *at = strstr(svg, tooltip);

	assert_non_null(at);
	at = strstr(at, "<rect");
	assert_non_null(at);
	if (!g_str_has_prefix(at, wanted))
		fail_msg("%s is no %.60s", class, at);
}

static void a_difference_of_samples(void **state)
{
	g_autoptr(pb_profile) before = profile(before_text), after = profile(after_text);
	g_autofree char *svg = pb_render_flame_diff(before, before->regions->pdata[0], after,
						    after->regions->pdata[0]);

	has(svg, "shares of 400 → 1000 samples of the measured calls; a share is no time");
	has(svg, "copy: self 25 → 40 % of samples (+15, noise ±");
	has(svg, "walk: self 50 → 51 % of samples (+1, noise ±");
	has(svg, "most: copy +15");
	has(svg, "within the noise");
	/* What chance makes has the colour of what did not change. */
	check_class(svg, "walk", "whole");
	check_class(svg, "measure_one", "whole");
	check_class(svg, "copy", "more3");
	no_instruction(svg);
	assert_null(strstr(svg, "walk +1"));
}

static void nothing_but_noise(void **state)
{
	g_autoptr(pb_profile) one = profile(before_text);
	g_autofree char *svg =
		pb_render_flame_diff(one, one->regions->pdata[0], one, one->regions->pdata[0]);
	json_t *found = pb_compare_samples(one, one);

	has(svg, "no share differs by more than the samples&#39; noise");
	assert_null(strstr(svg, "self: -0"));
	assert_int_equal(json_integer_value(json_object_get(found, "function_count")), 0);
	assert_string_equal(json_string_value(json_object_get(found, "sentence")),
			    "samples: no function's share differs by more than their noise; 400 "
			    "and 400 samples");
	json_decref(found);
}

static void only_what_is_no_noise_is_listed(void **state)
{
	g_autoptr(pb_profile) before = profile(before_text), after = profile(after_text);
	json_t *found = pb_compare_samples(before, after);
	const char *sentence = json_string_value(json_object_get(found, "sentence"));

	/*
	 * copy(), and unknown code from 10 to 1 %. Not walk(), nor measure_one() from 15 to 8 %,
	 * which is not quite four errors.
	 */
	assert_int_equal(json_integer_value(json_object_get(found, "function_count")), 2);
	assert_string_equal(json_string_value(sample_at(found, "functions.0.name")), "copy");
	assert_true(json_real_value(sample_at(found, "functions.0.self_delta")) == 15);
	has(sentence, "samples: copy 25.0% → 40.0% (noise ±");
	has(sentence, "; 400 and 1000 samples");
	assert_null(strstr(sentence, "walk"));
	json_decref(found);
}

static void other_events_are_not_compared(void **state)
{
	static const char cycles[] =
		SAMPLED("old", "cycles", "cycles", "1", FUNC("a", "user", "1", "1"),
			PLACE("0", "-1", "1"), "0");
	g_autoptr(pb_profile) before = profile(before_text), after = profile(cycles);

	assert_null(pb_compare_samples(before, after));
}

static void put(void **state, const char *folder, const char *text)
{
	json_t *root = parse(text);
	g_autofree char *name = g_strconcat(folder, "/profile/a/" PB_PROFILE_FILE, NULL);
	g_autofree char *plain = json_dumps(root, 0);

	g_free(scratch_write(state, name, plain));
	json_decref(root);
}

/* A timed result, one case of which has a profile. */
static struct pb_result *result(void **state, const char *folder, const char *text)
{
	json_t *root = sample_root();

	sample_set(root, "environment.evidence", json_string("timed"));
	sample_set(root, "environment.kind", json_string("native"));
	sample_set(root, "cases.0.profile", json_string("profile/a"));
	put(state, folder, text);
	return sample_load(state, folder, root);
}

static void reports_of_a_run(void **state)
{
	g_autoptr(pb_result) one = result(state, "r", before_text);
	g_autofree char *out = scratch_path(state, "r"), *html = NULL, *markdown = NULL;
	char *terminal = NULL;
	size_t size;
	FILE *file = open_memstream(&terminal, &size);

	assert_int_equal(pb_render_terminal(one, file, 100, NULL), 0);
	fclose(file);
	assert_int_equal(pb_render_html(one, out, NULL), 0);
	assert_int_equal(pb_render_markdown(one, out, NULL), 0);
	html = written(state, "r/" PB_HTML_FILE);
	markdown = written(state, "r/" PB_MARKDOWN_FILE);
	has(terminal, "\nWhere the samples are\n");
	has(terminal, "walk 50.0%, copy 25.0%");
	has(html, ">Where the samples are</h2>");
	has(html, "samples that perf took");
	has(html, "400 samples of the measured calls, 25.0% of 1600");
	has(html, "<td class=\"num\">50.0% ±2.5%</td>");
	has(html, "1200 samples outside the measured calls");
	has(html, "aria-label=\"Flame graph of the samples of gup/pin[page=4k]");
	has(markdown, "## Where the samples are");
	has(markdown, "400 samples of the measured calls");
	assert_null(strstr(html, "Where the instructions are"));
	assert_null(strstr(html, "Flame graph of the instructions"));
	assert_null(strstr(markdown, "empty calls"));
	free(terminal);
}

/* Two results are compared, and nothing is measured. */
static void compared_from_two_directories(void **state)
{
	g_autoptr(pb_result) before = result(state, "a", before_text);
	g_autoptr(pb_result) after = result(state, "b", after_text);
	g_autofree char *a = scratch_path(state, "a"), *b = scratch_path(state, "b");
	g_autofree char *out = scratch_path(state, "out"), *html = NULL, *text = NULL, *svg = NULL;
	const struct pb_compare_options options = {
		.run = {.out = out, .evidence = PB_EVIDENCE_TIMED},
		.baseline = a,
		.patched = b,
		.command = "x",
		.min_effect = -1,
	};
	g_autoptr(pb_comparison) comparison = NULL;
	g_autoptr(GError) error = NULL;
	gboolean saved = FALSE;

	pb_compare(&options, NULL, &saved, &error);
	if (!saved)
		fail_msg("%s", error ? error->message : "nothing was saved");
	assert_int_equal(pb_comparison_load(out, &comparison, NULL), 0);
	html = written(state, "out/report.html");
	text = written(state, "out/report.txt");
	svg = written_xml(state, "out/profile/a-measured.svg");
	has(svg, "samples");
	has(html, "copy 25.0% → 40.0% (noise ±");
	has(html, "f0-");
	has(html, "Flame graph of what changed");
	has(text, "\nSamples:\n");
	has(text, "samples: copy 25.0% → 40.0%");
	/* Shares of samples are no cause that was found. */
	assert_null(strstr(text, "where:"));
	assert_null(strstr(html, "<b>where:</b>"));
	assert_null(strstr(html, "calls before"));
}

static void one_profile_alone_is_not_compared(void **state)
{
	g_autoptr(pb_result) before = result(state, "a", before_text);
	json_t *root = sample_root();
	g_autoptr(pb_result) after = NULL;
	g_autofree char *a = scratch_path(state, "a"), *b = scratch_path(state, "b");
	g_autofree char *out = scratch_path(state, "out"), *text = NULL;
	const struct pb_compare_options options = {
		.run = {.out = out, .evidence = PB_EVIDENCE_TIMED},
		.baseline = a,
		.patched = b,
		.command = "x",
		.min_effect = -1,
	};
	gboolean saved = FALSE;

	sample_set(root, "environment.evidence", json_string("timed"));
	sample_set(root, "environment.kind", json_string("native"));
	after = sample_load(state, "b", root);
	pb_compare(&options, NULL, &saved, NULL);
	assert_true(saved);
	text = written(state, "out/report.txt");
	assert_null(strstr(text, "amples"));
}

/* A profile that is damaged, or says that it is something else. */
static const struct {
	const char *path, *value, *words;
} damages[] = {
	{"unit", "'seconds'", "this pinbench knows samples"},
	{"unit", "3", "expected a string"},
	{"unit", NULL, "the first must be \"insns\""},
	{"sampling", NULL, "sampling"},
	{"sampling.event", "3", "event"},
	{"sampling.period", "-1", "period"},
	{"events.0", "'insns'", "the first must be \"samples\""},
	{"regions.0.samples", "3", "sum to 400 samples of their own, and samples is 3"},
	{"regions.0.functions.0.self", "[]", "has 0 numbers"},
	{"regions.0.nodes.1.parent", "7", "a node before this one"},
};

static void damaged_profiles(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(damages); i++) {
		json_t *root = parse(before_text);
		g_autoptr(GError) error = NULL;
		struct pb_profile *none = NULL;

		sample_set(root, damages[i].path,
			   damages[i].value ? parse(damages[i].value) : NULL);
		assert_int_not_equal(pb_profile_read(root, "x.json", &none, &error), 0);
		scratch_check_error(error, PB_EXIT_USAGE,
				    (const char *const[]){damages[i].words, NULL});
		assert_null(none);
		json_decref(root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chance),
		cmocka_unit_test(chance_alone_is_no_difference),
		cmocka_unit_test(a_flame_graph_of_samples),
		cmocka_unit_test(cycles_are_named),
		cmocka_unit_test(the_other_files),
		cmocka_unit_test(a_difference_of_samples),
		cmocka_unit_test(nothing_but_noise),
		cmocka_unit_test(only_what_is_no_noise_is_listed),
		cmocka_unit_test(other_events_are_not_compared),
		IN_SCRATCH(reports_of_a_run),
		IN_SCRATCH(compared_from_two_directories),
		IN_SCRATCH(one_profile_alone_is_not_compared),
		cmocka_unit_test(damaged_profiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
