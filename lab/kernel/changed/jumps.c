/* Calls and jumps that the assembler has resolved. Declared in operand.h. */
#include <elf.h>
#include <string.h>

#include "lab/kernel/changed/operand.h"
#include "lab/kernel/changed/target.h"

#define DISTANCE_BYTES 4

/*
 * Whether a call or jump with a 32-bit distance may start at @offset of @section and end before
 * @end: where its distance stands, and where it leads to.
 */
static bool jump_at(const struct pb_section *section, guint64 offset, guint64 end,
		    guint64 *ret_field, gint64 *ret_target)
{
	const guint8 *code = section->bytes + offset;
	gint32 distance;

	if (*code == 0xe8 || *code == 0xe9)
		*ret_field = offset + 1;
	else if (*code == 0x0f && end - offset >= 2 && (code[1] & 0xf0) == 0x80)
		*ret_field = offset + 2;
	else
		return false;
	if (end - *ret_field < DISTANCE_BYTES)
		return false;
	memcpy(&distance, section->bytes + *ret_field, DISTANCE_BYTES);
	*ret_target = (gint64)*ret_field + DISTANCE_BYTES + distance;
	return true;
}

static bool has_relocation(const struct pb_section *section, guint64 field)
{
	return pb_first_relocation(section, field) !=
	       pb_first_relocation(section, field + DISTANCE_BYTES);
}

/*
 * Nothing here knows where an instruction starts. That a constant looks like a call of the
 * very start of a function does not happen; like one of the middle it may.
 */
static void find_jumps(const struct pb_object *object, const struct pb_section *section,
		       const struct pb_item *function, GArray *found)
{
	for (guint64 at = function->start; at < function->end; at++) {
		struct pb_relocation relocation = {.type = R_X86_64_PC32};
		const struct pb_item *item;
		gint64 target;

		if (!jump_at(section, at, function->end, &relocation.offset, &target) ||
		    target < 0 || has_relocation(section, relocation.offset))
			continue;
		item = pb_item_at(section, target);
		if (!item ||
		    ((guint64)target >= function->start && (guint64)target < function->end))
			continue;
		relocation.symbol = item->symbol - object->symbols;
		relocation.addend = target - (gint64)item->start - DISTANCE_BYTES;
		relocation.guessed = (guint64)target != item->start;
		g_array_append_val(found, relocation);
		if (!relocation.guessed)
			at = relocation.offset + DISTANCE_BYTES - 1;
	}
}

void pb_object_find_jumps(struct pb_object *object)
{
	for (guint32 i = 0; i < object->n_sections; i++) {
		struct pb_section *section = &object->sections[i];
		g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct pb_relocation));

		if (!(section->flags & SHF_EXECINSTR) || !section->bytes || !section->items)
			continue;
		for (guint k = 0; k < section->items->len; k++)
			find_jumps(object, section,
				   &g_array_index(section->items, struct pb_item, k), found);
		if (found->len)
			pb_add_relocations(section, found);
	}
}
