/* What the commands share: see command.h. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include "lab/command/command.h"
#include "reports/error.h"

int pb_cli_parse(int *argc, char ***argv, const GOptionEntry *entries, const GOptionEntry *more,
		 const char *arguments, const char *description, GError **ret_error)
{
	g_autofree char *usage = g_strdup_printf("%s %s", (*argv)[0], arguments);
	g_autofree char *program = g_strdup("./run.sh");
	GOptionContext *context = g_option_context_new(usage);
	g_autoptr(GError) why = NULL;
	gboolean parsed;

	g_set_prgname(program);
	g_option_context_add_main_entries(context, entries, NULL);
	if (more)
		g_option_context_add_main_entries(context, more, NULL);
	g_option_context_set_description(context, description);
	parsed = g_option_context_parse(context, argc, argv, &why);
	g_option_context_free(context);
	if (parsed)
		return 0;
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "%s; './run.sh %s --help' says more",
		       why->message, (*argv)[0]);
}

struct pb_progress *pb_cli_progress(gboolean quiet)
{
	return pb_progress_new(stderr, quiet ? PB_PROGRESS_QUIET : PB_PROGRESS_AUTO);
}

char *pb_cli_text(int argc, char **argv)
{
	GString *text = g_string_new("./run.sh");

	for (int i = 0; i < argc; i++) {
		bool plain = !strpbrk(argv[i], " \t\n'\"\\*?[]$&;|<>(){}`~#!");
		g_autofree char *quoted = plain ? g_strdup(argv[i]) : g_shell_quote(argv[i]);

		g_string_append_printf(text, " %s", quoted);
	}
	return g_string_free(text, FALSE);
}
