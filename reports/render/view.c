/* A report's sections beside its tables: what was asked, on what, and what went wrong. */
#include <string.h>

#include "reports/render/profile/counters.h"
#include "reports/render/profile/profiles.h"
#include "reports/render/text.h"
#include "reports/render/topology/topology.h"
#include "reports/render/view.h"
#include "reports/render/view_native.h"

enum {
	TIMED,
	COUNTED,
	NATIVE,
	NATIVE_BOOTS
};

/* What each kind of evidence is and is not. */
struct evidence_words {
	const char *line;
	const char *cannot;
	const char *method;
};

static const struct evidence_words all_words[] = {
	[TIMED] =
		{
			.line = "timed: wall-clock time on this machine; says nothing finer than "
				"the "
				"spread "
				"between its boots",
			.cannot = "A difference smaller than the spread between boots, or anything "
				  "about "
				  "another machine.",
			.method = "The clock is read right before and right after the measured "
				  "call and "
				  "nothing else is inside. The boot is the replicate: each figure "
				  "is the "
				  "median of the per-boot medians, with the smallest and the "
				  "largest sample "
				  "beside it.",
		},
	[NATIVE] =
		{
			.line = "timed: wall-clock time on this machine, of one boot; says nothing "
				"finer "
				"than the spread between its rounds, and nothing of what differs "
				"between "
				"boots",
			.cannot = "A difference smaller than the spread between rounds or than "
				  "what the "
				  "machine drifted by; what differs between boots of one kernel; "
				  "anything "
				  "about another machine.",
			.method =
				"The clock is read right before and right after the measured call "
				"and "
				"nothing else is inside. Each round runs every case once, in a "
				"fresh "
				"process, in an order of its own. Each figure is the median of the "
				"rounds' medians, with the smallest and the largest sample beside "
				"it. A "
				"few cases are measured before everything else and once more after "
				"it: "
				"what they moved by is the machine's drift.",
		},
	[NATIVE_BOOTS] =
		{
			.line = "timed: wall-clock time on this machine; says nothing finer than "
				"the spread between its boots",
			.cannot = "A difference smaller than the spread between boots or than what "
				  "the machine drifted by; anything about another machine.",
			.method =
				"The clock is read right before and right after the measured "
				"call and nothing else is inside. The boot is the replicate: in "
				"each, every case is run in a fresh process once a round, and a "
				"sample is the median of a round. Each figure is the median of "
				"the boots' medians, with the smallest and the largest sample "
				"beside it. A few cases are measured before everything else in a "
				"boot and once more after it: what they moved by is the machine's "
				"drift.",
		},
	[COUNTED] =
		{
			.line = "counted: instructions, exact; says nothing about time",
			.cannot = "Time: an added atomic or a cache miss is one instruction here.",
			.method = "The guest runs under QEMU's instruction counting, so its clock "
				  "advances "
				  "by executed instructions alone and a case gives the same figure "
				  "on every "
				  "run and every host. The counter is read right before and right "
				  "after the "
				  "measured call. The boot is the replicate: each figure is the "
				  "median of "
				  "the per-boot medians, with the smallest and the largest sample "
				  "beside "
				  "it.",
		},
};

static const struct evidence_words *words_of(const struct pb_environment *env)
{
	int native = env->rounds ? NATIVE : NATIVE_BOOTS;

	return &all_words[env->counted ? COUNTED : env->native ? native : TIMED];
}

const char *pb_view_take(struct pb_view *view, char *text)
{
	const char *kept = g_string_chunk_insert_const(view->strings, text);

	g_free(text);
	return kept;
}

const char *pb_view_say(struct pb_view *view, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = g_strdup_vprintf(fmt, args);
	va_end(args);
	return pb_view_take(view, text);
}

static void skip_free(void *data)
{
	struct pb_view_skip *skip = data;

	g_ptr_array_unref(skip->ids);
	g_free(skip);
}

