/* What perf script prints, read and made into a profile. No perf runs here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lab/native/perf.h"
#include "lab/native/stacks.h"
#include "reports/error.h"
#include "reports/profile/profile.h"
#include "tests/unit/scratch.h"

#define KERNEL(name) "\tffffffff815eba15 " name " ([kernel.kallsyms])\n"
#define MODULE(name) "\tffffffffc0123456 " name " ([pinbench])\n"
#define USER(name)   "\t          402f50 " name " (/x/pinbench-agent)\n"
#define BOTTOM	     USER("runner_run") USER("main") "\tbe552274c0854800 [unknown] ([unknown])\n\n"

/* A call that is measured twice, once deeper; one that is rehearsed; one of the module; others. */
static const char script[] = KERNEL("copy_page") KERNEL("process_vm_rw.constprop.0")
	USER("process_vm_readv") USER("measure_one.isra.0") USER("measure_call") USER("run")
		BOTTOM KERNEL("process_vm_rw.constprop.0") USER("process_vm_readv") USER(
			"measure_one.isra.0") USER("measure_call") USER("run")
			BOTTOM KERNEL("process_vm_rw.constprop.0") USER("process_vm_readv") USER(
				"measure_one.isra.0") USER("measure_call") USER("setup")
				USER("prepare_case") BOTTOM KERNEL("gup_fast") MODULE("pin_batch")
					MODULE("pinbench_ioctl") KERNEL("__x64_sys_ioctl")
						USER("ioctl") USER("run")
							BOTTOM KERNEL("exc_page_fault")
								USER("clean_up_case") BOTTOM
	"\t               0 [unknown] ([unknown])\n\n";

static const struct pb_perf_inputs inputs = {
	.id = "a/b[c=1]",
	.kernel = "host",
	.release = "6.1",
	.event = "cpu-clock",
	.period = 200000,
	.repetitions = 3,
	.wanted_samples = 500,
};

static struct pb_profile *must_profile(const char *text, guint64 *ret_measured)
{
	struct pb_profile *profile = NULL;
	g_autoptr(GError) error = NULL;
	json_t *root = NULL;

	if (pb_perf_profile(text, &inputs, &root, ret_measured, &error))
		fail_msg("%s", error->message);
	if (pb_profile_read(root, "x", &profile, &error))
		fail_msg("%s", error->message);
	json_decref(root);
	return profile;
}

static const struct pb_profile_function *find(const struct pb_profile_region *region,
					      const char *name)
{
	for (guint i = 0; i < region->functions->len; i++) {
		const struct pb_profile_function *function = region->functions->pdata[i];

		if (!strcmp(function->name, name))
			return function;
	}
	return NULL;
}

static void check(const struct pb_profile_region *region, const char *name, const char *where,
		  guint64 self, guint64 inclusive)
{
	const struct pb_profile_function *function = find(region, name);

	if (!function)
		fail_msg("there is no %s", name);
	assert_string_equal(function->where, where);
	assert_int_equal(function->self[0], self);
	assert_int_equal(function->inclusive[0], inclusive);
}

static void what_is_below_the_measured_calls(void **state)
{
	guint64 count = 0;
	g_autoptr(pb_profile) profile = must_profile(script, &count);
	const struct pb_profile_region *measured = pb_profile_find(profile, "measured");
	const struct pb_profile_region *outside = pb_profile_find(profile, "outside");

	assert_int_equal(count, 3);
	assert_int_equal(measured->insns, 3);
	assert_int_equal(outside->insns, 3);
	assert_int_equal(profile->regions->len, 2);
	check(measured, "measure_one", "user", 0, 2);
	check(measured, "process_vm_rw", "kernel", 1, 2);
	check(measured, "copy_page", "kernel", 1, 1);
	check(measured, "pinbench_ioctl", "module", 0, 1);
	check(measured, "gup_fast", "kernel", 1, 1);
	/* Who called them is no part of it. */
	assert_null(find(measured, "measure_call"));
	assert_null(find(measured, "__x64_sys_ioctl"));
	check(outside, "process_vm_rw", "kernel", 1, 1);
	check(outside, "exc_page_fault", "kernel", 1, 1);
	check(outside, "main", "user", 0, 2);
	/* A frame that says nothing counts where there is no other. */
	check(outside, "[unknown code]", "", 1, 1);
}

