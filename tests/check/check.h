/*
 * The source checks: rules of docs/architecture.md that a compiler does not know.
 *
 * A tree is read once. Each check looks through it and adds a line for everything that
 * breaks its rule: "file:line: what is wrong; what to do".
 */
#ifndef PINBENCH_TESTS_CHECK_H
#define PINBENCH_TESTS_CHECK_H

#include <glib.h>
#include <stdbool.h>

struct source {
	char *path; /* below the root, without "./" */
	char *text; /* the file, NUL-terminated */
	gsize bytes;
	/*
	 * Of C files, else NULL. As long as the text, so that an offset is the same place
	 * in all three.
	 */
	char *code; /* comments are blanks */
	char *bare; /* and so is what stands in quotes */
};

struct tree {
	char *root;
	GPtrArray *sources;    /* struct source, sorted by path */
	GPtrArray *complaints; /* strings */
};

/*
 * What git knows below @root, and C files that it does not know yet; without git, every file.
 * NULL with an error if that cannot be read. Free with tree_free().
 */
struct tree *tree_read(const char *root, GError **ret_error);
void tree_free(struct tree *tree);

/* NULL if the tree has no such file. */
const struct source *tree_find(const struct tree *tree, const char *path);

/* @offset: where in the text. */
void complain(struct tree *tree, const struct source *source, gsize offset, const char *fmt, ...)
	G_GNUC_PRINTF(4, 5);

/* C, or a template of C: .c, .h, .c.in, .h.in */
bool is_c(const char *path);

/* lex.c: a copy of C @text with blanks for comments, and if @literals is set for quoted text. */
char *blank_c(const char *text, bool literals);

/* includes.c: includes go one way. */
void check_includes(struct tree *tree);

/* names.c: who may name a benchmark; the list in bench/meson.build is that of the files. */
void check_names(struct tree *tree);

/* shape.c: lengths of C files and functions, guards and heads of headers. */
void check_shape(struct tree *tree);

/* text.c: no binary and no large file, no path or host of one machine, tidy line ends. */
void check_text(struct tree *tree);

/* All of them: the complaints, perhaps none. NULL with an error; the caller unrefs. */
GPtrArray *check_tree(const char *root, gsize *ret_files, GError **ret_error);

#endif
