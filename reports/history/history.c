/* What a history holds: see history.h. */
#include "reports/history/history.h"

#include <errno.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/history/store/describe.h"

static const char *const apparatus_names[PB_APPARATUS_COUNT] = {
	[PB_APPARATUS_TOOLCHAIN] = "toolchain",
	[PB_APPARATUS_EMULATOR] = "QEMU",
	[PB_APPARATUS_MACHINE] = "machine",
	[PB_APPARATUS_TOOL] = "pinbench",
};

static const char *const state_names[PB_STEP_STATE_COUNT] = {
	[PB_STEP_NEW] = "new",
	[PB_STEP_ACKNOWLEDGED] = "acknowledged",
	[PB_STEP_JUSTIFIED] = "justified",
	[PB_STEP_FIXED] = "fixed",
	[PB_STEP_INVALID] = "invalid",
};

const char *pb_apparatus_name(enum pb_apparatus which)
{
	return apparatus_names[which];
}

const char *pb_step_state_name(enum pb_step_state state)
{
	return state_names[state];
}

int pb_step_state_parse(const char *name, enum pb_step_state *ret_state, GError **ret_error)
{
	for (guint i = 0; i < PB_STEP_STATE_COUNT; i++) {
		if (strcmp(name, state_names[i]))
			continue;
		*ret_state = (enum pb_step_state)i;
		return 0;
	}
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
		       "'%s' is no state of a step; it is new, acknowledged, justified, fixed or "
		       "invalid",
		       name);
}

/* "plain 01234567, cma 89abcdef": what follows the name of a machine, up to the comma. */
static char *of_machine(const char *list, const char *machine)
{
	g_auto(GStrv) parts = g_strsplit(list, ", ", -1);
	gsize length = strlen(machine);

	for (char **part = parts; *part; part++) {
		if (g_str_has_prefix(*part, machine) && (*part)[length] == ' ')
			return g_strdup(*part + length + 1);
	}
	return g_strdup("");
}

char *pb_history_apparatus(const struct pb_history_run *run, enum pb_apparatus which,
			   const char *machine)
{
	if (which == PB_APPARATUS_MACHINE && !strcmp(run->kind, PB_KIND_GUEST))
		return of_machine(run->apparatus[which], machine);
	return g_strdup(run->apparatus[which]);
}

void pb_history_run_clear(struct pb_history_run *run)
{
	g_free(run->sha256);
	g_free(run->release);
	g_free(run->branch);
	g_free(run->spec);
	g_free(run->name);
	g_free(run->text_sha256);
	g_free(run->config_sha256);
	g_free(run->started);
	g_free(run->evidence);
	g_free(run->kind);
	g_free(run->profile);
	g_free(run->command);
	g_free(run->directory);
	for (guint i = 0; i < PB_APPARATUS_COUNT; i++)
		g_free(run->apparatus[i]);
}

void pb_history_runs_free(struct pb_history_runs *runs)
{
	if (!runs)
		return;
	for (guint i = 0; i < runs->count; i++)
		pb_history_run_clear(&runs->runs[i]);
	g_free(runs->runs);
	g_free(runs);
}

void pb_history_series_free(struct pb_history_series *series)
{
	if (!series)
		return;
	g_free(series->case_id);
	g_free(series->benchmark);
	g_free(series->metric);
	g_free(series->unit);
	g_free(series->evidence);
	g_free(series->machine);
	g_free(series->config);
	g_free(series->points);
	g_free(series);
}
