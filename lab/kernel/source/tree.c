/*
 * The user's repository is only ever read: its objects as an alternate of a
 * repository in the cache, its refs and its list of tracked files by git commands
 * that write nothing. A tree on disk is hashed with an index of our own, so that
 * after the first time only what changed is read again.
 *
 * None of the user's git configuration applies: no hooks, no filters, no
 * conversion of line ends; the bytes are those on disk.
 */
#include "lab/kernel/source/tree.h"

#include <errno.h>
#include <string.h>

#include "lab/kernel/source/fill.h"
#include "lab/kernel/source/git.h"
#include "lab/kernel/source/store.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"

/* A list of every tracked file of the kernel is some 4 MiB. */
#define LIST_BYTES (64 << 20)

/* What a build in the tree itself leaves there, for a tree whose .gitignore is of no use. */
static const char products[] = "*.[aos]\n*.ko\n*.cmd\n*.d\n*.mod\n*.mod.c\n*.order\n*.symvers\n"
			       "*.dtb\n*.lex.c\n*.tab.[ch]\n/.config*\n/.git\n/.tmp_*\n/vmlinux*\n"
			       "/System.map\n/include/config\n/include/generated\n"
			       "/arch/*/include/generated\n/arch/*/boot/bzImage\n";

/*
 * Brings the files that git lists with @arguments and @list_env into the index of @env, or
 * out of it if they are gone.
 */
static int add_listed(const char *path, const char *git_dir, const char *index_path,
		      const char *const *list_env, const char *const *env,
		      const char *const *arguments, GError **ret_error)
{
	g_autofree char *list_path = g_strconcat(index_path, ".list", NULL);
	struct pb_command template = {.cwd = path, .output_limit_bytes = LIST_BYTES};
	g_autofree char *list = NULL;
	int r = pb_git(&template, list_env, arguments, &list, ret_error);

	if (r || !*list)
		return r;
	r = pb_write_atomic(list_path, list, ret_error);
	template.stdin_path = list_path;
	if (!r)
		r = pb_git(&template, env,
			   (const char *[]){git_dir, "--work-tree=.", "update-index", "--add",
					    "--remove", "--stdin", NULL},
			   NULL, ret_error);
	pb_remove_tree(list_path, NULL);
	return r;
}

/*
 * Files that .gitignore names and that are part of the tree all the same: those that the
 * user's repository tracks; and without a repository everything but build products, if
 * .gitignore would leave out the kernel itself, as the one of Debian's sources does.
 */
static int add_ignored(const struct pb_kernel_spec *spec, const struct pb_repository *repo,
		       const char *git_dir, const char *index_path, const char *const *env,
		       GError **ret_error)
{
	g_autofree char *products_path =
		g_build_filename(repo->directory, "info", "products", NULL);
	g_autofree char *exclude = g_strconcat("--exclude-from=", products_path, NULL);
	int status = 1;
	struct pb_command template = {.cwd = spec->path, .ret_status = &status};
	const char *const tracked[] = {"ls-files", "--cached", "--ignored", "--exclude-standard",
				       NULL};
	const char *const all[] = {git_dir,    "--work-tree=.", "ls-files", "--cached",
				   "--others", exclude,		NULL};
	int r;

	if (repo->objects)
		return add_listed(spec->path, git_dir, index_path, NULL, env, tracked, ret_error);
	r = pb_git(&template, env,
		   (const char *[]){git_dir, "--work-tree=.", "check-ignore", "--quiet",
				    "--no-index", "Kconfig", NULL},
		   NULL, ret_error);
	if (r || status)
		return r;
	r = pb_write_atomic(products_path, products, ret_error);
	return r ? r : add_listed(spec->path, git_dir, index_path, env, env, all, ret_error);
}

/* The tree id of what is on disk at spec->path. */
static int hash_worktree(const struct pb_kernel_spec *spec, const struct pb_repository *repo,
			 struct pb_progress *progress, char **ret_tree, GError **ret_error)
{
	g_autofree char *name = pb_sha256_strings((const char *[]){spec->path, NULL});
	g_autofree char *indexes = NULL, *index_path = NULL, *lock_path = NULL, *index = NULL;
	g_autofree char *git_dir = g_strconcat("--git-dir=", repo->directory, NULL);
	g_autofree char *exclude = g_build_filename(spec->path, ".git", "info", "exclude", NULL);
	g_autofree char *excludes = g_strconcat("core.excludesFile=", exclude, NULL);
	struct pb_command template = {.cwd = spec->path, .failure = PB_EXIT_USAGE};
	g_autoptr(pb_lock) lock = NULL;
	g_autofree char *tree = NULL;
	int r = pb_cache_dir(&indexes, ret_error, "tree-indexes", NULL);

