#!/bin/sh
# The front door: installs what is missing, builds, and hands over to
# build/pinbench. Everything else is there.
set -eu
cd "$(dirname "$0")"

say() {
	[ -n "$quiet" ] || echo "run.sh: $*" >&2
}

stop() {
	echo "run.sh: $*" >&2
	exit 3
}

quiet=
for argument in "$@"; do
	case $argument in
	-q | --quiet) quiet=1 ;;
	--) break ;;
	esac
done

# Debian package, and how to see that it is there on any distribution: a program
# (c), a pkg-config module (p), a header (h), or a file of a full path (f).
needed='
gcc c:gcc
binutils c:objdump
make c:make
git c:git
meson c:meson
ninja-build c:ninja
pkg-config c:pkg-config
libc6-dev h:stdio.h
libglib2.0-dev p:gio-unix-2.0
libjansson-dev p:jansson
liburing-dev p:liburing
libelf-dev p:libelf
libgsl-dev p:gsl
libhwloc-dev p:hwloc
libkmod-dev p:libkmod
libpfm4-dev h:perfmon/pfmlib.h
libsqlite3-dev p:sqlite3
libjs-dygraphs f:/usr/share/javascript/dygraphs/dygraph.min.js
qemu-system-x86 c:qemu-system-x86_64
gnuplot-nox c:gnuplot
flex c:flex
bison c:bison
bc c:bc
perl c:perl
xz-utils c:xz
ccache c:ccache
e2fsprogs c:mke2fs
'
needed_by_tests='
libcmocka-dev p:cmocka
qemu-system-arm c:qemu-system-aarch64
gcc-aarch64-linux-gnu c:aarch64-linux-gnu-gcc
libc6-dev-arm64-cross f:/usr/aarch64-linux-gnu/include/stdio.h
kmod c:depmod
sparse c:sparse
cppcheck c:cppcheck
clang-format c:clang-format
linux-perf c:perf
chromium c:chromium
'

is_there() {
	case $1 in
	c:*) PATH=$PATH:/usr/sbin:/sbin command -v "${1#c:}" >/dev/null ;;
	p:*) command -v pkg-config >/dev/null && pkg-config --exists "${1#p:}" ;;
	h:*) [ -e "/usr/include/${1#h:}" ] ;;
	f:*) [ -e "${1#f:}" ] ;;
	esac
}

list_missing() {
	echo "$1" | while read -r package check; do
		[ -n "$package" ] || continue
		is_there "$check" || printf '%s ' "$package"
	done
}

install_missing() {
	missing=$(list_missing "$1")
	[ -n "$missing" ] || return 0
	if [ ! -e /etc/debian_version ] || ! command -v apt-get >/dev/null; then
		stop "this is no Debian, so install what these Debian packages hold by hand," \
			"then run this again: $missing"
	fi
	as_root=
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null ||
			stop "not root and no sudo; as root: apt-get install $missing"
		as_root=sudo
	fi
	say "installing: $missing"
	log=$(mktemp)
	# shellcheck disable=SC2086 # a list of words
	if ! { $as_root apt-get -q update &&
		$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
			--no-install-recommends install $missing; } >"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" >&2
		stop "apt-get failed, its log is $log; as root: apt-get install $missing"
	fi
	rm -f "$log"
	missing=$(list_missing "$1")
	[ -z "$missing" ] || stop "apt-get installed everything, but this is still missing: $missing"
}

# The output of a build that works is of no interest.
quietly() {
	log=$(mktemp)
	if ! "$@" >"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		stop "'$*' failed"
	fi
	rm -f "$log"
}

is_configured() {
	[ -e build/build.ninja ] && [ -e "build/.configured$1" ]
}

build() {
	if ! is_configured "$1"; then
		say "configuring"
		if [ -e build/build.ninja ]; then
			quietly meson setup --reconfigure build $2
		else
			quietly meson setup build $2
		fi
		touch "build/.configured$1"
	fi
	[ -e build/pinbench ] || say "building pinbench"
	quietly ninja -C build
}

install_missing "$needed"
if [ "${1-}" = test ]; then
	install_missing "$needed_by_tests"
	build -tests "-Dtests=true -Dwerror=true"
else
	build "" ""
fi
exec build/pinbench "$@"
