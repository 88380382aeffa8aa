/* The renderers of an exact profile: each of them sums up, and nothing in it can break out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/render/profile/callgrind.h"
#include "reports/render/profile/flame.h"
#include "reports/render/profile/folded.h"
#include "reports/render/profile/table.h"
#include "tests/unit/profile_sample.h"
#include "tests/unit/rendered.h"
#include "tests/unit/sample.h"

static void folded_stacks(void **state)
{
	g_autoptr(pb_profile) profile = profile_of(parse(sample_profile));
	g_autofree char *text = pb_render_folded(region_of(profile));

	(void)state;
	assert_string_equal(text, "main 10\n"
				  "main;walk 100\n"
				  "main;walk;walk 30\n"
				  "main;walk;walk;he_lp_<&\"é 20\n"
				  "main;walk;walk;he_lp_<&\"é;walk 5\n"
				  "main;walk;he_lp_<&\"é 8\n"
				  "[interrupts];tick 27\n"
				  "main;walk 20\n");
}

/* Each function gets what its inclusive cost is, recursion or not. */
static void callgrind_file(void **state)
{
	g_autoptr(pb_profile) profile = profile_of(parse(sample_profile));
	g_autofree char *text = pb_render_callgrind(profile, region_of(profile));

	(void)state;
	assert_string_equal(
		text, "# callgrind format\nversion: 1\ncreator: pinbench\ncmd: gup/pin[page=4k]\n"
		      "desc: Case: gup/pin[page=4k]\ndesc: Kernel: 6.12 (6.12.117)\n"
		      "desc: Metric: pin; divide by 10 for one page\npositions: line\n"
		      "events: insns locked\n"
		      "\nob=???\nfl=???\nfn=(6) [pin]\n0 0 0\n"
		      "cob=user\ncfi=m.c\ncfn=(4) main\ncalls=2 0\n0 193 5\n"
		      "cob=???\ncfi=???\ncfn=(5) [interrupts]\ncalls=1 0\n0 27 0\n"
		      "\nob=kernel\nfl=gup.c\nfn=(1) walk\n0 155 4\n"
		      "cob=kernel\ncfi=gup.c\ncfn=(1)\ncalls=3 0\n0 0 0\n"
		      "cob=kernel\ncfi=gup.c\ncfn=(2) he lp;<&\"é\ncalls=7 0\n0 33 1\n"
		      "\nob=kernel\nfl=gup.c\nfn=(2)\n0 28 1\n"
		      "cob=kernel\ncfi=gup.c\ncfn=(1)\ncalls=1 0\n0 0 0\n"
		      "\nob=kernel\nfl=time.c\nfn=(3) tick\n0 27 0\n"
		      "\nob=user\nfl=m.c\nfn=(4)\n0 10 0\n"
		      "cob=kernel\ncfi=gup.c\ncfn=(1)\ncalls=3 0\n0 183 5\n"
		      "\nob=???\nfl=???\nfn=(5)\n0 0 0\n"
		      "cob=kernel\ncfi=time.c\ncfn=(3)\ncalls=1 0\n0 27 0\n"
		      "\ntotals: 220 5\n");
}

static void tables(void **state)
{
	g_autoptr(pb_profile) profile = profile_of(parse(sample_profile));
	g_autoptr(pb_profile) patched = profile_of(parse(sample_patched));
	g_autofree char *text = pb_render_profile_text(profile, region_of(profile), 2);
	g_autofree char *whole = pb_render_profile_text(patched, region_of(patched), 9);

	(void)state;
	assert_string_equal(
		text,
		"      self   share  inclusive     calls  locked  function, for one page\n"
		"      15.5   70.5%       18.3       0.7     0.4  walk\n"
		"       2.8   12.7%        3.3       0.7     0.1  he lp;<&\"é\n"
		"       3.7   16.8%                               3 more functions: 3.7 insn/page\n"
		"        -2                                       the clock and the empty calls\n"
		"        20                                       insn/page in total\n");
	assert_string_equal(
		whole, "      self   share  inclusive     calls  function, for one page\n"
		       "     16.25   71.7%      18.95      0.35  walk\n"
		       "       2.7   11.9%        2.7       0.1  tick\n"
		       "         2    8.8%       2.25      0.35  he lp;<&\"é\n"
		       "         1    4.4%      19.95       0.2  main\n"
		       "       0.7    3.1%        0.7      0.35  fresh\n"
		       "         0    0.0%        2.7       0.1  [interrupts]\n"
		       "        -2                               the clock and the empty calls\n"
		       "     20.65                               insn/page in total\n");
}

