#!/bin/sh
# Opens a dashboard in headless Chromium, at the width of a phone and of a desktop, in the light
# and in the dark, and uses it (see dashboard/probe.js).
#
#	check_dashboard.sh DASHBOARD OPEN STEPS
#
# DASHBOARD: of what dashboard/make_history writes; OPEN: regressions that are open in it; STEPS:
# how many steps it has at least. Exit: 0 good, 1 a problem was found, 2 wrong usage, 77 Chromium
# is not installed.
set -eu
if [ $# != 3 ] || [ ! -f "$1/index.html" ]; then
	echo "usage: check_dashboard.sh DASHBOARD OPEN STEPS" >&2
	exit 2
fi
dashboard=$(realpath -- "$1")
here=$(dirname -- "$(realpath -- "$0")")
browser=$(command -v chromium || true)
if [ -z "$browser" ]; then
	echo "check_dashboard.sh: skipped: chromium is not installed (apt-get install chromium)"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT INT TERM
cp -- "$here/dashboard/probe.html" "$here/dashboard/probe.js" "$work/"
# A plain name, which needs no escaping in a URL.
ln -s -- "$dashboard" "$work/site"

# chrome SCHEME URL MORE...: the page at its end, in $work/dom; 0 is dark, 1 is light.
chrome() {
	scheme=$1
	url=$2
	shift 2
	timeout 170 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$work/profile" --allow-file-access-from-files \
		--enable-logging=stderr --blink-settings="preferredColorScheme=$scheme" \
		"$@" --dump-dom "$url" >"$work/dom" 2>"$work/complaints" || true
}

failed=0
# In real time, which the probe's is not. A machine that does other things, too, has three chances.
usable=
for try in 1 2 3; do
	chrome 1 "file://$work/site/index.html" --window-size=1280,900
	usable=$(sed -n 's/.*data-usable="\([0-9]*\)".*/\1/p' "$work/dom" | head -n 1)
	[ "${usable:-9999}" -gt 2000 ] || break
	echo "fact: try $try: usable after ${usable:-?} ms"
done
echo "fact: usable after ${usable:-?} ms"
if [ -z "$usable" ] || [ "$usable" -gt 2000 ]; then
	echo "problem: the page is not usable within 2 seconds"
	failed=1
fi

for width in 360 1280; do
	for scheme in 1 0; do
		dark=true
		[ "$scheme" = 0 ] || dark=false
		echo "const settings = {site: \"site\", width: $width, dark: $dark, open: $2, steps: $3};" \
			>"$work/settings.js"
		rm -rf -- "$work/profile"
		chrome "$scheme" "file://$work/probe.html" --window-size=1400,1000 \
			--virtual-time-budget=60000
		sed -n '/<pre id="verdict">/,/<\/pre>/p' "$work/dom" |
			sed 's/.*<pre id="verdict">//' >"$work/verdict"
		echo "== $width px, dark: $dark"
		grep -E '^(fact|problem): ' "$work/verdict" || true
		# What the browser says to developers: errors, and what the policy forbids.
		if grep ':CONSOLE' "$work/complaints" | sed 's/^/problem: console: /' | grep .; then
			failed=1
		fi
		if ! grep -q '^finished' "$work/verdict"; then
			echo "problem: the browser did not finish the page; it said:"
			tail -n 5 "$work/complaints"
			failed=1
		elif grep -q '^problem: ' "$work/verdict"; then
			failed=1
		fi
	done
done
if [ "$failed" = 1 ]; then
	echo "check_dashboard.sh: $1: problems, see above"
	exit 1
fi
echo "check_dashboard.sh: $1: good"