GPtrArray *pb_view_reasons_new(void)
{
	return g_ptr_array_new_with_free_func(skip_free);
}

void pb_view_add_reason(GPtrArray *reasons, const char *reason, const char *case_id)
{
	struct pb_view_skip *skip = NULL;

	for (guint i = 0; i < reasons->len; i++) {
		skip = reasons->pdata[i];
		if (!strcmp(skip->reason, reason))
			break;
		skip = NULL;
	}
	if (!skip) {
		skip = g_new0(struct pb_view_skip, 1);
		skip->reason = reason;
		skip->ids = g_ptr_array_new();
		g_ptr_array_add(reasons, skip);
	}
	g_ptr_array_add(skip->ids, (char *)case_id);
}

static void add_skips(struct pb_view *view)
{
	view->skips = pb_view_reasons_new();
	for (size_t i = 0; i < view->result->case_count; i++) {
		const struct pb_case *item = &view->result->cases[i];

		if (item->outcome == PB_CASE_SKIP)
			pb_view_add_reason(view->skips, item->reason, item->id);
	}
}

static const char *command_of(struct pb_view *view, const char *case_id)
{
	g_autofree char *quoted = NULL;

	if (!case_id)
		return NULL;
	quoted = g_shell_quote(case_id);
	return pb_view_say(view, "./run.sh run %s%s", pb_view_environment_option(view->result),
			   quoted);
}

static void add_failure(struct pb_view *view, struct pb_view_failure failure)
{
	failure.command = command_of(view, failure.case_id);
	g_ptr_array_add(view->failures, g_memdup2(&failure, sizeof(failure)));
}

/* A failed case is listed once, with the console if a failure of the machine explains it. */
static void add_failures(struct pb_view *view)
{
	g_autoptr(GHashTable) explained = g_hash_table_new(g_str_hash, g_str_equal);
	const struct pb_result *result = view->result;

	view->failures = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < result->failure_count; i++) {
		const struct pb_failure *failure = &result->failures[i];

		if (failure->case_id)
			g_hash_table_add(explained, (char *)failure->case_id);
		add_failure(view, (struct pb_view_failure){
					  .title = failure->kind,
					  .case_id = failure->case_id,
					  .detail = failure->detail,
					  .console = failure->console,
					  .tail = failure->tail,
					  .tail_count = failure->tail_count,
				  });
	}
	for (size_t i = 0; i < result->case_count; i++) {
		const struct pb_case *item = &result->cases[i];

		if (item->outcome == PB_CASE_FAIL && !g_hash_table_contains(explained, item->id))
			add_failure(view, (struct pb_view_failure){
						  .title = "case failed",
						  .case_id = item->id,
						  .detail = item->reason,
					  });
	}
}

void pb_view_trust(struct pb_view *view, const char *name, const char *value)
{
	struct pb_view_pair *pair;

	if (!value || !value[0])
		return;
	pair = g_new(struct pb_view_pair, 1);
	*pair = (struct pb_view_pair){.name = name, .value = value};
	g_ptr_array_add(view->trust, pair);
}

static const char *clock_words(struct pb_view *view)
{
	const struct pb_clock *clock = &view->result->environment.clock;
	g_autofree char *cost = NULL, *insns = NULL;

	if (!clock->source)
		return NULL;
	cost = pb_text_number(clock->overhead);
	if (clock->sample_insns > 0)
		insns = g_strdup_printf("; a sample costs %.0f instructions of the harness in all, "
					"counted one by one",
					clock->sample_insns);
	return pb_view_say(view, "reading %s costs %s %s, already subtracted from every figure%s",
			   clock->source, cost, clock->overhead_unit, insns ? insns : "");
}

static const char *machine_words(struct pb_view *view)
{
	const struct pb_result_machine *machine = &view->result->environment.machine;

	if (!machine->description)
		return machine->name;
	return pb_view_say(view, "%s: %s", machine->name, machine->description);
}

