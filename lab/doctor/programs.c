/* What guests are made and run with. */
#include <string.h>
#include <sys/statvfs.h>
#include "lab/doctor/checks.h"
#include "lab/guest/machine.h"
#include "lab/paths.h"
#include "lab/util/files.h"

#define GIB (1ull << 30)
/* A source and a build of it; every further kernel of it takes less. */
#define FIRST_KERNEL_BYTES (7 * GIB)
#define USUAL_MACHINE	   "plain"

/* Of kernels and modules; of the guest's filesystem; of the report's plots. */
static const char *const programs[] = {"gcc",  "ld", "make", "flex",   "bison",	  "bc",
				       "perl", "xz", "git",  "mke2fs", "gnuplot", NULL};

static bool find_qemu(json_t *checks)
{
	g_autoptr(pb_machine) machine = NULL;
	g_autoptr(GError) why = NULL;

	if (pb_machine_load(PB_PATH_CONFIGS, USUAL_MACHINE, &machine, &why)) {
		/* The message says what to do. */
		pb_doctor_add(checks, "guests", PB_DOCTOR_NO, NULL, "%s", why->message);
		return false;
	}
	pb_doctor_add(checks, "guests", PB_DOCTOR_YES, NULL,
		      "%s: counted evidence needs no more of the hardware",
		      machine->emulator_version);
	if (pb_machine_has_plugins(machine))
		pb_doctor_add(
			checks, "guests' counters", PB_DOCTOR_YES, NULL,
			"this QEMU loads plugins: --counters, annotate, and in which function "
			"a patch costs");
	else
		pb_doctor_add(checks, "guests' counters", PB_DOCTOR_NO,
			      "a QEMU from 4.2 to 8.2 that was built with --enable-plugins",
			      "this QEMU does not load plugins of version 1 of their interface");
	return true;
}

static bool is_there(const char *program)
{
	g_autofree char *found = g_find_program_in_path(program);
	g_autofree char *path = g_build_filename("/usr/sbin", program, NULL);

	return found || g_file_test(path, G_FILE_TEST_IS_EXECUTABLE);
}

static bool find_tools(json_t *checks)
{
	g_autoptr(GString) missing = g_string_new(NULL);

	for (size_t i = 0; programs[i]; i++) {
		if (!is_there(programs[i]))
			g_string_append_printf(missing, "%s%s", missing->len ? ", " : "",
					       programs[i]);
	}
	if (missing->len) {
		pb_doctor_add(checks, "building kernels", PB_DOCTOR_NO,
			      "run.sh installs them on Debian", "not installed: %s", missing->str);
		return false;
	}
	pb_doctor_add(checks, "building kernels", PB_DOCTOR_YES, NULL,
		      "a compiler and all other tools are there%s",
		      is_there("ccache") ? "" : "; ccache is not, so that each is built in full");
	return true;
}

static bool find_space(json_t *checks)
{
	g_autofree char *root = NULL;
	g_autoptr(GError) why = NULL;
	struct statvfs fs;
	guint64 bytes;
	bool enough;

	if (pb_cache_root(&root, &why)) {
		pb_doctor_add(checks, "cache", PB_DOCTOR_NO, "set PINBENCH_CACHE to another folder",
			      "%s", why->message);
		return false;
	}
	bytes = statvfs(root, &fs) ? 0 : (guint64)fs.f_bavail * fs.f_frsize;
	enough = bytes >= FIRST_KERNEL_BYTES;
	pb_doctor_add(checks, "cache", enough ? PB_DOCTOR_YES : PB_DOCTOR_PARTLY,
		      enough ? NULL : "free some space, or set PINBENCH_CACHE to another folder",
		      "%s has %.1f GiB free%s", root, (double)bytes / GIB,
		      enough ? "" : "; a kernel that is not built yet takes up to 7");
	return true;
}

static void find_perf(json_t *checks)
{
	if (is_there("perf"))
		pb_doctor_add(checks, "perf", PB_DOCTOR_YES, NULL, "installed: --perf-record");
	else
		pb_doctor_add(checks, "perf", PB_DOCTOR_NO, "apt-get install linux-perf",
			      "not installed: no --perf-record");
}

bool pb_doctor_programs(json_t *checks)
{
	bool qemu = find_qemu(checks), tools = find_tools(checks), cache = find_space(checks);

	find_perf(checks);
	return qemu && tools && cache;
}
