/*
 * Whether a guest boots under KVM: what QEMU says becomes one line, and what took long to find out
 * is kept. QEMU is a script that ends, hangs, or says what QEMU says of a guest that stopped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab/guest/kvm.h"
#include "reports/error.h"
#include "scratch.h"

#define VERSION "echo 'QEMU emulator version 9.9.9'"
#define SECONDS 2

/* Answers three commands on the descriptor that it was given: capabilities, state, and the end. */
#define STOPS_AS(state)                                                        \
	"for a; do case $a in socket,id=qmp,fd=*) fd=${a##*=};; esac; done\n"  \
	"echo '{\"QMP\":{}}' >&$fd; read a <&$fd\n"                            \
	"echo '{\"return\":{}}' >&$fd; echo '{\"event\":\"STOP\"}' >&$fd\n"    \
	"read a <&$fd; echo '{\"return\":{\"status\":\"" state "\"}}' >&$fd\n" \
	"exec sleep 60\n"

#define KERNEL_PANICS "echo 'Kernel panic - not syncing: no init' > console.log\n"

/* Of the machine that is asked about. */
static int memory_mib = 512;

struct asked {
	char *reason;
	guint starts; /* of the script, in all */
};

static char *device_of(void **state)
{
	return scratch_write(state, "device", "");
}

static guint starts_of(void **state)
{
	g_autofree char *path = scratch_path(state, "starts");
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? (guint)strlen(text) / 2 : 0;
}

static struct pb_machine *machine_of(void **state, const char *body)
{
	g_autofree char *starts = scratch_path(state, "starts");
	g_autofree char *script = g_strdup_printf(
		"[ \"$*\" = --version ] && { " VERSION "; exit; }\necho x >> %s\n%s", starts, body);
	g_autofree char *emulator = scratch_program(state, "fake-qemu", script);
	g_autofree char *text = g_strdup_printf("[machine]\ndescription=x\nemulator=%s\ntype=pc\n"
						"cpu=max\ncpus=1\nmemory_mib=%d\n",
						emulator, memory_mib);
	g_autofree char *path = scratch_write(state, "machines/test.ini", text);
	struct pb_machine *machine = NULL;

	assert_int_equal(pb_machine_load_kvm(*state, "test", false, &machine, NULL), 0);
	return machine;
}

static struct asked ask(void **state, const char *device, const char *body)
{
	g_autoptr(pb_machine) machine = machine_of(state, body);
	g_autofree char *directory = scratch_path(state, "guest");
	const struct pb_guest guest = {
		.machine = machine, .vmlinux = "v", .initramfs = "i", .directory = directory};
	g_autoptr(GError) error = NULL;
	struct asked ret = {0};

	g_setenv("PINBENCH_CACHE", *state, TRUE);
	assert_int_equal(pb_remove_tree(directory, NULL), 0);
	assert_int_equal(pb_make_directory(directory, NULL), 0);
	if (pb_kvm_ask(&guest, device, SECONDS, NULL, &ret.reason, &error))
		fail_msg("%s", error->message);
	ret.starts = starts_of(state);
	return ret;
}

/* The answer, and whether the script was started once more for it. */
static void check(void **state, const char *body, const char *reason, bool anew)
{
	g_autofree char *device = device_of(state);
	guint before = starts_of(state);
	struct asked asked = ask(state, device, body);

	if (g_strcmp0(asked.reason, reason))
		fail_msg("it is \"%s\", not \"%s\"", asked.reason ? asked.reason : "yes",
			 reason ? reason : "yes");
	assert_int_equal(asked.starts - before, anew);
	g_free(asked.reason);
}

static void one_that_boots_is_asked_once(void **state)
{
	check(state, STOPS_AS("guest-panicked"), NULL, true);
	check(state, STOPS_AS("guest-panicked"), NULL, false);
}

static void what_qemu_refuses_is_asked_again(void **state)
{
	static const char refuses[] = "echo 'Could not access KVM kernel module: Permission "
				      "denied' >&2; echo 'more' >&2; exit 1\n";
	static const char said[] = "QEMU left with status 1: Could not access KVM kernel module: "
				   "Permission denied";

	check(state, refuses, said, true);
	check(state, refuses, said, true);
	/* Somebody put it right. */
	check(state, STOPS_AS("guest-panicked"), NULL, true);
}

static void one_that_hangs_is_given_up_once(void **state)
{
	gint64 begin = g_get_monotonic_time();

	check(state, "exec sleep 60\n", "the guest did not boot in 2 s", true);
	assert_true(g_get_monotonic_time() - begin < 20 * G_USEC_PER_SEC);
	check(state, "exec sleep 60\n", "the guest did not boot in 2 s", false);
}

static void a_processor_that_cannot_go_on(void **state)
{
	check(state,
	      "echo 'KVM internal error. Suberror: 1' >&2; echo 'RIP=1' >&2\n" STOPS_AS(
		      "internal-error"),
	      "QEMU stopped it, internal-error: KVM internal error. Suberror: 1", true);
}

/* Its own fault: another kernel may boot. */
static void a_kernel_that_panics_says_nothing_of_kvm(void **state)
{
	check(state, KERNEL_PANICS "exit 0\n", "Kernel panic - not syncing: no init", true);
	check(state, STOPS_AS("guest-panicked"), NULL, true);
}

static void without_the_device_nothing_is_started(void **state)
{
	g_autofree char *device = scratch_path(state, "nowhere/kvm");
	g_autofree char *wanted = g_strdup_printf("%s: No such file or directory", device);
	struct asked asked;

	/* Not even if it once worked. */
	check(state, STOPS_AS("guest-panicked"), NULL, true);
	asked = ask(state, device, STOPS_AS("guest-panicked"));
	assert_string_equal(asked.reason, wanted);
	assert_int_equal(asked.starts, 1);
	g_free(asked.reason);
}

/* The answer to another question: another boot of the host, another QEMU. And what is none. */
static void kept_answers_that_do_not_count(void **state)
{
	static const char *const texts[] = {"", "yes\n", "0123\nyes\n", "\n\n\n"};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *path = scratch_write(state, "kvm/test", texts[i]);

		check(state, "exit 3\n", "QEMU left with status 3", true);
	}
}

/* The machine's hash is part of the question. */
static void another_machine_is_asked_for_itself(void **state)
{
	check(state, STOPS_AS("guest-panicked"), NULL, true);
	memory_mib = 1024;
	check(state, STOPS_AS("guest-panicked"), NULL, true);
	check(state, STOPS_AS("guest-panicked"), NULL, false);
	memory_mib = 512;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(one_that_boots_is_asked_once),
		IN_SCRATCH(what_qemu_refuses_is_asked_again),
		IN_SCRATCH(one_that_hangs_is_given_up_once),
		IN_SCRATCH(a_processor_that_cannot_go_on),
		IN_SCRATCH(a_kernel_that_panics_says_nothing_of_kvm),
		IN_SCRATCH(without_the_device_nothing_is_started),
		IN_SCRATCH(kept_answers_that_do_not_count),
		IN_SCRATCH(another_machine_is_asked_for_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
