/* QEMU's machine protocol: see qmp.h. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "lab/guest/qmp.h"
#include "lab/util/process.h"
#include "reports/error.h"

#define REPLY_SECONDS 60

void pb_qmp_init(struct pb_qmp *qmp, int fd)
{
	*qmp = (struct pb_qmp){.fd = fd, .input = g_string_new(NULL)};
}

void pb_qmp_close(struct pb_qmp *qmp)
{
	if (!qmp->input)
		return;
	close(qmp->fd);
	g_string_free(qmp->input, TRUE);
	g_free(qmp->awaited);
	*qmp = (struct pb_qmp){.fd = -1};
}

void pb_qmp_await(struct pb_qmp *qmp, const char *name)
{
	g_free(qmp->awaited);
	qmp->awaited = g_strdup(name);
	qmp->arrived = false;
}

static void receive(struct pb_qmp *qmp, int milliseconds)
{
	struct pollfd wait = {.fd = qmp->fd, .events = POLLIN};
	char buffer[4096];
	ssize_t got;

	if (qmp->closed || poll(&wait, 1, milliseconds) <= 0)
		return;
	got = recv(qmp->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	if (got > 0)
		g_string_append_len(qmp->input, buffer, got);
	else if (!got || (errno != EAGAIN && errno != EINTR))
		qmp->closed = true;
}

static json_t *next_message(struct pb_qmp *qmp)
{
	char *end = strchr(qmp->input->str, '\n');
	json_t *message;

	if (!end)
		return NULL;
	message = json_loadb(qmp->input->str, (size_t)(end - qmp->input->str), 0, NULL);
	g_string_erase(qmp->input, 0, end - qmp->input->str + 1);
	return message ? message : json_object();
}

static void note_event(struct pb_qmp *qmp, const json_t *message)
{
	const char *event = json_string_value(json_object_get(message, "event"));

	if (event && qmp->awaited && !strcmp(event, qmp->awaited))
		qmp->arrived = true;
}

void pb_qmp_poll(struct pb_qmp *qmp, int milliseconds)
{
	json_t *message;

	receive(qmp, milliseconds);
	while ((message = next_message(qmp))) {
		note_event(qmp, message);
		json_decref(message);
	}
}

static json_t *await_reply(struct pb_qmp *qmp, const char *command, GError **ret_error)
{
	gint64 deadline = g_get_monotonic_time() + REPLY_SECONDS * G_USEC_PER_SEC;

	while (g_get_monotonic_time() < deadline) {
		json_t *message = next_message(qmp);

		if (!message && pb_check_interrupted(ret_error))
			return NULL;
		if (!message && qmp->closed)
			break;
		if (!message) {
			receive(qmp, 100);
			continue;
		}
		if (json_object_get(message, "return") || json_object_get(message, "error"))
			return message;
		note_event(qmp, message);
		json_decref(message);
	}
	pb_fail(ret_error, EPIPE, PB_EXIT_ENVIRONMENT, "QEMU did not answer '%s': it %s", command,
		qmp->closed ? "has gone" : "is stuck");
	return NULL;
}

static void send_command(struct pb_qmp *qmp, const char *command, json_t *arguments)
{
	json_t *request = json_pack("{s:s, s:o*}", "execute", command, "arguments", arguments);
	char *text = json_dumps(request, JSON_COMPACT);
	g_autofree char *line = g_strconcat(text, "\n", NULL);

	json_decref(request);
	free(text);
	if (send(qmp->fd, line, strlen(line), MSG_NOSIGNAL) != (ssize_t)strlen(line))
		qmp->closed = true;
}

void pb_qmp_send(struct pb_qmp *qmp, const char *command)
{
	send_command(qmp, command, NULL);
}

json_t *pb_qmp_command(struct pb_qmp *qmp, const char *command, json_t *arguments,
		       GError **ret_error)
{
	json_t *reply, *ret = NULL;

	send_command(qmp, command, arguments);
	reply = await_reply(qmp, command, ret_error);
	if (!reply)
		return NULL;
	ret = json_incref(json_object_get(reply, "return"));
	if (!ret)
		pb_fail(ret_error, EIO, PB_EXIT_ENVIRONMENT, "QEMU refused '%s': %s", command,
			json_string_value(
				json_object_get(json_object_get(reply, "error"), "desc")));
	json_decref(reply);
	return ret;
}
