/* A run on this machine: see native.h. */
#include "lab/native/native.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>

#include "commit.h"
#include "lab/kernel/options.h"
#include "lab/native/agent.h"
#include "lab/native/append.h"
#include "lab/native/devices.h"
#include "lab/native/hugepages.h"
#include "lab/native/kernel.h"
#include "lab/native/perf.h"
#include "lab/native/profiles.h"
#include "lab/native/topology.h"
#include "lab/paths.h"
#include "lab/run/counters.h"
#include "lab/run/plan.h"
#include "lab/util/files.h"
#include "pinbench/result.h"
#include "reports/error.h"
#include "reports/result.h"

#define FLOOR_PROFILE "floor"
#define OUT_BYTES     (64ull << 20)

struct native {
	const struct pb_run_options *options;
	const struct pb_native_options *native;
	struct pb_progress *progress;
	struct pb_catalog *catalog;
	struct pb_plan *plan;
	struct pb_plan *floor;
	struct pb_lock *lock;
	struct pb_guard *guard;
	struct pb_append *append; /* NULL: the result is one of its own */
	json_t *module;		  /* environment.module */
	json_t *hugepages;	  /* environment.hugepages */
	GArray *cpus;		  /* of int */
};

static void native_clear(struct native *n)
{
	pb_append_close(n->append);
	pb_lock_release(n->lock);
	pb_plan_free(n->floor);
	pb_plan_free(n->plan);
	pb_catalog_free(n->catalog);
	json_decref(n->module);
	json_decref(n->hugepages);
	if (n->cpus)
		g_array_unref(n->cpus);
}

/* Where it is measured into. */
static const char *folder_of(const struct native *n)
{
	return n->append ? pb_append_folder(n->append) : n->options->out;
}

static int make_plan(struct native *n, GError **ret_error)
{
	const struct pb_run_options *o = n->options;
	g_autoptr(pb_plan) also = NULL;
	int err = pb_catalog_load(PB_PATH_AGENT, &n->catalog, ret_error);

	if (!err)
		err = pb_plan_make(n->catalog, PB_PATH_CONFIGS, o->profile, o->globs, &n->plan,
				   ret_error);
	if (!err && o->also_profile)
		err = pb_plan_make(n->catalog, PB_PATH_CONFIGS, o->also_profile, NULL, &also,
				   ret_error);
	if (!err && also)
		pb_plan_join(n->plan, also);
	if (!err)
		err = pb_plan_make(n->catalog, PB_PATH_CONFIGS, FLOOR_PROFILE, NULL, &n->floor,
				   ret_error);
	return err;
}

static int check(struct native *n, GError **ret_error)
{
	int err = make_plan(n, ret_error);

	if (!err && n->native->perf_record)
		err = pb_perf_usable(ret_error);
	if (!err)
		err = pb_native_choose_cpus(n->native->cpus, n->native->numa_node, &n->cpus,
					    ret_error);
	return err ? err : pb_native_check_devices(n->native->devices, ret_error);
}

static json_t *strings(char *const *texts)
{
	json_t *list = json_array();

	for (; *texts; texts++)
		json_array_append_new(list, json_string(*texts));
	return list;
}

static json_t *place_object(const struct native *n)
{
	json_t *cpus = json_array();

	for (guint i = 0; i < n->cpus->len; i++)
		json_array_append_new(cpus, json_integer(g_array_index(n->cpus, int, i)));
	return json_pack("{s:o, s:o}", "cpus", cpus, "numa_node",
			 n->native->numa_node < 0 ? json_null()
						  : json_integer(n->native->numa_node));
}

static json_t *limits_object(const struct native *n)
{
	json_t *limits = json_object();

	if (n->native->memory_limit_bytes)
		json_object_set_new(limits, "memory_bytes",
				    json_integer((json_int_t)n->native->memory_limit_bytes));
	if (n->native->case_seconds)
		json_object_set_new(limits, "seconds", json_integer(n->native->case_seconds));
	return limits;
}

