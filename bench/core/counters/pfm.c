/* Events by libpfm4: see pfm.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <perfmon/pfmlib_perf_event.h>
#include "bench/core/counters/pfm.h"

static bool is_ready(void)
{
	static int state; /* 0: not asked for yet */

	if (!state) {
		/* So that events of other processors are known, and called that. */
		setenv("LIBPFM_ENCODE_INACTIVE", "1", 1);
		state = pfm_initialize() == PFM_SUCCESS ? 1 : -1;
	}
	return state > 0;
}

static bool pmu_info(int pmu, pfm_pmu_info_t *ret_info)
{
	*ret_info = (pfm_pmu_info_t){.size = sizeof(*ret_info)};
	return pfm_get_pmu_info(pmu, ret_info) == PFM_SUCCESS;
}

static bool event_info(int index, pfm_event_info_t *ret_info)
{
	*ret_info = (pfm_event_info_t){.size = sizeof(*ret_info)};
	return pfm_get_event_info(index, PFM_OS_PERF_EVENT_EXT, ret_info) == PFM_SUCCESS;
}

/* 0, or -ENOENT. */
static int encode(const char *name, struct perf_event_attr *ret_attr, pfm_pmu_info_t *ret_pmu)
{
	pfm_perf_encode_arg_t arg = {.size = sizeof(arg), .attr = ret_attr};
	pfm_event_info_t info;

	*ret_attr = (struct perf_event_attr){.size = sizeof(*ret_attr)};
	if (pfm_get_os_event_encoding(name, PFM_PLM0 | PFM_PLM3, PFM_OS_PERF_EVENT_EXT, &arg) !=
	    PFM_SUCCESS)
		return -ENOENT;
	return event_info(arg.idx, &info) && pmu_info((int)info.pmu, ret_pmu) ? 0 : -ENOENT;
}

/* Without a processor's name in front it may be of any that the library knows. */
static int find_elsewhere(const char *name, pfm_pmu_info_t *ret_pmu)
{
	struct perf_event_attr attr;
	char full[2 * COUNTER_NAME_BYTES];

	for (int pmu = PFM_PMU_NONE + 1; pmu < PFM_PMU_MAX; pmu++) {
		if (!pmu_info(pmu, ret_pmu) || ret_pmu->is_present)
			continue;
		snprintf(full, sizeof(full), "%s::%s", ret_pmu->name, name);
		if (!encode(full, &attr, ret_pmu))
			return 0;
	}
	return -ENOENT;
}

int pfm_event_find(const char *name, struct counter_event *ret_event, char *ret_pmu,
		   size_t pmu_bytes)
{
	struct perf_event_attr attr;
	pfm_pmu_info_t pmu;

	if (!is_ready())
		return -ENOENT;
	if (encode(name, &attr, &pmu) && find_elsewhere(name, &pmu))
		return -ENOENT;
	if (!pmu.is_present) {
		snprintf(ret_pmu, pmu_bytes, "%s (%s)", pmu.desc, pmu.name);
		return -ENODEV;
	}
	*ret_event = (struct counter_event){
		.type = attr.type,
		.config = attr.config,
		.config1 = attr.config1,
		.config2 = attr.config2,
		.exclude_user = attr.exclude_user,
		.exclude_kernel = attr.exclude_kernel,
	};
	return 0;
}

static void tell_masks(int index, const pfm_event_info_t *event, name_taker take, void *context)
{
	pfm_event_attr_info_t mask;
	char name[2 * COUNTER_NAME_BYTES];

	for (int i = 0; i < event->nattrs; i++) {
		mask = (pfm_event_attr_info_t){.size = sizeof(mask)};
		if (pfm_get_event_attr_info(index, i, PFM_OS_PERF_EVENT_EXT, &mask) !=
			    PFM_SUCCESS ||
		    mask.type != PFM_ATTR_UMASK)
			continue;
		snprintf(name, sizeof(name), "%s:%s", event->name, mask.name);
		take(name, context);
	}
}

static void tell_events(const pfm_pmu_info_t *pmu, bool with_masks, name_taker take, void *context)
{
	pfm_event_info_t event;

	for (int i = pmu->first_event; i != -1; i = pfm_get_event_next(i)) {
		if (!event_info(i, &event))
			continue;
		take(event.name, context);
		if (with_masks)
			tell_masks(i, &event, take, context);
	}
}

void pfm_each(bool everywhere, name_taker take, void *context)
{
	pfm_pmu_info_t pmu;

	for (int i = PFM_PMU_NONE + 1; is_ready() && i < PFM_PMU_MAX; i++) {
		if (pmu_info(i, &pmu) && (pmu.is_present || everywhere))
			tell_events(&pmu, pmu.is_present, take, context);
	}
}
