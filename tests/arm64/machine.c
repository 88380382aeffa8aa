/* An arm64 machine under QEMU: see machine.h. */
#include <errno.h>
#include <string.h>
#include "lab/guest/initramfs.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"
#include "tests/arm64/guest.h"
#include "tests/arm64/machine.h"

#define BUILD_DIR      PINBENCH_BUILD_DIR "/tests/arm64"
#define AGENT_DIR      BUILD_DIR "/agent"
#define CROSS_FILE     BUILD_DIR "/cross.ini"
#define BOOT_SECONDS   300
#define TOLD_OF	       2000
#define LIBRARIES      "/usr/lib/aarch64-linux-gnu"
#define KERNEL_COMMAND "console=ttyAMA0 quiet loglevel=1 nokaslr norandmaps panic=-1"

/*
 * The compiler's own C library is where it looks; the other libraries are below @root, which -B
 * makes known to meson as well.
 */
static char *cross_text(const char *root)
{
	return g_strdup_printf("[binaries]\n"
			       "c = ['aarch64-linux-gnu-gcc', '-B%s" LIBRARIES "']\n"
			       "ar = 'aarch64-linux-gnu-ar'\n"
			       "strip = 'aarch64-linux-gnu-strip'\n"
			       "pkgconfig = 'pkg-config'\n"
			       "[properties]\n"
			       "sys_root = '%s'\n"
			       "pkg_config_libdir = '%s" LIBRARIES "/pkgconfig'\n"
			       "[built-in options]\n"
			       "c_args = ['-isystem', '%s/usr/include']\n"
			       "[host_machine]\n"
			       "system = 'linux'\n"
			       "cpu_family = 'aarch64'\n"
			       "cpu = 'aarch64'\n"
			       "endian = 'little'\n",
			       root, root, root, root);
}

static int run(const char *const *argv, GError **ret_error)
{
	struct pb_command command = {.argv = argv, .timeout_seconds = 600};

	return pb_command_run(&command, NULL, ret_error);
}

/* From where it stopped the last time, unless it was for other packages. */
static int build_agent(const char *root, GError **ret_error)
{
	const char *const setup[] = {"meson",
				     "setup",
				     AGENT_DIR,
				     PINBENCH_SOURCE_DIR,
				     "-Dagent_only=true",
				     "-Dwerror=true",
				     "--cross-file",
				     CROSS_FILE,
				     NULL};
	const char *const build[] = {"ninja", "-C", AGENT_DIR, NULL};
	g_autofree char *text = cross_text(root), *before = NULL;
	int r = 0;

	g_file_get_contents(CROSS_FILE, &before, NULL, NULL);
	if (g_strcmp0(text, before) || !g_file_test(AGENT_DIR "/build.ninja", G_FILE_TEST_EXISTS)) {
		r = pb_remove_tree(AGENT_DIR, ret_error);
		if (!r)
			r = pb_make_directory(BUILD_DIR, ret_error);
		if (!r)
			r = pb_write_atomic(CROSS_FILE, text, ret_error);
		if (!r)
			r = run(setup, ret_error);
	}
	return r ? r : run(build, ret_error);
}

static int build_init(const char *init, GError **ret_error)
{
	const char *const argv[] = {"aarch64-linux-gnu-gcc",
				    "-D_GNU_SOURCE",
				    "-O2",
				    "-Wall",
				    "-Wextra",
				    "-Werror",
				    "-static",
				    "-I" PINBENCH_SOURCE_DIR,
				    "-o",
				    init,
				    PINBENCH_SOURCE_DIR "/tests/arm64/init.c",
				    NULL};

	return run(argv, ret_error);
}

static int find_kernel(const char *root, char **ret_path, GError **ret_error)
{
	g_autofree char *boot = g_build_filename(root, "boot", NULL);
	g_autoptr(GDir) dir = g_dir_open(boot, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		if (!g_str_has_prefix(name, "vmlinuz-"))
			continue;
		*ret_path = g_build_filename(boot, name, NULL);
		return 0;
	}
	return pb_fail(ret_error, ENOENT, PB_EXIT_ENVIRONMENT, "no kernel in %s", boot);
}

int arm64_machine_build(const char *root, struct arm64_machine *ret_machine, GError **ret_error)
{
	int r;

	*ret_machine = (struct arm64_machine){
		.agent = g_strdup(AGENT_DIR "/bench/pinbench-agent"),
		.init = g_strdup(BUILD_DIR "/init"),
	};
	r = find_kernel(root, &ret_machine->kernel, ret_error);
	if (!r)
		r = build_agent(root, ret_error);
	return r ? r : build_init(ret_machine->init, ret_error);
}

