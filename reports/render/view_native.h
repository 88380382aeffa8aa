/* What a report says of a run on the machine itself, which a guest's has not. */
#ifndef PINBENCH_REPORTS_RENDER_VIEW_NATIVE_H
#define PINBENCH_REPORTS_RENDER_VIEW_NATIVE_H

#include "reports/render/view.h"

/* Lines of view->trust: the module, the CPUs, the drift, limits. None for a guest's result. */
void pb_view_add_native(struct pb_view *view);

/* What a command that measures a case of this result needs besides: "--env native " or "". */
const char *pb_view_environment_option(const struct pb_result *result);

#endif
