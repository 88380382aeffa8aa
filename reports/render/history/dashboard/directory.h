/*
 * The directory of a dashboard: index.html, which names the folder beside it that holds
 * everything else. A new dashboard is a new folder, and is there from the moment on at which
 * index.html names it.
 */
#ifndef PINBENCH_REPORTS_RENDER_HISTORY_DIRECTORY_H
#define PINBENCH_REPORTS_RENDER_HISTORY_DIRECTORY_H

#include <glib.h>

struct pb_site {
	char *directory; /* absolute, without links */
	char *name;	 /* of the new folder */
	char *folder;	 /* its path; NULL once it is the dashboard's */
	int lock;	 /* -1: none */
};

/*
 * Makes @directory if it must, and a new folder in it. Waits for another that writes a dashboard
 * there. The caller clears @ret_site, on errors too; what was not committed is removed then.
 */
int pb_site_open(const char *directory, struct pb_site *ret_site, GError **ret_error);
void pb_site_clear(struct pb_site *site);

/* A file of the folder, "data/index.js"; only data/, data/series/ and data/heat/ are there. */
int pb_site_write(const struct pb_site *site, const char *name, const char *text, gsize length,
		  GError **ret_error);

/* The page that names the folder, and the old folder goes. */
int pb_site_commit(struct pb_site *site, const char *index_html, GError **ret_error);

#endif
