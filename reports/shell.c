/* Words of shell commands: see shell.h. */
#include <string.h>

#include <glib.h>

#include "reports/shell.h"

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-"

char *pb_shell_word(const char *word)
{
	return *word && !word[strspn(word, PLAIN)] ? g_strdup(word) : g_shell_quote(word);
}
