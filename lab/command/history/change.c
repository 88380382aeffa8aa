/* ./run.sh history add, merge, mark: what changes a history. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lab/command/command.h"
#include "lab/command/history/history.h"
#include "lab/command/history_db.h"
#include "lab/util/files.h"
#include "lab/util/process.h"
#include "reports/error.h"
#include "reports/history/steps.h"
#include "reports/history/store.h"

static const char add_description[] =
	"Each result is added whole or not at all, and once however often it is added. One that "
	"is\n"
	"damaged is refused, and those before it stay added.\n"
	"--machine names the machine of native results, which else are told apart by what the\n"
	"machine is and by its processors.\n"
	"Exit code: 0 added, 2 a DIR that holds no result or a database that is none, 3 no room,\n"
	"4 interrupted.";

static const char merge_description[] =
	"Adds the results of other databases, and what was said of steps there, where it was said\n"
	"later. They stay as they are.";

static const char mark_description[] =
	"STEP is what `history show` and the dashboard call it; STATE is new, acknowledged,\n"
	"justified, fixed or invalid. `justified` wants a TEXT. What is said of a step stays with\n"
	"it whatever is added, and a step that is justified, fixed or invalid is open no more.";

/* The database may be the first thing in its folder. */
static int open_for_writing(const char *path, struct pb_store **ret_store, GError **ret_error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	int err = pb_make_directory(folder, ret_error);

	return err ? err : pb_store_open(path, PB_STORE_WRITE, ret_store, ret_error);
}

struct tally {
	guint added, known, rows;
};

static int add_all(struct pb_store *store, char **directories, const char *machine,
		   struct tally *tally, GError **ret_error)
{
	int err = 0;

	for (char **directory = directories; !err && *directory; directory++) {
		struct pb_store_added added = {0};

		if (pb_interrupted)
			return pb_fail(ret_error, EINTR, PB_EXIT_INTERRUPTED,
				       "interrupted; %u of %u results are added", tally->added,
				       g_strv_length(directories));
		err = pb_store_add(store, *directory, machine, &added, ret_error);
		tally->added += !err && added.is_new;
		tally->known += !err && !added.is_new;
		tally->rows += added.rows;
	}
	return err;
}

int pb_history_command_add(int argc, char **argv, GError **ret_error)
{
	g_autofree char *path = g_strdup(PB_HISTORY_FILE), *machine = NULL;
	g_autoptr(pb_store) store = NULL;
	struct tally tally = {0};
	const GOptionEntry own[] = {
		PB_HISTORY_ENTRY(&path),
		{"machine", 0, 0, G_OPTION_ARG_STRING, &machine,
		 "What the machine of native results is called", "NAME"},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err = pb_cli_parse(&argc, &argv, own, NULL, "DIR...", add_description, ret_error);

	if (!err && argc < 2)
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "history add wants a result directory");
	if (!err)
		err = open_for_writing(path, &store, ret_error);
	if (err)
		return err;
	err = add_all(store, argv + 1, machine, &tally, ret_error);
	printf("%u added (%u rows), %u already there: %s\n", tally.added, tally.rows, tally.known,
	       path);
	return err;
}

static int merge_one(struct pb_store *store, const char *path, GError **ret_error)
{
	g_autoptr(pb_store) other = NULL;
	guint runs = 0;
	int err = pb_store_open(path, PB_STORE_READ, &other, ret_error);

	if (!err)
		err = pb_store_merge(store, other, &runs, ret_error);
	if (!err)
		printf("%u results from %s\n", runs, path);
	return err;
}

int pb_history_command_merge(int argc, char **argv, GError **ret_error)
{
	g_autofree char *path = g_strdup(PB_HISTORY_FILE);
	g_autoptr(pb_store) store = NULL;
	const GOptionEntry own[] = {
		PB_HISTORY_ENTRY(&path),
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err = pb_cli_parse(&argc, &argv, own, NULL, "FILE...", merge_description, ret_error);

	if (!err && argc < 2)
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "history merge wants another history");
	if (!err)
		err = open_for_writing(path, &store, ret_error);
	for (int i = 1; i < argc && !err; i++)
		err = merge_one(store, argv[i], ret_error);
	return err;
}

