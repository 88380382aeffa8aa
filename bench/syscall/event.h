/*
 * A user event of the kernel's tracing: made by the first registration, kept by its open file, gone
 * when that is closed. An enabler is a registration: a word of memory whose bit the kernel sets
 * while somebody wants the event.
 */
#ifndef PINBENCH_SYSCALL_EVENT_H
#define PINBENCH_SYSCALL_EVENT_H

#include "pinbench/bench.h"

#define USER_EVENT_BIT 31

struct user_event {
	char name[64];
	int data;   /* user_events_data of tracefs */
	int enable; /* the event's enable file */
};

/* Makes one; @word, zero, is its enable word meanwhile. Returns as bench_skip() does. */
int user_event_open(struct bench_ctx *ctx, struct user_event *ret_event, void *word);
/* Switches it off and lets it go. Takes one that could not be opened, too. */
void user_event_close(struct user_event *event);

/* An enabler whose word is @word, and its end. 0 or -errno. */
int user_event_register(const struct user_event *event, void *word);
int user_event_unregister(const struct user_event *event, void *word);

#endif
