# shellcheck shell=bash
# receive-files.sh TARGET keep|remove; behind it on standard input the manifest, a line "--- archive", and a tar
# archive. Unpacks beside TARGET, checks every digest, and only then moves the files in; keeps or removes what the
# manifest does not name.
set -euo pipefail
receive() {
  local target=$1 marks=/var/lib/metalml/delivered$1 incoming=$1.incoming line digest mode path actual
  local -A wanted=()
  mkdir -p "$incoming" "$target" "$marks"
  while IFS= read -r line && [[ $line != "--- archive" ]]; do
    read -r digest mode path <<<"$line"
    wanted[$path]="$digest $mode"
  done
  tar --extract --directory "$incoming" --no-same-owner
  for path in "${!wanted[@]}"; do
    [[ -e $incoming/$path ]] || continue
    read -r digest mode <<<"${wanted[$path]}"
    actual=$(openssl dgst -sha256 -r "$incoming/$path" | cut -d" " -f1)
    if [[ $actual != "$digest" ]]; then
      rm -rf -- "$incoming"
      printf 'error: %s arrived with digest %s, expected %s: refused\n' "$path" "$actual" "$digest" >&2
      exit 1
    fi
    mkdir -p "$(dirname "$target/$path")" "$(dirname "$marks/$path")"
    chmod "$mode" "$incoming/$path"
    mv "$incoming/$path" "$target/$path"
    printf '%s %s\n' "$digest" "$(stat -c '%s %Y' "$target/$path")" >"$marks/$path"
  done
  rm -rf -- "$incoming"
  if [[ $2 == keep ]]; then return; fi
  find "$target" -type f -printf '%P\n' | while IFS= read -r path; do
    [[ -n ${wanted[$path]:-} ]] || rm -f -- "$target/$path" "$marks/$path"
  done
  find "$target" "$marks" -mindepth 1 -type d -empty -delete
}
receive "$@"; exit
