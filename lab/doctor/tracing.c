/* What else than a clock can be looked through: tracepoints, debugfs, perf. */
#include <string.h>
#include "lab/doctor/checks.h"
#include "lab/native/sysfs.h"

static const struct {
	const char *type; /* of the filesystem */
	const char *usual;
	const char *option;
	const char *lost; /* without it */
} filesystems[] = {
	{"tracefs", "/sys/kernel/tracing", "CONFIG_FTRACE", "benchmarks that trace are skipped"},
	{"debugfs", "/sys/kernel/debug", "CONFIG_DEBUG_FS",
	 "gup_test and what drivers say of themselves are out of reach"},
};

/* The fifth word of a line is where, the one after " - " what. NULL: nowhere. To be freed. */
static char *mounted_at(const char *mounts, const char *type)
{
	g_auto(GStrv) lines = g_strsplit(mounts ? mounts : "", "\n", -1);
	g_autofree char *what = g_strdup_printf(" - %s ", type);

	for (char **line = lines; *line; line++) {
		g_auto(GStrv) words = NULL;

		if (!strstr(*line, what))
			continue;
		words = g_strsplit(*line, " ", 6);
		if (g_strv_length(words) == 6)
			return g_strdup(words[4]);
	}
	return NULL;
}

static bool knows(const char *types, const char *type)
{
	g_autofree char *line = g_strdup_printf("\t%s", type);
	const char *at = types ? strstr(types, line) : NULL;

	return at && (at[strlen(line)] == '\n' || !at[strlen(line)]);
}

void pb_doctor_tracing(json_t *checks, const char *root)
{
	g_autofree char *mounts = pb_sysfs_read(root, "/proc/self/mountinfo");
	g_autofree char *types = pb_sysfs_read(root, "/proc/filesystems");

	for (gsize i = 0; i < G_N_ELEMENTS(filesystems); i++) {
		const char *type = filesystems[i].type;
		g_autofree char *place = mounted_at(mounts, type);
		g_autofree char *remedy = NULL;

		if (place) {
			pb_doctor_add(checks, type, PB_DOCTOR_YES, NULL, "at %s", place);
		} else if (knows(types, type)) {
			remedy = g_strdup_printf("mount -t %s %s %s", type, type,
						 filesystems[i].usual);
			pb_doctor_add(checks, type, PB_DOCTOR_NO, remedy, "not mounted: %s",
				      filesystems[i].lost);
		} else {
			remedy = g_strdup_printf("a kernel with %s", filesystems[i].option);
			pb_doctor_add(checks, type, PB_DOCTOR_NO, remedy,
				      "the running kernel has none: %s", filesystems[i].lost);
		}
	}
}
