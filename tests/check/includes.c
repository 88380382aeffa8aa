/*
 * Includes go one way: the table of docs/architecture.md, and inside bench/, reports/ and
 * lab/ the order of their parts. What is not allowed here is a violation.
 */
#include <string.h>
#include "check.h"

/* Headers of others: bits of struct layer. Without KERNEL libc's are allowed, with it none. */
#define NONE	    0u
#define LIB_JANSSON (1u << 0)
#define LIB_GLIB    (1u << 1)
#define LIB_ELF	    (1u << 2)
#define LIB_CMOCKA  (1u << 3)
#define KERNEL	    (1u << 4)
#define LIB_GSL	    (1u << 5)
#define LIB_URING   (1u << 6)
#define LIB_HWLOC   (1u << 7)
#define LIB_PFM	    (1u << 8)
#define LIB_KMOD    (1u << 9)
#define LIB_SQLITE  (1u << 10)
#define LIB_ALL	    (LIB_JANSSON | LIB_GLIB | LIB_ELF | LIB_CMOCKA | LIB_GSL | LIB_SQLITE)
#define LIB_HOST    (LIB_JANSSON | LIB_GLIB | LIB_ELF)

struct layer {
	const char *from; /* files with this prefix; the longest that fits decides */
	/*
	 * Files of the project, by prefix, that they may include; the first that fits decides,
	 * "!" forbids. %s: the family, the first folder below @from.
	 */
	const char *may[10];
	unsigned int others;
};

#define NOT_OF_THE_AGENT "!include/pinbench/bench.h", "!include/pinbench/uapi.h"

static const struct layer layers[] = {
	{"include/", {NULL}, NONE},
	/* One interface, in parts that are no longer than other files. */
	{"include/pinbench/uapi.h", {"include/pinbench/uapi_"}, NONE},
	{"kernel-side/",
	 {"include/pinbench/marker.h", "include/pinbench/uapi.h", "kernel-side/"},
	 KERNEL},
	{"lab/guest/plugin/", {"include/pinbench/marker.h", "lab/guest/plugin/"}, NONE},
	{"kernel-side/probes/", {NULL}, KERNEL},
	{"bench/core/", {"include/pinbench/", "bench/core/"}, LIB_JANSSON | LIB_URING},
	{"bench/core/counters/", {"include/pinbench/", "bench/core/"}, LIB_JANSSON | LIB_PFM},
	{"bench/benchmarks.c.in", {"include/pinbench/", "bench/core/"}, NONE},
	{"bench/",
	 {"include/pinbench/bench.h", "include/pinbench/uapi.h", "bench/core/", "bench/%s/"},
	 NONE},
	{"reports/stats/", {"include/pinbench/quantile.h", "reports/stats/"}, LIB_GLIB | LIB_GSL},
	{"reports/render/",
	 {NOT_OF_THE_AGENT, "include/pinbench/", "!reports/stats/", "reports/"},
	 LIB_JANSSON | LIB_GLIB},
	{"reports/history/store/",
	 {NOT_OF_THE_AGENT, "include/pinbench/", "!reports/render/", "reports/"},
	 LIB_JANSSON | LIB_GLIB | LIB_SQLITE},
	{"reports/",
	 {NOT_OF_THE_AGENT, "include/pinbench/", "!reports/render/", "reports/"},
	 LIB_JANSSON | LIB_GLIB},
	{"lab/util/",
	 {NOT_OF_THE_AGENT, "include/pinbench/", "reports/error.h", "lab/util/"},
	 LIB_HOST},
	{"lab/kernel/",
	 {NOT_OF_THE_AGENT, "include/pinbench/", "reports/error.h", "lab/util/", "lab/kernel/"},
	 LIB_HOST},
	{"lab/guest/init/",
	 {"include/pinbench/result.h", "lab/guest/protocol.h", "lab/guest/init/"},
	 NONE},
	{"lab/guest/",
	 {NOT_OF_THE_AGENT, "include/pinbench/", "reports/error.h", "lab/util/", "lab/kernel/",
	  "!lab/guest/init/", "lab/guest/"},
	 LIB_HOST},
	{"lab/command/",
	 {NOT_OF_THE_AGENT, "include/pinbench/", "reports/", "!lab/guest/init/", "lab/"},
	 LIB_HOST},
	{"lab/doctor/",
	 {NOT_OF_THE_AGENT, "include/pinbench/", "reports/", "!lab/command/", "!lab/guest/init/",
	  "lab/"},
	 LIB_HOST | LIB_HWLOC},
	{"lab/native/",
	 {NOT_OF_THE_AGENT, "include/pinbench/", "reports/", "!lab/command/", "!lab/doctor/",
	  "!lab/guest/init/", "lab/"},
	 LIB_HOST | LIB_HWLOC | LIB_KMOD},
	{"lab/main.c",
	 {"include/pinbench/exit.h", "reports/error.h", "lab/util/", "lab/command/command.h"},
	 LIB_GLIB},
	{"lab/",
	 {NOT_OF_THE_AGENT, "include/pinbench/", "reports/", "!lab/command/", "!lab/guest/init/",
	  "lab/"},
	 LIB_HOST},
	{"tests/", {""}, LIB_ALL},
};