/* The step that is looked for, among those of each series. */
struct search {
	const char *id;
	const struct pb_history_runs *runs;
	const GPtrArray *said;
	char *series, *place, *words; /* found */
};

static char *step_words(const struct search *s, const struct pb_history_series *series,
			const struct pb_step *step)
{
	return g_strdup_printf("%s %s, %s to %s: %+.2f %%", series->case_id, series->metric,
			       s->runs->runs[step->before_run].name,
			       s->runs->runs[step->after_run].name, step->percent);
}

static int look_at(const struct pb_history_series *series, void *context, GError **ret_error)
{
	struct search *s = context;
	struct pb_moves moves;

	pb_steps_find(series, s->runs, s->said, &moves);
	for (guint i = 0; i < moves.step_count && !s->series; i++) {
		const struct pb_step *step = &moves.steps[i];

		if (strcmp(step->id, s->id))
			continue;
		s->series = g_strdup(series->key);
		s->place = pb_step_place(series, s->runs, step);
		s->words = step_words(s, series, step);
	}
	pb_moves_clear(&moves);
	return 0;
}

static int find_step(struct pb_store *store, struct search *s, GError **ret_error)
{
	g_autoptr(pb_history_runs) runs = NULL;
	g_autoptr(GPtrArray) said = NULL;
	int err = pb_store_runs(store, &runs, ret_error);

	if (!err)
		err = pb_store_said(store, &said, ret_error);
	s->runs = runs;
	s->said = said;
	if (!err)
		err = pb_store_each_series(store, runs, NULL, look_at, s, ret_error);
	if (err || s->series)
		return err;
	return pb_fail(ret_error, ENOENT, PB_EXIT_USAGE,
		       "there is no step '%s'; './run.sh history show' lists those that are open, "
		       "and 'history show GLOB' all of a series",
		       s->id);
}

static int mark(struct pb_store *store, const char *id, enum pb_step_state state, const char *text,
		GError **ret_error)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *when = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
	struct search s = {.id = id};
	int err = find_step(store, &s, ret_error);

	if (!err) {
		const struct pb_store_said said = {
			.series = s.series,
			.run = s.place,
			.step = (char *)id,
			.state = state,
			.text = (char *)text,
			.when = when,
		};

		err = pb_store_say(store, &said, ret_error);
	}
	if (!err)
		printf("%s: %s\n", pb_step_state_name(state), s.words);
	g_free(s.series);
	g_free(s.place);
	g_free(s.words);
	return err;
}

int pb_history_command_mark(int argc, char **argv, GError **ret_error)
{
	g_autofree char *path = g_strdup(PB_HISTORY_FILE);
	g_autoptr(pb_store) store = NULL;
	enum pb_step_state state = PB_STEP_NEW;
	const GOptionEntry own[] = {
		PB_HISTORY_ENTRY(&path),
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int err = pb_cli_parse(&argc, &argv, own, NULL, "STEP STATE [TEXT]", mark_description,
			       ret_error);

	if (!err && (argc < 3 || argc > 4))
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "history mark wants a step, its state and perhaps a text in quotes");
	if (!err)
		err = pb_step_state_parse(argv[2], &state, ret_error);
	if (!err && state == PB_STEP_JUSTIFIED && argc < 4)
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			      "a step is justified by a text: history mark %s justified \"WHY\"",
			      argv[1]);
	if (!err && argc == 4 && !g_utf8_validate(argv[3], -1, NULL))
		err = pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "the text is not UTF-8");
	if (!err)
		err = pb_store_open(path, PB_STORE_WRITE, &store, ret_error);
	return err ? err : mark(store, argv[1], state, argc == 4 ? argv[3] : "", ret_error);
}
