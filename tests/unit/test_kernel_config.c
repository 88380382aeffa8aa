/* Kernel configs: reading them, and noticing every line that did not survive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "lab/kernel/definition.h"
#include "lab/kernel/options.h"
#include "lab/util/files.h"
#include "reports/error.h"

static const char config_text[] = "#\n# Automatically generated file\n#\n"
				  "CONFIG_SMP=y\n"
				  "CONFIG_LKDTM=m\n"
				  "CONFIG_LOCALVERSION=\"\"\n"
				  "# CONFIG_CMA is not set\n"
				  "CONFIG_HZ=100\n";

static void test_parse(void **state)
{
	g_autoptr(GHashTable) options = pb_config_parse(config_text);

	(void)state;
	assert_int_equal(g_hash_table_size(options), 5);
	assert_string_equal(g_hash_table_lookup(options, "CONFIG_SMP"), "y");
	assert_string_equal(g_hash_table_lookup(options, "CONFIG_LKDTM"), "m");
	assert_string_equal(g_hash_table_lookup(options, "CONFIG_CMA"), "n");
	assert_string_equal(g_hash_table_lookup(options, "CONFIG_HZ"), "100");
	assert_string_equal(g_hash_table_lookup(options, "CONFIG_LOCALVERSION"), "\"\"");
}

static void test_missing(void **state)
{
	g_autoptr(GHashTable) options = pb_config_parse(config_text);
	g_autoptr(GPtrArray) none =
		pb_config_missing("CONFIG_SMP=y\n# CONFIG_CMA is not set\n"
				  "# CONFIG_UNHEARD_OF is not set\n# a comment = y\n",
				  options);
	g_autoptr(GPtrArray) some = pb_config_missing("CONFIG_CMA=y\nCONFIG_SMP=y\n"
						      "CONFIG_LKDTM=y\nCONFIG_NEW=y\n"
						      "# CONFIG_SMP is not set\nCONFIG_HZ=1000\n",
						      options);

	(void)state;
	assert_int_equal(none->len, 0);
	assert_int_equal(some->len, 5);
	assert_string_equal(some->pdata[0], "CONFIG_CMA=y");
	assert_string_equal(some->pdata[1], "CONFIG_LKDTM=y");
	assert_string_equal(some->pdata[2], "CONFIG_NEW=y");
	/* The later line overrules the earlier, so only it is checked. */
	assert_string_equal(some->pdata[3], "CONFIG_SMP=n");
	assert_string_equal(some->pdata[4], "CONFIG_HZ=1000");
}

static void put(const char *root, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(root, "kernels", name, NULL);

	assert_int_equal(pb_write_atomic(path, text, NULL), 0);
}

static void test_definition(void **state)
{
	g_autofree char *root = g_dir_make_tmp("pinbench-config-XXXXXX", NULL);
	g_autofree char *kernels = g_build_filename(root, "kernels", NULL);
	g_autoptr(pb_kernel_definition) definition = NULL;
	g_autoptr(pb_kernel_definition) none = NULL;
	g_autoptr(GError) unknown = NULL;
	g_autoptr(GError) broken = NULL;

	(void)state;
	assert_int_equal(pb_make_directory(kernels, NULL), 0);
	put(root, "a.config", "CONFIG_A=y");
	put(root, "b.config", "CONFIG_B=y\n");
	put(root, "1.0.ini", "[source]\npackage=p\n[config]\nfragments=a.config;b.config\n");
	put(root, "2.0.ini", "[source]\npackage=p\nsuite=s\n[config]\nfragments=gone.config\n");
	put(root, "tree.ini", "[config]\nfragments=a.config\noptional=b.config\n");
	assert_int_equal(pb_kernel_definition_load(root, "1.0", &definition, NULL), 0);
	assert_string_equal(definition->package, "p");
	assert_null(definition->suite);
	assert_string_equal(definition->wanted, "CONFIG_A=y\nCONFIG_B=y\n");
	assert_string_equal(definition->optional, "");

	assert_int_equal(pb_kernel_definition_load(root, "9.9", &none, &unknown), -ENOENT);
	assert_int_equal(unknown->code, PB_EXIT_USAGE);
	assert_non_null(strstr(unknown->message, "1.0, 2.0."));
	assert_int_equal(pb_kernel_definition_load(root, "2.0", &none, &broken), -EINVAL);
	assert_non_null(strstr(broken->message, "gone.config"));
	assert_int_equal(pb_remove_tree(root, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
