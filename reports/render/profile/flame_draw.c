/*
 * The SVG of a flame graph. The whole is at the top and calls go down: what a reader wants first
 * is on the first screen, however deep the rest of it is.
 */
#include <string.h>

#include "assets.h"
#include "reports/render/junit_parts.h"
#include "reports/render/profile/flame_draw.h"

#define say	   pb_junit_say /* any text, as XML */
#define WIDTH	   1200
#define MARGIN	   10
#define HEAD	   84 /* above the boxes */
#define FOOT	   46 /* below them, two lines */
#define ROW	   19
#define BOX	   18
#define CHAR	   7.3 /* width of a character at 12 px; a little more than it is */
#define TITLE_CHAR 9.1
#define LEAST	   0.3 /* narrower boxes are left out */
#define FEW_CHARS  3   /* fewer say nothing */

/* Where a box is. */
struct place {
	const struct pb_flame_box *box;
	guint index, depth;
	double width; /* in pixels */
	double x;
	double next; /* where its next child begins */
};

static void box_free(gpointer data)
{
	struct pb_flame_box *box = data;

	g_free(box->name);
	g_free(box->note);
	g_free(box->tooltip);
	g_free(box);
}

static void key_free(gpointer data)
{
	struct pb_flame_key *key = data;

	g_free(key->text);
	g_free(key);
}

void pb_flame_picture_init(struct pb_flame_picture *picture)
{
	*picture = (struct pb_flame_picture){
		.keys = g_ptr_array_new_with_free_func(key_free),
		.boxes = g_ptr_array_new_with_free_func(box_free),
	};
}

void pb_flame_picture_clear(struct pb_flame_picture *picture)
{
	g_free(picture->title);
	g_free(picture->subtitle);
	g_free(picture->description);
	g_free(picture->foot);
	g_ptr_array_unref(picture->keys);
	g_ptr_array_unref(picture->boxes);
}

void pb_flame_add_key(struct pb_flame_picture *picture, const char *class, char *text,
		      gboolean gone)
{
	struct pb_flame_key *key = g_new0(struct pb_flame_key, 1);

	*key = (struct pb_flame_key){.class = class, .text = text, .gone = gone};
	g_ptr_array_add(picture->keys, key);
}

/* What belongs to one parent stands together, by name, and after the parent's own group. */
static gint by_parent(gconstpointer left, gconstpointer right)
{
	const struct place *a = *(struct place *const *)left;
	const struct place *b = *(struct place *const *)right;
	gint order;

	if (a->box->parent != b->box->parent)
		return a->box->parent < b->box->parent ? -1 : 1;
	order = strcmp(a->box->name, b->box->name);
	return order ? order : (a->index > b->index) - (a->index < b->index);
}

static void measure(struct place *places, guint count)
{
	double scale;

	for (guint i = count; i > 1; i--)
		places[places[i - 1].box->parent].width += places[i - 1].width;
	scale = places[0].width > 0 ? (WIDTH - 2 * MARGIN) / places[0].width : 0;
	for (guint i = 0; i < count; i++)
		places[i].width *= scale;
}

/* struct place in the order to draw, in @places by index. Free with g_ptr_array_unref. */
static GPtrArray *arrange(struct place *places, const GPtrArray *boxes)
{
	GPtrArray *order = g_ptr_array_new();

	for (guint i = 0; i < boxes->len; i++) {
		const struct pb_flame_box *box = boxes->pdata[i];

		places[i] = (struct place){.box = box, .index = i, .width = box->own};
		places[i].depth = i ? places[box->parent].depth + 1 : 0;
		g_ptr_array_add(order, &places[i]);
	}
	measure(places, boxes->len);
	g_ptr_array_sort(order, by_parent);
	for (guint i = 0; i < order->len; i++) {
		struct place *place = order->pdata[i];
		struct place *parent = place->index ? &places[place->box->parent] : NULL;

		place->x = parent ? parent->next : MARGIN;
		place->next = place->x;
		if (parent)
			parent->next += place->width;
	}
	return order;
}

/* @text, or the start of it, in so many characters; "" if they say nothing. To be freed. */
static char *fit(const char *text, glong chars)
{
	g_autofree char *start = NULL;

	if (chars < FEW_CHARS)
		return g_strdup("");
	if (g_utf8_strlen(text, -1) <= chars)
		return g_strdup(text);
	start = g_utf8_substring(text, 0, chars - 1);
	return g_strconcat(start, "…", NULL);
}

static char *label_of(const struct pb_flame_box *box, double width)
{
	glong chars = (glong)((width - 6) / CHAR), note = g_utf8_strlen(box->note, -1);
	g_autofree char *name = NULL;

	if (!note)
		return fit(box->name, chars);
	name = fit(box->name, chars - note - 1);
	if (*name)
		return g_strconcat(name, " ", box->note, NULL);
	return fit(box->note, chars < note ? 0 : chars);
}

