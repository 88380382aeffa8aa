/* Pinbench as it is installed on a machine: what a guest needs to run it. */
#ifndef PINBENCH_TESTS_STAGE_H
#define PINBENCH_TESTS_STAGE_H

#include <glib.h>

/*
 * Makes the folder @tree: the built pinbench where it was built, the agent, the libraries of both,
 * configs/, and @module (a file) installed for the kernel @release.
 */
int stage_pinbench(const char *tree, const char *release, const char *module, GError **ret_error);

#endif
