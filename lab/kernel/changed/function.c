#include "lab/kernel/changed/function.h"

#include <elf.h>
#include <string.h>

#include "lab/kernel/changed/target.h"

/* An entry of a table that says something about a place in code. */
struct entry {
	const struct pb_section *code; /* the place */
	gint64 offset;
	const struct pb_section *table;
	guint first; /* relocation: that of the place */
	guint64 start, end;
};

/* Tables with entries that decide what the code does, whose first field is the place. */
static const struct table {
	const char *name;
	guint relocations; /* of an entry */
} tables[] = {
	{"__jump_table", 3},	/* place, where the jump goes, key */
	{"__ex_table", 2},	/* place, where to go on after a fault */
	{".altinstructions", 2} /* place, what to put there */
};

static void add_entries(const struct pb_object *object, const struct pb_section *section,
			guint relocations, GArray *entries)
{
	guint count = section->relocations ? section->relocations->len / relocations : 0;
	guint64 bytes = count ? section->size / count : 0;

	for (guint i = 0; i < count; i++) {
		struct entry entry = {.table = section, .first = i * relocations};
		const struct pb_relocation *place =
			&g_array_index(section->relocations, struct pb_relocation, entry.first);

		entry.start = i * bytes;
		entry.end = entry.start + bytes;
		if (!section->bytes || !bytes || place->offset != entry.start ||
		    pb_first_relocation(section, entry.end) != entry.first + relocations)
			continue;
		if (pb_target_place(object, section, place, &entry.code, &entry.offset))
			g_array_append_val(entries, entry);
	}
}

static int by_place(gconstpointer a, gconstpointer b)
{
	const struct entry *first = a, *second = b;

	if (first->code != second->code)
		return first->code < second->code ? -1 : 1;
	if (first->offset != second->offset)
		return first->offset < second->offset ? -1 : 1;
	if (first->table != second->table)
		return strcmp(first->table->name, second->table->name);
	return (first->start > second->start) - (first->start < second->start);
}

/* All entries of @object's tables in the order of the code. Caller unrefs. */
static GArray *find_entries(const struct pb_object *object)
{
	GArray *entries = g_array_new(FALSE, FALSE, sizeof(struct entry));

	for (guint32 i = 0; i < object->n_sections; i++)
		for (gsize k = 0; k < G_N_ELEMENTS(tables); k++)
			if (!strcmp(object->sections[i].name, tables[k].name))
				add_entries(object, &object->sections[i], tables[k].relocations,
					    entries);
	g_array_sort(entries, by_place);
	return entries;
}

/* The code that is put in place of another: its length is the last byte of the entry. */
static void describe_replacement(const struct pb_object *object, const struct entry *entry,
				 const struct pb_relocation *relocation, GString *text)
{
	const struct pb_section *home;
	guint64 length = entry->table->bytes[entry->end - 1];
	gint64 offset;

	if (pb_target_place(object, entry->table, relocation, &home, &offset) && home->bytes &&
	    offset >= 0 && (guint64)offset <= home->size && length <= home->size - offset)
		pb_describe_bytes(object, home, offset, offset + length, 0, text);
}

static void describe_entry(const struct pb_object *object, const struct entry *entry, guint64 start,
			   GString *text)
{
	const struct pb_section *table = entry->table;
	guint last = pb_first_relocation(table, entry->end);
	guint64 written = entry->start;

	g_string_append_printf(text, "%s,%" G_GINT64_FORMAT ",", table->name,
			       entry->offset - (gint64)start);
	for (guint i = entry->first; i < last; i++) {
		const struct pb_relocation *relocation =
			&g_array_index(table->relocations, struct pb_relocation, i);

		if (i > entry->first && g_str_has_prefix(table->name, ".alt"))
			describe_replacement(object, entry, relocation, text);
		else if (i > entry->first)
			pb_describe_target(object, table, relocation, 0, text);
		if (relocation->offset > written)
			g_string_append_len(text, (const char *)table->bytes + written,
					    relocation->offset - written);
		written = relocation->offset + pb_relocation_bytes(relocation->type);
	}
	if (written < entry->end)
		g_string_append_len(text, (const char *)table->bytes + written,
				    entry->end - written);
}

