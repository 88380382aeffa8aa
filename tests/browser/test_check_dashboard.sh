#!/bin/sh
# check_dashboard.sh finds what it looks for: dashboards with a fault each.
#
#	test_check_dashboard.sh PINBENCH MAKE_HISTORY
#
# Exit: 0, 1, or 77 as there.
set -eu
here=$(dirname -- "$(realpath -- "$0")")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT INT TERM
"$here/check_made_dashboard.sh" "$1" "$2" "$work/good" >/dev/null
failed=0

# broken FILE SED WANTED...: after SED in FILE of the site, each WANTED is a problem.
broken() {
	file=$1
	edit=$2
	shift 2
	rm -rf -- "$work/bad"
	cp -R -- "$work/good" "$work/bad"
	sed -i "$edit" "$work"/bad/site-*/"$file"
	if cmp -s "$work"/bad/site-*/"$file" "$work"/good/site-*/"$file"; then
		echo "$file: nothing to break: $edit"
		failed=1
	fi
	status=0
	"$here/check_dashboard.sh" "$work/bad" 6 9 >"$work/said" || status=$?
	[ "$status" != 77 ] || { cat "$work/said"; exit 77; }
	[ "$status" = 1 ] || { echo "$file, $edit: left with $status, not 1"; failed=1; }
	for wanted in "$@"; do
		if ! grep -q "^problem: .*$wanted" "$work/said"; then
			echo "$file, $edit: not found: $wanted"
			cat "$work/said"
			failed=1
		fi
	done
}

broken core.js 's/element.append(child instanceof Node ? child : String(child))/element.insertAdjacentHTML("beforeend", child.outerHTML || child)/' \
	"console: "
broken series.js 's/pair("boots", p.number(point.boots)),//; s/pair("kernel", point.kernel.name), //' \
	"the tooltip has no kernel" "the tooltip has no boots"
broken filter.js 's/series.family === family/true/' \
	"the family leaves" "a row is of another family"
broken address.js 's/history.replaceState(.*/;/' \
	"the search is not in the address" "the zoom is not in the address"
broken heat.js 's/\[longTerm ? 3 : 1\]/[1]/; s/\[longTerm ? 4 : 2\]/[2]/' "the heat map is the same"
broken theme.js 's/localStorage.setItem/void/' "the chosen colours are not kept"
broken dashboard.css 's/--muted: #[0-9a-f]*/--muted: #999/' "contrast .* is below 4.5"
broken table.js 's/class: "scroll"/class: "wide"/' "the page scrolls sideways"
# Not in the probe, which has the page in a frame: in its time, which is not real, the clock stands
# still while a script runs, so that this would not end.
broken main.js 's/p.start = function () {/&console.error("x"); if (self === top) for (let t = Date.now(); Date.now() < t + 2500;);/' \
	"not usable within 2 seconds" "console: "
broken keys.js 's/"j" ? 1 : -1/"j" ? -1 : 1/' "j does not go to the next row"
[ "$failed" = 1 ] || echo "every fault was found"
exit "$failed"
