/* Drawing plots: a script to gnuplot's standard input, SVG from its standard output. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include <gio/gio.h>

#include "assets.h"
#include "reports/error.h"
#include "reports/render/plot/plot.h"
#include "reports/render/plot/plot_choice.h"
#include "reports/render/svg.h"

#define TIME_LIMIT_SECONDS 20
/* Drawn narrow: on a phone the text then still has a readable size. */
#define PLOT_WIDTH	480
#define PLOT_HEIGHT	290
#define KEY_LINE_HEIGHT 20
/* Beyond this ratio of largest to smallest a linear axis hides the small ones. */
#define LOG_RATIO 20
/* From here on an axis counts in thousands and millions. */
#define LARGE 1e5
/* Longer texts (characters) leave no room for the plot. */
#define LONGEST_CATEGORY 20
#define LONGEST_TITLE	 44
/* Labels longer than this in sum (characters) overlap unless they are slanted. */
#define LABELS_IN_A_ROW 44

static void plot_free(void *data)
{
	struct pb_plot *plot = data;

	g_free(plot->title);
	g_free(plot->caption);
	g_free(plot->svg);
	g_free(plot);
}

/*
 * Text of a result inside a gnuplot string. Quotes would end the string, and a
 * backquote runs a command, so anything but the plainest is replaced. Cut at @longest
 * characters; the tables have the whole text.
 */
static char *safe(const char *text, glong longest)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *out = g_string_new(NULL);

	for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (longest-- == 0) {
			g_string_append(out, "..");
			break;
		}
		if (g_unichar_isalnum(c) || (c < 128 && strchr(" _-+=.,:/()[]%<>&#*", (int)c)))
			g_string_append_unichar(out, c);
		else
			g_string_append_c(out, '?');
	}
	return g_string_free(out, FALSE);
}

static void add_text(GString *script, const char *name, const char *text)
{
	g_autofree char *value = safe(text, LONGEST_TITLE);

	g_string_append_printf(script, "%s = '%s'\n", name, value);
}

struct range {
	double low; /* above zero, where that makes a difference */
	double high;
};

static struct range range_of(const struct pb_plot_choice *choice)
{
	struct range range = {.low = INFINITY};

	for (guint s = 0; s < choice->series->len; s++) {
		const struct pb_plot_series *series = choice->series->pdata[s];

		for (guint c = 0; c < choice->categories->len; c++) {
			if (isnan(series->values[c]))
				continue;
			range.low = fmin(range.low, series->values[c]);
			range.high = fmax(range.high, series->values[c]);
		}
	}
	return range;
}

static bool wants_log(const struct pb_plot_choice *choice, struct range range)
{
	return choice->lines && range.low > 0 && range.high / range.low > LOG_RATIO;
}

static bool wants_slant(const struct pb_plot_choice *choice)
{
	size_t length = 0;

	for (guint c = 0; c < choice->categories->len; c++)
		length += strlen(choice->categories->pdata[c]) + 2;
	return length > LABELS_IN_A_ROW;
}

static void add_data(GString *script, const struct pb_plot_choice *choice)
{
	char number[G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append(script, "$DATA << END_OF_DATA\n");
	for (guint c = 0; c < choice->categories->len; c++) {
		g_autofree char *label = safe(choice->categories->pdata[c], LONGEST_CATEGORY);

		g_string_append_printf(script, "\"%s\"", label);
		for (guint s = 0; s < choice->series->len; s++) {
			const struct pb_plot_series *series = choice->series->pdata[s];
			double value = series->values[c];

			g_string_append_printf(
				script, " %s",
				isnan(value)
					? "NaN"
					: g_ascii_formatd(number, sizeof(number), "%.10g", value));
		}
		g_string_append_c(script, '\n');
	}
	g_string_append(script, "END_OF_DATA\n");
}

static char *script_of(const struct pb_plot_choice *choice, const char *prefix)
{
	GString *script = g_string_new(NULL);
	guint key_lines = (choice->series->len + 1) / 2;
	struct range range = range_of(choice);

	add_text(script, "PREFIX", prefix);
	add_text(script, "XLABEL", choice->x_label);
	add_text(script, "YLABEL", choice->y_label);
	g_string_append_printf(
		script,
		"WIDTH = %d\nHEIGHT = %u\nN = %u\nC = %u\nLOG = %d\nSLANT = %d\nLARGE = %d\n",
		PLOT_WIDTH, PLOT_HEIGHT + key_lines * KEY_LINE_HEIGHT, choice->series->len,
		choice->categories->len, wants_log(choice, range), wants_slant(choice),
		range.high >= LARGE);
	g_string_append_printf(script, "array TITLES[%u]\n", choice->series->len);
	for (guint s = 0; s < choice->series->len; s++) {
		const struct pb_plot_series *series = choice->series->pdata[s];
		g_autofree char *name = g_strdup_printf("TITLES[%u]", s + 1);

		add_text(script, name, series->label);
	}
	add_data(script, choice);
	g_string_append(script, pb_asset_plot_common_gp);
	g_string_append(script, choice->lines ? pb_asset_plot_lines_gp : pb_asset_plot_bars_gp);
	return g_string_free(script, FALSE);
}

/* One run of the child, as the callbacks see it. */
struct child {
	GMainLoop *loop;
	GCancellable *cancel;
	char *output;
	char *complaint;
	GError *error;
	bool late;
};

static gboolean on_late(void *data)
{
	struct child *child = data;

	child->late = true;
	g_cancellable_cancel(child->cancel);
	return G_SOURCE_REMOVE;
}

static void on_done(GObject *source, GAsyncResult *answer, void *data)
{
	struct child *child = data;

	g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), answer, &child->output,
					     &child->complaint, &child->error);
	g_main_loop_quit(child->loop);
}

