/*
 * Loads and stores of a program's instructions whose bytes do not tell how many there are. The
 * kernel has next to none of them, but for those that save the state of the FPU: these are not
 * counted.
 */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_ACCESS_H
#define PINBENCH_LAB_GUEST_PLUGIN_ACCESS_H

#include "lab/guest/plugin/api.h"

/* From now on the accesses of @insn are counted, in rare.h. */
void access_watch(struct qemu_plugin_insn *insn);

#endif
