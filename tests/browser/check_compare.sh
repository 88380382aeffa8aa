#!/bin/sh
# Renders a kept comparison or series in every way and opens its page in a browser.
#
#	check_compare.sh RENDER DIR [no-figures]
#
# RENDER: render_compare or render_series. DIR: holds the JSON that it reads, and stays as it
# is. Exit: as check_report.sh, which does the rest.
set -eu
render=$1
sample=$2
shift 2
here=$(dirname -- "$(realpath -- "$0")")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT INT TERM
cp -- "$sample"/*.json "$work/"
"$render" "$work"
"$here/check_report.sh" "$work/report.html" "$@"
