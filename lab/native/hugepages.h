/* Huge pages for the cases that ask for some, for as long as a run takes. */
#ifndef PINBENCH_LAB_NATIVE_HUGEPAGES_H
#define PINBENCH_LAB_NATIVE_HUGEPAGES_H

#include <jansson.h>

#include "lab/native/guard.h"

/*
 * Sees to it that as many 2 MiB pages are free as a guest has; @guard gives those back that there
 * were not before. *ret_hugepages is environment.hugepages of the result:
 * {"free","reserved"[,"reason"]}, in pages. That there are none is no error: cases that want some
 * are skips with their reason.
 */
int pb_hugepages_reserve(struct pb_guard *guard, json_t **ret_hugepages, GError **ret_error);

#endif
