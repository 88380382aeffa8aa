#!/bin/sh
# Makes a history, marks a step of it, writes its dashboard twice, and opens that in a browser.
#
#	check_made_dashboard.sh PINBENCH MAKE_HISTORY [DASHBOARD]
#
# DASHBOARD: is left there instead of being looked at. Exit: as check_dashboard.sh.
set -eu
pinbench=$1
make_history=$2
here=$(dirname -- "$(realpath -- "$0")")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT INT TERM
dashboard=${3:-$work/dashboard}

"$make_history" "$work/results"
# Some have a report and some do not, and no report is read.
touch "$work/results/c13/report.html" "$work/results/t055/report.html"
"$pinbench" history add --db "$work/history.db" "$work"/results/*
"$pinbench" history show --db "$work/history.db" >"$work/shown"
# The counted step of +3 % at the newest kernel in the family gup.
step=$(grep -A 2 'gup/made0.*batch=7' "$work/shown" | sed -n 's/.*step \([0-9a-f]*\),.*/\1/p')
"$pinbench" history mark --db "$work/history.db" "$step" justified "it's meant"
"$pinbench" history dashboard --db "$work/history.db" --out "$dashboard"
"$pinbench" history dashboard --db "$work/history.db" --out "$dashboard"
if [ "$(find "$dashboard" -mindepth 1 -maxdepth 1 -name 'site-*' | wc -l)" != 1 ]; then
	echo "problem: the dashboard before is still there"
	exit 1
fi
# What holds other things stays as it is.
if "$pinbench" history dashboard --db "$work/history.db" --out "$work/results" 2>"$work/refused"; then
	echo "problem: a directory of results became a dashboard"
	exit 1
elif [ -e "$work/results/index.html" ] || ! grep -q "not of a dashboard" "$work/refused"; then
	echo "problem: a directory of results was refused without its reason, or changed"
	exit 1
fi
[ $# = 3 ] || "$here/check_dashboard.sh" "$dashboard" 6 9
