#!/bin/sh
# Every C file below ROOT is as clang-format leaves it.
#
#	format.sh ROOT
#
# Exit: 0 good, 1 not, 77 without the clang-format that the style was written with.
set -eu
cd "$1"
. tests/check/files.sh

# Another release formats otherwise here and there.
wanted=14
version=$(clang-format --version 2>/dev/null | sed 's/.*version \([0-9]*\).*/\1/') || true
if [ "$version" != "$wanted" ]; then
	echo "format: skipped: needs clang-format $wanted, here is ${version:-none}"
	exit 77
fi

if echo 'int  x ;' | clang-format --dry-run -Werror --assume-filename=lab/x.c 2>/dev/null; then
	echo "format: clang-format finds nothing wrong with bad code; see .clang-format"
	exit 1
fi
c_files bench include kernel-side lab reports tests | xargs clang-format --dry-run -Werror || {
	echo "format: put it right with: clang-format -i FILE"
	exit 1
}
