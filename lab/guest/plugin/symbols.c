/* Functions by address: see symbols.h. */
#include <stdio.h>
#include <stdlib.h>
#include "lab/guest/plugin/symbols.h"

#define GROWTH 16384

static struct symbol *symbols;
static size_t symbol_count;

static const struct symbol unknown = {.function = FUNCTION_UNKNOWN, .kind = CODE_PLAIN};

static int add(const struct symbol *symbol)
{
	if (symbol_count % GROWTH == 0) {
		struct symbol *more = realloc(symbols, (symbol_count + GROWTH) * sizeof(*symbols));

		if (!more)
			return -1;
		symbols = more;
	}
	symbols[symbol_count++] = *symbol;
	return 0;
}

int symbols_read(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned long long start, end;
	int function, fields = 0;
	char kind;

	while (file &&
	       (fields = fscanf(file, "%llx %llx %d %c", &start, &end, &function, &kind)) == 4) {
		struct symbol symbol = {start, end, function, (enum code_kind)kind};

		if (end <= start || (symbol_count && start < symbols[symbol_count - 1].end) ||
		    add(&symbol))
			break;
	}
	if (file)
		fclose(file);
	if (file && fields == EOF)
		return 0;
	fprintf(stderr, "pinbench-profile: %s: cannot be read, or is wrong behind symbol %zu\n",
		path, symbol_count);
	return -1;
}

const struct symbol *symbols_find(uint64_t address)
{
	size_t low = 0, high = symbol_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (address < symbols[middle].start)
			high = middle;
		else if (address >= symbols[middle].end)
			low = middle + 1;
		else
			return &symbols[middle];
	}
	return &unknown;
}
