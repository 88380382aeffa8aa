/*
 * The functions of a guest: of its kernel, of the modules that it has loaded, and of the agent. For
 * the plugin, by address; and what its numbers mean.
 */
#ifndef PINBENCH_LAB_PROFILE_SYMBOLS_H
#define PINBENCH_LAB_PROFILE_SYMBOLS_H

#include <glib.h>

struct pb_code_function {
	char *name;	   /* folded: .isra.0, .cold and the like are part of their function */
	char *file;	   /* "gup.c"; "" where the symbol table does not say */
	const char *where; /* PB_WHERE_* */
};

#define PB_WHERE_KERNEL "kernel"
#define PB_WHERE_MODULE "module"
#define PB_WHERE_USER	"user"

/* A symbol: a function, or a part of one that the compiler put elsewhere. */
struct pb_code_place {
	guint64 start, end;
	guint function;
	char *symbol; /* as the linker has it */
	char kind;    /* of enum code_kind */
};

struct pb_symbols {
	GPtrArray *functions; /* struct pb_code_function */
	GArray *places;	      /* struct pb_code_place, sorted, not overlapping */
};
typedef struct pb_symbols pb_symbols;

/* What a guest consists of. */
struct pb_symbols_inputs {
	const char *vmlinux;
	const char *agent;
	const char *module;	   /* pinbench.ko */
	const char *module_events; /* what init wrote of loaded modules: lines of JSON, or NULL */
};

/* PB_EXIT_ENVIRONMENT: a file that has no symbols. */
int pb_symbols_read(const struct pb_symbols_inputs *inputs, struct pb_symbols **ret_symbols,
		    GError **ret_error);

/* The text for the plugin: events.h. Free with g_free. */
char *pb_symbols_text(const struct pb_symbols *symbols);

/* The place that @address is in; NULL if there is none. */
const struct pb_code_place *pb_symbols_find(const struct pb_symbols *symbols, guint64 address);

/* Takes NULL. */
void pb_symbols_free(struct pb_symbols *symbols);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(pb_symbols, pb_symbols_free)

#endif
