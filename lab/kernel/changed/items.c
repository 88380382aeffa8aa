/* What lies where in an object's sections. Declared in target.h. */
#include <elf.h>
#include <string.h>

#include "lab/kernel/changed/operand.h"
#include "lab/kernel/changed/target.h"

/* How many pointers from data to data are followed. */
#define DATA_STEPS 3

static int by_start(gconstpointer a, gconstpointer b)
{
	const struct pb_item *first = a, *second = b;

	if (first->start != second->start)
		return first->start < second->start ? -1 : 1;
	if (!first->symbol != !second->symbol)
		return first->symbol ? -1 : 1;
	if (first->end != second->end)
		return first->end > second->end ? -1 : 1;
	return first->symbol ? strcmp(first->symbol->name, second->symbol->name) : 0;
}

/* Sorts the items and leaves one for each start. */
static void tidy_items(GArray *items)
{
	guint kept = 0;

	g_array_sort(items, by_start);
	for (guint i = 0; i < items->len; i++) {
		const struct pb_item *item = &g_array_index(items, struct pb_item, i);

		if (kept && g_array_index(items, struct pb_item, kept - 1).start == item->start)
			continue;
		g_array_index(items, struct pb_item, kept) = *item;
		kept++;
	}
	g_array_set_size(items, kept);
}

/* How many items start at or before @offset. */
static guint items_until(const struct pb_section *section, gint64 offset)
{
	guint low = 0, high = section->items ? section->items->len : 0;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if ((gint64)g_array_index(section->items, struct pb_item, middle).start <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct pb_item *pb_item_at(const struct pb_section *section, guint64 offset)
{
	guint count = offset > section->size ? 0 : items_until(section, (gint64)offset);
	const struct pb_item *item;

	if (!count)
		return NULL;
	item = &g_array_index(section->items, struct pb_item, count - 1);
	return offset < item->end ? item : NULL;
}

const struct pb_item *pb_item_behind(const struct pb_section *section, gint64 offset)
{
	guint count = items_until(section, offset);

	return section->items && count < section->items->len
		       ? &g_array_index(section->items, struct pb_item, count)
		       : NULL;
}

static void add_item(struct pb_section *section, guint64 start, guint64 end,
		     const struct pb_symbol *symbol)
{
	struct pb_item item = {.start = start, .end = end, .symbol = symbol};

	if (!section->items)
		section->items = g_array_new(FALSE, FALSE, sizeof(item));
	g_array_append_val(section->items, item);
}

/* @offset must live as long as the section. */
static void add_empty(struct pb_section *section, guint64 *offset)
{
	if (!section->empty)
		section->empty = g_hash_table_new(g_int64_hash, g_int64_equal);
	g_hash_table_add(section->empty, offset);
}

static void find_named(struct pb_object *object)
{
	for (guint32 i = 0; i < object->n_symbols; i++) {
		struct pb_symbol *symbol = &object->symbols[i];
		struct pb_section *home = &object->sections[symbol->section];

		if (!symbol->section || !pb_symbol_is_name(symbol))
			continue;
		if (symbol->size)
			add_item(home, symbol->value, symbol->value + symbol->size, symbol);
		else if (symbol->type == STT_OBJECT)
			add_empty(home, &symbol->value);
	}
	for (guint32 i = 0; i < object->n_sections; i++)
		if (object->sections[i].items)
			tidy_items(object->sections[i].items);
}

/* What relocations of @section point to without a name is collected in @places. */
static void find_places(const struct pb_object *object, const struct pb_section *section,
			GArray **places)
{
	for (guint i = 0; section->relocations && i < section->relocations->len; i++) {
		const struct pb_relocation *relocation =
			&g_array_index(section->relocations, struct pb_relocation, i);
		const struct pb_section *home;
		guint64 start;
		gint64 offset;
		guint32 index;

		if (pb_symbol_is_name(&object->symbols[relocation->symbol]) ||
		    !pb_target_place(object, section, relocation, &home, &offset) || offset < 0 ||
		    (guint64)offset >= home->size || !pb_section_is_data(home) ||
		    pb_item_at(home, offset))
			continue;
		index = home - object->sections;
		start = offset;
		if (!places[index])
			places[index] = g_array_new(FALSE, FALSE, sizeof(start));
		g_array_append_val(places[index], start);
	}
}

/* A thing without a name ends where the next one starts. */
static void end_nameless(struct pb_section *section)
{
	for (guint i = 0; section->items && i < section->items->len; i++) {
		struct pb_item *item = &g_array_index(section->items, struct pb_item, i);

		if (!item->symbol)
			item->end = i + 1 < section->items->len ? item[1].start : section->size;
	}
}

static void find_nameless(struct pb_object *object)
{
	g_autofree GArray **places = g_new0(GArray *, object->n_sections);

	for (guint32 i = 0; i < object->n_sections; i++)
		find_places(object, &object->sections[i], places);
	for (guint32 i = 0; i < object->n_sections; i++) {
		struct pb_section *section = &object->sections[i];

		if (!places[i])
			continue;
		for (guint k = 0; k < places[i]->len; k++) {
			guint64 start = g_array_index(places[i], guint64, k);

			add_item(section, start, start, NULL);
		}
		g_array_unref(places[i]);
		tidy_items(section->items);
		end_nameless(section);
	}
}

/* One step: new digests of @section's items are appended to @fresh, the old ones stay. */
static void digest_items(const struct pb_object *object, const struct pb_section *section,
			 GByteArray *fresh)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; section->items && i < section->items->len; i++) {
		const struct pb_item *item = &g_array_index(section->items, struct pb_item, i);
		guint8 digest[PB_DIGEST_BYTES];

		pb_describe_bytes(object, section, item->start, item->end,
				  item->symbol ? 0 : PB_TRIM, text);
		pb_digest_text(text, digest);
		g_byte_array_append(fresh, digest, sizeof(digest));
	}
}

/* Takes the digests of one step, made of all sections in order. */
static void store_digests(struct pb_object *object, const GByteArray *fresh)
{
	const guint8 *digest = fresh->data;

	for (guint32 i = 0; i < object->n_sections; i++) {
		const struct pb_section *section = &object->sections[i];

		if (!pb_section_is_data(section))
			continue;
		for (guint k = 0; section->items && k < section->items->len; k++) {
			memcpy(g_array_index(section->items, struct pb_item, k).digest, digest,
			       PB_DIGEST_BYTES);
			digest += PB_DIGEST_BYTES;
		}
	}
}

void pb_object_find_items(struct pb_object *object)
{
	find_named(object);
	pb_object_find_jumps(object);
	find_nameless(object);
	for (guint step = 0; step < DATA_STEPS; step++) {
		g_autoptr(GByteArray) fresh = g_byte_array_new();

		for (guint32 i = 0; i < object->n_sections; i++)
			if (pb_section_is_data(&object->sections[i]))
				digest_items(object, &object->sections[i], fresh);
		store_digests(object, fresh);
	}
}
