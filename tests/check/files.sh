# shellcheck shell=sh
# Sourced: c_files FOLDER... prints the C files below, as git knows them, new ones too.
c_files() {
	if [ -e .git ] && git ls-files >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard -- "$@"
	else
		find "$@" -type f
	fi | grep '\.[ch]$' | while read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done
}