/* What the pictures have of elements, and where they are. */
struct seen {
	guint groups, titles, rects;
};

static double number_of(const char *text)
{
	char *end;
	double value = g_ascii_strtod(text, &end);

	if (end == text || *end || !isfinite(value))
		fail_msg("\"%s\" is no number", text);
	return value;
}

static void see_rect(const char **names, const char **values)
{
	double at[4] = {0};
	static const char *const wanted[] = {"x", "y", "width", "height"};

	for (; *names; names++, values++) {
		for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
			if (!strcmp(*names, wanted[i]))
				at[i] = number_of(*values);
	}
	assert_true(at[0] >= 0 && at[1] >= 0 && at[2] > 0 && at[3] > 0);
	assert_true(at[0] + at[2] <= 1200);
}

static void see(GMarkupParseContext *context, const char *element, const char **names,
		const char **values, gpointer data, GError **ret_error)
{
	struct seen *seen = data;

	(void)context;
	(void)ret_error;
	seen->groups += !strcmp(element, "g");
	seen->titles += !strcmp(element, "title");
	if (!strcmp(element, "rect")) {
		seen->rects++;
		see_rect(names, values);
	}
}

/* Well-formed, and nothing out of the picture. */
static struct seen look_at(const char *svg)
{
	const GMarkupParser parser = {.start_element = see};
	struct seen seen = {0};
	g_autoptr(GError) error = NULL;
	g_autoptr(GMarkupParseContext) context =
		g_markup_parse_context_new(&parser, 0, &seen, NULL);

	if (!g_markup_parse_context_parse(context, svg, -1, &error) ||
	    !g_markup_parse_context_end_parse(context, &error))
		fail_msg("%s in:\n%s", error->message, svg);
	lacks(svg, "<script");
	lacks(svg, "(null)");
	lacks(svg, "http://www.w3.org/1999");
	assert_int_equal(seen.titles, seen.groups + 1);
	return seen;
}

static void flame_graph(void **state)
{
	g_autoptr(pb_profile) profile = profile_of(parse(sample_profile));
	g_autofree char *svg = pb_render_flame(profile, region_of(profile));
	g_autofree char *again = pb_render_flame(profile, region_of(profile));
	struct seen seen = look_at(svg);

	(void)state;
	assert_string_equal(svg, again);
	/* The whole, and the places: of nine nodes two are one place. */
	assert_int_equal(seen.groups, 9);
	has(svg, "viewBox=\"0 0 1200 244\" role=\"img\" aria-label=\"Flame graph of the "
		 "instructions of gup/pin[page=4k]: pin on 6.12 (6.12.117): 20 insn/page, and 2 "
		 "for the clock and empty calls\"");
	has(svg, "prefers-color-scheme: dark");
	in_order(svg,
		 (const char *[]){
			 ">pin 22 insn/page</text>",
			 "<title>[interrupts]: self 0 insn/page, with what it calls 2.7 insn/page "
			 "(12.3%)</title><rect class=\"aside\" x=\"10.00\" y=\"103\" "
			 "width=\"143.82\" height=\"18\"",
			 "<title>main: self 1 ",
			 "<rect class=\"user\" x=\"154.82\" y=\"103\" width=\"1034.18\"",
			 "<title>walk: self 12 insn/page, with what it calls 18.3 insn/page "
			 "(83.2%)</title><rect class=\"kernel\" x=\"154.82\" y=\"122\" "
			 "width=\"980.55\"",
			 "<title>he lp;&lt;&amp;&quot;é: self 0.8 ", "x=\"154.82\" y=\"141\"",
			 ">he l…</text>", "<title>walk: self 3 ", "x=\"197.73\" y=\"141\"", NULL});
	lacks(svg, "too narrow");
	lacks(svg, "class=\"module\"");
}

