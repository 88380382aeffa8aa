/* Subscriptions to address spaces, by probes: see subscriptions.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/module/subscriptions.h"

#define TRACING	  "/sys/kernel/tracing/"
#define INSTANCES TRACING "instances/"
#define MADE	  "subscriptions_made"
#define ENDED	  "subscriptions_ended"
/* Below: no ERR_PTR(). */
#define FIRST_ERROR "18446744073709547521"

/*
 * What the module calls. One that is killed on the way may not get its subscription, and the first
 * interval of an address space registers a notifier that is NULL: neither is counted.
 */
static const struct probe {
	const char *name;
	const char *definition;
	const char *filter;
	const char *instance;
} probes[] = {
	{"register", "r:subscriptions/register mmu_notifier_register one=$arg1 ret=$retval:s32",
	 "one != 0 && ret == 0", MADE},
	{"get", "r:subscriptions/get mmu_notifier_get_locked one=$retval:u64", "one < " FIRST_ERROR,
	 MADE},
	{"insert", "r:subscriptions/insert mmu_interval_notifier_insert ret=$retval:s32",
	 "ret == 0", MADE},
	{"unregister", "p:subscriptions/unregister mmu_notifier_unregister", NULL, ENDED},
	{"put", "p:subscriptions/put mmu_notifier_put", NULL, ENDED},
	{"remove", "p:subscriptions/remove mmu_interval_notifier_remove", NULL, ENDED},
};

#define NR_PROBES (sizeof(probes) / sizeof(probes[0]))

static int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int switch_on(const struct probe *probe)
{
	char path[256];
	int err = 0;

	if (probe->filter) {
		snprintf(path, sizeof(path), INSTANCES "%s/events/subscriptions/%s/filter",
			 probe->instance, probe->name);
		err = write_to(path, probe->filter);
	}
	snprintf(path, sizeof(path), INSTANCES "%s/events/subscriptions/%s/enable", probe->instance,
		 probe->name);
	return err ? err : write_to(path, "1");
}

int subscriptions_watch(void)
{
	int err = 0;

	for (size_t i = 0; !err && i < NR_PROBES; i++)
		err = write_to(TRACING "kprobe_events", probes[i].definition);
	if (!err && (mkdir(INSTANCES MADE, 0755) || mkdir(INSTANCES ENDED, 0755)))
		err = -errno;
	for (size_t i = 0; !err && i < NR_PROBES; i++)
		err = switch_on(&probes[i]);
	return err;
}

/* What is still in the buffer, and what was pushed out of it. */
static int64_t count_recorded(const char *instance)
{
	int64_t count = 0;
	char text[256];
	FILE *file;

	for (long cpu = 0; cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++) {
		snprintf(text, sizeof(text), INSTANCES "%s/per_cpu/cpu%ld/stats", instance, cpu);
		file = fopen(text, "re");
		while (file && fgets(text, sizeof(text), file)) {
			if (!strncmp(text, "entries:", 8) || !strncmp(text, "overrun:", 8))
				count += strtoll(text + 8, NULL, 10);
		}
		if (file)
			fclose(file);
	}
	return count;
}

int64_t subscriptions_now(void)
{
	return count_recorded(MADE) - count_recorded(ENDED);
}
