/*
 * What a place in an object is: the part of the comparison that forgets where things lie.
 * Internal to lab/kernel/changed/.
 */
#ifndef PINBENCH_LAB_KERNEL_CHANGED_TARGET_H
#define PINBENCH_LAB_KERNEL_CHANGED_TARGET_H

#include "lab/kernel/changed/object.h"

/*
 * Divides the sections of @object into items, and gives those that are data the digest of
 * their contents, which includes that of the data they point to, a few steps deep.
 */
void pb_object_find_items(struct pb_object *object);

/* The item of @section that has @offset in it, or NULL. */
const struct pb_item *pb_item_at(const struct pb_section *section, guint64 offset);

/* The first item that starts behind @offset, or NULL. */
const struct pb_item *pb_item_behind(const struct pb_section *section, gint64 offset);

/* Whether the contents of @section are data of its own, whose items have a digest. */
bool pb_section_is_data(const struct pb_section *section);

/* Whether @symbol was named by a person: no section, no label of the compiler. */
bool pb_symbol_is_name(const struct pb_symbol *symbol);

enum pb_describe_flags {
	PB_TRIM = 1 << 0,    /* without the zero bytes at the end, which may be alignment */
	PB_GUESSED = 1 << 1, /* relocations that are guessed count as such */
	/*
	 * Two things may have an address: the end of an array and what follows it, a variable
	 * without a size and the one that has the place for itself. It is taken as the former.
	 */
	PB_OTHER = 1 << 2,
};

/*
 * Appends to @text what @relocation of @section refers to, in words that are the same in
 * another build as long as the thing is.
 */
void pb_describe_target(const struct pb_object *object, const struct pb_section *section,
			const struct pb_relocation *relocation, unsigned int flags, GString *text);

/* Whether PB_OTHER makes a difference for @relocation. */
bool pb_target_is_ambiguous(const struct pb_object *object, const struct pb_section *section,
			    const struct pb_relocation *relocation);

/* Appends what is at @offset of @section, as above. */
void pb_describe_place(const struct pb_section *section, gint64 offset, GString *text);

/* Where @relocation of @section leads: a section and an offset in it. False: elsewhere. */
bool pb_target_place(const struct pb_object *object, const struct pb_section *section,
		     const struct pb_relocation *relocation, const struct pb_section **ret_home,
		     gint64 *ret_offset);

/*
 * Appends what [@start, @end) of @section has, the fields of relocations as their targets.
 * Returns those of PB_GUESSED and PB_OTHER that make a difference.
 */
unsigned int pb_describe_bytes(const struct pb_object *object, const struct pb_section *section,
			       guint64 start, guint64 end, unsigned int flags, GString *text);

/* Of @text, and @text is emptied. */
void pb_digest_text(GString *text, guint8 digest[PB_DIGEST_BYTES]);

/*
 * The name without what the compiler appended to it, but for ".cold" and ".part", which are
 * other code than the function itself. Caller frees.
 */
char *pb_variant_name(const char *name);

#endif
