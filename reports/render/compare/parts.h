/*
 * The parts of a comparison's page, each in a file of its own; All write nothing where the
 * comparison has nothing to say. Those that take no page are for that of a series, too.
 */
#ifndef PINBENCH_REPORTS_RENDER_COMPARE_PARTS_H
#define PINBENCH_REPORTS_RENDER_COMPARE_PARTS_H

#include "reports/compare/comparison.h"

/* What the line of links at the top leads to. */
struct pb_compare_section {
	bool there;
	const char *id;
	const char *text;
};

/* A file that may lie beside the page: a path without anything to escape, and what it is. */
struct pb_compare_file {
	const char *path;
	const char *what;
};

struct pb_compare_page {
	const struct pb_comparison *comparison;
	GHashTable *varying; /* by pb_compare_varying() */
	const char *dir;     /* of the page: what lies beside it can be linked */
	bool timed;
};

/* html.c: what the page is framed by. The header is left open. */
void pb_compare_open_header(GString *out, const char *brand, enum pb_verdict verdict,
			    const char *sentence);
void pb_compare_add_nav(GString *out, const struct pb_compare_section *sections, size_t count);
void pb_compare_add_control_warning(GString *out, const json_t *control);
void pb_compare_add_trust(GString *out, const GPtrArray *items); /* struct pb_trust_item */
void pb_compare_add_mail(GString *out, const char *text);

/* forest.c: the effects of the primary metrics on one axis. */
void pb_compare_add_forest(GString *out, const struct pb_compare_page *page);
/* The CSS class that colours a verdict; static. */
const char *pb_compare_class(enum pb_verdict verdict);
/* Its shape: an SVG path around 0, 0, some 14 units high; static. */
const char *pb_compare_mark(enum pb_verdict verdict);

/* table.c: the figures. */
void pb_compare_add_tables(GString *out, const struct pb_compare_page *page);

/* sheet.c: what opens below a row: its samples, and the command that repeats it. */
void pb_compare_add_sheet(GString *out, const struct pb_compare_page *page,
			  const struct pb_comparison_row *row);

/* where_html.c: where the figures moved: below the verdict, and in the sheet of a row. */
void pb_compare_add_where_line(GString *out, const struct pb_comparison *comparison);
void pb_compare_add_where(GString *out, const struct pb_compare_page *page,
			  const struct pb_comparison_row *row);
bool pb_compare_has_flame(const struct pb_comparison *comparison);

/*
 * where_flame.c: a flame graph for a page that has flame.css, whatever @svg is; its ids start with
 * @prefix. NULL if it is no such picture. To be freed.
 */
char *pb_compare_flame_inline(const char *svg, size_t length, const char *prefix);

/* basis.c: the changed functions, both kernels, the method, the command, the files beside.
 */
void pb_compare_add_functions(GString *out, const struct pb_compare_page *page);
void pb_compare_add_kernels(GString *out, const struct pb_compare_page *page);
void pb_compare_add_method(GString *out, const struct pb_compare_page *page);
void pb_compare_add_again(GString *out, const struct pb_compare_page *page);
void pb_compare_add_files(GString *out, const struct pb_compare_page *page);
/* The first file is there; the others are linked if they are below @dir. */
void pb_compare_add_file_list(GString *out, const char *dir, const struct pb_compare_file *files,
			      size_t count);

#endif
