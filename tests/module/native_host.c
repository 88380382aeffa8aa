/*
 * Runs in a guest instead of the agent, which has pinbench itself and its module installed: a
 * machine to run pinbench on natively. Measures, and looks whether everything is as it was: after a
 * run, an interrupt, and when pinbench or its agent are killed. Each check is a line of output.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/core/sysfile.h"

#define PROGRAM			 PINBENCH_BUILD_DIR "/pinbench"
#define MODULE_DIR		 "/sys/module/pinbench"
#define HUGEPAGES		 "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
#define MTHP			 "/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled"
#define WAIT_STEP_US		 20000
#define WAIT_STEPS		 3000
#define HUGEPAGES_OF_THE_MACHINE "8"

static void check(const char *name, bool ok, const char *detail)
{
	json_t *event = json_pack("{s:s, s:s, s:b, s:s}", "event", "check", "name", name, "ok", ok,
				  "detail", detail);

	json_dumpf(event, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(event);
}

static bool is_loaded(void)
{
	return !access(MODULE_DIR, F_OK);
}

static bool is_in_use(void)
{
	char count[32];

	return !sysfile_read(MODULE_DIR "/refcnt", count, sizeof(count)) && strcmp(count, "0") != 0;
}

static bool is_unloaded(void)
{
	return !is_loaded();
}

static bool mthp_is_switched(void)
{
	char choice[32];

	return !sysfile_read_choice(MTHP, choice, sizeof(choice)) && !strcmp(choice, "madvise");
}

static bool is_as_it_was(void)
{
	char pages[32] = "", choice[32] = "";

	sysfile_read(HUGEPAGES, pages, sizeof(pages));
	sysfile_read_choice(MTHP, choice, sizeof(choice));
	return is_unloaded() && !strcmp(pages, HUGEPAGES_OF_THE_MACHINE) &&
	       strcmp(choice, "madvise") != 0;
}

static bool wait_until(bool (*is_so)(void))
{
	for (int i = 0; i < WAIT_STEPS; i++) {
		if (is_so())
			return true;
		usleep(WAIT_STEP_US);
	}
	return false;
}

static const char *state(void)
{
	static char text[256];
	char pages[32] = "?", choice[32] = "?";

	sysfile_read(HUGEPAGES, pages, sizeof(pages));
	sysfile_read_choice(MTHP, choice, sizeof(choice));
	snprintf(text, sizeof(text), "module %s, %s huge pages, 64 KiB pages %s",
		 is_loaded() ? "loaded" : "not loaded", pages, choice);
	return text;
}

static pid_t start(const char *out, const char *const *arguments)
{
	const char *argv[32] = {PROGRAM, "run", "--env", "native", "-q", "--out", out};
	int count = 7;
	pid_t pid;

	while (*arguments && count < 31)
		argv[count++] = *arguments++;
	pid = fork();
	if (!pid) {
		int console = open("/dev/console", O_WRONLY);

		dup2(console, STDOUT_FILENO);
		dup2(console, STDERR_FILENO);
		execv(PROGRAM, (char *const *)argv);
		_exit(127);
	}
	return pid;
}

static int wait_for(pid_t pid)
{
	int status = 0;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static json_t *load(const char *out)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/result.json", out);
	return json_load_file(path, 0, NULL);
}

static int measured_cases(const json_t *result)
{
	json_t *one;
	size_t i;
	int count = 0;

	json_array_foreach (json_object_get(result, "cases"), i, one)
		count += !strcmp(json_string_value(json_object_get(one, "outcome")), "ok");
	return count;
}

static const char *module_text(const json_t *result, const char *key)
{
	const json_t *module = json_object_get(json_object_get(result, "environment"), "module");
	const char *text = json_string_value(json_object_get(module, key));

	return text ? text : "";
}

static void check_whole_run(void)
{
	const char *const arguments[] = {"--boots",
					 "2",
					 "null/empty",
					 "gup/pin_fast[size=2m]",
					 "gup/pin_fast[backing=hugetlb,page=2m]",
					 "syscall/vmsplice",
					 NULL};
	int status = wait_for(start("/data/whole", arguments));
	json_t *result = load("/data/whole");
	char text[128];

	snprintf(text, sizeof(text), "exit status %d, %d cases measured, module %s", status,
		 measured_cases(result), module_text(result, "state"));
	check("measures with the module",
	      status == 0 && measured_cases(result) == 4 &&
		      !strcmp(module_text(result, "state"), "loaded"),
	      text);
	check("leaves the machine as it was", is_as_it_was(), state());
	json_decref(result);
}

static const char *const long_run[] = {"--boots", "100", "gup/pin_fast[backing=anon,page=64k]",
				       NULL};

static void check_killed(const char *name, int number, bool (*is_so)(void), int wanted)
{
	pid_t pid = start("/data/killed", long_run);
	bool began = wait_until(is_so);
	char text[256];
	int status;

	kill(pid, number);
	status = wait_for(pid);
	snprintf(text, sizeof(text), "%s, exit status %d; %s", began ? "it had begun" : "NOT BEGUN",
		 status, wait_until(is_as_it_was) ? "as it was" : state());
	check(name, began && status == wanted && is_as_it_was(), text);
}

/* The agent that @parent has started; the guard is called otherwise. */
static pid_t find_agent(pid_t parent)
{
	char path[64], text[512], name[32];
	int its_parent;

	for (pid_t pid = parent + 1; pid < 32768; pid++) {
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		if (!sysfile_read(path, text, sizeof(text)) &&
		    sscanf(text, "%*d (%31[^)]) %*c %d", name, &its_parent) == 2 &&
		    its_parent == parent && !strcmp(name, "pinbench-agent"))
			return pid;
	}
	return 0;
}

