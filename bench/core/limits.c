/* What a case may take: see limits.h. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>
#include "bench/core/limits.h"

#define SHARE_OF_MEMORY 4
#define CASE_SECONDS	120

static int read_number(const json_t *value, const char *name, json_int_t most,
		       json_int_t *ret_number, char *ret_why, size_t why_bytes)
{
	const json_t *number = json_object_get(value, name);

	if (!number)
		return 0;
	if (!json_is_integer(number) || json_integer_value(number) < 0 ||
	    json_integer_value(number) > most) {
		snprintf(ret_why, why_bytes,
			 "the plan's limits.%s must be a number up to %lld, 0 for none", name,
			 (long long)most);
		return -EINVAL;
	}
	*ret_number = json_integer_value(number);
	return 0;
}

int limits_read(const json_t *value, struct limits *limits, char *ret_why, size_t why_bytes)
{
	json_int_t bytes = (json_int_t)limits->memory_bytes, seconds = limits->seconds;
	int err = read_number(value, "memory_bytes", INT64_MAX, &bytes, ret_why, why_bytes);

	if (!err)
		err = read_number(value, "seconds", INT_MAX, &seconds, ret_why, why_bytes);
	limits->memory_bytes = (uint64_t)bytes;
	limits->seconds = (unsigned int)seconds;
	return err;
}

void limits_default(struct limits *ret_limits)
{
	uint64_t bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);

	*ret_limits =
		(struct limits){.memory_bytes = bytes / SHARE_OF_MEMORY, .seconds = CASE_SECONDS};
}

void limits_apply(const struct limits *limits)
{
	struct rlimit memory = {.rlim_cur = limits->memory_bytes, .rlim_max = limits->memory_bytes};

	if (limits->memory_bytes)
		setrlimit(RLIMIT_AS, &memory);
	alarm(limits->seconds);
}

json_t *limits_to_json(const struct limits *limits)
{
	return json_pack("{s:I, s:i}", "memory_bytes", (json_int_t)limits->memory_bytes, "seconds",
			 (int)limits->seconds);
}
