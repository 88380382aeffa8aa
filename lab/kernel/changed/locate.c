/* Where functions lie in a linked kernel: see locate.h. */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "lab/kernel/changed/changed.h"
#include "lab/kernel/changed/locate.h"
#include "reports/error.h"

struct search {
	const GPtrArray *changes;
	GHashTable *wanted; /* folded names of changes, borrowed */
	char *file;	    /* the source that the local symbols belong to, without .c */
	GPtrArray *names;
	GArray *places;
};

char *pb_function_key(const char *object, const char *function)
{
	return g_strdup_printf("%s:%s", object, function);
}

/* "mm/gup.o" is made of a gup.c, or of gup.S. */
static bool is_of_file(const char *object, const char *file)
{
	g_autofree char *leaf = g_path_get_basename(object);
	char *dot = strrchr(leaf, '.');

	if (dot)
		*dot = '\0';
	return file && !strcmp(leaf, file);
}

static guint index_of(GPtrArray *names, const char *key)
{
	for (guint i = 0; i < names->len; i++) {
		if (!strcmp(names->pdata[i], key))
			return i;
	}
	g_ptr_array_add(names, g_strdup(key));
	return names->len - 1;
}

static void enter_file(struct search *s, const char *name)
{
	g_autofree char *leaf = g_path_get_basename(name);
	char *dot = strrchr(leaf, '.');

	if (dot)
		*dot = '\0';
	g_free(s->file);
	s->file = g_steal_pointer(&leaf);
}

static void add_place(struct search *s, const char *name, const GElf_Sym *symbol)
{
	bool local = GELF_ST_BIND(symbol->st_info) == STB_LOCAL;
	g_autofree char *folded = NULL;

	if (!*name || !symbol->st_size)
		return;
	folded = pb_folded_name(name);
	if (!g_hash_table_contains(s->wanted, folded))
		return;
	for (guint i = 0; i < s->changes->len; i++) {
		const struct pb_function_change *change = s->changes->pdata[i];
		g_autofree char *key = NULL;
		struct pb_place place = {symbol->st_value, symbol->st_value + symbol->st_size, 0};

		if (strcmp(change->folded, folded) ||
		    (local && !is_of_file(change->object, s->file)))
			continue;
		key = pb_function_key(change->object, change->folded);
		place.function = index_of(s->names, key);
		g_array_append_val(s->places, place);
		return;
	}
}

static void read_symbols(struct search *s, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
	GElf_Sym symbol;

	for (size_t i = 0; data && i < count && gelf_getsym(data, (int)i, &symbol); i++) {
		const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);

		if (name && GELF_ST_TYPE(symbol.st_info) == STT_FILE)
			enter_file(s, name);
		if (name && GELF_ST_TYPE(symbol.st_info) == STT_FUNC)
			add_place(s, name, &symbol);
	}
}

static bool read_elf(struct search *s, Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while (elf && (section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		read_symbols(s, elf, section, &header);
		return true;
	}
	return false;
}

static gint by_start(gconstpointer a, gconstpointer b)
{
	const struct pb_place *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* Two names for one stretch of code (an alias) are one place. */
static void drop_overlaps(GArray *places)
{
	g_array_sort(places, by_start);
	for (guint i = 1; i < places->len;) {
		if (g_array_index(places, struct pb_place, i).start <
		    g_array_index(places, struct pb_place, i - 1).end)
			g_array_remove_index(places, i);
		else
			i++;
	}
}

int pb_locate_functions(const char *vmlinux, const GPtrArray *changes, char ***ret_names,
			GArray **ret_places, GError **ret_error)
{
	g_autoptr(GHashTable) wanted = g_hash_table_new(g_str_hash, g_str_equal);
	struct search s = {.changes = changes, .wanted = wanted};
	int fd = open(vmlinux, O_RDONLY | O_CLOEXEC);
	Elf *elf = NULL;
	bool read;

	s.names = g_ptr_array_new();
	s.places = g_array_new(FALSE, FALSE, sizeof(struct pb_place));
	for (guint i = 0; i < changes->len; i++)
		g_hash_table_add(wanted, ((struct pb_function_change *)changes->pdata[i])->folded);
	elf_version(EV_CURRENT);
	if (fd >= 0)
		elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	read = read_elf(&s, elf);
	if (elf)
		elf_end(elf);
	if (fd >= 0)
		close(fd);
	g_free(s.file);
	drop_overlaps(s.places);
	g_ptr_array_add(s.names, NULL);
	*ret_names = (char **)g_ptr_array_free(s.names, FALSE);
	*ret_places = s.places;
	if (read)
		return 0;
	g_strfreev(*ret_names);
	g_array_unref(*ret_places);
	return pb_fail(ret_error, ENOEXEC, PB_EXIT_ENVIRONMENT, "%s has no symbols to read",
		       vmlinux);
}