/* Made by the build beside the includer or in a folder of its own: by name, from where. */
static const struct {
	const char *name, *from;
} generated[] = {
	{"commit.h", "lab/"},
	{"assets.h", "reports/render/"},
	{"dashboard_assets.h", "reports/render/history/dashboard/"},
	{"compat_config.h", "kernel-side/"},
	{"probes/follow_pfnmap_start.result", "kernel-side/probes/"},
};

static const char libc_headers[] =
	" aio.h alloca.h arpa/inet.h assert.h byteswap.h complex.h ctype.h dirent.h dlfcn.h elf.h"
	" endian.h err.h errno.h error.h execinfo.h fcntl.h features.h fenv.h float.h fnmatch.h"
	" ftw.h getopt.h glob.h grp.h iconv.h ifaddrs.h inttypes.h iso646.h langinfo.h libgen.h"
	" limits.h link.h locale.h malloc.h math.h mntent.h monetary.h netdb.h nl_types.h paths.h"
	" poll.h printf.h pthread.h pty.h pwd.h regex.h sched.h search.h semaphore.h setjmp.h"
	" signal.h spawn.h stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h"
	" stdlib.h stdnoreturn.h string.h strings.h sysexits.h syslog.h tar.h termios.h tgmath.h"
	" threads.h time.h uchar.h ucontext.h unistd.h utime.h utmpx.h wchar.h wctype.h wordexp.h ";

static bool has_prefix_of(const char *name, const char *const *prefixes)
{
	for (; *prefixes; prefixes++) {
		if (g_str_has_prefix(name, *prefixes))
			return true;
	}
	return false;
}

static bool is_libc(const char *name)
{
	static const char *const folders[] = {"sys/", "linux/", "net/", "netinet/", "asm/", NULL};
	g_autofree char *word = g_strdup_printf(" %s ", name);

	return has_prefix_of(name, folders) || strstr(libc_headers, word);
}

static bool is_kernel(const char *name)
{
	static const char *const folders[] = {"linux/", "asm/",	      "asm-generic/",
					      "uapi/",	"generated/", NULL};

	return has_prefix_of(name, folders);
}

/* 0 for a header of no library that the project uses. */
static unsigned int library_of(const char *name)
{
	if (!strcmp(name, "jansson.h"))
		return LIB_JANSSON;
	if (!strcmp(name, "cmocka.h"))
		return LIB_CMOCKA;
	if (!strcmp(name, "gelf.h") || !strcmp(name, "libelf.h"))
		return LIB_ELF;
	if (!strcmp(name, "glib.h") || !strcmp(name, "glib-unix.h") ||
	    g_str_has_prefix(name, "glib/") || g_str_has_prefix(name, "gio/"))
		return LIB_GLIB;
	if (!strcmp(name, "liburing.h"))
		return LIB_URING;
	if (!strcmp(name, "hwloc.h"))
		return LIB_HWLOC;
	if (!strcmp(name, "libkmod.h"))
		return LIB_KMOD;
	if (!strcmp(name, "sqlite3.h"))
		return LIB_SQLITE;
	if (g_str_has_prefix(name, "perfmon/"))
		return LIB_PFM;
	if (g_str_has_prefix(name, "gsl/"))
		return LIB_GSL;
	return 0;
}

static const struct layer *layer_of(const char *path)
{
	const struct layer *ret = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(layers); i++) {
		if (g_str_has_prefix(path, layers[i].from) &&
		    (!ret || strlen(layers[i].from) > strlen(ret->from)))
			ret = &layers[i];
	}
	return ret;
}

/* One entry of may[], with the family of @path filled in. */
static char *fill_in(const char *entry, const struct layer *layer, const char *path)
{
	const char *below = path + strlen(layer->from), *end = strchr(below, '/');
	const char *mark = strstr(entry, "%s");

	if (!mark)
		return g_strdup(entry);
	return g_strdup_printf("%.*s%.*s%s", (int)(mark - entry), entry,
			       end ? (int)(end - below) : 0, below, mark + 2);
}

