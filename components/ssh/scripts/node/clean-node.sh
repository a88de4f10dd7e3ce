# shellcheck shell=bash
# Takes Kubernetes and what we installed off this machine; fed to `bash -s` as root. Leaves the firewall,
# which has its own removal, and changes that are right without us, too: swap that is off, the clock that is kept.
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
# Tables that only the kubelet's iptables needed: empty ones, which change nothing for anybody.
for family in ip ip6; do
  for table in mangle filter nat; do
    if nft list table "$family" "$table" 2>/dev/null | grep -qvE '^[[:space:]]*(table .* \{|chain .* \{|type .* policy accept;|\}|#.*|)$'; then continue; fi
    nft delete table "$family" "$table" 2>/dev/null || true
  done
done
# Containers of a killed kubelet may outlive it, and keep what is mounted for them.
pkill -f '^/usr/(local/)?bin/containerd-shim-runc-v2 -namespace k8s.io' 2>/dev/null || true
awk '$2 ~ "^/(run/containerd|var/lib/kubelet|run/netns/cni-)" && $2 != "/var/lib/kubelet" {print $2}' /proc/mounts | sort -r |
  while read -r mounted; do umount "$mounted" 2>/dev/null || umount --lazy "$mounted" || true; done
data=(/var/lib/etcd /var/lib/kubelet)
if [[ -e $STATE/held ]]; then
  xargs -r apt-mark unhold <"$STATE/held" >/dev/null
  if [[ -e $STATE/packages ]]; then
    DEBIAN_FRONTEND=noninteractive xargs -r apt-get -qq -o DPkg::Lock::Timeout=600 purge <"$STATE/packages" >/dev/null
  fi
fi
# A container runtime that was here before us keeps its data.
if grep -qsx '/usr/local/bin/containerd' "$STATE/installed" || grep -qsx 'containerd.io' "$STATE/packages"; then
  data+=(/var/lib/containerd)
fi
for folder in "${data[@]}"; do
  if [[ -d $folder ]]; then find "$folder" -mindepth 1 -delete; fi
done
if [[ -e $STATE/installed ]]; then
  grep -v '^/etc/metalml/firewall' "$STATE/installed" | while read -r path; do rm -f -- "$path"; done
fi
rm -rf -- /etc/kubernetes/metalml /etc/kubernetes/kubelet.conf.d /etc/kubernetes/pki /etc/kubernetes/manifests \
  /etc/metalml/nodes /var/lib/cni /opt/cni/bin /run/metalml
find "$STATE" -mindepth 1 -maxdepth 1 ! -name firewall -exec rm -rf -- {} + 2>/dev/null || true
for folder in /etc/cni /etc/containerd /etc/kubernetes /etc/systemd/system/kubelet.service.d \
  /opt/cni /opt/containerd /usr/libexec/kubernetes /usr/lib/modules; do
  if [[ -d $folder ]]; then find "$folder" -depth -type d -empty -delete; fi
done
systemctl daemon-reload
