# shellcheck shell=bash
# delete-token.sh ID: deletes the token of a join, by its public part. Fed to `bash -s` as root.
set -euo pipefail
KUBECONFIG=/etc/kubernetes/admin.conf kubeadm token delete "$1" >/dev/null
