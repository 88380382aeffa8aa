/* Loaded modules: see modules.h. sysfs has a folder for each, with its sections' addresses. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "pinbench/result.h"
#include "lab/guest/init/modules.h"

#define MODULES "/sys/module"

static int read_address(const char *module, const char *section, unsigned long long *ret_address)
{
	char path[512];
	FILE *file;
	int fields;

	snprintf(path, sizeof(path), MODULES "/%s/sections/%s", module, section);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	fields = fscanf(file, "%llx", ret_address);
	fclose(file);
	return fields == 1 ? 0 : -ENODATA;
}

static bool is_code(const char *section)
{
	return strstr(section, ".text") != NULL;
}

/* Not a module, but something built in that has parameters: it has no sections. */
static DIR *open_sections(const char *module)
{
	char path[512];

	snprintf(path, sizeof(path), MODULES "/%s/sections", module);
	return opendir(path);
}

static int write_module(int port, const char *module)
{
	unsigned long long address;
	const struct dirent *entry;
	char line[2048];
	DIR *sections = open_sections(module);
	const char *comma = "";
	int length;

	if (!sections)
		return 0;
	length = snprintf(line, sizeof(line), "{\"event\":\"%s\",\"name\":\"%s\",\"sections\":{",
			  PB_EVENT_MODULE, module);
	while ((entry = readdir(sections)) && length < (int)sizeof(line) - 320) {
		if (!is_code(entry->d_name) || read_address(module, entry->d_name, &address))
			continue;
		length += snprintf(line + length, sizeof(line) - (size_t)length,
				   "%s\"%s\":\"0x%llx\"", comma, entry->d_name, address);
		comma = ",";
	}
	closedir(sections);
	length += snprintf(line + length, sizeof(line) - (size_t)length, "}}\n");
	return write(port, line, (size_t)length) == length ? 0 : -EIO;
}

int modules_write(int port)
{
	DIR *modules = opendir(MODULES);
	const struct dirent *entry;
	int err = modules ? 0 : -errno;

	while (!err && (entry = readdir(modules))) {
		if (entry->d_name[0] != '.')
			err = write_module(port, entry->d_name);
	}
	if (modules)
		closedir(modules);
	return err;
}
