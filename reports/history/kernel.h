/* Kernels of a history: their order, their names, and which of their options make figures unlike.
 */
#ifndef PINBENCH_REPORTS_HISTORY_KERNEL_H
#define PINBENCH_REPORTS_HISTORY_KERNEL_H

#include <glib.h>
#include <jansson.h>

/*
 * "6.12.117" before "6.12.118" before "7.3.0-rc1" before "7.3.0": by numbers, a release candidate
 * before what it is of. What follows ("-rc1-00012-gabcdef", "-amd64") makes no difference. As of
 * strcmp().
 */
int pb_kernel_release_compare(const char *a, const char *b);

/* "6.12" of "6.12.117-amd64"; all of it if it does not begin with two numbers. */
char *pb_kernel_branch(const char *release);

/*
 * For people: the release; with "@REV" where @spec names one, "+FILE" for each patch, and the name
 * of a kernel of our own if it is not that of the release ("6.12.117 (6.12-debug)").
 */
char *pb_kernel_name(const char *release, const char *spec);

/*
 * Which of the options that decide what code is measured are on: "preempt=lazy smp thp ...", in
 * words that are the same for every release although options come, go and are renamed. "unknown"
 * if @options (names and values as of a result) are.
 */
char *pb_kernel_config_words(const json_t *options, const char *release);

#endif
