/*
 * The little that the comparison knows of x86-64 instructions. Internal to
 * lab/kernel/changed/.
 */
#ifndef PINBENCH_LAB_KERNEL_CHANGED_OPERAND_H
#define PINBENCH_LAB_KERNEL_CHANGED_OPERAND_H

#include "lab/kernel/changed/object.h"

/*
 * How far behind the field of @relocation the processor counts from: the field itself, and
 * a constant behind it in the instruction. 0 if the relocation is not relative to code.
 */
guint pb_operand_rest(const struct pb_section *section, const struct pb_relocation *relocation);

/*
 * Adds relocations to @object where one function calls or jumps to another of the same section,
 * which the assembler has made plain distances of. Needs the items that have names.
 */
void pb_object_find_jumps(struct pb_object *object);

#endif
