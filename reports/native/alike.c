/* What boots of one result must have in common: see alike.h. */
#include "reports/native/alike.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pinbench/result.h"
#include "reports/error.h"

/* What firmware and kernel take of it for themselves is not the same in every boot. */
#define MEMORY_TOLERANCE 0.01

#define OF_ITS_OWN "measure it into a directory of its own, without --append"

static const json_t *member(const struct pb_result *result, const char *name)
{
	return json_object_get(json_object_get(result->root, "environment"), name);
}

static int refuse(const struct pb_result *boots, GError **ret_error, const char *fmt, ...)
	G_GNUC_PRINTF(3, 4);

static int refuse(const struct pb_result *boots, GError **ret_error, const char *fmt, ...)
{
	g_autofree char *what = NULL;
	va_list args;

	va_start(args, fmt);
	what = g_strdup_vprintf(fmt, args);
	va_end(args);
	return pb_fail(ret_error, EINVAL, PB_EXIT_USAGE, "%s: %s", boots->file, what);
}

static int check_kind(const struct pb_result *boots, GError **ret_error)
{
	const struct pb_environment *environment = &boots->environment;

	if (!environment->native || environment->counted)
		return refuse(boots, ret_error,
			      "a boot of this machine cannot be added to a result of kind %s and "
			      "evidence %s; " OF_ITS_OWN,
			      environment->kind, environment->evidence);
	if (boots->run.interrupted)
		return refuse(boots, ret_error,
			      "that run was interrupted, and a boot that was not measured to its "
			      "end is none; begin anew, without --append");
	return 0;
}

static bool knows_boots(const struct pb_result *boots)
{
	const struct pb_environment *environment = &boots->environment;

	return environment->rounds ? environment->boot_id != NULL
				   : json_is_array(member(boots, PB_ENVIRONMENT_BOOT_IDS));
}

/* Of one boot or of several. */
static bool has_boot(const struct pb_result *boots, const char *boot_id)
{
	json_t *one;
	size_t i;

	json_array_foreach (member(boots, PB_ENVIRONMENT_BOOT_IDS), i, one) {
		if (!g_strcmp0(json_string_value(one), boot_id))
			return true;
	}
	return !g_strcmp0(boots->environment.boot_id, boot_id);
}

static int check_boot(const struct pb_result *boots, const struct pb_result *next,
		      GError **ret_error)
{
	const char *boot_id = next->environment.rounds ? next->environment.boot_id : NULL;

	if (!boot_id || !knows_boots(boots))
		return refuse(boots, ret_error,
			      "which boot %s was measured in is not known, so it may be the same "
			      "one; /proc/sys/kernel/random/boot_id must be readable",
			      boot_id ? "it" : "the other run");
	if (has_boot(boots, boot_id))
		return refuse(boots, ret_error,
			      "it was measured in this boot already (%s); reboot first; without "
			      "--append, into another directory, it is a run of its own",
			      boot_id);
	return 0;
}

static int check_text(const struct pb_result *boots, const char *whole, const char *what,
		      const char *there, const char *here, GError **ret_error)
{
	if (!g_strcmp0(there, here))
		return 0;
	return refuse(boots, ret_error, "it is of another %s: %s is %s there and %s here; %s",
		      whole, what, there ? there : "unknown", here ? here : "unknown",
		      OF_ITS_OWN ", and compare the two");
}

static int check_kernel(const struct pb_result *boots, const struct pb_result *next,
			GError **ret_error)
{
	const struct pb_result_kernel *there = &boots->environment.kernel;
	const struct pb_result_kernel *here = &next->environment.kernel;
	const struct {
		const char *what, *there, *here;
	} parts[] = {
		{"the release", there->release, here->release},
		{"the build id", there->build_id, here->build_id},
		{"the version", there->version, here->version},
		{"the configuration", there->config_sha256, here->config_sha256},
	};
	int err = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(parts) && !err; i++)
		err = check_text(boots, "kernel", parts[i].what, parts[i].there, parts[i].here,
				 ret_error);
	return err;
}

/* "24105 MiB" */
static bool is_as_much(const char *there, const char *here)
{
	double one = g_ascii_strtod(there, NULL), other = g_ascii_strtod(here, NULL);

	return fabs(one - other) <= MEMORY_TOLERANCE * fmax(one, other);
}

