#include "lab/kernel/changed/target.h"

#include <elf.h>
#include <string.h>

#include "lab/kernel/changed/operand.h"

/*
 * Tables that other tools read: they list places in code, with line numbers in some. What they
 * say about a function is in pb_describe_entries(), or is none of its code.
 */
static bool is_table(const struct pb_section *section)
{
	static const char *const prefixes[] = {
		"__bug_table", "__dyndbg", "__jump_table", ".altinstr", ".static_call_sites",
		"__ex_table",  ".discard", ".orc_",	   "runtime_",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_str_has_prefix(section->name, prefixes[i]))
			return true;
	return false;
}

static bool is_code(const struct pb_section *section)
{
	return section->flags & SHF_EXECINSTR;
}

bool pb_section_is_data(const struct pb_section *section)
{
	return (section->flags & SHF_ALLOC) && section->bytes && !is_code(section) &&
	       !(section->flags & SHF_MERGE) && !is_table(section);
}

bool pb_symbol_is_name(const struct pb_symbol *symbol)
{
	return symbol->type != STT_SECTION && symbol->name[0] &&
	       !g_str_has_prefix(symbol->name, ".L");
}

char *pb_variant_name(const char *name)
{
	const char *dot = strchr(name + (name[0] != '\0'), '.');
	GString *text = g_string_new_len(name, dot ? dot - name : (gssize)strlen(name));

	if (dot && strstr(dot, ".cold"))
		g_string_append(text, ".cold");
	if (dot && strstr(dot, ".part"))
		g_string_append(text, ".part");
	/* Numbered in the order in which they occur in the source. */
	if (g_str_has_prefix(name, "__UNIQUE_ID_"))
		while (text->len && g_ascii_isdigit(text->str[text->len - 1]))
			g_string_truncate(text, text->len - 1);
	return g_string_free(text, FALSE);
}

bool pb_target_place(const struct pb_object *object, const struct pb_section *section,
		     const struct pb_relocation *relocation, const struct pb_section **ret_home,
		     gint64 *ret_offset)
{
	const struct pb_symbol *symbol = &object->symbols[relocation->symbol];

	if (!symbol->section)
		return false;
	*ret_home = &object->sections[symbol->section];
	*ret_offset = (gint64)(symbol->value + (guint64)relocation->addend +
			       pb_operand_rest(section, relocation));
	return true;
}

static void append_name(const struct pb_symbol *symbol, gint64 delta, GString *text)
{
	g_autofree char *name = pb_variant_name(symbol->name);

	g_string_append_printf(text, "n%s%+" G_GINT64_FORMAT ";", name, delta);
}

static void append_item(const struct pb_section *home, const struct pb_item *item, gint64 offset,
			GString *text)
{
	gint64 delta = (gint64)((guint64)offset - item->start);

	if (item->symbol)
		append_name(item->symbol, delta, text);
	else
		g_string_append_printf(text, "a%+" G_GINT64_FORMAT ";", delta);
	if (!is_code(home))
		g_string_append_len(text, (const char *)item->digest, PB_DIGEST_BYTES);
}

/* A string or another constant of a section that has them without names. */
static void append_constant(const struct pb_section *home, guint64 offset, GString *text)
{
	guint64 width = MAX(home->entry, 1), end = offset;

	g_string_append_c(text, 's');
	do {
		guint64 bytes = MIN(width, home->size - end);
		bool zero = true;

		for (guint64 i = 0; i < bytes; i++)
			zero = zero && !home->bytes[end + i];
		end += bytes;
		if (!(home->flags & SHF_STRINGS) || zero)
			break;
	} while (end < home->size);
	g_string_append_len(text, (const char *)home->bytes + offset, end - offset);
}

void pb_describe_place(const struct pb_section *home, gint64 offset, GString *text)
{
	const struct pb_item *item = offset < 0 ? NULL : pb_item_at(home, offset);

	if (is_table(home)) {
		g_string_append_printf(text, "t%s;", home->name);
		return;
	}
	if ((home->flags & SHF_MERGE) && home->bytes && offset >= 0 &&
	    (guint64)offset < home->size) {
		append_constant(home, offset, text);
		return;
	}
	/* A table may be addressed from before its start. */
	if (!item)
		item = pb_item_behind(home, offset);
	if (item)
		append_item(home, item, offset, text);
	else
		g_string_append_printf(text, "e%s;", home->name);
}

static bool is_empty_at(const struct pb_section *home, gint64 offset)
{
	return home->empty && g_hash_table_contains(home->empty, &offset);
}

