#!/usr/bin/env bash
# promotion-gate.sh: runs the PromQL queries on standard input against Prometheus, through the control plane METALML_*;
# fails if a track does not meet its conditions.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=components/ssh/scripts/client/ssh.sh
source "$here/ssh.sh"
cat "$here/../node/promotion-gate.sh" - | root_on METALML >&2
