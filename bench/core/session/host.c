/* The machine that the agent is on: see host.h. */
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "bench/core/session/host.h"
#include "bench/core/sysfile.h"

#define UNKNOWN	   "unknown"
#define DMI	   "/sys/class/dmi/id/"
#define MOST_NOTES 4096
#define MOST_ID	   32

static const char *read_or_unknown(const char *path, char *ret_text, size_t bytes)
{
	if (sysfile_read(path, ret_text, bytes) || !*ret_text)
		snprintf(ret_text, bytes, UNKNOWN);
	return ret_text;
}

static size_t aligned(size_t bytes)
{
	return (bytes + 3) & ~(size_t)3;
}

/* Of the ELF notes of the running kernel the one that ld made of its contents; else "unknown". */
static void read_build_id(char *ret_hex, size_t bytes)
{
	unsigned char notes[MOST_NOTES];
	int fd = open("/sys/kernel/notes", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, notes, sizeof(notes));
	Elf64_Nhdr note;

	if (fd >= 0)
		close(fd);
	snprintf(ret_hex, bytes, UNKNOWN);
	for (size_t at = 0; got > 0 && at + sizeof(note) < (size_t)got;) {
		size_t id, size;

		memcpy(&note, notes + at, sizeof(note));
		id = at + sizeof(note) + aligned(note.n_namesz);
		size = note.n_descsz;
		if (size > (size_t)got || id + size > (size_t)got)
			return;
		if (note.n_type == NT_GNU_BUILD_ID && size <= MOST_ID && 2 * size < bytes) {
			for (size_t i = 0; i < size; i++)
				sprintf(ret_hex + 2 * i, "%02x", notes[id + i]);
			return;
		}
		at = id + aligned(size);
	}
}

static json_t *kernel_object(void)
{
	char id[2 * MOST_ID + 1], cmdline[2048];
	struct utsname name;

	uname(&name);
	read_build_id(id, sizeof(id));
	read_or_unknown("/proc/cmdline", cmdline, sizeof(cmdline));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{}}", "spec", "host",
			 "release", name.release, "version", name.version, "config_sha256", UNKNOWN,
			 "text_sha256", UNKNOWN, "build_id", id, "source", UNKNOWN, "origin",
			 "the running kernel", "cmdline", cmdline, "options");
}

/* "model name	: Intel(R) ..." of the first processor; other architectures name none. */
static void read_model(char *ret_model, size_t bytes)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256];

	snprintf(ret_model, bytes, "processors of an unknown model");
	while (file && fgets(line, sizeof(line), file)) {
		const char *colon = strchr(line, ':');

		if (strncmp(line, "model name", strlen("model name")) || !colon)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(ret_model, bytes, "%s", colon + 1 + strspn(colon + 1, " "));
		break;
	}
	if (file)
		fclose(file);
}

static void describe_machine(char *ret_text, size_t bytes)
{
	char vendor[64], product[64];

	read_or_unknown(DMI "sys_vendor", vendor, sizeof(vendor));
	read_or_unknown(DMI "product_name", product, sizeof(product));
	if (!strcmp(vendor, UNKNOWN) && !strcmp(product, UNKNOWN))
		snprintf(ret_text, bytes, "a machine that does not say what it is");
	else
		snprintf(ret_text, bytes, "%s %s", vendor, product);
}

/* What built it is between parentheses behind "Linux version RELEASE (WHO)". */
static void read_toolchain(char *ret_text, size_t bytes)
{
	char text[512];
	char *begin, *end;

	snprintf(ret_text, bytes, UNKNOWN);
	if (sysfile_read("/proc/version", text, sizeof(text)))
		return;
	begin = strchr(text, '(');
	begin = begin ? strchr(begin + 1, '(') : NULL;
	end = begin ? strstr(begin, ") #") : NULL;
	if (end)
		snprintf(ret_text, bytes, "%.*s", (int)(end - begin - 1), begin + 1);
}

json_t *host_describe(void)
{
	char cpu[320], model[256], memory[64], machine[160], toolchain[256];
	uint64_t bytes = 0;

	read_model(model, sizeof(model));
	snprintf(cpu, sizeof(cpu), "%ld x %s", sysconf(_SC_NPROCESSORS_ONLN), model);
	meminfo_read("MemTotal", &bytes);
	snprintf(memory, sizeof(memory), "%llu MiB", (unsigned long long)bytes >> 20);
	describe_machine(machine, sizeof(machine));
	read_toolchain(toolchain, sizeof(toolchain));
	return json_pack("{s:o, s:{s:s, s:s}, s:s, s:s, s:s}", "kernel", kernel_object(), "machine",
			 "name", "host", "description", machine, "cpu", cpu, "memory", memory,
			 "toolchain", toolchain);
}
