/* Packages of another architecture: see packages.h. */
#include <errno.h>
#include <string.h>
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"
#include "tests/arm64/packages.h"

/* Changes with the packages, or with how they are unpacked. */
#define RECIPE	      "1"
#define KERNEL	      "linux-image-cloud-arm64"
#define KERNEL_PREFIX "linux-image-"
#define APT_SECONDS   300

static const char *const libraries[] = {"libjansson-dev", "liburing-dev", "libpfm4-dev", NULL};

struct place {
	char *directory; /* of all of it, in the cache */
	char *lists;
	char *archives;
	char *debs;
	char *root;
	char *complete; /* written last */
};

typedef struct place place_auto;

static void place_clear(struct place *place)
{
	g_free(place->directory);
	g_free(place->lists);
	g_free(place->archives);
	g_free(place->debs);
	g_free(place->root);
	g_free(place->complete);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(place_auto, place_clear)

/* A library for another C library than the cross compiler's might not link. */
static int find_place(struct place *ret_place, GError **ret_error)
{
	const char *const argv[] = {"aarch64-linux-gnu-gcc", "--version", NULL};
	struct pb_command command = {.argv = argv, .timeout_seconds = 60};
	g_autofree char *version = NULL, *key = NULL;
	int r = pb_command_run(&command, &version, ret_error);

	if (r)
		return r;
	key = pb_sha256_strings((const char *[]){RECIPE, KERNEL, version, NULL});
	key[16] = '\0';
	r = pb_cache_dir(&ret_place->directory, ret_error, "arm64", key, NULL);
	if (r)
		return r;
	ret_place->lists = g_build_filename(ret_place->directory, "lists", NULL);
	ret_place->archives = g_build_filename(ret_place->directory, "archives", NULL);
	ret_place->debs = g_build_filename(ret_place->directory, "debs", NULL);
	ret_place->root = g_build_filename(ret_place->directory, "root", NULL);
	ret_place->complete = g_build_filename(ret_place->directory, "complete", NULL);
	return 0;
}

/* apt-get or apt-cache, as on a machine of that architecture that has nothing installed. */
static int apt(const struct place *place, const char *program, const char *const *arguments,
	       char **ret_output, GError **ret_error)
{
	g_autofree char *lists = g_strconcat("Dir::State::Lists=", place->lists, NULL);
	g_autofree char *archives = g_strconcat("Dir::Cache=", place->archives, NULL);
	const char *const options[] = {lists, archives, "APT::Architecture=arm64",
				       "APT::Architectures=arm64", "Dir::State::Status=/dev/null",
				       "Acquire::Languages=none",
				       /* Our directory is one that apt's own user may not enter. */
				       "APT::Sandbox::User=root"};
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	struct pb_command command = {
		.cwd = place->debs,
		.env = (const char *const[]){"LC_ALL=C", NULL},
		.timeout_seconds = APT_SECONDS,
	};

	g_ptr_array_add(argv, (char *)program);
	g_ptr_array_add(argv, "-q");
	for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
		g_ptr_array_add(argv, "-o");
		g_ptr_array_add(argv, (char *)options[i]);
	}
	for (gsize i = 0; arguments[i]; i++)
		g_ptr_array_add(argv, (char *)arguments[i]);
	g_ptr_array_add(argv, NULL);
	command.argv = (const char *const *)argv->pdata;
	return pb_command_run(&command, ret_output, ret_error);
}

/* The package KERNEL is empty, and depends on one that has a version in its name. */
static int find_kernel(const struct place *place, char **ret_package, GError **ret_error)
{
	g_autofree char *output = NULL;
	g_auto(GStrv) words = NULL;
	int r = apt(place, "apt-cache", (const char *[]){"depends", KERNEL, NULL}, &output,
		    ret_error);

	if (r)
		return r;
	words = g_strsplit_set(output, " \n", -1);
	for (gsize i = 0; words[i]; i++) {
		if (!g_str_has_prefix(words[i], KERNEL_PREFIX) || !strcmp(words[i], KERNEL))
			continue;
		*ret_package = g_strdup(words[i]);
		return 0;
	}
	return pb_fail(ret_error, ENOENT, PB_EXIT_ENVIRONMENT, "%s depends on no kernel", KERNEL);
}

static int download(const struct place *place, GError **ret_error)
{
	g_autofree char *kernel = NULL;
	int r = apt(place, "apt-get", (const char *[]){"update", NULL}, NULL, ret_error);

	if (!r)
		r = find_kernel(place, &kernel, ret_error);
	if (!r)
		r = apt(place, "apt-get",
			(const char *[]){"download", kernel, libraries[0], libraries[1],
					 libraries[2], NULL},
			NULL, ret_error);
	return r;
}

static int unpack(const struct place *place, GError **ret_error)
{
	g_autoptr(GDir) dir = g_dir_open(place->debs, 0, NULL);
	const char *name;
	int r = 0;

	while (!r && dir && (name = g_dir_read_name(dir))) {
		g_autofree char *deb = g_build_filename(place->debs, name, NULL);
		const char *const argv[] = {"dpkg-deb", "-x", deb, place->root, NULL};
		struct pb_command command = {.argv = argv, .timeout_seconds = 120};

		r = pb_command_run(&command, NULL, ret_error);
	}
	return r;
}

static int make_folders(const struct place *place, GError **ret_error)
{
	g_autofree char *lists = g_build_filename(place->lists, "partial", NULL);
	g_autofree char *archives = g_build_filename(place->archives, "archives", "partial", NULL);
	int r = pb_remove_tree(place->debs, ret_error);

	if (!r)
		r = pb_remove_tree(place->root, ret_error);
	if (!r)
		r = pb_make_directory(lists, ret_error);
	if (!r)
		r = pb_make_directory(archives, ret_error);
	if (!r)
		r = pb_make_directory(place->debs, ret_error);
	return r;
}

static int fill(const struct place *place, struct pb_progress *progress, GError **ret_error)
{
	int r = make_folders(place, ret_error);

	if (r)
		return r;
	pb_progress_stage(progress, "downloading Debian's packages for arm64");
	r = download(place, ret_error);
	if (r && r != -EINTR) {
		g_prefix_error(ret_error, "Debian's packages for arm64 could not be had: ");
		r = -ENOENT;
	}
	if (!r)
		r = unpack(place, ret_error);
	/* What is unpacked is all that is needed again. */
	if (!r)
		r = pb_remove_tree(place->lists, ret_error);
	if (!r)
		r = pb_remove_tree(place->archives, ret_error);
	if (!r)
		r = pb_remove_tree(place->debs, ret_error);
	if (!r)
		r = pb_write_atomic(place->complete, RECIPE "\n", ret_error);
	return r;
}

int arm64_packages(struct pb_progress *progress, char **ret_root, GError **ret_error)
{
	g_auto(place_auto) place = {0};
	g_autofree char *locks = NULL, *lock_path = NULL;
	g_autoptr(pb_lock) lock = NULL;
	int r = find_place(&place, ret_error);

	if (!r)
		r = pb_cache_dir(&locks, ret_error, "locks", NULL);
	if (r)
		return r;
	lock_path = g_build_filename(locks, "arm64", NULL);
	r = pb_lock_acquire(lock_path, progress, &lock, ret_error);
	if (!r && !g_file_test(place.complete, G_FILE_TEST_EXISTS))
		r = fill(&place, progress, ret_error);
	if (!r)
		*ret_root = g_strdup(place.root);
	return r;
}
