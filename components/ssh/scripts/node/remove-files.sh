# shellcheck shell=bash
# remove-files.sh TARGET: takes away what receive-files.sh brought; fed to `bash -s` as root.
set -euo pipefail
rm -rf -- "$1" "/var/lib/metalml/delivered$1"
