/* Flame graphs of one profile or of two: what their boxes say. flame_draw.c draws them. */
#include <math.h>
#include <string.h>

#include "reports/profile/samples.h"
#include "reports/render/compare/words.h"
#include "reports/render/profile/figures.h"
#include "reports/render/profile/flame.h"
#include "reports/render/profile/flame_draw.h"
#include "reports/render/profile/flame_tree.h"
#include "reports/render/text.h"

#define PATCHED	     1
#define MOST_CHANGES 5

static const struct {
	const char *where, *class, *legend;
} looks[] = {
	{"kernel", "kernel", "kernel"},
	{"module", "module", "module"},
	{"user", "user", "user space"},
	{"", "aside", "interrupts, other tasks, waiting"},
};
#define UNKNOWN_LEGEND "unknown code" /* of samples: the others have functions */

/* What both kinds of picture are made from; the second of each is NULL for one profile. */
struct sides {
	const struct pb_profile *profiles[PB_FLAME_SIDES];
	const struct pb_profile_region *regions[PB_FLAME_SIDES];
	char *unit;
	double most; /* the largest change of any place */
};

static gboolean are_sampled(const struct sides *sides)
{
	return sides->regions[0]->sampled;
}

/* For one operation. Of two sampled ones, shares: they have as many samples as they had time. */
static double value(const struct sides *sides, const guint64 counts[PB_FLAME_SIDES], guint side)
{
	if (are_sampled(sides) && sides->regions[PATCHED])
		return pb_samples_percent(counts[side], sides->regions[side]->insns);
	return pb_profile_per_operation(sides->regions[side], (double)counts[side]);
}

static double change(const struct sides *sides, const guint64 counts[PB_FLAME_SIDES])
{
	return value(sides, counts, PATCHED) - value(sides, counts, 0);
}

/* What is more than chance makes of samples; exact counts all are. */
static gboolean is_change(const struct sides *sides, const guint64 counts[PB_FLAME_SIDES])
{
	if (!are_sampled(sides))
		return change(sides, counts) != 0;
	return pb_samples_differ(counts[0], sides->regions[0]->insns, counts[PATCHED],
				 sides->regions[PATCHED]->insns);
}

static const char *name_of(const struct sides *sides, const struct pb_flame_place *place)
{
	return place->name ? place->name : sides->regions[0]->metric;
}

static size_t look_of(const char *where)
{
	size_t i = 0;

	while (i < G_N_ELEMENTS(looks) - 1 && strcmp(looks[i].where, where))
		i++;
	return i;
}

static char *share_of(const struct sides *sides, guint64 count, const struct pb_flame_place *whole)
{
	return are_sampled(sides) ? pb_profile_sampled_share(count, whole->all[0])
				  : pb_profile_share((double)count, (double)whole->all[0]);
}

static void fill_box(struct pb_flame_box *box, const struct sides *sides,
		     const struct pb_flame_place *place, const struct pb_flame_place *whole)
{
	double all = value(sides, place->all, 0);
	g_autofree char *share = share_of(sides, place->all[0], whole);
	g_autofree char *own_share = share_of(sides, place->self[0], whole);
	g_autofree char *with = pb_text_number(all);
	g_autofree char *self = pb_text_number(value(sides, place->self, 0));

	box->own = value(sides, place->self, 0);
	box->note = place->name ? g_strdup("") : g_strdup_printf("%s %s", with, sides->unit);
	box->class = place->name ? looks[look_of(place->where)].class : "whole";
	box->tooltip =
		are_sampled(sides)
			? g_strdup_printf("%s: self %s %s (%s), with what it calls %s %s (%s)",
					  box->name, self, sides->unit, own_share, with,
					  sides->unit, share)
			: g_strdup_printf("%s: self %s %s, with what it calls %s %s (%s)",
					  box->name, self, sides->unit, with, sides->unit, share);
}

