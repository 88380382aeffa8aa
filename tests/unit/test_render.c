/* The renderers: they say what the result says, and nothing in it can break out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "reports/error.h"
#include "reports/render/html.h"
#include "reports/render/markdown.h"
#include "reports/render/plot/plot.h"
#include "reports/render/plot/plot_choice.h"
#include "reports/render/svg.h"
#include "reports/render/terminal.h"
#include "reports/render/text.h"
#include "sample.h"

static char *dir;

static int make_dir(void **state)
{
	(void)state;
	dir = g_dir_make_tmp("pinbench-test-XXXXXX", NULL);
	return dir ? 0 : -1;
}

static int drop_dir(void **state)
{
	(void)state;
	sample_remove_dir(dir);
	g_free(dir);
	return 0;
}

/* Takes @root. */
static struct pb_result *load(json_t *root)
{
	struct pb_result *result = NULL;
	g_autoptr(GError) error = NULL;

	assert_int_equal(pb_result_save(root, dir, NULL), 0);
	json_decref(root);
	if (pb_result_load(dir, &result, &error) < 0)
		fail_msg("%s", error->message);
	return result;
}

static char *terminal_text(const struct pb_result *result, int columns)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(pb_render_terminal(result, out, columns, NULL), 0);
	fclose(out);
	return text;
}

static char *written(const char *name)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static void has(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		fail_msg("\"%s\" is not in:\n%s", wanted, text);
}

static void lacks(const char *text, const char *unwanted)
{
	if (strstr(text, unwanted))
		fail_msg("\"%s\" is in:\n%s", unwanted, text);
}

static json_t *without_ok_cases(void)
{
	json_t *root = sample_root();
	json_t *cases = json_object_get(root, "cases");

	for (int i = 0; i < 3; i++)
		json_array_remove(cases, 0);
	return root;
}

static void numbers_are_short_and_whole(void **state)
{
	static const struct {
		double value;
		const char *text;
	} numbers[] = {
		{64.1, "64.1"},
		{64.125, "64.125"},
		{0, "0"},
		{2664, "2,664"},
		{1234567, "1,234,567"},
		{-1234.5, "-1,234.5"},
		{0.0123, "0.0123"},
		{1435.24, "1,435.2"},
		{123456.7, "123,457"},
		{100, "100"},
		{999.995, "1,000"},
		{1e18, "1.0000e+18"},
		{1e-9, "1.0000e-09"},
		{(double)INFINITY, "not a number"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		g_autofree char *text = pb_text_number(numbers[i].value);

		assert_string_equal(text, numbers[i].text);
	}
}

static void escaping(void **state)
{
	g_autoptr(GString) html = g_string_new(NULL);
	g_autoptr(GString) markdown = g_string_new(NULL);
	g_autoptr(GString) plain = g_string_new(NULL);

	(void)state;
	pb_text_append_html(html, "<a href='x' b=\"y\">&\x1b");
	assert_string_equal(html->str,
			    "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;\xef\xbf\xbd");
	pb_text_append_markdown(markdown, "a|b_c*d`e[f]\n<g>\\");
	assert_string_equal(markdown->str, "a\\|b\\_c\\*d\\`e\\[f\\] &lt;g&gt;\\\\");
	pb_text_append_plain(plain, "\x1b[31m\xc2\x9b\xff \xc3\xa4");
	assert_string_equal(plain->str, "?[31m?? \xc3\xa4");
}

static void terminal_shows_the_table(void **state)
{
	g_autoptr(pb_result) result = load(sample_root());
	g_autofree char *text = terminal_text(result, 100);

	(void)state;
	has(text, "3 of 6 cases measured on Linux 6.12.117");
	has(text, "size=16m");
	has(text, "  backing  batch        pin        p99\n"
		  "                  insn/page  insn/call\n"
		  "  anon     1          2,664          8\n"
		  "  anon     512       64.125          8\n"
		  "  shmem    512         70.5          8\n");
	has(text, "2 cases: no | way <here>");
	has(text, "panic: Kernel panic");
	has(text, "| <script>alert(1)</script>");
	has(text, "| ?[31mred");
	has(text, "3 measured, 2 skipped, 1 failed");
	has(text, "counted: instructions, exact; says nothing about time");
	lacks(text, "\x1b");
}

static void terminal_fits_the_width(void **state)
{
	static const int widths[] = {36, 40, 60, 80, 200};
	g_autoptr(pb_result) result = load(sample_root());

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(widths); i++) {
		g_autofree char *text = terminal_text(result, widths[i]);
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

		has(text, "2,664");
		has(text, "64.125");
		for (size_t n = 0; lines[n]; n++)
			if (g_utf8_strlen(lines[n], -1) > widths[i])
				fail_msg("wider than %d: %s", widths[i], lines[n]);
	}
}

