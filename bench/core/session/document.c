/* The result document of a session: see document.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "pinbench/result.h"
#include "bench/core/list.h"
#include "bench/core/session/document.h"
#include "bench/core/session/host.h"
#include "bench/core/session/merge.h"
#include "bench/core/session/order.h"
#include "bench/core/sysfile.h"

static json_t *run_object(const struct document_inputs *in)
{
	const char *profile = json_string_value(json_object_get(in->plan, "profile"));
	const char *command = json_string_value(json_object_get(in->plan, "command"));

	return json_pack("{s:s, s:s, s:s, s:f, s:b, s:i}", "command",
			 command ? command : "pinbench-agent run", "profile",
			 profile ? profile : "a plan", "started", in->started, "wall_seconds",
			 in->wall_seconds, "interrupted", runner_interrupted != 0, "repetitions",
			 in->runner->repetitions);
}

/* Of the first case that says what its clock costs: of the module's, else of user space's. */
static json_t *find_clock(const struct document_inputs *in)
{
	static const char *const facts[] = {"call_overhead", "user_call_overhead"};
	static const char *const sources[] = {"ktime_get_raw_ns", "clock_gettime"};

	for (size_t kind = 0; kind < 2; kind++) {
		for (size_t i = 0; i < in->count; i++) {
			const json_t *one = in->rounds[i * in->round_count];
			json_t *cost = json_object_get(json_object_get(one, "facts"), facts[kind]);

			if (cost)
				return json_pack("{s:s, s:{s:O, s:s}}", "source", sources[kind],
						 "overhead", "value", cost, "unit", "ns");
		}
	}
	return NULL;
}

static json_t *clock_object(const struct document_inputs *in)
{
	json_t *ret = find_clock(in);

	if (ret && in->sample_insns > 0)
		json_object_set_new(ret, "sample_insns", json_real(in->sample_insns));
	return ret;
}

static void add_boot_id(json_t *environment)
{
	char id[64];

	if (!sysfile_read("/proc/sys/kernel/random/boot_id", id, sizeof(id)))
		json_object_set_new(environment, "boot_id", json_string(id));
}

static json_t *starts_of_whole_rounds(const struct document_inputs *in)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < in->rounds_done; i++)
		json_array_append(ret, json_array_get(in->round_starts, i));
	return ret;
}

static size_t rounds_told(const struct document_inputs *in)
{
	return in->rounds_done ? in->rounds_done : 1;
}

static json_t *environment_object(const struct document_inputs *in)
{
	json_t *ret = json_pack("{s:s, s:s, s:i, s:s, s:i}", "kind", PB_KIND_NATIVE, "evidence",
				PB_EVIDENCE_TIMED, "boots", (int)rounds_told(in), "replicate",
				PB_REPLICATE_ROUND, "order_seed", (int)ORDER_SEED);
	json_t *host = host_describe();

	json_object_update_missing(ret, host);
	json_decref(host);
	add_boot_id(ret);
	json_object_set_new(ret, "clock", clock_object(in));
	json_object_set_new(ret, "boot_starts", starts_of_whole_rounds(in));
	json_object_set_new(ret, PB_ENVIRONMENT_PLACE, place_to_json(&in->runner->place));
	json_object_set_new(ret, "limits", limits_to_json(&in->runner->limits));
	json_object_set_new(ret, "floor", floor_to_json(in->floor));
	json_object_set(ret, PB_ENVIRONMENT_NOISE,
			json_object_get(in->environment, PB_ENVIRONMENT_NOISE));
	json_object_set(ret, PB_ENVIRONMENT_PERF,
			json_object_get(in->environment, PB_ENVIRONMENT_PERF));
	return ret;
}

/* As `list` has it, of the benchmarks that have a case here. */
static json_t *benchmarks_object(const struct document_inputs *in)
{
	static const char *const keys[] = {"summary", "path", "inside", "outside",
					   PB_BENCHMARK_EMULATED};
	json_t *ret = json_object(), *all = list_to_json(), *one;
	size_t i;

	json_array_foreach (all, i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));
		bool wanted = false;

		for (size_t c = 0; c < in->count && !wanted; c++)
			wanted = !strcmp(in->ids[c].bench->name, name);
		if (!wanted)
			continue;
		json_object_set_new(ret, name, json_object());
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			json_object_set(json_object_get(ret, name), keys[k],
					json_object_get(one, keys[k]));
	}
	json_decref(all);
	return ret;
}

static json_t *unfinished_case(const struct case_id *id)
{
	json_t *params = json_object();

	for (size_t i = 0; id->bench->params[i]; i++)
		json_object_set_new(params, id->bench->params[i]->name, json_string(id->values[i]));
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:[], s:{}, s:{}}", "id", id->text, "benchmark",
			 id->bench->name, "params", params, "outcome", PB_OUTCOME_FAIL, "reason",
			 "not run: the run was interrupted", "metrics", "counters", "facts");
}

/* A case that a round did not go well for is not run in later ones: those that there are. */
static json_t *case_object(const struct document_inputs *in, size_t i)
{
	json_t *const *rounds = &in->rounds[i * in->round_count];
	size_t count = 0;

	while (count < rounds_told(in) && rounds[count])
		count++;
	return count ? merge_rounds(rounds, count) : unfinished_case(&in->ids[i]);
}

static json_t *cases_array(const struct document_inputs *in)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < in->count; i++)
		json_array_append_new(ret, case_object(in, i));
	return ret;
}

static json_t *document_of(const struct document_inputs *in)
{
	return json_pack("{s:s, s:{s:s, s:s}, s:o, s:o, s:o, s:o, s:[]}", "schema",
			 PB_RESULT_SCHEMA, "tool", "version", PINBENCH_VERSION, "commit", "unknown",
			 "run", run_object(in), "environment", environment_object(in), "benchmarks",
			 benchmarks_object(in), "cases", cases_array(in), "failures");
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t done = write(fd, text, left);

		if (done < 0)
			return -errno;
		text += done;
		left -= (size_t)done;
	}
	return fsync(fd) ? -errno : 0;
}

static int replace(const char *directory, const char *text)
{
	char path[4096], new_path[4096];
	int fd, err;

	snprintf(path, sizeof(path), "%s/" PB_RESULT_FILE, directory);
	snprintf(new_path, sizeof(new_path), "%s/." PB_RESULT_FILE, directory);
	fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text);
	close(fd);
	if (!err && rename(new_path, path))
		err = -errno;
	if (err)
		unlink(new_path);
	return err;
}

int document_write(const struct document_inputs *in, const char *directory)
{
	json_t *document = document_of(in);
	char *text =
		json_dumps(document, JSON_INDENT(1) | JSON_REAL_PRECISION(PB_RESULT_PRECISION));
	int err = text ? replace(directory, text) : -ENOMEM;

	free(text);
	json_decref(document);
	return err;
}
