#include "lab/kernel/changed/object.h"

#include <errno.h>
#include <gelf.h>
#include <string.h>

#include "reports/error.h"

#define MOST_OVERLAP 64

static int broken(const char *path, const char *what, GError **ret_error)
{
	return pb_fail(ret_error, ENOEXEC, PB_EXIT_ENVIRONMENT,
		       "%s is not a whole x86-64 object: %s; build the kernel again", path, what);
}

/* The string at @offset of the string table @section; NULL if it does not end within it. */
static const char *string_at(const struct pb_section *section, guint64 offset)
{
	if (section->type != SHT_STRTAB || !section->bytes || offset >= section->size ||
	    !memchr(section->bytes + offset, '\0', section->size - offset))
		return NULL;
	return (const char *)section->bytes + offset;
}

static int read_section(const char *path, Elf *elf, const char *contents, gsize bytes, guint32 i,
			struct pb_section *section, GError **ret_error)
{
	Elf_Scn *scn = elf_getscn(elf, i);
	GElf_Shdr header;

	if (!scn || !gelf_getshdr(scn, &header))
		return broken(path, "a section header cannot be read", ret_error);
	section->type = header.sh_type;
	section->flags = header.sh_flags;
	section->size = header.sh_size;
	section->entry = header.sh_entsize;
	section->link = header.sh_link;
	section->info = header.sh_info;
	if (header.sh_type == SHT_NOBITS || header.sh_type == SHT_NULL)
		return 0;
	if (header.sh_offset > bytes || header.sh_size > bytes - header.sh_offset)
		return broken(path, "a section ends behind the file", ret_error);
	section->bytes = (const guint8 *)contents + header.sh_offset;
	return 0;
}

static int read_sections(struct pb_object *object, Elf *elf, const char *contents, gsize bytes,
			 GError **ret_error)
{
	size_t count, names;
	int err = 0;

	if (elf_getshdrnum(elf, &count) || elf_getshdrstrndx(elf, &names) || !count ||
	    names >= count || count >= SHN_LORESERVE)
		return broken(object->path, "no table of sections", ret_error);
	object->n_sections = count;
	object->sections = g_new0(struct pb_section, count);
	for (guint32 i = 0; i < count && !err; i++)
		err = read_section(object->path, elf, contents, bytes, i, &object->sections[i],
				   ret_error);
	for (guint32 i = 0; i < count && !err; i++) {
		struct pb_section *section = &object->sections[i];
		GElf_Shdr header;

		if (gelf_getshdr(elf_getscn(elf, i), &header))
			section->name = string_at(&object->sections[names], header.sh_name);
		if (!section->name)
			err = broken(object->path, "a section without a name", ret_error);
	}
	return err;
}

static int read_symbol(struct pb_object *object, const struct pb_section *names,
		       const Elf64_Sym *raw, struct pb_symbol *symbol, GError **ret_error)
{
	const struct pb_section *home;

	symbol->name = string_at(names, raw->st_name);
	symbol->value = raw->st_value;
	symbol->size = raw->st_size;
	symbol->type = ELF64_ST_TYPE(raw->st_info);
	if (!symbol->name)
		return broken(object->path, "a symbol without a name", ret_error);
	object->n_files += symbol->type == STT_FILE;
	if (raw->st_shndx == SHN_UNDEF || raw->st_shndx >= SHN_LORESERVE)
		return 0;
	if (raw->st_shndx >= object->n_sections)
		return broken(object->path, "a symbol in no section", ret_error);
	home = &object->sections[raw->st_shndx];
	if (symbol->value > home->size || symbol->size > home->size - symbol->value)
		return broken(object->path, "a symbol ends behind its section", ret_error);
	symbol->section = raw->st_shndx;
	return 0;
}

/* @bytes: of the file. Some symbols have a place in common, but not all with all. */
static int read_symbols(struct pb_object *object, gsize bytes, GError **ret_error)
{
	const struct pb_section *table = NULL;
	guint64 covered = 0;
	int err = 0;

	for (guint32 i = 0; i < object->n_sections && !table; i++)
		if (object->sections[i].type == SHT_SYMTAB)
			table = &object->sections[i];
	if (!table)
		return 0;
	if (table->link >= object->n_sections)
		return broken(object->path, "symbols without names", ret_error);
	object->n_symbols = table->size / sizeof(Elf64_Sym);
	object->symbols = g_new0(struct pb_symbol, object->n_symbols);
	for (guint32 i = 0; i < object->n_symbols && !err; i++) {
		Elf64_Sym raw;

		memcpy(&raw, table->bytes + i * sizeof(raw), sizeof(raw));
		err = read_symbol(object, &object->sections[table->link], &raw, &object->symbols[i],
				  ret_error);
		if (object->symbols[i].section &&
		    object->sections[object->symbols[i].section].bytes)
			covered += object->symbols[i].size;
		if (!err && covered / MOST_OVERLAP > bytes)
			err = broken(object->path, "its symbols overlap", ret_error);
	}
	return err;
}

