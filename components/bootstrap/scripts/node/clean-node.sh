# shellcheck shell=bash
# Takes Kubernetes and what we installed off this machine; fed to `bash -s` as root. Leaves the firewall,
# which has its own removal, and the packages' own data.
set -euo pipefail
readonly STATE=/var/lib/metalml

while [[ $(systemctl show -P ActiveState metalml-step.service) == activ* ]]; do sleep 0.5; done

if command -v kubeadm >/dev/null && [[ -e /var/lib/kubelet/config.yaml || -e /etc/kubernetes/admin.conf ]]; then
  kubeadm reset --force >/dev/null 2>&1 || echo "kubeadm reset ended with an error; cleaning goes on" >&2
fi
for unit in metalml-approve-serving-certificates.timer metalml-pod-egress.service kubelet.service containerd.service; do
  systemctl disable --quiet --now "$unit" 2>/dev/null || true
done
if command -v nft >/dev/null; then
  for table in kube-proxy metalml_pods calico; do
    for family in ip ip6; do nft delete table "$family" "$table" 2>/dev/null || true; done
  done
fi
# The kubelet's and portmap's chains, without touching anybody else's rules.
for tables in iptables ip6tables; do
  if command -v "$tables-save" >/dev/null && "$tables-save" | grep -qE 'KUBE-|CNI-'; then
    "$tables-save" | grep -vE 'KUBE-|CNI-' | "$tables-restore"
  fi
done
for link in cni0 vxlan.calico; do ip link delete "$link" 2>/dev/null || true; done
# Calico leaves these behind; found again, they would be taken before another network's configuration.
rm -rf -- /etc/cni/net.d/10-calico.conflist /etc/cni/net.d/calico-kubeconfig /var/lib/calico /run/calico
# Containers of a killed kubelet may outlive it.
pkill -f '^/usr/local/bin/containerd-shim-runc-v2 -namespace k8s.io' 2>/dev/null || true
if [[ -e $STATE/held ]]; then xargs -r apt-mark unhold <"$STATE/held" >/dev/null; fi
if [[ -e $STATE/installed ]]; then
  grep -v '^/etc/metalml/firewall' "$STATE/installed" | while read -r path; do rm -f -- "$path"; done
fi
rm -rf -- /etc/kubernetes/metalml /etc/kubernetes/kubelet.conf.d /etc/kubernetes/pki /etc/kubernetes/manifests \
  /etc/metalml/nodes /var/lib/etcd/member /var/lib/cni /opt/cni/bin /run/metalml
find "$STATE" -mindepth 1 -maxdepth 1 ! -name firewall -exec rm -rf -- {} + 2>/dev/null || true
systemctl daemon-reload