void arm64_machine_clear(struct arm64_machine *machine)
{
	g_free(machine->kernel);
	g_free(machine->agent);
	g_free(machine->init);
	*machine = (struct arm64_machine){0};
}

static int write_initramfs(const struct arm64_machine *machine, const char *const *plans,
			   const char *directory, const char *path, GError **ret_error)
{
	g_autofree char *tree = g_build_filename(directory, "tree", NULL);
	g_autofree char *folder = g_strconcat(tree, ARM64_PLANS_DIR, NULL);
	struct pb_initramfs_inputs inputs = {
		.init = machine->init,
		.agent = machine->agent,
		.tree = tree,
	};
	int r = pb_make_directory(folder, ret_error);

	for (gsize i = 0; !r && plans[i]; i++) {
		g_autofree char *plan = g_strdup_printf("%s/%03zu", folder, i);

		r = pb_write_atomic(plan, plans[i], ret_error);
	}
	return r ? r : pb_initramfs_write(&inputs, path, ret_error);
}

static int boot(const struct arm64_machine *machine, const char *initramfs, const char *console,
		GError **ret_error)
{
	g_autofree char *serial = g_strconcat("file:", console, NULL);
	/* clang-format off */
	const char *const argv[] = {
		"qemu-system-aarch64", "-machine", "virt,dtb-randomness=off", "-cpu", "cortex-a57",
		"-m", "512", "-accel", "tcg", "-icount", "shift=0,align=off,sleep=off",
		"-rtc", "base=2026-01-01,clock=vm", "-seed", "1", "-nic", "none", "-nodefaults",
		"-display", "none", "-no-reboot", "-serial", serial, "-kernel", machine->kernel,
		"-initrd", initramfs, "-append", KERNEL_COMMAND, NULL,
	};
	/* clang-format on */
	struct pb_command command = {.argv = argv, .timeout_seconds = BOOT_SECONDS};

	return pb_command_run(&command, NULL, ret_error);
}

static int incomplete(const char *console, const char *what, GError **ret_error)
{
	gsize length = strlen(console);

	return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT,
		       "the arm64 machine %s; the end of its console:\n%s", what,
		       console + (length > TOLD_OF ? length - TOLD_OF : 0));
}

static bool is_event(const json_t *event, const char *name)
{
	return !g_strcmp0(json_string_value(json_object_get(event, "event")), name);
}

/* One line. False: the agent failed. */
static bool take_event(json_t *event, json_t *all)
{
	json_t *last = json_array_get(all, json_array_size(all) - 1);

	if (is_event(event, ARM64_EVENT_PLAN))
		json_array_append_new(all, json_array());
	else if (is_event(event, ARM64_EVENT_PLAN_END))
		return !json_integer_value(json_object_get(event, "status"));
	else
		json_array_append(last, event);
	return true;
}

/* Other lines are the kernel's, or nobody's. */
static int take_console(const char *console, gsize plans, json_t *all, GError **ret_error)
{
	g_auto(GStrv) lines = g_strsplit_set(console, "\r\n", -1);
	gsize ends = 0;
	int r = 0;

	for (gsize i = 0; !r && lines[i]; i++) {
		json_t *event = json_loads(lines[i], 0, NULL);

		ends += is_event(event, ARM64_EVENT_PLAN_END);
		if (event && !take_event(event, all))
			r = incomplete(console, "had an agent that failed", ret_error);
		json_decref(event);
	}
	if (!r && (ends != plans || json_array_size(all) != plans))
		r = incomplete(console, "did not get to the end of all plans", ret_error);
	return r;
}

static int run_in(const char *directory, const struct arm64_machine *machine,
		  const char *const *plans, json_t *all, GError **ret_error)
{
	g_autofree char *initramfs = g_build_filename(directory, "initramfs", NULL);
	g_autofree char *path = g_build_filename(directory, "console", NULL);
	g_autofree char *console = NULL;
	int r = write_initramfs(machine, plans, directory, initramfs, ret_error);

	if (!r)
		r = boot(machine, initramfs, path, ret_error);
	if (r)
		return r;
	if (!g_file_get_contents(path, &console, NULL, NULL))
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "no console in %s", path);
	return take_console(console, g_strv_length((char **)plans), all, ret_error);
}

int arm64_machine_run(const struct arm64_machine *machine, const char *const *plans,
		      json_t **ret_events, GError **ret_error)
{
	g_autofree char *directory = g_dir_make_tmp("pinbench-arm64-XXXXXX", NULL);
	int r;

	if (!directory)
		return pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "no folder for the machine");
	*ret_events = json_array();
	r = run_in(directory, machine, plans, *ret_events, ret_error);
	pb_remove_tree(directory, NULL);
	if (r)
		g_clear_pointer(ret_events, json_decref);
	return r;
}