guint pb_relocation_bytes(guint32 type)
{
	switch (type) {
	case R_X86_64_64:
	case R_X86_64_PC64:
		return 8;
	case R_X86_64_32:
	case R_X86_64_32S:
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_GOTPCREL:
	case R_X86_64_GOTPCRELX:
	case R_X86_64_REX_GOTPCRELX:
		return 4;
	case R_X86_64_16:
	case R_X86_64_PC16:
		return 2;
	case R_X86_64_8:
	case R_X86_64_PC8:
		return 1;
	default:
		return 0;
	}
}

static int by_offset(gconstpointer a, gconstpointer b)
{
	const struct pb_relocation *first = a, *second = b;

	return (first->offset > second->offset) - (first->offset < second->offset);
}

void pb_add_relocations(struct pb_section *section, const GArray *added)
{
	if (!section->relocations)
		section->relocations = g_array_new(FALSE, FALSE, sizeof(struct pb_relocation));
	g_array_append_vals(section->relocations, added->data, added->len);
	g_array_sort(section->relocations, by_offset);
}

static int read_relocations(struct pb_object *object, const struct pb_section *table,
			    GError **ret_error)
{
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct pb_relocation));
	struct pb_section *section = &object->sections[table->info];

	for (guint64 i = 0; i < table->size / sizeof(Elf64_Rela); i++) {
		struct pb_relocation relocation = {0};
		Elf64_Rela raw;

		memcpy(&raw, table->bytes + i * sizeof(raw), sizeof(raw));
		relocation.offset = raw.r_offset;
		relocation.addend = raw.r_addend;
		relocation.type = ELF64_R_TYPE(raw.r_info);
		relocation.symbol = ELF64_R_SYM(raw.r_info);
		if (relocation.type == R_X86_64_NONE)
			continue;
		if (relocation.symbol >= object->n_symbols)
			return broken(object->path, "a relocation by no symbol", ret_error);
		if (relocation.offset > section->size ||
		    pb_relocation_bytes(relocation.type) > section->size - relocation.offset)
			return broken(object->path, "a relocation behind its section", ret_error);
		g_array_append_val(found, relocation);
	}
	pb_add_relocations(section, found);
	return 0;
}

/* Those of debug information are left out. */
static int read_all_relocations(struct pb_object *object, GError **ret_error)
{
	int err = 0;

	for (guint32 i = 0; i < object->n_sections && !err; i++) {
		const struct pb_section *table = &object->sections[i];

		if (table->type != SHT_RELA)
			continue;
		if (table->info >= object->n_sections)
			return broken(object->path, "relocations of no section", ret_error);
		if (object->sections[table->info].flags & SHF_ALLOC)
			err = read_relocations(object, table, ret_error);
	}
	return err;
}

int pb_object_read(const char *path, const char *contents, gsize bytes,
		   struct pb_object **ret_object, GError **ret_error)
{
	g_autoptr(pb_object) object = g_new0(struct pb_object, 1);
	GElf_Ehdr header;
	Elf *elf;
	int err;

	object->path = path;
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)contents, bytes);
	if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header) ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
	    header.e_machine != EM_X86_64 || header.e_type != ET_REL)
		err = broken(path, "its header says otherwise", ret_error);
	else
		err = read_sections(object, elf, contents, bytes, ret_error);
	if (elf)
		elf_end(elf);
	if (!err)
		err = read_symbols(object, bytes, ret_error);
	if (!err)
		err = read_all_relocations(object, ret_error);
	if (!err)
		*ret_object = g_steal_pointer(&object);
	return err;
}

void pb_object_free(struct pb_object *object)
{
	if (!object)
		return;
	for (guint32 i = 0; i < object->n_sections && object->sections; i++) {
		g_clear_pointer(&object->sections[i].relocations, g_array_unref);
		g_clear_pointer(&object->sections[i].items, g_array_unref);
		g_clear_pointer(&object->sections[i].empty, g_hash_table_unref);
	}
	g_free(object->sections);
	g_free(object->symbols);
	g_free(object);
}

guint pb_first_relocation(const struct pb_section *section, guint64 offset)
{
	guint low = 0, high = section->relocations ? section->relocations->len : 0;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (g_array_index(section->relocations, struct pb_relocation, middle).offset <
		    offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