static void one_document_of_samples(void **state)
{
	guint64 count = 0;
	g_autoptr(pb_profile) profile = must_profile(script, &count);
	const struct pb_profile_region *measured = profile->regions->pdata[0];
	const struct pb_profile_node *node = measured->nodes->pdata[0];

	assert_true(profile->sampled);
	assert_true(measured->sampled);
	assert_string_equal(profile->event, "cpu-clock");
	assert_string_equal(profile->period_unit, "ns");
	assert_int_equal(profile->period, 200000);
	assert_int_equal(profile->wanted, 500);
	assert_int_equal(profile->repetitions, 3);
	assert_int_equal(pb_profile_event(profile, "samples"), 0);
	assert_int_equal(pb_profile_event(profile, "insns"), -1);
	assert_int_equal(measured->operations, 0);
	assert_int_equal(measured->lines->len, 0);
	/* measure_one, process_vm_readv, process_vm_rw, copy_page; pinbench_ioctl and two. */
	assert_int_equal(measured->nodes->len, 7);
	assert_int_equal(node->parent, -1);
}

static void recursion_counts_once(void **state)
{
	guint64 count = 0;
	g_autoptr(pb_profile) profile = must_profile(
		KERNEL("walk") KERNEL("step") KERNEL("walk") USER("measure_one") "\n", &count);
	const struct pb_profile_region *measured = profile->regions->pdata[0];

	check(measured, "walk", "kernel", 1, 1);
	assert_int_equal(measured->nodes->len, 4);
	assert_int_equal(profile->regions->len, 1);
}

/* The same name elsewhere is no marker. */
static void markers_are_where_they_belong(void **state)
{
	guint64 count = 1;
	g_autoptr(pb_profile) profile = must_profile(
		KERNEL("x") KERNEL("measure_one")
			USER("pinbench_ioctl") "\n"
					       "\tffffffffc0123456 pinbench_ioctl ([other])\n\n",
		&count);

	assert_int_equal(count, 0);
	assert_int_equal(((struct pb_profile_region *)profile->regions->pdata[0])->insns, 0);
	assert_int_equal(((struct pb_profile_region *)profile->regions->pdata[1])->insns, 2);
}

struct shape {
	const char *line, *name, *where, *file;
};

static const struct shape shapes[] = {
	{"\tffffffff815eba15 do_it+0x65 ([kernel.kallsyms])", "do_it", "kernel", ""},
	{" ffffffff815eba15 do_it.isra.0.cold+0x0 (/usr/lib/debug/vmlinux-6.1)", "do_it", "kernel",
	 ""},
	{"\tffffffffc0000010 pin ([pinbench])", "pin", "module", ""},
	{"\tffffffffc0000010 pin (/lib/modules/6.1/extra/pinbench.ko)", "pin", "module", ""},
	{"\tffffffffc0000010 nvme_rq ([nvme])", "nvme_rq", "kernel", "[nvme]"},
	{"\tffffffffc0000010 nvme_rq (/lib/modules/6.1/nvme.ko.xz)", "nvme_rq", "kernel", "[nvme]"},
	{"\t  7f00 operator new(unsigned long) (/usr/lib/libstdc++.so.6)",
	 "operator new(unsigned long)", "user", ""},
	{"\t  7f00 a b+c (/tmp/my file (deleted))", "a b+c", "user", ""},
	{"\t  7f00 x+0x (/y)", "x+0x", "user", ""},
	{"\t  7f00 plain", "plain", "user", ""},
	{"\t  7f00 inlined+0x1 (inlined)", "inlined", "user", ""},
	{"\t  7f00 a(b (c)d))", "a(b (c)d))", "user", ""},
	{"\t  7f00 [unknown] (/usr/bin/x)", "[unknown code]", "", ""},
	{"\tffffffff81000000 [unknown] ([kernel.kallsyms])", "[unknown code]", "", ""},
	{"\t  7f00 (/usr/bin/x)", "(/usr/bin/x)", "user", ""},
	{"\t  7f00 ", "[unknown code]", "", ""},
	{"\t  7f00", "[unknown code]", "", ""},
	{"\t  7f00 b\xff\xfe"
	 "d (/y)",
	 "b\xef\xbf\xbd\xef\xbf\xbd"
	 "d",
	 "user", ""},
	{"\t  7f00 \x1b[31m;<&>\" (/y)", "\x1b[31m;<&>\"", "user", ""},
};

