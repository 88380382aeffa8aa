/*
 * An exact profile for the tests of its reader and its renderers, and what a patch made of it.
 * walk() calls itself, and through another function; its place below main() is there twice.
 */
#ifndef PINBENCH_TESTS_PROFILE_SAMPLE_H
#define PINBENCH_TESTS_PROFILE_SAMPLE_H

#include "reports/profile/profile.h"

/* clang-format off */
/* Single quotes stand for double ones, as in sample.h. */
#define PROFILE(kernel, operations, insns, overhead, functions, nodes)                             \
	"{'schema':'pinbench-profile/1','id':'gup/pin[page=4k]','kernel':'" kernel "',"            \
	"'release':'6.12.117','repetitions':3,'model':null,'events':['insns','locked'],"           \
	"'regions':[{'metric':'pin','per':'page','operations':" operations ",'calls':5,"           \
	"'insns':" insns ",'overhead_insns':" overhead ",'overhead':[" overhead ",0],"             \
	"'functions':[" functions "],'nodes':[" nodes "],'lines':[{'function':0,'symbol':"         \
	"'walk.isra.0','offset':4,'count':20,'bytes':'f0ff','text':'lock incl (%rax)'}]}]}"
#define FUNCTION(name, file, where, calls, self, locked, inclusive, locked_inclusive)              \
	"{'name':'" name "','file':'" file "','where':'" where "','calls':" calls ","              \
	"'self':[" self "," locked "],'inclusive':[" inclusive "," locked_inclusive "]}"
#define NODE(function, parent, calls, self, locked)                                                \
	"{'function':" function ",'parent':" parent ",'calls':" calls ",'self':[" self "," locked "]}"
#define ODD "he lp;<&\\u0022é"

static const char sample_profile[] = PROFILE("6.12", "10", "220", "20",
	FUNCTION("walk", "gup.c", "kernel", "7", "155", "4", "183", "5") ","
	FUNCTION(ODD, "gup.c", "kernel", "7", "28", "1", "33", "1") ","
	FUNCTION("tick", "time.c", "kernel", "1", "27", "0", "27", "0") ","
	FUNCTION("main", "m.c", "user", "2", "10", "0", "193", "5") ","
	FUNCTION("[interrupts]", "", "", "1", "0", "0", "27", "0"),
	NODE("3", "-1", "2", "10", "0") ","
	NODE("0", "0", "2", "100", "4") ","
	NODE("0", "1", "3", "30", "0") ","
	NODE("1", "2", "3", "20", "1") ","
	NODE("0", "3", "1", "5", "0") ","
	NODE("1", "1", "4", "8", "0") ","
	NODE("4", "-1", "1", "0", "0") ","
	NODE("2", "6", "1", "27", "0") ","
	NODE("0", "0", "1", "20", "0"));

/* Twice the operations, functions in another order; for one page walk() costs one more. */
static const char sample_patched[] = PROFILE("6.12+fix.patch", "20", "453", "40",
	FUNCTION("main", "m.c", "user", "4", "20", "0", "399", "0") ","
	FUNCTION("walk", "gup2.c", "kernel", "7", "325", "0", "379", "0") ","
	FUNCTION("fresh", "gup2.c", "kernel", "7", "14", "0", "14", "0") ","
	FUNCTION(ODD, "gup2.c", "kernel", "7", "40", "0", "45", "0") ","
	FUNCTION("[interrupts]", "", "", "2", "0", "0", "54", "0") ","
	FUNCTION("tick", "time.c", "kernel", "2", "54", "0", "54", "0"),
	NODE("0", "-1", "4", "20", "0") ","
	NODE("1", "0", "4", "260", "0") ","
	NODE("1", "1", "6", "60", "0") ","
	NODE("3", "2", "6", "40", "0") ","
	NODE("1", "3", "2", "5", "0") ","
	NODE("2", "1", "8", "14", "0") ","
	NODE("4", "-1", "2", "0", "0") ","
	NODE("5", "6", "2", "54", "0"));
/* clang-format on */

/* Takes @root. */
static inline struct pb_profile *profile_of(json_t *root)
{
	g_autoptr(GError) error = NULL;
	struct pb_profile *profile = NULL;

	if (pb_profile_read(root, "x.json", &profile, &error))
		fail_msg("%s", error->message);
	json_decref(root);
	return profile;
}

static inline const struct pb_profile_region *region_of(const struct pb_profile *profile)
{
	return profile->regions->pdata[0];
}

#endif
