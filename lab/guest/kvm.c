/* See kvm.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "lab/guest/kvm.h"
#include "lab/util/files.h"
#include "pinbench/result.h"

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"
/* A kept answer is two lines: what it is the answer to, and this or the reason. */
#define YES "yes"

/* NULL if it can be opened. It costs nothing, and it may have changed since the last time. */
static char *try_open(const char *device)
{
	int fd = open(device, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return g_strdup_printf("%s: %s", device, g_strerror(errno));
	close(fd);
	return NULL;
}

/* An answer holds for this kernel of the host, while it runs, and for this machine. */
static char *question(const struct pb_machine *machine)
{
	g_autofree char *boot_id = NULL;
	struct utsname host;

	uname(&host);
	g_file_get_contents(BOOT_ID_FILE, &boot_id, NULL, NULL);
	const char *const all[] = {host.release, boot_id ? g_strstrip(boot_id) : "unknown",
				   machine->emulator_version, machine->sha256, NULL};

	return pb_sha256_strings(all);
}

/* Whether @path has the answer to @asked; *ret_reason as in pb_kvm_ask(). */
static bool recall(const char *path, const char *asked, char **ret_reason)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return false;
	lines = g_strsplit(text, "\n", 3);
	if (g_strv_length(lines) < 3 || strcmp(lines[0], asked) || !lines[1][0])
		return false;
	*ret_reason = strcmp(lines[1], YES) ? g_strdup(lines[1]) : NULL;
	return true;
}

static int keep(const char *path, const char *asked, const char *reason, GError **ret_error)
{
	g_autofree char *text = g_strdup_printf("%s\n%s\n", asked, reason ? reason : YES);

	return pb_write_atomic(path, text, ret_error);
}

/* One line, whatever a dying guest wrote. */
static char *in_one_line(const struct pb_guest_end *end)
{
	char *line = g_utf8_make_valid(end->detail ? end->detail : end->failure, -1);

	return g_strstrip(g_strdelimit(line, "\r\n\t", ' '));
}

static int boot(const struct pb_guest *guest, guint seconds, char **ret_reason, bool *ret_lasting,
		GError **ret_error)
{
	struct pb_guest_end end;
	int err = pb_guest_boot(guest, seconds, &end, ret_error);

	if (err)
		return err;
	*ret_reason = end.failure ? in_one_line(&end) : NULL;
	*ret_lasting = !end.failure || !strcmp(end.failure, PB_FAILURE_HANG);
	pb_guest_end_clear(&end);
	return 0;
}

int pb_kvm_ask(const struct pb_guest *guest, const char *device, guint seconds,
	       struct pb_progress *progress, char **ret_reason, GError **ret_error)
{
	const struct pb_machine *machine = guest->machine;
	g_autofree char *answers = NULL, *path = NULL, *asked = question(machine);
	g_autofree char *reason = try_open(device);
	bool lasting = false;
	int err = 0;

	if (!reason)
		err = pb_cache_dir(&answers, ret_error, "kvm", NULL);
	if (err)
		return err;
	path = answers ? g_build_filename(answers, machine->name, NULL) : NULL;
	if (!reason && !recall(path, asked, &reason)) {
		pb_progress_stage(progress, "trying machine %s under KVM", machine->name);
		err = boot(guest, seconds, &reason, &lasting, ret_error);
		pb_progress_done(progress);
	}
	if (!err && lasting)
		err = keep(path, asked, reason, ret_error);
	if (!err)
		*ret_reason = g_steal_pointer(&reason);
	return err;
}
