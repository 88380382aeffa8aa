#include "lab/kernel/same.h"

#include <string.h>

#include "lab/kernel/make/compile.h"

int pb_kernel_same_code(const struct pb_kernel *one, const struct pb_kernel *other, bool *ret_same,
			GError **ret_error)
{
	static const char *const sections[] = {".rodata", ".data"};
	int err = 0;

	*ret_same = !strcmp(one->text_sha256, other->text_sha256);
	for (size_t i = 0; !err && *ret_same && i < G_N_ELEMENTS(sections); i++) {
		g_autofree char *a = NULL, *b = NULL;

		err = pb_elf_section_sha256(one->vmlinux, sections[i], &a, ret_error);
		if (!err)
			err = pb_elf_section_sha256(other->vmlinux, sections[i], &b, ret_error);
		*ret_same = !err && !strcmp(a, b);
	}
	return err;
}
