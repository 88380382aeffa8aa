#include "lab/kernel/changed/operand.h"

#include <elf.h>

#define TWO_BYTES 0x0f

/* 0x66 before the opcode, with or without a REX prefix between them. */
static bool is_16_bit(const guint8 *opcode, guint64 before)
{
	if (before >= 1 && opcode[-1] == 0x66)
		return true;
	return before >= 2 && (opcode[-1] & 0xf0) == 0x40 && opcode[-2] == 0x66;
}

/*
 * The bytes of the constant that ends an instruction with a memory operand relative to
 * itself. @opcode is its last byte of that name, with @before bytes of code in front; @reg is
 * the middle of the ModRM byte. What has no such form in one map is taken as the other.
 */
static guint constant_bytes(const guint8 *opcode, guint64 before, guint reg)
{
	bool two = before >= 1 && opcode[-1] == TWO_BYTES;

	if (before >= 2 && opcode[-1] == 0x3a && opcode[-2] == TWO_BYTES)
		return 1;
	switch (*opcode) {
	case 0x80: /* arithmetic */
	case 0x83:
	case 0x6b: /* imul */
	case 0xc6: /* mov, shufps */
		return 1;
	case 0x69:
	case 0x81:
		return is_16_bit(opcode, before) ? 2 : 4;
	case 0xc7: /* mov; others are cmpxchg8b and the like */
		return reg ? 0 : is_16_bit(opcode, before) ? 2 : 4;
	case 0xf6: /* test; others are not, neg, mul, div */
		return reg < 2;
	case 0xf7:
		return reg > 1 ? 0 : is_16_bit(opcode, before) ? 2 : 4;
	case 0xc0: /* shifts, xadd */
	case 0xc1:
		return !two;
	case 0x70: /* pshuf */
	case 0xa4: /* shld, shrd */
	case 0xac:
	case 0xba: /* bit tests */
	case 0xc2: /* cmpps */
	case 0xc4: /* pinsrw */
		return two;
	default:
		return 0;
	}
}

guint pb_operand_rest(const struct pb_section *section, const struct pb_relocation *relocation)
{
	guint64 at = relocation->offset;
	guint8 modrm;

	if (!(section->flags & SHF_EXECINSTR) || !section->bytes)
		return 0;
	switch (relocation->type) {
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_GOTPCREL:
	case R_X86_64_GOTPCRELX:
	case R_X86_64_REX_GOTPCRELX:
		break;
	default:
		return 0;
	}
	if (at < 2)
		return 4;
	modrm = section->bytes[at - 1];
	if ((modrm & 0xc7) != 0x05)
		return 4;
	return 4 + constant_bytes(section->bytes + at - 2, at - 2, (modrm >> 3) & 7);
}
