/* Who could be a provider and who a client: see peers.h. */
#include <stdio.h>
#include <string.h>
#include "lab/native/disks.h"
#include "lab/doctor/peers.h"
#include "lab/native/sysfs.h"

#define DEVICES	    "/sys/bus/pci/devices"
#define BARS	    6
#define LEAST_BYTES (64 << 10)
#define BRIDGE	    0x06u /* base class */
/* Of a line in "resource", as include/linux/ioport.h has them. */
#define IS_MEMORY	0x200ull
#define IS_PREFETCHABLE 0x2000ull
/* NVM Express Base Specification, CMBLOC and CMBSZ. */
#define CMB_BAR(location) ((location)&0x7)
#define CMB_UNITS(size)	  ((size) >> 12 & 0xfffff)
#define CMB_UNIT(size)	  ((size) >> 8 & 0xf)

static char *id_of(const char *root, const char *device)
{
	guint64 vendor = 0, number = 0;

	pb_sysfs_number(root, &vendor, DEVICES "/%s/vendor", device);
	pb_sysfs_number(root, &number, DEVICES "/%s/device", device);
	return g_strdup_printf("%04x:%04x", (unsigned int)vendor, (unsigned int)number);
}

static json_t *provider_of(const char *root, const char *device)
{
	guint64 bytes, available = 0, published = 0;
	g_autofree char *id = NULL, *driver = NULL;

	if (!pb_sysfs_number(root, &bytes, DEVICES "/%s/p2pmem/size", device))
		return NULL;
	pb_sysfs_number(root, &available, DEVICES "/%s/p2pmem/available", device);
	pb_sysfs_number(root, &published, DEVICES "/%s/p2pmem/published", device);
	id = id_of(root, device);
	driver = pb_sysfs_link(root, DEVICES "/%s/driver", device);
	return json_pack("{s:s, s:s, s:s*, s:I, s:I, s:b}", "device", device, "id", id, "driver",
			 driver, "bytes", (json_int_t)bytes, "available_bytes",
			 (json_int_t)available, "published", published != 0);
}

static json_t *providers_of(const char *root)
{
	g_autoptr(GPtrArray) devices = pb_sysfs_list(root, DEVICES);
	json_t *list = json_array();

	for (guint i = 0; i < devices->len; i++) {
		json_t *one = provider_of(root, devices->pdata[i]);

		if (one)
			json_array_append_new(list, one);
	}
	return list;
}

/* Both registers: a file each, or lines "cmbloc : x%08x" of one in older kernels. */
static bool read_cmb(const char *root, const char *controller, guint64 *ret_location,
		     guint64 *ret_size)
{
	g_autofree char *text = NULL;
	unsigned int location, size;

	if (pb_sysfs_number(root, ret_size, "/sys/class/nvme/%s/cmbsz", controller) &&
	    pb_sysfs_number(root, ret_location, "/sys/class/nvme/%s/cmbloc", controller))
		return true;
	text = pb_sysfs_read(root, "/sys/class/nvme/%s/cmb", controller);
	if (!text || sscanf(text, "cmbloc : x%x cmbsz : x%x", &location, &size) != 2)
		return false;
	*ret_location = location;
	*ret_size = size;
	return true;
}

/* What the controller lets its memory be used for. */
static char *uses_of(guint64 size)
{
	static const char *const uses[] = {"submission queues", "completion queues", "lists",
					   "data to be written", "data that is read"};
	/* In the order of their bits: SQS, CQS, LISTS, RDS, WDS. */
	static const guint bits[] = {0, 1, 2, 4, 3};
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(uses); i++) {
		if (size >> bits[i] & 1)
			g_string_append_printf(out, "%s%s", out->len ? ", " : "", uses[i]);
	}
	return g_string_free(out, FALSE);
}

static json_t *cmbs_of(const char *root)
{
	g_autoptr(GPtrArray) controllers = pb_sysfs_list(root, "/sys/class/nvme");
	json_t *list = json_array();

	for (guint i = 0; i < controllers->len; i++) {
		const char *name = controllers->pdata[i];
		g_autofree char *device = pb_sysfs_link(root, "/sys/class/nvme/%s/device", name);
		g_autofree char *uses = NULL;
		guint64 location, size;

		if (!read_cmb(root, name, &location, &size) || !CMB_UNITS(size))
			continue;
		uses = uses_of(size);
		json_array_append_new(
			list, json_pack("{s:s, s:s*, s:I, s:i, s:s}", "controller", name, "device",
					device, "bytes",
					(json_int_t)(CMB_UNITS(size) << 12 << 4 * CMB_UNIT(size)),
					"bar", (int)CMB_BAR(location), "uses", uses));
	}
	return list;
}

