/* The cross-release table: what its rows are made of, and that it says what they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/render/compare/markdown.h"
#include "reports/render/history/release/markdown.h"
#include "reports/history/rows.h"
#include "reports/render/history/release/text.h"
#include "reports/render/markdown.h"
#include "tests/unit/rendered.h"
#include "tests/unit/sample.h"

#define KERNELS 3
#define FIRST	"cases.0.metrics.0."

static const char *const names[KERNELS] = {"6.1", "6.12", "6.18"};

static void set_figure(json_t *root, double value)
{
	sample_set(root, FIRST "boots", json_pack("[[f]]", value));
	sample_set(root, FIRST "median", json_real(value));
	sample_set(root, FIRST "min", json_real(value));
	sample_set(root, FIRST "max", json_real(value));
}

/* The sample as of another kernel, where its first case takes @value. */
static json_t *result_of(guint kernel, double value)
{
	g_autofree char *release = g_strconcat(names[kernel], ".1", NULL);
	json_t *root = sample_root();

	sample_set(root, "environment.kernel.spec", json_string(names[kernel]));
	sample_set(root, "environment.kernel.release", json_string(release));
	set_figure(root, value);
	return root;
}

/* Takes @roots; NULL: that kernel could not be measured. */
static json_t *rows_of(void **state, json_t *roots[KERNELS])
{
	g_autoptr(pb_store) store = NULL;
	const char *directories[KERNELS] = {NULL};
	struct pb_store_added added;
	json_t *members = NULL;

	assert_int_equal(pb_store_open(":memory:", PB_STORE_WRITE, &store, NULL), 0);
	for (guint i = 0; i < KERNELS; i++) {
		if (!roots[i])
			continue;
		directories[i] = scratch_path(state, names[i]);
		pb_result_free(sample_load(state, names[i], roots[i]));
		assert_int_equal(pb_store_add(store, directories[i], NULL, &added, NULL), 0);
	}
	assert_int_equal(pb_release_rows(store, directories, KERNELS, &members, NULL), 0);
	for (guint i = 0; i < KERNELS; i++)
		g_free((char *)directories[i]);
	return members;
}

static void assert_number(json_t *members, const char *path, double value)
{
	assert_float_equal(json_number_value(sample_at(members, path)), value, 1e-6);
}

static void test_rows(void **state)
{
	json_t *roots[KERNELS] = {result_of(0, 100), result_of(1, 150), result_of(2, 149.9)};
	json_t *members = rows_of(state, roots);

	/* Primary figures of cases that were measured. */
	assert_int_equal(json_array_size(sample_at(members, "rows")), 3);
	assert_string_equal(json_string_value(sample_at(members, "rows.0.params.backing")), "anon");
	assert_number(members, "rows.0.cells.0.value", 100);
	assert_null(sample_at(members, "rows.0.cells.0.against"));
	assert_number(members, "rows.0.cells.1.change_percent", 50);
	assert_true(json_is_true(sample_at(members, "rows.0.cells.1.matters")));
	assert_true(json_is_true(sample_at(members, "rows.0.cells.1.worse")));
	assert_number(members, "rows.0.cells.2.against", 1);
	/* Less than half an instruction. */
	assert_false(json_is_true(sample_at(members, "rows.0.cells.2.matters")));
	/* Cases that no kernel has a figure of. */
	assert_int_equal(json_array_size(sample_at(members, "gaps")), 3);
	assert_string_equal(json_string_value(sample_at(members, "gaps.1.cells.0.reason")),
			    "no | way <here>");
	json_decref(members);
}

/* A kernel that was not measured, and one that lacks an interface, are jumped over. */
static void test_holes(void **state)
{
	json_t *roots[KERNELS] = {result_of(0, 100), NULL, result_of(2, 90)};
	json_t *members = rows_of(state, roots), *skips;

	assert_true(json_is_null(sample_at(members, "rows.0.cells.1")));
	assert_number(members, "rows.0.cells.2.against", 0);
	assert_number(members, "rows.0.cells.2.change_percent", -10);
	assert_false(json_is_true(sample_at(members, "rows.0.cells.2.worse")));
	json_decref(members);
	skips = result_of(0, 1);
	sample_set(skips, "cases.0.outcome", json_string("skip"));
	sample_set(skips, "cases.0.reason", json_string("no such call"));
	sample_set(skips, "cases.0.metrics", json_array());
	roots[0] = skips;
	roots[1] = result_of(1, 100);
	roots[2] = result_of(2, 100);
	members = rows_of(state, roots);
	assert_string_equal(json_string_value(sample_at(members, "rows.0.cells.0.reason")),
			    "no such call");
	assert_null(sample_at(members, "rows.0.cells.1.against"));
	assert_number(members, "rows.0.cells.2.change_percent", 0);
	json_decref(members);
}

