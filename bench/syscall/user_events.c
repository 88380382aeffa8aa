/*
 * syscall/user_events: what it costs when a program registers events of its own with the kernel's
 * tracing, and when somebody switches one on: the kernel pins the page of each enable bit to set
 * it.
 *
 * Timed: DIAG_IOCSREG for each enabler, writing 1 and then 0 to the event's enable file with all of
 * them registered, DIAG_IOCSUNREG for each.
 * Excluded: the event's creation, waiting for grace periods, the checks of the bits, the clock.
 * Path: user_event_enabler_write() -> pin_user_pages_remote(FOLL_WRITE | FOLL_NOFAULT) ->
 * unpin_user_pages_dirty_lock()
 *
 * Registering looks through all enablers that the process has, so its cost grows with them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "bench/syscall/event.h"
#include "bench/syscall/syscall.h"

enum {
	REGISTER,
	ENABLE,
	DISABLE,
	UNREGISTER,
};

struct events_case {
	struct user_event event;
	size_t enablers;
	size_t spacing; /* bytes between their enable words */
	char *words;
	char *word; /* of the next call */
	char value; /* for the enable file */
};

static const struct operation_metrics operations[] = {
	[REGISTER] = OPERATION_NAMES("register", "call"),
	[ENABLE] = OPERATION_NAMES("enable", "enabler"),
	[DISABLE] = OPERATION_NAMES("disable", "enabler"),
	[UNREGISTER] = OPERATION_NAMES("unregister", "call"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("register", "call", "DIAG_IOCSREG of an event that exists", false),
	OPERATION_METRICS("enable", "enabler", "switching the event on", false),
	OPERATION_METRICS("disable", "enabler", "switching it off", true),
	OPERATION_METRICS("unregister", "call", "DIAG_IOCSUNREG", true),
	{.name = NULL},
};

static const struct bench_param param_enablers = {
	.name = "enablers",
	.fallback = "64",
	.allowed = (const char *const[]){"1", "8", "64", "512", NULL},
	.help = "registrations of the event that the process has",
};

static const struct bench_param param_spacing = {
	.name = "spacing",
	.fallback = "4k",
	.allowed = (const char *const[]){"8", "4k", NULL},
	.help = "bytes from one enable word to the next: 4k, a page each; 8, as in an array",
};

static const struct bench_param param_backing = {
	.name = "backing",
	.fallback = "anon",
	.allowed = (const char *const[]){"anon", "hugetlb", "memfd", NULL},
	.help = "the memory with the enable words: anonymous, hugetlb or memfd",
};

static const struct bench_param param_size = {
	.name = "size",
	.fallback = "2m",
	.allowed = (const char *const[]){"2m", NULL},
	.help = "size of the region that the enable words lie in",
};

static const struct bench_param *const params[] = {
	&param_backing, &backing_param_page, &param_enablers, &param_spacing, &param_size, NULL,
};

static int call_register(void *context)
{
	const struct events_case *e = context;

	return user_event_register(&e->event, e->word);
}

static int call_unregister(void *context)
{
	const struct events_case *e = context;

	return user_event_unregister(&e->event, e->word);
}

static int call_write(void *context)
{
	struct events_case *e = context;

	return syscall_transferred(write(e->event.enable, &e->value, 1), 1);
}

/*
 * What was freed or switched off is let go of a grace period later, by a worker; and switching on
 * waits for the grace period of the switching off before. None of it shall meet a measured call.
 */
static void wait_for_grace_period(void)
{
	struct timespec time = {.tv_nsec = 100000000};

	while (nanosleep(&time, &time) && errno == EINTR)
		;
}

static int for_each_word(struct bench_ctx *ctx, struct syscall_case *c, size_t operation,
			 const char *what, measured_call call)
{
	struct events_case *e = c->own;
	int err = 0;

	for (size_t i = 0; !err && i < e->enablers; i++) {
		e->word = e->words + i * e->spacing;
		err = syscall_call(ctx, c, operation, what, call, e, 1);
	}
	return err;
}

/* Switches, and looks whether the kernel wrote every word. */
static int switch_event(struct bench_ctx *ctx, struct syscall_case *c, bool on)
{
	struct events_case *e = c->own;
	int err;

	wait_for_grace_period();
	e->value = on ? '1' : '0';
	err = syscall_call(ctx, c, on ? ENABLE : DISABLE, "writing the event's enable file",
			   call_write, e, e->enablers);
	for (size_t i = 0; !err && i < e->enablers; i++) {
		const volatile uint32_t *word = (const void *)(e->words + i * e->spacing);

		if (*word != (uint32_t)on << USER_EVENT_BIT)
			err = bench_fail(ctx, 0, "the enable word of enabler %zu is %#x after %c",
					 i, *word, e->value);
	}
	return err;
}

static int count(struct bench_ctx *ctx, const char *fact, struct pins *pins)
{
	uint64_t before = pins->acquired;
	int err = pins_read(ctx, pins);

	if (!err)
		bench_fact_number(ctx, fact, (double)(pins->acquired - before));
	return err;
}

static int pass(struct bench_ctx *ctx, struct syscall_case *c)
{
	struct pins pins;
	int err = pins_read(ctx, &pins);

	wait_for_grace_period();
	if (!err)
		err = for_each_word(ctx, c, REGISTER, "DIAG_IOCSREG", call_register);
	if (!err)
		err = count(ctx, "register_pins", &pins);
	if (!err)
		err = switch_event(ctx, c, true);
	if (!err)
		err = count(ctx, "enable_pins", &pins);
	if (!err)
		err = switch_event(ctx, c, false);
	if (!err)
		err = count(ctx, "disable_pins", &pins);
	if (!err)
		err = for_each_word(ctx, c, UNREGISTER, "DIAG_IOCSUNREG", call_unregister);
	return err ? err : count(ctx, "unregister_pins", &pins);
}

static int open_case(struct bench_ctx *ctx, struct syscall_case *c)
{
	struct events_case *e = calloc(1, sizeof(*e));

	if (!e)
		return bench_fail(ctx, ENOMEM, "no memory");
	c->own = e;
	e->enablers = bench_param_size_bytes(ctx, "enablers");
	e->spacing = bench_param_size_bytes(ctx, "spacing");
	e->words = c->backing.addr;
	memset(e->words, 0, c->backing.bytes);
	bench_fact_string(ctx, "disable_varies",
			  "by some 10 instructions a call: SRCU arms a timer, and __mod_timer() "
			  "goes by the time since the boot");
	return user_event_open(ctx, &e->event, e->words);
}

static void close_case(struct syscall_case *c)
{
	struct events_case *e = c->own;

	if (e)
		user_event_close(&e->event);
	free(e);
}

static const struct syscall_spec spec = {
	.operations = operations,
	.operation_count = sizeof(operations) / sizeof(operations[0]),
	.unpinned = "no pin was counted",
	.open = open_case,
	.pass = pass,
	.close = close_case,
};

const struct bench bench_syscall_user_events = {
	.name = "syscall/user_events",
	.summary =
		"What registering user events costs, and what switching one on and off costs per "
		"registration, as the kernel pins the page of each enable word",
	.path = "user_events_ioctl_reg(), user_event_enabler_update() -> "
		"user_event_enabler_write() -> pin_user_pages_remote(), "
		"unpin_user_pages_dirty_lock()",
	.inside = "DIAG_IOCSREG and DIAG_IOCSUNREG of each enabler; a write of 1 and of 0 to the "
		  "event's enable file",
	.outside = "making the event, waiting for grace periods, looking at the enable words, and "
		   "the clock's own cost, which is subtracted",
	.metrics = metrics,
	.params = params,
	.setup = syscall_setup,
	.run = syscall_run,
	.teardown = syscall_teardown,
	.data = &spec,
};
