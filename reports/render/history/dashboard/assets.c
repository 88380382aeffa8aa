/* What is the same for every history: see parts.h. */
#include <string.h>

#include "dashboard_assets.h"
#include "reports/render/history/dashboard/parts.h"

#define ASSET(name, symbol)                                            \
	{                                                              \
		name, pb_asset_##symbol, sizeof(pb_asset_##symbol) - 1 \
	}

static const struct {
	const char *name, *text;
	gsize length;
} assets[] = {
	ASSET("dygraph.min.js", dygraph_min_js),
	ASSET("dygraph.min.css", dygraph_min_css),
	ASSET("dygraph.license.txt", copyright),
	ASSET("dashboard.css", dashboard_css),
	ASSET("pages.css", pages_css),
	ASSET("theme.js", theme_js),
	ASSET("core.js", core_js),
	ASSET("data.js", data_js),
	ASSET("address.js", address_js),
	ASSET("filter.js", filter_js),
	ASSET("table.js", table_js),
	ASSET("gate.js", gate_js),
	ASSET("heat.js", heat_js),
	ASSET("series.js", series_js),
	ASSET("chart.js", chart_js),
	ASSET("triage.js", triage_js),
	ASSET("coverage.js", coverage_js),
	ASSET("health.js", health_js),
	ASSET("keys.js", keys_js),
	ASSET("main.js", main_js),
};

int pb_dash_write_assets(struct pb_dash *dash, GError **ret_error)
{
	int err = 0;

	for (gsize i = 0; !err && i < G_N_ELEMENTS(assets); i++)
		err = pb_site_write(dash->site, assets[i].name, assets[i].text, assets[i].length,
				    ret_error);
	return err;
}

char *pb_dash_page(const char *site)
{
	GString *page = g_string_new(pb_asset_index_html);

	g_string_replace(page, "@SITE@", site, 0);
	return g_string_free(page, FALSE);
}