/* No change is told between kernels that were built with other options. */
static void test_unlike(void **state)
{
	json_t *roots[KERNELS] = {result_of(0, 100), result_of(1, 200), result_of(2, 300)};
	json_t *members;

	sample_set(roots[1], "environment.kernel.options.CONFIG_KASAN", json_string("y"));
	members = rows_of(state, roots);
	assert_int_equal(json_array_size(sample_at(members, "rows")), 3);
	for (guint i = 1; i < KERNELS; i++) {
		const json_t *cell = json_array_get(sample_at(members, "rows.0.cells"), i);

		assert_true(json_is_true(json_object_get(cell, "unlike")));
		assert_null(json_object_get(cell, "change_percent"));
	}
	json_decref(members);
}

/* What was measured with changed, too. */
static void test_unclear(void **state)
{
	json_t *roots[KERNELS] = {result_of(0, 100), result_of(1, 200), result_of(2, 200)};
	json_t *members;

	sample_set(roots[1], "environment.toolchain", json_string("gcc 15"));
	members = rows_of(state, roots);
	assert_true(json_is_true(sample_at(members, "rows.0.cells.1.unclear")));
	json_decref(members);
}

/* clang-format off */
#define CELL(value, percent, matters, worse) \
	"{'value':" value ",'against':0,'change_percent':" percent ",'matters':" matters \
	",'worse':" worse ",'unclear':false}"
#define SKIP(reason) "{'outcome':'skip','reason':'" reason "'}"
#define ROW(page, benchmark, cells) \
	"{'case':'" benchmark "[page=" page ",batch=1]','benchmark':'" benchmark "','params':{'page':'" \
	page "','batch':'1'},'metric':'pin','unit':'insn/page','better':'lower','primary':true," \
	"'cells':[" cells "]}"
#define KERNEL(name, outcome, reason, measured) \
	"{'spec':'" name "','name':'" name "','release':'" name ".9','directory':'" name "'," \
	"'outcome':'" outcome "','reason':" reason ",'measured':" measured ",'added':true}"

static const char sample_release[] =
	"{'schema':'pinbench-release/1','kernels':["
	KERNEL("6.1", "ok", "null", "true") "," KERNEL("6.12", "ok", "null", "true") ","
	KERNEL("7.1", "fail", "'it does not <boot>\\nat | all'", "false") ","
	KERNEL("7.2", "fail", "'1 of 5 cases failed'", "true") "],'rows':["
	ROW("4k", "gup/pin", "{'value':100}," CELL("100", "0", "false", "false") ",null,"
	    CELL("150.5", "50.5", "true", "true")) ","
	ROW("2m", "gup/pin", "{'value':1000}," CELL("700", "-30", "true", "false") ",null,"
	    CELL("700.1", "0.0143", "false", "true")) ","
	ROW("4k", "dma/map", "{'value':5}," CELL("5", "0", "false", "false") ",null,"
	    CELL("5", "0", "false", "false")) ","
	ROW("4k", "gup/new", SKIP("no such call") ",{'value':7},null,"
	    "{'outcome':'fail','reason':'it panicked'}") ","
	ROW("4k", "gup/was", "{'value':7},{'value':9,'unlike':true},null,"
	    "{'value':18,'against':1,'change_percent':100,'matters':true,'worse':true,'unclear':true}")
	"],'gaps':[{'case':'p2p/a[b=c]','cells':[" SKIP("no device") "," SKIP("no device") ",null,null]},"
	"{'case':'p2p/b[b=c]','cells':[" SKIP("no device") ",null,null,null]}]}";
/* clang-format on */

static void longest_line(const char *text, size_t most)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++) {
		if (g_utf8_strlen(*line, -1) > (glong)most)
			fail_msg("longer than %zu: %s", most, *line);
	}
}

