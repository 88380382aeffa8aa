/* The doctor's report as text: see report.h. */
#include <string.h>
#include "lab/doctor/report.h"
#include "reports/render/text.h"

#define INDENT	    2
#define SHOWN_PAIRS 24
#define STATE_WIDTH 9
#define NAME_WIDTH  16
#define LEAST_ROOM  30

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static char *bytes_text(const json_t *object, const char *key)
{
	json_int_t bytes = json_integer_value(json_object_get(object, key));
	g_autofree char *size = g_format_size_full((guint64)bytes, G_FORMAT_SIZE_IEC_UNITS);
	GString *text = g_string_new(size);

	/* It has a blank that does not break. */
	g_string_replace(text, "\u00a0", " ", 0);
	return g_string_free(text, FALSE);
}

static void add_line(GString *out, guint columns, const char *fmt, ...) G_GNUC_PRINTF(3, 4);

/* Lines after the first are further in. */
static void add_line(GString *out, guint columns, const char *fmt, ...)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *line = NULL;
	va_list args;

	va_start(args, fmt);
	line = g_strdup_vprintf(fmt, args);
	va_end(args);
	pb_text_append_wrapped(text, line, columns - INDENT, 2 * INDENT);
	g_string_append(out, text->str + INDENT);
}

/* "yes  guests  QEMU ..." in columns, and behind an arrow what would change it. */
static void add_check(GString *out, const json_t *check, guint columns)
{
	const char *remedy = text_of(check, "remedy");
	g_autofree char *head =
		g_strdup_printf("%*s%-*s %-*s ", INDENT, "", STATE_WIDTH, text_of(check, "state"),
				NAME_WIDTH, text_of(check, "name"));
	g_autofree char *arrow = g_strdup_printf("-> %s", remedy);
	size_t indent = strlen(head), start = out->len;

	if (columns < indent + LEAST_ROOM) {
		add_line(out, columns, "%s: %s: %s%s%s", text_of(check, "state"),
			 text_of(check, "name"), text_of(check, "found"), *remedy ? "; " : "",
			 *remedy ? arrow : "");
		return;
	}
	pb_text_append_wrapped(out, text_of(check, "found"), columns, indent);
	memcpy(out->str + start, head, indent);
	if (*remedy)
		pb_text_append_wrapped(out, arrow, columns, indent);
}

static void add_checks(GString *out, const json_t *checks, guint columns)
{
	json_t *one;
	size_t i;

	g_string_append(out, "What this machine can measure, and behind an arrow what would change "
			     "that\n");
	json_array_foreach (checks, i, one)
		add_check(out, one, columns);
}

static void add_providers(GString *out, const json_t *peers, guint columns)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(peers, "providers"), i, one) {
		g_autofree char *all = bytes_text(one, "bytes");
		g_autofree char *left = bytes_text(one, "available_bytes");

		add_line(out, columns, "provider %s (%s, %s): %s of P2P memory, %s not in use%s",
			 text_of(one, "device"), text_of(one, "id"), text_of(one, "driver"), all,
			 left,
			 json_is_true(json_object_get(one, "published")) ? "" : ", not published");
	}
	json_array_foreach (json_object_get(peers, "cmbs"), i, one) {
		g_autofree char *all = bytes_text(one, "bytes");

		add_line(out, columns, "memory buffer of %s (%s): %s in BAR %d, for %s",
			 text_of(one, "controller"), text_of(one, "device"), all,
			 (int)json_integer_value(json_object_get(one, "bar")),
			 text_of(one, "uses"));
	}
	json_array_foreach (json_object_get(peers, "bars"), i, one) {
		g_autofree char *all = bytes_text(one, "bytes");

		add_line(out, columns, "free BAR %d of %s (%s): %s%s",
			 (int)json_integer_value(json_object_get(one, "bar")),
			 text_of(one, "device"), text_of(one, "id"), all,
			 json_is_true(json_object_get(one, "prefetchable"))
				 ? ", can be prefetched"
				 : ", cannot be prefetched: perhaps registers, not memory");
	}
}

static void add_clients(GString *out, const json_t *peers, guint columns)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(peers, "clients"), i, one) {
		const char *held = text_of(one, "held"), *device = text_of(one, "device");
		g_autofree char *all = bytes_text(one, "bytes");

		add_line(out, columns, "client %s (%s): %s; %s%s", text_of(one, "disk"),
			 *device ? device : "no PCI device", all,
			 *held ? "NOT OFFERED: " : "not touched unless it is named", held);
	}
}

