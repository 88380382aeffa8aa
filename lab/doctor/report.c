/* See report.h. */
#include <stdbool.h>
#include "lab/doctor/checks.h"
#include "lab/doctor/peers.h"
#include "lab/doctor/places.h"
#include "lab/doctor/report.h"
#include "lab/paths.h"
#include "lab/run/catalog.h"

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

/* Without the agent nothing is measured, in a guest or not. */
static bool examine_native(json_t *checks)
{
	g_autoptr(pb_catalog) catalog = NULL;
	g_autoptr(GError) why = NULL;

	if (!pb_catalog_load(PB_PATH_AGENT, &catalog, &why))
		return pb_doctor_native(checks, catalog->list);
	pb_doctor_add(checks, "without a guest", PB_DOCTOR_NO, "build pinbench again", "%s",
		      why->message);
	return false;
}

json_t *pb_doctor_examine(void)
{
	json_t *checks = json_array();
	bool guests = pb_doctor_programs(checks), native;

	pb_doctor_processor(checks);
	pb_doctor_system(checks, "");
	native = examine_native(checks);
	pb_doctor_tracing(checks, "");
	pb_doctor_memory(checks, "");
	pb_doctor_noise(checks, PB_PATH_AGENT, "");
	return pb_doctor_report(checks, guests || native, "");
}
