#!/bin/sh
# Opens a report in headless Chromium, at the width of a phone and of a desktop, in the
# light and in the dark, and fails if it cannot be read there (see probe.html.in).
#
#	check_report.sh REPORT.html [no-figures]
#
# no-figures: the report has no measured case, so neither tables nor plots are expected.
# Exit: 0 good, 1 a problem was found, 2 wrong usage, 77 Chromium is not installed.
set -eu

usage() {
	echo "usage: check_report.sh REPORT.html [no-figures]" >&2
	exit 2
}

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
	usage
fi
report=$(realpath -- "$1")
[ -f "$report" ] || { echo "check_report.sh: $1: no such file" >&2; usage; }
figures=true
if [ $# -eq 2 ]; then
	[ "$2" = no-figures ] || usage
	figures=false
fi
here=$(dirname -- "$(realpath -- "$0")")
browser=$(command -v chromium || true)
if [ -z "$browser" ]; then
	echo "check_report.sh: skipped: chromium is not installed (apt-get install chromium)"
	exit 77
fi

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT INT TERM
# The copy has a plain name, which needs no escaping in a URL.
cp -- "$report" "$work/report.html"

# probe WIDTH SCHEME: what the page says about itself, in $work/verdict.
# Blink's preferredColorScheme: 0 is dark, 1 is light.
probe() {
	sed -e "s|@REPORT@|report.html|" -e "s|@WIDTH@|$1|" -e "s|@EXPECT_FIGURES@|$figures|" \
		"$here/probe.html.in" >"$work/probe.html"
	timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$work/profile" --allow-file-access-from-files \
		--blink-settings="preferredColorScheme=$2" --window-size=1400,1000 \
		--virtual-time-budget=20000 --dump-dom "file://$work/probe.html" \
		>"$work/dom" 2>"$work/complaints" || true
	sed -n '/<pre id="verdict">/,/<\/pre>/p' "$work/dom" | sed 's/.*<pre id="verdict">//' >"$work/verdict"
}

failed=0
for width in 390 1280; do
	for scheme in 1 0; do
		name=light
		[ "$scheme" = 1 ] || name=dark
		probe "$width" "$scheme"
		echo "== $width px, $name"
		grep -E '^(fact|problem): ' "$work/verdict" || true
		if ! grep -q '^finished' "$work/verdict"; then
			echo "problem: the browser did not finish the page; it said:"
			tail -n 5 "$work/complaints"
			failed=1
		elif ! grep -q "^fact: scheme $name" "$work/verdict"; then
			echo "problem: the browser did not switch to the $name scheme, so it is unproven"
			failed=1
		elif grep -q '^problem: ' "$work/verdict"; then
			failed=1
		fi
	done
done
if [ "$failed" = 1 ]; then
	echo "check_report.sh: $1: problems, see above"
	exit 1
fi
echo "check_report.sh: $1: good"
