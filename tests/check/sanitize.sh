#!/bin/sh
# The unit tests again, built with AddressSanitizer (leaks too) and UBSan in a folder of
# their own that is kept for the next time.
#
#	sanitize.sh ROOT BUILD AGENT
#
# AGENT: is static, which programs with sanitizers cannot be, so tests get a plain one.
# Exit: 0 good, 77 if the compiler has no sanitizers, else not good.
set -eu
root=$1
build=$2
agent=$3
probe=$(mktemp)
trap 'rm -f -- "$probe"' EXIT INT TERM
if ! echo 'int main(void) { return 0; }' |
	"${CC:-cc}" -fsanitize=address,undefined -x c - -o "$probe" 2>/dev/null; then
	echo "sanitize: skipped: the compiler has no address and undefined sanitizers"
	exit 77
fi

if [ ! -e "$build/build.ninja" ]; then
	# lundef: clang leaves the sanitizers' own symbols to the final link.
	meson setup "$build" "$root" -Dtests=true -Dwerror=true -Doptimization=1 \
		-Db_sanitize=address,undefined -Db_lundef=false
fi
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
# canary: programs that must be caught, or nothing else would be either.
ninja -C "$build" build.ninja
programs=$(ninja -C "$build" -t targets rule c_LINKER |
	grep -E '^tests/(unit/|check/canary$)')
# shellcheck disable=SC2086 # a list of words
ninja -C "$build" $programs
cp -- "$agent" "$build/bench/pinbench-agent"
meson test -C "$build" --no-rebuild --suite unit --suite canary --print-errorlogs
