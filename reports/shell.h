/* Commands that a reader can paste into a shell. */
#ifndef PINBENCH_REPORTS_SHELL_H
#define PINBENCH_REPORTS_SHELL_H

/* @word as one word of a shell command, quoted only if it must be. Free with g_free. */
char *pb_shell_word(const char *word);

#endif
