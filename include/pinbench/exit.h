/*
 * Exit codes of every pinbench program. They are part of the interface: scripts
 * and CI gates read them.
 */
#ifndef PINBENCH_EXIT_H
#define PINBENCH_EXIT_H

enum pb_exit {
	PB_EXIT_OK = 0,		 /* done, no regression */
	PB_EXIT_REGRESSION = 1,	 /* a regression was found */
	PB_EXIT_USAGE = 2,	 /* wrong usage or input */
	PB_EXIT_ENVIRONMENT = 3, /* panic, hang, module refused, full disk, missing program */
	PB_EXIT_INTERRUPTED = 4, /* stopped by a signal */
};

#endif
