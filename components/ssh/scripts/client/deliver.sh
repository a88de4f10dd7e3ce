#!/usr/bin/env bash
# deliver.sh [--keep] SOURCE TARGET [HERE=THERE ...]: copies the files of the manifest on standard input from the
# folder SOURCE on this computer to the folder TARGET on the machine METALML_*. Manifest: lines "SHA256  MODE
# PATH", paths relative to TARGET. The folder SOURCE/HERE is TARGET/THERE on the machine.
# Only files that the machine lacks are sent. Both sides reject a file whose digest is not the manifest's. Files
# in TARGET that are not in the manifest are removed, or kept with --keep.
# deliver.sh --remove TARGET: removes the folder.
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

# The path relative to SOURCE of a file with this path relative to TARGET.
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

# First finds which files the machine lacks, without reading local files: an unchanged folder costs one connection.
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
  # tar exits with 1 when a file's times or link count change while it reads, for example when a build cache makes
  # a hard link. The machine verifies the content by digest.
  tar --create --directory "$source" --files-from "$scratch/paths" --dereference "${transform[@]}" || (($? == 1))
} | root_on METALML "$target" "$others" >&2
