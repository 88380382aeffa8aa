// SPDX-License-Identifier: GPL-2.0
/* What a TEE driver needs moved from linux/tee_drv.h to linux/tee_core.h in 6.10. */
#ifdef PROBE_YES
#include <linux/tee_core.h>
#else
#include <linux/tee_drv.h>
#endif

size_t probe(void);
size_t probe(void)
{
	return sizeof(struct tee_driver_ops);
}
