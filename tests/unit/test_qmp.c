/*
 * QEMU's machine protocol, with a thread in QEMU's place that says what a test wants.
 * Time is the test's own (link argument --wrap), so that an answer that never comes
 * need not be waited for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/guest/qmp.h"
#include "lab/util/process.h"
#include "reports/error.h"

#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
#define EMPTY	 "{\"return\": {}}\r\n"
#define EVENT(name) \
	"{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"" name "\"}\r\n"

/* Microseconds that each look at the clock adds to the real time. */
static gint64 haste, ahead;

gint64 __real_g_get_monotonic_time(void);
gint64 __wrap_g_get_monotonic_time(void);

gint64 __wrap_g_get_monotonic_time(void)
{
	ahead += haste;
	return __real_g_get_monotonic_time() + ahead;
}

/* Answers each line that it gets with the next of its replies, then hangs up. */
struct peer {
	struct pb_qmp qmp; /* the side under test */
	int fd;
	const char *const *replies; /* NULL-terminated; the first comes unasked */
	gsize chunk;		    /* bytes in one write; 0: all */
	bool stays;		    /* does not hang up before the other side does */
	GString *requests;
	GThread *thread;
};

static void say(const struct peer *peer, const char *text)
{
	gsize left = strlen(text), chunk = peer->chunk ? peer->chunk : left;

	for (; left; text += MIN(chunk, left), left -= MIN(chunk, left)) {
		if (send(peer->fd, text, MIN(chunk, left), MSG_NOSIGNAL) < 0)
			return;
		if (peer->chunk)
			g_usleep(100);
	}
}

static bool hear(struct peer *peer)
{
	char byte;

	while (read(peer->fd, &byte, 1) == 1) {
		g_string_append_c(peer->requests, byte);
		if (byte == '\n')
			return true;
	}
	return false;
}

static gpointer play(gpointer data)
{
	struct peer *peer = data;
	const char *const *reply = peer->replies;

	say(peer, *reply);
	while (*++reply && hear(peer))
		say(peer, *reply);
	while (peer->stays && hear(peer))
		;
	close(peer->fd);
	return NULL;
}

static void start(struct peer *peer, const char *const *replies)
{
	int sockets[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	peer->replies = replies;
	peer->requests = g_string_new(NULL);
	peer->fd = sockets[1];
	pb_qmp_init(&peer->qmp, sockets[0]);
	peer->thread = g_thread_new("qemu", play, peer);
}

static void stop(struct peer *peer)
{
	pb_qmp_close(&peer->qmp);
	g_thread_join(peer->thread);
	g_string_free(peer->requests, TRUE);
	haste = 0;
}

static void command_gives(struct peer *peer, const char *command, const char *wanted)
{
	json_t *expected = json_loads(wanted, JSON_DECODE_ANY, NULL), *got;
	g_autoptr(GError) error = NULL;

	got = pb_qmp_command(&peer->qmp, command, NULL, &error);
	if (!got)
		fail_msg("%s: %s", command, error->message);
	assert_true(json_equal(got, expected));
	json_decref(got);
	json_decref(expected);
}

static void command_fails(struct peer *peer, const char *command, const char *word)
{
	g_autoptr(GError) error = NULL;

	assert_null(pb_qmp_command(&peer->qmp, command, NULL, &error));
	assert_non_null(error);
	assert_int_equal(error->code, PB_EXIT_ENVIRONMENT);
	assert_non_null(strstr(error->message, command));
	if (!strstr(error->message, word))
		fail_msg("\"%s\" is not in: %s", word, error->message);
}

static void a_command_and_its_answer(void **state)
{
	const char *const replies[] = {GREETING, EMPTY, "{\"return\": {\"status\": \"paused\"}}\n",
				       NULL};
	struct peer peer = {.stays = true};

	(void)state;
	start(&peer, replies);
	command_gives(&peer, "qmp_capabilities", "{}");
	command_gives(&peer, "query-status", "{\"status\":\"paused\"}");
	assert_string_equal(peer.requests->str, "{\"execute\":\"qmp_capabilities\"}\n"
						"{\"execute\":\"query-status\"}\n");
	assert_false(peer.qmp.closed);
	stop(&peer);
}

static void arguments_go_with_it(void **state)
{
	const char *const replies[] = {GREETING, EMPTY, NULL};
	struct peer peer = {.stays = true};
	json_t *reply, *arguments = json_pack("{s:s}", "uri", "exec:cat > 'a\nb'");
	json_t *sent;

	(void)state;
	start(&peer, replies);
	json_incref(arguments);
	reply = pb_qmp_command(&peer.qmp, "migrate", arguments, NULL);
	assert_non_null(reply);
	/* One line, whatever is in it. */
	assert_ptr_equal(strchr(peer.requests->str, '\n'),
			 peer.requests->str + peer.requests->len - 1);
	sent = json_loads(peer.requests->str, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(sent, "execute")), "migrate");
	assert_true(json_equal(json_object_get(sent, "arguments"), arguments));
	/* It was taken: ours is the last reference. */
	assert_int_equal(arguments->refcount, 1);
	json_decref(arguments);
	json_decref(sent);
	json_decref(reply);
	stop(&peer);
}

