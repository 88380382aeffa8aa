/*
 * Topologies in a report: a tree of devices with the processor at its top, the devices that take
 * part marked, and the way between them with the verdict. Cases between the same devices share one.
 */
#ifndef PINBENCH_REPORTS_RENDER_TOPOLOGY_TOPOLOGY_H
#define PINBENCH_REPORTS_RENDER_TOPOLOGY_TOPOLOGY_H

#include "reports/render/view.h"
#include "reports/topology.h"

struct pb_view_topology {
	const struct pb_topology *topology;
	bool *on_way;	     /* by node: between those that take part */
	int top;	     /* the node where their ways meet; -1: there are not two of them */
	GPtrArray *roles;    /* const char: each once, in order of appearance */
	GPtrArray *verdicts; /* struct pb_view_skip: a verdict, and the ids of its cases */
	bool shut;	     /* in none of its cases one may reach the other */
	const char *who;     /* "provider 0000:01:00.0 and client 0000:02:00.0" */
	const char *label;   /* of the way: the verdict if it is one, else how many there are */
	const char *summary; /* who, and the label */
};

/* words.c: fills view->topologies; part of pb_view_new(). */
void pb_view_add_topologies(struct pb_view *view);

/* "switch, upstream"; a kind that is not known is returned as it is. */
const char *pb_topology_kind(const char *kind);
/* "1af4:1110 memory, IOMMU group 3, driver pinbench"; "" if nothing is known. Caller frees. */
char *pb_topology_details(const struct pb_topology_node *node);

/* picture.c: one <svg> element, its colours by topology.css. Caller frees. */
char *pb_topology_picture(const struct pb_view_topology *item);

/* section.c: nothing where there are none. */
void pb_topology_html(GString *out, const struct pb_view *view);
void pb_topology_markdown(GString *out, const struct pb_view *view);
void pb_topology_text(GString *out, const struct pb_view *view, size_t columns);

#endif
