/* Reading compare.json into its typed view: see comparison.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/compare/comparison.h"
#include "reports/error.h"
#include "reports/result_read.h"

static const struct pb_text_field row_fields[] = {
	PB_TEXT(struct pb_comparison_row, id, "id", false),
	PB_TEXT(struct pb_comparison_row, benchmark, "benchmark", false),
	PB_TEXT(struct pb_comparison_row, metric, "metric", false),
	PB_TEXT(struct pb_comparison_row, unit, "unit", false),
	PB_TEXT(struct pb_comparison_row, reason, "reason", true),
	PB_TEXT(struct pb_comparison_row, not_deterministic, PB_CASE_NOT_DETERMINISTIC, true),
	PB_TEXT(struct pb_comparison_row, command, "command", true),
	PB_TEXT(struct pb_comparison_row, profile_error, "profile_error", true),
};

static int read_verdict(struct pb_reader *reader, json_t *object, enum pb_verdict *ret_verdict)
{
	const char *text = NULL;
	int err = pb_read_text(reader, object, "verdict", false, &text);

	if (err)
		return err;
	for (int v = 0; v <= PB_VERDICT_MISSING; v++) {
		if (!strcmp(text, pb_verdict_name(v))) {
			*ret_verdict = v;
			return 0;
		}
	}
	return pb_reader_fail(reader, "verdict", "\"%s\" is none that this version knows", text);
}

static void read_figure(json_t *object, const char *key, double *ret_figure)
{
	json_t *value = json_object_get(object, key);

	*ret_figure = json_is_number(value) ? json_number_value(value) : NAN;
}

static void read_figures(json_t *object, struct pb_comparison_row *row)
{
	json_t *ci = json_object_get(object, "ci_percent");

	read_figure(object, "baseline", &row->baseline);
	read_figure(object, "patched", &row->patched);
	read_figure(object, "delta", &row->delta);
	read_figure(object, "delta_percent", &row->delta_percent);
	read_figure(object, "threshold_percent", &row->threshold_percent);
	read_figure(object, "q", &row->q);
	read_figure(object, "floor_percent", &row->floor_percent);
	read_figure(object, "more_boots", &row->more_boots);
	read_figure(object, "mde_percent", &row->mde_percent);
	if (json_is_null(json_object_get(object, "mde_percent")))
		row->mde_percent = INFINITY;
	row->ci_low_percent = row->ci_high_percent = NAN;
	if (json_is_number(json_array_get(ci, 0)) && json_is_number(json_array_get(ci, 1))) {
		row->ci_low_percent = json_number_value(json_array_get(ci, 0));
		row->ci_high_percent = json_number_value(json_array_get(ci, 1));
	}
	row->boots = json_object_get(object, "boots");
	row->negligible = json_is_true(json_object_get(object, "negligible"));
}

static int read_params(struct pb_reader *reader, json_t *object, struct pb_comparison_row *row)
{
	json_t *params = NULL, *value;
	const char *name;
	int err = pb_read_object(reader, object, "params", &params);

	if (err)
		return err;
	row->params = g_new0(struct pb_param, json_object_size(params));
	json_object_foreach (params, name, value) {
		if (!json_is_string(value))
			return pb_reader_fail(reader, "params", "\"%s\" is no string", name);
		row->params[row->param_count++] = (struct pb_param){name, json_string_value(value)};
	}
	return 0;
}

/* Files of an older version have none, and neither has a case that did not move. */
static int read_profile(struct pb_reader *reader, json_t *object, struct pb_comparison_row *row)
{
	json_t *profile = NULL;
	size_t mark;
	int err;

	if (!json_object_get(object, "profile"))
		return 0;
	err = pb_read_object(reader, object, "profile", &profile);
	if (err)
		return err;
	mark = pb_reader_enter(reader, "profile");
	err = pb_moved_functions_read(reader, profile, &row->profile);
	pb_reader_leave(reader, mark);
	return err;
}

