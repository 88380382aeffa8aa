/*
 * Running a kernel's make: the same settings every time, progress by the steps it
 * prints, and errors that begin with what the compiler said. Internal to lab/kernel/.
 */
#ifndef PINBENCH_LAB_KERNEL_MAKE_COMPILE_H
#define PINBENCH_LAB_KERNEL_MAKE_COMPILE_H

#include <glib.h>

#include "lab/util/files.h"
#include "lab/util/progress.h"
#include "pinbench/exit.h"

/* Counts as a part of every key: raise it when the settings below change what is built. */
#define PB_MAKE_RECIPE "1"

struct pb_make {
	const char *directory;	      /* make -C */
	const char *const *arguments; /* variables and targets, NULL-terminated */
	const char *log_path;	      /* appended to */
	const char *what;	      /* "building 6.12", begins an error */
	const struct pb_lock *lock;   /* make holds it too */
	struct pb_progress *progress; /* its open stage is updated */
	guint64 expected_steps;	      /* 0: unknown */
	enum pb_exit fault;	      /* exit code of an error in the source itself */
};

/* @ret_steps (may be NULL): how many steps make printed. Errors as of pb_command_run. */
int pb_make_run(const struct pb_make *make, guint64 *ret_steps, GError **ret_error);

/* First lines of `gcc --version` and `ld --version`, joined by "; ". */
int pb_make_toolchain(char **ret_text, GError **ret_error);

/* Hex SHA-256 of the contents of the section @name of the ELF file @path. */
int pb_elf_section_sha256(const char *path, const char *name, char **ret_hex, GError **ret_error);

#endif
