#!/bin/sh
# Renders a kept comparison in every way and opens its page in a browser.
#
#	check_compare.sh RENDER_COMPARE DIR [no-figures]
#
# DIR: holds a compare.json and stays as it is. Exit: as check_report.sh, which does the rest.
set -eu
render=$1
sample=$2
shift 2
here=$(dirname -- "$(realpath -- "$0")")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT INT TERM
cp -- "$sample/compare.json" "$work/"
"$render" "$work"
"$here/check_report.sh" "$work/report.html" "$@"
