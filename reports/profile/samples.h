/*
 * What samples can say. One is drawn by chance, so a share that is made of few of them is known
 * badly, and two shares that differ by less than chance makes them differ are the same.
 */
#ifndef PINBENCH_REPORTS_PROFILE_SAMPLES_H
#define PINBENCH_REPORTS_PROFILE_SAMPLES_H

#include "reports/profile/profile.h"

/*
 * Standard errors that a difference must reach. A profile has some hundred functions, and each gets
 * its chance to differ: at two of them five in a hundred would, at four none in ten thousand.
 */
#define PB_SAMPLES_ERRORS 4

/* @part of @whole in percent; of nothing 0. */
double pb_samples_percent(guint64 part, guint64 whole);

/* The standard error of that, in percent points. */
double pb_samples_error(guint64 part, guint64 whole);

/* How far the shares of two profiles differ by chance alone: PB_SAMPLES_ERRORS, in points. */
double pb_samples_noise(guint64 part, guint64 whole, guint64 other_part, guint64 other_whole);

/* Whether they differ by more. */
bool pb_samples_differ(guint64 part, guint64 whole, guint64 other_part, guint64 other_whole);

/* Of all regions of a sampled profile. */
guint64 pb_samples_total(const struct pb_profile *profile);

#endif
