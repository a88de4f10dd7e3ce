#!/usr/bin/env bash
# directory.sh PATH OWNER: creates the directory PATH on the machine METALML_*, owned by the UID OWNER. Its files are
# not changed.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=components/ssh/scripts/client/ssh.sh
source "$here/ssh.sh"
root_on METALML "$1" "$2" <"$here/../node/directory.sh"
