# shellcheck shell=bash
# leave.sh NODE drain|gone: takes NODE out of the cluster, after its pods have moved unless the machine is gone.
# Fed to `bash -s` as root on the control plane.
set -euo pipefail
# What kubectl learns of the API is nothing to leave on the machine.
export KUBECONFIG=/etc/kubernetes/admin.conf KUBECACHEDIR=/run/metalml/kubectl
node=$1 mode=$2
if ! found=$(kubectl --request-timeout=20s get node "$node" --ignore-not-found --output name 2>/dev/null); then
  printf 'the API server does not answer: node %s is not drained, and stays in its list of nodes\n' "$node" >&2
elif [[ -n $found ]]; then
  if [[ $mode == drain ]]; then
    # Two minutes: longer than any grace period of ours; a disruption budget that still refuses then is reported, not overrun.
    kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --timeout 120s
  fi
  kubectl delete node "$node"
fi
rm -f "/etc/metalml/nodes/$node"