/* Waits for the child in a main context of its own: the caller's is not to run meanwhile. */
static void communicate(GSubprocess *process, const char *input, struct child *child)
{
	GMainContext *context = g_main_context_new();
	GSource *timer = g_timeout_source_new_seconds(TIME_LIMIT_SECONDS);

	g_main_context_push_thread_default(context);
	child->loop = g_main_loop_new(context, FALSE);
	child->cancel = g_cancellable_new();
	g_source_set_callback(timer, on_late, child, NULL);
	g_source_attach(timer, context);
	g_subprocess_communicate_utf8_async(process, input, child->cancel, on_done, child);
	g_main_loop_run(child->loop);
	g_source_destroy(timer);
	g_source_unref(timer);
	if (child->error)
		g_subprocess_force_exit(process);
	g_subprocess_wait(process, NULL, NULL);
	g_clear_object(&child->cancel);
	g_main_loop_unref(child->loop);
	g_main_context_pop_thread_default(context);
	g_main_context_unref(context);
}

static int start(GSubprocess **ret_process, GError **ret_error)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
		G_SUBPROCESS_FLAGS_STDERR_PIPE);
	g_autoptr(GError) error = NULL;

	g_subprocess_launcher_setenv(launcher, "LC_ALL", "C.UTF-8", TRUE);
	*ret_process = g_subprocess_launcher_spawn(launcher, &error, "gnuplot", "-d", "-", NULL);
	if (*ret_process)
		return 0;
	return pb_fail(ret_error, ENOENT, PB_EXIT_ENVIRONMENT,
		       "gnuplot, which draws the plots of a report, cannot be started: %s; install "
		       "it with: apt-get install gnuplot-nox",
		       error->message);
}

/* *ret_svg is what gnuplot wrote; the caller frees it. */
static int run_gnuplot(const char *script, char **ret_svg, GError **ret_error)
{
	g_autoptr(GSubprocess) process = NULL;
	struct child child = {};
	int ret = start(&process, ret_error);

	if (ret < 0)
		return ret;
	communicate(process, script, &child);
	if (child.late)
		ret = pb_fail(ret_error, ETIMEDOUT, PB_EXIT_ENVIRONMENT,
			      "gnuplot did not finish a plot in %d seconds; render again with "
			      "`./run.sh report DIR` when the machine is less loaded",
			      TIME_LIMIT_SECONDS);
	else if (child.error || !g_subprocess_get_successful(process) || !child.output)
		ret = pb_fail(
			ret_error, EIO, PB_EXIT_ENVIRONMENT,
			"gnuplot failed: %s; check `gnuplot --version` (5.4 is known to work)",
			child.error ? child.error->message : g_strstrip(child.complaint));
	else
		*ret_svg = g_steal_pointer(&child.output);
	g_clear_error(&child.error);
	g_free(child.output);
	g_free(child.complaint);
	return ret;
}

static int draw(const struct pb_plot_choice *choice, guint number, GPtrArray *plots,
		GError **ret_error)
{
	g_autofree char *prefix = g_strdup_printf("plot%u", number);
	g_autofree char *script = script_of(choice, prefix);
	g_autofree char *raw = NULL;
	g_autofree char *svg = NULL;
	struct pb_plot *plot;
	int ret = run_gnuplot(script, &raw, ret_error);

	if (ret < 0)
		return ret;
	svg = pb_svg_adapt(raw, prefix, choice->title);
	if (!svg)
		return pb_fail(
			ret_error, EIO, PB_EXIT_ENVIRONMENT,
			"gnuplot wrote no SVG for the plot \"%s\"; check that `gnuplot -e 'set "
			"terminal svg'` works",
			choice->title);
	plot = g_new0(struct pb_plot, 1);
	plot->title = g_strdup(choice->title);
	plot->caption = g_strdup(choice->caption);
	plot->svg = g_steal_pointer(&svg);
	g_ptr_array_add(plots, plot);
	return 0;
}

int pb_plot_draw(const struct pb_result *result, GPtrArray **ret_plots, GError **ret_error)
{
	g_autoptr(GPtrArray) choices = pb_plot_choose(result);
	g_autoptr(GPtrArray) plots = g_ptr_array_new_with_free_func(plot_free);

	for (guint i = 0; i < choices->len; i++) {
		int ret = draw(choices->pdata[i], i + 1, plots, ret_error);

		if (ret < 0)
			return ret;
	}
	*ret_plots = g_steal_pointer(&plots);
	return 0;
}