/* Grey for what is as it was; three shades each way, of the largest change. */
static const char *shade_of(const struct sides *sides, double delta)
{
	static const char *const less[] = {"less1", "less2", "less3"};
	static const char *const more[] = {"more1", "more2", "more3"};
	int shade;

	if (delta == 0 || sides->most == 0)
		return "whole";
	shade = MIN((int)(fabs(delta) / sides->most * 3), 2);
	return delta < 0 ? less[shade] : more[shade];
}

/* Short, for a label: to the hundredth if that leaves anything. */
static char *note_of(double delta)
{
	if (delta == 0)
		return g_strdup("");
	return pb_compare_signed(fabs(delta) < 0.01 ? delta : round(delta * 100) / 100);
}

/* "12 → 13 insn/page (+1)" */
static char *both_of(const struct sides *sides, const guint64 counts[PB_FLAME_SIDES])
{
	g_autofree char *before = pb_text_number(value(sides, counts, 0));
	g_autofree char *after = pb_text_number(value(sides, counts, PATCHED));
	g_autofree char *delta = pb_compare_signed(change(sides, counts));
	g_autofree char *noise = NULL;

	if (!are_sampled(sides))
		return g_strdup_printf("%s → %s %s (%s)", before, after, sides->unit, delta);
	noise = pb_text_number(pb_samples_noise(counts[0], sides->regions[0]->insns,
						counts[PATCHED], sides->regions[PATCHED]->insns));
	return g_strdup_printf("%s → %s %s (%s, noise ±%s)", before, after, sides->unit, delta,
			       noise);
}

static gboolean is_gone(const struct pb_flame_place *place)
{
	return place->all[0] && !place->all[PATCHED];
}

/* Where no sample fell, the code may well be. */
static const char *fate_of(const struct sides *sides, const struct pb_flame_place *place)
{
	if (are_sampled(sides))
		return "";
	if (is_gone(place))
		return " (gone)";
	return !place->all[0] && place->all[PATCHED] ? " (new)" : "";
}

static void fill_diff_box(struct pb_flame_box *box, const struct sides *sides,
			  const struct pb_flame_place *place)
{
	g_autofree char *self = both_of(sides, place->self), *with = both_of(sides, place->all);
	const guint64 *counts = place->name ? place->self : place->all;
	double delta = is_change(sides, counts) ? change(sides, counts) : 0;

	box->gone = !are_sampled(sides) && is_gone(place);
	box->own = fmax(value(sides, place->self, 0), value(sides, place->self, PATCHED));
	box->note = note_of(delta);
	box->class = shade_of(sides, place->name ? delta : 0);
	box->tooltip = g_strdup_printf("%s%s: self %s, with what it calls %s", box->name,
				       fate_of(sides, place), self, with);
}

static void add_boxes(struct pb_flame_picture *picture, struct sides *sides)
{
	g_autoptr(GPtrArray) places = pb_flame_places(sides->regions);

	for (guint i = 0; sides->regions[PATCHED] && i < places->len; i++) {
		const struct pb_flame_place *place = places->pdata[i];

		if (is_change(sides, place->self))
			sides->most = fmax(sides->most, fabs(change(sides, place->self)));
	}
	for (guint i = 0; i < places->len; i++) {
		const struct pb_flame_place *place = places->pdata[i];
		struct pb_flame_box *box = g_new0(struct pb_flame_box, 1);

		box->parent = place->parent;
		box->name = g_strdup(name_of(sides, place));
		if (sides->regions[PATCHED])
			fill_diff_box(box, sides, place);
		else
			fill_box(box, sides, place, places->pdata[0]);
		g_ptr_array_add(picture->boxes, box);
	}
}

/* The kinds of code that there are. */
static void add_keys(struct pb_flame_picture *picture, const struct sides *sides)
{
	const GPtrArray *functions = sides->regions[0]->functions;
	gboolean seen[G_N_ELEMENTS(looks)] = {FALSE};

	for (guint i = 0; i < functions->len; i++) {
		const struct pb_profile_function *function = functions->pdata[i];

		seen[look_of(function->where)] = TRUE;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(looks); i++)
		if (seen[i])
			pb_flame_add_key(picture, looks[i].class,
					 g_strdup(are_sampled(sides) && !*looks[i].where
							  ? UNKNOWN_LEGEND
							  : looks[i].legend),
					 FALSE);
}

