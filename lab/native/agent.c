/* The agent on this machine: see agent.h. */
#include "lab/native/agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lab/util/files.h"
#include "lab/util/process.h"
#include "pinbench/result.h"
#include "reports/error.h"

#define EVENTS_FILE "/dev/stdout"

struct listener {
	const struct pb_agent_run *run;
	guint begun;
	GString *words; /* what it said that is no event: an error */
};

static void hear(const char *line, void *context)
{
	struct listener *listener = context;
	json_t *event = json_loads(line, 0, NULL);
	const char *name = json_string_value(json_object_get(event, PB_EVENT));
	const char *id = json_string_value(json_object_get(event, "id"));

	/* An event that is longer than a line may be is cut, and still none. */
	if (*line && *line != '{')
		g_string_append_printf(listener->words, "%s%s", listener->words->len ? "\n" : "",
				       line);
	if (name && !strcmp(name, PB_EVENT_CASE_BEGIN)) {
		pb_progress_update(listener->run->progress, listener->begun,
				   MAX(listener->run->steps, listener->begun), id);
		listener->begun++;
	}
	json_decref(event);
}

static GPtrArray *arguments(const struct pb_agent_run *run, const char *plan_path)
{
	GPtrArray *argv = g_ptr_array_new();

	g_ptr_array_add(argv, (char *)run->agent);
	g_ptr_array_add(argv, "run");
	g_ptr_array_add(argv, "--out");
	g_ptr_array_add(argv, EVENTS_FILE);
	g_ptr_array_add(argv, "--result");
	g_ptr_array_add(argv, (char *)run->out);
	g_ptr_array_add(argv, "--dir");
	g_ptr_array_add(argv, (char *)run->scratch);
	for (const char *const *device = run->devices; device && *device; device++) {
		g_ptr_array_add(argv, "--device");
		g_ptr_array_add(argv, (char *)*device);
	}
	g_ptr_array_add(argv, (char *)plan_path);
	g_ptr_array_add(argv, NULL);
	return argv;
}

static int judge(const struct listener *listener, int status, GError **ret_error)
{
	const char *words = listener->words->len ? listener->words->str : "it did not say why";

	if (status == PB_EXIT_OK)
		return 0;
	if (status == PB_EXIT_INTERRUPTED)
		return pb_fail(ret_error, EINTR, PB_EXIT_INTERRUPTED,
			       "the agent was interrupted; what it had finished is in the result");
	return pb_fail(ret_error, status == PB_EXIT_USAGE ? EINVAL : EIO,
		       status == PB_EXIT_USAGE ? PB_EXIT_USAGE : PB_EXIT_ENVIRONMENT, "%s", words);
}

int pb_agent_run(const struct pb_agent_run *run, GError **ret_error)
{
	struct listener listener = {.run = run};
	g_autofree char *plan_path = g_build_filename(run->out, PB_AGENT_PLAN_FILE, NULL);
	g_autoptr(GPtrArray) argv = arguments(run, plan_path);
	char *text = json_dumps(run->plan, JSON_INDENT(1));
	int status = 0, err;
	struct pb_command command = {
		.argv = (const char *const *)argv->pdata,
		.on_line = hear,
		.context = &listener,
		.ret_status = &status,
	};

	err = pb_write_atomic(plan_path, text, ret_error);
	free(text);
	if (err)
		return err;
	listener.words = g_string_new(NULL);
	err = pb_command_run(&command, NULL, ret_error);
	if (!err)
		err = judge(&listener, status, ret_error);
	g_string_free(listener.words, TRUE);
	return err;
}
