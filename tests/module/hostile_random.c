/*
 * The hostile program, continued: thousands of sequences of making a buffer, doing things with it
 * in random order and dropping it, in processes that share some of the buffers and a file, and that
 * are killed in between.
 *
 * What a process does follows from the seed; when it is killed does not.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "bench/core/leftovers.h"
#include "bench/core/sysfile.h"
#include "tests/module/hostile.h"
#include "tests/module/hostile_verbs.h"
#include "tests/module/subscriptions.h"

#define PROCESSES    4
#define SHARED	     2
#define LEAST_VERBS  4
#define MOST_VERBS   9
#define ERA_KILLS    32 /* so long the shared buffers live */
#define SETTLE_POLLS 1000
#define SETTLE_US    10000
#define PROGRESS     500
#define KMEMLEAK     "/sys/kernel/debug/kmemleak"
/* Younger ones are not told of. */
#define LEAK_AGE_SECONDS 6
#define MOST_SECONDS	 600

static struct tally {
	atomic_uint sequences;
	atomic_uint tried[NR_VERBS];
	atomic_uint done[NR_VERBS];
} * tally;

struct world {
	unsigned int seed;
	unsigned int generation; /* of processes: each has numbers of its own */
	int common;
	struct {
		int fd;
		size_t bytes;
	} shared[SHARED];
	pid_t pids[PROCESSES];
	unsigned int kills;
};

static const struct verb *draw_verb(void)
{
	unsigned int all = 0, at;
	const struct verb *verb = verbs;

	for (size_t i = 0; i < NR_VERBS; i++)
		all += verbs[i].weight;
	for (at = below(all); at >= verb->weight; verb++)
		at -= verb->weight;
	return verb;
}

static void act(struct player *p)
{
	const struct verb *verb = draw_verb();

	atomic_fetch_add(&tally->tried[verb - verbs], 1);
	if (verb->act(p))
		atomic_fetch_add(&tally->done[verb - verbs], 1);
}

static void begin_sequence(const struct world *w, struct player *p)
{
	uint32_t which = below(SHARED);

	*p = (struct player){.fd = p->fd < 0 ? device() : p->fd, .common = w->common};
	if (below(4)) {
		p->buffer = make_buffer(p->fd, &p->bytes, &p->is_shared);
		return;
	}
	p->is_shared = true;
	p->buffer = dup(w->shared[which].fd);
	p->bytes = w->shared[which].bytes;
}

static void drop_file(struct player *p)
{
	close(p->fd);
	p->fd = -1;
}

/* The mapping, the buffer and the file go in any order, or the file stays with what it holds. */
static void end_sequence(struct player *p)
{
	bool is_file_first = !below(3), is_map_last = below(2);

	if (is_file_first)
		drop_file(p);
	if (p->map && !is_map_last)
		munmap(p->map, p->bytes);
	if (p->buffer >= 0)
		close(p->buffer);
	if (p->map && is_map_last)
		munmap(p->map, p->bytes);
	if (!is_file_first && below(2))
		drop_file(p);
}

static void __attribute__((noreturn)) play(const struct world *w)
{
	struct player p = {.fd = -1};

	srandom(w->seed * 100003 + w->generation);
	survive_faults();
	for (;;) {
		begin_sequence(w, &p);
		for (uint32_t left = LEAST_VERBS + below(MOST_VERBS - LEAST_VERBS); left; left--)
			act(&p);
		end_sequence(&p);
		atomic_fetch_add(&tally->sequences, 1);
	}
}

static void start(struct world *w, unsigned int i)
{
	w->generation++;
	w->pids[i] = fork();
	if (!w->pids[i])
		play(w);
}

static void stop(struct world *w, unsigned int i)
{
	kill(w->pids[i], SIGKILL);
	waitpid(w->pids[i], NULL, 0);
	w->kills++;
}