static void add_scale(struct pb_flame_picture *picture, const struct sides *sides)
{
	static const char *const scale[] = {"less3", "less2", "less1", "whole", "more1", "more2"};
	g_autofree char *most = pb_text_number(sides->most);

	pb_flame_add_key(picture, NULL, g_strdup_printf("self: -%s %s", most, sides->unit), FALSE);
	for (size_t i = 0; i < G_N_ELEMENTS(scale); i++)
		pb_flame_add_key(picture, scale[i], g_strdup(""), FALSE);
	pb_flame_add_key(picture, "more3", g_strdup_printf("+%s", most), FALSE);
}

static void add_diff_keys(struct pb_flame_picture *picture, const struct sides *sides)
{
	bool sampled = are_sampled(sides);

	if (!sampled || sides->most > 0)
		add_scale(picture, sides);
	if (sampled)
		pb_flame_add_key(picture, "whole", g_strdup("within the noise"), FALSE);
	else
		pb_flame_add_key(picture, "less1", g_strdup("gone"), TRUE);
	pb_flame_add_key(picture, NULL, g_strdup("a box is as wide as the larger of the two"),
			 FALSE);
}

static char *kernel_of(const struct pb_profile *profile)
{
	return g_strdup_printf("%s (%s)", profile->kernel, profile->release);
}

static void describe_samples(struct pb_flame_picture *picture, const struct sides *sides)
{
	g_autofree char *kernel = kernel_of(sides->profiles[0]);
	g_autofree char *words = pb_profile_samples_words(sides->profiles[0], sides->regions[0]);

	picture->title = g_strdup(sides->profiles[0]->id);
	picture->subtitle = g_strdup_printf("on %s: %s", kernel, words);
	picture->description = g_strdup_printf("Flame graph of the samples of %s: %s",
					       picture->title, picture->subtitle);
}

static void describe(struct pb_flame_picture *picture, const struct sides *sides)
{
	const struct pb_profile_region *region = sides->regions[0];
	g_autofree char *kernel = kernel_of(sides->profiles[0]);
	g_autofree char *figure = pb_text_number(pb_profile_figure(region));
	g_autofree char *overhead =
		pb_text_number(pb_profile_per_operation(region, (double)region->overhead_insns));

	picture->title = g_strdup(sides->profiles[0]->id);
	picture->subtitle = g_strdup_printf("%s on %s: %s %s, and %s for the clock and empty calls",
					    region->metric, kernel, figure, sides->unit, overhead);
	picture->description = g_strdup_printf("Flame graph of the instructions of %s: %s",
					       picture->title, picture->subtitle);
}

/* The largest first. */
static gint by_change(gconstpointer left, gconstpointer right, gpointer data)
{
	const struct pb_flame_place *a = *(struct pb_flame_place *const *)left;
	const struct pb_flame_place *b = *(struct pb_flame_place *const *)right;
	double one = is_change(data, a->self) ? fabs(change(data, a->self)) : 0;
	double other = is_change(data, b->self) ? fabs(change(data, b->self)) : 0;

	if (one != other)
		return one < other ? 1 : -1;
	return g_strcmp0(a->name, b->name);
}

/* In words, for narrow boxes have none: where it changed most. */
static char *changes(const struct sides *sides)
{
	g_autoptr(GPtrArray) places = pb_flame_places(sides->regions);
	GString *text = g_string_new("most: ");

	g_ptr_array_sort_with_data(places, by_change, (gpointer)sides);
	for (guint i = 0; i < places->len && i < MOST_CHANGES; i++) {
		const struct pb_flame_place *place = places->pdata[i];
		double delta = change(sides, place->self);
		g_autofree char *note = note_of(delta);

		if (!is_change(sides, place->self))
			break;
		g_string_append_printf(text, "%s%s %s%s", i ? ", " : "", place->name, note,
				       fate_of(sides, place));
	}
	if (sides->most == 0)
		g_string_assign(text, are_sampled(sides)
					      ? "no share differs by more than the samples' noise"
					      : "no place changed");
	return g_string_free(text, FALSE);
}

