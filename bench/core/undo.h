/*
 * What a case changes of the machine for a while, undone even if it is killed. A process of its own
 * waits for the end of all that could have undone it, and then writes the old values back.
 */
#ifndef PINBENCH_UNDO_H
#define PINBENCH_UNDO_H

#include <stddef.h>

/*
 * Starts that process; before any change, and before a case is forked. 0, or -errno: then nothing
 * is undone for who is killed, and nothing should be changed. Where it was not called, which is so
 * in a guest, undo_note() does nothing.
 */
int undo_begin(void);
/*
 * The file at @path is to be @text again, before what was noted earlier. Before it is changed. 0,
 * or -errno: then it must not be changed.
 */
int undo_note(const char *path, const char *text);
/* It is. */
void undo_done(const char *path);
/* Of a file like "always [madvise] never": makes the choice, noting the old one, and gives it. */
int undo_swap_choice(const char *path, const char *choice, char *ret_old, size_t bytes);
/* Writes what was noted, so that nothing is left to undo. */
void undo_now(const char *path, const char *text);
/* Who called undo_begin() is at an end: waits until all is as it was. */
void undo_end(void);

#endif
