#!/bin/sh
# Renders a kept result and opens the report in a browser.
#
#	check_sample.sh PINBENCH DIR [no-figures]
#
# DIR: holds a result.json and its profiles, and stays as it is. Exit: as check_report.sh,
# which does the rest.
set -eu
pinbench=$1
sample=$2
shift 2
here=$(dirname -- "$(realpath -- "$0")")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT INT TERM
cp -R -- "$sample/." "$work/"
"$pinbench" report "$work"
"$here/check_report.sh" "$work/report.html" "$@"
