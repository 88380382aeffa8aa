/* The benchmarks describing themselves: see list.h. */
#include "pinbench/result.h"
#include "bench/core/caseid.h"
#include "bench/core/list.h"

static const struct {
	enum bench_need need;
	const char *name;
} needs[] = {
	{BENCH_NEEDS_MODULE, "module"},
	{BENCH_NEEDS_GUP_TEST, "CONFIG_GUP_TEST"},
	{BENCH_NEEDS_LKDTM, "CONFIG_LKDTM"},
};

static json_t *metrics_to_json(const struct bench *bench)
{
	json_t *ret = json_array();

	for (const struct bench_metric *m = bench->metrics; m->name; m++)
		json_array_append_new(
			ret, json_pack("{s:s, s:s*, s:s*, s:s, s:s, s:b}", "name", m->name, "per",
				       m->per, "unit", m->unit, "help", m->help, "better",
				       m->higher_is_better ? PB_BETTER_HIGHER : PB_BETTER_LOWER,
				       "primary", !m->exploratory));
	return ret;
}

/* By value, for those that have one. */
static json_t *machines_to_json(const struct bench_param *param)
{
	json_t *ret = json_object();

	for (size_t i = 0; param->machines && param->allowed[i]; i++) {
		if (param->machines[i])
			json_object_set_new(ret, param->allowed[i],
					    json_string(param->machines[i]));
	}
	return ret;
}

static json_t *params_to_json(const struct bench *bench)
{
	json_t *ret = json_array();

	for (size_t i = 0; bench->params[i]; i++) {
		const struct bench_param *p = bench->params[i];
		json_t *allowed = json_array();

		for (size_t k = 0; p->allowed[k]; k++)
			json_array_append_new(allowed, json_string(p->allowed[k]));
		json_array_append_new(ret,
				      json_pack("{s:s, s:s, s:o, s:s, s:o}", "name", p->name,
						"default", p->fallback, "allowed", allowed, "help",
						p->help, "machines", machines_to_json(p)));
	}
	return ret;
}

static json_t *needs_to_json(const struct bench *bench)
{
	json_t *ret = json_array();

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (bench->needs & needs[i].need)
			json_array_append_new(ret, json_string(needs[i].name));
	}
	return ret;
}

/* NULL if it says nothing of it. */
static json_t *emulated_to_json(const struct bench *bench)
{
	if (!bench->emulated)
		return NULL;
	return json_pack("{s:s, s:s}", "says", bench->emulated->says, "cannot_say",
			 bench->emulated->cannot_say);
}

json_t *list_to_json(void)
{
	json_t *ret = json_array();

	for (size_t i = 0; bench_table[i]; i++) {
		const struct bench *b = bench_table[i];

		json_array_append_new(
			ret,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:b, s:b, s:o*}",
				  "name", b->name, "summary", b->summary, "path", b->path, "inside",
				  b->inside, "outside", b->outside, "metrics", metrics_to_json(b),
				  "params", params_to_json(b), "needs", needs_to_json(b), "machine",
				  b->machine ? b->machine : "plain", "timed_only", b->timed_only,
				  "hazard", b->hazard, PB_BENCHMARK_EMULATED, emulated_to_json(b)));
	}
	return ret;
}
