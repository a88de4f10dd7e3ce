# shellcheck shell=bash
# leave.sh NODE: drains NODE and deletes it from the cluster. Fed to `bash -s` as root on the control plane.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
node=$1
if kubectl get node "$node" >/dev/null 2>&1; then
  # Two minutes: longer than any grace period of ours; a disruption budget that still refuses then is reported, not overrun.
  kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --timeout 120s
  kubectl delete node "$node"
fi
rm -f "/etc/metalml/nodes/$node"
