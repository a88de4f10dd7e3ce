# shellcheck shell=bash
# directory.sh PATH OWNER: a directory that belongs to the user with this number.
set -euo pipefail
install --directory --mode 0755 --owner "$2" --group "$2" "$1"
