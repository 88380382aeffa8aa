/*
 * A topology as a picture: a box for each node below that of its parent, and the way between those
 * that take part as a thick line, which carries the verdict.
 */
#include <math.h>
#include <string.h>

#include "reports/render/html_page.h"
#include "reports/render/text.h"
#include "reports/render/topology/topology.h"

/* In pixels, which the page does not scale: text stays readable on a phone. */
#define LINE	    16.0
#define PADDING	    8.0
#define GAP_ACROSS  16.0
#define GAP_DOWN    30.0
#define BUS	    13.0 /* below a box: where the lines to those below it part */
#define MARGIN	    4.0
#define LEAST_WIDTH 140.0
#define CHARACTER   7.3 /* the widest that is likely */
#define MOST_TEXT   34	/* characters of a line; all of it is in the tooltip */
#define MOST_LINES  4
#define ROLE_STYLES 4

struct box {
	char *lines[MOST_LINES];
	guint line_count;
	guint depth;
	double width, height;
	double span; /* with all that is below it */
	double left; /* of the span */
	double x, y; /* middle of the upper edge */
};

struct picture {
	const struct pb_view_topology *item;
	struct box *boxes;
	guint depth; /* of the lowest row */
	double rows[PB_TOPOLOGY_MAX_NODES + 1];
	double width, height;
	GPtrArray *label; /* char: its lines */
	double label_x, label_y;
};

static size_t length_of(const char *text)
{
	return (size_t)g_utf8_strlen(text, -1);
}

static char *clipped(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autofree char *start = NULL;

	if (length_of(valid) <= MOST_TEXT)
		return g_steal_pointer(&valid);
	start = g_utf8_substring(valid, 0, MOST_TEXT - 1);
	return g_strconcat(start, "…", NULL);
}

static void add_line(struct box *box, const char *text)
{
	if (!text || !*text)
		return;
	box->lines[box->line_count] = clipped(text);
	box->width = fmax(box->width,
			  (double)length_of(box->lines[box->line_count]) * CHARACTER + 2 * PADDING);
	box->line_count++;
}

static void fill_box(struct box *box, const struct pb_topology_node *node)
{
	g_autofree char *what = g_strconcat(node->id ? node->id : "", node->id ? " " : "",
					    node->class && node->role ? node->class : "", NULL);
	g_autofree char *group = node->iommu_group >= 0
					 ? g_strdup_printf("IOMMU group %d", node->iommu_group)
					 : NULL;

	box->width = LEAST_WIDTH;
	add_line(box, node->role ? node->role : pb_topology_kind(node->kind));
	add_line(box, node->name);
	add_line(box, g_strchomp(what));
	add_line(box, group);
	box->height = box->line_count * LINE + 2 * PADDING;
}

/* From the leaves up: how broad each is with all that is below it. */
static void measure(struct picture *p)
{
	const struct pb_topology *topology = p->item->topology;
	g_autofree double *below = g_new0(double, topology->count);

	for (size_t i = 0; i < topology->count; i++) {
		struct box *box = &p->boxes[i];
		int parent = topology->nodes[i].parent;

		fill_box(box, &topology->nodes[i]);
		box->depth = parent < 0 ? 0 : p->boxes[parent].depth + 1;
		p->depth = MAX(p->depth, box->depth);
	}
	for (size_t i = topology->count; i-- > 0;) {
		int parent = topology->nodes[i].parent;

		p->boxes[i].span = fmax(p->boxes[i].width, below[i]);
		if (parent >= 0)
			below[parent] += p->boxes[i].span + (below[parent] > 0 ? GAP_ACROSS : 0);
	}
}

/* From the root down: each below its parent, those of one parent side by side. */
static void place_across(struct picture *p)
{
	const struct pb_topology *topology = p->item->topology;
	g_autofree double *next = g_new0(double, topology->count);
	g_autofree double *below = g_new0(double, topology->count);

	for (size_t i = 1; i < topology->count; i++) {
		double *sum = &below[topology->nodes[i].parent];

		*sum += p->boxes[i].span + (*sum > 0 ? GAP_ACROSS : 0);
	}
	for (size_t i = 0; i < topology->count; i++) {
		struct box *box = &p->boxes[i];
		int parent = topology->nodes[i].parent;

		box->left = parent < 0 ? MARGIN : next[parent];
		box->x = box->left + box->span / 2;
		next[i] = box->left + (box->span - below[i]) / 2;
		if (parent >= 0)
			next[parent] += box->span + GAP_ACROSS;
	}
	p->width = p->boxes[0].span + 2 * MARGIN;
}

/* The middles of the first and the last box that the way goes down to from its top. */
static bool find_branches(const struct picture *p, double *ret_left, double *ret_right)
{
	const struct pb_topology *topology = p->item->topology;

	*ret_left = INFINITY;
	*ret_right = -INFINITY;
	for (size_t i = 0; p->item->top >= 0 && i < topology->count; i++) {
		if (topology->nodes[i].parent != p->item->top || !p->item->on_way[i])
			continue;
		*ret_left = fmin(*ret_left, p->boxes[i].x);
		*ret_right = fmax(*ret_right, p->boxes[i].x);
	}
	return *ret_left < *ret_right;
}

