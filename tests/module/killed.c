/*
 * Runs in a guest instead of the agent: starts cases, kills them with everything that belongs to
 * them in the very state that is named, and looks by the kernel's counters whether anything is left
 * behind.
 *
 * PLAN: {"cases":[{"id":ID,"until":"pins|cma|mlocked"}]}. Each check is one line of output; the
 * host's test reads them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "pinbench/result.h"
#include "bench/core/kmsg.h"
#include "bench/core/leftovers.h"
#include "bench/core/runner.h"

#define POLL_NS	 1000000
#define PATIENCE 5000 /* polls until what is given back later must be back */

static void check(const char *name, bool ok, const char *detail)
{
	json_t *event = json_pack("{s:s, s:s, s:b, s:s}", PB_EVENT, "check", "name", name, "ok", ok,
				  "detail", detail);

	json_dumpf(event, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(event);
}

static void pause_once(void)
{
	struct timespec pause = {.tv_nsec = POLL_NS};

	nanosleep(&pause, NULL);
}

static void run_case(const char *id)
{
	json_t *plan = json_pack("{s:s, s:i, s:[s]}", "evidence", PB_EVIDENCE_TIMED, "repetitions",
				 1000, "cases", id);
	struct runner runner = {.out = fopen("/dev/null", "w"), .scratch_dir = "/data"};
	char why[512];

	setpgid(0, 0);
	_exit(!runner.out || runner_run(&runner, plan, why, sizeof(why)) ? 1 : 0);
}

static int64_t held(const char *until, const struct leftovers *now, const struct leftovers *before)
{
	if (!strcmp(until, "pins"))
		return (int64_t)(now->pins - before->pins);
	if (!strcmp(until, "cma"))
		return (int64_t)(now->cma_used_pages - before->cma_used_pages);
	return (int64_t)(now->mlocked_bytes - before->mlocked_bytes) / 4096;
}

/* How many it held when it was killed; 0: it ended without ever holding any. */
static int64_t kill_when_held(pid_t child, const char *until, const struct leftovers *before)
{
	struct leftovers now;
	int64_t pages;

	for (;;) {
		leftovers_note(&now);
		pages = held(until, &now, before);
		if (pages > 0)
			break;
		if (waitpid(child, NULL, WNOHANG) == child)
			return 0;
		pause_once();
	}
	kill(-child, SIGKILL);
	waitpid(child, NULL, 0);
	return pages;
}

static bool is_clean(const struct leftovers *now, const struct leftovers *before)
{
	return held("pins", now, before) <= 0 && held("cma", now, before) <= 0 &&
	       held("mlocked", now, before) <= 0;
}

static void check_case(const char *id, const char *until)
{
	struct leftovers before, now;
	char detail[192];
	int64_t pages;
	pid_t child;
	int polls = 0;

	leftovers_note(&before);
	child = fork();
	if (!child)
		run_case(id);
	setpgid(child, child);
	pages = kill_when_held(child, until, &before);
	do {
		pause_once();
		leftovers_note(&now);
	} while (!is_clean(&now, &before) && polls++ < PATIENCE);
	snprintf(detail, sizeof(detail),
		 "killed with %lld pages (%s); left: %lld pins, %lld pages of CMA, %lld locked",
		 (long long)pages, until, (long long)held("pins", &now, &before),
		 (long long)held("cma", &now, &before), (long long)held("mlocked", &now, &before));
	check(id, pages > 0 && is_clean(&now, &before), detail);
}

/* The module has nothing to do any more: a device of its own would keep it. */
static void check_unload(void)
{
	int err = -1;

	for (int polls = 0; err && polls < PATIENCE; polls++) {
		err = (int)syscall(SYS_delete_module, "pinbench", O_NONBLOCK);
		if (err)
			pause_once();
	}
	check("module unloads", !err, err ? strerror(errno) : "");
	check("no TEE device", access("/dev/tee0", F_OK) != 0, "");
}

int main(int argc, char **argv)
{
	json_t *plan = json_load_file(argv[argc - 1], 0, NULL), *one;
	int kmsg = kmsg_open();
	char line[256] = "";
	size_t i;

	json_object_seed(1);
	check("plan", json_array_size(json_object_get(plan, "cases")) > 0, argv[argc - 1]);
	json_array_foreach (json_object_get(plan, "cases"), i, one)
		check_case(json_string_value(json_object_get(one, "id")),
			   json_string_value(json_object_get(one, "until")));
	check_unload();
	check("no splat", !kmsg_find_splat(kmsg, line, sizeof(line)), line);
	check("end", true, "");
	return 0;
}
