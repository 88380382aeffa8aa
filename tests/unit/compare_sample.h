/*
 * Comparisons for the tests of their renderers: of counted figures with a row for each verdict
 * there is, of timed ones, and of two kernels that are the same.
 */
#ifndef PINBENCH_TESTS_COMPARE_SAMPLE_H
#define PINBENCH_TESTS_COMPARE_SAMPLE_H

/* Single quotes stand for double ones, as in sample.h. */
#define COMPARE_HEAD "{'schema':'pinbench-compare/1',"
static const char sample_nothing[] =
	COMPARE_HEAD "'cases':[],'verdict':'unchanged','sentence':'The patch changes no code.'}";

#define COMPARE_KERNEL(spec)                                                  \
	"{'kernel':{'spec':'" spec "','release':'6.12.117','text_sha256':'"   \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}," \
	"'machine':{'name':'plain'},'toolchain':'gcc 12.2.0','boots':2}"

#define COMPARE_ROW(batch, primary, verdict, rest)                                              \
	"{'id':'gup/pin[page=4k,batch=" batch "]','benchmark':'gup/pin','params':{'page':'4k'," \
	"'batch':'" batch "'},'metric':'pin','unit':'insn/page','primary':" primary             \
	",'verdict':'" verdict "'" rest "}"

#define COMPARE_FIGURES(before, after, delta, percent)                                          \
	",'baseline':" before ",'patched':" after ",'delta':" delta ",'delta_percent':" percent \
	",'threshold_percent':0.5"

/* clang-format off */
static const char sample_counted[] = COMPARE_HEAD
	"'run':{'command':'./run.sh compare 6.12 6.12+fix.patch'},"
	"'baseline':" COMPARE_KERNEL("6.12") ",'patched':" COMPARE_KERNEL("6.12+fix.patch") ","
	"'validity':{'evidence':'counted','text_differs':true,'config_differences':[],"
	"'setup_differences':[{'what':'toolchain','baseline':'gcc 12','patched':'gcc 13'}],"
	"'changed_functions':[{'function':'gup_fast','object':'mm/gup.o','how':'code',"
	"'baseline_bytes':2982,'patched_bytes':2990,'reached':'measured','reached_by':['a','b']},"
	"{'function':'migrate_pages','object':'mm/migrate.o','how':'new','patched_bytes':7,"
	"'reached':'no'},{'function':'follow_page','object':'mm/gup.o','how':'code',"
	"'baseline_bytes':1,'patched_bytes':2,'reached':'outside'}],'changed_count':3,"
	"'control':{'boots':2,'figures':24,'differing':0,'largest_percent':0,'known_insns':1000,"
	"'seen_insns':1000,'ok':true}},"
	"'rules':{'min_effect_percent':0.1,'min_absolute':0.5},'cases':["
	COMPARE_ROW("1", "true", "regression", COMPARE_FIGURES("2664", "2690", "26", "0.976")
	    ",'boots':{'baseline':[[2664,2664],[2664]],'patched':[[2690,2689.5],[2691]]},"
	    "'command':'./run.sh compare 6.12 6.12+fix.patch gup/pin'") ","
	COMPARE_ROW("2", "true", "improvement", COMPARE_FIGURES("100", "90", "-10", "-10")) ","
	COMPARE_ROW("3", "true", "unchanged", COMPARE_FIGURES("50", "50.1", "0.1", "0.2") ",'negligible':true") ","
	COMPARE_ROW("4", "true", "unchanged", COMPARE_FIGURES("50", "50", "0", "0")) ","
	COMPARE_ROW("5", "true", "regression", ",'baseline':0,'patched':3,'delta':3,'delta_percent':null,"
	    "'threshold_percent':null") ","
	COMPARE_ROW("6", "true", "missing", ",'reason':'patched: no | way <here>'") ","
	COMPARE_ROW("7", "false", "regression", COMPARE_FIGURES("7", "9", "2", "28.6"))
	"],'verdict':'regression','sentence':'Regression: 2 of 5 figures got worse.'}";

#define COMPARE_TIMED(effect, low, high, q)                                                                \
	COMPARE_FIGURES("100", "102", "2", effect)                                                         \
	",'ci_percent':[" low "," high "],'q':" q ",'floor_percent':0.4"

static const char sample_timed[] = COMPARE_HEAD
	"'baseline':" COMPARE_KERNEL("6.12") ",'patched':" COMPARE_KERNEL("6.12+fix.patch") ","
	"'validity':{'evidence':'timed','text_differs':true,'config_differences':[],"
	"'setup_differences':[],'boot_order':'CBPPBC','control':{'boots':6,'figures':3,"
	"'differing':1,'largest_percent':0.4,'known_insns':1000,'seen_percent':12.5,"
	"'seen_ci_percent':[12,13],'ok':true}},'rules':{'min_effect_percent':1,'min_absolute':0},"
	"'cases':["
	COMPARE_ROW("1", "true", "regression", COMPARE_TIMED("2.04", "1.5", "2.6", "0.0125") ",'mde_percent':1.2")
	","
	COMPARE_ROW("2", "true", "inconclusive", COMPARE_TIMED("0.7", "-1.5", "3", "0.5")
	    ",'mde_percent':3.25,'more_boots':12") ","
	COMPARE_ROW("3", "true", "inconclusive", COMPARE_TIMED("0.6", "null", "null", "0.5")
	    ",'mde_percent':null,'more_boots':0")
	"],'verdict':'regression','sentence':'Regression: 1 of 3 figures got worse.'}";
/* clang-format on */

#endif
