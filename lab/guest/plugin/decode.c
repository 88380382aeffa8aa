/* Instructions by their bytes: see decode.h. */
#include <string.h>
#include "lab/guest/plugin/decode.h"

struct opcode {
	bool lock;
	bool per_cpu; /* prefix GS */
	bool repeat;
	bool operand16; /* prefix 66 */
	uint8_t rex;
	uint8_t map; /* 0: one byte, 1: 0F, 2: 0F 38, 3: other */
	uint8_t code;
	uint8_t modrm;
	bool has_modrm; /* there is a byte behind the opcode */
	uint8_t sib;	/* and one behind that */
	int32_t disp;	/* the four bytes behind ModRM, or behind SIB if there is one */
};

static bool take_prefix(struct opcode *o, uint8_t byte)
{
	switch (byte) {
	case 0xf0:
		o->lock = true;
		return true;
	case 0xf2:
	case 0xf3:
		o->repeat = true;
		return true;
	case 0x66:
		o->operand16 = true;
		return true;
	case 0x65:
		o->per_cpu = true;
		return true;
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x67:
		return true;
	default:
		if (byte < 0x40 || byte > 0x4f)
			return false;
		o->rex = byte;
		return true;
	}
}

static struct opcode parse(const uint8_t *bytes, size_t size)
{
	struct opcode o = {0};
	size_t i = 0;

	while (i < size && take_prefix(&o, bytes[i]))
		i++;
	if (i < size && bytes[i] == 0x0f) {
		o.map = 1;
		i++;
		if (i < size && (bytes[i] == 0x38 || bytes[i] == 0x3a)) {
			o.map = bytes[i] == 0x38 ? 2 : 3;
			i++;
		}
	}
	if (i < size)
		o.code = bytes[i++];
	if (i < size) {
		o.modrm = bytes[i];
		o.has_modrm = true;
		o.sib = i + 1 < size ? bytes[i + 1] : 0;
		i += (o.modrm & 7) == 4 ? 2 : 1;
		if (i + sizeof(o.disp) <= size)
			memcpy(&o.disp, bytes + i, sizeof(o.disp));
	}
	return o;
}

static bool is_register(const struct opcode *o)
{
	return o->has_modrm && o->modrm >> 6 == 3;
}

static int extension(const struct opcode *o)
{
	return o->modrm >> 3 & 7;
}

static bool is_between(uint8_t code, uint8_t first, uint8_t last)
{
	return code >= first && code <= last;
}

static bool is_string(uint8_t code)
{
	return is_between(code, 0xa4, 0xa7) || is_between(code, 0xaa, 0xaf) ||
	       is_between(code, 0x6c, 0x6f);
}

static void classify_one_byte(const struct opcode *o, struct insn_kind *k)
{
	uint8_t code = o->code;

	k->is_rep = o->repeat && is_string(code);
	k->is_port_io = is_between(code, 0x6c, 0x6f) || is_between(code, 0xe4, 0xe7) ||
			is_between(code, 0xec, 0xef);
	if ((code == 0x86 || code == 0x87) && !is_register(o))
		k->is_locked = true;
	if (code == 0xe8 || (code == 0xff && (extension(o) == 2 || extension(o) == 3)))
		k->flow = FLOW_CALL;
	else if (code == 0xc2 || code == 0xc3 || code == 0xca || code == 0xcb)
		k->flow = FLOW_RETURN;
	else if (code == 0xcf)
		k->flow = FLOW_LEAVE;
	k->is_branch = k->flow != FLOW_NEXT || is_between(code, 0x70, 0x7f) ||
		       is_between(code, 0xe0, 0xe3) || code == 0xe9 || code == 0xeb ||
		       (code == 0xff && (extension(o) == 4 || extension(o) == 5));
}

static void classify_two_bytes(const struct opcode *o, struct insn_kind *k)
{
	uint8_t code = o->code;

	k->is_clock = code == 0x31 || (code == 0x01 && o->modrm == 0xf9);
	k->is_tlb_flush = (code == 0x01 && extension(o) == 7 && !is_register(o)) ||
			  (code == 0x22 && extension(o) == 3);
	if (code == 0x05 || code == 0x34)
		k->flow = FLOW_SYSCALL;
	else if (code == 0x07 || code == 0x35)
		k->flow = FLOW_LEAVE;
	k->is_branch = k->flow != FLOW_NEXT || is_between(code, 0x80, 0x8f);
}