/* As the agent's session takes it. */
static json_t *plan_document(const struct native *n)
{
	const struct pb_run_options *o = n->options;
	json_t *plan = json_pack(
		"{s:s, s:s, s:s, s:i, s:i, s:o, s:o, s:o, s:o}", "profile", n->plan->profile,
		"command", o->command, "evidence", PB_EVIDENCE_TIMED, "repetitions",
		n->plan->repetitions, "rounds", (int)o->boots, "place", place_object(n), "limits",
		limits_object(n), "floor", strings(n->floor->ids), "cases", strings(n->plan->ids));

	if (o->counter_events)
		json_object_set_new(plan, "counters", pb_counter_events_json(o->counter_events));
	if (n->native->budget_seconds > 0)
		json_object_set_new(plan, "budget_seconds", json_real(n->native->budget_seconds));
	return plan;
}

/*
 * Two at once would time one another, and take each other's settings for those that were there
 * before. The guard, which is forked later, has the lock as well: until everything is undone nobody
 * begins.
 */
static int take_machine(struct native *n, GError **ret_error)
{
	g_autofree char *locks = NULL, *path = NULL;
	g_autoptr(GError) why = NULL;
	int err = pb_cache_dir(&locks, ret_error, "locks", NULL);

	if (err)
		return err;
	path = g_build_filename(locks, "native", NULL);
	err = pb_lock_acquire(path, n->progress, &n->lock, &why);
	/* A kernel without file locks (CONFIG_FILE_LOCKING) is measured all the same. */
	if (err == -ENOSYS) {
		pb_progress_note(n->progress, "this kernel has no file locks: see to it that no "
					      "other pinbench measures this machine now");
		return 0;
	}
	if (err)
		g_propagate_error(ret_error, g_steal_pointer(&why));
	return err;
}

static int prepare_machine(struct native *n, GError **ret_error)
{
	int err = take_machine(n, ret_error);

	if (!err)
		err = pb_guard_start(&n->guard, ret_error);
	if (!err && n->native->no_module)
		n->module = json_pack("{s:s, s:s}", "state", "absent", "reason", "--no-module");
	else if (!err)
		err = pb_module_load(n->guard, n->progress, &n->module, ret_error);
	if (!err)
		err = pb_hugepages_reserve(n->guard, &n->hugepages, ret_error);
	return err;
}

static int run_agent(struct native *n, const json_t *plan, guint steps, GError **ret_error)
{
	const struct pb_agent_run run = {
		.agent = PB_PATH_AGENT,
		.plan = plan,
		.out = folder_of(n),
		.scratch = folder_of(n),
		.devices = n->native->devices,
		.steps = steps,
		.progress = n->progress,
	};

	return pb_agent_run(&run, ret_error);
}

static int measure(struct native *n, GError **ret_error)
{
	json_t *plan = plan_document(n);
	guint steps = g_strv_length(n->plan->ids) * n->options->boots;
	int err;

	pb_progress_stage(n->progress, "measuring on this machine");
	err = run_agent(n, plan, steps, ret_error);
	pb_progress_done(n->progress);
	json_decref(plan);
	return err;
}

/* After all figures: a profiler slows what it looks at. */
static int profile(struct native *n, GError **ret_error)
{
	const struct pb_profiles_options options = {
		.out = folder_of(n),
		.scratch = folder_of(n),
		.devices = n->native->devices,
	};

	return n->native->perf_record ? pb_profiles_take(&options, n->progress, ret_error) : 0;
}

/* Every option that is on, sorted, as a guest's kernel has it. */
static void add_options(json_t *kernel)
{
	g_autofree char *config = pb_running_config();
	g_autoptr(GHashTable) options = NULL;
	g_autoptr(GList) names = NULL;
	json_t *object;

	if (!config)
		return;
	options = pb_config_parse(config);
	object = json_object_get(kernel, "options");
	names = g_list_sort(g_hash_table_get_keys(options), (GCompareFunc)strcmp);
	for (const GList *name = names; name; name = name->next) {
		const char *value = g_hash_table_lookup(options, name->data);

		if (strcmp(value, "n"))
			json_object_set_new(object, name->data, json_string(value));
	}
	json_object_set_new(
		kernel, "config_sha256",
		json_string(g_compute_checksum_for_string(G_CHECKSUM_SHA256, config, -1)));
}

