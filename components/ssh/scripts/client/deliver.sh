#!/usr/bin/env bash
# deliver.sh [--keep] SOURCE TARGET [HERE=THERE ...]: brings the files of the manifest on standard input from the
# folder SOURCE of this computer to the folder TARGET of the machine METALML_*. Manifest: lines "SHA256  MODE
# PATH", paths below TARGET. The folder SOURCE/HERE is TARGET/THERE on the machine.
# Only what the machine does not have is sent; a file with another digest than the manifest's is refused on
# either side; files of TARGET that the manifest does not name are removed, or with --keep left alone.
# deliver.sh --remove TARGET: takes the folder away.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=components/ssh/scripts/client/ssh.sh
source "$here/ssh.sh"

if [[ $1 == --remove ]]; then
  if reachable METALML; then root_on METALML "$2" <"$here/../node/remove-files.sh"; fi
  exit 0
fi

others=remove
if [[ $1 == --keep ]]; then
  others=keep
  shift
fi
source=$(expand_home "$1") target=$2
shift 2
manifest=$scratch/manifest
cat >"$manifest"

renames=("$@") transform=()
for renamed in "${renames[@]}"; do transform+=(--transform "flags=r;s,^${renamed%%=*}/,${renamed#*=}/,"); done

# Where the file with this path on the machine is below SOURCE.
path_here() {
  local renamed
  for renamed in "${renames[@]}"; do
    if [[ $1 == "${renamed#*=}"/* ]]; then
      printf '%s/%s' "${renamed%%=*}" "${1#*/}"
      return
    fi
  done
  printf '%s' "$1"
}

# Asks for the digests the machine lacks before reading a byte here: an unchanged folder costs one connection.
{
  cat "$here/../node/missing-files.sh"
  cat "$manifest"
} | root_on METALML "$target" >"$scratch/different"
sed '/^extra /d' "$scratch/different" >"$scratch/missing"
if [[ $others == keep ]]; then cp "$scratch/missing" "$scratch/different"; fi
if [[ ! -s $scratch/different ]]; then exit 0; fi

: >"$scratch/paths"
while read -r digest _ path; do
  path=$(path_here "$path")
  [[ -e $source/$path ]] || fail "$source/$path is missing: build or fetch it again"
  actual=$(openssl dgst -sha256 -r "$source/$path" | cut -d" " -f1)
  [[ $actual == "$digest" ]] || fail "$source/$path has digest $actual, the manifest says $digest: refused, nothing sent"
  printf '%s\n' "$path" >>"$scratch/paths"
done <"$scratch/missing"

printf 'sending %s files to %s\n' "$(wc -l <"$scratch/paths")" "$METALML_NAME" >&2
{
  cat "$here/../node/receive-files.sh"
  cat "$manifest"
  printf -- '--- archive\n'
  # 1: a file's times or links changed meanwhile, as they do when a build cache links it somewhere else. Whether
  # its content did is what the machine checks by digest.
  tar --create --directory "$source" --files-from "$scratch/paths" --dereference "${transform[@]}" || (($? == 1))
} | root_on METALML "$target" "$others" >&2