static void what_changed(void **state)
{
	g_autoptr(pb_profile) profile = profile_of(parse(sample_profile));
	g_autoptr(pb_profile) patched = profile_of(parse(sample_patched));
	g_autofree char *svg =
		pb_render_flame_diff(profile, region_of(profile), patched, region_of(patched));
	struct seen seen = look_at(svg);

	(void)state;
	assert_int_equal(seen.groups, 10);
	has(svg, "pin on 6.12 (6.12.117) → 6.12+fix.patch (6.12.117): 20 → 20.65 insn/page "
		 "(+0.65)</text>");
	has(svg, ">self: -1 insn/page</text>");
	has(svg, "most: walk +1, he lp;&lt;&amp;&quot;é -0.8 (gone), fresh +0.7 (new), "
		 "walk -0.25</text>");
	in_order(svg, (const char *[]){
			      ">pin +0.65</text>", "<title>main: self 1 → 1 insn/page (0), ",
			      "<rect class=\"whole\"",
			      "<title>walk: self 12 → 13 insn/page (+1), with what it calls 18.3 → "
			      "18.95 insn/page (+0.65)</title><rect class=\"more3\"",
			      ">walk +1</text>", "<title>fresh (new): self 0 → 0.7 ",
			      "<rect class=\"more3\"",
			      "<title>he lp;&lt;&amp;&quot;é (gone): self 0.8 → 0 ",
			      "<rect class=\"less3\"", "width=\"38.83\"", "<rect class=\"gone\"",
			      ">-0.8</text>", "<title>walk: self 0.5 → 0.25 insn/page (-0.25)",
			      "<rect class=\"less1\"", NULL});
}

static void nothing_changed(void **state)
{
	g_autoptr(pb_profile) profile = profile_of(parse(sample_profile));
	g_autofree char *svg =
		pb_render_flame_diff(profile, region_of(profile), profile, region_of(profile));
	const char *boxes = strstr(svg, "<g>");

	(void)state;
	look_at(svg);
	has(svg, "no place changed");
	assert_int_equal(occurrences(boxes, "<rect class=\"whole\""), 9);
	lacks(boxes, "class=\"more");
	lacks(boxes, "class=\"less");
	lacks(boxes, "class=\"gone");
}

/* What failed before it measured anything has no cost of one operation. */
static void no_operations(void **state)
{
	json_t *root = parse(sample_profile);
	g_autoptr(pb_profile) profile = NULL;
	g_autofree char *svg = NULL, *diff = NULL, *text = NULL;

	(void)state;
	sample_set(root, "regions.0.operations", json_integer(0));
	profile = profile_of(root);
	svg = pb_render_flame(profile, region_of(profile));
	diff = pb_render_flame_diff(profile, region_of(profile), profile, region_of(profile));
	text = pb_render_profile_text(profile, region_of(profile), 0);
	look_at(svg);
	look_at(diff);
	has(svg, "<title>walk: self 120 insn, with what it calls 183 insn (83.2%)</title>");
	has(text, "function, in all\n");
	has(text, "5 more functions: 220 insn\n");
	has(text, "\n       200 ");
}

