/*
 * The machine that was measured on, in a report: what it is made of with the CPUs that were
 * measured on marked, and what moves figures there.
 */
#ifndef PINBENCH_REPORTS_RENDER_HARDWARE_HARDWARE_H
#define PINBENCH_REPORTS_RENDER_HARDWARE_HARDWARE_H

#include "reports/hardware.h"
#include "reports/render/view.h"

/* words.c; the caller frees. */

/* "NUMA node 0", "L3", "CPU 3"; a kind that is not known is shown as it is. */
char *pb_hardware_label(const struct pb_hardware_box *box);
/* "16 GiB"; of a device its class and disks; NULL: nothing. */
char *pb_hardware_details(const struct pb_hardware_box *box);
/* "Measured on CPUs 2-3: core 1; NUMA node 0; package 0. Memory of NUMA node 0." */
char *pb_hardware_summary(const struct pb_hardware *hardware);

/* layout.c */

#define PB_HARDWARE_MOST_LINES 3

/* Where a box is drawn, in pixels, and what stands in it. */
struct pb_hardware_place {
	double x, y, width, height;
	char *lines[PB_HARDWARE_MOST_LINES];
	guint line_count;
};

/*
 * Boxes in boxes, in rows that are no broader than @width where that can be. As many places as
 * there are boxes; to be freed with pb_hardware_free_places().
 */
struct pb_hardware_place *pb_hardware_lay_out(const struct pb_hardware *hardware, double width);
void pb_hardware_free_places(struct pb_hardware_place *places, size_t count);
/* Of a line's middle within its box, from the upper edge. */
double pb_hardware_line_y(guint line);
#define PB_HARDWARE_PADDING 6.0

/* picture.c: the same as two <svg>, for a desk and for a phone; hardware.css shows one. Caller
 * frees.
 */
char *pb_hardware_picture(const struct pb_hardware *hardware);

/* section.c: "The machine"; nothing without a topology. */
void pb_hardware_html(GString *out, const struct pb_view *view);
void pb_hardware_markdown(GString *out, const struct pb_view *view);
bool pb_hardware_is_there(const struct pb_view *view);

/* noise.c: "What moves figures here"; nothing where it is not known. */
void pb_noise_html(GString *out, const struct pb_view *view);
void pb_noise_markdown(GString *out, const struct pb_view *view);
/* One line: "noise: 4 things move figures here: governor powersave on CPUs 0-3, ...". */
void pb_noise_text(GString *out, const struct pb_view *view, size_t columns);
bool pb_noise_is_there(const struct pb_view *view);

#endif
