/* The machine as a picture, in two widths: see hardware.h. */
#include <string.h>

#include "reports/render/hardware/hardware.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

/* In pixels: what a page has room for, on a desk and on a phone. */
#define WIDE   920.0
#define NARROW 345.0
#define EDGE   1.5 /* for the lines of the outermost box */

static bool is_leaf(const struct pb_hardware *hardware, size_t index)
{
	for (size_t i = index + 1; i < hardware->count; i++) {
		if (hardware->boxes[i].parent == (int)index)
			return false;
	}
	return true;
}

/* A class of hardware.css: never anything that stands in the file. */
static const char *class_of(const struct pb_hardware *hardware, size_t index)
{
	const struct pb_hardware_box *box = &hardware->boxes[index];
	bool used = pb_hardware_is_used(hardware, box->cpus);

	if (!strcmp(box->kind, "device"))
		return "device";
	if (used && is_leaf(hardware, index))
		return "used";
	if (!strcmp(box->kind, "node"))
		return used ? "node holds" : "node";
	return used ? "holds" : "part";
}

/* All of what is clipped, and what there is no room for. */
static void add_tip(GString *out, const struct pb_hardware_box *box)
{
	g_autofree char *label = pb_hardware_label(box);
	g_autofree char *details = pb_hardware_details(box);
	g_autofree char *tip =
		g_strdup_printf("%s%s%s%s%s", label, details ? ", " : "", details ? details : "",
				box->id ? ", " : "", box->id ? box->id : "");

	pb_html_element(out, "title", tip);
}

static void add_box(GString *out, const struct pb_hardware *hardware,
		    const struct pb_hardware_place *place, size_t index)
{
	const struct pb_hardware_box *box = &hardware->boxes[index];

	g_string_append_printf(out, "<g class=\"%s\">", class_of(hardware, index));
	if (!strcmp(box->kind, "device") || !strcmp(box->kind, "package"))
		add_tip(out, box);
	g_string_append_printf(out,
			       "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
			       "rx=\"4\"/>",
			       place->x, place->y, place->width, place->height);
	for (guint i = 0; i < place->line_count; i++) {
		g_string_append_printf(out, "<text%s x=\"%.1f\" y=\"%.1f\">",
				       i ? " class=\"less\"" : "", place->x + PB_HARDWARE_PADDING,
				       place->y + pb_hardware_line_y(i));
		pb_text_append_html(out, place->lines[i]);
		g_string_append(out, "</text>");
	}
	g_string_append(out, "</g>\n");
}

static void add_picture(GString *out, const struct pb_hardware *hardware, double width,
			const char *class)
{
	struct pb_hardware_place *places = pb_hardware_lay_out(hardware, width);
	g_autofree char *summary = pb_hardware_summary(hardware);
	double whole = places[0].width + 2 * EDGE, high = places[0].height + 2 * EDGE;

	g_string_append_printf(out,
			       "<svg class=\"machine %s\" width=\"%.0f\" height=\"%.0f\" "
			       "viewBox=\"%.1f %.1f %.0f %.0f\" role=\"img\"",
			       class, whole, high, -EDGE, -EDGE, whole, high);
	pb_html_attribute(out, "aria-label", summary);
	g_string_append(out, ">\n");
	for (size_t i = 0; i < hardware->count; i++)
		add_box(out, hardware, &places[i], i);
	g_string_append(out, "</svg>\n");
	pb_hardware_free_places(places, hardware->count);
}

char *pb_hardware_picture(const struct pb_hardware *hardware)
{
	GString *out = g_string_new(NULL);

	add_picture(out, hardware, WIDE, "wide");
	add_picture(out, hardware, NARROW, "narrow");
	return g_string_free(out, FALSE);
}
