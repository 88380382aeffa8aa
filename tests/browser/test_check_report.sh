#!/bin/sh
# check_report.sh finds what it looks for: a report with every fault in it.
#
#	test_check_report.sh PINBENCH DIR
#
# DIR: holds a result.json without a figure and stays as it is. Exit: 0, 1, or 77 as there.
set -eu
pinbench=$1
sample=$2
here=$(dirname -- "$(realpath -- "$0")")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT INT TERM
cp -- "$sample/result.json" "$work/"
"$pinbench" report "$work"

cat >>"$work/report.html" <<'END'
<p style="color:#999;background:#aaa">hardly to be read</p>
<div style="width:3000px">wide</div>
<p>the reason is (null)</p>
<p id="twin">one</p><p id="twin">two</p>
<img src="https://example.invalid/x.png" alt="">
<script>"x";</script>
END

status=0
"$here/check_report.sh" "$work/report.html" >"$work/said" || status=$?
[ "$status" != 77 ] || { cat "$work/said"; exit 77; }
failed=0
if [ "$status" != 1 ]; then
	echo "check_report.sh left with $status, not 1"
	failed=1
fi
while read -r wanted; do
	if ! grep -q "^problem: .*$wanted" "$work/said"; then
		echo "not found: $wanted"
		failed=1
	fi
done <<'END'
contrast
the page scrolls sideways
no table row
no plot
the text shows a hole
the id twin occurs twice
IMG refers to
the page has a script
END
[ "$failed" = 0 ] || cat "$work/said"
exit "$failed"
