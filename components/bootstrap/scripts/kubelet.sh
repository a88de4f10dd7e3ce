#!/usr/bin/env bash
# Puts this machine's own kubelet settings in place (a drop-in over the cluster's), restarting the kubelet on change.
# shellcheck source=components/ssh/scripts/node/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

install_file /etc/kubernetes/kubelet.conf.d/20-metalml.conf kubelet.service

if [[ -e /var/lib/kubelet/config.yaml ]]; then
  settle_unit kubelet.service
else
  # Before kubeadm has written its part the kubelet can only crash: kubeadm starts it.
  systemctl daemon-reload
  systemctl is-enabled --quiet kubelet.service || systemctl enable --quiet kubelet.service
  rm -f "$STATE/pending/kubelet.service"
fi