static int check_machine(const struct pb_result *boots, const struct pb_result *next,
			 GError **ret_error)
{
	const struct pb_environment *there = &boots->environment, *here = &next->environment;
	int err = check_text(boots, "machine", "its description", there->machine.description,
			     here->machine.description, ret_error);

	if (!err)
		err = check_text(boots, "machine", "the processor", there->cpu, here->cpu,
				 ret_error);
	if (!err && !is_as_much(there->memory, here->memory))
		err = check_text(boots, "machine", "the memory", there->memory, here->memory,
				 ret_error);
	return err;
}

static int check_place(const struct pb_result *boots, const struct pb_result *next,
		       GError **ret_error)
{
	const json_t *there = member(boots, PB_ENVIRONMENT_PLACE);
	const json_t *here = member(next, PB_ENVIRONMENT_PLACE);
	g_autofree char *one = NULL, *other = NULL;

	if (json_equal(there, here) || (!there && !here))
		return 0;
	one = there ? json_dumps(there, JSON_COMPACT) : NULL;
	other = here ? json_dumps(here, JSON_COMPACT) : NULL;
	return refuse(boots, ret_error,
		      "it was measured on other CPUs, or with memory of another node: %s there and "
		      "%s here; give the same --cpus and --numa, or " OF_ITS_OWN,
		      one ? one : "unknown", other ? other : "unknown");
}

static bool has_module(const json_t *module)
{
	return g_strcmp0(json_string_value(json_object_get(module, "state")), "absent") != 0;
}

static int check_module(const struct pb_result *boots, const struct pb_result *next,
			GError **ret_error)
{
	const json_t *there = member(boots, "module"), *here = member(next, "module");
	const char *reason;

	if (!there || !here || has_module(there) == has_module(here))
		return 0;
	reason = json_string_value(json_object_get(has_module(there) ? here : there, "reason"));
	return refuse(boots, ret_error,
		      "pinbench's module was %s then and is %s now (%s), so other cases have "
		      "figures; %s",
		      has_module(there) ? "loaded" : "not loaded",
		      has_module(here) ? "loaded" : "not loaded", reason ? reason : "not said why",
		      has_module(there) ? "have it loaded again, or " OF_ITS_OWN
					: "add --no-module, or " OF_ITS_OWN);
}

/* Another agent measures in another way. */
static int check_tool(const struct pb_result *boots, const struct pb_result *next,
		      GError **ret_error)
{
	const json_t *here = json_object_get(next->root, "tool");
	const char *commit = json_string_value(json_object_get(here, "commit"));

	if (!g_strcmp0(boots->tool.version, next->tool.version) &&
	    !g_strcmp0(boots->tool.commit, commit))
		return 0;
	return refuse(boots, ret_error,
		      "it was measured by another pinbench: %s (%s) there and %s (%s) here; take "
		      "that one, or measure all boots anew",
		      boots->tool.version, boots->tool.commit, next->tool.version,
		      commit ? commit : "unknown");
}

int pb_boots_check(const struct pb_result *boots, const struct pb_result *next, GError **ret_error)
{
	static int (*const checks[])(const struct pb_result *, const struct pb_result *,
				     GError **) = {
		check_boot, check_kernel, check_machine, check_place, check_module, check_tool,
	};
	int err = check_kind(boots, ret_error);

	for (size_t i = 0; i < G_N_ELEMENTS(checks) && !err; i++)
		err = checks[i](boots, next, ret_error);
	return err;
}

int pb_boots_check_cases(const struct pb_result *boots, const char *profile, char *const *ids,
			 GError **ret_error)
{
	size_t count = 0;

	if (strcmp(boots->run.profile, profile))
		return refuse(boots, ret_error,
			      "it is of profile %s, and this would be of %s; give the same "
			      "--profile, or " OF_ITS_OWN,
			      boots->run.profile, profile);
	while (count < boots->case_count && ids[count] &&
	       !strcmp(ids[count], boots->cases[count].id))
		count++;
	if (count == boots->case_count && !ids[count])
		return 0;
	return refuse(boots, ret_error,
		      "its cases are others: where it has %s this would measure %s; name the same "
		      "benchmarks as then (%s), or " OF_ITS_OWN,
		      count < boots->case_count ? boots->cases[count].id : "no more",
		      ids[count] ? ids[count] : "no more", boots->run.command);
}
