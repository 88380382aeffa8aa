/*
 * pinbench-agent: runs on the machine under test and knows nothing of who started
 * it. "list" says what it can measure, "run PLAN" measures it, "ids" completes case ids,
 * "fingerprint" says what moves timed figures here.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pinbench/exit.h"
#include "pinbench/result.h"
#include "bench/core/caseid.h"
#include "bench/core/counters/names.h"
#include "bench/core/list.h"
#include "bench/core/noise/fingerprint.h"
#include "bench/core/runner.h"
#include "bench/core/session/session.h"

static const char usage[] =
	"usage: pinbench-agent list\n"
	"       pinbench-agent ids CASE...\n"
	"       pinbench-agent events [TEXT]\n"
	"       pinbench-agent fingerprint [--root DIR] [--cpus LIST]\n"
	"       pinbench-agent run [--out FILE] [--result DIR] [--dir DIR]\n"
	"                          [--device ROLE=NAME]... PLAN\n"
	"list prints every benchmark as JSON. ids checks cases and prints them with every\n"
	"parameter. events lists what a plan may count, where the name has TEXT in it.\n"
	"fingerprint prints what moves timed figures on this machine, or on the one\n"
	"whose files are below DIR, with cases on the CPUs of LIST (0,2-5). run measures the\n"
	"cases of a plan (a JSON file, - for standard input) and writes one JSON object a line to\n"
	"FILE or standard output. With --result it measures this machine, round by round, and\n"
	"DIR/result.json is what `report` and `compare` of pinbench read; nothing goes to\n"
	"standard output then.\n"
	"DIR is where cases put their files (default /var/tmp). A device that is named for a role\n"
	"(provider=0000:03:00.0, client=0000:04:00.0, disk=/dev/nvme1n1) is used instead of one\n"
	"that is found; a disk that is named is overwritten.\n";

static int list(void)
{
	json_t *benchmarks = list_to_json();
	int failed = json_dumpf(benchmarks, stdout, JSON_INDENT(1));

	putchar('\n');
	json_decref(benchmarks);
	return failed || fflush(stdout) ? PB_EXIT_ENVIRONMENT : PB_EXIT_OK;
}

static int ids(char **cases)
{
	struct case_id id;
	char why[512];

	for (; *cases; cases++) {
		if (case_id_parse(*cases, &id, why, sizeof(why))) {
			fprintf(stderr, "case '%s': %s\n", *cases, why);
			return PB_EXIT_USAGE;
		}
		puts(id.text);
	}
	return fflush(stdout) ? PB_EXIT_ENVIRONMENT : PB_EXIT_OK;
}

static int refuse_cpus(const char *text, cpu_set_t *ret_cpus)
{
	if (!fingerprint_parse_cpus(text, ret_cpus))
		return 0;
	fprintf(stderr, "pinbench-agent: --cpus '%s': it is a list such as 0,2-5\n", text);
	return PB_EXIT_USAGE;
}

static int fingerprint(int argc, char **argv)
{
	static const struct option options[] = {
		{"root", required_argument, NULL, 'r'},
		{"cpus", required_argument, NULL, 'c'},
		{NULL, 0, NULL, 0},
	};
	const char *root = "";
	cpu_set_t cpus, *chosen = NULL;
	int option, failed;
	json_t *noise;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			root = optarg;
		else if (option != 'c' || refuse_cpus(optarg, &cpus))
			return PB_EXIT_USAGE;
		else
			chosen = &cpus;
	}
	if (optind != argc) {
		fputs(usage, stderr);
		return PB_EXIT_USAGE;
	}
	noise = fingerprint_take(root, chosen);
	failed = json_dumpf(noise, stdout,
			    JSON_INDENT(1) | JSON_REAL_PRECISION(PB_RESULT_PRECISION));
	putchar('\n');
	json_decref(noise);
	return failed || fflush(stdout) ? PB_EXIT_ENVIRONMENT : PB_EXIT_OK;
}

static void print_event(const char *name, void *text)
{
	if (strcasestr(name, text))
		puts(name);
}

static int events(const char *text)
{
	names_each(false, print_event, (void *)text);
	return fflush(stdout) ? PB_EXIT_ENVIRONMENT : PB_EXIT_OK;
}

static json_t *load_plan(const char *path)
{
	json_error_t error;
	json_t *plan =
		strcmp(path, "-") ? json_load_file(path, 0, &error) : json_loadf(stdin, 0, &error);

	if (!plan)
		fprintf(stderr, "pinbench-agent: %s:%d: %s\n", path, error.line, error.text);
	return plan;
}

static void note_interrupt(int number)
{
	runner_interrupted = number;
}

/* Without SA_RESTART: who waits for a case sees it. */
static void catch_interrupts(void)
{
	const struct sigaction action = {.sa_handler = note_interrupt};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static int run_plan(struct runner *runner, const char *path, const char *result)
{
	json_t *plan = load_plan(path);
	char why[1024] = "out of memory";
	int err;

	if (!plan)
		return PB_EXIT_USAGE;
	if (result)
		err = session_run(runner, plan, result, why, sizeof(why));
	else
		err = runner_run(runner, plan, why, sizeof(why));
	json_decref(plan);
	if (err) {
		fprintf(stderr, "pinbench-agent: %s: %s\n", path, why);
		return err == -EINVAL || err == -ENOENT ? PB_EXIT_USAGE : PB_EXIT_ENVIRONMENT;
	}
	if (runner_interrupted)
		return PB_EXIT_INTERRUPTED;
	if (runner->out && ferror(runner->out)) {
		fprintf(stderr, "pinbench-agent: results could not be written: %s\n",
			strerror(errno));
		return PB_EXIT_ENVIRONMENT;
	}
	return PB_EXIT_OK;
}

static int refuse_device(struct runner *runner, const char *text)
{
	if (!named_add(&runner->named, text))
		return 0;
	fprintf(stderr,
		"pinbench-agent: --device '%s': it is ROLE=NAME, at most %d of them: "
		"provider=0000:03:00.0\n",
		text, NAMED_MOST);
	return PB_EXIT_USAGE;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{"out", required_argument, NULL, 'o'},
		{"dir", required_argument, NULL, 'd'},
		{"device", required_argument, NULL, 'n'},
		{"result", required_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	struct runner runner = {.out = stdout, .scratch_dir = "/var/tmp"};
	const char *out = NULL, *result = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'd')
			runner.scratch_dir = optarg;
		else if (option == 'o')
			out = optarg;
		else if (option == 'r')
			result = optarg;
		else if (option != 'n' || refuse_device(&runner, optarg))
			return PB_EXIT_USAGE;
	}
	if (optind != argc - 1) {
		fputs(usage, stderr);
		return PB_EXIT_USAGE;
	}
	if (out || result)
		runner.out = out ? fopen(out, "we") : NULL;
	if (out && !runner.out) {
		fprintf(stderr, "pinbench-agent: %s: %s\n", out, strerror(errno));
		return PB_EXIT_ENVIRONMENT;
	}
	if (result)
		catch_interrupts();
	return run_plan(&runner, argv[optind], result);
}

int main(int argc, char **argv)
{
	/* jansson's hash tables would take a random seed: the same work takes the same path. */
	json_object_seed(1);
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return PB_EXIT_OK;
	}
	if (argc == 2 && !strcmp(argv[1], "list"))
		return list();
	if (argc >= 2 && !strcmp(argv[1], "ids"))
		return ids(argv + 2);
	if (argc >= 2 && !strcmp(argv[1], "fingerprint"))
		return fingerprint(argc - 1, argv + 1);
	if (argc >= 2 && argc <= 3 && !strcmp(argv[1], "events"))
		return events(argc == 3 ? argv[2] : "");
	if (argc >= 2 && !strcmp(argv[1], "run"))
		return run(argc - 1, argv + 1);
	fputs(usage, stderr);
	return PB_EXIT_USAGE;
}
