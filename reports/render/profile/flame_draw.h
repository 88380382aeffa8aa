/* Drawing a tree of boxes, each as wide as it and all below it are: the SVG of a flame graph. */
#ifndef PINBENCH_REPORTS_RENDER_PROFILE_FLAME_DRAW_H
#define PINBENCH_REPORTS_RENDER_PROFILE_FLAME_DRAW_H

#include <glib.h>

/* Texts are not escaped. A class is one of flame.css. */
struct pb_flame_box {
	gint parent; /* index of a box before it; -1: the first alone */
	char *name;
	char *note; /* after the name, which is cut before it; "": none */
	char *tooltip;
	const char *class;
	gboolean gone; /* hatched */
	double own;    /* width without what is below it, in any unit */
};

/* Of the legend: a swatch, a text or both. */
struct pb_flame_key {
	const char *class; /* NULL: no swatch */
	char *text;
	gboolean gone;
};

struct pb_flame_picture {
	char *title;
	char *subtitle;
	char *description; /* for those who do not see it */
	char *foot;	   /* a line below the boxes; NULL: none */
	GPtrArray *keys;   /* struct pb_flame_key */
	GPtrArray *boxes;  /* struct pb_flame_box */
	gboolean inside;   /* of a page: its style is there, and no box is hatched */
};

/* Empty arrays that own what is put into them. */
void pb_flame_picture_init(struct pb_flame_picture *picture);
void pb_flame_picture_clear(struct pb_flame_picture *picture);

/* Takes @text. */
void pb_flame_add_key(struct pb_flame_picture *picture, const char *class, char *text,
		      gboolean gone);

/* To be freed. */
char *pb_flame_draw(const struct pb_flame_picture *picture);

#endif