static void terminal_reports_a_full_output(void **state)
{
	g_autoptr(pb_result) result = load(sample_root());
	g_autoptr(GError) error = NULL;
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_true(pb_render_terminal(result, full, 80, &error) < 0);
	assert_int_equal(error->code, PB_EXIT_ENVIRONMENT);
	fclose(full);
}

static void nothing_measured_is_said_first(void **state)
{
	g_autoptr(pb_result) result = load(without_ok_cases());
	g_autofree char *text = terminal_text(result, 80);
	g_autofree char *html = NULL;

	(void)state;
	has(text, "Nothing was measured on Linux 6.12.117");
	assert_int_equal(pb_render_markdown(result, dir, NULL), 0);
	assert_int_equal(pb_render_html(result, dir, NULL), 0);
	html = written(PB_HTML_FILE);
	has(html, "<h1>Nothing was measured");
	lacks(html, "<svg");
	lacks(html, "<table");
}

static void markdown_has_the_figures(void **state)
{
	g_autoptr(pb_result) result = load(sample_root());
	g_autofree char *text = NULL;

	(void)state;
	assert_int_equal(pb_render_markdown(result, dir, NULL), 0);
	text = written(PB_MARKDOWN_FILE);
	has(text, "| 2 | anon | 512 | 64.125 | 8 (7 – 9) |");
	has(text, "Pins &lt;b&gt;memory&lt;/b&gt;.");
	has(text, "no \\| way &lt;here&gt;");
	has(text, "\n    <script>alert(1)</script>\n    ?[31mred\n");
	has(text, "<code>./run.sh run --profile quick</code>");
}

static void html_is_whole_and_escaped(void **state)
{
	g_autoptr(pb_result) result = load(sample_root());
	g_autofree char *text = NULL;

	(void)state;
	assert_int_equal(pb_render_html(result, dir, NULL), 0);
	text = written(PB_HTML_FILE);
	assert_true(g_utf8_validate(text, -1, NULL));
	has(text, "<html lang=\"en\">");
	has(text, "Pins &lt;b&gt;memory&lt;/b&gt;.");
	has(text, "&lt;script&gt;alert(1)&lt;/script&gt;");
	has(text, "./run.sh run &#39;gup/pin[backing=anon,batch=512]&#39;");
	has(text, "reading tsc costs 18 insn");
	has(text, "decade012345");
	has(text, "<svg class=\"plot\"");
	lacks(text, "<script");
	lacks(text, "<b>memory");
	lacks(text, "src=");
}

static void an_interrupted_run_says_so(void **state)
{
	json_t *root = sample_root();
	g_autoptr(pb_result) result = NULL;
	g_autofree char *text = NULL;

	(void)state;
	sample_set(root, "run.interrupted", json_true());
	result = load(root);
	text = terminal_text(result, 80);
	has(text, "Interrupted: 3 of 6 cases");
}

static void a_failed_case_without_a_crash_is_listed(void **state)
{
	json_t *root = sample_root();
	g_autoptr(pb_result) result = NULL;
	g_autofree char *text = NULL;

	(void)state;
	sample_set(root, "failures", json_array());
	result = load(root);
	text = terminal_text(result, 80);
	has(text, "case failed: it broke");
	has(text, "1 failed");
}

static void plots_are_chosen_from_the_data(void **state)
{
	g_autoptr(pb_result) result = load(sample_root());
	g_autoptr(GPtrArray) choices = pb_plot_choose(result);
	const struct pb_plot_choice *lines, *bars;

	(void)state;
	assert_int_equal(choices->len, 2);
	lines = choices->pdata[0];
	bars = choices->pdata[1];
	assert_true(lines->lines && !bars->lines);
	assert_string_equal(lines->x_label, "batch");
	assert_int_equal(lines->categories->len, 2);
	assert_string_equal(lines->categories->pdata[1], "512");
	has(lines->caption, "backing=anon, size=16m");
	assert_string_equal(bars->x_label, "backing");
	has(bars->caption, "batch=512");
	assert_true(((struct pb_plot_series *)bars->series->pdata[0])->values[1] == 70.5);
}

