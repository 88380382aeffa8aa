/*
 * A history as a site of static pages: one folder, which a browser opens from its files, without a
 * server and without a network.
 */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_DASHBOARD_H
#define PINBENCH_REPORTS_RENDER_HISTORY_DASHBOARD_H

#include "reports/history/store.h"

/*
 * Writes it into @directory, which is made, or is empty, or holds a dashboard: that one is replaced
 * as a whole, at one moment. A directory that holds anything else is PB_EXIT_USAGE, and stays as it
 * is.
 */
int pb_history_dashboard(struct pb_store *store, const char *directory, GError **ret_error);

#endif
