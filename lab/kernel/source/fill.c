#include "lab/kernel/source/fill.h"

#include <string.h>

#include "lab/kernel/source/git.h"
#include "lab/kernel/source/store.h"
#include "lab/kernel/source/tree.h"
#include "lab/util/files.h"

/* Of more, writing all of them is as fast. */
#define MOST_FILES 5000

/* One tree that is being written. */
struct fill {
	const struct pb_repository *repo;
	const char *directory;
	const char *id;
	char *index_path;
};

static int git_at(const struct fill *f, const char *stdin_path, const char *const *arguments,
		  GError **ret_error)
{
	g_autofree char *index = g_strconcat("GIT_INDEX_FILE=", f->index_path, NULL);
	g_autofree char *objects = pb_repository_alternate(f->repo);
	g_autofree char *git_dir = g_strconcat("--git-dir=", f->repo->directory, NULL);
	g_autofree char *work_tree = g_strconcat("--work-tree=", f->directory, NULL);
	const char *env[] = {index, f->repo->objects ? objects : NULL, NULL};
	struct pb_command template = {.cwd = f->directory, .stdin_path = stdin_path};
	g_autoptr(GPtrArray) all = g_ptr_array_new();

	g_ptr_array_add(all, git_dir);
	g_ptr_array_add(all, work_tree);
	for (; *arguments; arguments++)
		g_ptr_array_add(all, (gpointer)*arguments);
	g_ptr_array_add(all, NULL);
	return pb_git(&template, env, (const char *const *)all->pdata, NULL, ret_error);
}

/* Names below @filter ("d": all but those that the other has not); NULL if that is unknown. */
static char **difference(const struct pb_repository *repo, const char *id, const char *other,
			 const char *filter, guint most)
{
	g_autofree char *git_dir = g_strconcat("--git-dir=", repo->directory, NULL);
	g_autofree char *filtered = g_strconcat("--diff-filter=", filter, NULL);
	g_autofree char *objects = pb_repository_alternate(repo);
	const char *env[] = {repo->objects ? objects : NULL, NULL};
	g_autofree char *names = NULL;
	g_auto(GStrv) files = NULL;

	if (!g_str_has_prefix(id, PB_TREE_ID) || !g_str_has_prefix(other, PB_TREE_ID) ||
	    pb_git(NULL, env,
		   (const char *[]){git_dir, "diff-tree", "-r", "--name-only", "--no-renames",
				    filtered, id + strlen(PB_TREE_ID), other + strlen(PB_TREE_ID),
				    NULL},
		   &names, NULL))
		return NULL;
	files = g_strsplit(g_strchomp(names), "\n", -1);
	/* A name that git quotes has something in it that no kernel's file has. */
	for (char **file = files; *file; file++) {
		if (**file == '"')
			return NULL;
	}
	return g_strv_length(files) > most ? NULL : g_steal_pointer(&files);
}

char **pb_tree_difference(const char *path, const char *id, const char *other, guint most)
{
	g_autoptr(pb_repository) repo = NULL;

	if (pb_repository_open(path, &repo, NULL))
		return NULL;
	return difference(repo, id, other, "", most);
}

/* The id of the source in the cache that differs in the fewest files; NULL if none is near. */
static char *find_near(const struct fill *f, char ***ret_files)
{
	g_autofree char *sources = NULL, *best = NULL;
	g_autoptr(GDir) listing = NULL;
	guint most = MOST_FILES;
	const char *name;

	if (pb_cache_dir(&sources, NULL, "sources", NULL))
		return NULL;
	listing = g_dir_open(sources, 0, NULL);
	while (listing && (name = g_dir_read_name(listing))) {
		g_auto(GStrv) files = NULL;

		if (!pb_source_present(name, NULL))
			continue;
		files = difference(f->repo, name, f->id, "", most);
		if (!files)
			continue;
		most = g_strv_length(files);
		g_free(best);
		best = g_strdup(name);
		g_strfreev(*ret_files);
		*ret_files = g_steal_pointer(&files);
	}
	return g_steal_pointer(&best);
}

/* The near source, without what differs. */
static int begin_with(const struct fill *f, const char *near, char *const *files,
		      GError **ret_error)
{
	g_autofree char *from = NULL;
	int r;

	pb_source_present(near, &from);
	r = pb_copy_tree(from, f->directory, true, ret_error);
	for (; !r && *files; files++) {
		g_autofree char *path = g_build_filename(f->directory, *files, NULL);

		r = pb_remove_tree(path, ret_error);
	}
	return r;
}

static int check_out(const struct fill *f, const char *near, GError **ret_error)
{
	g_autofree char *list = g_strconcat(f->directory, ".list", NULL);
	g_auto(GStrv) files = difference(f->repo, near, f->id, "d", MOST_FILES);
	g_autofree char *names = files ? g_strjoinv("\n", files) : g_strdup("");
	g_autofree char *text = *names ? g_strconcat(names, "\n", NULL) : g_strdup("");
	int r = pb_write_atomic(list, text, ret_error);

	if (!r && *names)
		r = git_at(f, list, (const char *[]){"checkout-index", "--quiet", "--stdin", NULL},
			   ret_error);
	pb_remove_tree(list, NULL);
	return r;
}

static int fill(const struct fill *f, GError **ret_error)
{
	g_auto(GStrv) files = NULL;
	g_autofree char *near = find_near(f, &files);
	int r = near ? begin_with(f, near, files, ret_error)
		     : pb_make_directory(f->directory, ret_error);

	if (!r)
		r = git_at(f, NULL, (const char *[]){"read-tree", f->id + strlen(PB_TREE_ID), NULL},
			   ret_error);
	if (!r && near)
		return check_out(f, near, ret_error);
	if (!r)
		r = git_at(f, NULL,
			   (const char *[]){"-c", "checkout.workers=0", "checkout-index", "--all",
					    "--quiet", NULL},
			   ret_error);
	return r;
}

int pb_fill_from_git(const char *directory, const struct pb_kernel_source *source, void *context,
		     struct pb_progress *progress, GError **ret_error)
{
	struct fill f = {
		.repo = context,
		.directory = directory,
		.id = source->id,
		.index_path = g_strconcat(directory, ".index", NULL),
	};
	int r = pb_remove_tree(f.index_path, ret_error);

	pb_progress_stage(progress, "copying the source of %s", source->origin);
	if (!r)
		r = fill(&f, ret_error);
	pb_remove_tree(f.index_path, NULL);
	g_free(f.index_path);
	if (!r)
		pb_progress_done(progress);
	return r;
}