static void test_text(void **state)
{
	json_t *root = parse(sample_release);
	g_autofree char *text = pb_render_release_text(root, PB_RELEASE_COLUMNS);

	has(text,
	    "3 of 4 kernels measured: 2 of 5 figures moved from one kernel to the next, 1 for "
	    "the");
	in_order(text, (const char *[]){"7.1.9: FAILED", "it does not <boot>", "at | all",
					"7.2.9: measured, not whole", "Moved most", "+50.5%!",
					"6.1 to 7.2: pin, 100 -> 150.5 insn/page",
					"gup/pin[page=4k,batch=1]", "-30.0%*", "gup/pin: pin",
					"  batch=1\n", "page=4k", "+50.5%!", "page=2m", "-30.0%*",
					"+0.01%\n", NULL});
	/* What moved is above what did not. */
	in_order(text, (const char *[]){"\ngup/pin: pin", "\ndma/map: pin", NULL});
	has(text, "n/c");
	has(text, "+100%?");
	in_order(text, (const char *[]){"-[1]", "FAIL[2]", "[1] no such call", "[2] it panicked",
					"2 cases: no device", "p2p/a[b=c]", NULL});
	longest_line(text, PB_RELEASE_COLUMNS);
	json_decref(root);
}

/* Kernels that have no room beside each other come below each other. */
static void test_narrow(void **state)
{
	json_t *root = parse(sample_release);
	g_autofree char *text = pb_render_release_text(root, 40);

	longest_line(text, 60);
	in_order(text, (const char *[]){"\ngup/pin: pin", "6.1", "6.12", "\n", "7.2", "+50.5%!",
					"\ndma/map", NULL});
	json_decref(root);
}

static void test_markdown(void **state)
{
	json_t *root = parse(sample_release);
	g_autofree char *text = NULL;

	assert_int_equal(pb_render_release_markdown(root, *state, NULL), 0);
	text = written(state, PB_MARKDOWN_FILE);
	in_order(text,
		 (const char *[]){"### 3 of 4 kernels", "6.1.9", "FAILED", "Moved most", "50.5%",
				  "All 5 figures", "gup/pin: pin", "no device", NULL});
	lacks(text, "<boot>");
	json_decref(root);
}

/* Nothing in a text gets out of its place, and a comment stays short enough. */
static void test_evil(void **state)
{
	json_t *root = parse(sample_release), *rows = json_object_get(root, "rows");
	g_autofree char *text = NULL, *markdown = NULL;

	sample_set(root, "kernels.0.spec", json_string(EVIL));
	sample_set(root, "kernels.0.name", json_string(EVIL));
	sample_set(root, "kernels.2.reason", json_string(EVIL));
	sample_set(root, "rows.0.case", json_string(EVIL));
	sample_set(root, "rows.0.params", json_pack("{s:s}", "page", EVIL));
	sample_set(root, "rows.3.cells.0.reason", json_string(EVIL));
	sample_set(root, "gaps.0.cells.1.reason", json_string(EVIL));
	for (guint i = 0; i < 3000; i++)
		json_array_append_new(rows, json_deep_copy(json_array_get(rows, 1)));
	text = pb_render_release_text(root, PB_RELEASE_COLUMNS);
	lacks(text, "\x1b");
	lacks(text, "\x01");
	assert_int_equal(pb_render_release_markdown(root, *state, NULL), 0);
	markdown = written(state, PB_MARKDOWN_FILE);
	lacks(markdown, "<script>");
	assert_true(strlen(markdown) < PB_COMMENT_MAX_BYTES);
	has(markdown, "more do not fit here");
	json_decref(root);
}

/* A file that was cut or written by another program is shown as far as it goes. */
static void test_strange(void **state)
{
	static const char *const strange[] = {
		"{}", "{'kernels':5,'rows':{}}",
		"{'kernels':[{'measured':true},7],'rows':[{'cells':[{'value':1}]},3,{'cells':9}]}"};

	for (gsize i = 0; i < G_N_ELEMENTS(strange); i++) {
		json_t *root = parse(strange[i]);
		g_autofree char *text = pb_render_release_text(root, 80);

		assert_int_equal(pb_render_release_markdown(root, *state, NULL), 0);
		assert_non_null(strstr(text, "kernels measured"));
		json_decref(root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_rows),	   IN_SCRATCH(test_holes), IN_SCRATCH(test_unlike),
		IN_SCRATCH(test_unclear),  IN_SCRATCH(test_text),  IN_SCRATCH(test_narrow),
		IN_SCRATCH(test_markdown), IN_SCRATCH(test_evil),  IN_SCRATCH(test_strange),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