static int read_row(struct pb_reader *reader, json_t *object, struct pb_comparison_row *row)
{
	int err = pb_read_is_object(reader, object);

	if (!err)
		err = PB_READ_TEXTS(reader, object, row_fields, row);
	reader->case_id = row->id;
	if (!err)
		err = read_params(reader, object, row);
	if (!err)
		err = pb_read_bool(reader, object, "primary", &row->primary);
	if (!err)
		err = read_verdict(reader, object, &row->verdict);
	if (!err && row->not_deterministic && row->verdict != PB_VERDICT_INCONCLUSIVE)
		err = pb_reader_fail(reader, "verdict",
				     "is \"%s\" of a figure that is not deterministic",
				     pb_verdict_name(row->verdict));
	if (!err)
		err = read_profile(reader, object, row);
	read_figures(object, row);
	reader->case_id = NULL;
	return err;
}

/* By verdict, then by how much; of equal ones the order of cases stays. */
static int worst_first(const void *left, const void *right, void *unused)
{
	static const int rank[] = {
		[PB_VERDICT_REGRESSION] = 0, [PB_VERDICT_IMPROVEMENT] = 2,
		[PB_VERDICT_UNCHANGED] = 4,  [PB_VERDICT_INCONCLUSIVE] = 1,
		[PB_VERDICT_MISSING] = 3,
	};
	const struct pb_comparison_row *a = left, *b = right;

	double by = fabs(b->delta_percent) - fabs(a->delta_percent);

	if (a->verdict != b->verdict)
		return rank[a->verdict] - rank[b->verdict];
	return by > 0 ? 1 : by < 0 ? -1 : 0;
}

/* Without a word of it, it is the boot. */
static void name_replicate(const json_t *root, struct pb_comparison_row *row)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(root, "validity"), "replicate"));

	row->replicate = g_strcmp0(text, PB_REPLICATE_ROUND) ? "boot" : "round";
	row->list = text && strcmp(text, PB_REPLICATE_BOOT) ? "round" : "boot";
}

static int read_rows(struct pb_reader *reader, struct pb_comparison *c)
{
	json_t *array = NULL, *one;
	size_t i;
	int err = pb_read_array(reader, c->root, "cases", &array);

	if (err)
		return err;
	c->rows = g_new0(struct pb_comparison_row, json_array_size(array));
	json_array_foreach (array, i, one) {
		size_t mark = pb_reader_enter(reader, "cases[%zu]", i);

		c->row_count++;
		err = read_row(reader, one, &c->rows[i]);
		name_replicate(c->root, &c->rows[i]);
		pb_reader_leave(reader, mark);
		if (err)
			return err;
		c->counts[c->rows[i].verdict] += c->rows[i].primary;
	}
	g_qsort_with_data(c->rows, (gint)c->row_count, sizeof(*c->rows), worst_first, NULL);
	return 0;
}

static int read_root(struct pb_reader *reader, struct pb_comparison *c)
{
	const char *schema = NULL;
	int err = pb_read_is_object(reader, c->root);

	if (!err)
		err = pb_read_text(reader, c->root, "schema", false, &schema);
	if (!err && strcmp(schema, PB_COMPARE_SCHEMA))
		err = pb_reader_fail(reader, "schema", "\"%s\" is not " PB_COMPARE_SCHEMA, schema);
	if (!err)
		err = pb_read_text(reader, c->root, "sentence", false, &c->sentence);
	if (!err)
		err = read_verdict(reader, c->root, &c->verdict);
	if (!err)
		err = read_rows(reader, c);
	return err;
}

int pb_comparison_load(const char *path, struct pb_comparison **ret_comparison, GError **ret_error)
{
	g_autofree char *file = g_file_test(path, G_FILE_TEST_IS_DIR)
					? g_build_filename(path, PB_COMPARE_FILE, NULL)
					: g_strdup(path);
	g_autoptr(pb_comparison) c = g_new0(struct pb_comparison, 1);
	g_autoptr(GString) where = g_string_new(NULL);
	struct pb_reader reader = {.file = file, .where = where, .ret_error = ret_error};
	json_error_t why;
	int err;

	c->root = json_load_file(file, JSON_REJECT_DUPLICATES, &why);
	if (!c->root)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "%s:%d: %s", file, why.line,
			       why.text);
	err = read_root(&reader, c);
	if (!err)
		*ret_comparison = g_steal_pointer(&c);
	return err;
}

void pb_comparison_free(struct pb_comparison *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->row_count; i++) {
		pb_moved_functions_free(c->rows[i].profile);
		g_free(c->rows[i].params);
	}
	g_free(c->rows);
	json_decref(c->root);
	g_free(c);
}
