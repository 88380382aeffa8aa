#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# probe.sh RESULT NAME COMPILER...: writes "#define HAVE_NAME 0|1" to RESULT.
# Called by Kbuild; see there why both answers are compiled.
result=$1
name=$2
shift 2

macro=HAVE_$(echo "$name" | tr '[:lower:]' '[:upper:]')
mkdir -p "$(dirname "$result")"
yes=0
no=0
"$@" -DPROBE_YES -o "$result.o" 2>"$result.yes.log" && yes=1
"$@" -DPROBE_NO -o "$result.o" 2>"$result.no.log" && no=1
rm -f "$result.o"
case $yes$no in
10) echo "#define $macro 1" >"$result" ;;
01) echo "#define $macro 0" >"$result" ;;
*)
	echo "probe $name: neither answer is certain (yes compiles: $yes, no compiles: $no)" >&2
	echo "the kernel tree differs in a way that kernel-side/probes/$name.c does not know" >&2
	cat "$result.yes.log" "$result.no.log" >&2
	exit 1
	;;
esac
