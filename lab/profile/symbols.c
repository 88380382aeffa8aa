/* The functions of a guest: see symbols.h. */
#include <fnmatch.h>
#include <string.h>
#include <jansson.h>
#include "lab/guest/plugin/events.h"
#include "lab/kernel/changed/changed.h"
#include "lab/profile/elf.h"
#include "lab/profile/symbols.h"
#include "pinbench/result.h"

/*
 * Names by which x86 kernels come and go: arch/x86/entry/entry_64.S,
 * arch/x86/include/asm/idtentry.h and arch/x86/kernel/smp.c. The first that fits.
 */
static const struct {
	const char *pattern;
	char kind;
} kinds[] = {
	{"asm_exc_page_fault", CODE_FAULT},
	{"asm_exc_nmi", CODE_INTERRUPT},
	{"asm_exc_*", CODE_EXCEPTION},
	{"asm_sysvec_*", CODE_INTERRUPT},
	{"irq_entries_start", CODE_INTERRUPTS},
	{"spurious_entries_start", CODE_INTERRUPTS},
	{"entry_SYSCALL_*", CODE_SYSCALL},
	{"__switch_to_asm", CODE_SWITCH},
	{"native_smp_send_reschedule", CODE_IPI},
	{"native_send_call_func_*", CODE_IPI},
};

struct building {
	struct pb_symbols *symbols;
	GHashTable *numbers; /* "WHERE FILE NAME" -> index + 1 */
};

static char kind_of(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (!fnmatch(kinds[i].pattern, name, 0))
			return kinds[i].kind;
	}
	return CODE_PLAIN;
}

static guint number_of(struct building *b, const char *name, const char *file, const char *where)
{
	g_autofree char *key = g_strdup_printf("%s %s %s", where, file, name);
	guint number = GPOINTER_TO_UINT(g_hash_table_lookup(b->numbers, key));
	struct pb_code_function *function;

	if (number)
		return number - 1;
	function = g_new0(struct pb_code_function, 1);
	function->name = g_strdup(name);
	function->file = g_strdup(file);
	function->where = where;
	g_ptr_array_add(b->symbols->functions, function);
	number = b->symbols->functions->len;
	g_hash_table_insert(b->numbers, g_steal_pointer(&key), GUINT_TO_POINTER(number));
	return number - 1;
}

/* The names that a file of symbols has as they are: those of a source, "FILE NAME", and all. */
static GHashTable *whole_names(const GPtrArray *symbols)
{
	GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < symbols->len; i++) {
		const struct pb_code_symbol *symbol = symbols->pdata[i];

		g_hash_table_add(names, g_strdup_printf("%s %s", symbol->file, symbol->name));
	}
	return names;
}

/* What the compiler split off is local, even of a function that is not: then no source is known. */
static const char *file_of(const struct pb_code_symbol *symbol, const char *folded,
			   GHashTable *whole)
{
	g_autofree char *local = g_strdup_printf("%s %s", symbol->file, folded);
	g_autofree char *global = g_strdup_printf(" %s", folded);

	if (!g_hash_table_contains(whole, local) && g_hash_table_contains(whole, global))
		return "";
	return symbol->file;
}

static void add_symbol(struct building *b, const struct pb_code_symbol *symbol, guint64 base,
		       const char *where, GHashTable *whole)
{
	g_autofree char *folded = pb_folded_name(symbol->name);
	struct pb_code_place place = {
		.start = base + symbol->start,
		.end = base + symbol->start + symbol->bytes,
		.function = number_of(b, folded, file_of(symbol, folded, whole), where),
		.symbol = g_strdup(symbol->name),
		.kind = strcmp(where, PB_WHERE_KERNEL) ? CODE_PLAIN : kind_of(folded),
	};

	g_array_append_val(b->symbols->places, place);
}

static int add_linked(struct building *b, const char *path, const char *where, GError **ret_error)
{
	g_autoptr(GPtrArray) symbols = NULL;
	g_autoptr(GHashTable) whole = NULL;
	int err = pb_code_symbols_read(path, &symbols, ret_error);

	if (err)
		return err;
	whole = whole_names(symbols);
	for (guint i = 0; i < symbols->len; i++)
		add_symbol(b, symbols->pdata[i], 0, where, whole);
	return 0;
}