static void add_pairs(GString *out, const json_t *pairs, guint columns)
{
	json_t *one;
	size_t i;

	json_array_foreach (pairs, i, one) {
		const char *meet = text_of(one, "meet");
		bool host = g_str_has_prefix(meet, "pci");

		if (i == SHOWN_PAIRS) {
			add_line(out, columns, "and %zu more pairs", json_array_size(pairs) - i);
			break;
		}
		add_line(out, columns, "%s and %s %s%s%s", text_of(one, "provider"),
			 text_of(one, "client"),
			 *meet ? "meet below " : "do not meet below one host bridge", meet,
			 !*meet ? ""
			 : host ? ", a host bridge: whether it passes them on, the kernel decides"
				: ", a bridge: they need not go through the processor");
	}
}

/* What the tree's device is good for, from the lists above it. */
static void append_offers(GString *line, const json_t *peers, const char *device)
{
	static const struct {
		const char *list;
		const char *words;
	} kinds[] = {
		{"providers", "provider"},
		{"cmbs", "memory buffer"},
		{"bars", "free BAR"},
		{"clients", "client"},
	};
	json_t *one;
	size_t n;

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		json_array_foreach (json_object_get(peers, kinds[i].list), n, one) {
			if (strcmp(text_of(one, "device"), device) || *text_of(one, "held"))
				continue;
			g_string_append_printf(line, " <- %s", kinds[i].words);
			break;
		}
	}
}

static void add_place(GString *out, const json_t *peers, const json_t *place)
{
	const json_t *numa = json_object_get(place, "numa_node");
	const json_t *disks = json_object_get(place, "disks");
	int depth = (int)json_integer_value(json_object_get(place, "depth"));
	g_autoptr(GString) line = g_string_new(NULL);
	json_t *disk;
	size_t i;

	g_string_append_printf(line, "%s %s", text_of(place, "what"), text_of(place, "name"));
	if (*text_of(place, "id"))
		g_string_append_printf(line, " (%s%s%s)", text_of(place, "id"),
				       *text_of(place, "class") ? " " : "",
				       text_of(place, "class"));
	if (numa)
		g_string_append_printf(line, ", NUMA node %d", (int)json_integer_value(numa));
	json_array_foreach (disks, i, disk)
		g_string_append_printf(line, " %s", json_string_value(disk));
	append_offers(line, peers, text_of(place, "name"));
	g_string_append_printf(out, "%*s", 2 * INDENT + 2 * depth, "");
	pb_text_append_plain(out, line->str);
	g_string_append_c(out, '\n');
}

static void add_places(GString *out, const json_t *peers, guint columns)
{
	const json_t *places = json_object_get(peers, "places");
	json_t *one;
	size_t i;

	g_string_append(out, "\nWho sits below which bridge\n");
	if (!places)
		add_line(out, columns, "%s", text_of(peers, "places_error"));
	else if (!json_array_size(places))
		add_line(out, columns, "no PCI devices");
	json_array_foreach (places, i, one)
		add_place(out, peers, one);
}

char *pb_doctor_text(const json_t *report, guint columns)
{
	const json_t *peers = json_object_get(report, "peers");
	GString *out = g_string_new(NULL);
	gsize start;

	add_checks(out, json_object_get(report, "checks"), columns);
	g_string_append(out, "\nP2P between this machine's devices\n");
	start = out->len;
	add_providers(out, peers, columns);
	if (out->len == start)
		add_line(out, columns,
			 "no provider: no P2P memory, no NVMe with a memory buffer, no free BAR of "
			 "64 KiB; to change that: a device with one, its driver unbound. Guests "
			 "have emulated ones");
	start = out->len;
	add_clients(out, peers, columns);
	if (out->len == start)
		add_line(out, columns, "no client: no NVMe namespace");
	add_pairs(out, json_object_get(peers, "pairs"), columns);
	add_places(out, peers, columns);
	if (!json_is_true(json_object_get(report, "measures")))
		g_string_append(out, "\nNothing can be measured here: see the first lines.\n");
	return g_string_free(out, FALSE);
}
