/* Kernels of a history: order, names, options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/history/kernel.h"

static void releases_are_in_order(void **state)
{
	static const char *const order[] = {"5.15.200", "6.1",	     "6.1.20",	   "6.12.9-amd64",
					    "6.12.117", "7.0.0-rc9", "7.0.0-rc10", "7.0.0",
					    "7.3.4",	"10.0.0"};

	for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
		for (gsize k = 0; k < G_N_ELEMENTS(order); k++) {
			int compared = pb_kernel_release_compare(order[i], order[k]);

			assert_int_equal((compared > 0) - (compared < 0), (i > k) - (i < k));
		}
	}
	assert_int_equal(pb_kernel_release_compare("7.3.0-rc1-00012-gabc", "7.3.0-rc1"), 0);
}

static void name_is(const char *release, const char *spec, const char *wanted)
{
	g_autofree char *name = pb_kernel_name(release, spec);

	assert_string_equal(name, wanted);
}

static void names_are_for_people(void **state)
{
	name_is("6.12.117", "6.12", "6.12.117");
	name_is("6.12.117", "6.12+configs/patches/x.patch", "6.12.117+x.patch");
	name_is("6.12.117", "6.12-debug", "6.12.117 (6.12-debug)");
	name_is("7.3.0-rc1", "/src/linux@v7.3-rc1", "7.3.0-rc1@v7.3-rc1");
	name_is("7.3.0-rc1", "/src/linux@HEAD+a.patch+b.mbox", "7.3.0-rc1@HEAD+a.patch+b.mbox");
	name_is("7.3.0", "/src/user@there/linux", "7.3.0");
	name_is("6.18.44-vm", "host", "6.18.44-vm");
	name_is("6.12.117", "", "6.12.117");
}

static void branch_is(const char *release, const char *wanted)
{
	g_autofree char *branch = pb_kernel_branch(release);

	assert_string_equal(branch, wanted);
}

static void branches_are_two_numbers(void **state)
{
	branch_is("6.12.117-amd64", "6.12");
	branch_is("7.3.0-rc1", "7.3");
	branch_is("6.1", "6.1");
	branch_is("next-20261129", "next-20261129");
}

static void words_are(const char *options, const char *release, const char *wanted)
{
	json_t *list = json_loads(options, 0, NULL);
	g_autofree char *words = pb_kernel_config_words(list, release);

	assert_string_equal(words, wanted);
	json_decref(list);
}

/* What the same choice is called in another release makes no other line. */
static void options_are_choices(void **state)
{
	words_are("{}", "6.12.1", "unknown");
	words_are("{\"CONFIG_SMP\":\"y\",\"CONFIG_PREEMPT_VOLUNTARY\":\"y\","
		  "\"CONFIG_RETPOLINE\":\"y\",\"CONFIG_DMABUF_MOVE_NOTIFY\":\"y\"}",
		  "6.1.9", "preempt=lazy smp retpoline move-notify");
	words_are("{\"CONFIG_SMP\":\"y\",\"CONFIG_PREEMPT_LAZY\":\"y\","
		  "\"CONFIG_MITIGATION_RETPOLINE\":\"y\"}",
		  "7.3.4", "preempt=lazy smp retpoline move-notify");
	words_are("{\"CONFIG_SMP\":\"n\",\"CONFIG_KASAN\":\"y\"}", "6.12.1", "preempt=none kasan");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases_are_in_order),
		cmocka_unit_test(names_are_for_people),
		cmocka_unit_test(branches_are_two_numbers),
		cmocka_unit_test(options_are_choices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
