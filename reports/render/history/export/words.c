/* Numbers and sentences: see words.h. */
#include "reports/render/history/export/words.h"

#include <math.h>

#include "pinbench/result.h"
#include "reports/render/compare/words.h"
#include "reports/render/text.h"

/* A double has that many digits of a whole number. */
#define MOST_WHOLE 1e15

const char *pb_export_number(double value, char buffer[PB_EXPORT_NUMBER_BYTES])
{
	bool is_whole = value == floor(value) && fabs(value) < MOST_WHOLE;

	buffer[0] = '\0';
	if (isfinite(value))
		g_ascii_formatd(buffer, PB_EXPORT_NUMBER_BYTES,
				is_whole ? "%.0f" : "%." G_STRINGIFY(PB_RESULT_PRECISION) "g",
				value == 0 ? 0 : value);
	return buffer;
}

char *pb_export_figure(double value, double low, double high, const char *unit)
{
	g_autofree char *middle = pb_text_number(value);
	g_autofree char *least = pb_text_number(low);
	g_autofree char *most = pb_text_number(high);

	if (low == value && high == value)
		return g_strdup_printf("%s %s", middle, unit);
	return g_strdup_printf("%s %s (%s to %s)", middle, unit, least, most);
}

char *pb_export_percent(double percent)
{
	return pb_compare_percent(isfinite(percent) ? percent : NAN);
}

static const char *kind_words(const struct pb_step *step)
{
	return step->kind == PB_STEP_DRIFT ? "drift of " : "";
}

char *pb_export_step(const struct pb_history_series *series, const struct pb_history_runs *runs,
		     const struct pb_step *step)
{
	g_autofree char *percent = pb_export_percent(step->percent);
	g_autofree char *from = pb_text_number(step->from);
	g_autofree char *to = pb_text_number(step->to);

	return g_strdup_printf("%s%s from %s to %s (%s to %s %s), step %s, %s", kind_words(step),
			       percent, runs->runs[step->before_run].name,
			       runs->runs[step->after_run].name, from, to, series->unit, step->id,
			       pb_step_state_name(step->state));
}

char *pb_export_unclear(const struct pb_step *step)
{
	if (step->changed == PB_APPARATUS_COUNT)
		return g_strdup("the kernel is the same, and nothing is known to have changed");
	return g_strdup_printf("%s changed with it", pb_apparatus_name(step->changed));
}

char *pb_export_time(gint64 seconds, const char *format)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);

	return time ? g_date_time_format(time, format) : g_strdup("");
}

const struct pb_step *pb_export_step_at(const struct pb_moves *moves, guint point,
					enum pb_step_kind kind)
{
	for (guint i = 0; i < moves->step_count; i++) {
		if (moves->steps[i].after == point && moves->steps[i].kind == kind)
			return &moves->steps[i];
	}
	return NULL;
}
