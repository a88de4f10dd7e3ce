# shellcheck shell=bash
# wait-ready.sh NODE, a Node object with our labels and taints behind it on standard input; fed to `bash -s` as root
# on the control plane. Waits until the node is Ready and its kubelet answers through the API server.
set -euo pipefail
# What kubectl learns of the API is nothing to leave on the machine.
export KUBECONFIG=/etc/kubernetes/admin.conf KUBECACHEDIR=/run/metalml/kubectl

key_and_effect() { awk -F'[=:]' 'NF {print $1 ":" $3}' <<<"$1"; }

# mark NODE, the object on standard input. Taints are lines key=value:effect. The annotation that notes ours comes last:
# a run that is killed in between finds what was ours before, as this one did.
mark() {
  local node=$1 object found before there wanted='' taint
  local ours='{.metadata.annotations.metalml/taints}'
  local -a apply=(apply --server-side --field-manager metalml-labels --force-conflicts --filename -)
  object=$(cat)
  found=$(kubectl get node "$node" --output "jsonpath=$ours{\"\\n\"}{range .spec.taints[*]}{.key}={.value}:{.effect}{\"\\n\"}{end}")
  before=$(head -n 1 <<<"$found")
  there=$(tail -n +2 <<<"$found")
  if [[ $object == *metalml/taints* ]]; then
    wanted=$(kubectl "${apply[@]}" --dry-run=server --output "jsonpath=$ours" <<<"$object" | tr ' ' '\n')
  fi
  for taint in $wanted; do
    grep -qxF -- "$taint" <<<"$there" || kubectl taint --overwrite node "$node" "$taint" >/dev/null
  done
  for taint in $before; do
    grep -qxF -- "$(key_and_effect "$taint")" <<<"$(key_and_effect "$wanted")" && continue
    if grep -qxF -- "$taint" <<<"$there"; then kubectl taint node "$node" "$(key_and_effect "$taint")-" >/dev/null; fi
  done
  kubectl "${apply[@]}" <<<"$object" >/dev/null
}

wait_ready() {
  local node=$1
  mark "$node"
  # Five minutes: a joined node is Ready in seconds with `routed`, after its images are pulled with Calico.
  if ! kubectl wait "node/$node" --for=condition=Ready --timeout=300s >/dev/null; then
    printf 'error: node %s is not Ready after 5 minutes; its conditions:\n' "$node" >&2
    kubectl get node "$node" -o jsonpath='{range .status.conditions[*]}{.type}={.status} {.message}{"\n"}{end}' >&2
    exit 1
  fi
  # Logs, exec and metrics go through the kubelet's serving certificate: Ready without it is only half ready.
  for _ in $(seq 60); do
    systemctl start metalml-approve-serving-certificates.service
    kubectl get --raw "/api/v1/nodes/$node/proxy/healthz" >/dev/null 2>&1 && return 0
    sleep 1
  done
  printf 'error: the kubelet of %s has no serving certificate after a minute; on the control plane see: journalctl -u metalml-approve-serving-certificates\n' "$node" >&2
  exit 1
}
wait_ready "$@"; exit