static const char *accelerator_words(struct pb_view *view)
{
	const struct pb_environment *env = &view->result->environment;

	if (!env->accelerator || !env->accelerator_reason)
		return env->accelerator;
	return pb_view_say(view, "%s; not KVM: %s", env->accelerator, env->accelerator_reason);
}

/* What was counted, and once for all cases what could not be, and why. */
static void append_perf(GString *text, const struct pb_perf *perf)
{
	g_string_append(text, "of perf: ");
	for (size_t i = 0; i < perf->counted_count; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "", perf->counted[i].name);
	for (size_t i = 0; i < perf->unavailable_count; i++)
		g_string_append_printf(text, "; not %s: %s", perf->unavailable[i].name,
				       perf->unavailable[i].reason);
}

static const char *counter_words(struct pb_view *view)
{
	const struct pb_processor *counters = &view->result->environment.counters;
	const struct pb_perf *perf = &view->result->environment.perf;
	g_autoptr(GString) kinds = g_string_new(NULL);

	for (size_t i = 0; i < counters->kind_count; i++)
		g_string_append_printf(kinds, "%s%s", i ? ", " : "of the emulated processor: ",
				       counters->kinds[i]);
	if (perf->request_count || perf->counted_count)
		append_perf(kinds, perf);
	return pb_view_say(view, "%s", kinds->str);
}

static void add_trust(struct pb_view *view)
{
	const struct pb_environment *env = &view->result->environment;
	const struct pb_result_kernel *kernel = &env->kernel;
	const struct pb_run *run = &view->result->run;
	g_autofree char *wall = pb_text_duration(run->wall_seconds);

	view->trust = g_ptr_array_new_with_free_func(g_free);
	pb_view_trust(view, "Evidence",
		      pb_view_say(view, "%s, %s", env->evidence,
				  env->native ? "on the machine itself" : "in a QEMU guest"));
	pb_view_trust(view, "Cannot say", words_of(env)->cannot);
	pb_view_trust(view, "Kernel",
		      pb_view_say(view, "%s (asked for: %s)", kernel->release, kernel->spec));
	if (kernel->build_id)
		pb_view_trust(view, "Kernel build id",
			      pb_view_take(view, pb_text_short_hash(kernel->build_id)));
	else
		pb_view_trust(view, "Kernel text",
			      pb_view_take(view, pb_text_short_hash(kernel->text_sha256)));
	pb_view_trust(view, "Kernel config",
		      pb_view_take(view, pb_text_short_hash(kernel->config_sha256)));
	pb_view_trust(view, env->rounds ? "Rounds" : "Boots", pb_view_say(view, "%zu", env->boots));
	pb_view_add_native(view);
	pb_view_trust(view, "Clock", clock_words(view));
	pb_view_trust(view, "Counters", counter_words(view));
	pb_view_trust(view, "Machine", machine_words(view));
	pb_view_trust(view, "CPU", env->cpu);
	pb_view_trust(view, "Memory", env->memory);
	pb_view_trust(view, "Emulator", env->emulator);
	pb_view_trust(view, "Accelerator", accelerator_words(view));
	pb_view_trust(view, "Toolchain", env->toolchain);
	pb_view_trust(view, "pinbench",
		      pb_view_say(view, "%s (%s)", view->result->tool.version,
				  view->result->tool.commit));
	pb_view_trust(view, "Started", run->started);
	pb_view_trust(view, "Run", pb_view_say(view, "profile %s, %s", run->profile, wall));
}

/* Whose time it is. */
static const char *timed_line(struct pb_view *view)
{
	const struct pb_environment *env = &view->result->environment;

	if (!env->accelerator)
		return words_of(env)->line;
	if (!strcmp(env->accelerator, "kvm"))
		return pb_view_say(view,
				   "timed: time of a guest under KVM on %s; says nothing finer "
				   "than the spread between its boots",
				   env->cpu);
	return pb_view_say(view,
			   "timed: time of an emulator (TCG): it shows that the procedure works, "
			   "not what a processor takes. No KVM: %s",
			   env->accelerator_reason ? env->accelerator_reason : "not said why");
}

