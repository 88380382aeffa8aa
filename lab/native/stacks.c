/* The stacks of perf: see stacks.h. */
#include <errno.h>
#include <string.h>
#include "lab/kernel/changed/changed.h"
#include "lab/native/stacks.h"
#include "reports/error.h"

#define KERNEL_HALF (G_GUINT64_CONSTANT(1) << 63)
#define OUR_MODULE  "pinbench"
#define UNKNOWN	    "[unknown code]"

/* Nothing that perf prints comes near: it keeps 127 frames unless it is told otherwise. */
#define MOST_FRAMES 2048
#define MOST_NAME   4096
#define SHOWN_BYTES 60

struct reading {
	struct pb_stacks *stacks;
	guint line;
	guint begun; /* frames of the sample that is being read, the leaf first */
	GError **ret_error;
};

void pb_stacks_free(struct pb_stacks *stacks)
{
	if (!stacks)
		return;
	g_string_chunk_free(stacks->strings);
	g_array_unref(stacks->frames);
	g_array_unref(stacks->stacks);
	g_free(stacks);
}

static int refuse(const struct reading *r, const char *line, const char *why)
{
	g_autofree char *valid = g_utf8_make_valid(line, (gssize)strnlen(line, SHOWN_BYTES));
	g_autofree char *shown = g_strescape(valid, NULL);

	return pb_fail(r->ret_error, EINVAL, PB_EXIT_ENVIRONMENT,
		       "perf script, line %u: %s: \"%s\"; profile the case again", r->line, why,
		       shown);
}

/* "[nvme]" or a file; the name of the module without what is around it, or NULL. */
static char *module_of(const char *object)
{
	g_autofree char *base = g_path_get_basename(object);
	char *suffix = strstr(base, ".ko");

	if (suffix && (!suffix[3] || suffix[3] == '.'))
		return g_strndup(base, (gsize)(suffix - base));
	if (*object != '[' || g_str_has_prefix(object, "[kernel") ||
	    g_str_has_prefix(object, "[guest") || g_str_has_prefix(object, "[unknown"))
		return NULL;
	return g_strndup(object + 1, strcspn(object + 1, "]"));
}

static void place_frame(struct pb_stacks *stacks, struct pb_frame *frame, guint64 address,
			const char *object)
{
	g_autofree char *module = address & KERNEL_HALF ? module_of(object) : NULL;
	g_autofree char *file = NULL;

	if (!(address & KERNEL_HALF)) {
		frame->where = "user";
	} else if (!g_strcmp0(module, OUR_MODULE)) {
		frame->where = "module";
	} else {
		frame->where = "kernel";
		file = module ? g_strdup_printf("[%s]", module) : NULL;
	}
	if (file)
		frame->file = g_string_chunk_insert_const(stacks->strings, file);
}

/* Where the parenthesis of the object begins: it may have some itself, "(/a (deleted))". */
static const char *object_of(const char *text, gsize length)
{
	gint depth = 0;

	if (!length || text[length - 1] != ')')
		return NULL;
	for (gsize i = length; i > 0; i--) {
		depth += text[i - 1] == ')' ? 1 : text[i - 1] == '(' ? -1 : 0;
		if (!depth)
			return i > 1 && text[i - 2] == ' ' ? text + i - 1 : NULL;
	}
	return NULL;
}

/* Without "+0x1f". */
static gsize without_offset(const char *name, gsize length)
{
	gsize at = length;

	while (at > 0 && g_ascii_isxdigit(name[at - 1]))
		at--;
	if (at == length || at < 4 || strncmp(name + at - 3, "+0x", 3))
		return length;
	return at - 3;
}

