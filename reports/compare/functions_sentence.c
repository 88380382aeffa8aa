/* Where a figure moved, in one sentence: see functions_match.h. */
#include <math.h>
#include <string.h>

#include "reports/compare/functions_match.h"

#define MOST_NAMED    3
#define LEAST_DIGITS  2 /* behind the point */
#define MOST_DIGITS   20
#define NUMBER_LENGTH 64

/* What a reader wants to know of, in this order. Of the others the list of functions tells. */
static const struct {
	const char *event, *words;
	bool is_instruction; /* so it can be one of those that were added */
} worth[] = {
	{"locked", "locked", true},
	{"tlb_flushes", "TLB flushes", false},
	{"ipis", "IPIs", false},
	{"page_faults", "page faults", false},
	{"interrupts", "interrupts", false},
	{"mmio", "MMIO", false},
	{"port_io", "port I/O", false},
	{"rep_iterations", "REP iterations", true},
};

struct teller {
	const struct pb_match *match;
	GString *out;
	bool any_events;
};

/* Two digits behind the point; below 1 three that count, so that what is not zero never is. */
static void add_number(GString *out, double value, bool sign)
{
	double size = fabs(value);
	int decimals = size < 1 && size > 0 ? 2 - (int)floor(log10(size)) : LEAST_DIGITS;
	char format[16], digits[NUMBER_LENGTH];
	char *last;

	g_snprintf(format, sizeof(format), "%%.%df", MIN(decimals, MOST_DIGITS));
	g_ascii_formatd(digits, sizeof(digits), format, size);
	last = digits + strlen(digits) - 1;
	while (*last == '0' && last - strchr(digits, '.') > LEAST_DIGITS)
		*last-- = '\0';
	if (sign)
		g_string_append_c(out, value < 0 ? '-' : '+');
	g_string_append(out, digits);
}

/* 0 for an event that a profile does not have. */
static pb_wide change_of(const struct pb_match *match, const struct pb_match_function *function,
			 const char *name)
{
	for (guint i = 0; i < match->events->len; i++) {
		if (!strcmp(g_array_index(match->events, struct pb_match_event, i).name, name))
			return pb_match_self(match, function, i);
	}
	return 0;
}

static void add_per(const struct teller *teller, const char *words)
{
	const struct pb_profile_region *region = teller->match->regions[PB_MATCH_PATCHED];

	g_string_append_printf(teller->out, " %s", words);
	if (region->operations)
		g_string_append_printf(teller->out, "/%s", region->per);
}

static void add_name(const struct teller *teller, const struct pb_match_function *function)
{
	g_string_append_printf(teller->out, " in %s", function->name);
	if (!function->there[PB_MATCH_BASELINE])
		g_string_append(teller->out, " (new)");
	if (!function->there[PB_MATCH_PATCHED])
		g_string_append(teller->out, " (gone)");
}

/* Whether @part can be among the instructions that came, or went. */
static bool is_part(pb_wide part, pb_wide whole)
{
	return whole > 0 ? part > 0 && part <= whole : part < 0 && part >= whole;
}

/* ", of which 1.00 locked, +1.00 IPIs/page" */
static void add_events(struct teller *teller, const struct pb_match_function *function)
{
	pb_wide insns = pb_match_self(teller->match, function, PB_PROFILE_INSNS);

	for (size_t i = 0; i < G_N_ELEMENTS(worth); i++) {
		pb_wide change = change_of(teller->match, function, worth[i].event);
		bool part = worth[i].is_instruction && is_part(change, insns);

		if (!change)
			continue;
		teller->any_events = true;
		g_string_append(teller->out, part ? ", of which " : ", ");
		add_number(teller->out, pb_match_per_operation(teller->match, change), !part);
		if (part)
			g_string_append_printf(teller->out, " %s", worth[i].words);
		else
			add_per(teller, worth[i].words);
	}
}

static void add_function(struct teller *teller, const struct pb_match_function *function)
{
	bool first = !teller->out->len;

	if (!first)
		g_string_append(teller->out, teller->any_events ? "; " : ", ");
	add_number(teller->out,
		   pb_match_per_operation(teller->match,
					  pb_match_self(teller->match, function, PB_PROFILE_INSNS)),
		   true);
	if (first)
		add_per(teller, "insn");
	add_name(teller, function);
	add_events(teller, function);
}

/* Those with the largest changes; returns how many functions that is. */
static guint add_functions(struct teller *teller, const GPtrArray *differing)
{
	guint moved = 0, named;

	while (moved < differing->len &&
	       pb_match_self(teller->match, differing->pdata[moved], PB_PROFILE_INSNS))
		moved++;
	named = MIN(moved, MOST_NAMED);
	for (guint i = 0; i < named; i++)
		add_function(teller, differing->pdata[i]);
	if (moved > named)
		g_string_append_printf(teller->out, "%s and %u more function%s",
				       teller->any_events ? ";" : "", moved - named,
				       moved - named == 1 ? "" : "s");
	return named;
}

/* Events of functions from @first on, whose instructions were not named. */
static guint add_other_events(struct teller *teller, const GPtrArray *differing, guint first)
{
	guint count = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(worth); i++) {
		for (guint f = first; f < differing->len; f++) {
			const struct pb_match_function *function = differing->pdata[f];
			pb_wide change = change_of(teller->match, function, worth[i].event);

			if (!change || ++count > MOST_NAMED)
				continue;
			g_string_append(teller->out, "; ");
			add_number(teller->out, pb_match_per_operation(teller->match, change),
				   true);
			add_per(teller, worth[i].words);
			add_name(teller, function);
		}
	}
	if (count > MOST_NAMED)
		g_string_append_printf(teller->out, "; and %u more such change%s",
				       count - MOST_NAMED, count - MOST_NAMED == 1 ? "" : "s");
	return count;
}

char *pb_match_sentence(const struct pb_match *match, const GPtrArray *differing)
{
	struct teller teller = {.match = match};
	guint named;

	if (!differing->len)
		return g_strdup("no function differs");
	teller.out = g_string_new(NULL);
	named = add_functions(&teller, differing);
	if (!named)
		g_string_append(teller.out, "no change in instructions");
	if (!add_other_events(&teller, differing, named) && !named) {
		if (differing->len == 1) {
			const struct pb_match_function *only = differing->pdata[0];

			g_string_append(teller.out, "; other events differ");
			add_name(&teller, only);
		} else {
			g_string_append_printf(teller.out, "; other events differ in %u functions",
					       differing->len);
		}
	}
	return g_string_free(teller.out, FALSE);
}
