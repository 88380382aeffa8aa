// SPDX-License-Identifier: GPL-2.0
/* A namespace is imported by a string since 6.13, by a bare word, made a string, before. */
#include <linux/build_bug.h>
#include <linux/module.h>

#undef MODULE_INFO
#ifdef PROBE_YES
#define MODULE_INFO(tag, info) static_assert(sizeof(info) == sizeof("x"))
#else
#define MODULE_INFO(tag, info) static_assert(sizeof(info) == sizeof("\"x\""))
#endif

MODULE_IMPORT_NS("x");
