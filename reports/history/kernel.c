/* Kernels of a history: see kernel.h. */
#include "reports/history/kernel.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* No release candidate has as many predecessors. */
#define NO_CANDIDATE 9999

struct numbers {
	int part[4]; /* of 7.3.0-rc1: 7, 3, 0, 1 */
};

static struct numbers numbers_of(const char *release)
{
	struct numbers n = {.part = {0, 0, 0, NO_CANDIDATE}};
	const char *candidate = strstr(release, "-rc");

	sscanf(release, "%9d.%9d.%9d", &n.part[0], &n.part[1], &n.part[2]);
	if (candidate)
		sscanf(candidate, "-rc%9d", &n.part[3]);
	return n;
}

int pb_kernel_release_compare(const char *a, const char *b)
{
	struct numbers left = numbers_of(a), right = numbers_of(b);

	for (gsize i = 0; i < G_N_ELEMENTS(left.part); i++) {
		if (left.part[i] != right.part[i])
			return left.part[i] < right.part[i] ? -1 : 1;
	}
	return 0;
}

char *pb_kernel_branch(const char *release)
{
	unsigned int major, minor;
	int end = 0;

	if (sscanf(release, "%9u.%9u%n", &major, &minor, &end) != 2 || !end)
		return g_strdup(release);
	return g_strdup_printf("%u.%u", major, minor);
}

static void add_base(GString *name, const char *release, const char *base)
{
	const char *revision = strrchr(base, '@');

	if (strchr(base, '/')) {
		if (revision && !strchr(revision, '/'))
			g_string_append(name, revision);
		return;
	}
	if (strcmp(base, "host") && !g_str_has_prefix(release, base))
		g_string_append_printf(name, " (%s)", base);
}

char *pb_kernel_name(const char *release, const char *spec)
{
	g_auto(GStrv) parts = g_strsplit(spec, "+", -1);
	GString *name = g_string_new(release);

	if (parts[0])
		add_base(name, release, parts[0]);
	for (char **patch = parts[0] ? parts + 1 : parts; *patch; patch++) {
		g_autofree char *file = g_path_get_basename(**patch ? *patch : "?");

		g_string_append_printf(name, "+%s", file);
	}
	return g_string_free(name, FALSE);
}

/* What is a word: the first of the options that is on. */
struct word {
	const char *word;
	const char *options[3];
};

static const struct word words[] = {
	{"smp", {"CONFIG_SMP"}},
	{"numa", {"CONFIG_NUMA"}},
	{"memcg", {"CONFIG_MEMCG"}},
	{"thp", {"CONFIG_TRANSPARENT_HUGEPAGE"}},
	{"hugetlb", {"CONFIG_HUGETLB_PAGE"}},
	{"vmemmap", {"CONFIG_SPARSEMEM_VMEMMAP"}},
	{"jump-label", {"CONFIG_JUMP_LABEL"}},
	{"pat", {"CONFIG_X86_PAT"}},
	{"os", {"CONFIG_CC_OPTIMIZE_FOR_SIZE"}},
	{"lto", {"CONFIG_LTO_CLANG"}},
	{"retpoline", {"CONFIG_MITIGATION_RETPOLINE", "CONFIG_RETPOLINE"}},
	{"isolation", {"CONFIG_MITIGATION_PAGE_TABLE_ISOLATION", "CONFIG_PAGE_TABLE_ISOLATION"}},
	{"ftrace", {"CONFIG_FUNCTION_TRACER"}},
	{"zeroed", {"CONFIG_INIT_ON_ALLOC_DEFAULT_ON"}},
	{"kfence", {"CONFIG_KFENCE"}},
	{"kasan", {"CONFIG_KASAN"}},
	{"kcsan", {"CONFIG_KCSAN"}},
	{"ubsan", {"CONFIG_UBSAN"}},
	{"kmemleak", {"CONFIG_DEBUG_KMEMLEAK"}},
	{"lockdep", {"CONFIG_PROVE_LOCKING", "CONFIG_LOCKDEP"}},
	{"debug-vm", {"CONFIG_DEBUG_VM"}},
	{"debug-pagealloc", {"CONFIG_DEBUG_PAGEALLOC"}},
	{"page-table-check", {"CONFIG_PAGE_TABLE_CHECK"}},
	{"debug-dma", {"CONFIG_DMA_API_DEBUG"}},
	{"debug-dmabuf", {"CONFIG_DMABUF_DEBUG"}},
};

static bool is_on(const json_t *options, const char *name)
{
	const char *value = json_string_value(json_object_get(options, name));

	return value && strcmp(value, "n");
}

/*
 * Lazy preemption took the place of the voluntary kind (6.13), as x86 has it no more from 7.0 on:
 * one and the same choice, which is what a line over releases wants.
 */
static const char *preemption(const json_t *options)
{
	if (is_on(options, "CONFIG_PREEMPT_RT"))
		return "rt";
	if (is_on(options, "CONFIG_PREEMPT_LAZY") || is_on(options, "CONFIG_PREEMPT_VOLUNTARY"))
		return "lazy";
	return is_on(options, "CONFIG_PREEMPT") ? "full" : "none";
}

/* An option up to 6.x, and always so in 7.x. */
static bool has_move_notify(const json_t *options, const char *release)
{
	return is_on(options, "CONFIG_DMABUF_MOVE_NOTIFY") ||
	       pb_kernel_release_compare(release, "7.0") >= 0;
}

char *pb_kernel_config_words(const json_t *options, const char *release)
{
	GString *out;

	if (!json_object_size(options))
		return g_strdup("unknown");
	out = g_string_new(NULL);
	g_string_printf(out, "preempt=%s", preemption(options));
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		for (gsize k = 0; k < G_N_ELEMENTS(words[i].options) && words[i].options[k]; k++) {
			if (!is_on(options, words[i].options[k]))
				continue;
			g_string_append_printf(out, " %s", words[i].word);
			break;
		}
	}
	if (has_move_notify(options, release))
		g_string_append(out, " move-notify");
	return g_string_free(out, FALSE);
}
