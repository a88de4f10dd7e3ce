#!/usr/bin/env bash
# ready.sh: on the control plane METALML_CONTROL_*, applies the labels and taints on standard input (a Node object) to the
# node METALML_NAME, and waits until the node is Ready and its kubelet has a serving certificate.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=components/ssh/scripts/client/ssh.sh
source "$here/ssh.sh"
cat "$here/../node/wait-ready.sh" - | root_on METALML_CONTROL "$METALML_NAME" >&2
