/* What a kernel's code is, whatever file it lies in. Declared in compile.h. */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "lab/kernel/make/compile.h"
#include "reports/error.h"

/* The contents of the section @name, which belong to @elf; NULL if there is no such section. */
static Elf_Data *section_data(Elf *elf, const char *name)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		const char *found;
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header))
			continue;
		found = elf_strptr(elf, names, header.sh_name);
		if (found && !strcmp(found, name))
			return elf_rawdata(section, NULL);
	}
	return NULL;
}

int pb_elf_section_sha256(const char *path, const char *name, char **ret_hex, GError **ret_error)
{
	Elf_Data *data = NULL;
	Elf *elf = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = 0;

	elf_version(EV_CURRENT);
	if (fd >= 0)
		elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf)
		data = section_data(elf, name);
	if (data && data->d_buf)
		*ret_hex =
			g_compute_checksum_for_data(G_CHECKSUM_SHA256, data->d_buf, data->d_size);
	else
		r = pb_fail(ret_error, ENOEXEC, PB_EXIT_ENVIRONMENT,
			    "%s is no ELF file with a section %s", path, name);
	if (elf)
		elf_end(elf);
	if (fd >= 0)
		close(fd);
	return r;
}