static void no_instructions(void **state)
{
	static const char nothing[] = PROFILE(
		"6.12", "10", "0", "0", FUNCTION("walk", "", "kernel", "0", "0", "0", "0", "0"),
		NODE("0", "-1", "0", "0", "0"));
	g_autoptr(pb_profile) profile = profile_of(parse(nothing));
	const struct pb_profile_region *region = region_of(profile);
	g_autofree char *svg = pb_render_flame(profile, region);
	g_autofree char *diff = pb_render_flame_diff(profile, region, profile, region);
	g_autofree char *text = pb_render_profile_text(profile, region, 5);
	g_autofree char *folded = pb_render_folded(region);
	g_autofree char *callgrind = pb_render_callgrind(profile, region);

	(void)state;
	assert_int_equal(look_at(svg).groups, 0);
	assert_int_equal(look_at(diff).groups, 0);
	has(svg, "pin on 6.12 (6.12.117): 0 insn/page");
	has(text, "\n         0    0.0%          0         0  walk\n");
	has(text, "\n         0                               insn/page in total\n");
	assert_string_equal(folded, "");
	has(callgrind, "\ntotals: 0 0\n");
}

/* Boxes that no screen has the points for are counted. */
static void narrow_boxes(void **state)
{
	json_t *root = parse(sample_profile);
	g_autoptr(pb_profile) profile = NULL;
	g_autofree char *svg = NULL;

	(void)state;
	sample_set(root, "regions.0.insns", json_integer(1000210));
	sample_set(root, "regions.0.functions.3.self.0", json_integer(1000000));
	sample_set(root, "regions.0.nodes.0.self.0", json_integer(1000000));
	profile = profile_of(root);
	svg = pb_render_flame(profile, region_of(profile));
	assert_int_equal(look_at(svg).groups, 2);
	has(svg, "7 places are too narrow to be drawn");
}

static void nothing_breaks_out(void **state)
{
	static const char *const places[] = {
		"id",
		"kernel",
		"release",
		"events.1",
		"regions.0.metric",
		"regions.0.per",
		"regions.0.functions.0.name",
		"regions.0.functions.0.file",
		"regions.0.functions.0.where",
		"regions.0.functions.3.name",
	};
	json_t *root = parse(sample_profile);
	g_autoptr(pb_profile) profile = NULL, plain = NULL;
	g_autofree char *svg = NULL, *diff = NULL, *text = NULL, *folded = NULL, *callgrind = NULL;
	g_autofree char *friendly = NULL;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		sample_set(root, places[i], json_string(EVIL));
	profile = profile_of(root);
	svg = pb_render_flame(profile, region_of(profile));
	diff = pb_render_flame_diff(profile, region_of(profile), profile, region_of(profile));
	text = pb_render_profile_text(profile, region_of(profile), 9);
	folded = pb_render_folded(region_of(profile));
	callgrind = pb_render_callgrind(profile, region_of(profile));
	look_at(svg);
	look_at(diff);
	lacks(svg, "\x1b");
	lacks(svg, "\xef\xbf\xbf");
	lacks(text, "\x1b");
	lacks(callgrind, "\x1b");
	assert_int_equal(occurrences(text, "\n"), 8);
	assert_int_equal(occurrences(folded, "\n"), 8);
	assert_int_equal(occurrences(folded, " "), 8);
	plain = profile_of(parse(sample_profile));
	friendly = pb_render_callgrind(plain, region_of(plain));
	assert_int_equal(occurrences(callgrind, "\n"), occurrences(friendly, "\n"));
	assert_int_equal(occurrences(callgrind, "\nevents: insns "), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folded_stacks), cmocka_unit_test(callgrind_file),
		cmocka_unit_test(tables),	 cmocka_unit_test(flame_graph),
		cmocka_unit_test(what_changed),	 cmocka_unit_test(nothing_changed),
		cmocka_unit_test(no_operations), cmocka_unit_test(no_instructions),
		cmocka_unit_test(narrow_boxes),	 cmocka_unit_test(nothing_breaks_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
