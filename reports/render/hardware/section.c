/* "The machine" as a section: see hardware.h. */
#include <string.h>

#include "reports/render/hardware/hardware.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define TITLE "The machine"

static const char legend[] = "Filled are the CPUs that were measured on; what they are part of has "
			     "a stronger line.";

bool pb_hardware_is_there(const struct pb_view *view)
{
	const struct pb_hardware *hardware = view->result->environment.hardware;

	return hardware && hardware->count;
}

/* NULL if all devices are shown. */
static char *omitted_words(const struct pb_hardware *hardware)
{
	if (!hardware->omitted_devices)
		return NULL;
	return g_strdup_printf("%zu more devices are not shown.", hardware->omitted_devices);
}

void pb_hardware_html(GString *out, const struct pb_view *view)
{
	const struct pb_hardware *hardware = view->result->environment.hardware;
	g_autofree char *summary = NULL, *picture = NULL, *omitted = NULL;

	if (!pb_hardware_is_there(view))
		return;
	summary = pb_hardware_summary(hardware);
	picture = pb_hardware_picture(hardware);
	omitted = omitted_words(hardware);
	pb_html_heading(out, "machine", TITLE);
	pb_html_element(out, "p", summary);
	if (hardware->cpu_count)
		pb_html_element(out, "p class=\"muted\"", legend);
	g_string_append_printf(out, "<div class=\"hardware\">\n%s</div>\n", picture);
	if (omitted)
		pb_html_element(out, "p class=\"muted\"", omitted);
}

/* A core's CPUs stand in its line. */
static bool has_line(const struct pb_hardware *hardware, const struct pb_hardware_box *box)
{
	return strcmp(box->kind, "pu") || box->parent < 0 ||
	       strcmp(hardware->boxes[box->parent].kind, "core");
}

static void add_line(GString *out, const struct pb_hardware *hardware, size_t index, guint depth)
{
	const struct pb_hardware_box *box = &hardware->boxes[index];
	g_autofree char *label = pb_hardware_label(box);
	g_autofree char *details = pb_hardware_details(box);
	g_autoptr(GString) line = g_string_new(label);

	if (details)
		g_string_append_printf(line, ", %s", details);
	if (box->cpus && !strcmp(box->kind, "core"))
		g_string_append_printf(line, ": CPU %s", box->cpus);
	/* An indented block, which nothing in it can close. */
	g_string_append_printf(out, "    %c %*s",
			       pb_hardware_is_used(hardware, box->cpus) ? '*' : ' ',
			       (int)(2 * depth), "");
	pb_text_append_plain(out, line->str);
	g_string_append_c(out, '\n');
}

void pb_hardware_markdown(GString *out, const struct pb_view *view)
{
	const struct pb_hardware *hardware = view->result->environment.hardware;
	g_autofree char *summary = NULL, *omitted = NULL;
	g_autofree guint *depths = NULL;

	if (!pb_hardware_is_there(view))
		return;
	summary = pb_hardware_summary(hardware);
	omitted = omitted_words(hardware);
	depths = g_new0(guint, hardware->count);
	g_string_append(out, "## " TITLE "\n\n");
	pb_text_append_markdown(out, summary);
	g_string_append(out, hardware->cpu_count ? " A \\* marks where that is.\n\n" : "\n\n");
	for (size_t i = 0; i < hardware->count; i++) {
		const struct pb_hardware_box *box = &hardware->boxes[i];

		depths[i] = box->parent < 0 ? 0 : depths[box->parent] + 1;
		if (has_line(hardware, box))
			add_line(out, hardware, i, depths[i]);
	}
	if (omitted)
		g_string_append_printf(out, "\n%s\n", omitted);
	g_string_append_c(out, '\n');
}