/* Arithmetic and moves between registers. */
static bool is_plain_one_byte(const struct opcode *o)
{
	uint8_t code = o->code;

	if (code < 0x40 && (code & 7) < 6)
		return (code & 7) >= 4 || is_register(o);
	if (code == 0x63 || code == 0x69 || code == 0x6b || is_between(code, 0x80, 0x8b) ||
	    code == 0xc0 || code == 0xc1 || code == 0xc6 || code == 0xc7 ||
	    is_between(code, 0xd0, 0xd3))
		return is_register(o);
	if (code == 0xf6 || code == 0xf7)
		return is_register(o) && extension(o) < 6; /* not a division */
	if (code == 0xfe || code == 0xff)
		return is_register(o) && extension(o) < 2;
	return code == 0x8d || is_between(code, 0x90, 0x99) || code == 0xa8 || code == 0xa9 ||
	       is_between(code, 0xb0, 0xbf) || is_between(code, 0x70, 0x7f) ||
	       is_between(code, 0xe0, 0xe3) || code == 0xe9 || code == 0xeb || code == 0xf8 ||
	       code == 0xf9 || code == 0xfc || code == 0xfd;
}

static bool is_plain_two_bytes(const struct opcode *o)
{
	uint8_t code = o->code;

	if (is_between(code, 0x40, 0x4f) || is_between(code, 0x90, 0x9f) || code == 0xa3 ||
	    is_between(code, 0xa4, 0xa5) || code == 0xab || is_between(code, 0xac, 0xad) ||
	    code == 0xaf || code == 0xb3 || is_between(code, 0xb6, 0xb8) ||
	    is_between(code, 0xba, 0xbf))
		return is_register(o);
	if (code == 0xae)
		return is_register(o) && extension(o) >= 5; /* fences */
	return is_between(code, 0x18, 0x1f) || is_between(code, 0x80, 0x8f) ||
	       is_between(code, 0xc8, 0xcf);
}

struct accesses {
	bool known;
	uint8_t loads;
	uint8_t stores;
};

static const struct accesses none = {true, 0, 0}, load = {true, 1, 0}, store = {true, 0, 1},
			     both = {true, 1, 1}, unknown = {false, 0, 0};

/* Arithmetic of one opcode row: into memory, or from it; a comparison only reads. */
static struct accesses of_arithmetic(const struct opcode *o)
{
	bool compares = o->code >= 0x38;

	if ((o->code & 7) >= 4)
		return none;
	return o->code & 2 || compares ? load : both;
}

/* Opcodes whose work is in the middle of the ModRM byte. */
static struct accesses of_group(const struct opcode *o)
{
	int what = extension(o);

	switch (o->code) {
	case 0x80:
	case 0x81:
	case 0x83:
		return what == 7 ? load : both;
	case 0xf6:
	case 0xf7:
		return what == 2 || what == 3 ? both : load;
	case 0xfe:
		return both;
	case 0xff:
		if (what == 3 || what == 5)
			return unknown;
		return what == 4 ? load : both;
	default:
		return unknown;
	}
}

/* iretq: address, flags, stack pointer and two segments. */
static const struct accesses five_loads = {true, 5, 0};

/* Calls and stack operations: these access memory whatever their operand is. */
static bool of_stack(const struct opcode *o, struct accesses *ret)
{
	uint8_t code = o->code;

	if (is_between(code, 0x50, 0x57) || code == 0x68 || code == 0x6a || code == 0x9c ||
	    code == 0xe8)
		*ret = store;
	else if (is_between(code, 0x58, 0x5f) || code == 0x9d || code == 0xc2 || code == 0xc3 ||
		 code == 0xc9)
		*ret = load;
	else if (code == 0xff && is_register(o) && (extension(o) == 2 || extension(o) == 6))
		*ret = store;
	else if (code == 0xcf)
		*ret = five_loads;
	else
		return false;
	return true;
}

static struct accesses of_string(const struct opcode *o)
{
	static const struct accesses two_loads = {true, 2, 0};

	switch (o->code & ~1) {
	case 0xa4: /* movs */
		return both;
	case 0xa6: /* cmps */
		return two_loads;
	case 0xaa: /* stos */
	case 0x6c: /* ins */
		return store;
	default: /* lods, scas, outs */
		return load;
	}
}

static struct accesses of_one_byte(const struct opcode *o)
{
	uint8_t code = o->code;
	struct accesses ret;

