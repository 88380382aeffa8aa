/* What a file of JUnit XML is made of: see junit_parts.h. */
#include "reports/render/junit_parts.h"
#include "reports/render/html_page.h"
#include "reports/render/text.h"

/* U+FFFE and U+FFFF: UTF-8 can write them, XML cannot. What is no UTF-8 at all it cannot, either.
 */
static char *without_noncharacters(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autoptr(GString) clean = g_string_new(valid);

	g_string_replace(clean, "\xef\xbf\xbe", "?", 0);
	g_string_replace(clean, "\xef\xbf\xbf", "?", 0);
	return g_string_free(g_steal_pointer(&clean), FALSE);
}

/* What HTML escapes is what XML does; control characters become U+FFFD in both. */
void pb_junit_say(GString *out, const char *text)
{
	g_autofree char *clean = without_noncharacters(text);

	pb_text_append_html(out, clean);
}

void pb_junit_attribute(GString *out, const char *name, const char *value)
{
	g_autofree char *clean = without_noncharacters(value);

	pb_html_attribute(out, name, clean);
}

void pb_junit_add_tally(GString *out, const struct pb_junit_tally *tally)
{
	g_string_append_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n",
			       tally->tests, tally->failures, tally->errors, tally->skipped);
}

void pb_junit_add_property(GString *out, const char *name, const char *value)
{
	if (!*value)
		return;
	g_string_append(out, "<property");
	pb_junit_attribute(out, "name", name);
	pb_junit_attribute(out, "value", value);
	g_string_append(out, "/>\n");
}

void pb_junit_add_skipped(GString *out, const char *verdict, const char *why)
{
	g_autofree char *message = g_strdup_printf("%s: %s", verdict, why);

	g_string_append(out, "<skipped");
	pb_junit_attribute(out, "message", message);
	g_string_append(out, "/>\n");
}

/* Figures that must not be trusted are not to pass in silence. */
void pb_junit_add_control(GString *out)
{
	const struct pb_junit_tally tally = {.tests = 1, .errors = 1};

	g_string_append(out, "<testsuite name=\"control\"");
	pb_junit_add_tally(out, &tally);
	g_string_append(out, "<testcase name=\"control\" classname=\"control\">\n"
			     "<error type=\"control\" message=\"The control failed: these figures "
			     "are not to be trusted.\"/>\n</testcase>\n</testsuite>\n");
}
