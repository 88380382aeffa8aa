/*
 * Process 1 of the arm64 guest: runs the agent on each plan below /plans, in the order of their
 * names, and powers the machine off. Everything goes to the console, where the machine has quiet
 * otherwise: the agent's events, and a line before and behind those of each plan.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab/guest/protocol.h"
#include "tests/arm64/guest.h"

static void leave(void)
{
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	_exit(EXIT_FAILURE);
}

static void mount_all(void)
{
	static const struct {
		const char *type;
		const char *dir;
	} all[] = {{"devtmpfs", "/dev"}, {"proc", "/proc"}, {"sysfs", "/sys"}, {"tmpfs", "/data"}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		mkdir(all[i].dir, 0755);
		if (!mount(all[i].type, all[i].dir, all[i].type, 0, NULL) || errno == EBUSY)
			continue;
		printf("cannot mount %s: %s\n", all[i].dir, strerror(errno));
		leave();
	}
}

static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	for (int to = 0; fd >= 0 && to <= 2; to++)
		dup2(fd, to);
	if (fd > 2)
		close(fd);
}

static int run_agent(const char *plan)
{
	pid_t child = fork();
	int status = -1;

	if (!child) {
		execl(GUEST_FILE_AGENT, GUEST_FILE_AGENT, "run", "--dir", "/data", plan,
		      (char *)NULL);
		_exit(127);
	}
	while (child > 0 && waitpid(-1, &status, 0) != child)
		;
	return status;
}

static void run_plan(const char *name)
{
	char path[512];
	int status;

	snprintf(path, sizeof(path), ARM64_PLANS_DIR "/%s", name);
	printf("{\"event\":\"" ARM64_EVENT_PLAN "\",\"name\":\"%s\"}\n", name);
	fflush(stdout);
	status = run_agent(path);
	printf("{\"event\":\"" ARM64_EVENT_PLAN_END "\",\"status\":%d}\n", status);
	fflush(stdout);
}

static int is_plan(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int main(void)
{
	struct dirent **plans;
	int count;

	mount_all();
	open_console();
	count = scandir(ARM64_PLANS_DIR, &plans, is_plan, alphasort);
	for (int i = 0; i < count; i++)
		run_plan(plans[i]->d_name);
	leave();
}
