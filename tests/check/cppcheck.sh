#!/bin/sh
# cppcheck over everything that runs in user space.
#
#	cppcheck.sh ROOT BUILD
#
# BUILD: a folder for what it remembers. Exit: 0 good, 1 not, 77 without cppcheck.
set -eu
build=$2
cd "$1"
if ! command -v cppcheck >/dev/null; then
	echo "cppcheck: skipped: cppcheck is not installed"
	exit 77
fi

# varFuncNullUB: glibc's NULL is a pointer, also as the last of variable arguments.
check() {
	cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability \
		--std=c11 -j 2 --max-configs=2 --inline-suppr --suppress=varFuncNullUB \
		--library=gnu,gtk,tests/check/cppcheck.cfg -I . -I include "$@"
}

bad=$(mktemp -d)
trap 'rm -rf -- "$bad"' EXIT INT TERM
echo 'int f(void); int f(void) { int x[2]; x[2] = 0; return x[0]; }' >"$bad/bad.c"
if check "$bad" 2>/dev/null; then
	echo "cppcheck: finds nothing wrong with bad code; see the options in tests/check/cppcheck.sh"
	exit 1
fi
mkdir -p "$build"
check --cppcheck-build-dir="$build" reports lab bench
