/* When a control may be believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "reports/compare/control.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

/* Two boots, and two cases of one benchmark 1,000 instructions apart. */
static json_t *good(void)
{
	json_t *root = sample_root(), *cases = sample_at(root, "cases"), *metric;

	sample_set(root, "environment.boots", json_integer(2));
	while (json_array_size(cases) > 2)
		json_array_remove(cases, 2);
	for (size_t i = 0; i < 2; i++) {
		g_autofree char *path = g_strdup_printf("cases.%zu.metrics", i);
		g_autofree char *fact = g_strdup_printf("cases.%zu.facts.known_insns", i);
		double value = i ? 1500 : 500;

		json_array_remove(sample_at(root, path), 1);
		metric = json_array_get(sample_at(root, path), 0);
		json_object_set_new(metric, "boots",
				    json_pack("[[f,f],[f,f]]", value, value, value, value));
		json_object_set_new(metric, "median", json_real(value));
		sample_set(root, fact, json_real(value));
	}
	return root;
}

/* Takes @root; free with json_decref. */
static json_t *judge(void **state, json_t *root)
{
	struct pb_result *result = NULL;
	g_autoptr(GError) error = NULL;
	json_t *control;

	assert_int_equal(pb_result_save(root, *state, NULL), 0);
	json_decref(root);
	if (pb_result_load(*state, &result, &error))
		fail_msg("%s", error->message);
	control = pb_control_judge(result);
	pb_result_free(result);
	return control;
}

static void refused(void **state, json_t *root)
{
	json_t *control = judge(state, root);

	assert_true(json_is_false(json_object_get(control, "ok")));
	json_decref(control);
}

static void all_is_well(void **state)
{
	json_t *control = judge(state, good());

	assert_true(json_is_true(json_object_get(control, "ok")));
	assert_int_equal(json_integer_value(json_object_get(control, "figures")), 2);
	assert_true(json_number_value(json_object_get(control, "known_insns")) == 1000);
	assert_true(json_number_value(json_object_get(control, "seen_insns")) == 1000);
	json_decref(control);
}

static void boots_that_differ(void **state)
{
	json_t *root = good(), *control;

	sample_set(root, "cases.0.metrics.0.boots.1", json_pack("[f,f]", 505.0, 505.0));
	control = judge(state, root);
	assert_true(json_is_false(json_object_get(control, "ok")));
	assert_int_equal(json_integer_value(json_object_get(control, "differing")), 1);
	assert_true(json_number_value(json_object_get(control, "largest_percent")) == 1);
	json_decref(control);
}

static void a_delay_that_is_not_seen(void **state)
{
	json_t *root = good();

	sample_set(root, "cases.1.metrics.0.median", json_real(1499));
	refused(state, root);
}

static void no_delay_no_second_boot_no_case(void **state)
{
	json_t *root = good();

	sample_set(root, "cases.1.facts.known_insns", NULL);
	refused(state, root);
	root = good();
	sample_set(root, "environment.boots", json_integer(1));
	refused(state, root);
	root = good();
	json_array_append_new(sample_at(root, "cases"), json_deep_copy(sample_at(root, "cases.0")));
	sample_set(root, "cases.2.id", json_string("gup/pin[backing=bad]"));
	sample_set(root, "cases.2.outcome", json_string("fail"));
	sample_set(root, "cases.2.reason", json_string("it broke"));
	sample_set(root, "cases.2.metrics", json_array());
	refused(state, root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(all_is_well),
		IN_SCRATCH(boots_that_differ),
		IN_SCRATCH(a_delay_that_is_not_seen),
		IN_SCRATCH(no_delay_no_second_boot_no_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