/* The variable that ends at @offset, or NULL. */
static const struct pb_item *ended_at(const struct pb_section *home, gint64 offset)
{
	const struct pb_item *item = offset > 0 ? pb_item_at(home, offset - 1) : NULL;

	return item && item->symbol && item->end == (guint64)offset && !is_code(home) ? item : NULL;
}

/* An access, which is relative to its instruction, is to something that has a size. */
bool pb_target_is_ambiguous(const struct pb_object *object, const struct pb_section *section,
			    const struct pb_relocation *relocation)
{
	const struct pb_section *home;
	gint64 offset;

	return relocation->type != R_X86_64_PC32 &&
	       !pb_symbol_is_name(&object->symbols[relocation->symbol]) &&
	       pb_target_place(object, section, relocation, &home, &offset) &&
	       (is_empty_at(home, offset) || ended_at(home, offset));
}

static void describe_other(const struct pb_section *home, gint64 offset, GString *text)
{
	if (is_empty_at(home, offset))
		g_string_append_printf(text, "z%s;", home->name);
	else
		append_item(home, ended_at(home, offset), offset, text);
}

void pb_describe_target(const struct pb_object *object, const struct pb_section *section,
			const struct pb_relocation *relocation, unsigned int flags, GString *text)
{
	const struct pb_symbol *symbol = &object->symbols[relocation->symbol];
	const struct pb_section *home;
	const struct pb_item *item;
	gint64 offset;

	if (!pb_target_place(object, section, relocation, &home, &offset)) {
		append_name(symbol,
			    (gint64)((guint64)relocation->addend +
				     pb_operand_rest(section, relocation)),
			    text);
		return;
	}
	if (!pb_symbol_is_name(symbol) || is_table(home) || (home->flags & SHF_MERGE)) {
		if ((flags & PB_OTHER) && pb_target_is_ambiguous(object, section, relocation))
			describe_other(home, offset, text);
		else
			pb_describe_place(home, offset, text);
		return;
	}
	item = pb_item_at(home, symbol->value);
	append_name(symbol, (gint64)((guint64)offset - symbol->value), text);
	if (item && !is_code(home))
		g_string_append_len(text, (const char *)item->digest, PB_DIGEST_BYTES);
}

/* The type as far as it matters: a call is the same by PLT32, PC32 or without a relocation. */
static guint32 kind_of(const struct pb_relocation *relocation)
{
	return relocation->type == R_X86_64_PLT32 ? R_X86_64_PC32 : relocation->type;
}

/* Blanks the field of @relocation, which is in the bytes at @base; returns where it ends. */
static gsize blank_field(const struct pb_relocation *relocation, guint64 start, guint64 end,
			 gsize base, GString *text)
{
	guint64 bytes = MIN(pb_relocation_bytes(relocation->type), end - relocation->offset);
	gsize field = base + (relocation->offset - start);

	memset(text->str + field, 0, bytes);
	return field + bytes;
}

unsigned int pb_describe_bytes(const struct pb_object *object, const struct pb_section *section,
			       guint64 start, guint64 end, unsigned int flags, GString *text)
{
	guint first = pb_first_relocation(section, start), last = pb_first_relocation(section, end);
	const struct pb_relocation *relocation;
	gsize base = text->len, fields = base;
	unsigned int met = 0;

	if (!section->bytes)
		return 0;
	g_string_append_len(text, (const char *)section->bytes + start, end - start);
	for (guint i = first; i < last; i++) {
		relocation = &g_array_index(section->relocations, struct pb_relocation, i);
		if (!relocation->guessed || (flags & PB_GUESSED))
			fields = MAX(fields, blank_field(relocation, start, end, base, text));
	}
	while ((flags & PB_TRIM) && text->len > fields && !text->str[text->len - 1])
		g_string_truncate(text, text->len - 1);
	for (guint i = first; i < last; i++) {
		relocation = &g_array_index(section->relocations, struct pb_relocation, i);
		if (relocation->guessed)
			met |= PB_GUESSED;
		if (pb_target_is_ambiguous(object, section, relocation))
			met |= PB_OTHER;
		if (relocation->guessed && !(flags & PB_GUESSED))
			continue;
		g_string_append_printf(text, "r%" G_GUINT64_FORMAT ",%u,",
				       relocation->offset - start, kind_of(relocation));
		pb_describe_target(object, section, relocation, flags, text);
	}
	return met;
}

void pb_digest_text(GString *text, guint8 digest[PB_DIGEST_BYTES])
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize bytes = PB_DIGEST_BYTES;

	g_checksum_update(checksum, (const guchar *)text->str, text->len);
	g_checksum_get_digest(checksum, digest, &bytes);
	g_string_truncate(text, 0);
}