/* What tables say about [@start, @end) of @code. */
static void describe_entries(const struct pb_object *object, const GArray *entries,
			     const struct pb_section *code, guint64 start, guint64 end,
			     GString *text)
{
	guint low = 0, high = entries->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		const struct entry *entry = &g_array_index(entries, struct entry, middle);

		if (entry->code < code || (entry->code == code && entry->offset < (gint64)start))
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < entries->len; low++) {
		const struct entry *entry = &g_array_index(entries, struct entry, low);

		if (entry->code != code || entry->offset >= (gint64)end)
			return;
		describe_entry(object, entry, start, text);
	}
}

static bool is_function(const struct pb_object *object, const struct pb_symbol *symbol)
{
	const struct pb_section *home = &object->sections[symbol->section];

	if (!symbol->section || !symbol->size || !pb_symbol_is_name(symbol) ||
	    !(home->flags & SHF_EXECINSTR) || !home->bytes)
		return false;
	if (symbol->type != STT_FUNC && symbol->type != STT_NOTYPE)
		return false;
	/* The room in front of a function, and in it the hash of its type. */
	return !g_str_has_prefix(symbol->name, "__pfx_") &&
	       !g_str_has_prefix(symbol->name, "__cfi_");
}

static void function_free(gpointer data)
{
	struct pb_function *function = data;

	g_free(function->name);
	g_free(function->variant);
	g_free(function);
}

/* The digests of struct pb_function are made with these flags. */
static const unsigned int readings[PB_READINGS] = {0, PB_GUESSED, PB_OTHER, PB_GUESSED | PB_OTHER};

static struct pb_function *describe_function(const struct pb_object *object,
					     const struct pb_symbol *symbol, const GArray *entries,
					     GString *text)
{
	const struct pb_section *home = &object->sections[symbol->section];
	guint64 end = symbol->value + symbol->size;
	struct pb_function *function = g_new0(struct pb_function, 1);
	unsigned int met = 0;

	function->name = g_strdup(symbol->name);
	function->variant = pb_variant_name(symbol->name);
	function->start = symbol->value;
	function->bytes = symbol->size;
	for (guint i = 0; i < G_N_ELEMENTS(readings); i++) {
		if (i && !(met & readings[i])) {
			memcpy(function->digests[i], function->digests[0], PB_DIGEST_BYTES);
			continue;
		}
		met |= pb_describe_bytes(object, home, symbol->value, end, readings[i], text);
		describe_entries(object, entries, home, symbol->value, end, text);
		pb_digest_text(text, function->digests[i]);
	}
	return function;
}

static int by_name(gconstpointer a, gconstpointer b)
{
	const struct pb_function *first = *(const struct pb_function *const *)a;
	const struct pb_function *second = *(const struct pb_function *const *)b;
	int order = strcmp(first->name, second->name);

	return order ? order : (first->start > second->start) - (first->start < second->start);
}

int pb_functions_read(const char *path, const char *contents, gsize bytes,
		      GPtrArray **ret_functions, GError **ret_error)
{
	g_autoptr(pb_object) object = NULL;
	g_autoptr(GArray) entries = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	GPtrArray *functions;
	int err = pb_object_read(path, contents, bytes, &object, ret_error);

	if (err)
		return err;
	functions = *ret_functions = g_ptr_array_new_with_free_func(function_free);
	if (object->n_files > 1)
		return 0;
	pb_object_find_items(object);
	entries = find_entries(object);
	for (guint32 i = 0; i < object->n_symbols; i++)
		if (is_function(object, &object->symbols[i]))
			g_ptr_array_add(functions, describe_function(object, &object->symbols[i],
								     entries, text));
	g_ptr_array_sort(functions, by_name);
	return 0;
}
