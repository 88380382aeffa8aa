/*
 * Runs in a guest instead of the agent: starts cases, kills them with everything that belongs to
 * them in the very state that is named, or so long after, and looks by what the kernel shows
 * whether anything is left behind.
 *
 * PLAN: {"cases":[{"id":ID,"until":STATE}], "later_ms":[0,...]}, STATE a name of states[]. Each
 * check is one line of output; the host's test reads them.
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
#include "tests/module/subscriptions.h"

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

/* What there is now, of whoever it is. */
struct census {
	struct leftovers kernel;
	int64_t subscriptions;
};

static void take_census(struct census *ret_now)
{
	leftovers_note_all(&ret_now->kernel);
	ret_now->subscriptions = subscriptions_now();
}

static int64_t pins(const struct census *c)
{
	return (int64_t)c->kernel.pins;
}

static int64_t cma_pages(const struct census *c)
{
	return (int64_t)c->kernel.cma_used_pages;
}

static int64_t mlocked_pages(const struct census *c)
{
	return (int64_t)c->kernel.mlocked_bytes / 4096;
}

static int64_t dma_bufs(const struct census *c)
{
	return (int64_t)c->kernel.dma_bufs;
}

static int64_t devices(const struct census *c)
{
	return (int64_t)c->kernel.devices;
}

static int64_t subscriptions(const struct census *c)
{
	return c->subscriptions;
}

static const struct state {
	const char *name;
	int64_t (*count)(const struct census *census);
} states[] = {
	{"pins", pins},		{"cma", cma_pages},   {"mlocked", mlocked_pages},
	{"dma-bufs", dma_bufs}, {"devices", devices}, {"subscriptions", subscriptions},
};

#define NR_STATES (sizeof(states) / sizeof(states[0]))

static const struct state *find_state(const char *name)
{
	for (size_t i = 0; name && i < NR_STATES; i++) {
		if (!strcmp(states[i].name, name))
			return &states[i];
	}
	check("state", false, name ? name : "none");
	exit(EXIT_FAILURE);
}

static int64_t held(const struct state *state, const struct census *now,
		    const struct census *before)
{
	return state->count(now) - state->count(before);
}

/* How many it held before it was killed; 0: it ended without ever holding any. */
static int64_t kill_when_held(pid_t child, const struct state *until, const struct census *before,
			      int64_t later_ms)
{
	struct timespec later = {.tv_sec = later_ms / 1000, .tv_nsec = later_ms % 1000 * 1000000};
	struct census now;
	int64_t count;

	for (;;) {
		take_census(&now);
		count = held(until, &now, before);
		if (count > 0)
			break;
		if (waitpid(child, NULL, WNOHANG) == child)
			return 0;
		pause_once();
	}
	nanosleep(&later, NULL);
	kill(-child, SIGKILL);
	waitpid(child, NULL, 0);
	return count;
}

static bool is_clean(const struct census *now, const struct census *before)
{
	for (size_t i = 0; i < NR_STATES; i++) {
		if (held(&states[i], now, before) > 0)
			return false;
	}
	return true;
}

static void say_left(const struct census *now, const struct census *before, char *ret_text,
		     size_t bytes)
{
	size_t used = strlen(ret_text);

	for (size_t i = 0; i < NR_STATES && used < bytes; i++)
		used += (size_t)snprintf(ret_text + used, bytes - used, " %lld %s",
					 (long long)held(&states[i], now, before), states[i].name);
}

static void check_case(const char *id, const struct state *until, int64_t later_ms)
{
	struct census before, now;
	char detail[256];
	int64_t count;
	pid_t child;
	int polls = 0;

	take_census(&before);
	child = fork();
	if (!child)
		run_case(id);
	setpgid(child, child);
	count = kill_when_held(child, until, &before, later_ms);
	do {
		pause_once();
		take_census(&now);
	} while (!is_clean(&now, &before) && polls++ < PATIENCE);
	snprintf(detail, sizeof(detail),
		 "killed %lld ms after it had %lld %s; left:", (long long)later_ms,
		 (long long)count, until->name);
	say_left(&now, &before, detail, sizeof(detail));
	check(id, count > 0 && is_clean(&now, &before), detail);
}

static void check_cases(const json_t *plan)
{
	const json_t *later = json_object_get(plan, "later_ms"), *one;
	size_t i, j;

	json_array_foreach (json_object_get(plan, "cases"), i, one) {
		const struct state *until =
			find_state(json_string_value(json_object_get(one, "until")));

		for (j = 0; j < json_array_size(later); j++)
			check_case(json_string_value(json_object_get(one, "id")), until,
				   json_integer_value(json_array_get(later, j)));
	}
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
	json_t *plan = json_load_file(argv[argc - 1], 0, NULL);
	int kmsg = kmsg_open(), err = subscriptions_watch();
	char line[256] = "";

	json_object_seed(1);
	check("plan", json_array_size(json_object_get(plan, "cases")) > 0, argv[argc - 1]);
	check("probes", !err, strerror(-err));
	check_cases(plan);
	check_unload();
	check("no splat", !kmsg_find_splat(kmsg, line, sizeof(line)), line);
	check("end", true, "");
	return 0;
}