static void check_agent_killed(void)
{
	pid_t pid = start("/data/agent", long_run), agent;
	bool began = wait_until(mthp_is_switched);
	char text[256];
	int status;

	agent = find_agent(pid);
	if (agent)
		kill(agent, SIGKILL);
	status = wait_for(pid);
	snprintf(text, sizeof(text), "agent %d, %s, exit status %d; %s", (int)agent,
		 began ? "it had begun" : "NOT BEGUN", status,
		 wait_until(is_as_it_was) ? "as it was" : state());
	check("its agent killed", began && agent && status == 3 && is_as_it_was(), text);
}

static void check_interrupted_result(void)
{
	json_t *result = load("/data/killed");
	bool interrupted =
		json_is_true(json_object_get(json_object_get(result, "run"), "interrupted"));

	check("interrupted, what was finished is there", result && interrupted,
	      result ? "a result" : "no result");
	json_decref(result);
}

static void check_no_modules(void)
{
	const char *const arguments[] = {"--boots", "1", "null/empty", "null/user", NULL};
	json_t *result;
	char text[256];
	int status;

	sysfile_write("/proc/sys/kernel/modules_disabled", "1");
	status = wait_for(start("/data/none", arguments));
	result = load("/data/none");
	snprintf(text, sizeof(text), "exit status %d, %d measured: %s", status,
		 measured_cases(result), module_text(result, "reason"));
	check("without modules user space is measured",
	      status == 0 && measured_cases(result) == 1 &&
		      strstr(module_text(result, "reason"), "modules_disabled"),
	      text);
	json_decref(result);
}

int main(void)
{
	mkdir("/tmp", 01777);
	setenv("PATH", "/usr/bin:/bin", 1);
	setenv("HOME", "/tmp", 1);
	/* The guest's init has loaded it, and reserved what guests need. */
	syscall(SYS_delete_module, "pinbench", O_NONBLOCK);
	sysfile_write(HUGEPAGES, HUGEPAGES_OF_THE_MACHINE);
	check("begins without the module", is_as_it_was(), state());
	check_whole_run();
	check_killed("killed while the module is in use", SIGKILL, is_in_use, 128 + SIGKILL);
	check_killed("killed while a setting is changed", SIGKILL, mthp_is_switched, 128 + SIGKILL);
	check_agent_killed();
	check_killed("interrupted", SIGINT, mthp_is_switched, 4);
	check_interrupted_result();
	check_no_modules();
	check("end", true, "");
	return 0;
}
