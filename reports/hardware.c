/* Reading what was measured on: see hardware.h. */
#include <string.h>

#include "reports/hardware.h"
#include "pinbench/result.h"

#define MOST_DEPTH 24
#define MOST_CPUS  65536

static const struct pb_text_field box_fields[] = {
	PB_TEXT(struct pb_hardware_box, kind, "kind", false),
	PB_TEXT(struct pb_hardware_box, name, "name", true),
	PB_TEXT(struct pb_hardware_box, id, "id", true),
	PB_TEXT(struct pb_hardware_box, class, "class", true),
	PB_TEXT(struct pb_hardware_box, cpus, "cpus", true),
};

static const struct pb_text_field concern_fields[] = {
	PB_TEXT(struct pb_hardware_concern, name, "name", false),
	PB_TEXT(struct pb_hardware_concern, found, "found", false),
	PB_TEXT(struct pb_hardware_concern, remedy, "remedy", true),
};

static int read_optional_count(struct pb_reader *reader, json_t *object, const char *key,
			       size_t *ret_count)
{
	return json_object_get(object, key) ? pb_read_count(reader, object, key, ret_count) : 0;
}

static int read_disks(struct pb_reader *reader, json_t *object, struct pb_hardware_box *box)
{
	json_t *disks, *disk;
	size_t i;
	int ret;

	if (!json_object_get(object, "disks"))
		return 0;
	ret = pb_read_array(reader, object, "disks", &disks);
	if (ret < 0)
		return ret;
	json_array_foreach (disks, i, disk) {
		if (!json_is_string(disk))
			return pb_reader_fail(reader, "disks", "disk %zu is not a string", i);
	}
	box->disks = disks;
	return 0;
}

static int read_box(struct pb_reader *reader, json_t *object, struct pb_hardware *hardware,
		    int parent, guint depth);

static int read_children(struct pb_reader *reader, json_t *object, struct pb_hardware *hardware,
			 guint depth)
{
	int parent = (int)hardware->count - 1;
	json_t *children, *child;
	size_t i;
	int ret;

	if (!json_object_get(object, "children"))
		return 0;
	ret = pb_read_array(reader, object, "children", &children);
	if (ret < 0)
		return ret;
	json_array_foreach (children, i, child) {
		size_t mark = pb_reader_enter(reader, "children[%zu]", i);

		ret = read_box(reader, child, hardware, parent, depth + 1);
		if (ret < 0)
			return ret;
		pb_reader_leave(reader, mark);
	}
	return 0;
}

static int read_box(struct pb_reader *reader, json_t *object, struct pb_hardware *hardware,
		    int parent, guint depth)
{
	struct pb_hardware_box *box = &hardware->boxes[hardware->count];
	int ret = pb_read_is_object(reader, object);

	if (ret < 0)
		return ret;
	if (hardware->count == PB_HARDWARE_MAX_BOXES || depth > MOST_DEPTH)
		return pb_reader_fail(reader, NULL, "is beyond the %d parts, %d deep, of a machine",
				      PB_HARDWARE_MAX_BOXES, MOST_DEPTH);
	box->parent = parent;
	ret = PB_READ_TEXTS(reader, object, box_fields, box);
	if (ret == 0)
		ret = read_optional_count(reader, object, "index", &box->index);
	if (ret == 0)
		ret = pb_read_number(reader, object, "bytes", true, &box->bytes);
	if (ret == 0)
		ret = read_disks(reader, object, box);
	if (ret < 0)
		return ret;
	hardware->count++;
	return read_children(reader, object, hardware, depth);
}

static int read_topology(struct pb_reader *reader, json_t *environment,
			 struct pb_hardware *hardware)
{
	json_t *object;
	size_t mark;
	int ret;

	if (!json_object_get(environment, PB_ENVIRONMENT_TOPOLOGY))
		return 0;
	ret = pb_read_object(reader, environment, PB_ENVIRONMENT_TOPOLOGY, &object);
	if (ret < 0)
		return ret;
	mark = pb_reader_enter(reader, "%s", PB_ENVIRONMENT_TOPOLOGY);
	/* One more than may be: the box that is refused is looked at before it is counted. */
	hardware->boxes = g_new0(struct pb_hardware_box, PB_HARDWARE_MAX_BOXES + 1);
	ret = read_box(reader, object, hardware, -1, 0);
	if (ret == 0)
		ret = read_optional_count(reader, object, "omitted_devices",
					  &hardware->omitted_devices);
	pb_reader_leave(reader, mark);
	return ret;
}