/* The line on the kind of evidence; that some of it is inexact comes first. */
static const char *evidence_line(struct pb_view *view)
{
	const struct pb_result *result = view->result;
	size_t inexact = 0;

	if (!result->environment.counted)
		return timed_line(view);
	for (size_t i = 0; i < result->case_count; i++)
		inexact += result->cases[i].outcome == PB_CASE_OK &&
			   result->cases[i].not_deterministic;
	if (!inexact)
		return words_of(&result->environment)->line;
	return pb_view_say(view,
			   "counted: instructions, exact but for %zu case%s that %s not "
			   "deterministic (" PB_VIEW_INEXACT "); says nothing about time",
			   inexact, inexact == 1 ? "" : "s", inexact == 1 ? "is" : "are");
}

static void add_words(struct pb_view *view, size_t skipped)
{
	const struct pb_result *result = view->result;
	const struct pb_environment *env = &result->environment;
	size_t measured = 0;
	const char *failed = view->failures->len ? pb_view_say(view, "; %u failed, see below",
							       view->failures->len)
						 : "";
	const char *unit = env->counted ? "instructions counted" : "time measured";

	for (size_t i = 0; i < result->case_count; i++)
		measured += result->cases[i].outcome == PB_CASE_OK;
	view->title = pb_view_say(view, "pinbench: Linux %s", env->kernel.release);
	view->counts = pb_view_say(view, "%zu measured, %zu skipped, %u failed", measured, skipped,
				   view->failures->len);
	if (!measured)
		view->headline = pb_view_say(
			view,
			"Nothing was measured on Linux %s: of %zu cases, %zu skipped and %u failed",
			env->kernel.release, result->case_count, skipped, view->failures->len);
	else
		view->headline =
			pb_view_say(view, "%zu of %zu cases measured on Linux %s, %s%s", measured,
				    result->case_count, env->kernel.release, unit, failed);
	if (result->run.interrupted)
		view->headline = pb_view_say(view, "Interrupted: %s", view->headline);
	view->evidence = evidence_line(view);
	view->rerun = result->run.command;
}

static void add_method(struct pb_view *view)
{
	view->method = g_ptr_array_new();
	g_ptr_array_add(view->method, (char *)words_of(&view->result->environment)->method);
	g_ptr_array_add(
		view->method,
		"A skipped case is one that this machine or kernel cannot run; the reason "
		"stands beside it. Figures of this kind of evidence are never compared with "
		"the other kind.");
}

struct pb_view *pb_view_new(const struct pb_result *result)
{
	struct pb_view *view = g_new0(struct pb_view, 1);
	size_t skipped = 0;

	view->result = result;
	view->strings = g_string_chunk_new(4096);
	pb_view_add_groups(view);
	pb_view_add_topologies(view);
	pb_view_add_counters(view);
	pb_view_add_profiles(view);
	add_skips(view);
	add_failures(view);
	add_trust(view);
	for (guint i = 0; i < view->skips->len; i++)
		skipped += ((struct pb_view_skip *)view->skips->pdata[i])->ids->len;
	add_words(view, skipped);
	add_method(view);
	return view;
}

void pb_view_free(struct pb_view *view)
{
	if (!view)
		return;
	g_ptr_array_unref(view->counters);
	g_ptr_array_unref(view->profiles);
	g_ptr_array_unref(view->uncounted);
	g_ptr_array_unref(view->keys);
	g_ptr_array_unref(view->trust);
	g_ptr_array_unref(view->groups);
	g_ptr_array_unref(view->topologies);
	g_ptr_array_unref(view->skips);
	g_ptr_array_unref(view->failures);
	g_ptr_array_unref(view->method);
	g_string_chunk_free(view->strings);
	g_free(view);
}