/* A benchmark that has a plot for itself shows more than one line, if it has been asked more. */
static void a_plot_has_a_line_for_each_value(void **state)
{
	json_t *root = sample_root(), *one;
	g_autoptr(pb_result) result = NULL;
	g_autoptr(GPtrArray) choices = NULL;
	const struct pb_plot_choice *lines;

	(void)state;
	one = json_deep_copy(sample_at(root, "cases.2"));
	json_object_set_new(one, "id", json_string("gup/pin[backing=shmem,batch=1]"));
	json_object_set_new(json_object_get(one, "params"), "batch", json_string("1"));
	json_array_append_new(sample_at(root, "cases"), one);
	result = load(root);
	choices = pb_plot_choose(result);
	lines = choices->pdata[0];
	assert_true(lines->lines);
	assert_int_equal(lines->series->len, 2);
	has(((struct pb_plot_series *)lines->series->pdata[0])->label, "backing=anon");
	has(((struct pb_plot_series *)lines->series->pdata[1])->label, "backing=shmem");
	has(lines->caption, "Held fixed: size=16m.");
}

/* Cases of one more family: each combination, the value being its place in the list. */
static void add_scaling(json_t *root)
{
	static const char *const sizes[] = {"4k", "2m"}, *const workers[] = {"1", "4", "2"},
				 *const kinds[] = {"one", "each"};

	for (guint i = 0; i < 12; i++) {
		json_t *one = json_deep_copy(sample_at(root, "cases.0"));
		json_t *metric = sample_at(one, "metrics.0");
		const char *size = sizes[i / 6], *count = workers[i / 2 % 3], *kind = kinds[i % 2];
		g_autofree char *text =
			g_strdup_printf("far/far[size=%s,count=%s,kind=%s]", size, count, kind);

		json_object_set_new(one, "id", json_string(text));
		json_object_set_new(one, "benchmark", json_string("far/far"));
		json_object_set_new(
			one, "params",
			json_pack("{s:s, s:s, s:s}", "size", size, "count", count, "kind", kind));
		json_object_set_new(metric, "name", json_string("total"));
		json_object_set_new(metric, "unit", json_string("things/us"));
		json_object_set_new(metric, "better", json_string("higher"));
		json_object_set_new(metric, "median", json_integer(i));
		json_array_append_new(sample_at(root, "cases"), one);
	}
}

static double value_at(const struct pb_plot_choice *choice, guint line, guint category)
{
	return ((const struct pb_plot_series *)choice->series->pdata[line])->values[category];
}

/* Numbers are for the axis: of two parameters with as many values, lines are of the one with names.
 */
static void a_plot_has_a_line_for_each_name(void **state)
{
	json_t *root = sample_root();
	g_autoptr(pb_result) result = NULL;
	g_autoptr(GPtrArray) choices = NULL;
	const struct pb_plot_choice *lines;

	(void)state;
	add_scaling(root);
	for (size_t i = 0; i < 6; i++)
		json_array_remove(sample_at(root, "cases"), 0);
	json_object_set_new(
		sample_at(root, "benchmarks"), "far/far",
		json_deep_copy(json_object_get(sample_at(root, "benchmarks"), "gup/pin")));
	json_array_clear(sample_at(root, "failures"));
	result = load(root);
	choices = pb_plot_choose(result);
	/* No bars over kind: each of them has its line. */
	assert_int_equal(choices->len, 1);
	lines = choices->pdata[0];
	assert_true(lines->lines);
	assert_string_equal(lines->x_label, "count");
	assert_string_equal(lines->y_label, "total, things/us");
	assert_string_equal(lines->categories->pdata[1], "2");
	assert_string_equal(lines->categories->pdata[2], "4");
	assert_int_equal(lines->series->len, 2);
	has(((struct pb_plot_series *)lines->series->pdata[0])->label, "kind=one");
	has(((struct pb_plot_series *)lines->series->pdata[1])->label, "kind=each");
	has(lines->caption, "higher is better");
	has(lines->caption, "size=4k");
	assert_true(value_at(lines, 0, 0) == 0 && value_at(lines, 0, 1) == 4);
	assert_true(value_at(lines, 1, 2) == 3);
}