static void begin_era(struct world *w)
{
	bool is_bar;

	w->common = device();
	for (int i = 0; i < SHARED; i++)
		w->shared[i].fd = make_buffer(w->common, &w->shared[i].bytes, &is_bar);
	for (unsigned int i = 0; i < PROCESSES; i++)
		start(w, i);
}

static void end_era(struct world *w)
{
	for (unsigned int i = 0; i < PROCESSES; i++)
		stop(w, i);
	for (int i = 0; i < SHARED; i++)
		close(w->shared[i].fd);
	close(w->common);
}

static void say_progress(unsigned int sequences)
{
	static unsigned int told;
	char name[64];

	if (sequences / PROGRESS == told)
		return;
	told = sequences / PROGRESS;
	snprintf(name, sizeof(name), "%u random sequences", sequences);
	check(name, true, "");
}

static void live_through_era(struct world *w, unsigned int wanted, time_t end)
{
	unsigned int last = w->kills + ERA_KILLS;

	begin_era(w);
	while (w->kills < last && tally->sequences < wanted && time(NULL) < end) {
		unsigned int victim = below(PROCESSES);

		usleep(5000 + below(150000));
		stop(w, victim);
		start(w, victim);
		say_progress(tally->sequences);
	}
	end_era(w);
}

/* A verb that never came about was not tested. */
static void check_verbs(void)
{
	char detail[64];

	for (size_t i = 0; i < NR_VERBS; i++) {
		snprintf(detail, sizeof(detail), "done %u times of %u", tally->done[i],
			 tally->tried[i]);
		check(verbs[i].name, tally->done[i] || verbs[i].is_rare, detail);
	}
}

static bool is_settled(const struct leftovers *now, int64_t subscriptions)
{
	return !now->pins && !now->dma_bufs && !now->devices && !subscriptions;
}

static void check_nothing_left(void)
{
	int64_t subscriptions;
	struct leftovers now;
	char detail[160];
	int polls = 0;

	do {
		usleep(SETTLE_US);
		leftovers_note_all(&now);
		subscriptions = subscriptions_now();
	} while (!is_settled(&now, subscriptions) && polls++ < SETTLE_POLLS);
	snprintf(detail, sizeof(detail),
		 "%lld pins, %lld dma-bufs, %lld devices, %lld subscriptions", (long long)now.pins,
		 (long long)now.dma_bufs, (long long)now.devices, (long long)subscriptions);
	check("nothing left", is_settled(&now, subscriptions), detail);
}

/* What the module allocated and nobody points to any more, where the kernel looks for such. */
static void check_no_leak(void)
{
	char line[256], found[128] = "";
	FILE *file;

	if (access(KMEMLEAK, W_OK)) {
		check("no leak", true, "a kernel without kmemleak");
		return;
	}
	sleep(LEAK_AGE_SECONDS);
	for (int scans = 0; scans < 2; scans++)
		sysfile_write(KMEMLEAK, "scan");
	file = fopen(KMEMLEAK, "re");
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strstr(line, "[pinbench]"))
			snprintf(found, sizeof(found), "%.100s", line);
	}
	if (file)
		fclose(file);
	check("no leak", file && !found[0], found);
}

void hostile_random(unsigned int seed, unsigned int sequences)
{
	struct world w = {.seed = seed};
	time_t begin = time(NULL);
	char detail[128];
	int err = subscriptions_watch();

	check("probes", !err, strerror(-err));
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	srandom(seed);
	while (tally->sequences < sequences && time(NULL) < begin + MOST_SECONDS)
		live_through_era(&w, sequences, begin + MOST_SECONDS);
	snprintf(detail, sizeof(detail), "seed %u: %u sequences, %u processes killed, %ld s", seed,
		 tally->sequences, w.kills, (long)(time(NULL) - begin));
	check("random sequences", tally->sequences >= sequences, detail);
	check_verbs();
	check_nothing_left();
	check_no_leak();
}
