/* A history as a site: see dashboard.h. */
#include "reports/render/history/dashboard/dashboard.h"

#include "reports/render/history/dashboard/parts.h"

static int fill(struct pb_dash *dash, struct pb_store *store, GError **ret_error)
{
	int err = pb_dash_write_assets(dash, ret_error);

	if (!err)
		err = pb_store_each_series(store, dash->runs, NULL, pb_dash_take_series, dash,
					   ret_error);
	if (!err)
		err = pb_store_each_gap(store, dash->runs, pb_dash_take_gap, dash, ret_error);
	return err ? err : pb_dash_finish(dash, ret_error);
}

static int write_site(struct pb_store *store, struct pb_site *site, GError **ret_error)
{
	g_autoptr(pb_history_runs) runs = NULL;
	g_autoptr(GPtrArray) said = NULL;
	g_autofree char *page = NULL;
	struct pb_dash dash;
	int err = pb_store_runs(store, &runs, ret_error);

	if (!err)
		err = pb_store_said(store, &said, ret_error);
	if (err)
		return err;
	pb_dash_open(&dash, site, runs, said);
	err = fill(&dash, store, ret_error);
	pb_dash_clear(&dash);
	if (err)
		return err;
	page = pb_dash_page(site->name);
	return pb_site_commit(site, page, ret_error);
}

int pb_history_dashboard(struct pb_store *store, const char *directory, GError **ret_error)
{
	struct pb_site site;
	int err = pb_site_open(directory, &site, ret_error);

	if (!err)
		err = write_site(store, &site, ret_error);
	pb_site_clear(&site);
	return err;
}
