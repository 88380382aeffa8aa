/* As much of C as the checks need: where comments and literals are. */
#include "check.h"

enum state {
	CODE,
	LINE_COMMENT,
	BLOCK_COMMENT,
	LITERAL
};

static void blank(char *at)
{
	if (*at != '\n')
		*at = ' ';
}

char *blank_c(const char *text, bool literals)
{
	char *ret = g_strdup(text);
	enum state state = CODE;
	char quote = 0;

	for (char *at = ret; *at; at++) {
		bool pair = at[1] != '\0';

		if (state == CODE && at[0] == '/' && (at[1] == '/' || at[1] == '*')) {
			state = at[1] == '/' ? LINE_COMMENT : BLOCK_COMMENT;
			blank(at++);
			blank(at);
		} else if (state == CODE && (*at == '"' || *at == '\'')) {
			state = LITERAL;
			quote = *at;
		} else if (state == LINE_COMMENT && *at == '\n') {
			state = CODE;
		} else if (state == BLOCK_COMMENT && at[0] == '*' && at[1] == '/') {
			state = CODE;
			blank(at++);
			blank(at);
		} else if (state == LITERAL && (*at == quote || *at == '\n')) {
			state = CODE;
		} else if (state == LITERAL && *at == '\\' && pair) {
			if (literals) {
				blank(at);
				blank(at + 1);
			}
			at++;
		} else if (state == LINE_COMMENT || state == BLOCK_COMMENT ||
			   (state == LITERAL && literals)) {
			blank(at);
		}
	}
	return ret;
}
