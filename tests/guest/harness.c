/* Running the built pinbench as a user does: see harness.h. */
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab/util/files.h"
#include "tests/guest/harness.h"

void outcome_clear(struct outcome *o)
{
	g_free(o->out);
	g_free(o->err);
	*o = (struct outcome){0};
}

static int open_temporary(char **ret_path)
{
	*ret_path = g_strdup("/tmp/pinbench-test-XXXXXX");
	return g_mkstemp(*ret_path);
}

struct running pinbench_start(const char *environment, const char *const *arguments)
{
	struct running r = {.begin = g_get_monotonic_time()};
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	int out = open_temporary(&r.out_path), err = open_temporary(&r.err_path);

	g_ptr_array_add(argv, PINBENCH_BUILD_DIR "/pinbench");
	for (; *arguments; arguments++)
		g_ptr_array_add(argv, (char *)*arguments);
	g_ptr_array_add(argv, NULL);
	r.pid = fork();
	if (!r.pid) {
		if (environment)
			putenv((char *)environment);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		execv(argv->pdata[0], (char **)argv->pdata);
		_exit(127);
	}
	assert_true(r.pid > 0);
	close(out);
	close(err);
	return r;
}

struct outcome pinbench_wait(struct running *r)
{
	struct outcome o = {0};
	int status;

	assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
	o.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	o.seconds = (double)(g_get_monotonic_time() - r->begin) / G_USEC_PER_SEC;
	assert_true(g_file_get_contents(r->out_path, &o.out, NULL, NULL));
	assert_true(g_file_get_contents(r->err_path, &o.err, NULL, NULL));
	unlink(r->out_path);
	unlink(r->err_path);
	g_free(r->out_path);
	g_free(r->err_path);
	return o;
}

static struct outcome run(const char *environment, const char *first, va_list args)
{
	g_autoptr(GPtrArray) arguments = g_ptr_array_new();
	struct running r;

	for (; first; first = va_arg(args, const char *))
		g_ptr_array_add(arguments, (char *)first);
	g_ptr_array_add(arguments, NULL);
	r = pinbench_start(environment, (const char *const *)arguments->pdata);
	return pinbench_wait(&r);
}

struct outcome pinbench(const char *first, ...)
{
	struct outcome o;
	va_list args;

	va_start(args, first);
	o = run(NULL, first, args);
	va_end(args);
	return o;
}

struct outcome pinbench_with(const char *environment, const char *first, ...)
{
	struct outcome o;
	va_list args;

	va_start(args, first);
	o = run(environment, first, args);
	va_end(args);
	return o;
}

char *scratch(const char *name)
{
	g_autofree char *pattern = g_strdup_printf("pinbench-%s-XXXXXX", name);
	char *directory = g_dir_make_tmp(pattern, NULL);

	assert_non_null(directory);
	return directory;
}

void forget(char *directory)
{
	pb_remove_tree(directory, NULL);
	g_free(directory);
}

json_t *load_result(const char *directory)
{
	g_autofree char *path = g_build_filename(directory, "result.json", NULL);
	json_t *result = json_load_file(path, 0, NULL);

	assert_non_null(result);
	return result;
}

char *cases_text(const char *directory)
{
	json_t *result = load_result(directory);
	char *text = json_dumps(json_object_get(result, "cases"), JSON_REAL_PRECISION(17));

	assert_non_null(text);
	json_decref(result);
	return text;
}

const json_t *find_case(const json_t *result, const char *id)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(result, "cases"), i, one) {
		if (!strcmp(text_at(one, "id"), id))
			return one;
	}
	return NULL;
}

const char *text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

double median_of(const json_t *one, const char *metric)
{
	json_t *m;
	size_t i;

	json_array_foreach (json_object_get(one, "metrics"), i, m) {
		if (!strcmp(text_at(m, "name"), metric))
			return json_number_value(json_object_get(m, "median"));
	}
	fail_msg("%s has no metric %s", text_at(one, "id"), metric);
	return 0;
}

void assert_status(const struct outcome *o, int status)
{
	if (o->status != status)
		fail_msg("exit status %d, not %d\n%s\n%s", o->status, status, o->out, o->err);
}

void assert_says(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("'%s' is not said in:\n%s", what, text);
}

double fact_of(const json_t *one, const char *name)
{
	const json_t *value = json_object_get(json_object_get(one, "facts"), name);

	if (!json_is_number(value))
		fail_msg("%s has no fact %s", text_at(one, "id"), name);
	return json_number_value(value);
}

json_t *measure_cases(const char *kernel, const char *jobs, const char *const *ids, size_t count)
{
	char *out = scratch("cases");
	const char *options[] = {"run",	  "--quiet", "--kernel", kernel,
				 "--out", out,	     "--jobs",	 jobs};
	g_autoptr(GPtrArray) arguments = g_ptr_array_new();
	struct running running;
	struct outcome o;
	json_t *result;

	for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
		g_ptr_array_add(arguments, (char *)options[i]);
	for (size_t i = 0; i < count; i++)
		g_ptr_array_add(arguments, (char *)ids[i]);
	g_ptr_array_add(arguments, NULL);
	running = pinbench_start(NULL, (const char *const *)arguments->pdata);
	o = pinbench_wait(&running);
	assert_status(&o, 0);
	result = load_result(out);
	outcome_clear(&o);
	forget(out);
	return result;
}

double figure_in(const json_t *result, const char *id, const char *metric)
{
	return median_of(find_case(result, id), metric);
}

double fact_in(const json_t *result, const char *id, const char *name)
{
	return fact_of(find_case(result, id), name);
}

void assert_outcome(const json_t *result, const char *id, const char *outcome)
{
	assert_string_equal(text_at(find_case(result, id), "outcome"), outcome);
}
