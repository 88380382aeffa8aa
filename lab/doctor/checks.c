/* See checks.h. */
#include "lab/doctor/checks.h"

static const char *const states[] = {
	[PB_DOCTOR_YES] = "yes",
	[PB_DOCTOR_NO] = "no",
	[PB_DOCTOR_PARTLY] = "partly",
	[PB_DOCTOR_NOT_TRIED] = "not tried",
};

void pb_doctor_add(json_t *checks, const char *name, enum pb_doctor_state state, const char *remedy,
		   const char *fmt, ...)
{
	g_autofree char *found = NULL;
	va_list args;

	va_start(args, fmt);
	found = g_strdup_vprintf(fmt, args);
	va_end(args);
	json_array_append_new(checks, json_pack("{s:s, s:s, s:s, s:s*}", "name", name, "state",
						states[state], "found", found, "remedy", remedy));
}
