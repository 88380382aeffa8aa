/* See tree.h. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/noise/tree.h"

#define LONGEST_PATH  1024
#define FIRST_BYTES   4096
#define LONGEST_BYTES (4u << 20)

/* Files of /proc say no size, and give what they have piece by piece. */
static char *read_all(int fd)
{
	size_t size = FIRST_BYTES, used = 0;
	char *text = malloc(size), *larger;
	ssize_t got;

	while (text && (got = read(fd, text + used, size - used - 1)) > 0) {
		used += (size_t)got;
		if (size - used > 1)
			continue;
		larger = size < LONGEST_BYTES ? realloc(text, size *= 2) : NULL;
		if (!larger)
			break;
		text = larger;
	}
	while (text && used && text[used - 1] == '\n')
		used--;
	if (text)
		text[used] = '\0';
	return text;
}

static char *read_path(const char *root, const char *fmt, va_list args)
{
	char path[LONGEST_PATH];
	int start = snprintf(path, sizeof(path), "%s", root), length, fd;
	char *text;

	if (start < 0 || (size_t)start >= sizeof(path))
		return NULL;
	length = vsnprintf(path + start, sizeof(path) - (size_t)start, fmt, args);
	if (length < 0 || (size_t)length >= sizeof(path) - (size_t)start)
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	text = read_all(fd);
	close(fd);
	return text;
}

char *tree_read(const char *root, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = read_path(root, fmt, args);
	va_end(args);
	return text;
}

json_t *tree_text(const char *root, const char *fmt, ...)
{
	va_list args;
	json_t *ret;
	char *text;

	va_start(args, fmt);
	text = read_path(root, fmt, args);
	va_end(args);
	ret = tree_string(text);
	free(text);
	return ret;
}

json_t *tree_number(const char *root, const char *fmt, ...)
{
	json_t *ret = NULL;
	va_list args;
	long long number;
	char *text, *end;

	va_start(args, fmt);
	text = read_path(root, fmt, args);
	va_end(args);
	if (text) {
		errno = 0;
		number = strtoll(text, &end, 10);
		if (end != text && !*end && !errno)
			ret = json_integer(number);
	}
	free(text);
	return ret ? ret : json_null();
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int tree_names(const char *root, const char *path, struct dirent ***ret_names)
{
	char whole[LONGEST_PATH];
	int length = snprintf(whole, sizeof(whole), "%s%s", root, path), count;

	*ret_names = NULL;
	if (length < 0 || (size_t)length >= sizeof(whole))
		return 0;
	count = scandir(whole, ret_names, is_shown, versionsort);
	return count < 0 ? 0 : count;
}

void tree_free_names(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

const char *tree_line(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, name, length))
			continue;
		/* "model" is no "model name". */
		at += length + strspn(at + length, " \t");
		if (*at == ':')
			return at + 1 + strspn(at + 1, " \t");
	}
	return NULL;
}

json_t *tree_string(const char *text)
{
	json_t *ret = text ? json_string(text) : json_null();
	char *plain = ret ? NULL : strdup(text);

	for (char *at = plain; at && *at; at++) {
		if ((unsigned char)*at & 0x80)
			*at = '?';
	}
	if (plain)
		ret = json_string(plain);
	free(plain);
	return ret ? ret : json_null();
}

/* The next number of a list; -1 if there is none, or it is too large. */
static int take_cpu(const char **at)
{
	unsigned long number;
	char *end;

	if (!isdigit((unsigned char)**at))
		return -1;
	number = strtoul(*at, &end, 10);
	*at = end;
	return number < CPU_SETSIZE ? (int)number : -1;
}

int tree_parse_cpus(const char *text, cpu_set_t *ret_cpus)
{
	CPU_ZERO(ret_cpus);
	while (*text) {
		int first = take_cpu(&text), last = first;

		if (*text == '-') {
			text++;
			last = take_cpu(&text);
		}
		if (first < 0 || last < first)
			return -EINVAL;
		for (int cpu = first; cpu <= last; cpu++)
			CPU_SET((size_t)cpu, ret_cpus);
		if (*text == ',' && text[1])
			text++;
		else if (*text)
			return -EINVAL;
	}
	return 0;
}

json_t *tree_cpus_text(const cpu_set_t *cpus)
{
	char text[CPU_SETSIZE * 5];
	size_t used = 0;

	text[0] = '\0';
	for (size_t cpu = 0, last; cpu < CPU_SETSIZE; cpu = last + 1) {
		last = cpu;
		if (!CPU_ISSET(cpu, cpus))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, cpus))
			last++;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%zu", used ? "," : "",
					 cpu);
		if (last > cpu)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "-%zu", last);
	}
	return json_string(text);
}
