/* The functions of the guest, by address. */
#ifndef PINBENCH_LAB_GUEST_PLUGIN_SYMBOLS_H
#define PINBENCH_LAB_GUEST_PLUGIN_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>
#include "lab/guest/plugin/events.h"

struct symbol {
	uint64_t start;
	uint64_t end;
	int function; /* or enum pseudo_function */
	enum code_kind kind;
};

/* 0, or -1 after a line on stderr. Once. */
int symbols_read(const char *path);
/* Never NULL: code that no symbol covers is FUNCTION_UNKNOWN. */
const struct symbol *symbols_find(uint64_t address);

#endif
