# shellcheck shell=bash
# delete-tokens.sh NODE: deletes the tokens that were made for the join of NODE, also those of joins that were killed
# before they could. Only ids are arguments, never a token's secret part. Fed to `bash -s` as root on the control plane.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubeadm token list --output jsonpath='{.token}{" "}{.description}{"\n"}' | while read -r token description; do
  if [[ $description == "metalml: join of $1" ]]; then kubeadm token delete "${token%%.*}" >/dev/null; fi
done
