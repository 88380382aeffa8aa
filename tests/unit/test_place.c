/* Where a case runs, and what it may take: read from a plan, and held to by a process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/core/limits.h"
#include "bench/core/place.h"

#define NODE_0	"/sys/devices/system/node/node0"
#define MIB	(1ull << 20)
#define NO_EXIT -1

static char why[256];

/* Takes @value. */
static int read_place(json_t *value, struct place *ret_place)
{
	int err;

	*why = '\0';
	err = place_read(value, ret_place, why, sizeof(why));
	json_decref(value);
	return err;
}

static void refuse_place(json_t *value, const char *word)
{
	struct place place;

	assert_int_equal(read_place(value, &place), -EINVAL);
	if (!strstr(why, word))
		fail_msg("\"%s\" is not in: %s", word, why);
}

/* The exit status of a process that does @work; NO_EXIT where a signal ended it, *ret_signal. */
static int in_child(int (*work)(const void *), const void *data, int *ret_signal)
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(work(data));
	assert_int_equal(waitpid(child, &status, 0), child);
	*ret_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : NO_EXIT;
}

static void nothing_said_is_everything_allowed(void **state)
{
	struct place place, allowed = {0};
	cpu_set_t cpus;

	(void)state;
	assert_int_equal(read_place(NULL, &place), 0);
	assert_int_equal(place.cpu_count, 0);
	assert_int_equal(place.numa_node, -1);
	assert_int_equal(read_place(json_pack("{s:n}", "numa_node"), &place), 0);
	assert_int_equal(place.numa_node, -1);
	place_take_allowed(&allowed);
	assert_int_equal(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
	assert_int_equal(allowed.cpu_count, CPU_COUNT(&cpus));
}

static void a_place_comes_back_as_it_was(void **state)
{
	struct place place = {.numa_node = access(NODE_0, F_OK) ? -1 : 0}, again;

	(void)state;
	place_take_allowed(&place);
	assert_int_equal(read_place(place_to_json(&place), &again), 0);
	assert_int_equal(again.cpu_count, place.cpu_count);
	assert_memory_equal(again.cpus, place.cpus, place.cpu_count * sizeof(*place.cpus));
	assert_int_equal(again.numa_node, place.numa_node);
}

static void wrong_cpus_are_refused(void **state)
{
	struct place allowed = {0};
	int cpu;

	(void)state;
	place_take_allowed(&allowed);
	cpu = allowed.cpus[0];
	refuse_place(json_pack("{s:[i, i]}", "cpus", cpu, 99999), "place.cpus[1]");
	refuse_place(json_pack("{s:[i]}", "cpus", -1), "place.cpus[0]");
	refuse_place(json_pack("{s:[s]}", "cpus", "0"), "place.cpus[0]");
	refuse_place(json_pack("{s:[f]}", "cpus", 0.5), "place.cpus[0]");
	refuse_place(json_pack("{s:[i, i]}", "cpus", cpu, cpu), "twice");
	/* A number alone is not a list: taken for none, it would be everywhere. */
	refuse_place(json_pack("{s:i}", "cpus", cpu), "place.cpus");
}

static void wrong_nodes_are_refused(void **state)
{
	(void)state;
	refuse_place(json_pack("{s:i}", "numa_node", 999), "numa_node");
	refuse_place(json_pack("{s:i}", "numa_node", -1), "numa_node");
	refuse_place(json_pack("{s:i}", "numa_node", 1 << 30), "numa_node");
	refuse_place(json_pack("{s:s}", "numa_node", "0"), "numa_node");
}

static int be_bound_to_first(const struct place *allowed)
{
	struct place first = {.cpus = {allowed->cpus[0]}, .cpu_count = 1, .numa_node = -1};
	char reason[256];

	return place_apply(&first, reason, sizeof(reason));
}

static int ask_for_another(const void *data)
{
	const struct place *allowed = data;
	json_t *value = json_pack("{s:[i]}", "cpus", allowed->cpus[1]);
	struct place place;

	if (be_bound_to_first(allowed))
		return 1;
	return place_read(value, &place, why, sizeof(why)) == -EINVAL ? 0 : 2;
}

static void a_cpu_that_is_not_allowed_is_refused(void **state)
{
	struct place allowed = {0};
	int signal;

	(void)state;
	place_take_allowed(&allowed);
	if (allowed.cpu_count < 2)
		skip();
	assert_int_equal(in_child(ask_for_another, &allowed, &signal), 0);
}

/* A case begins on the first one, and has the others for its workers. */
static int go_to(const void *data)
{
	cpu_set_t cpus;

	if (place_apply(data, why, sizeof(why)) || sched_getaffinity(0, sizeof(cpus), &cpus))
		return 1;
	return CPU_COUNT(&cpus) == 1 && CPU_ISSET(((const struct place *)data)->cpus[0], &cpus) &&
			       sched_getcpu() == ((const struct place *)data)->cpus[0]
		       ? 0
		       : 2;
}

static void a_process_is_where_it_was_put(void **state)
{
	struct place place = {.numa_node = -1}, last;
	int signal;

	(void)state;
	place_take_allowed(&place);
	last = place;
	last.cpus[0] = place.cpus[place.cpu_count - 1];
	last.cpu_count = 1;
	assert_int_equal(in_child(go_to, &place, &signal), 0);
	assert_int_equal(in_child(go_to, &last, &signal), 0);
}

/* Limits. Takes @value. */
static int read_limits(json_t *value, struct limits *limits)
{
	int err;

	*why = '\0';
	err = limits_read(value, limits, why, sizeof(why));
	json_decref(value);
	return err;
}

static void a_limit_that_is_not_said_stays(void **state)
{
	struct limits limits = {.memory_bytes = 5, .seconds = 6};

	(void)state;
	assert_int_equal(read_limits(NULL, &limits), 0);
	assert_int_equal(limits.memory_bytes, 5);
	assert_int_equal(limits.seconds, 6);
	assert_int_equal(read_limits(json_pack("{s:i}", "seconds", 7), &limits), 0);
	assert_int_equal(limits.memory_bytes, 5);
	assert_int_equal(limits.seconds, 7);
	assert_int_equal(
		read_limits(json_pack("{s:I}", "memory_bytes", (json_int_t)1 << 40), &limits), 0);
	assert_true(limits.memory_bytes == 1ull << 40);
	assert_int_equal(read_limits(limits_to_json(&limits), &limits), 0);
	assert_int_equal(limits.seconds, 7);
}

static void refuse_limit(json_t *value, const char *word)
{
	struct limits limits = {.memory_bytes = 5, .seconds = 6};

	assert_int_equal(read_limits(value, &limits), -EINVAL);
	if (!strstr(why, word))
		fail_msg("\"%s\" is not in: %s", word, why);
}

static void wrong_limits_are_refused(void **state)
{
	(void)state;
	refuse_limit(json_pack("{s:i}", "memory_bytes", -1), "limits.memory_bytes");
	refuse_limit(json_pack("{s:s}", "memory_bytes", "1G"), "limits.memory_bytes");
	refuse_limit(json_pack("{s:f}", "seconds", 1.5), "limits.seconds");
	/* Cut to what alarm() takes it would be none. */
	refuse_limit(json_pack("{s:I}", "seconds", (json_int_t)1 << 32), "limits.seconds");
}

static void the_default_is_a_part_of_the_machine(void **state)
{
	uint64_t all = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	struct limits limits;

	(void)state;
	limits_default(&limits);
	assert_true(limits.memory_bytes > all / 8 && limits.memory_bytes <= all / 2);
	assert_in_range(limits.seconds, 10, 600);
}

/* What a program has already counts, so the limit lies a little above that. */
static uint64_t bytes_of_process(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long long pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%llu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void *map(size_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int allocate_beyond(const void *data)
{
	struct limits limits = {.memory_bytes = bytes_of_process() + 64 * MIB};

	(void)data;
	limits_apply(&limits);
	if (map(16 * MIB) == MAP_FAILED)
		return 1;
	return map(128 * MIB) == MAP_FAILED && errno == ENOMEM ? 0 : 2;
}

static int allocate_freely(const void *data)
{
	const struct limits none = {0};

	(void)data;
	limits_apply(&none);
	return map(128 * MIB) == MAP_FAILED;
}

static int take_for_ever(const void *data)
{
	const struct limits limits = {.seconds = 1};

	(void)data;
	limits_apply(&limits);
	sleep(60);
	return 0;
}

static void memory_beyond_the_limit_is_refused(void **state)
{
	int signal;

	(void)state;
	assert_int_equal(in_child(allocate_beyond, NULL, &signal), 0);
	assert_int_equal(in_child(allocate_freely, NULL, &signal), 0);
}

static void time_beyond_the_limit_ends_the_process(void **state)
{
	int signal = 0;

	(void)state;
	assert_int_equal(in_child(take_for_ever, NULL, &signal), NO_EXIT);
	assert_int_equal(signal, SIGALRM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_is_everything_allowed),
		cmocka_unit_test(a_place_comes_back_as_it_was),
		cmocka_unit_test(wrong_cpus_are_refused),
		cmocka_unit_test(wrong_nodes_are_refused),
		cmocka_unit_test(a_cpu_that_is_not_allowed_is_refused),
		cmocka_unit_test(a_process_is_where_it_was_put),
		cmocka_unit_test(a_limit_that_is_not_said_stays),
		cmocka_unit_test(wrong_limits_are_refused),
		cmocka_unit_test(the_default_is_a_part_of_the_machine),
		cmocka_unit_test(memory_beyond_the_limit_is_refused),
		cmocka_unit_test(time_beyond_the_limit_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