static GPtrArray *wrapped(const char *text, double width)
{
	size_t columns = (size_t)fmax((width - 2 * PADDING) / CHARACTER, 12);
	g_autoptr(GString) out = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;
	GPtrArray *label = g_ptr_array_new_with_free_func(g_free);

	pb_text_append_wrapped(out, text, columns, 0);
	lines = g_strsplit(g_strchomp(out->str), "\n", -1);
	for (char **line = lines; *line; line++)
		g_ptr_array_add(label, g_strdup(*line));
	return label;
}

/* Rows of boxes, with room for the verdict where the way parts; or below all of them. */
static void place_down(struct picture *p)
{
	double left, right, y = MARGIN;
	bool parts = find_branches(p, &left, &right);
	double room;

	p->label = wrapped(p->item->label, parts ? right - left : p->width);
	p->label_x = parts ? (left + right) / 2 : p->width / 2;
	room = (double)p->label->len * LINE;
	for (guint depth = 0; depth <= p->depth; depth++) {
		double height = 0;

		for (size_t i = 0; i < p->item->topology->count; i++) {
			if (p->boxes[i].depth != depth)
				continue;
			p->boxes[i].y = y;
			height = fmax(height, p->boxes[i].height);
		}
		y += height + (depth < p->depth ? GAP_DOWN : 0);
		p->rows[depth] = y - GAP_DOWN + BUS;
		if (parts && p->boxes[p->item->top].depth == depth) {
			p->label_y = p->rows[depth];
			y += room;
		}
	}
	if (!parts) {
		p->label_y = y;
		y += room + PADDING;
	}
	p->height = y + MARGIN;
}

/* From a box up to its parent; the way's pass behind the boxes that they go through. */
static void add_edge(GString *out, const struct picture *p, size_t index, const char *class)
{
	const struct box *box = &p->boxes[index];
	const struct box *above = &p->boxes[p->item->topology->nodes[index].parent];

	g_string_append_printf(out, "<path class=\"%s\" d=\"M%.1f %.1fV%.1fH%.1fV%.1f\"/>\n", class,
			       box->x, box->y, p->rows[above->depth], above->x,
			       above->y + above->height);
}

static void add_edges(GString *out, const struct picture *p, bool way)
{
	for (size_t i = 1; i < p->item->topology->count; i++) {
		if ((p->item->on_way[i] && (int)i != p->item->top) == way)
			add_edge(out, p, i, way ? "way" : "edge");
	}
}

static guint style_of(const struct picture *p, const char *role)
{
	guint index = 0;

	g_ptr_array_find_with_equal_func(p->item->roles, role, g_str_equal, &index);
	return index % ROLE_STYLES;
}

static void add_text(GString *out, const char *class, double x, double y, const char *text)
{
	g_string_append_printf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
	pb_text_append_html(out, text);
	g_string_append(out, "</text>");
}

static void add_box(GString *out, const struct picture *p, size_t index)
{
	static const char *const classes[MOST_LINES] = {"kind", "name", "less", "less"};
	const struct pb_topology_node *node = &p->item->topology->nodes[index];
	const struct box *box = &p->boxes[index];
	g_autofree char *details = pb_topology_details(node);
	g_autofree char *tip = g_strdup_printf("%s%s%s %s: %s", node->role ? node->role : "",
					       node->role ? ", " : "", pb_topology_kind(node->kind),
					       node->name, details);

	if (node->role)
		g_string_append_printf(out, "<g class=\"part role-%u\">", style_of(p, node->role));
	else
		g_string_append_printf(out, "<g class=\"%s\">",
				       p->item->on_way[index] ? "between" : "beside");
	pb_html_element(out, "title", tip);
	g_string_append_printf(
		out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"5\"/>",
		box->x - box->width / 2, box->y, box->width, box->height);
	for (guint i = 0; i < box->line_count; i++)
		add_text(out, classes[i], box->x, box->y + PADDING + LINE * (i + 0.75),
			 box->lines[i]);
	g_string_append(out, "</g>\n");
}

static void draw(GString *out, const struct picture *p)
{
	g_string_append_printf(out,
			       "<svg class=\"topology%s\" width=\"%.0f\" height=\"%.0f\" "
			       "viewBox=\"0 0 %.0f %.0f\" role=\"img\"",
			       p->item->shut ? " shut" : "", p->width, p->height, p->width,
			       p->height);
	pb_html_attribute(out, "aria-label", p->item->summary);
	g_string_append(out, ">\n");
	add_edges(out, p, false);
	add_edges(out, p, true);
	for (size_t i = 0; i < p->item->topology->count; i++)
		add_box(out, p, i);
	for (guint i = 0; i < p->label->len; i++)
		add_text(out, "verdict", p->label_x, p->label_y + LINE * (i + 1),
			 p->label->pdata[i]);
	g_string_append(out, "\n</svg>\n");
}

char *pb_topology_picture(const struct pb_view_topology *item)
{
	size_t count = item->topology->count;
	struct picture p = {.item = item, .boxes = g_new0(struct box, count)};
	GString *out = g_string_new(NULL);

	measure(&p);
	place_across(&p);
	place_down(&p);
	draw(out, &p);
	for (size_t i = 0; i < count; i++) {
		for (guint n = 0; n < p.boxes[i].line_count; n++)
			g_free(p.boxes[i].lines[n]);
	}
	g_free(p.boxes);
	g_ptr_array_unref(p.label);
	return g_string_free(out, FALSE);
}
