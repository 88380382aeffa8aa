/* Loads and stores of instructions whose bytes do not tell how many there are. */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_ACCESS_H
#define PINBENCH_LAB_GUEST_PLUGIN_ACCESS_H

#include "lab/guest/plugin/api.h"

/* From now on the accesses of @insn are counted, in rare.h. */
void access_watch(struct qemu_plugin_insn *insn);

#endif
