#!/usr/bin/env bash
# kubeconfig.sh: prints the administrator's kubeconfig of the control plane METALML_*.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=components/ssh/scripts/client/ssh.sh
source "$here/ssh.sh"
root_on METALML <<<'cat /etc/kubernetes/admin.conf'
