#include "lab/kernel/source/git.h"

#include <errno.h>

#include "lab/util/files.h"

/* What no attribute in the tree may overrule. */
#define ATTRIBUTES "* -text -eol -ident -filter !working-tree-encoding\n"

void pb_repository_free(struct pb_repository *repo)
{
	if (!repo)
		return;
	g_free(repo->directory);
	g_free(repo->objects);
	g_free(repo);
}
static const char *const isolated[] = {
	"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1",
	"GIT_OPTIONAL_LOCKS=0",	 "GIT_TERMINAL_PROMPT=0",	"GIT_NO_REPLACE_OBJECTS=1",
	"GIT_NO_LAZY_FETCH=1",
};

static const char *const settings[] = {
	"safe.directory=*",
	"core.hooksPath=/dev/null",
	"core.attributesFile=/dev/null",
	"core.fsmonitor=false",
	"core.untrackedCache=false",
	"core.autocrlf=false",
	"core.compression=0",
	"core.fsync=none",
	"gc.auto=0",
	"core.quotePath=false",
	"advice.addEmbeddedRepo=false",
};

static void add(GPtrArray *list, const char *text)
{
	g_ptr_array_add(list, g_strdup(text));
}

int pb_git(const struct pb_command *template, const char *const *env, const char *const *arguments,
	   char **ret_output, GError **ret_error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) whole = g_ptr_array_new_with_free_func(g_free);
	struct pb_command command = {0};
	g_autofree char *output = NULL;
	int r;

	if (template)
		command = *template;
	add(argv, "git");
	for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
		add(argv, "-c");
		add(argv, settings[i]);
	}
	for (size_t i = 0; arguments[i]; i++)
		add(argv, arguments[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(isolated); i++)
		add(whole, isolated[i]);
	for (size_t i = 0; env && env[i]; i++)
		add(whole, env[i]);
	g_ptr_array_add(argv, NULL);
	g_ptr_array_add(whole, NULL);
	command.argv = (const char *const *)argv->pdata;
	command.env = (const char *const *)whole->pdata;
	command.bare_env = true;
	r = pb_command_run(&command, ret_output ? &output : NULL, ret_error);
	if (!r && ret_output)
		*ret_output = g_steal_pointer(&output);
	return r;
}

char *pb_git_ask(const char *path, const char *const *arguments)
{
	int status = 0;
	struct pb_command template = {.cwd = path, .ret_status = &status};
	g_autofree char *output = NULL;

	if (pb_git(&template, NULL, arguments, &output, NULL) || status)
		return NULL;
	return g_strdup(g_strchomp(output));
}

int pb_repository_open(const char *path, struct pb_repository **ret_repository, GError **ret_error)
{
	g_autoptr(pb_repository) repo = g_new0(struct pb_repository, 1);
	g_autofree char *root = NULL, *head = NULL, *info = NULL, *lock_path = NULL;
	g_autofree char *attributes = NULL;
	g_autoptr(pb_lock) lock = NULL;
	int r = pb_cache_root(&root, ret_error);

	if (r)
		return r;
	repo->directory = g_build_filename(root, "trees.git", NULL);
	repo->objects = pb_git_ask(path, (const char *[]){"rev-parse", "--path-format=absolute",
							  "--git-path", "objects", NULL});
	info = g_build_filename(repo->directory, "info", NULL);
	attributes = g_build_filename(info, "attributes", NULL);
	if (!g_file_test(attributes, G_FILE_TEST_EXISTS)) {
		lock_path = g_build_filename(root, "locks", "trees.git", NULL);
		r = pb_lock_acquire(lock_path, NULL, &lock, ret_error);
		if (!r)
			r = pb_git(NULL, NULL,
				   (const char *[]){"init", "--quiet", "--bare",
						    "--template=", repo->directory, NULL},
				   NULL, ret_error);
		if (!r)
			r = pb_make_directory(info, ret_error);
		if (!r)
			r = pb_write_atomic(attributes, ATTRIBUTES, ret_error);
	}
	if (!r)
		*ret_repository = g_steal_pointer(&repo);
	return r;
}

/* "NAME="PATH"" quoted as git unquotes it, whatever characters the path has. */
char *pb_repository_alternate(const struct pb_repository *repo)
{
	g_autofree char *escaped = g_strescape(repo->objects ? repo->objects : "", NULL);

	return g_strdup_printf("GIT_ALTERNATE_OBJECT_DIRECTORIES=\"%s\"", escaped);
}