/* The sections' addresses in the event that init wrote of the module at @path. */
static json_t *sections_of(const char *events, const char *path)
{
	g_autofree char *leaf = g_path_get_basename(path);
	g_auto(GStrv) lines = g_strsplit(events, "\n", -1);
	json_t *found = NULL;

	leaf[strcspn(leaf, ".")] = '\0';
	for (char **line = lines; *line && !found; line++) {
		json_t *event = json_loads(*line, 0, NULL);

		if (!g_strcmp0(json_string_value(json_object_get(event, PB_EVENT)),
			       PB_EVENT_MODULE) &&
		    !g_strcmp0(json_string_value(json_object_get(event, "name")), leaf))
			found = json_incref(json_object_get(event, "sections"));
		json_decref(event);
	}
	return found;
}

static int add_module(struct building *b, const char *path, const char *events, GError **ret_error)
{
	g_autoptr(GPtrArray) symbols = NULL;
	g_autoptr(GHashTable) whole = NULL;
	json_t *sections;
	int err = pb_code_symbols_read(path, &symbols, ret_error);

	if (err)
		return err;
	sections = sections_of(events, path);
	whole = whole_names(symbols);
	for (guint i = 0; i < symbols->len; i++) {
		const struct pb_code_symbol *symbol = symbols->pdata[i];
		const char *at = json_string_value(json_object_get(sections, symbol->section));

		if (at)
			add_symbol(b, symbol, g_ascii_strtoull(at, NULL, 0), PB_WHERE_MODULE,
				   whole);
	}
	json_decref(sections);
	return 0;
}

/* Of two names for one place the first by letters stays, and the longer stretch. */
static gint by_start(gconstpointer a, gconstpointer b)
{
	const struct pb_code_place *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	return strcmp(x->symbol, y->symbol);
}

static void drop_overlaps(GArray *places)
{
	guint kept = 0;

	g_array_sort(places, by_start);
	for (guint i = 0; i < places->len; i++) {
		struct pb_code_place *place = &g_array_index(places, struct pb_code_place, i);

		if (kept &&
		    place->start < g_array_index(places, struct pb_code_place, kept - 1).end)
			g_free(place->symbol);
		else
			g_array_index(places, struct pb_code_place, kept++) = *place;
	}
	g_array_set_size(places, kept);
}

static void function_free(gpointer data)
{
	struct pb_code_function *function = data;

	g_free(function->name);
	g_free(function->file);
	g_free(function);
}

int pb_symbols_read(const struct pb_symbols_inputs *inputs, struct pb_symbols **ret_symbols,
		    GError **ret_error)
{
	g_autoptr(GHashTable) numbers =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(pb_symbols) symbols = g_new0(struct pb_symbols, 1);
	struct building b = {.symbols = symbols, .numbers = numbers};
	int err;

	symbols->functions = g_ptr_array_new_with_free_func(function_free);
	symbols->places = g_array_new(FALSE, FALSE, sizeof(struct pb_code_place));
	err = add_linked(&b, inputs->vmlinux, PB_WHERE_KERNEL, ret_error);
	if (!err)
		err = add_linked(&b, inputs->agent, PB_WHERE_USER, ret_error);
	if (!err && inputs->module_events)
		err = add_module(&b, inputs->module, inputs->module_events, ret_error);
	drop_overlaps(symbols->places);
	if (!err)
		*ret_symbols = g_steal_pointer(&symbols);
	return err;
}

char *pb_symbols_text(const struct pb_symbols *symbols)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < symbols->places->len; i++) {
		const struct pb_code_place *place =
			&g_array_index(symbols->places, struct pb_code_place, i);

		g_string_append_printf(text,
				       "%" G_GINT64_MODIFIER "x %" G_GINT64_MODIFIER "x %u %c\n",
				       place->start, place->end, place->function, place->kind);
	}
	return g_string_free(text, FALSE);
}

const struct pb_code_place *pb_symbols_find(const struct pb_symbols *symbols, guint64 address)
{
	guint low = 0, high = symbols->places->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		const struct pb_code_place *place =
			&g_array_index(symbols->places, struct pb_code_place, middle);

		if (address < place->start)
			high = middle;
		else if (address >= place->end)
			low = middle + 1;
		else
			return place;
	}
	return NULL;
}

void pb_symbols_free(struct pb_symbols *symbols)
{
	if (!symbols)
		return;
	for (guint i = 0; i < symbols->places->len; i++)
		g_free(g_array_index(symbols->places, struct pb_code_place, i).symbol);
	g_array_unref(symbols->places);
	g_ptr_array_unref(symbols->functions);
	g_free(symbols);
}
