/* The running kernel, and the module in it: see kernel.h. */
#include "lab/native/kernel.h"

#include <errno.h>
#include <gio/gio.h>
#include <libkmod.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lab/kernel/build.h"
#include "lab/kernel/make/compile.h"
#include "lab/kernel/module.h"
#include "lab/paths.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"

#define MODULE_NAME "pinbench"
#define MOST_CONFIG (4u << 20)

static char *unpack(const char *path)
{
	g_autoptr(GFile) file = g_file_new_for_path(path);
	g_autoptr(GInputStream) packed = G_INPUT_STREAM(g_file_read(file, NULL, NULL));
	g_autoptr(GZlibDecompressor) gzip = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
	g_autoptr(GInputStream) plain = NULL;
	g_autofree char *text = g_malloc0(MOST_CONFIG + 1);
	gsize got = 0;

	if (!packed)
		return NULL;
	plain = g_converter_input_stream_new(packed, G_CONVERTER(gzip));
	if (!g_input_stream_read_all(plain, text, MOST_CONFIG, &got, NULL, NULL) || !got)
		return NULL;
	return g_steal_pointer(&text);
}

char *pb_running_config(void)
{
	g_autofree char *path = NULL;
	char *text = unpack("/proc/config.gz");
	struct utsname name;

	if (text)
		return text;
	uname(&name);
	path = g_strdup_printf("/boot/config-%s", name.release);
	return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static json_t *absent(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

static json_t *absent(const char *fmt, ...)
{
	g_autofree char *reason = NULL;
	va_list args;

	va_start(args, fmt);
	reason = g_strdup_vprintf(fmt, args);
	va_end(args);
	return json_pack("{s:s, s:s}", "state", "absent", "reason", reason);
}

/* What keeps any module out of this kernel, or NULL. */
static json_t *refuse_early(void)
{
	g_autofree char *disabled = NULL;

	if (access("/proc/modules", F_OK))
		return absent("the running kernel has no modules; boot one with CONFIG_MODULES");
	if (g_file_get_contents("/proc/sys/kernel/modules_disabled", &disabled, NULL, NULL) &&
	    *disabled == '1')
		return absent("loading modules is switched off until the next boot "
			      "(kernel.modules_disabled=1)");
	if (geteuid())
		return absent("loading a module needs root; sudo ./run.sh");
	return NULL;
}

/* As far as building a module needs one. */
static struct pb_kernel *running_kernel(const char *release, const char *headers)
{
	g_autofree char *config = g_build_filename(headers, ".config", NULL);
	g_autofree char *version = g_build_filename(headers, "include/generated/compile.h", NULL);
	g_autofree char *config_sha256 = NULL, *version_text = NULL, *toolchain = NULL;
	struct pb_kernel *kernel = g_new0(struct pb_kernel, 1);
	g_autofree char *root = NULL;

	if (pb_sha256_file(config, &config_sha256, NULL))
		config_sha256 = g_strdup("none");
	if (!g_file_get_contents(version, &version_text, NULL, NULL))
		version_text = g_strdup("none");
	if (pb_make_toolchain(&toolchain, NULL))
		toolchain = g_strdup("none");
	kernel->key = pb_sha256_strings((const char *[]){"running", release, headers, config_sha256,
							 version_text, toolchain, NULL});
	kernel->release = g_strdup(release);
	kernel->build = g_strdup(headers);
	if (pb_cache_root(&root, NULL))
		root = g_strdup(g_get_tmp_dir());
	kernel->directory = g_build_filename(root, "native", release, NULL);
	return kernel;
}

/* *ret_reason: why there is none, though nothing went wrong with pinbench itself. */
static int build(const char *release, struct pb_progress *progress, char **ret_path,
		 json_t **ret_absent, GError **ret_error)
{
	g_autofree char *headers = g_strdup_printf("/lib/modules/%s/build", release);
	g_autofree char *makefile = g_build_filename(headers, "Makefile", NULL);
	g_autoptr(pb_kernel) kernel = NULL;
	g_autoptr(GError) why = NULL;
	int err;

	if (!g_file_test(makefile, G_FILE_TEST_EXISTS)) {
		*ret_absent = absent("no headers of the running kernel in %s; on Debian: apt-get "
				     "install linux-headers-%s",
				     headers, release);
		return 0;
	}
	kernel = running_kernel(release, headers);
	err = pb_module_build(kernel, PB_PATH_KERNEL_SIDE, PB_PATH_INCLUDE, progress, ret_path,
			      &why);
	if (!err)
		return 0;
	if (err == -EINTR) {
		g_propagate_error(ret_error, g_steal_pointer(&why));
		return err;
	}
	*ret_absent = absent("it does not build against %s: %s", headers, why->message);
	return 0;
}

static json_t *explain_refusal(const char *release, const char *path, int err)
{
	switch (-err) {
	case EKEYREJECTED:
	case ENOKEY:
	case EBADMSG:
		return absent("the kernel refused its signature (%s): sign it with a key that the "
			      "kernel trusts, /lib/modules/%s/build/scripts/sign-file sha256 KEY "
			      "CERTIFICATE %s, or boot without module.sig_enforce",
			      g_strerror(-err), release, path);
	case EPERM:
		return absent("the kernel does not let it be loaded (%s): locked down? See "
			      "/sys/kernel/security/lockdown; switch secure boot off, or sign %s",
			      g_strerror(-err), path);
	case ENOEXEC:
		return absent("it is not of the running kernel (%s): the headers in "
			      "/lib/modules/%s/build are of another build; dmesg says more",
			      g_strerror(-err), release);
	default:
		return absent("it could not be loaded from %s: %s; dmesg says more", path,
			      g_strerror(-err));
	}
}

static int insert(struct kmod_ctx *kmod, const char *release, const char *path,
		  struct pb_guard *guard, json_t **ret_module, GError **ret_error)
{
	struct kmod_module *module = NULL;
	int err = pb_guard_module(guard, MODULE_NAME, ret_error);

	if (err)
		return err;
	err = kmod_module_new_from_path(kmod, path, &module);
	if (!err)
		err = kmod_module_insert_module(module, 0, NULL);
	*ret_module = err < 0 ? explain_refusal(release, path, err)
			      : json_pack("{s:s, s:s}", "state", "loaded", "path", path);
	kmod_module_unref(module);
	return 0;
}

/* The path of one that is installed for this kernel, or NULL. To be freed. */
static char *find_installed(struct kmod_ctx *kmod)
{
	struct kmod_module *module = NULL;
	char *path = NULL;

	if (kmod_module_new_from_name(kmod, MODULE_NAME, &module) < 0)
		return NULL;
	path = g_strdup(kmod_module_get_path(module));
	kmod_module_unref(module);
	return path;
}

static int load(struct kmod_ctx *kmod, struct pb_guard *guard, struct pb_progress *progress,
		json_t **ret_module, GError **ret_error)
{
	g_autofree char *path = NULL;
	struct utsname name;
	int err = 0;

	uname(&name);
	path = find_installed(kmod);
	if (!path)
		err = build(name.release, progress, &path, ret_module, ret_error);
	if (err || *ret_module)
		return err;
	return insert(kmod, name.release, path, guard, ret_module, ret_error);
}

int pb_module_load(struct pb_guard *guard, struct pb_progress *progress, json_t **ret_module,
		   GError **ret_error)
{
	struct kmod_ctx *kmod;
	int err;

	if (g_file_test("/sys/module/" MODULE_NAME, G_FILE_TEST_IS_DIR)) {
		*ret_module = json_pack("{s:s}", "state", "there");
		return 0;
	}
	*ret_module = refuse_early();
	if (*ret_module)
		return 0;
	kmod = kmod_new(NULL, NULL);
	if (!kmod)
		return pb_fail(ret_error, ENOMEM, PB_EXIT_ENVIRONMENT, "libkmod does not start");
	err = load(kmod, guard, progress, ret_module, ret_error);
	kmod_unref(kmod);
	return err;
}