static void add_rect(GString *out, const char *class, double x, double y, double width)
{
	g_string_append_printf(out,
			       "<rect class=\"%s\" x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" "
			       "height=\"%d\" rx=\"2\"",
			       class, x, y, width, BOX);
}

/* Over what has a colour, which still tells how much of it there was. */
static void add_hatch(GString *out, double x, double y, double width)
{
	add_rect(out, "gone", x, y, width);
	g_string_append(out, " fill=\"url(#flame-gone)\"/>");
}

static void add_box(GString *out, const struct place *place)
{
	g_autofree char *label = label_of(place->box, place->width);
	/* A gap between neighbours, as far as they have the room. */
	double gap = MIN(1, place->width / 4);
	double y = HEAD + place->depth * ROW;

	g_string_append(out, "<g><title>");
	say(out, place->box->tooltip);
	g_string_append(out, "</title>");
	add_rect(out, place->box->class, place->x, y, place->width - gap);
	g_string_append(out, "/>");
	if (place->box->gone)
		add_hatch(out, place->x, y, place->width - gap);
	if (*label) {
		g_string_append_printf(out, "<text x=\"%.2f\" y=\"%.0f\">", place->x + 3, y + 13);
		say(out, label);
		g_string_append(out, "</text>");
	}
	g_string_append(out, "</g>\n");
}

/* A line of text, cut to the width of the picture. */
static void add_text(GString *out, const char *class, int y, double size, const char *text)
{
	g_autofree char *line = fit(text, (glong)((WIDTH - 2 * MARGIN) / size));

	g_string_append_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, MARGIN, y);
	say(out, line);
	g_string_append(out, "</text>\n");
}

static void add_legend(GString *out, const GPtrArray *keys)
{
	double x = MARGIN;

	for (guint i = 0; i < keys->len; i++) {
		const struct pb_flame_key *key = keys->pdata[i];

		if (key->class) {
			add_rect(out, key->class, x, 58, BOX);
			g_string_append(out, "/>");
			if (key->gone)
				add_hatch(out, x, 58, BOX);
			x += BOX + 1;
		}
		if (!*key->text)
			continue;
		x += key->class ? 5 : 0;
		g_string_append_printf(out, "<text class=\"muted\" x=\"%.2f\" y=\"71\">", x);
		say(out, key->text);
		g_string_append(out, "</text>\n");
		x += 12 + (double)g_utf8_strlen(key->text, -1) * CHAR;
	}
}

static void add_foot(GString *out, const struct pb_flame_picture *picture, int y, guint hidden)
{
	g_autofree char *text = NULL;

	if (picture->foot)
		add_text(out, "muted", y, CHAR, picture->foot);
	if (!hidden)
		return;
	text = g_strdup_printf("%u place%s too narrow to be drawn", hidden,
			       hidden > 1 ? "s are" : " is");
	add_text(out, "muted", picture->foot ? y + ROW : y, CHAR, text);
}

/* Of a file of its own. The id could be in a page but once. */
static void add_style(GString *out)
{
	g_string_append(out, "<style>\n");
	g_string_append(out, pb_asset_flame_css);
	g_string_append(out, "</style>\n<defs><pattern id=\"flame-gone\" width=\"6\" height=\"6\" "
			     "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
			     "<line class=\"hatch\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"/></pattern>"
			     "</defs>\n");
}

static void add_head(GString *out, const struct pb_flame_picture *picture, int height)
{
	g_string_append_printf(out,
			       "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flame\" "
			       "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\"",
			       WIDTH, height, WIDTH, height);
	pb_junit_attribute(out, "aria-label", picture->description);
	g_string_append(out, ">\n<title>");
	say(out, picture->title);
	g_string_append(out, "</title>\n<desc>");
	say(out, picture->description);
	g_string_append(out, "</desc>\n");
	if (!picture->inside)
		add_style(out);
	g_string_append_printf(out, "<rect class=\"back\" width=\"%d\" height=\"%d\"/>\n", WIDTH,
			       height);
	add_text(out, "title", 24, TITLE_CHAR, picture->title);
	add_text(out, "muted", 45, CHAR, picture->subtitle);
	add_legend(out, picture->keys);
}

char *pb_flame_draw(const struct pb_flame_picture *picture)
{
	g_autofree struct place *places = g_new0(struct place, picture->boxes->len);
	g_autoptr(GPtrArray) order = arrange(places, picture->boxes);
	g_autoptr(GString) boxes = g_string_new(NULL);
	GString *out = g_string_new(NULL);
	guint deepest = 0, hidden = 0;
	int height;

	for (guint i = 0; i < order->len; i++) {
		const struct place *place = order->pdata[i];

		if (place->width < LEAST) {
			hidden++;
			continue;
		}
		deepest = MAX(deepest, place->depth);
		add_box(boxes, place);
	}
	height = HEAD + (int)(deepest + 1) * ROW + FOOT;
	add_head(out, picture, height);
	g_string_append(out, boxes->str);
	add_foot(out, picture, height - FOOT + ROW, hidden);
	g_string_append(out, "</svg>\n");
	return g_string_free(out, FALSE);
}
