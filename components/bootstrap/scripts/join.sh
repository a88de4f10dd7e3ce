#!/usr/bin/env bash
# Joins this machine to the cluster as a worker. The token and the CA's pin arrive as secrets of this one run.
# shellcheck source=components/ssh/scripts/node/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly CONFIG=/etc/kubernetes/metalml/join.yaml

install_file "$CONFIG"
if [[ -e $STATE/joined ]]; then exit 0; fi

# kubelet.conf is what a finished TLS bootstrap leaves: with it the node has its identity and only the mark is missing.
if [[ ! -e /etc/kubernetes/kubelet.conf ]]; then
  if [[ -e /var/lib/kubelet/config.yaml || -e /etc/kubernetes/bootstrap-kubelet.conf ]]; then
    say "cleaning up after an interrupted kubeadm join"
    kubeadm reset --force >/dev/null
  fi
  token=$(<"$METALML_SECRETS/token")
  ca_hash=$(<"$METALML_SECRETS/ca-hash")
  with_secrets=$METALML_SECRETS/join.yaml
  # bash's own replacement, not sed: arguments of programs are visible to every user of the machine.
  config=$(<"$CONFIG")
  config=${config//@TOKEN@/$token}
  printf '%s\n' "${config//@CA_HASH@/$ca_hash}" >"$with_secrets"
  printf '%s kubeadm join\n' "$(date -u +%FT%TZ)" >>"$STATE/kubeadm-runs"
  run_kubeadm join --config "$with_secrets"
fi
: >"$STATE/joined"
