#!/usr/bin/env bash
# step.sh STEP: sends the payload on standard input to the machine METALML_* and follows the step.
# step.sh --clean STEP: runs node/clean-STEP.sh on the machine; succeeds if the machine is unreachable.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=components/ssh/scripts/client/ssh.sh
source "$here/ssh.sh"

if [[ $1 == --clean ]]; then
  if ! reachable METALML; then
    printf '%s is unreachable: it is not cleaned up\n' "$METALML_NAME" >&2
    exit 0
  fi
  root_on METALML <"$here/../node/clean-$2.sh" >&2
  exit 0
fi

follow_step METALML "$1"
