/* Boxes in boxes, in rows that fit a width: see hardware.h. */
#include <math.h>
#include <string.h>

#include "reports/render/hardware/hardware.h"

#define LINE  16.0
#define GAP   4.0
#define LEAST 40.0

/* The widest that is likely, in pixels. */
#define CAPITAL	  9.0
#define BLANK	  4.0
#define CHARACTER 7.6

struct layout {
	const struct pb_hardware *hardware;
	struct pb_hardware_place *places;
	int *first, *next; /* children by box; -1: none */
};

double pb_hardware_line_y(guint line)
{
	return PB_HARDWARE_PADDING + LINE * (line + 0.5);
}

static double width_of(const char *text)
{
	double width = 0;

	for (; *text; text = g_utf8_next_char(text)) {
		gunichar letter = g_utf8_get_char(text);

		width += letter == ' ' ? BLANK : g_unichar_isupper(letter) ? CAPITAL : CHARACTER;
	}
	return width;
}

/* As much of it as there is room for. */
static char *clipped(const char *text, double most)
{
	char *line = g_utf8_make_valid(text, -1);
	glong length = g_utf8_strlen(line, -1);

	while (length > 1 && width_of(line) > most) {
		g_autofree char *start = g_utf8_substring(line, 0, --length);

		g_free(line);
		line = g_strconcat(start, "…", NULL);
	}
	return line;
}

static void add_line(struct pb_hardware_place *place, const char *text, double inner)
{
	char *line;

	if (!text || !*text)
		return;
	line = place->lines[place->line_count++] = clipped(text, inner);
	place->width = fmax(place->width, width_of(line) + 2 * PB_HARDWARE_PADDING);
}

/* The label, and what else there is behind it or below. */
static void add_text(const struct layout *layout, size_t index, double inner)
{
	const struct pb_hardware_box *box = &layout->hardware->boxes[index];
	struct pb_hardware_place *place = &layout->places[index];
	bool bound = !strcmp(box->kind, "node") && layout->hardware->numa_node >= 0 &&
		     box->index == (size_t)layout->hardware->numa_node;
	g_autofree char *label = pb_hardware_label(box);
	g_autofree char *details = pb_hardware_details(box);
	g_autofree char *both = g_strconcat(label, details ? ", " : "", details, NULL);

	place->width = LEAST;
	if (!strcmp(box->kind, "device") || (double)g_utf8_strlen(both, -1) * CHARACTER > inner) {
		add_line(place, label, inner);
		add_line(place, details, inner);
	} else {
		add_line(place, both, inner);
	}
	if (bound)
		add_line(place, "memory of the cases", inner);
}

static void lay_out(const struct layout *layout, size_t index, double most);

static bool is_device(const struct layout *layout, int index)
{
	return !strcmp(layout->hardware->boxes[index].kind, "device");
}

/* A row that is full: what is lower than the highest becomes as high. */
static void end_row(const struct layout *layout, int from, int to, double height)
{
	for (int child = from; child != to; child = layout->next[child])
		layout->places[child].height = height;
}

/* Rows of children, in the order of the file; their places are relative to the box. */
static void place_children(const struct layout *layout, size_t index, double most)
{
	struct pb_hardware_place *place = &layout->places[index];
	double x = PB_HARDWARE_PADDING, y = place->height, height = 0;
	int row = layout->first[index], before = row;

	if (row < 0)
		return;
	for (int child = row; child >= 0; child = layout->next[child]) {
		struct pb_hardware_place *below = &layout->places[child];

		lay_out(layout, (size_t)child, most - 2 * PB_HARDWARE_PADDING);
		/* Devices have rows of their own. */
		if (child != row && (x + below->width + PB_HARDWARE_PADDING > most ||
				     is_device(layout, child) != is_device(layout, before))) {
			end_row(layout, row, child, height);
			row = child;
			x = PB_HARDWARE_PADDING;
			y += height + GAP;
			height = 0;
		}
		below->x = x;
		below->y = y;
		x += below->width + GAP;
		before = child;
		height = fmax(height, below->height);
		place->width = fmax(place->width, x - GAP + PB_HARDWARE_PADDING);
	}
	end_row(layout, row, -1, height);
	place->height = y + height + PB_HARDWARE_PADDING;
}

static void lay_out(const struct layout *layout, size_t index, double most)
{
	struct pb_hardware_place *place = &layout->places[index];

	add_text(layout, index, most - 2 * PB_HARDWARE_PADDING);
	place->height = place->line_count * LINE + 2 * PB_HARDWARE_PADDING;
	/* Children come close below the text. */
	if (layout->first[index] >= 0)
		place->height -= PB_HARDWARE_PADDING - 2;
	place_children(layout, index, most);
}

struct pb_hardware_place *pb_hardware_lay_out(const struct pb_hardware *hardware, double width)
{
	size_t count = hardware->count;
	g_autofree int *first = g_new(int, count), *next = g_new(int, count);
	struct layout layout = {hardware, g_new0(struct pb_hardware_place, count), first, next};

	for (size_t i = 0; i < count; i++)
		first[i] = next[i] = -1;
	for (size_t i = count; i-- > 1;) {
		int parent = hardware->boxes[i].parent;

		next[i] = first[parent];
		first[parent] = (int)i;
	}
	lay_out(&layout, 0, width);
	for (size_t i = 1; i < count; i++) {
		layout.places[i].x += layout.places[hardware->boxes[i].parent].x;
		layout.places[i].y += layout.places[hardware->boxes[i].parent].y;
	}
	return layout.places;
}

void pb_hardware_free_places(struct pb_hardware_place *places, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (guint n = 0; n < places[i].line_count; n++)
			g_free(places[i].lines[n]);
	}
	g_free(places);
}