static void frames_in_all_shapes(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
		g_autofree char *text = g_strconcat(shapes[i].line, "\n\n", NULL);
		g_autoptr(pb_stacks) stacks = NULL;
		g_autoptr(GError) error = NULL;
		const struct pb_frame *frame;

		if (pb_stacks_read(text, &stacks, &error))
			fail_msg("%s: %s", shapes[i].line, error->message);
		assert_int_equal(stacks->frames->len, 1);
		frame = &g_array_index(stacks->frames, struct pb_frame, 0);
		if (strcmp(frame->name, shapes[i].name) || strcmp(frame->where, shapes[i].where) ||
		    strcmp(frame->file, shapes[i].file))
			fail_msg("%s: is \"%s\" \"%s\" \"%s\"", shapes[i].line, frame->name,
				 frame->where, frame->file);
	}
}

/* Whose a sample is, as perf prints it unless it is told not to. */
static void heads_are_skipped(void **state)
{
	g_autoptr(pb_stacks) stacks = NULL;
	g_autoptr(GError) error = NULL;
	const char *text =
		"# perf script of this and that\n"
		"my long prog (x) 12362/12370   811.729572:     200000 cpu-clock: \n" USER("a")
			USER("main") "\n"
				     ":-1    -1 811.7:  1 cycles:ppp:\n" KERNEL("b") "\n\n\n";

	if (pb_stacks_read(text, &stacks, &error))
		fail_msg("%s", error->message);
	assert_int_equal(stacks->stacks->len, 2);
	/* The outermost first. */
	assert_string_equal(g_array_index(stacks->frames, struct pb_frame, 0).name, "main");
}

static const struct {
	const char *text;
	const char *words[3];
} refused[] = {
	{"", {"no sample"}},
	{"\n\n", {"no sample"}},
	{"# nothing\n", {"no sample"}},
	{"prog 1 2: 3 cpu-clock:\n\n", {"no sample"}},
	{USER("a") USER("main"), {"line 2", "middle of a sample"}},
	{USER("a") "\n\tffffffff81", {"line 3", "middle of a line", "ffffffff81"}},
	{USER("a") "prog 1 2: 3 cpu-clock:\n", {"line 2", "in the middle of another", "prog"}},
	{"\tnot hex\n\n", {"line 1", "is no frame", "not hex"}},
	{"\t  12345678901234567 x (y)\n\n", {"is no frame"}},
	{"\t  12g x (y)\n\n", {"is no frame"}},
};

static void what_is_damaged_is_refused(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;
		json_t *root = NULL;
		guint64 count = 0;

		if (!pb_perf_profile(refused[i].text, &inputs, &root, &count, &error))
			fail_msg("taken: %s", refused[i].text);
		assert_null(root);
		scratch_check_error(error, PB_EXIT_ENVIRONMENT,
				    (const char *const[]){refused[i].words[0], refused[i].words[1],
							  refused[i].words[2], NULL});
	}
}

/* Wherever it was cut: an error, or what was whole before. Never samples that were not there. */
static void cut_anywhere(void **state)
{
	for (size_t length = 0; length < sizeof(script); length++) {
		g_autofree char *text = g_strndup(script, length);
		json_t *root = NULL;
		guint64 count = 0;

		if (!pb_perf_profile(text, &inputs, &root, &count, NULL))
			assert_true(count <= 3);
		json_decref(root);
	}
}

static void a_stack_without_end(void **state)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(pb_stacks) stacks = NULL;
	g_autoptr(GError) error = NULL;

	for (int i = 0; i < 5000; i++)
		g_string_append(text, KERNEL("again"));
	g_string_append_c(text, '\n');
	assert_int_not_equal(pb_stacks_read(text->str, &stacks, &error), 0);
	scratch_check_error(error, PB_EXIT_ENVIRONMENT, (const char *const[]){"too many", NULL});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_below_the_measured_calls),
		cmocka_unit_test(one_document_of_samples),
		cmocka_unit_test(recursion_counts_once),
		cmocka_unit_test(markers_are_where_they_belong),
		cmocka_unit_test(frames_in_all_shapes),
		cmocka_unit_test(heads_are_skipped),
		cmocka_unit_test(what_is_damaged_is_refused),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(a_stack_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