static void name_frame(struct pb_stacks *stacks, struct pb_frame *frame, const char *name,
		       gsize length)
{
	g_autofree char *valid = NULL, *folded = NULL;

	while (length && name[length - 1] == ' ')
		length--;
	length = MIN(without_offset(name, length), MOST_NAME);
	if (!length || (length == 9 && !strncmp(name, "[unknown]", length))) {
		*frame = (struct pb_frame){UNKNOWN, "", ""};
		return;
	}
	valid = g_utf8_make_valid(name, (gssize)length);
	folded = pb_folded_name(valid);
	frame->name = g_string_chunk_insert_const(stacks->strings, folded);
}

/* "ffffffff815eba15 __handle_mm_fault+0x65 ([kernel.kallsyms])", with blanks before it. */
static int read_frame(struct reading *r, const char *line)
{
	const char *at = line + strspn(line, " \t");
	struct pb_frame frame = {.file = ""};
	g_autofree char *copy = NULL;
	const char *object;
	guint64 address;
	char *end;

	errno = 0;
	address = g_ascii_strtoull(at, &end, 16);
	if (!g_ascii_isxdigit(*at) || errno || (*end && *end != ' '))
		return refuse(r, line, "is no frame");
	if (++r->begun > MOST_FRAMES)
		return refuse(r, line, "is one frame too many");
	end += *end == ' ';
	object = object_of(end, strlen(end));
	copy = object ? g_strndup(object + 1, strlen(object) - 2) : g_strdup("");
	place_frame(r->stacks, &frame, address, copy);
	name_frame(r->stacks, &frame, end, object ? (gsize)(object - end) : strlen(end));
	g_array_append_val(r->stacks->frames, frame);
	return 0;
}

static void reverse(struct pb_frame *frames, guint count)
{
	for (guint i = 0; i < count / 2; i++) {
		struct pb_frame other = frames[i];

		frames[i] = frames[count - 1 - i];
		frames[count - 1 - i] = other;
	}
}

/* The sample is whole. Whom the outermost frames were called by, nobody knows: they say nothing. */
static void end_sample(struct reading *r)
{
	GArray *frames = r->stacks->frames;
	struct pb_stack stack = {.first = frames->len - r->begun, .count = r->begun};

	while (stack.count > 1 &&
	       !*g_array_index(frames, struct pb_frame, stack.first + stack.count - 1).where)
		stack.count--;
	if (stack.count) {
		reverse(&g_array_index(frames, struct pb_frame, stack.first), stack.count);
		g_array_append_val(r->stacks->stacks, stack);
	}
	r->begun = 0;
}

static int read_line(struct reading *r, const char *line)
{
	if (line[strspn(line, " \t\r")] == '\0') {
		end_sample(r);
		return 0;
	}
	if (*line == ' ' || *line == '\t')
		return read_frame(r, line);
	/* A comment, or the name of a program and what is known of the sample. */
	if (*line != '#' && r->begun)
		return refuse(r, line, "begins a sample in the middle of another");
	return 0;
}

int pb_stacks_read(const char *text, struct pb_stacks **ret_stacks, GError **ret_error)
{
	g_autoptr(pb_stacks) stacks = g_new0(struct pb_stacks, 1);
	struct reading r = {.stacks = stacks, .ret_error = ret_error};

	stacks->strings = g_string_chunk_new(MOST_NAME);
	stacks->frames = g_array_new(FALSE, FALSE, sizeof(struct pb_frame));
	stacks->stacks = g_array_new(FALSE, FALSE, sizeof(struct pb_stack));
	while (*text) {
		gsize length = strcspn(text, "\n");
		g_autofree char *line = g_strndup(text, length);
		int err;

		r.line++;
		if (!text[length])
			return refuse(&r, line, "the output ends in the middle of a line");
		err = read_line(&r, line);
		if (err)
			return err;
		text += length + 1;
	}
	if (r.begun)
		return refuse(&r, "", "the output ends in the middle of a sample");
	if (!stacks->stacks->len)
		return pb_fail(
			ret_error, EINVAL, PB_EXIT_ENVIRONMENT,
			"perf script printed no sample: nothing ran long enough, or perf.data "
			"is damaged");
	*ret_stacks = g_steal_pointer(&stacks);
	return 0;
}
