#!/usr/bin/env bash
# Makes this machine the control plane, once; later runs only carry a changed configuration into the cluster.
# Parameters (params.sh): NODE_NAME, NODE_ADDRESS.
# shellcheck source=components/bootstrap/scripts/node/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=/dev/null
source "$METALML_WORK/scripts/params.sh"

readonly CONFIG=/etc/kubernetes/metalml/kubeadm.yaml
export KUBECONFIG=/etc/kubernetes/admin.conf

initialise() {
  # What a killed init leaves behind would make kubeadm's preflight refuse; nothing of it is a cluster yet.
  if [[ -e /etc/kubernetes/manifests/kube-apiserver.yaml || -e /var/lib/etcd/member || -e /var/lib/kubelet/config.yaml ]]; then
    say "cleaning up after an interrupted kubeadm init"
    kubeadm reset --force >/dev/null
  fi
  printf '%s kubeadm init\n' "$(date -u +%FT%TZ)" >>"$STATE/kubeadm-runs"
  # Its own token would be printed, and so end in logs.
  run_kubeadm init --config "$CONFIG" --skip-token-print
  # Bootstrap tokens are made for each join and deleted after it; init's own has no use.
  kubeadm token list --output jsonpath='{.token}{"\n"}' | while read -r token; do
    if [[ -n $token ]]; then kubeadm token delete "$token" >/dev/null; fi
  done
  # It bypasses RBAC, and `kubeadm init phase kubeconfig super-admin` makes it again from the CA.
  rm -f /etc/kubernetes/super-admin.conf
  cp "$CONFIG" "$STATE/kubeadm-applied.yaml"
  : >"$STATE/initialised"
}

reconfigure() {
  cmp -s "$CONFIG" "$STATE/kubeadm-applied.yaml" && return 0
  kubeadm init phase upload-config all --config "$CONFIG"
  kubeadm init phase control-plane all --config "$CONFIG"
  kubeadm init phase etcd local --config "$CONFIG"
  kubeadm init phase addon all --config "$CONFIG"
  cp "$CONFIG" "$STATE/kubeadm-applied.yaml"
  say "carried the changed configuration into the cluster"
}

install_file "$CONFIG"
if [[ -e $STATE/initialised ]]; then reconfigure; else initialise; fi

# Kubelets ask for serving certificates signed by the cluster; nothing in Kubernetes grants them.
install_file /usr/local/sbin/metalml-approve-serving-certificates
install_file /etc/systemd/system/metalml-approve-serving-certificates.service
install_file /etc/systemd/system/metalml-approve-serving-certificates.timer metalml-approve-serving-certificates.timer
mkdir -p /etc/metalml/nodes
if [[ $(cat "/etc/metalml/nodes/$NODE_NAME" 2>/dev/null) != "$NODE_ADDRESS" ]]; then
  printf '%s\n' "$NODE_ADDRESS" >"/etc/metalml/nodes/$NODE_NAME"
fi
settle_unit metalml-approve-serving-certificates.timer
