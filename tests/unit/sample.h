/*
 * A small but whole result for the tests of the reports: three measured cases of
 * two benchmarks, two skips of one reason, a panic.
 */
#ifndef PINBENCH_TESTS_SAMPLE_H
#define PINBENCH_TESTS_SAMPLE_H

#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>
#include <jansson.h>

#include "pinbench/result.h"
#include "reports/result.h"

/* Single quotes stand for double ones. */
#define SAMPLE_CASE(params_text, params, reason, metrics)                                      \
	"{'id':'gup/pin[" params_text "]','benchmark':'gup/pin','params':{" params "}," reason \
	"'metrics':[" metrics "],"                                                             \
	"'counters':{'nr_foll_pin_acquired':{'value':4096,'per':'region'}},"                   \
	"'facts':{'pages':4096,'slow':false,'note':'n <&>','odd':null,'ratio':0.25}}"

#define SAMPLE_METRICS(value)                                                                  \
	"{'name':'pin','unit':'insn/page','better':'lower','primary':true,"                    \
	"'boots':[[" value "," value "]],'median':" value ",'min':" value ",'max':" value "}," \
	"{'name':'p99','unit':'insn/call','better':'lower','primary':false,"                   \
	"'boots':[[7,9]],'median':8.0,'min':7,'max':9}"

/* clang-format off */
static const char sample_text[] =
	"{'schema':'pinbench-result/1','tool':{'version':'0.1.0','commit':'abc123'},"
	"'run':{'command':'./run.sh run --profile quick','profile':'quick',"
	"'started':'2026-11-21T12:00:00Z','wall_seconds':21.5,'interrupted':false},"
	"'environment':{'kind':'guest','evidence':'counted','boots':1,"
	"'kernel':{'spec':'6.12','release':'6.12.117','config_sha256':'c0ffee0123456789',"
	"'text_sha256':'decade0123456789','options':{'CONFIG_HZ':'100'}},"
	"'machine':{'name':'plain'},'emulator':'QEMU emulator version 7.2.22','cpu':'max',"
	"'memory':'512 MiB','toolchain':'gcc 12.2.0',"
	"'clock':{'source':'tsc','per_insn':1,'overhead':{'value':18,'unit':'insn'}}},"
	"'benchmarks':{'gup/pin':{'summary':'Pins <b>memory</b>.','path':'pin_user_pages()',"
	"'inside':'the call','outside':'faults'}},"
	"'cases':["
	SAMPLE_CASE("backing=anon,batch=1", "'backing':'anon','batch':'1','size':'16m'",
		    "'outcome':'ok',", SAMPLE_METRICS("2664")) ","
	SAMPLE_CASE("backing=anon,batch=512", "'backing':'anon','batch':'512','size':'16m'",
		    "'outcome':'ok',", SAMPLE_METRICS("64.125")) ","
	SAMPLE_CASE("backing=shmem,batch=512", "'backing':'shmem','batch':'512','size':'16m'",
		    "'outcome':'ok',", SAMPLE_METRICS("70.5")) ","
	SAMPLE_CASE("backing=pfnmap,batch=1", "'backing':'pfnmap','batch':'1'",
		    "'outcome':'skip','reason':'no | way <here>',", "") ","
	SAMPLE_CASE("backing=pfnmap,batch=2", "'backing':'pfnmap','batch':'2'",
		    "'outcome':'skip','reason':'no | way <here>',", "") ","
	SAMPLE_CASE("backing=bad,batch=1", "'backing':'bad','batch':'1'",
		    "'outcome':'fail','reason':'it broke',", "")
	"],'failures':[{'kind':'panic','case':'gup/pin[backing=bad,batch=1]',"
	"'detail':'Kernel panic','console':'console-3.log',"
	"'tail':['<script>alert(1)</script>','\\u001b[31mred']}]}";
/* clang-format on */

/* Caller unrefs. */
static inline json_t *sample_root(void)
{
	g_autofree char *text = g_strdelimit(g_strdup(sample_text), "'", '"');

	return json_loads(text, 0, NULL);
}

/* The member at a path such as cases.0.metrics.1.unit; NULL if there is none. */
static inline json_t *sample_at(json_t *root, const char *path)
{
	g_auto(GStrv) steps = g_strsplit(path, ".", -1);
	json_t *at = root;

	for (size_t i = 0; steps[i] && at; i++)
		at = json_is_array(at) ? json_array_get(at, strtoul(steps[i], NULL, 10))
				       : json_object_get(at, steps[i]);
	return at;
}

/* Replaces the member at @path, or removes it if @value is NULL. Takes @value. */
static inline void sample_set(json_t *root, const char *path, json_t *value)
{
	g_autofree char *parent = g_strdup(path);
	char *dot = strrchr(parent, '.');
	const char *key = dot ? dot + 1 : path;
	json_t *object = root;

	if (dot) {
		*dot = '\0';
		object = sample_at(root, parent);
	}
	if (json_is_array(object))
		json_array_set_new(object, strtoul(key, NULL, 10), value);
	else if (value)
		json_object_set_new(object, key, value);
	else
		json_object_del(object, key);
}

/* @root as a result that was saved and read back, in the folder @name of @state. Takes @root. */
static inline struct pb_result *sample_load(void **state, const char *name, json_t *root)
{
	g_autofree char *directory = g_build_filename(*state, name, NULL);
	struct pb_result *result = NULL;

	g_mkdir(directory, 0755);
	g_assert_cmpint(pb_result_save(root, directory, NULL), ==, 0);
	json_decref(root);
	g_assert_cmpint(pb_result_load(directory, &result, NULL), ==, 0);
	return result;
}

static inline void sample_remove_dir(const char *dir)
{
	static const char *const names[] = {PB_RESULT_FILE, "report.html", "report.md"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(dir, names[i], NULL);

		g_unlink(path);
	}
	g_rmdir(dir);
}

#endif