static void describe_sampled_diff(struct pb_flame_picture *picture, const struct sides *sides)
{
	g_autofree char *base = kernel_of(sides->profiles[0]);
	g_autofree char *kernel = kernel_of(sides->profiles[PATCHED]);

	picture->title = g_strdup(sides->profiles[PATCHED]->id);
	picture->subtitle = g_strdup_printf(
		"on %s → %s: shares of %" G_GUINT64_FORMAT " → %" G_GUINT64_FORMAT
		" samples %s; a share is no time",
		base, kernel, sides->regions[0]->insns, sides->regions[PATCHED]->insns,
		pb_profile_region_words(sides->regions[PATCHED]));
	picture->foot = changes(sides);
	picture->description =
		g_strdup_printf("Flame graph of what changed in the samples of %s: %s; %s",
				picture->title, picture->subtitle, picture->foot);
}

static void describe_diff(struct pb_flame_picture *picture, const struct sides *sides)
{
	double before = pb_profile_figure(sides->regions[0]);
	double after = pb_profile_figure(sides->regions[PATCHED]);
	g_autofree char *base = kernel_of(sides->profiles[0]);
	g_autofree char *kernel = kernel_of(sides->profiles[PATCHED]);
	g_autofree char *from = pb_text_number(before), *to = pb_text_number(after);
	g_autofree char *delta = pb_compare_signed(after - before);

	picture->title = g_strdup(sides->profiles[PATCHED]->id);
	picture->subtitle =
		g_strdup_printf("%s on %s → %s: %s → %s %s (%s)", sides->regions[PATCHED]->metric,
				base, kernel, from, to, sides->unit, delta);
	picture->foot = changes(sides);
	picture->description =
		g_strdup_printf("Flame graph of what changed in the instructions of %s: %s; %s",
				picture->title, picture->subtitle, picture->foot);
}

static char *render(struct sides *sides, gboolean inside)
{
	static void (*const words[2][2])(struct pb_flame_picture *, const struct sides *) = {
		{describe, describe_samples},
		{describe_diff, describe_sampled_diff},
	};
	gboolean two = sides->regions[PATCHED] != NULL;
	struct pb_flame_picture picture;
	char *svg;

	pb_flame_picture_init(&picture);
	picture.inside = inside;
	sides->unit = two && are_sampled(sides)
			      ? g_strdup("% of samples")
			      : pb_profile_unit(sides->regions[two ? PATCHED : 0]);
	add_boxes(&picture, sides);
	if (two)
		add_diff_keys(&picture, sides);
	else
		add_keys(&picture, sides);
	words[two][are_sampled(sides)](&picture, sides);
	svg = pb_flame_draw(&picture);
	pb_flame_picture_clear(&picture);
	g_free(sides->unit);
	return svg;
}

char *pb_render_flame(const struct pb_profile *profile, const struct pb_profile_region *region)
{
	struct sides sides = {.profiles = {profile}, .regions = {region}};

	return render(&sides, FALSE);
}

char *pb_render_flame_inside(const struct pb_profile *profile,
			     const struct pb_profile_region *region)
{
	struct sides sides = {.profiles = {profile}, .regions = {region}};

	return render(&sides, TRUE);
}

char *pb_render_flame_diff(const struct pb_profile *baseline,
			   const struct pb_profile_region *base_region,
			   const struct pb_profile *patched,
			   const struct pb_profile_region *patched_region)
{
	struct sides sides = {
		.profiles = {baseline, patched},
		.regions = {base_region, patched_region},
	};

	return render(&sides, FALSE);
}
