# shellcheck shell=bash
# has-token.sh NODE: true while a token that was made for the join of NODE exists. Fed to `bash -s` as root on the
# control plane. An API server that does not answer is no reason to make another one.
set -euo pipefail
listed=$(KUBECONFIG=/etc/kubernetes/admin.conf kubeadm token list --output jsonpath='{.description}{"\n"}') || exit 0
grep -qxF "metalml: join of $1" <<<"$listed"
