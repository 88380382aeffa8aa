/*
 * An object before linking, as the comparison wants it. Internal to lab/kernel/changed/.
 *
 * Everything in these structures has been checked against the size of the file: sections
 * and symbols lie within it, indexes name what exists.
 */
#ifndef PINBENCH_LAB_KERNEL_CHANGED_OBJECT_H
#define PINBENCH_LAB_KERNEL_CHANGED_OBJECT_H

#include <glib.h>
#include <stdbool.h>

#define PB_DIGEST_BYTES 32

struct pb_symbol {
	const char *name;
	guint64 value; /* within its section */
	guint64 size;
	guint32 section; /* 0: it is not in this object */
	guint8 type;	 /* STT_ */
};

struct pb_relocation {
	guint64 offset; /* within the section that it changes; the field ends in it too */
	gint64 addend;
	guint32 type; /* R_X86_64_ */
	guint32 symbol;
	bool guessed; /* it may be no reference at all, see pb_object_find_jumps() */
};

/* A stretch of a section that is one thing: a function, a variable, a table without a name. */
struct pb_item {
	guint64 start;
	guint64 end;
	const struct pb_symbol *symbol; /* NULL: without a name */
	guint8 digest[PB_DIGEST_BYTES]; /* of data; zero for code */
};

struct pb_section {
	const char *name;
	const guint8 *bytes; /* NULL if the file has none of it (.bss) */
	guint64 size;
	guint64 flags; /* SHF_ */
	guint64 entry; /* sh_entsize */
	guint32 type;  /* SHT_ */
	guint32 link;
	guint32 info;
	GArray *relocations; /* struct pb_relocation, by offset; NULL if none */
	GArray *items;	     /* struct pb_item, by start; NULL before pb_object_find_items() */
	GHashTable *empty;   /* offsets (guint64) of variables without a size; NULL if none */
};

struct pb_object {
	const char *path;
	struct pb_section *sections;
	struct pb_symbol *symbols;
	guint32 n_sections;
	guint32 n_symbols;
	guint32 n_files; /* sources; more than one if it was linked of several objects */
};
typedef struct pb_object pb_object;

/*
 * Reads the object at @contents, which like @path must outlive it. -ENOEXEC with
 * PB_EXIT_ENVIRONMENT if it is not a whole object of x86-64.
 */
int pb_object_read(const char *path, const char *contents, gsize bytes,
		   struct pb_object **ret_object, GError **ret_error);

/* Takes NULL. */
void pb_object_free(struct pb_object *object);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_object, pb_object_free)

/* How many bytes a relocation of @type writes; 0: none, or a type that no kernel has. */
guint pb_relocation_bytes(guint32 type);

/* @added: of struct pb_relocation, in any order. */
void pb_add_relocations(struct pb_section *section, const GArray *added);

/* The index of the first relocation at or behind @offset. */
guint pb_first_relocation(const struct pb_section *section, guint64 offset);

#endif
