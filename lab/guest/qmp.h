/*
 * QEMU's machine protocol over a socket: JSON lines both ways. Specification:
 * docs/interop/qmp-spec of QEMU. One command at a time.
 */
#ifndef PINBENCH_LAB_GUEST_QMP_H
#define PINBENCH_LAB_GUEST_QMP_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct pb_qmp {
	int fd;
	GString *input; /* not yet a whole line */
	char *awaited;	/* an event that is waited for */
	bool arrived;	/* and whether it came */
	bool closed;	/* QEMU has gone */
};

/* @fd becomes the connection's. Reads the greeting later, with the first reply. */
void pb_qmp_init(struct pb_qmp *qmp, int fd);
void pb_qmp_close(struct pb_qmp *qmp);

/* Watches for the event @name from now on; pb_qmp.arrived tells. */
void pb_qmp_await(struct pb_qmp *qmp, const char *name);

/* Waits up to @milliseconds for input and notes events. */
void pb_qmp_poll(struct pb_qmp *qmp, int milliseconds);

/*
 * Sends {"execute": @command} and does not wait: for one that may never be answered. pb_qmp_poll()
 * passes over the reply.
 */
void pb_qmp_send(struct pb_qmp *qmp, const char *command);

/*
 * Sends {"execute": @command, "arguments": @arguments} and returns what "return"
 * holds (to be freed by json_decref), or NULL with *ret_error: -EPIPE if QEMU has gone,
 * its own words if it refused. Takes @arguments, which may be NULL.
 */
json_t *pb_qmp_command(struct pb_qmp *qmp, const char *command, json_t *arguments,
		       GError **ret_error);

#endif