	if (r)
		return r;
	index_path = g_build_filename(indexes, name, NULL);
	index = g_strconcat("GIT_INDEX_FILE=", index_path, NULL);
	lock_path = g_strconcat(index_path, ".guard", NULL);
	r = pb_lock_acquire(lock_path, progress, &lock, ret_error);
	if (r)
		return r;
	/* Under our lock a lock of git's own can only be left over from a kill. */
	{
		g_autofree char *stale = g_strconcat(index_path, ".lock", NULL);

		pb_remove_tree(stale, NULL);
	}
	pb_progress_stage(progress, "reading %s", spec->path);
	r = pb_git(&template, (const char *[]){index, NULL},
		   (const char *[]){"-c", excludes, git_dir, "--work-tree=.", "add", "--all", NULL},
		   NULL, ret_error);
	if (!r)
		r = add_ignored(spec, repo, git_dir, index_path, (const char *[]){index, NULL},
				ret_error);
	if (!r)
		r = pb_git(&template, (const char *[]){index, NULL},
			   (const char *[]){git_dir, "write-tree", NULL}, &tree, ret_error);
	if (r)
		return r;
	pb_progress_done(progress);
	*ret_tree = g_strdup(g_strchomp(tree));
	return 0;
}

/* The tree id of spec->revision. A path below the top of its repository means that part of it. */
static int find_revision(const struct pb_kernel_spec *spec, const struct pb_repository *repo,
			 char **ret_tree, GError **ret_error)
{
	g_autofree char *whole = g_strconcat(spec->revision, "^{tree}", NULL);
	g_autofree char *prefix = NULL;
	char *tree;

	if (!repo->objects)
		return pb_fail(
			ret_error, EINVAL, PB_EXIT_USAGE,
			"%s is no git repository, so it has no revision %s; leave @%s out for "
			"the tree as it is on disk",
			spec->path, spec->revision, spec->revision);
	tree = pb_git_ask(spec->path, (const char *[]){"rev-parse", "--verify", "--quiet",
						       "--end-of-options", whole, NULL});
	if (!tree)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s has no revision \"%s\"; `git -C %s log` shows what there is",
			       spec->path, spec->revision, spec->path);
	prefix = pb_git_ask(spec->path, (const char *[]){"rev-parse", "--show-prefix", NULL});
	if (prefix && *prefix) {
		g_autofree char *part = g_strdup_printf("%s:%s", tree, prefix);

		g_free(tree);
		tree = pb_git_ask(spec->path, (const char *[]){"rev-parse", "--verify", "--quiet",
							       "--end-of-options", part, NULL});
		if (!tree)
			return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
				       "the revision %s has no directory %s", spec->revision,
				       prefix);
	}
	*ret_tree = tree;
	return 0;
}

static int check_directory(const struct pb_kernel_spec *spec, GError **ret_error)
{
	if (!g_file_test(spec->path, G_FILE_TEST_IS_DIR))
		return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE,
			       "there is no directory %s; check the path of the kernel tree",
			       spec->path);
	if (spec->kind == PB_KERNEL_TREE)
		return pb_source_check(spec->path, spec->path, ret_error);
	return 0;
}

int pb_tree_check(const struct pb_kernel_spec *spec, GError **ret_error)
{
	g_autoptr(pb_repository) repo = NULL;
	g_autofree char *tree = NULL;
	int r = check_directory(spec, ret_error);

	if (r || spec->kind == PB_KERNEL_TREE)
		return r;
	r = pb_repository_open(spec->path, &repo, ret_error);
	return r ? r : find_revision(spec, repo, &tree, ret_error);
}

int pb_tree_obtain(const struct pb_kernel_spec *spec, struct pb_progress *progress,
		   struct pb_kernel_source **ret_source, GError **ret_error)
{
	g_autoptr(pb_kernel_source) source = g_new0(struct pb_kernel_source, 1);
	bool on_disk = spec->kind == PB_KERNEL_TREE;
	g_autoptr(pb_repository) repo = NULL;
	g_autofree char *tree = NULL;
	int r = check_directory(spec, ret_error);

	if (!r)
		r = pb_repository_open(spec->path, &repo, ret_error);
	if (!r)
		r = on_disk ? hash_worktree(spec, repo, progress, &tree, ret_error)
			    : find_revision(spec, repo, &tree, ret_error);
	if (r)
		return r;
	source->id = g_strconcat(PB_TREE_ID, tree, NULL);
	source->origin = on_disk ? g_strdup(spec->path)
				 : g_strdup_printf("%s@%s", spec->path, spec->revision);
	source->user_tree = true;
	r = pb_source_store(source, pb_fill_from_git, repo, progress, ret_error);
	if (!r)
		*ret_source = g_steal_pointer(&source);
	return r;
}
