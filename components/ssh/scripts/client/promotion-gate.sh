#!/usr/bin/env bash
# promotion-gate.sh: asks Prometheus, by way of the control plane METALML_*, the questions on standard input; fails where
# the track that they are about has not shown enough.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=components/ssh/scripts/client/ssh.sh
source "$here/ssh.sh"
cat "$here/../node/promotion-gate.sh" - | root_on METALML >&2
