#!/usr/bin/env bash
# Makes a machine ready for kubeadm: swap, modules, sysctls, container runtime, Kubernetes' programs.
# Parameters (params.sh): NODE_SOURCE (apt | bundle), IN_CONTAINER (yes | no), MODULES, and for apt the versions and repositories.
# shellcheck source=components/ssh/scripts/node/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=components/ssh/scripts/node/apt.sh
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"
# shellcheck source=/dev/null
source "$METALML_WORK/scripts/params.sh"

# Swap off for good: fstab lines whose *type* is swap (a bare search for the word would hit comments and
# paths), and every swap unit, which zram and systemd's generators make without fstab.
swap_off() {
  local fstab=/etc/fstab unit
  if [[ -e $fstab ]] && awk '$1 !~ /^#/ && $3 == "swap" {found = 1} END {exit !found}' "$fstab"; then
    awk '$1 !~ /^#/ && $3 == "swap" {print "# metalml: kubelet runs without swap: " $0; next} {print}' "$fstab" >"$fstab.metalml-new"
    chmod --reference="$fstab" "$fstab.metalml-new"
    mv "$fstab.metalml-new" "$fstab"
    say "commented the swap lines of $fstab"
  fi
  # In a container the swap in /proc/swaps is the host's, which is not ours to take.
  [[ $IN_CONTAINER == yes ]] && return 0
  while read -r unit _; do
    if [[ -n $unit && $(systemctl show -P LoadState "$unit") != masked ]]; then
      systemctl mask --quiet --now "$unit"
      say "masked $unit"
    fi
  done < <(systemctl list-units --all --plain --no-legend --type=swap)
  for unit in zramswap.service zram-config.service; do
    if systemctl is-enabled --quiet "$unit" 2>/dev/null; then
      systemctl disable --quiet --now "$unit"
      say "disabled $unit"
    fi
  done
  if [[ $(wc -l </proc/swaps) -gt 1 ]]; then
    swapoff -a
    say "swap is off"
  fi
}

kernel() {
  local module file=/etc/sysctl.d/90-metalml.conf before
  install_file /etc/modules-load.d/metalml.conf
  if [[ $IN_CONTAINER == no ]]; then
    for module in $MODULES; do
      [[ -d /sys/module/$module ]] || modprobe "$module"
    done
  fi
  before=$(cat "$file" 2>/dev/null || true)
  install_file "$file"
  if [[ $before != "$(cat "$file")" || ! -e $STATE/sysctl-applied ]]; then
    sysctl --quiet --load "$file"
    : >"$STATE/sysctl-applied"
  fi
}

# The clock itself was compared by the preflight; here, that something keeps it right from now on.
time_sync() {
  [[ $IN_CONTAINER == yes ]] && return 0
  local unit
  for unit in chrony chronyd ntpsec ntp systemd-timesyncd; do
    systemctl is-active --quiet "$unit" && return 0
  done
  systemctl enable --quiet --now systemd-timesyncd ||
    die "no time synchronisation: install chrony or systemd-timesyncd and run again"
  say "started systemd-timesyncd"
}

from_bundle() {
  local bundle=$STATE/bundle program
  for program in containerd containerd-shim-runc-v2 ctr; do
    install_binary "$bundle/bin/$program" "/usr/local/bin/$program" containerd.service
  done
  for program in kubeadm kubectl; do
    install_binary "$bundle/bin/$program" "/usr/bin/$program"
  done
  install_binary "$bundle/bin/kubelet" /usr/bin/kubelet kubelet.service
  for program in "$bundle"/cni/*; do
    install_binary "$program" "/opt/cni/bin/${program##*/}"
  done
  install_file /etc/systemd/system/containerd.service containerd.service
  install_file /etc/systemd/system/kubelet.service kubelet.service
  install_file /etc/systemd/system/kubelet.service.d/10-kubeadm.conf kubelet.service
}

from_apt() {
  local missing=() package
  local -A versions=()
  finish_dpkg
  for package in ca-certificates curl gpg nftables iptables conntrack; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if ((${#missing[@]})); then
    apt update
    apt install "${missing[@]}"
    say "installed ${missing[*]}"
  fi
  repository kubernetes "$KUBERNETES_KEY_URL" "$KUBERNETES_KEY_FINGERPRINT"
  if [[ -n $CONTAINERD_KEY_URL ]]; then
    repository containerd "$CONTAINERD_KEY_URL" "$CONTAINERD_KEY_FINGERPRINT"
  fi
  update_for apt-updated-for "$KUBERNETES_VERSION" "$CONTAINERD_VERSION"
  # All are looked for before the first is installed.
  versions[containerd.io]=$(offered containerd.io "$CONTAINERD_VERSION")
  for package in kubelet kubeadm kubectl; do versions[$package]=$(offered "$package" "$KUBERNETES_VERSION"); done
  for package in containerd.io kubelet kubeadm kubectl; do held "$package" "${versions[$package]}"; done
}

mkdir -p "$STATE"
swap_off
kernel
time_sync
case $NODE_SOURCE in
  bundle) from_bundle ;;
  apt) from_apt ;;
esac
install_file /etc/default/kubelet kubelet.service
install_file /etc/crictl.yaml
install_file /etc/containerd/config.toml containerd.service
mkdir -p /etc/containerd/conf.d # the NVIDIA toolkit's drop-ins go here; the root file imports them
container_runtime
if [[ $NODE_SOURCE == bundle ]]; then import_images "$STATE/bundle/images"; fi
# Its own settings come with the step `kubelet`, which does not run again for a file that was changed here.
if pending kubelet.service && [[ -e /var/lib/kubelet/config.yaml ]]; then settle_unit kubelet.service; fi
