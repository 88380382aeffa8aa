/* Counts that seldom change: see rare.h. */
#include "lab/guest/plugin/rare.h"

struct rare_counts rare;
