#!/usr/bin/env bash
# directory.sh PATH OWNER: on the machine METALML_*, makes the directory PATH and gives it to the user with this
# number. What is in it is left alone.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=components/ssh/scripts/client/ssh.sh
source "$here/ssh.sh"
root_on METALML "$1" "$2" <"$here/../node/directory.sh"
