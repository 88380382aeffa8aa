/* A result as rows of the history: see describe.h. */
#include "reports/history/store/describe.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/history/kernel.h"
#include "reports/stats/paired.h"
#include "reports/stats/quantile.h"

#define SHORT_HASH 8

static char *known(const char *text)
{
	return g_strdup(text && strcmp(text, "unknown") ? text : "");
}

/* The same document has the same hash, however it is laid out. */
static char *hash_of(const json_t *root)
{
	char *text = json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT);
	char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

	free(text);
	return hash;
}

/* "plain 01234567, cma 89abcdef"; of one machine its name is that of the result's. */
static char *guest_machines(const struct pb_result *result)
{
	const struct pb_result_machine *machine = &result->environment.machine;
	json_t *environment = json_object_get(result->root, "environment");
	json_t *parts = json_object_get(json_object_get(environment, "machine"), "parts");
	GString *out = g_string_new(NULL);
	const char *name;
	json_t *sha256;

	json_object_foreach (parts, name, sha256)
		g_string_append_printf(out, "%s%s %.*s", out->len ? ", " : "", name, SHORT_HASH,
				       json_string_value(sha256));
	if (!out->len && machine->sha256 && !strchr(machine->name, ','))
		g_string_printf(out, "%s %.*s", machine->name, SHORT_HASH, machine->sha256);
	return g_string_free(out, FALSE);
}

static void describe_apparatus(const struct pb_result *result, struct pb_history_run *run)
{
	const struct pb_environment *e = &result->environment;

	run->apparatus[PB_APPARATUS_TOOLCHAIN] = known(e->toolchain);
	run->apparatus[PB_APPARATUS_EMULATOR] = known(e->emulator);
	run->apparatus[PB_APPARATUS_MACHINE] =
		e->native ? known(e->memory) : guest_machines(result);
	run->apparatus[PB_APPARATUS_TOOL] =
		g_strdup_printf("%s (%s)", result->tool.version, result->tool.commit);
}

static int read_start(const struct pb_result *result, struct pb_history_run *run,
		      GError **ret_error)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) start = g_date_time_new_from_iso8601(result->run.started, utc);

	if (!start)
		return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE,
			       "%s: run.started is '%s', which is no time of ISO 8601",
			       result->file, result->run.started);
	run->started = g_strdup(result->run.started);
	run->started_s = g_date_time_to_unix(start);
	return 0;
}

int pb_describe_run(const struct pb_result *result, const char *directory,
		    struct pb_history_run *ret_run, GError **ret_error)
{
	const struct pb_result_kernel *k = &result->environment.kernel;
	g_autofree char *text = known(k->text_sha256);

	*ret_run = (struct pb_history_run){
		.sha256 = hash_of(result->root),
		.release = g_strdup(k->release),
		.branch = pb_kernel_branch(k->release),
		.spec = g_strdup(k->spec),
		.name = pb_kernel_name(k->release, k->spec),
		.text_sha256 = *text ? g_steal_pointer(&text) : known(k->build_id),
		.config_sha256 = known(k->config_sha256),
		.evidence = g_strdup(result->environment.evidence),
		.kind = g_strdup(result->environment.kind),
		.profile = g_strdup(result->run.profile),
		.command = g_strdup(result->run.command),
		.directory = g_canonicalize_filename(directory, NULL),
		.interrupted = result->run.interrupted,
	};
	describe_apparatus(result, ret_run);
	return read_start(result, ret_run, ret_error);
}

static bool has_text(const char *text)
{
	return text && *text && strcmp(text, "unknown");
}

char *pb_describe_machine(const struct pb_result *result)
{
	const struct pb_environment *e = &result->environment;
	const char *what =
		has_text(e->machine.description) ? e->machine.description : e->machine.name;

	return g_strdup_printf("%s; %s", what, e->cpu);
}

static const char *machine_of_case(const struct pb_result *result, size_t index)
{
	json_t *cases = json_object_get(result->root, "cases");
	const char *own =
		json_string_value(json_object_get(json_array_get(cases, index), "machine"));

	return own ? own : result->environment.machine.name;
}

static void make_key(struct pb_history_series *series)
{
	g_autofree char *all = g_strjoin("\n", series->case_id, series->metric, series->unit,
					 series->evidence, series->machine, series->config, NULL);
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all, -1);

	g_strlcpy(series->key, hash, sizeof(series->key));
}

void pb_describe_series(const struct pb_describe_context *context, size_t index,
			const struct pb_metric *metric, struct pb_history_series *ret_series)
{
	const struct pb_result *result = context->result;
	const struct pb_case *c = &result->cases[index];
	const char *machine = context->machine ? context->machine : machine_of_case(result, index);

	*ret_series = (struct pb_history_series){
		.case_id = (char *)c->id,
		.benchmark = (char *)c->benchmark,
		.metric = (char *)metric->name,
		.unit = (char *)metric->unit,
		.evidence = (char *)result->environment.evidence,
		.machine = (char *)machine,
		.config = (char *)context->config,
		.higher_is_better = metric->higher_is_better,
		.primary = metric->primary,
		.is_exact = result->environment.counted && !c->not_deterministic,
		.min_effect_percent = metric->min_effect_percent,
	};
	make_key(ret_series);
}

/* Of one boot, which says nothing of others, the range of what was seen. */
static void set_interval(const struct pb_metric *metric, struct pb_history_point *point)
{
	g_autofree double *ln = g_new0(double, metric->boot_count);
	struct pb_paired t = {0};
	bool has_ln = metric->boot_count > 1;

	for (size_t i = 0; has_ln && i < metric->boot_count; i++) {
		ln[i] = log(pb_median(metric->boots[i].values, metric->boots[i].count));
		has_ln = isfinite(ln[i]);
	}
	if (!has_ln || pb_paired_t(ln, metric->boot_count, &t) || !isfinite(t.ci95.low) ||
	    !isfinite(t.ci95.high)) {
		point->low = metric->min;
		point->high = metric->max;
		return;
	}
	point->low = MIN(point->value, exp(t.ci95.low));
	point->high = MAX(point->value, exp(t.ci95.high));
}

bool pb_describe_point(const struct pb_result *result, const struct pb_metric *metric,
		       struct pb_history_point *ret_point)
{
	*ret_point = (struct pb_history_point){
		.boots = (guint)metric->boot_count,
		.value = metric->median,
		.low = metric->median,
		.high = metric->median,
	};
	if (!isfinite(metric->median) || !metric->boot_count)
		return false;
	if (!result->environment.counted)
		set_interval(metric, ret_point);
	return true;
}
