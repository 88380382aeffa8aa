/*
 * Who takes part in a case, through what: PCI devices in their roles, the bridges above them up to
 * the processor, and what the kernel made of it. It goes into the case's result as a tree.
 */
#ifndef PINBENCH_TOPOLOGY_H
#define PINBENCH_TOPOLOGY_H

#include <jansson.h>
#include "pinbench/bench.h"

/*
 * The device @name ("0000:01:00.0") is the case's @role ("provider", "client"): a word that reports
 * show as it is. It and all that is above it are read from sysfs, once, so not inside the clock.
 * Several may have the same role, and one several. Returns 0, or what bench_fail() does: there is
 * no such device.
 */
int topology_device(struct bench_ctx *ctx, const char *role, const char *name);

/*
 * What the way between them came to, in a few words: "through the switch: bus addresses, distance
 * 4"; or that one may not reach the other, and why. It labels the way in the report's picture. The
 * last one of both stays.
 */
void topology_verdict(struct bench_ctx *ctx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void topology_refusal(struct bench_ctx *ctx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * What topology_device() does with @topology, {"nodes":[]}, for the machine whose files are below
 * @root ("" is this one): appends what is not in it yet. Returns 0, or -errno: -ENODEV for what is
 * no PCI device.
 */
int topology_add(json_t *topology, const char *root, const char *role, const char *name);

#endif