static void events_before_the_answer(void **state)
{
	const char *const replies[] = {GREETING EVENT("RESUME"),
				       EVENT("STOP") EVENT("GUEST_PANICKED") EMPTY, EMPTY,
				       EVENT("STOP") EMPTY, NULL};
	struct peer peer = {.stays = true};

	(void)state;
	start(&peer, replies);
	pb_qmp_await(&peer.qmp, "GUEST_PANICKED");
	assert_false(peer.qmp.arrived);
	command_gives(&peer, "one", "{}");
	assert_true(peer.qmp.arrived);
	command_gives(&peer, "two", "{}");
	assert_true(peer.qmp.arrived);
	/* Another one is awaited: what came before does not count, nor what is not it. */
	pb_qmp_await(&peer.qmp, "SHUTDOWN");
	assert_false(peer.qmp.arrived);
	command_gives(&peer, "three", "{}");
	assert_false(peer.qmp.arrived);
	stop(&peer);
}

static void nobody_waits_for_an_event(void **state)
{
	const char *const replies[] = {GREETING EVENT("STOP") EVENT("GUEST_PANICKED"), EMPTY, NULL};
	struct peer peer = {.stays = true};

	(void)state;
	start(&peer, replies);
	command_gives(&peer, "one", "{}");
	assert_false(peer.qmp.arrived);
	stop(&peer);
}

static void events_between_commands(void **state)
{
	const char *const replies[] = {GREETING, EMPTY EVENT("STOP"), NULL};
	struct peer peer = {.stays = true};

	(void)state;
	start(&peer, replies);
	pb_qmp_await(&peer.qmp, "STOP");
	command_gives(&peer, "cont", "{}");
	for (int i = 0; i < 100 && !peer.qmp.arrived; i++)
		pb_qmp_poll(&peer.qmp, 100);
	assert_true(peer.qmp.arrived);
	stop(&peer);
}

/* A stream has no message borders: bytes come as they like. */
static void in_pieces(void **state)
{
	const char *const replies[] = {GREETING, EVENT("STOP") "{\"return\": {\"a\": [1, 2]}}\r\n",
				       NULL};
	struct peer peer = {.stays = true};

	(void)state;
	for (peer.chunk = 1; peer.chunk < 40; peer.chunk += 12) {
		start(&peer, replies);
		pb_qmp_await(&peer.qmp, "STOP");
		command_gives(&peer, "one", "{\"a\":[1,2]}");
		assert_true(peer.qmp.arrived);
		stop(&peer);
	}
}

static void half_an_event_is_none_yet(void **state)
{
	int sockets[2];
	struct pb_qmp qmp;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	pb_qmp_init(&qmp, sockets[0]);
	pb_qmp_await(&qmp, "STOP");
	assert_int_equal(write(sockets[1], "{\"event\": \"ST", 13), 13);
	pb_qmp_poll(&qmp, 1000);
	assert_false(qmp.arrived);
	assert_int_equal(write(sockets[1], "OP\"}\n", 5), 5);
	pb_qmp_poll(&qmp, 1000);
	assert_true(qmp.arrived);
	/* Nothing to read: back after the time, and still connected. */
	pb_qmp_poll(&qmp, 0);
	pb_qmp_poll(&qmp, 10);
	assert_false(qmp.closed);
	close(sockets[1]);
	pb_qmp_poll(&qmp, 1000);
	assert_true(qmp.closed);
	pb_qmp_close(&qmp);
}

static void what_is_not_understood(void **state)
{
	const char *const replies[] = {GREETING,
				       "\r\nno json\r\n{\"return\": \r\n[1]\r\n{}\r\n"
				       "{\"event\": 7}\r\n{\"return\": {\"n\": 1}}\r\n",
				       NULL};
	struct peer peer = {.stays = true};

	(void)state;
	start(&peer, replies);
	pb_qmp_await(&peer.qmp, "STOP");
	command_gives(&peer, "one", "{\"n\":1}");
	assert_false(peer.qmp.arrived);
	stop(&peer);
}

/* What came in one piece is looked at in one go, also what stands behind such a line. */
static void an_event_behind_it(void **state)
{
	static const char text[] = "\r\nno json\r\n" EVENT("STOP");
	int sockets[2];
	struct pb_qmp qmp;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	pb_qmp_init(&qmp, sockets[0]);
	pb_qmp_await(&qmp, "STOP");
	assert_int_equal(write(sockets[1], text, strlen(text)), strlen(text));
	pb_qmp_poll(&qmp, 1000);
	assert_true(qmp.arrived);
	close(sockets[1]);
	pb_qmp_close(&qmp);
}

