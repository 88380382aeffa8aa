/* What an arm64 machine and a program for it are made of: Debian's packages, in the cache. */
#ifndef PINBENCH_TESTS_ARM64_PACKAGES_H
#define PINBENCH_TESTS_ARM64_PACKAGES_H

#include <glib.h>
#include "lab/util/progress.h"

/*
 * A folder with the contents of the packages: a kernel in boot/, and the libraries that the agent
 * is linked with. They come from the archive that this machine's apt uses, with lists of our own:
 * the machine's architectures and lists stay what they are. -ENOENT: that archive does not have
 * them or cannot be reached; the error says why.
 */
int arm64_packages(struct pb_progress *progress, char **ret_root, GError **ret_error);

#endif