/* What the agent, which is alone on its machine, does not know. */
static int complete(struct native *n, GError **ret_error)
{
	g_autoptr(pb_result) result = NULL;
	json_t *environment, *topology = NULL;
	int err = pb_result_load(folder_of(n), &result, ret_error);

	if (err)
		return err;
	environment = json_object_get(result->root, "environment");
	json_object_set_new(json_object_get(result->root, "tool"), "commit",
			    json_string(PINBENCH_COMMIT));
	add_options(json_object_get(environment, "kernel"));
	json_object_set(environment, "module", n->module);
	json_object_set(environment, "hugepages", n->hugepages);
	if (!pb_native_topology(&topology, NULL))
		json_object_set_new(environment, PB_ENVIRONMENT_TOPOLOGY, topology);
	return pb_result_save(result->root, folder_of(n), ret_error);
}

/* Before anything is changed or measured: a session without cases says what is here. */
static int check_boot(struct native *n, GError **ret_error)
{
	json_t *plan = plan_document(n);
	int err;

	json_object_set_new(plan, "cases", json_array());
	json_object_set_new(plan, "floor", json_array());
	json_object_set_new(plan, "rounds", json_integer(1));
	pb_progress_stage(n->progress, "looking whether this boot fits");
	err = run_agent(n, plan, 0, ret_error);
	pb_progress_done(n->progress);
	json_decref(plan);
	if (!err)
		err = complete(n, ret_error);
	if (!err)
		err = pb_append_check(n->append, n->plan->profile, n->plan->ids, ret_error);
	return err;
}

/* Once the agent is gone: what is left would be in the next one's way. */
static int restore(struct native *n, int err, GError **ret_error)
{
	g_autofree char *left = NULL;

	pb_guard_end(n->guard, &left);
	n->guard = NULL;
	if (!*left || err)
		return err;
	return pb_fail(ret_error, EBUSY, PB_EXIT_ENVIRONMENT,
		       "something of this machine could not be put back; as root:\n%s", left);
}

/* Without a result it is of no use, and neither is its folder if that was not there before. */
static void remove_plan(const struct native *n)
{
	g_autofree char *path = g_build_filename(folder_of(n), PB_AGENT_PLAN_FILE, NULL);

	g_unlink(path);
	g_rmdir(folder_of(n));
}

static bool has_result(const struct native *n)
{
	g_autofree char *path = g_build_filename(folder_of(n), PB_RESULT_FILE, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Of a boot that was not measured to its end nothing is kept. */
static int give_up(const struct native *n, int err, GError **ret_error)
{
	if (err != -EINTR)
		return err;
	g_clear_error(ret_error);
	return pb_fail(
		ret_error, EINTR, PB_EXIT_INTERRUPTED,
		"interrupted: this boot was not measured to its end, and the result in %s is "
		"as it was",
		n->options->out);
}

static int save(struct native *n, GError **ret_error)
{
	int err = complete(n, ret_error);

	return err || !n->append ? err : pb_append_save(n->append, ret_error);
}

static int run(struct native *n, gboolean *ret_saved, GError **ret_error)
{
	GError **where = ret_error;
	int err = prepare_machine(n, ret_error), ret;
	bool is_whole;

	if (!err && n->append)
		err = pb_append_check_module(n->append, n->module, ret_error);
	if (!err)
		err = measure(n, ret_error);
	if (!err)
		err = profile(n, ret_error);
	is_whole = !err;
	ret = restore(n, err, ret_error);
	if (n->append && !is_whole)
		return give_up(n, ret, ret_error);
	if (!has_result(n)) {
		remove_plan(n);
		return ret;
	}
	/* The first error is the one that is told. */
	where = ret ? NULL : ret_error;
	err = save(n, where);
	if (!err) {
		*ret_saved = TRUE;
		err = pb_write_reports(n->options->out, where);
	}
	if (ret || err)
		return ret ? ret : err;
	return pb_judge_result(n->options->out, ret_error);
}

int pb_native_run(const struct pb_run_options *options, const struct pb_native_options *native,
		  struct pb_progress *progress, gboolean *ret_saved, GError **ret_error)
{
	struct native n = {.options = options, .native = native, .progress = progress};
	int err = check(&n, ret_error);

	*ret_saved = FALSE;
	if (!err && native->append)
		err = pb_append_open(options->out, &n.append, ret_error);
	else if (!err)
		err = pb_make_directory(options->out, ret_error);
	if (!err)
		err = pb_require_space(options->out, OUT_BYTES, ret_error);
	if (!err && n.append)
		err = give_up(&n, check_boot(&n, ret_error), ret_error);
	if (!err)
		err = run(&n, ret_saved, ret_error);
	native_clear(&n);
	return err;
}
