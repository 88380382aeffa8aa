/* What the arm64 guest's init and the test that boots it agree on. */
#ifndef PINBENCH_TESTS_ARM64_GUEST_H
#define PINBENCH_TESTS_ARM64_GUEST_H

#define ARM64_PLANS_DIR	     "/plans"
#define ARM64_EVENT_PLAN     "plan"	/* {"name"}: the agent's events of it follow */
#define ARM64_EVENT_PLAN_END "plan-end" /* {"status"}: of wait() */

#endif
