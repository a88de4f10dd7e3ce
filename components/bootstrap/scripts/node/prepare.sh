#!/usr/bin/env bash
# Makes a machine ready for kubeadm: swap, modules, sysctls, container runtime, Kubernetes' programs.
# Parameters (params.sh): NODE_SOURCE (apt | bundle), IN_CONTAINER (yes | no), MODULES, and for apt the versions and repositories.
# shellcheck source=components/bootstrap/scripts/node/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
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

# containerd starts without the part that kubelets talk to when that part finds something wrong (a drop-in, too few
# inotify instances), and stays so until it is restarted.
cri_answers() { ctr plugins ls | awk '$1 == "io.containerd.grpc.v1" && $2 == "cri" && $NF == "ok" {found = 1} END {exit !found}'; }
container_runtime() {
  settle_unit containerd.service
  cri_answers && return 0
  systemctl restart containerd.service
  cri_answers || die "containerd runs without its CRI plugin: $(journalctl --quiet --unit containerd --output cat | grep -i 'failed to load plugin\|skip loading plugin.*cri' | tail -n 1)"
  say "restarted containerd.service: its CRI plugin did not answer"
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

# repository NAME: the key of a vendor's repository is fetched by the machine and believed only if its
# fingerprint is the pinned one; then the source list is written.
repository() {
  local name=$1 url=$2 pinned=$3 keyring=/etc/apt/keyrings/$1.gpg fetched found
  install -d -m 0755 /etc/apt/keyrings
  if [[ ! -e $keyring || $(fingerprints "$keyring") != "$pinned" ]]; then
    fetched=$(mktemp)
    curl --fail --silent --show-error --location --retry 4 --output "$fetched" "$url" ||
      die "the key of the $name repository cannot be fetched from $url"
    found=$(fingerprints "$fetched")
    if [[ $found != "$pinned" ]]; then
      rm -f "$fetched"
      die "the key of the $name repository has fingerprint ${found:-none}, expected $pinned: refused, nothing installed"
    fi
    gpg --batch --yes --dearmor --output "$keyring.metalml-new" <"$fetched" 2>/dev/null ||
      cp "$fetched" "$keyring.metalml-new"
    chmod 0644 "$keyring.metalml-new"
    mv "$keyring.metalml-new" "$keyring"
    rm -f "$fetched"
    remember "$keyring"
    say "trusted the key of the $name repository"
  fi
  install_file "/etc/apt/sources.list.d/$name.list"
}

# The fingerprint of the primary key in a file; more than one key is never equal to a pinned one.
fingerprints() {
  gpg --batch --show-keys --with-colons "$1" 2>/dev/null | awk -F: '$1 == "pub" {primary = 1} $1 == "fpr" && primary {printf "%s%s", sep, $10; sep = " "; primary = 0}'
}

# Seconds to wait for another apt; unattended-upgrades may hold the lock for minutes after boot.
readonly APT_WAIT=600
apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=$APT_WAIT -o APT::Update::Error-Mode=any "$@"; }

# offered PACKAGE VERSION: prints the newest revision of exactly this version that the repository has.
offered() {
  local package=$1 wanted=$2 versions
  versions=$(apt-cache madison "$package" | awk -F'|' '{gsub(/ /, "", $2); print $2}')
  awk -v wanted="$wanted-" 'index($0, wanted) == 1 {print; found = 1; exit} END {exit !found}' <<<"$versions" ||
    die "$package $wanted is not in the repository; it has: ${versions:0:200}"
}

# held PACKAGE VERSION: installs it, and holds it.
held() {
  local package=$1 version=$2
  if [[ $(dpkg-query -W -f '${db:Status-Status} ${Version}' "$package" 2>/dev/null) != "installed $version" ]]; then
    # Cleaning takes away what was not here before us.
    if ! dpkg-query -W "$package" >/dev/null 2>&1; then printf '%s\n' "$package" >>"$STATE/packages"; fi
    apt install --allow-change-held-packages --allow-downgrades -o Dpkg::Options::=--force-confold "$package=$version"
    say "installed $package $version"
  fi
  if ! apt-mark showhold | grep -qx "$package"; then
    printf '%s\n' "$package" >>"$STATE/held"
    apt-mark hold "$package" >/dev/null
  fi
}

from_apt() {
  local missing=() package
  local -A versions=()
  # An apt that was killed, ours or somebody else's, must be brought to its end before dpkg does anything.
  if [[ -n $(ls /var/lib/dpkg/updates) || -n $(dpkg --audit) ]]; then
    say "finishing an interrupted dpkg"
    DEBIAN_FRONTEND=noninteractive dpkg --force-confold --configure --pending
  fi
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
  if [[ $(cat "$STATE/apt-updated-for" 2>/dev/null) != "$KUBERNETES_VERSION $CONTAINERD_VERSION" ]]; then
    apt update
    printf '%s\n' "$KUBERNETES_VERSION $CONTAINERD_VERSION" >"$STATE/apt-updated-for"
  fi
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
