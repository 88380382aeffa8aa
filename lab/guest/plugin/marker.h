/* The markers of the measured region, as instructions that QEMU translates. */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_MARKER_H
#define PINBENCH_LAB_GUEST_PLUGIN_MARKER_H

#include <string.h>
#include "pinbench/marker.h"
#include "lab/guest/plugin/api.h"

/* The number of the marker that @insn is; 0 if it is none. */
static inline uint32_t marker_of(const struct qemu_plugin_insn *insn)
{
	const uint8_t *bytes;
	uint32_t number;

	if (qemu_plugin_insn_size(insn) != PINBENCH_MARKER_BYTES)
		return 0;
	bytes = qemu_plugin_insn_data(insn);
	if (bytes[0] != PINBENCH_MARKER_OPCODE_0 || bytes[1] != PINBENCH_MARKER_OPCODE_1 ||
	    bytes[2] != PINBENCH_MARKER_OPCODE_2)
		return 0;
	memcpy(&number, bytes + 3, sizeof(number));
	return number;
}

#endif
