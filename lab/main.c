/* pinbench: the host side. ./run.sh builds it and hands its arguments on. */
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include "commit.h"
#include "lab/command/command.h"
#include "lab/util/process.h"
#include "reports/error.h"

static const struct pb_cli commands[] = {
	{"run", "measure (the default, with the quick profile)", pb_command_measure},
	{"compare", "what a patch costs: two kernels, or two results", pb_command_compare},
	{"series", "what each patch of a series costs", pb_command_series},
	{"release", "several kernels with one profile: what moved between them",
	 pb_command_release},
	{"annotate", "a function of a case: its instructions with their counts",
	 pb_command_annotate},
	{"list", "every benchmark, its metrics, parameters and needs", pb_command_list},
	{"kernel", "the kernel cache: list, build SPEC, rm SPEC", pb_command_kernel},
	{"report", "render results again", pb_command_report},
	{"history", "results over kernels: what moved, since when, who has looked at it",
	 pb_command_history},
	{"doctor", "what this machine can measure, what it cannot, and why", pb_command_doctor},
	{"test", "every test", pb_command_test},
};

static void print_usage(FILE *out)
{
	fputs("usage: ./run.sh [COMMAND [OPTIONS]]\n\n", out);
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
	fputs("\n./run.sh COMMAND --help says more. Without a command: run.\n"
	      "Exit codes: 0 done, 1 regression found, 2 wrong usage or input, 3 the environment\n"
	      "failed, 4 interrupted.\n",
	      out);
}

static const struct pb_cli *find(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

/* The strings stay the caller's. */
static char **prepend(const char *first, int argc, char **argv)
{
	char **all = g_new0(char *, (gsize)argc + 2);

	all[0] = (char *)first;
	memcpy(all + 1, argv, (gsize)argc * sizeof(*argv));
	return all;
}

static int report_error(const GError *error)
{
	fprintf(stderr, "pinbench: %s\n", error ? error->message : "failed without a reason");
	if (error && error->domain == PB_ERROR)
		return error->code;
	return PB_EXIT_ENVIRONMENT;
}

int main(int argc, char **argv)
{
	g_autofree char **with_run = NULL;
	g_autoptr(GError) error = NULL;
	const struct pb_cli *command;

	setlocale(LC_CTYPE, "");
	pb_signals_install();
	argc--;
	argv++;
	if (argc &&
	    (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h") || !strcmp(argv[0], "help"))) {
		print_usage(stdout);
		return PB_EXIT_OK;
	}
	if (argc && !strcmp(argv[0], "--version")) {
		puts("pinbench " PINBENCH_VERSION " (" PINBENCH_COMMIT ")");
		return PB_EXIT_OK;
	}
	if (!argc || argv[0][0] == '-') {
		with_run = prepend("run", argc, argv);
		argv = with_run;
		argc++;
	}
	command = find(argv[0]);
	if (!command) {
		fprintf(stderr, "pinbench: there is no command '%s'\n", argv[0]);
		print_usage(stderr);
		return PB_EXIT_USAGE;
	}
	if (command->run(argc, argv, &error))
		return report_error(error);
	return PB_EXIT_OK;
}
