#!/usr/bin/env bash
# Makes this machine the control plane, once; later runs only carry a changed configuration into the cluster.
# Parameters (params.sh): NODE_NAME, NODE_ADDRESS.
# shellcheck source=components/ssh/scripts/node/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=/dev/null
source "$METALML_WORK/scripts/params.sh"

readonly CONFIG=/etc/kubernetes/metalml/kubeadm.yaml
readonly MANIFESTS=/etc/kubernetes/manifests
# Those of kubeadm; what else somebody has put beside them is theirs.
readonly STATIC_PODS=(etcd kube-apiserver kube-controller-manager kube-scheduler)
# Until the kubelet has stopped what runs of the control plane and started it anew: seconds, on a busy machine a minute.
readonly RESTART_SECONDS=300
export KUBECONFIG=/etc/kubernetes/admin.conf KUBECACHEDIR=/run/metalml/kubectl

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

# until_true WHAT COMMAND...: WHAT is said where the command does not succeed in time.
until_true() {
  local what=$1 end=$((SECONDS + RESTART_SECONDS))
  shift
  until "$@"; do
    if ((SECONDS >= end)); then die "$what after $RESTART_SECONDS s"; fi
    sleep 1
  done
}

api_answers() { kubectl get --raw /readyz --request-timeout 5s >/dev/null 2>&1; }

# static_pod NAME: the digest of the manifest that the kubelet runs, and whether the pod is ready.
static_pod() {
  kubectl --namespace kube-system get pod "$1-$NODE_NAME" --request-timeout 5s --output \
    'jsonpath={.metadata.annotations.kubernetes\.io/config\.hash} {.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null
}

# runs_anew NAME DIGEST: the pod is ready, and made of another manifest than the one of this digest.
runs_anew() {
  local now
  now=$(static_pod "$1") || return 1
  [[ $now == *' True' && ${now% *} != "$2" ]]
}

reconfigure() {
  cmp -s "$CONFIG" "$STATE/kubeadm-applied.yaml" && return 0
  local name
  local -A before running
  until_true "the API server does not answer" api_answers
  # All that goes through the API server comes before anything of it is restarted. CoreDNS stays as it is: no setting
  # changes it, and kubeadm refuses to look at one that is newer than it knows.
  kubeadm init phase upload-config all --config "$CONFIG"
  kubeadm init phase addon kube-proxy --config "$CONFIG"
  for name in "${STATIC_PODS[@]}"; do
    before[$name]=$(sha256sum <"$MANIFESTS/$name.yaml")
    running[$name]=$(static_pod "$name")
  done
  kubeadm init phase control-plane all --config "$CONFIG"
  kubeadm init phase etcd local --config "$CONFIG"
  for name in "${STATIC_PODS[@]}"; do
    if [[ $(sha256sum <"$MANIFESTS/$name.yaml") == "${before[$name]}" ]]; then continue; fi
    until_true "$name does not run with its changed settings" runs_anew "$name" "${running[$name]% *}"
    say "restarted $name"
  done
  until_true "the API server does not answer" api_answers
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