static void a_long_answer(void **state)
{
	g_autofree char *filler = g_strnfill(1 << 20, 'x');
	g_autofree char *reply = g_strdup_printf("{\"return\": \"%s\"}\r\n", filler);
	const char *const replies[] = {GREETING, reply, NULL};
	struct peer peer = {.stays = true};
	json_t *got;

	(void)state;
	start(&peer, replies);
	got = pb_qmp_command(&peer.qmp, "one", NULL, NULL);
	assert_string_equal(json_string_value(got), filler);
	json_decref(got);
	stop(&peer);
}

static void a_refusal(void **state)
{
	const char *const replies[] = {
		GREETING,
		"{\"error\": {\"class\": \"GenericError\", \"desc\": \"No such device: 'd'\"}}\r\n",
		EMPTY, "{\"error\": {}}\r\n", NULL};
	struct peer peer = {.stays = true};

	(void)state;
	start(&peer, replies);
	command_fails(&peer, "device_del", "No such device: 'd'");
	/* It was an answer: the connection goes on. */
	command_gives(&peer, "query-status", "{}");
	command_fails(&peer, "wordless", "refused");
	stop(&peer);
}

static void gone_before_the_answer(void **state)
{
	static const char *const last[] = {"", EVENT("SHUTDOWN"), "{\"return\": {}}", "{\"ret"};

	(void)state;
	for (gsize i = 0; i < G_N_ELEMENTS(last); i++) {
		const char *const replies[] = {GREETING, last[i], NULL};
		gint64 begin = __real_g_get_monotonic_time();
		struct peer peer = {0};

		start(&peer, replies);
		command_fails(&peer, "quit", "gone");
		assert_true(peer.qmp.closed);
		/* And says so at once, each time. */
		command_fails(&peer, "cont", "gone");
		pb_qmp_poll(&peer.qmp, 10000);
		assert_true(__real_g_get_monotonic_time() - begin < 10 * G_USEC_PER_SEC);
		stop(&peer);
	}
}

/* QEMU answers "quit" and leaves: the answer counts. */
static void gone_after_the_answer(void **state)
{
	const char *const replies[] = {GREETING, EMPTY, NULL};
	struct peer peer = {0};

	(void)state;
	start(&peer, replies);
	command_gives(&peer, "quit", "{}");
	stop(&peer);
}

static void no_answer_in_time(void **state)
{
	const char *const replies[] = {GREETING, EVENT("STOP"), NULL};
	struct peer peer = {.stays = true};

	(void)state;
	start(&peer, replies);
	haste = 20 * G_USEC_PER_SEC;
	command_fails(&peer, "query-status", "stuck");
	assert_false(peer.qmp.closed);
	stop(&peer);
}

static void closed_twice(void **state)
{
	int sockets[2];
	struct pb_qmp qmp;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	pb_qmp_init(&qmp, sockets[0]);
	pb_qmp_await(&qmp, "STOP");
	pb_qmp_await(&qmp, "SHUTDOWN");
	pb_qmp_close(&qmp);
	assert_int_equal(fcntl(sockets[0], F_GETFD), -1);
	assert_int_equal(qmp.fd, -1);
	assert_null(qmp.awaited);
	/* The number may be another file's by now. */
	assert_int_equal(dup2(sockets[1], sockets[0]), sockets[0]);
	pb_qmp_close(&qmp);
	assert_true(fcntl(sockets[0], F_GETFD) >= 0);
	close(sockets[0]);
	close(sockets[1]);
}

/* Every wait of the lab looks at pb_interrupted; this one would last a minute. */
static void interrupted_while_waiting(void **state)
{
	const char *const replies[] = {GREETING, "", NULL};
	gint64 begin = __real_g_get_monotonic_time();
	struct peer peer = {.stays = true};
	g_autoptr(GError) error = NULL;

	(void)state;
	start(&peer, replies);
	pb_interrupted = SIGINT;
	haste = G_USEC_PER_SEC;
	assert_null(pb_qmp_command(&peer.qmp, "query-status", NULL, &error));
	pb_interrupted = 0;
	assert_true(__real_g_get_monotonic_time() - begin < G_USEC_PER_SEC);
	assert_int_equal(error->code, PB_EXIT_INTERRUPTED);
	stop(&peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_and_its_answer),
		cmocka_unit_test(arguments_go_with_it),
		cmocka_unit_test(events_before_the_answer),
		cmocka_unit_test(nobody_waits_for_an_event),
		cmocka_unit_test(events_between_commands),
		cmocka_unit_test(in_pieces),
		cmocka_unit_test(half_an_event_is_none_yet),
		cmocka_unit_test(what_is_not_understood),
		cmocka_unit_test(an_event_behind_it),
		cmocka_unit_test(a_long_answer),
		cmocka_unit_test(a_refusal),
		cmocka_unit_test(gone_before_the_answer),
		cmocka_unit_test(gone_after_the_answer),
		cmocka_unit_test(no_answer_in_time),
		cmocka_unit_test(closed_twice),
		cmocka_unit_test(interrupted_while_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
