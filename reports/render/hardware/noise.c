/* What moves figures on the machine, as a section and as a line: see hardware.h. */
#include <string.h>

#include "reports/render/hardware/hardware.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

#define TITLE "What moves figures here"

static const char nothing[] = "Nothing is known here that would move figures.";

/* Of the facts, those that readers ask for. */
static const struct {
	const char *key, *name, *unit;
} shown[] = {
	{"cpus", "measured CPUs", ""},
	{"cpu_count", "CPUs in all", ""},
	{"cpu_model", "processor", ""},
	{"microcode", "microcode", ""},
	{"dmi", "machine", ""},
	{"virtualised", "virtualised", ""},
	{"hypervisor", "hypervisor", ""},
	{"governors", "governor", ""},
	{"frequency_drivers", "frequency driver", ""},
	{"turbo", "turbo", ""},
	{"smt_active", "SMT", ""},
	{"smt_siblings", "CPUs that share their cores", ""},
	{"isolated", "isolated CPUs", ""},
	{"nohz_full", "CPUs without a tick", ""},
	{"interrupt_lines", "interrupts on them", ""},
	{"load_1min", "load", " tasks"},
	{"steal_percent", "stolen time", " %"},
	{"temperature_celsius", "temperature", " °C"},
	{"cgroup_cpu_max", "CPU limit", ""},
	{"clocksource", "clock source", ""},
	{"mitigations_option", "mitigations=", ""},
	{"vulnerabilities", "vulnerabilities", ""},
	{"thp", "THP", ""},
	{"thp_defrag", "THP defragmentation", ""},
	{"numa_balancing", "NUMA balancing", ""},
};

bool pb_noise_is_there(const struct pb_view *view)
{
	const struct pb_hardware *hardware = view->result->environment.hardware;

	return hardware && hardware->has_noise;
}

/* Of an object: how much of each, by name ("3 mitigated"), or what is where ("powersave on 0-3").
 */
static char *object_words(const json_t *fact)
{
	GString *text = g_string_new(NULL);
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)fact, key, value) {
		g_string_append(text, text->len ? ", " : "");
		if (json_is_string(value)) {
			g_string_append_printf(text, "%s on CPUs %s", key,
					       json_string_value(value));
		} else {
			g_autofree char *words = g_strdelimit(g_strdup(key), "_", ' ');
			json_int_t count = json_is_array(value) ? (json_int_t)json_array_size(value)
								: json_integer_value(value);

			g_string_append_printf(text, "%" JSON_INTEGER_FORMAT " %s", count, words);
		}
	}
	return g_string_free(text, FALSE);
}

/* NULL for what could not be read. */
static char *fact_words(const json_t *facts, guint index)
{
	const json_t *fact = json_object_get(facts, shown[index].key);
	g_autofree char *text = NULL;

	if (!fact || json_is_null(fact) || json_is_array(fact))
		return NULL;
	if (json_is_object(fact))
		return object_words(fact);
	if (json_is_string(fact) && !*json_string_value(fact))
		return g_strdup("none");
	if (json_is_boolean(fact))
		return g_strdup(json_is_true(fact) ? "yes" : "no");
	text = json_is_string(fact) ? g_strdup(json_string_value(fact))
				    : pb_text_number(json_number_value(fact));
	return g_strconcat(text, shown[index].unit, NULL);
}

static void add_html_facts(GString *out, const json_t *facts)
{
	g_string_append(out, "<details><summary class=\"muted\">The machine's settings</summary>\n"
			     "<dl class=\"pairs\">\n");
	for (guint i = 0; i < G_N_ELEMENTS(shown); i++) {
		g_autofree char *words = fact_words(facts, i);

		if (!words)
			continue;
		pb_html_element(out, "dt", shown[i].name);
		pb_html_element(out, "dd", words);
		g_string_append_c(out, '\n');
	}
	g_string_append(out, "</dl></details>\n");
}

void pb_noise_html(GString *out, const struct pb_view *view)
{
	const struct pb_hardware *hardware = view->result->environment.hardware;

	if (!pb_noise_is_there(view))
		return;
	pb_html_heading(out, "noise", TITLE);
	if (!hardware->concern_count)
		pb_html_element(out, "p", nothing);
	else
		g_string_append(out, "<ul class=\"noise\">\n");
	for (size_t i = 0; i < hardware->concern_count; i++) {
		const struct pb_hardware_concern *one = &hardware->concerns[i];

		g_string_append(out, "<li>");
		pb_html_element(out, "b", one->name);
		g_string_append_c(out, ' ');
		pb_text_append_html(out, one->found);
		if (one->remedy)
			pb_html_element(out, "code", one->remedy);
		g_string_append(out, "</li>\n");
	}
	if (hardware->concern_count)
		g_string_append(out, "</ul>\n");
	if (hardware->facts)
		add_html_facts(out, hardware->facts);
}

static void add_markdown_pair(GString *out, const char *name, const char *value)
{
	g_string_append(out, "- **");
	pb_text_append_markdown(out, name);
	g_string_append(out, "** ");
	pb_text_append_markdown(out, value);
	g_string_append_c(out, '\n');
}

void pb_noise_markdown(GString *out, const struct pb_view *view)
{
	const struct pb_hardware *hardware = view->result->environment.hardware;

	if (!pb_noise_is_there(view))
		return;
	g_string_append(out, "## " TITLE "\n\n");
	if (!hardware->concern_count)
		g_string_append_printf(out, "%s\n", nothing);
	for (size_t i = 0; i < hardware->concern_count; i++) {
		const struct pb_hardware_concern *one = &hardware->concerns[i];

		add_markdown_pair(out, one->name, one->found);
		if (!one->remedy)
			continue;
		g_string_append(out, "  - ");
		pb_text_append_markdown_code(out, one->remedy);
		g_string_append_c(out, '\n');
	}
	if (hardware->facts)
		g_string_append(out, "\nThe machine's settings:\n\n");
	for (guint i = 0; hardware->facts && i < G_N_ELEMENTS(shown); i++) {
		g_autofree char *words = fact_words(hardware->facts, i);

		if (words)
			add_markdown_pair(out, shown[i].name, words);
	}
	g_string_append_c(out, '\n');
}

void pb_noise_text(GString *out, const struct pb_view *view, size_t columns)
{
	const struct pb_hardware *hardware = view->result->environment.hardware;
	g_autoptr(GString) line = g_string_new("noise: ");

	if (!pb_noise_is_there(view))
		return;
	if (!hardware->concern_count)
		g_string_append(line, "nothing is known here that would move figures");
	else
		g_string_append_printf(line, "%zu thing%s figures here: ", hardware->concern_count,
				       hardware->concern_count == 1 ? " moves" : "s move");
	for (size_t i = 0; i < hardware->concern_count; i++) {
		const struct pb_hardware_concern *one = &hardware->concerns[i];

		/* What it is in short stands before the semicolon. */
		g_string_append_printf(line, "%s%s %.*s", i ? ", " : "", one->name,
				       (int)strcspn(one->found, ";"), one->found);
	}
	pb_text_append_wrapped(out, line->str, columns, 0);
}
