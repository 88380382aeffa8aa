/* From what came out of guests to result.json: see collect.h. */
#include <string.h>
#include "lab/guest/pin.h"
#include "lab/run/collect.h"
#include "lab/run/plan.h"
#include "pinbench/result.h"
#include "reports/result.h"

void pb_attempt_clear(struct pb_attempt *attempt)
{
	json_decref(attempt->measured);
	json_decref(attempt->regions);
	json_decref(attempt->environment);
	json_decref(attempt->vcpus);
	json_decref(attempt->failure);
	json_decref(attempt->reached);
	pb_counted_clear(&attempt->counted);
	g_free(attempt->profile_folder);
	*attempt = (struct pb_attempt){0};
}

/* A dying guest writes anything: what is no UTF-8 must not undo its failure. */
static json_t *failure_new(const char *kind, const char *id, const char *detail,
			   const char *console, char **tail)
{
	g_autofree char *text = g_utf8_make_valid(detail, -1);
	json_t *lines = json_array();

	for (; tail && *tail; tail++)
		json_array_append_new(lines, json_string(*tail));
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "kind", kind, "case", id, "detail", text,
			 "console", console, "tail", lines);
}

static const char *reason_of(const json_t *measured)
{
	const char *reason = json_string_value(json_object_get(measured, "reason"));

	return reason ? reason : "no reason given";
}

static void take_event(struct pb_attempt *attempt, json_t *event, const char *console)
{
	const char *name = json_string_value(json_object_get(event, PB_EVENT));
	const char *lost = json_string_value(json_object_get(event, "lost"));
	json_t *measured = json_object_get(event, PB_EVENT_CASE);

	if (!name)
		return;
	if (!strcmp(name, PB_EVENT_ENVIRONMENT)) {
		json_decref(attempt->environment);
		attempt->environment = json_incref(event);
	}
	if (strcmp(name, PB_EVENT_CASE) ||
	    g_strcmp0(json_string_value(json_object_get(measured, "id")), attempt->id))
		return;
	json_decref(attempt->measured);
	attempt->measured = json_incref(measured);
	json_decref(attempt->regions);
	attempt->regions = json_incref(json_object_get(measured, PB_EVENT_REGIONS));
	json_object_del(measured, PB_EVENT_REGIONS);
	if (lost)
		attempt->failure =
			failure_new(lost, attempt->id, reason_of(measured), console, NULL);
}

GPtrArray *pb_begun_cases(const struct pb_guest_end *end)
{
	g_auto(GStrv) lines = g_strsplit(end->events ? end->events : "", "\n", -1);
	GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);

	for (char **line = lines; *line; line++) {
		json_t *event = json_loads(*line, 0, NULL);
		const char *name = json_string_value(json_object_get(event, PB_EVENT));
		const char *id = json_string_value(json_object_get(event, "id"));

		if (id && !g_strcmp0(name, PB_EVENT_CASE_BEGIN))
			g_ptr_array_add(ids, g_strdup(id));
		json_decref(event);
	}
	return ids;
}

/* Why the agent refused the plan; NULL if it did not. The caller frees. */
static char *refusal(char **lines)
{
	char *ret = NULL;

	for (; *lines && !ret; lines++) {
		json_t *event = json_loads(*lines, 0, NULL);
		const char *name = json_string_value(json_object_get(event, PB_EVENT));

		if (!g_strcmp0(name, PB_EVENT_REFUSED))
			ret = g_strdup_printf("the agent refused its plan: %s", reason_of(event));
		json_decref(event);
	}
	return ret;
}

/* The guest's end is the doing of the case that was begun last. */
static bool was_finished(const struct pb_attempt *attempt, const struct pb_guest_end *end)
{
	g_autoptr(GPtrArray) begun = pb_begun_cases(end);

	return attempt->measured && begun->len &&
	       strcmp(begun->pdata[begun->len - 1], attempt->id) != 0;
}

static json_t *vcpus_array(const GArray *vcpus)
{
	json_t *ret = json_array();

	for (guint i = 0; i < vcpus->len; i++) {
		const struct pb_vcpu *one = &g_array_index(vcpus, struct pb_vcpu, i);

		json_array_append_new(ret, json_pack("[ii]", one->vcpu, one->cpu));
	}
	return ret;
}

