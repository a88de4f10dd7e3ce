#!/usr/bin/env bash
# ready.sh: gives the node the labels and taints on standard input (a Node object), and waits until the node METALML_NAME is Ready and its kubelet has a serving certificate, asked at the control plane METALML_CONTROL_*.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=components/ssh/scripts/client/ssh.sh
source "$here/ssh.sh"
cat "$here/../node/wait-ready.sh" - | root_on METALML_CONTROL "$METALML_NAME" >&2