	if (of_stack(o, &ret))
		return ret;
	if (is_string(code))
		return of_string(o);
	/* in and out of a register; hlt, cli, sti */
	if (is_between(code, 0xe4, 0xe7) || is_between(code, 0xec, 0xef) || code == 0xf4 ||
	    code == 0xfa || code == 0xfb)
		return none;
	if (is_register(o) && (code < 0x40 || is_between(code, 0x63, 0x8b) || code >= 0xc0))
		return is_plain_one_byte(o) ? none : unknown;
	if (code < 0x40 && (code & 7) < 6)
		return of_arithmetic(o);
	if (code == 0x63 || code == 0x69 || code == 0x6b || code == 0x84 || code == 0x85 ||
	    code == 0x8a || code == 0x8b)
		return load;
	if (code == 0x88 || code == 0x89 || code == 0xc6 || code == 0xc7)
		return store;
	if (code == 0x86 || code == 0x87 || code == 0xc0 || code == 0xc1 ||
	    is_between(code, 0xd0, 0xd3))
		return both;
	if (is_plain_one_byte(o))
		return none;
	return of_group(o);
}

static const struct accesses four = {true, 2, 2};

static struct accesses of_two_bytes(const struct opcode *o)
{
	uint8_t code = o->code;

	/* syscall, sysret; to and from control and debug registers, MSRs, time, cpuid */
	if (is_plain_two_bytes(o) || code == 0x05 || code == 0x07 || is_between(code, 0x20, 0x23) ||
	    is_between(code, 0x30, 0x33) || code == 0xa2 || (code == 0x01 && is_register(o)))
		return none;
	if (is_register(o))
		return unknown;
	if (code == 0xc7 && extension(o) == 1) /* cmpxchg8b, or of 16 bytes */
		return o->rex & 8 ? four : both;
	if (is_between(code, 0x40, 0x4f) || code == 0xa3 || code == 0xaf ||
	    is_between(code, 0xb6, 0xb8) || is_between(code, 0xbc, 0xbf) ||
	    (code == 0xba && extension(o) == 4))
		return load;
	if (is_between(code, 0x90, 0x9f))
		return store;
	if (code == 0xab || code == 0xb3 || code == 0xbb || code == 0xba ||
	    is_between(code, 0xb0, 0xb1) || is_between(code, 0xc0, 0xc1) ||
	    is_between(code, 0xa4, 0xa5) || is_between(code, 0xac, 0xad))
		return both;
	return unknown;
}

/* The kernel's image and its modules: Documentation/arch/x86/x86_64/mm.rst. */
#define IMAGE_START 0xffffffff80000000ull
#define IMAGE_END   0xffffffffff000000ull

/*
 * The address that the ModRM byte makes: on the stack, or in the image. Devices have fixed
 * addresses too, but behind the image.
 */
static bool is_always_there(const struct opcode *o, uint64_t next)
{
	int mode = o->modrm >> 6, base = o->modrm & 7;
	/* With these bits of REX, r12 takes the place of no index and of the stack pointer. */
	bool no_index = !(o->rex & 2), no_base = !(o->rex & 1);
	bool is_absolute = base == 4 && o->sib == 0x25 && no_index;
	bool on_stack = base == 4 && (o->sib & 0x3f) == 0x24 && no_index && no_base;
	uint64_t address = (uint64_t)(int64_t)o->disp + (is_absolute ? 0 : next);

	if (!o->has_modrm || mode == 3)
		return false;
	if (mode == 0 && (base == 5 || is_absolute))
		return address >= IMAGE_START && address < IMAGE_END;
	return on_stack;
}

static bool is_division(const struct opcode *o)
{
	return (o->code == 0xf6 || o->code == 0xf7) && extension(o) >= 6;
}

static bool stays_in_kernel(const struct opcode *o, uint64_t next)
{
	struct accesses stack;

	/* What divides may fault wherever its operand is; what a string goes to has no prefix. */
	if (o->map == 0 && (is_division(o) || is_string(o->code) || o->code == 0xcf))
		return false;
	if (o->map == 0 && of_stack(o, &stack))
		return o->code != 0xff || is_register(o);
	return o->per_cpu || is_always_there(o, next);
}

struct insn_kind decode(const uint8_t *bytes, size_t size, uint64_t address)
{
	struct opcode o = parse(bytes, size);
	struct insn_kind k = {.flow = FLOW_NEXT, .is_locked = o.lock, .may_stop = true};
	struct accesses a = unknown;

	if (o.map == 0) {
		classify_one_byte(&o, &k);
		k.may_stop = !is_plain_one_byte(&o);
		a = of_one_byte(&o);
	} else if (o.map == 1) {
		classify_two_bytes(&o, &k);
		k.may_stop = !is_plain_two_bytes(&o);
		a = of_two_bytes(&o);
	} else if (o.map == 2) {
		k.is_tlb_flush = o.operand16 && o.code == 0x82;
	}
	k.has_accesses = a.known;
	k.loads = a.loads;
	k.stores = a.stores;
	if (a.known && address >> 63 && stays_in_kernel(&o, address + size))
		k.may_stop = false;
	return k;
}
