#include "lab/kernel/make/compile.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lab/util/process.h"
#include "reports/error.h"

#define ERROR_LINES 10

/* What make has said so far. */
struct listener {
	const struct pb_make *make;
	guint64 steps;
	GString *errors; /* the first lines that say what is wrong */
	guint error_count;
	bool machine_fault; /* the machine's, not the source's */
};

/* Nothing of the user's environment, of the clock, of git or of this machine's name gets in. */
static const char *const settings[] = {
	"KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 2026",
	"KBUILD_BUILD_USER=pinbench",
	"KBUILD_BUILD_HOST=pinbench",
	"KBUILD_BUILD_VERSION=1",
	"LOCALVERSION=",
	"KBUILD_VERBOSE=",
};

static bool contains_any(const char *line, const char *const *texts)
{
	for (; *texts; texts++)
		if (strstr(line, *texts))
			return true;
	return false;
}

static void hear(const char *line, void *context)
{
	static const char *const faults[] = {"error: ",
					     "undefined reference",
					     "undefined!",
					     "ERROR: ",
					     "Error: ",
					     "No rule to make target",
					     ": not found",
					     "*** ",
					     "multiple definition",
					     NULL};
	static const char *const machine[] = {"No space left on device",
					      "Killed signal",
					      "Cannot allocate memory",
					      "out of memory",
					      "Read-only file system",
					      ": not found",
					      NULL};
	struct listener *listener = context;

	if (g_str_has_prefix(line, "  ") && g_ascii_isupper(line[2])) {
		g_autofree char *step = g_strdup(line);

		listener->steps++;
		pb_progress_update(listener->make->progress, listener->steps,
				   MAX(listener->make->expected_steps, listener->steps),
				   g_strstrip(step));
		return;
	}
	if (contains_any(line, machine))
		listener->machine_fault = true;
	if (listener->error_count < ERROR_LINES && contains_any(line, faults)) {
		g_string_append_printf(listener->errors, "\n  %s", line);
		listener->error_count++;
	}
}

static void add_compiler(GPtrArray *argv)
{
	g_autofree char *ccache = g_find_program_in_path("ccache");

	g_ptr_array_add(argv, ccache ? "CC=ccache gcc" : "CC=gcc");
	g_ptr_array_add(argv, ccache ? "HOSTCC=ccache gcc" : "HOSTCC=gcc");
}

static int run(const struct pb_make *make, struct listener *listener, GError **ret_error)
{
	g_autofree char *jobs = g_strdup_printf("-j%ld", sysconf(_SC_NPROCESSORS_ONLN));
	g_autofree char *root = NULL, *ccache = NULL, *ceiling = NULL;
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	struct pb_command command = {
		.bare_env = true,
		.log_path = make->log_path,
		.on_line = hear,
		.context = listener,
		.keep_fd = make->lock ? pb_lock_fd(make->lock) : 0,
		.failure = make->fault,
	};
	int r = pb_cache_root(&root, ret_error);

	if (r)
		return r;
	ccache = g_strdup_printf("CCACHE_DIR=%s/ccache", root);
	/* A cache that lies inside someone's repository must not lend the kernel its version. */
	ceiling = g_strdup_printf("GIT_CEILING_DIRECTORIES=%s", root);
	command.env = (const char *[]){ccache, ceiling, NULL};
	g_ptr_array_add(argv, "make");
	g_ptr_array_add(argv, jobs);
	g_ptr_array_add(argv, "-C");
	g_ptr_array_add(argv, (char *)make->directory);
	add_compiler(argv);
	for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
		g_ptr_array_add(argv, (char *)settings[i]);
	for (size_t i = 0; make->arguments[i]; i++)
		g_ptr_array_add(argv, (char *)make->arguments[i]);
	g_ptr_array_add(argv, NULL);
	command.argv = (const char *const *)argv->pdata;
	return pb_command_run(&command, NULL, ret_error);
}

int pb_make_run(const struct pb_make *make, guint64 *ret_steps, GError **ret_error)
{
	g_autoptr(GString) errors = g_string_new(NULL);
	struct listener listener = {.make = make, .errors = errors};
	g_autoptr(GError) error = NULL;
	enum pb_exit code;
	int r = run(make, &listener, &error);

	if (!r && ret_steps)
		*ret_steps = listener.steps;
	if (!r)
		return 0;
	code = error->code;
	if (r == -EIO && listener.machine_fault)
		code = PB_EXIT_ENVIRONMENT;
	if (r == -EIO && errors->len)
		return pb_fail(ret_error, -r, code, "%s failed:%s\nthe whole output: %s",
			       make->what, errors->str, make->log_path);
	return pb_fail(ret_error, -r, code, "%s: %s", make->what, error->message);
}

static int first_line(const char *program, char **ret_line, GError **ret_error)
{
	const char *const argv[] = {program, "--version", NULL};
	struct pb_command command = {.argv = argv, .timeout_seconds = 60};
	int r = pb_command_run(&command, ret_line, ret_error);

	if (!r)
		(*ret_line)[strcspn(*ret_line, "\n")] = '\0';
	return r;
}

int pb_make_toolchain(char **ret_text, GError **ret_error)
{
	g_autofree char *gcc = NULL, *ld = NULL;
	int r = first_line("gcc", &gcc, ret_error);

	if (!r)
		r = first_line("ld", &ld, ret_error);
	if (!r)
		*ret_text = g_strdup_printf("%s; %s", gcc, ld);
	return r;
}