static void add_bar(json_t *list, const char *root, const char *device, int bar, const char *line)
{
	guint64 start, end, flags;
	g_autofree char *id = NULL;
	bool prefetchable;
	json_t *one;

	if (sscanf(line, "%" G_GINT64_MODIFIER "x %" G_GINT64_MODIFIER "x %" G_GINT64_MODIFIER "x",
		   &start, &end, &flags) != 3)
		return;
	/* Without a start the firmware gave it no place. */
	if (!(flags & IS_MEMORY) || !start || end < start || end - start + 1 < LEAST_BYTES)
		return;
	prefetchable = flags & IS_PREFETCHABLE;
	id = id_of(root, device);
	one = json_pack("{s:s, s:s, s:i, s:I, s:b}", "device", device, "id", id, "bar", bar,
			"bytes", (json_int_t)(end - start + 1), "prefetchable", prefetchable);
	json_array_append_new(list, one);
}

static bool has_driver(const char *root, const char *device)
{
	g_autofree char *driver = pb_sysfs_link(root, DEVICES "/%s/driver", device);

	return driver != NULL;
}

static void add_bars(json_t *list, const char *root, const char *device)
{
	g_autofree char *text = pb_sysfs_read(root, DEVICES "/%s/resource", device);
	g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;
	guint64 class = 0;

	pb_sysfs_number(root, &class, DEVICES "/%s/class", device);
	if (!lines || class >> 16 == BRIDGE || has_driver(root, device))
		return;
	for (int bar = 0; bar < BARS && lines[bar]; bar++)
		add_bar(list, root, device, bar, lines[bar]);
}

static json_t *bars_of(const char *root)
{
	g_autoptr(GPtrArray) devices = pb_sysfs_list(root, DEVICES);
	json_t *all = json_array(), *list = json_array(), *one;
	size_t n;

	for (guint i = 0; i < devices->len; i++)
		add_bars(all, root, devices->pdata[i]);
	/* What may be prefetched is memory; what may not, often registers. */
	for (int wanted = 1; wanted >= 0; wanted--) {
		json_array_foreach (all, n, one) {
			if (json_is_true(json_object_get(one, "prefetchable")) == wanted)
				json_array_append(list, one);
		}
	}
	json_decref(all);
	return list;
}

/* The parts of a device's path that are a host bridge or a device. */
static GPtrArray *way_of(const char *root, const char *device)
{
	g_autofree char *real = pb_sysfs_real(root, DEVICES "/%s", device);
	g_auto(GStrv) parts = real ? g_strsplit(real, "/", -1) : NULL;
	GPtrArray *way = g_ptr_array_new_with_free_func(g_free);

	for (char **part = parts; part && *part; part++) {
		unsigned int domain, bus;

		if (pb_sysfs_is_pci_name(*part) || sscanf(*part, "pci%x:%x", &domain, &bus) == 2)
			g_ptr_array_add(way, g_strdup(*part));
	}
	return way;
}

/* The lowest that both are below, or NULL. To be freed. */
static char *meeting_of(const char *root, const char *one, const char *other)
{
	g_autoptr(GPtrArray) left = way_of(root, one), right = way_of(root, other);
	const char *meet = NULL;

	for (guint i = 0; i < MIN(left->len, right->len); i++) {
		if (strcmp(left->pdata[i], right->pdata[i]))
			break;
		meet = left->pdata[i];
	}
	return g_strdup(meet);
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void add_pairs(json_t *pairs, const char *root, const json_t *clients, const char *provider)
{
	json_t *client;
	size_t i;

	json_array_foreach (clients, i, client) {
		const char *device = text_of(client, "device");
		g_autofree char *meet = NULL;

		if (!device || text_of(client, "held") || !g_strcmp0(device, provider))
			continue;
		meet = meeting_of(root, provider, device);
		json_array_append_new(pairs,
				      json_pack("{s:s, s:s, s:s*}", "provider", provider, "client",
						text_of(client, "disk"), "meet", meet));
	}
}

static json_t *pairs_of(const char *root, const json_t *peers)
{
	static const char *const kinds[] = {"providers", "cmbs", "bars"};
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	json_t *pairs = json_array(), *one;
	size_t n;

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		json_array_foreach (json_object_get(peers, kinds[i]), n, one) {
			const char *device = text_of(one, "device");

			if (device && g_hash_table_add(seen, (char *)device))
				add_pairs(pairs, root, json_object_get(peers, "clients"), device);
		}
	}
	return pairs;
}

json_t *pb_doctor_peers(const char *root)
{
	json_t *peers =
		json_pack("{s:o, s:o, s:o, s:o}", "providers", providers_of(root), "cmbs",
			  cmbs_of(root), "bars", bars_of(root), "clients", pb_doctor_disks(root));

	json_object_set_new(peers, "pairs", pairs_of(root, peers));
	return peers;
}
