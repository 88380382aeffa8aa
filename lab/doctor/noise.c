/* What moves timed figures here, as the agent sees it: a line for each. */
#include "lab/doctor/checks.h"
#include "lab/util/process.h"

#define TIMEOUT_SECONDS 60

static json_t *take(const char *agent, const char *root, GError **ret_error)
{
	const char *const argv[] = {agent, "fingerprint", *root ? "--root" : NULL, root, NULL};
	struct pb_command command = {.argv = argv, .timeout_seconds = TIMEOUT_SECONDS};
	g_autofree char *output = NULL;

	if (pb_command_run(&command, &output, ret_error))
		return NULL;
	return json_loads(output, 0, NULL);
}

void pb_doctor_noise(json_t *checks, const char *agent, const char *root)
{
	g_autoptr(GError) why = NULL;
	json_t *noise = take(agent, root, &why), *one;
	const json_t *concerns = json_object_get(noise, "concerns");
	size_t i;

	if (!json_is_array(concerns))
		pb_doctor_add(checks, "quiet", PB_DOCTOR_NOT_TRIED, "build pinbench again",
			      "the agent does not say what moves figures here: %s",
			      why ? why->message : "it printed no JSON");
	else if (!json_array_size(concerns))
		pb_doctor_add(checks, "quiet", PB_DOCTOR_YES, NULL,
			      "nothing is known that would move timed figures");
	json_array_foreach (concerns, i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));
		const char *found = json_string_value(json_object_get(one, "found"));

		pb_doctor_add(checks, name ? name : "noise", PB_DOCTOR_PARTLY,
			      json_string_value(json_object_get(one, "remedy")), "%s",
			      found ? found : "");
	}
	json_decref(noise);
}
