/* Code symbols of an ELF file: see elf.h. */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <unistd.h>
#include "lab/profile/elf.h"
#include "reports/error.h"

struct reading {
	Elf *elf;
	size_t section_names; /* index of the section that has them */
	char *file;	      /* the source that local symbols belong to */
	GPtrArray *symbols;
};

static void symbol_free(gpointer data)
{
	struct pb_code_symbol *symbol = data;

	g_free(symbol->name);
	g_free(symbol->file);
	g_free(symbol->section);
	g_free(symbol);
}

/* The header of the executable section that @symbol is in. */
static bool is_code(const struct reading *r, const GElf_Sym *symbol, GElf_Shdr *ret_header)
{
	Elf_Scn *section = NULL;

	if (symbol->st_shndx != SHN_UNDEF && symbol->st_shndx < SHN_LORESERVE)
		section = elf_getscn(r->elf, symbol->st_shndx);
	return section && gelf_getshdr(section, ret_header) && ret_header->sh_flags & SHF_EXECINSTR;
}

static void take_symbol(struct reading *r, const GElf_Sym *symbol, const char *name)
{
	bool is_local = GELF_ST_BIND(symbol->st_info) == STB_LOCAL;
	int type = GELF_ST_TYPE(symbol->st_info);
	struct pb_code_symbol *taken;
	const char *section;
	GElf_Shdr header;

	if (type == STT_FILE) {
		g_free(r->file);
		r->file = g_path_get_basename(name);
	}
	if ((type != STT_FUNC && type != STT_NOTYPE) || !symbol->st_size || !*name ||
	    !is_code(r, symbol, &header))
		return;
	section = elf_strptr(r->elf, r->section_names, header.sh_name);
	taken = g_new0(struct pb_code_symbol, 1);
	taken->start = symbol->st_value;
	taken->bytes = symbol->st_size;
	taken->name = g_strdup(name);
	taken->file = g_strdup(is_local && r->file ? r->file : "");
	taken->section = g_strdup(section ? section : "");
	taken->is_function = type == STT_FUNC;
	g_ptr_array_add(r->symbols, taken);
}

static void read_table(struct reading *r, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
	GElf_Sym symbol;

	for (size_t i = 0; data && i < count && gelf_getsym(data, (int)i, &symbol); i++) {
		const char *name = elf_strptr(r->elf, header->sh_link, symbol.st_name);

		if (name)
			take_symbol(r, &symbol, name);
	}
}

static void read_elf(struct reading *r)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	if (elf_getshdrstrndx(r->elf, &r->section_names))
		return;
	while ((section = elf_nextscn(r->elf, section))) {
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			read_table(r, section, &header);
	}
}

int pb_code_symbols_read(const char *path, GPtrArray **ret_symbols, GError **ret_error)
{
	struct reading r = {.symbols = g_ptr_array_new_with_free_func(symbol_free)};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	elf_version(EV_CURRENT);
	if (fd >= 0)
		r.elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (r.elf)
		read_elf(&r);
	if (r.elf)
		elf_end(r.elf);
	if (fd >= 0)
		close(fd);
	g_free(r.file);
	if (r.symbols->len) {
		*ret_symbols = r.symbols;
		return 0;
	}
	g_ptr_array_unref(r.symbols);
	return pb_fail(ret_error, ENOEXEC, PB_EXIT_ENVIRONMENT, "%s has no symbols of code", path);
}
