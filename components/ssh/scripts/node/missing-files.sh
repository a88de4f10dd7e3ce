# shellcheck shell=bash
# missing-files.sh TARGET, manifest behind it on standard input: prints the manifest's lines that TARGET lacks,
# and "extra" with the path of each file that TARGET has besides.
# A file is believed by the mark that receive-files.sh left when it checked it, if size and time still fit.
set -euo pipefail
missing() {
  local digest mode path stamp
  local -A wanted=()
  while read -r digest mode path; do
    wanted[$path]=yes
    stamp=$(stat -c '%s %Y' "$1/$path" 2>/dev/null || true)
    if [[ -z $stamp || $(cat "/var/lib/metalml/delivered$1/$path" 2>/dev/null) != "$digest $stamp" ]]; then
      printf '%s  %s  %s\n' "$digest" "$mode" "$path"
    fi
  done
  if [[ -d $1 ]]; then
    find "$1" -type f -printf '%P\n' | while IFS= read -r path; do
      [[ -n ${wanted[$path]:-} ]] || printf 'extra %s\n' "$path"
    done
  fi
}
missing "$@"; exit
