/*
 * QEMU's firmware configuration device, read through its I/O ports: how a plan gets
 * into a guest at once and without an interrupt, so that its arrival cannot shift
 * the guest's time. Specification: docs/specs/fw_cfg of QEMU.
 */
#ifndef PINBENCH_FWCFG_H
#define PINBENCH_FWCFG_H

#include <stddef.h>
#include <stdint.h>

/*
 * The whole of a named file, NUL-terminated, from malloc(). NULL with errno: ENOENT
 * if the machine has no such file. Needs iopl(3).
 */
char *fwcfg_read(const char *name, size_t *ret_bytes);

#endif