static bool may_include(const struct layer *layer, const char *path, const char *target)
{
	for (gsize i = 0; layer->may[i]; i++) {
		g_autofree char *entry = fill_in(layer->may[i], layer, path);

		if (*entry == '!' && g_str_has_prefix(target, entry + 1))
			return false;
		if (g_str_has_prefix(target, entry))
			return true;
	}
	return false;
}

static char *describe(const struct layer *layer, const char *path)
{
	GString *ret = g_string_new(NULL);

	for (gsize i = 0; layer->may[i]; i++) {
		g_autofree char *entry = fill_in(layer->may[i], layer, path);
		bool no = *entry == '!';

		g_string_append_printf(ret, "%s%s%s", i ? ", " : "", no ? "not " : "", entry + no);
	}
	if (!ret->len)
		g_string_append(ret, "none");
	return g_string_free(ret, FALSE);
}

/* "a/b/../c.h" is "a/c.h". */
static char *normal(const char *path)
{
	g_autofree char *absolute = g_strconcat("/", path, NULL);
	g_autofree char *ret = g_canonicalize_filename(absolute, "/");

	return g_strdup(ret + 1);
}

/* The file of the project that an include takes: beside, below the root, below include/. */
static char *resolve(const struct tree *tree, const char *from, const char *name, bool quoted)
{
	g_autofree char *folder = g_path_get_dirname(from);
	const char *const starts[] = {quoted ? folder : ".", ".", "include"};

	for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
		g_autofree char *joined = g_build_filename(starts[i], name, NULL);
		g_autofree char *path = normal(joined);

		if (tree_find(tree, path))
			return g_steal_pointer(&path);
	}
	return NULL;
}

static bool is_generated(const char *from, const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(generated); i++) {
		if (!strcmp(generated[i].name, name))
			return g_str_has_prefix(from, generated[i].from) ||
			       g_str_has_prefix(from, "tests/");
	}
	return false;
}

static bool may_use(const struct layer *layer, const char *name)
{
	unsigned int library = library_of(name);

	if (layer->others & KERNEL)
		return is_kernel(name);
	return library ? library & layer->others : is_libc(name);
}

static void check_include(struct tree *tree, const struct source *source, gsize offset,
			  const char *name, bool quoted)
{
	const struct layer *layer = layer_of(source->path);
	g_autofree char *target = resolve(tree, source->path, name, quoted);

	if (target && !may_include(layer, source->path, target)) {
		g_autofree char *allowed = describe(layer, source->path);

		complain(tree, source, offset,
			 "includes %s; of the project's files %s may include: %s. Move the line to "
			 "where it belongs, or what both need to include/pinbench/",
			 target, layer->from, allowed);
	} else if (!target && quoted && !is_generated(source->path, name)) {
		complain(tree, source, offset,
			 "includes \"%s\", which is no file of the project; a library's header "
			 "goes in <>, "
			 "one that the build makes into the list of tests/check/includes.c",
			 name);
	} else if (!target && !quoted && !may_use(layer, name)) {
		complain(tree, source, offset,
			 "includes <%s>, which %s may not use; see the table in "
			 "docs/architecture.md",
			 name, layer->from);
	}
}

void check_includes(struct tree *tree)
{
	g_autoptr(GRegex) directive =
		g_regex_new("^[ \t]*#[ \t]*include\\b[ \t]*([\"<]?)([^\">\n]*)",
			    G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);

	for (guint i = 0; i < tree->sources->len; i++) {
		const struct source *source = tree->sources->pdata[i];
		g_autoptr(GMatchInfo) match = NULL;

		if (!source->code)
			continue;
		if (!layer_of(source->path)) {
			complain(tree, source, 0,
				 "C outside of the layers; move it into one, or describe the new "
				 "layer "
				 "in docs/architecture.md and tests/check/includes.c");
			continue;
		}
		for (g_regex_match(directive, source->code, 0, &match); g_match_info_matches(match);
		     g_match_info_next(match, NULL)) {
			g_autofree char *open = g_match_info_fetch(match, 1);
			g_autofree char *name = g_match_info_fetch(match, 2);
			int offset;

			g_match_info_fetch_pos(match, 0, &offset, NULL);
			if (!*open)
				complain(tree, source, offset,
					 "an include by macro, which no check can follow; name the "
					 "file");
			else
				check_include(tree, source, offset, name, *open == '"');
		}
	}
}