static void a_plot_cannot_be_made_to_run_anything(void **state)
{
	g_autofree char *mark = g_build_filename(dir, "mark", NULL);
	g_autofree char *evil = g_strdup_printf("`touch %s`'\n\"system('touch %s')", mark, mark);
	json_t *root = sample_root();
	g_autoptr(pb_result) result = NULL;
	g_autoptr(GPtrArray) plots = NULL;

	(void)state;
	sample_set(root, "cases.0.params.backing", json_string(evil));
	sample_set(root, "cases.1.params.batch", json_string(evil));
	sample_set(root, "cases.2.metrics.0.name", json_string(evil));
	result = load(root);
	assert_int_equal(pb_plot_draw(result, &plots, NULL), 0);
	assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
}

static void missing_gnuplot_is_explained(void **state)
{
	g_autoptr(pb_result) result = load(sample_root());
	g_autofree char *path = g_strdup(g_getenv("PATH"));
	g_autoptr(GError) error = NULL;

	(void)state;
	g_setenv("PATH", dir, TRUE);
	assert_true(pb_render_html(result, dir, &error) < 0);
	g_setenv("PATH", path, TRUE);
	assert_int_equal(error->code, PB_EXIT_ENVIRONMENT);
	has(error->message, "gnuplot-nox");
}

static void svg_ids_are_unique(void **state)
{
	g_autofree char *svg = pb_svg_adapt("<?xml?><svg\n viewBox='0 0 1 1'><g id=\"canvas\">"
					    "<path id='gpPt0' stroke='rgb(  0,   0,   3)'/>"
					    "<use xlink:href='#gpPt0' fill='black'/>"
					    "<rect fill='url(#gpPat1)'/></g></svg>\n",
					    "plot7", "a & b");

	(void)state;
	assert_string_equal(svg,
			    "<svg class=\"plot\" width=\"100%\" role=\"img\" "
			    "aria-label=\"a &amp; b\"\nviewBox='0 0 1 1'><g id=\"plot7canvas\">"
			    "<path id='plot7gpPt0' style='stroke:var(--s3)'/>"
			    "<use xlink:href='#plot7gpPt0' fill='currentColor'/>"
			    "<rect fill='url(#plot7gpPat1)'/></g></svg>");
	assert_null(pb_svg_adapt("no picture", "p", "l"));
	assert_null(pb_svg_adapt("<svg cut", "p", "l"));
}

static json_t *timed_root(const char *accelerator, const char *reason)
{
	json_t *root = sample_root();

	sample_set(root, "environment.evidence", json_string(PB_EVIDENCE_TIMED));
	sample_set(root, "environment.cpu", json_string("1 x Fast"));
	if (accelerator)
		sample_set(root, "environment.accelerator", json_string(accelerator));
	if (reason)
		sample_set(root, "environment.accelerator_reason", json_string(reason));
	return root;
}

/* Whose time it is stands once in each. */
static void whose_time_it_is(void **state)
{
	static const struct {
		const char *accelerator, *reason, *line, *row;
	} all[] = {
		{"tcg", "it <hung>", "not what a processor takes. No KVM: it <hung>\n",
		 "tcg; not KVM: it &lt;hung&gt;"},
		{"kvm", NULL, "timed: time of a guest under KVM on 1 x Fast; says nothing",
		 "<dt>Accelerator</dt><dd>kvm</dd>"},
		{NULL, NULL, "timed: wall-clock time on this machine", "<dt>Emulator</dt>"},
	};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
		g_autoptr(pb_result) result = load(timed_root(all[i].accelerator, all[i].reason));
		g_autofree char *text = terminal_text(result, 400), *page = NULL;

		has(text, all[i].line);
		assert_int_equal(pb_render_html(result, dir, NULL), 0);
		page = written("report.html");
		has(page, all[i].row);
		if (!all[i].accelerator)
			lacks(page, "Accelerator");
	}
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, drop_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_short_and_whole),
		cmocka_unit_test(escaping),
		IN_DIR(terminal_shows_the_table),
		IN_DIR(terminal_fits_the_width),
		IN_DIR(terminal_reports_a_full_output),
		IN_DIR(nothing_measured_is_said_first),
		IN_DIR(markdown_has_the_figures),
		IN_DIR(html_is_whole_and_escaped),
		IN_DIR(an_interrupted_run_says_so),
		IN_DIR(whose_time_it_is),
		IN_DIR(a_failed_case_without_a_crash_is_listed),
		IN_DIR(plots_are_chosen_from_the_data),
		IN_DIR(a_plot_has_a_line_for_each_value),
		IN_DIR(a_plot_has_a_line_for_each_name),
		IN_DIR(a_plot_cannot_be_made_to_run_anything),
		IN_DIR(missing_gnuplot_is_explained),
		cmocka_unit_test(svg_ids_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