static int read_cpus(struct pb_reader *reader, json_t *object, struct pb_hardware *hardware)
{
	json_t *cpus, *cpu;
	size_t i;
	int ret = pb_read_array(reader, object, "cpus", &cpus);

	if (ret < 0)
		return ret;
	hardware->cpus = g_new0(size_t, json_array_size(cpus));
	json_array_foreach (cpus, i, cpu) {
		if (!json_is_integer(cpu) || json_integer_value(cpu) < 0 ||
		    json_integer_value(cpu) >= MOST_CPUS)
			return pb_reader_fail(reader, "cpus", "element %zu is no number of a CPU",
					      i);
		hardware->cpus[hardware->cpu_count++] = (size_t)json_integer_value(cpu);
	}
	return 0;
}

static int read_place(struct pb_reader *reader, json_t *environment, struct pb_hardware *hardware)
{
	json_t *object;
	double node = -1;
	size_t mark;
	int ret;

	if (!json_object_get(environment, PB_ENVIRONMENT_PLACE))
		return 0;
	ret = pb_read_object(reader, environment, PB_ENVIRONMENT_PLACE, &object);
	if (ret < 0)
		return ret;
	mark = pb_reader_enter(reader, "%s", PB_ENVIRONMENT_PLACE);
	hardware->placed = true;
	if (json_object_get(object, "cpus"))
		ret = read_cpus(reader, object, hardware);
	if (ret == 0 && !json_is_null(json_object_get(object, "numa_node")))
		ret = pb_read_number(reader, object, "numa_node", true, &node);
	if (ret == 0 && (node < -1 || node > G_MAXINT16))
		ret = pb_reader_fail(reader, "numa_node", "is no number of a node");
	hardware->numa_node = (int)node;
	pb_reader_leave(reader, mark);
	return ret;
}

static int read_concerns(struct pb_reader *reader, json_t *object, struct pb_hardware *hardware)
{
	json_t *concerns, *one;
	size_t i;
	int ret = pb_read_array(reader, object, "concerns", &concerns);

	if (ret < 0)
		return ret;
	hardware->concerns = g_new0(struct pb_hardware_concern, json_array_size(concerns));
	json_array_foreach (concerns, i, one) {
		size_t mark = pb_reader_enter(reader, "concerns[%zu]", i);

		ret = pb_read_is_object(reader, one);
		if (ret == 0)
			ret = PB_READ_TEXTS(reader, one, concern_fields,
					    &hardware->concerns[hardware->concern_count++]);
		if (ret < 0)
			return ret;
		pb_reader_leave(reader, mark);
	}
	return 0;
}

static int read_noise(struct pb_reader *reader, json_t *environment, struct pb_hardware *hardware)
{
	json_t *object, *facts = NULL;
	size_t mark;
	int ret;

	if (!json_object_get(environment, PB_ENVIRONMENT_NOISE))
		return 0;
	ret = pb_read_object(reader, environment, PB_ENVIRONMENT_NOISE, &object);
	if (ret < 0)
		return ret;
	mark = pb_reader_enter(reader, "%s", PB_ENVIRONMENT_NOISE);
	hardware->has_noise = true;
	ret = read_concerns(reader, object, hardware);
	if (ret == 0 && json_object_get(object, "facts"))
		ret = pb_read_object(reader, object, "facts", &facts);
	hardware->facts = facts;
	if (ret == 0)
		pb_reader_leave(reader, mark);
	return ret;
}

int pb_hardware_read(struct pb_reader *reader, json_t *environment,
		     struct pb_hardware **ret_hardware)
{
	struct pb_hardware *hardware = g_new0(struct pb_hardware, 1);
	int ret;

	hardware->numa_node = -1;
	ret = read_topology(reader, environment, hardware);
	if (ret == 0)
		ret = read_place(reader, environment, hardware);
	if (ret == 0)
		ret = read_noise(reader, environment, hardware);
	if (ret < 0 || (!hardware->count && !hardware->placed && !hardware->has_noise)) {
		pb_hardware_free(hardware);
		return ret;
	}
	*ret_hardware = hardware;
	return 0;
}

void pb_hardware_free(struct pb_hardware *hardware)
{
	if (!hardware)
		return;
	g_free(hardware->boxes);
	g_free(hardware->cpus);
	g_free(hardware->concerns);
	g_free(hardware);
}

bool pb_hardware_is_used(const struct pb_hardware *hardware, const char *cpus)
{
	g_auto(GStrv) ranges = g_strsplit(cpus ? cpus : "", ",", -1);

	for (char **range = ranges; *range; range++) {
		const char *dash = strchr(*range, '-');
		guint64 first = g_ascii_strtoull(*range, NULL, 10);
		guint64 last = dash ? g_ascii_strtoull(dash + 1, NULL, 10) : first;

		for (size_t i = 0; **range && i < hardware->cpu_count; i++) {
			if (hardware->cpus[i] >= first && hardware->cpus[i] <= last)
				return true;
		}
	}
	return false;
}