void pb_attempt_fill(struct pb_attempt *attempt, const struct pb_guest_end *end,
		     const char *console)
{
	g_auto(GStrv) lines = g_strsplit(end->events ? end->events : "", "\n", -1);
	g_autofree char *refused = refusal(lines);

	if (end->vcpus && end->vcpus->len && !attempt->vcpus)
		attempt->vcpus = vcpus_array(end->vcpus);
	for (char **line = lines; *line; line++) {
		/* A line cut short by the machine's end is no event. */
		json_t *event = json_loads(*line, 0, NULL);

		if (event)
			take_event(attempt, event, console);
		json_decref(event);
	}
	if (attempt->failure || was_finished(attempt, end))
		return;
	if (end->failure)
		attempt->failure =
			failure_new(end->failure, attempt->id, end->detail, console, end->tail);
	else if (!attempt->measured)
		attempt->failure = failure_new(PB_FAILURE_AGENT, attempt->id,
					       refused ? refused
						       : "the agent left no result; is the disk "
							 "full that results are written to?",
					       console, end->tail);
}

static json_t *lost_case(const struct pb_attempt *attempt)
{
	g_autofree char *benchmark = pb_case_benchmark(attempt->id);
	const char *kind = json_string_value(json_object_get(attempt->failure, "kind"));
	const char *detail = json_string_value(json_object_get(attempt->failure, "detail"));
	g_autofree char *reason = g_strdup_printf("%s: %s", kind ? kind : "not run",
						  detail ? detail : "the run was interrupted");

	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:[], s:{}, s:{}}", "id", attempt->id,
			 "benchmark", benchmark, "params", pb_case_params(attempt->id), "outcome",
			 PB_OUTCOME_FAIL, "reason", reason, "metrics", "counters", "facts");
}

static bool is_ok(const struct pb_attempt *attempt)
{
	const char *outcome = json_string_value(json_object_get(attempt->measured, "outcome"));

	return !attempt->failure && outcome && !strcmp(outcome, PB_OUTCOME_OK);
}

static const char *name_of(const json_t *metric)
{
	return json_string_value(json_object_get(metric, "name"));
}

/* Adds the sample list of the same metric of a later boot to the first boot's. */
static void add_boot(json_t *metric, const struct pb_attempt *attempt)
{
	json_t *other;
	size_t i;

	json_array_foreach (json_object_get(attempt->measured, "metrics"), i, other) {
		if (!g_strcmp0(name_of(metric), name_of(other)))
			json_array_extend(json_object_get(metric, "boots"),
					  json_object_get(other, "boots"));
	}
}

/* One boot that is not the same every time is enough. */
static void add_not_deterministic(json_t *ret, const struct pb_attempt *attempts, guint boots)
{
	for (guint boot = 0; boot < boots; boot++) {
		json_t *why = json_object_get(attempts[boot].measured, PB_CASE_NOT_DETERMINISTIC);

		if (why && !json_object_get(ret, PB_CASE_NOT_DETERMINISTIC))
			json_object_set(ret, PB_CASE_NOT_DETERMINISTIC, why);
	}
}

/* Counters and facts are those of the first boot, and so is what the emulator counted. */
static void add_counted(json_t *ret, const struct pb_attempt *first)
{
	if (first->reached)
		json_object_set(ret, "reached", first->reached);
	if (first->counted.counters)
		json_object_update(json_object_get(ret, "counters"), first->counted.counters);
	if (first->profile_folder)
		json_object_set_new(ret, "profile", json_string(first->profile_folder));
	if (first->counted.error)
		json_object_set_new(ret, "profile_error", json_string(first->counted.error));
}

json_t *pb_collect_case(const struct pb_attempt *attempts, guint boots)
{
	json_t *ret, *metric;
	size_t i;

	/* The first that is not ok speaks for the case. */
	for (guint boot = 0; boot < boots; boot++) {
		if (attempts[boot].failure || !attempts[boot].measured)
			return lost_case(&attempts[boot]);
		if (!is_ok(&attempts[boot]))
			return json_incref(attempts[boot].measured);
	}
	ret = json_deep_copy(attempts[0].measured);
	add_counted(ret, &attempts[0]);
	add_not_deterministic(ret, attempts, boots);
	json_array_foreach (json_object_get(ret, "metrics"), i, metric) {
		for (guint boot = 1; boot < boots; boot++)
			add_boot(metric, &attempts[boot]);
		pb_metric_summarise(metric);
	}
	return ret;
}
