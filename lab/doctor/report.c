/* See report.h. */
#include <stdbool.h>
#include "lab/doctor/checks.h"
#include "lab/doctor/peers.h"
#include "lab/doctor/places.h"
#include "lab/doctor/report.h"

json_t *pb_doctor_report(json_t *checks, gboolean measures, const char *root)
{
	json_t *peers = pb_doctor_peers(root), *places = NULL;
	g_autoptr(GError) why = NULL;

	if (pb_doctor_places(root, &places, &why))
		json_object_set_new(peers, "places_error", json_string(why->message));
	else
		json_object_set_new(peers, "places", places);
	return json_pack("{s:s, s:b, s:o, s:o}", "schema", PB_DOCTOR_SCHEMA, "measures", measures,
			 "checks", checks, "peers", peers);
}

json_t *pb_doctor_examine(void)
{
	json_t *checks = json_array();
	bool measures = pb_doctor_programs(checks);

	pb_doctor_add(checks, "without a guest", PB_DOCTOR_NO, NULL,
		      "pinbench measures in guests alone; what follows says what else there is");
	pb_doctor_processor(checks);
	pb_doctor_system(checks, "");
	return pb_doctor_report(checks, measures, "");
}
